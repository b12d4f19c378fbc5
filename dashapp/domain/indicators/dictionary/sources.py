"""The tables that metrics are read from, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dashapp.domain.indicators.dictionary.terms import N_

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "activities": N_("Activities and their due dates"),
        "activity_days": N_("Days of each activity"),
        "activity_extensions": N_("Extensions of due dates"),
        "activity_people": N_("Who did what with each activity"),
        "course_breaks": N_("Breaks of courses"),
        "course_day_people": N_("Who was there on each day of each course"),
        "course_days": N_("Days of each course"),
        "courses": N_("Courses"),
        "forum_posts": N_("Posts in discussions"),
        "item_responses": N_("Answers to questions"),
        "learner_activities": N_("What each learner did with each activity"),
        "learner_course_day_types": N_("Days of each learner in each course, by type of activity"),
        "learner_course_days": N_("Days of each learner in each course"),
        "learner_goals": N_("Goals that learners set for themselves"),
        "memberships": N_("Enrolments and roles"),
        "outcomes": N_("Outcomes of courses"),
        "people": N_("People"),
        "quality_alerts": N_("Alerts about data quality"),
        "quality_hours": N_("Hours of each source and course, kept by ingest"),
        "submissions": N_("Submissions and grades"),
        "term_breaks": N_("Breaks of terms"),
        "terms": N_("Terms"),
        "units": N_("Units of courses"),
        "video_segments": N_("Stretches of videos"),
    }
)
