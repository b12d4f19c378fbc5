"""What stands below the fold of a classroom of eight learners, full, new and hidden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashapp.domain.views import ClassroomWorkView
from dashapp.domain.views.classroom_work import (
    AssignmentWork,
    Forum,
    ForumWeek,
    QuestionTries,
    TypeWeeks,
    UnitEngagement,
)
from tests.components.samples import CCC, FRESH, START, TODAY, WEEK_STARTS, WEEKS, video

TITLES = ("quiz 1", "assignment 1")


def assignment(number: int) -> AssignmentWork:
    due = datetime(2026, 5, 20, 20, tzinfo=UTC) - timedelta(weeks=number)
    if number == 0:
        return AssignmentWork("Assignment 2", due, 1, 0, 0, 7, (0,) * 10, 0, None, None)
    scores = (0, 0, 0, 1, 0, 1, 0, 2, 1, 1)
    return AssignmentWork(TITLES[number % 2], due, 5, 1, 2, 0, scores, 6, 70.5, 74.0)


def forum_weeks() -> tuple[ForumWeek, ...]:
    return tuple(
        ForumWeek(start, place % 3, place % 5, min(place % 3 + place % 5, 4)) for place, start in enumerate(WEEK_STARTS)
    )


def full(assignments: int = 10) -> ClassroomWorkView:
    """Ten assignments, of which two are not drawn; 24 questions, of which four are not drawn."""
    return ClassroomWorkView(
        course=CCC,
        first=START,
        last=TODAY,
        today=TODAY,
        freshness=FRESH,
        learners=8,
        week_starts=WEEK_STARTS,
        assignments=tuple(assignment(number) for number in range(assignments)),
        last_seen=(2, 1, 0, 2, 0, 1, 1, 1),
        units=(
            UnitEngagement("Science", 0, 4, 7, 87.5, 60.0), UnitEngagement("Loops", 1, 2, 6, 75.0, 50.0),
            UnitEngagement("Files", 0, 1, 0, 0.0, 0.0), UnitEngagement("Recursion", 0, 0, 0, 0.0, None),
        ),
        questions=tuple(
            QuestionTries("quiz 1", f"assignment {number}", 8, 11, min(8, number // 3), min(8, 2 + number // 3))
            for number in range(24)
        ),
        forum=Forum(forum_weeks(), 13, 2),
        hours=tuple(tuple(max(0.0, 1.5 - abs(hour - 14) * 0.25) for hour in range(24)) for _day in range(7)),
        types=tuple(
            TypeWeeks(name, (number,) * WEEKS, (3 * number,) * WEEKS, (share,) * WEEKS)
            for name, number, share in (
                ("page", 9, 45.0), ("video", 5, 25.0), ("quiz", 2, 10.0), ("forum", 1, 5.0), ("assignment", 1, 5.0),
                ("resource", 1, 5.0), ("odd", 1, 5.0),
            )
        ),
        videos=tuple(video(number) for number in range(1, 7)),
    )  # fmt: skip


def new() -> ClassroomWorkView:
    """Nothing has happened yet."""
    return replace(
        full(), learners=0, assignments=(), last_seen=(0,) * 8, units=(), questions=(), hours=((0.0,) * 24,) * 7,
        forum=Forum(tuple(ForumWeek(start, 0, 0, 0) for start in WEEK_STARTS), 0, 0), types=(), videos=(),
    )  # fmt: skip


def in_groups() -> ClassroomWorkView:
    """For who sees groups only, where every card would tell of a few."""
    nothing = dict.fromkeys(("assignments", "last_seen", "units", "questions", "forum", "hours", "types"))
    return replace(full(), **nothing, videos=None, named=False)  # type: ignore[arg-type]  # Nones, by the names above


def hidden() -> ClassroomWorkView:
    """The whole course is hidden."""
    return replace(in_groups(), hidden=True)
