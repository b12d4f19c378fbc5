"""Caliper Analytics 1.1 and 1.2: envelopes and events of the standard, decoded as docs/caliper.md says."""

from ingest.caliper.decoding import decode
from ingest.caliper.naming import PERSON_KIND

__all__ = ["PERSON_KIND", "decode"]
