"""Tests: sentences about behaviour, on real PostgreSQL, Kafka, Redis and a real browser."""

import os

if "SLIPCOVER_ENABLED" in os.environ and "PYTEST_XDIST_WORKER" in os.environ:
    # Before Python 3.12 it takes its probes out of lines that have been seen, and to find them walks through all
    # functions of the service: by default whenever one line has run fifty times, which took a tenth of the tests' time.
    from slipcover import pytest_plugin  # type: ignore[import-untyped]  # it ships no types

    if pytest_plugin._slipcover_instance is not None:
        pytest_plugin._slipcover_instance.d_miss_threshold = 5_000
