"""The filters of the pages, as they stand in the URL. What cannot be understood is ignored, never an error."""

from dataclasses import dataclass
from datetime import date
from typing import Self
from urllib.parse import urlencode
from uuid import UUID


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Filters:
    """A choice within what the scope permits. `first` and `last` are local days, both inclusive."""

    section: str | None = None
    first: date | None = None
    last: date | None = None
    course: UUID | None = None
    level: str | None = None

    @classmethod
    def parse(
        cls,
        *,
        section: object = None,
        first: object = None,
        last: object = None,
        course: object = None,
        level: object = None,
        **_unknown: object,
    ) -> Self:
        """Filters from texts of a URL or a control. A range that ends before it starts is turned round."""
        one, two = _day(first), _day(last)
        if one and two and two < one:
            one, two = two, one
        named = str(section).strip()[:100] if section else None
        known_level = str(level) if level in ("help", "watch", "calm") else None
        return cls(section=named or None, first=one, last=two, course=_uuid(course), level=known_level)

    def to_query(self) -> str:
        """The query string without "?": only what is set, in a fixed order, so that equal filters give equal URLs."""
        pairs = [
            ("course", str(self.course) if self.course else None),
            ("section", self.section),
            ("level", self.level),
            ("from", self.first.isoformat() if self.first else None),
            ("to", self.last.isoformat() if self.last else None),
        ]
        return urlencode([(name, value) for name, value in pairs if value])
