"""The filters of the pages, as they stand in the URL. What cannot be understood is ignored, never an error."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

_YEARS: Final = range(1970, 2200)
"""Those of events: a day near the ends of the calendar has no week before or after it."""


def _day(text: object) -> date | None:
    try:
        day = date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
    return day if day is not None and day.year in _YEARS else None


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _name(text: object) -> str | None:
    if not text:
        return None
    # Half a surrogate pair, which JSON can carry, is no character of any name.
    return str(text).encode("utf-8", "ignore").decode().replace("\0", "").strip()[:100] or None


@dataclass(frozen=True, slots=True)
class Filters:
    """A choice within what the scope permits. `first` and `last` are local days, both inclusive."""

    section: str | None = None
    first: date | None = None
    last: date | None = None
    course: UUID | None = None
    level: str | None = None
    unit: str | None = None
    """The name of a faculty or department."""

    @classmethod
    def parse(  # noqa: PLR0913 # the parameters of the URL, by name
        cls,
        *,
        section: object = None,
        first: object = None,
        last: object = None,
        course: object = None,
        level: object = None,
        unit: object = None,
        **_unknown: object,
    ) -> Self:
        """Filters from texts of a URL or a control. A range that ends before it starts is turned round."""
        one, two = _day(first), _day(last)
        if one and two and two < one:
            one, two = two, one
        known_level = str(level) if level in ("help", "watch", "calm") else None
        return cls(_name(section), one, two, _uuid(course), known_level, _name(unit))

    def to_query(self) -> str:
        """The query string without "?": only what is set, in a fixed order, so that equal filters give equal URLs."""
        pairs = [
            ("course", str(self.course) if self.course else None),
            ("unit", self.unit),
            ("section", self.section),
            ("level", self.level),
            ("from", self.first.isoformat() if self.first else None),
            ("to", self.last.isoformat() if self.last else None),
        ]
        return urlencode([(name, value) for name, value in pairs if value])
