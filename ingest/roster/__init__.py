"""Rosters from files: OneRoster 1.1 and 1.2 as CSV, and plain CSV whose columns the settings name."""
