"""The registry of metrics: how each is called in the dictionary and `docs/metrics.md`, and from which tables it comes.

Its words stand in `dashapp.domain.indicators.dictionary`; a test holds the two, and the document, together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashapp.domain.indicators.dictionary import TERMS, Term


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric."""

    key: str
    unit: str
    tables: tuple[str, ...]

    @property
    def term(self) -> Term:
        """Its words. Raises KeyError for a metric that the dictionary does not have yet."""
        return TERMS[self.key]


_DAYS = "learner_course_days"

METRICS: tuple[Metric, ...] = (
    Metric("enrolled", "learners", ("memberships", "people")),
    Metric("events", "events", (_DAYS, "course_days")),
    Metric("active_day", "days", (_DAYS,)),
    Metric("last_active", "day, instant", (_DAYS,)),
    Metric("active_7", "learners", (_DAYS, "memberships")),
    Metric("active_learners_of_a_day", "learners", (_DAYS, "course_day_people", "memberships")),
    Metric("withdrawals", "learners", ("memberships", "people")),
    Metric("completion", "%", ("outcomes", "memberships")),
    Metric("retention", "%", ("course_day_people", "memberships")),
    Metric("adoption", "courses", ("activity_days", "activities")),
    Metric("time_on_task", "minutes", (_DAYS,)),
    Metric("sessions", "sessions", (_DAYS,)),
    Metric("score", "%", ("submissions", "activities")),
    Metric("course_median", "as the metric", (_DAYS, "submissions", "memberships")),
    Metric("punctuality", "assignments", ("submissions", "activities", "activity_extensions")),
    Metric("progress", "%", ("learner_activities", "activity_people", "submissions", "activities")),
    Metric("plan", "activities", ("activities", "courses", "course_breaks", "terms", "term_breaks")),
    Metric("mastery", "%", ("submissions", "activities", "units")),
    Metric("needed_mean", "%", ("submissions", "activities", "activity_extensions", "learner_goals")),
    Metric("share_watched", "%", ("video_segments",)),
    Metric("regularity", "%", (_DAYS, "courses", "course_breaks", "terms", "term_breaks")),
    Metric("trend", "events", (_DAYS, "courses", "course_breaks", "terms", "term_breaks")),
    Metric(
        "at_risk",
        "points",
        (_DAYS, "submissions", "activities", "memberships", "courses", "course_breaks", "terms", "term_breaks"),
    ),
    Metric("right_of_list", "%", ("learner_course_days", "submissions", "activities", "memberships", "outcomes")),
    Metric("last_seen", "learners", (_DAYS, "memberships")),
    Metric("unit_engagement", "%", ("learner_activities", "submissions", "activities", "units")),
    Metric("first_try_correct", "%", ("item_responses",)),
    Metric("eventually_correct", "%", ("item_responses",)),
    Metric("forum_posts", "posts", ("forum_posts",)),
    Metric("unanswered_threads", "threads", ("forum_posts",)),
    Metric("active_learners_of_an_hour", "learners", (_DAYS,)),
    Metric("share_of_types", "%", ("learner_course_day_types",)),
    Metric("data_quality", "%", ("quality_hours", "quality_alerts")),
)

BY_KEY: Final[Mapping[str, Metric]] = MappingProxyType({each.key: each for each in METRICS})


def metric(key: str) -> Metric:
    """The metric of a key. Raises KeyError for one that is not registered."""
    return BY_KEY[key]
