"""How an organisation leaves: everything that it has as one file, and its deletion (docs/leaving.md)."""
