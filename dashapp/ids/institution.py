"""Ids of the page of an organisation."""

from typing import Final


class Institution:
    """The page of an organisation, for its administrators."""

    PAGE: Final = "institution-page"
    TITLE: Final = "institution-title"
    LEAD: Final = "institution-lead"
    UNIT: Final = "institution-unit"
    """Select: the title of a unit of the organisation (a faculty), or "" for all."""
    STRIP: Final = "institution-strip"
    COURSES: Final = "institution-courses"
    """The grid of courses."""
    DAYS: Final = "institution-days"
    WEEKS: Final = "institution-weeks"
    SCORES: Final = "institution-scores"
