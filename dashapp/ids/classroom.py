"""Ids of the page of one course, and of the list of courses."""

from typing import Final


class Classroom:
    """The page of one course, for those who teach it."""

    PAGE: Final = "classroom-page"
    TITLE: Final = "classroom-title"
    LEAD: Final = "classroom-lead"
    SECTION: Final = "classroom-section"
    """Select: a section's short id, or "" for all sections."""
    GROUP: Final = "classroom-group"
    """Select: the name of a group of learners, or ""."""
    RANGE: Final = "classroom-range"
    """Select: "", a preset of dates, or "custom", with which `FIRST` and `LAST` are shown."""
    ACTIVITY: Final = "classroom-activity"
    SEEN: Final = "classroom-seen"
    SCORE: Final = "classroom-score"
    PICKED: Final = "classroom-picked"
    """Store: public ids of learners picked by hand, or null."""
    PICKED_CHIP: Final = "classroom-picked-chip"
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
    SEARCH: Final = "classroom-search"
    """What the rows of the grid are searched for; never leaves the browser."""
    SORT_AGAIN: Final = "classroom-sort-again"
    SHOW_ONLY: Final = "classroom-show-only"
    HEAT: Final = "classroom-heat"
    DAYS: Final = "classroom-days"
    TIME_AND_SCORE: Final = "classroom-time-and-score"
    DRAG: Final = "classroom-drag"
    """RadioItems: "" (zoom), "select" or "lasso"."""
    VIDEOS: Final = "classroom-videos"


class Courses:
    """The list of one's courses."""

    PAGE: Final = "courses-page"
    TITLE: Final = "courses-title"
    LEAD: Final = "courses-lead"
    LIST: Final = "courses-list"
