"""Replays the published Open University Learning Analytics Dataset (OULAD) as events: `python -m ingest.oulad`."""
