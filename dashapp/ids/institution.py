"""Ids of the page of an organisation."""

from typing import Final


class Institution:
    """The page of an organisation, for its administrators."""

    PAGE: Final = "institution-page"
    TITLE: Final = "institution-title"
    LEAD: Final = "institution-lead"
    UNIT: Final = "institution-unit"
    """Select: the title of a unit of the organisation (a faculty), or "" for all."""
    FIRST: Final = "institution-first"
    """Date: the first day; whole weeks are shown."""
    LAST: Final = "institution-last"
    SPAN: Final = "institution-span"
    """Radio buttons: "" for days, week, month."""
    STRIP: Final = "institution-strip"
    COURSES: Final = "institution-courses"
    """The grid of courses."""
    TREE: Final = "institution-tree"
    DAYS: Final = "institution-days"
    WEEKS: Final = "institution-weeks"
    SCORES: Final = "institution-scores"
