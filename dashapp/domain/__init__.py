"""What the service talks about, in plain Python: no I/O, no framework, no SQL."""
