"""Ids of the page of one course, and of the list of courses."""

from typing import Final


class Classroom:
    """The page of one course, for those who teach it."""

    PAGE: Final = "classroom-page"
    TITLE: Final = "classroom-title"
    LEAD: Final = "classroom-lead"
    SECTION: Final = "classroom-section"
    """Select: a section's short id, or "" for all sections."""
    FIRST: Final = "classroom-first"
    """Input of type date: the first local day."""
    LAST: Final = "classroom-last"
    """Input of type date: the last local day."""
    LEVEL: Final = "classroom-level"
    """RadioItems: "", "help", "watch" or "calm"."""
    COUNT: Final = "classroom-count"
    STRIP: Final = "classroom-strip"
    LEARNERS: Final = "classroom-learners"
    """The grid; a row's field `href` is the learner's page."""
    HEAT: Final = "classroom-heat"
    DAYS: Final = "classroom-days"
    TIME_AND_SCORE: Final = "classroom-time-and-score"
    WORK: Final = "classroom-work"
    """What stands below the fold: read when it comes near."""
    VIDEOS: Final = "classroom-videos"


class Courses:
    """The list of one's courses."""

    PAGE: Final = "courses-page"
    TITLE: Final = "courses-title"
    LEAD: Final = "courses-lead"
    LIST: Final = "courses-list"
