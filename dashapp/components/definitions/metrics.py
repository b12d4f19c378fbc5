"""Which metrics of the dictionary each card shows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dashapp.components.definitions.parts import Subject

METRICS_OF: Final[Mapping[Subject, tuple[str, ...]]] = MappingProxyType(
    {
        Subject.SCORES: ("score", "course_median"),
        Subject.RULES: ("at_risk",),
        Subject.WEEKS: ("time_on_task", "events", "course_median"),
        Subject.CALENDAR: ("time_on_task", "events"),
        Subject.CASELOAD: ("at_risk", "last_active", "score"),
        Subject.LEARNERS: ("at_risk", "last_active", "time_on_task", "events", "score"),
        Subject.LEARNER_WEEKS: ("time_on_task", "events"),
        Subject.ACTIVE_DAYS: ("active_learners_of_a_day",),
        Subject.TIME_AND_SCORE: ("time_on_task", "events", "score", "course_median"),
        Subject.CLASSROOMS: ("enrolled", "active_7", "at_risk"),
        Subject.COURSE_WEEKS: ("events", "enrolled"),
        Subject.COURSE_SCORES: ("score", "course_median"),
        Subject.COURSES: (
            "enrolled",
            "active_7",
            "events",
            "score",
            "course_median",
            "punctuality",
            "at_risk",
            "progress",
            "completion",
            "withdrawals",
        ),
        Subject.COURSE_TREE: ("enrolled", "active_7"),
        Subject.RETENTION: ("retention", "withdrawals"),
        Subject.STILL_ENROLLED: ("withdrawals",),
        Subject.ENROLMENTS: ("enrolled", "withdrawals"),
        Subject.PROGRAMMES: ("completion",),
        Subject.ADOPTION: ("adoption",),
        Subject.ASSIGNMENTS: ("punctuality",),
        Subject.ASSIGNMENT_SCORES: ("score",),
        Subject.LAST_SEEN: ("last_seen",),
        Subject.UNITS: ("unit_engagement", "progress"),
        Subject.QUESTIONS: ("first_try_correct", "eventually_correct"),
        Subject.FORUM: ("forum_posts", "unanswered_threads"),
        Subject.HOURS: ("active_learners_of_an_hour",),
        Subject.TYPES: ("share_of_types",),
        Subject.COHORTS: ("enrolled", "active_7", "time_on_task", "score", "punctuality", "at_risk"),
        Subject.HINDSIGHT: ("list_hindsight", "at_risk"),
        Subject.QUALITY: ("data_quality",),
    }
)
"""By the subject of the card. A card without one says in words what it is read from."""
