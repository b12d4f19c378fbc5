"""The forms of texts that the xAPI specification asks for: IRIs, language tags, UUIDs, times, durations."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason
from ingest.native.decoding import EARLIEST_YEAR, LATEST_YEAR

_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_LANGUAGE: Final = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z]{2,8}",
    re.IGNORECASE,
)
_MAILTO: Final = re.compile(r"mailto:[^\s@<>\"]+@[^\s@<>\"]+", re.IGNORECASE)
_SHA1: Final = re.compile(r"[0-9a-fA-F]{40}")
_VERSION: Final = re.compile(r"[12]\.0(?:\.[0-9]+)?")
_NUMBER: Final = r"[0-9]+(?:[.,][0-9]+)?"
_DURATION: Final = re.compile(
    rf"P(?:(?P<weeks>{_NUMBER})W|(?=.)(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<days>{_NUMBER})D)?"
    rf"(?:T(?=.)(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?)"
)
_SECONDS: Final = {
    "weeks": 604_800.0,
    "years": 31_557_600.0,
    "months": 2_629_800.0,
    "days": 86_400.0,
    "hours": 3_600.0,
    "minutes": 60.0,
    "seconds": 1.0,
}
"""A year and a month by their mean length: nobody studies in one go for so long."""
_TIME: Final = re.compile(r"\d{4}-?\d\d-?\d\d[Tt]\d\d.*")
_LEAP_SECOND: Final = re.compile(r"(T\d\d:?\d\d:?)60")
_NEGATIVE_ZERO: Final = ("-00:00", "-0000", "-00")
COMMON_LANGUAGES: Final = frozenset(
    ("en", "en-US", "en-GB", "de", "de-DE", "fr", "fr-FR", "es", "es-ES", "it", "pt", "pt-BR", "nl", "und")
)

is_uuid: Final = _UUID.fullmatch
is_mailbox: Final = _MAILTO.fullmatch
is_sha1: Final = _SHA1.fullmatch
is_version: Final = _VERSION.fullmatch
is_iri: Final = _IRI.fullmatch
"""Truthy for an IRI with a scheme; which characters a scheme allows behind it is left to the scheme."""


def is_language(tag: str) -> bool:
    """Whether a text has the form of an RFC 5646 language tag."""
    return tag in COMMON_LANGUAGES or _LANGUAGE.fullmatch(tag) is not None


def broken(rule: str, pointer: str) -> Refused:
    """The refusal of a statement that breaks a rule of the specification, at a place given as JSON pointer."""
    return Refused(RefusalReason.INVALID_STATEMENT, f"{rule} - at `{pointer}`")


def seconds_of(duration: str, pointer: str) -> float:
    """An ISO 8601 duration in seconds. Raises Refused."""
    found = _DURATION.fullmatch(duration)
    if found is None or duration.endswith("T"):
        raise broken("a duration is written as ISO 8601 says, for example PT1H30M", pointer)
    total = 0.0
    for unit, value in found.groupdict().items():
        if value is not None:
            total += float(value.replace(",", ".")) * _SECONDS[unit]
    return total


def moment_of(text: str, pointer: str) -> datetime:
    """A timestamp in UTC; without an offset it is taken as UTC. Raises Refused."""
    if text.endswith(_NEGATIVE_ZERO) and "T" in text and text.rindex("-") > text.index("T"):
        raise broken("a timestamp has no offset of -00:00", pointer)
    try:
        # A date alone is no instant, though the library takes it for midnight; after one there is a T.
        if "T" not in text[8:11]:
            raise ValueError
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _unusual_moment(text, pointer)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment.year < EARLIEST_YEAR:
        raise Refused(RefusalReason.TOO_OLD, f"before the year {EARLIEST_YEAR} - at `{pointer}`")
    if moment.year > LATEST_YEAR:
        raise Refused(RefusalReason.IN_THE_FUTURE, f"after the year {LATEST_YEAR} - at `{pointer}`")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _unusual_moment(text: str, pointer: str) -> datetime:
    """Small letters, and leap seconds, which become the first instant after them."""
    usual = text.upper()
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        if _LEAP_SECOND.search(usual):
            return datetime.fromisoformat(_LEAP_SECOND.sub(r"\g<1>59", usual)) + timedelta(seconds=1)
        return datetime.fromisoformat(usual)
    except (ValueError, OverflowError):
        raise broken("a timestamp is written as ISO 8601 says, for example 2026-03-02T09:30:00Z", pointer) from None
