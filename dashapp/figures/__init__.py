"""Figures: values of `dashapp.domain.views` in, `go.Figure` out, and nothing else. An empty input draws words.

Every figure carries its accessible twin, a table, in `layout.meta` (`table_of`), with a sentence that says it in short,
and `uirevision`. The colours are those of `assets/tokens.css`; since plotly reads no CSS variables, a figure is drawn
for one `Screen`.
"""

from dashapp.figures.calendar import EVENT_STEPS as CALENDAR_EVENTS
from dashapp.figures.calendar import MINUTE_STEPS as CALENDAR_MINUTES
from dashapp.figures.calendar import activity_calendar
from dashapp.figures.courses import courses_by_week, scores_by_course
from dashapp.figures.daily import active_days
from dashapp.figures.heat import EVENT_STEPS as HEAT_EVENTS
from dashapp.figures.heat import MINUTE_STEPS as HEAT_MINUTES
from dashapp.figures.heat import learner_weeks
from dashapp.figures.heat import rows_shown as heat_rows_shown
from dashapp.figures.quality import quality_by_day
from dashapp.figures.scatter import time_and_score
from dashapp.figures.scores import scores_against_course
from dashapp.figures.theme import Screen, Theme, table_of
from dashapp.figures.videos import panels_shown as video_panels_shown
from dashapp.figures.videos import video_views
from dashapp.figures.weekly import weekly_activity

__all__ = [
    "CALENDAR_EVENTS",
    "CALENDAR_MINUTES",
    "HEAT_EVENTS",
    "HEAT_MINUTES",
    "Screen",
    "Theme",
    "active_days",
    "activity_calendar",
    "courses_by_week",
    "heat_rows_shown",
    "learner_weeks",
    "quality_by_day",
    "scores_against_course",
    "scores_by_course",
    "table_of",
    "time_and_score",
    "video_panels_shown",
    "video_views",
    "weekly_activity",
]
