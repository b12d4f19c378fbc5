"""Ids of the page of one learner."""

from typing import Final


class Student:
    """The page of one learner."""

    PAGE: Final = "student-page"
    WHOSE: Final = "student-whose"
    """Children: whose page it is and as what it is read, for everybody but the learner."""
    TITLE: Final = "student-title"
    LEAD: Final = "student-lead"
    COURSE: Final = "student-course"
    """RadioItems: a course's public id, or "" for all courses."""
    STRIP: Final = "student-strip"
    DUE: Final = "student-due"
    NEXT: Final = "student-next"
    """What could come next."""
    SCORES: Final = "student-scores"
    WHY: Final = "student-why"
    WEEKS: Final = "student-weeks"
    CALENDAR: Final = "student-calendar"
    OPENINGS: Final = "student-openings"
    """Who opened the page: on one's own page only."""
