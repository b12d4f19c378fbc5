"""What somebody has chosen for themself: how pages look and speak, how often they ask, and where they begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashapp.domain.keys import CourseId, PublicId

RATES: Final = (1_000, 2_000, 5_000, 10_000, 30_000)
"""Milliseconds between two questions, to choose from."""
PAUSED: Final = 0


class Theme(StrEnum):
    """How bright pages are."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """None: nothing was chosen, and the browser decides."""

    theme: Theme | None = None
    language: str | None = None
    """The name of a catalogue: "de"."""
    rate: int | None = None
    """One of `RATES`, or `PAUSED`."""
    course_id: CourseId | None = None
    course: PublicId | None = None
    """The same course as addresses name it."""


NOTHING_CHOSEN: Final = PersonSettings()


def settings_from(row: Mapping[str, object]) -> PersonSettings:
    """The settings of a row of person_settings (with the course's `course_public_id`); what cannot be understood any
    more, since another version has written it, counts as not chosen."""
    language, course, public = row["language"], row["course_id"], row["course_public_id"]
    return PersonSettings(
        theme_of(row["theme"]),
        language if isinstance(language, str) else None,
        rate_of(row["rate"]),
        CourseId(course) if isinstance(course, int) and public is not None else None,
        public,  # type: ignore[arg-type]  # the database's own UUID, or None
    )


def theme_of(value: object) -> Theme | None:
    """The theme of this name; None where there is none."""
    return next((theme for theme in Theme if theme.value == value), None)


def rate_of(value: object) -> int | None:
    """The rate of so many milliseconds, as a number or as a text; None where nobody can choose it."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return next((rate for rate in (PAUSED, *RATES) if text == str(rate)), None)
