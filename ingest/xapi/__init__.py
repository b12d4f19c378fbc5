"""xAPI statements, versions 1.0.x and 2.0.x: the format of docs/xapi.md and its decoder."""

from ingest.xapi.decoding import decode, decode_statement

__all__ = ["decode", "decode_statement"]
