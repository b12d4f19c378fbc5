"""The write side: what came is counted exactly once, and its aggregates never drift from a recount."""
