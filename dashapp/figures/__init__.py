"""Figures: values of `dashapp.domain.views` in, `Drawing` out, and nothing else. An empty input draws words.

Every figure carries its accessible twin, a table, in `layout.meta` (`table_of`), with a sentence that says it in short,
and `uirevision`. The colours are those of `assets/tokens.css`; since plotly reads no CSS variables, a figure is drawn
for one `Screen`.
"""

from dashapp.figures.active import active_spans
from dashapp.figures.assignments import SHOWN as ASSIGNMENTS_SHOWN
from dashapp.figures.assignments import STATE_COLOURS, hand_ins, score_spreads, state_names, with_deadlines, with_scores
from dashapp.figures.calendar import EVENT_STEPS as CALENDAR_EVENTS
from dashapp.figures.calendar import MINUTE_STEPS as CALENDAR_MINUTES
from dashapp.figures.calendar import activity_calendar
from dashapp.figures.cohorts import Line, two_cohorts
from dashapp.figures.courses import courses_by_week, scores_by_course
from dashapp.figures.daily import active_days
from dashapp.figures.engagement import QUESTIONS as QUESTIONS_SHOWN
from dashapp.figures.engagement import activity_types, question_tries, types_shown, unit_engagement, units_shown
from dashapp.figures.heat import EVENT_STEPS as HEAT_EVENTS
from dashapp.figures.heat import MINUTE_STEPS as HEAT_MINUTES
from dashapp.figures.heat import learner_weeks
from dashapp.figures.heat import rows_shown as heat_rows_shown
from dashapp.figures.hindsight import hindsight, hindsight_names
from dashapp.figures.organisation import USE_STEPS, enrolment_weeks, programme_outcomes, type_adoption
from dashapp.figures.quality import quality_by_day
from dashapp.figures.rhythm import forum_weeks, hour_steps, hours_of_week, last_seen
from dashapp.figures.scatter import time_and_score
from dashapp.figures.scores import scores_against_course
from dashapp.figures.spread import score_spread
from dashapp.figures.staying import RETENTION_STEPS, front_course, retention_triangle, still_enrolled
from dashapp.figures.theme import Screen, Theme, table_of
from dashapp.figures.timeline import work_timeline
from dashapp.figures.treemap import SHARE_STEPS, Addresses, course_tree
from dashapp.figures.trend import score_trend
from dashapp.figures.videos import panels_shown as video_panels_shown
from dashapp.figures.videos import video_views
from dashapp.figures.weekly import weekly_activity

__all__ = [
    "ASSIGNMENTS_SHOWN",
    "CALENDAR_EVENTS",
    "CALENDAR_MINUTES",
    "HEAT_EVENTS",
    "HEAT_MINUTES",
    "QUESTIONS_SHOWN",
    "RETENTION_STEPS",
    "SHARE_STEPS",
    "STATE_COLOURS",
    "USE_STEPS",
    "Addresses",
    "Line",
    "Screen",
    "Theme",
    "active_days",
    "active_spans",
    "activity_calendar",
    "activity_types",
    "course_tree",
    "courses_by_week",
    "enrolment_weeks",
    "forum_weeks",
    "front_course",
    "hand_ins",
    "heat_rows_shown",
    "hindsight",
    "hindsight_names",
    "hour_steps",
    "hours_of_week",
    "last_seen",
    "learner_weeks",
    "programme_outcomes",
    "quality_by_day",
    "question_tries",
    "retention_triangle",
    "score_spread",
    "score_spreads",
    "score_trend",
    "scores_against_course",
    "scores_by_course",
    "state_names",
    "still_enrolled",
    "table_of",
    "time_and_score",
    "two_cohorts",
    "type_adoption",
    "types_shown",
    "unit_engagement",
    "units_shown",
    "video_panels_shown",
    "video_views",
    "weekly_activity",
    "with_deadlines",
    "with_scores",
    "work_timeline",
]
