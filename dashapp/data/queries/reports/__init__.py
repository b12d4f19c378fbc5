"""Answers to the questions of reports, by the definitions of the pages: from aggregates only."""
