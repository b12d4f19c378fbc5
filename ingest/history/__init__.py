"""What happened before this service was there, read from files: `python -m ingest.history` (docs/history.md)."""
