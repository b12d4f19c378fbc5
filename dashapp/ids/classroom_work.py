"""Ids of what stands below the fold of the page of one course."""

from typing import Final


class ClassroomWork:
    """Cards on what learners did with the content of the course; the part itself is `Classroom.WORK`."""

    ASSIGNMENTS: Final = "classroom-assignments"
    SCORES: Final = "classroom-scores"
    LAST_SEEN: Final = "classroom-last-seen"
    UNITS: Final = "classroom-units"
    QUESTIONS: Final = "classroom-questions"
    FORUM: Final = "classroom-forum"
    HOURS: Final = "classroom-hours"
    TYPES: Final = "classroom-types"
    HINDSIGHT: Final = "classroom-hindsight"
    """The card; it is a part of its own, `LATER`, since it is read by itself."""
    LATER: Final = "classroom-later"
