"""The tables that metrics are read from, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dashapp.domain.indicators.dictionary.terms import N_

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "activities": N_("Activities and their due dates"),
        "activity_extensions": N_("Extensions of due dates"),
        "course_breaks": N_("Breaks of courses"),
        "course_days": N_("Days of each course"),
        "courses": N_("Courses"),
        "learner_activities": N_("What each learner did with each activity"),
        "learner_course_days": N_("Days of each learner in each course"),
        "memberships": N_("Enrolments and roles"),
        "people": N_("People"),
        "quality_alerts": N_("Alerts about data quality"),
        "quality_hours": N_("Hours of each source and course, kept by ingest"),
        "submissions": N_("Submissions and grades"),
        "term_breaks": N_("Breaks of terms"),
        "terms": N_("Terms"),
        "video_segments": N_("Stretches of videos"),
    }
)
