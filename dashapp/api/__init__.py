"""What other systems talk to: the HTTP collectors. They authenticate by key, never by session, and stand outside of
Flask."""
