"""The way of an event: transports, decoding, and the loop that counts each event exactly once."""
