"""An invented learner, by whom an administrator sees what students of a course see. Nobody's data are in it."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from dashapp.domain.audience import Comparison
from dashapp.domain.localtime import week_start
from dashapp.domain.views import (
    CourseChoice,
    Day,
    Due,
    Freshness,
    HandedIn,
    Level,
    Reason,
    Rule,
    Score,
    StudentView,
    Week,
)
from dashapp.domain.views.content import Content, CourseProgress, NextStep, StepKind

_MINUTES: Final = (180, 205, 150, 240, 195, 90, 45, 20)
"""Of the weeks, the newest last: somebody who is falling behind, so that every card has something to show."""
_SCORES: Final = ((1, 71.0, (58.0, 67.0, 78.0)), (2, 64.0, (55.0, 66.0, 80.0)), (3, 42.0, (52.0, 65.0, 76.0)))


def example_student(course: CourseChoice, freshness: Freshness, names: tuple[str, str]) -> StudentView:
    """A page of the course as it might be today. `names`: of the learner, and of a quiz."""
    today = freshness.as_of.date()
    monday = week_start(today)
    weeks = tuple(
        Week(
            start=monday - timedelta(weeks=len(_MINUTES) - 1 - place),
            events=minutes // 2,
            minutes=minutes,
            active_days=min(5, minutes // 40),
            median_minutes=160.0 if place < len(_MINUTES) - 1 else 60.0,
            median_events=80.0,
            under_way=place == len(_MINUTES) - 1,
        )
        for place, minutes in enumerate(_MINUTES)
    )
    days = tuple(
        Day(week.start + timedelta(days=2 * offset), 12, (week.minutes or 0) // max(week.active_days, 1))
        for week in weeks
        for offset in range(min(week.active_days, 3))
        if week.start + timedelta(days=2 * offset) <= today
    )
    rules = (
        Reason(Rule.AWAY, 9, 7, 2),
        Reason(Rule.LITTLE_ACTIVITY, 13, 20, 1),
        Reason(Rule.LOW_SCORE, 59, 50, 0),
        Reason(Rule.MISSED_DEADLINE, 1, 0, 2),
    )
    due = datetime.combine(today + timedelta(days=6), time(21), UTC)
    return StudentView(
        name=names[0],
        courses=(course,),
        chosen=course.public_id,
        level=Level.HELP,
        reasons=((course.code, rules),),
        levels=(Level.HELP,),
        average_score=59.0,
        weeks=weeks,
        days=days,
        scores=tuple(_score(course, names[1], freshness, one) for one in _SCORES),
        due=(Due(course.code, f"{names[1]} 4", due, 10.0, "not_started"),),
        handed_in=HandedIn(on_time=2, late=1, missing=1, not_yet_due=2),
        today=today,
        comparison=Comparison.SHOWN,
        freshness=freshness,
        earlier_score=67.5,
        content=Content(
            progress=(CourseProgress(course.code, done=11, published=20, planned=15),),
            steps=(NextStep(StepKind.DUE_SOON, course.code, f"{names[1]} 4", at=due),),
        ),
    )


def _score(
    course: CourseChoice, quiz: str, freshness: Freshness, told: tuple[int, float, tuple[float, float, float]]
) -> Score:
    number, score, quarters = told
    at = freshness.as_of - timedelta(weeks=2 * (4 - number))
    return Score(course.code, f"{quiz} {number}", score, at, *quarters)
