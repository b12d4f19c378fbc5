"""Rosters in the database: compared with what their source has said before, applied at once, taken back."""
