"""Schedules of reports: when a report is made again, for whom, and what comes of it."""
