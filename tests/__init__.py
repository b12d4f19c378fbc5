"""Tests: sentences about behaviour, on real PostgreSQL, Kafka, Redis and a real browser."""
