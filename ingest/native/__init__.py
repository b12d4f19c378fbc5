"""Native JSON events, version 1: the format of docs/events.md, its decoder, its encoder and its JSON Schemas."""

from ingest.native.decoding import MAX_EVENT_BYTES, decode
from ingest.native.encoding import encode
from ingest.native.wire import ACTIVITY_KIND, COURSE_KIND, PERSON_KIND

__all__ = ["ACTIVITY_KIND", "COURSE_KIND", "MAX_EVENT_BYTES", "PERSON_KIND", "decode", "encode"]
