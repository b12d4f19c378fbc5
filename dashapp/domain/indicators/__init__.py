"""The metric dictionary in code: pure functions on numbers that the queries have read. docs/metrics.md is its text."""
