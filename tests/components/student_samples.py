"""What a learner has done of the content of two courses, as of Thu 7 May 2026."""

from datetime import UTC, datetime
from uuid import UUID

from dashapp.domain.keys import PublicId
from dashapp.domain.views.content import (
    Content,
    CourseProgress,
    NextStep,
    Outlook,
    ScoreBin,
    StepKind,
    UnitProgress,
    Untouched,
    WorkRow,
    WorkState,
)

ADDRESS = "https://lms.example/quiz/2"
UNITS = ("Loops and files", "Recursion", "Sorting")


def may(day: int) -> datetime:
    return datetime(2026, 5, day, 20, 0, tzinfo=UTC)


def april(day: int) -> datetime:
    return datetime(2026, 4, day, 20, 0, tzinfo=UTC)


def student_content() -> Content:
    return Content(
        progress=(CourseProgress("CCC", 30, 40, 36), CourseProgress("EEE", 26, 38, 20)),
        steps=(
            NextStep(StepKind.OVERDUE, "CCC", "assignment 1", UNITS[0], may(4)),
            NextStep(StepKind.DUE_SOON, "EEE", "Assignment 2", at=may(15)),
            NextStep(StepKind.UNFINISHED, "CCC", "quiz 1", UNITS[1]),
            NextStep(StepKind.LOW_SCORE, "CCC", "quiz 1", UNITS[0], score=55.0, address=ADDRESS),
        ),
        work=(
            WorkRow("CCC", "quiz 1", WorkState.DONE, april(10), april(9), 80.0),
            WorkRow("CCC", "assignment 1", WorkState.LATE, april(20), april(22), 55.0),
            WorkRow("EEE", "quiz 1", WorkState.EXEMPT, april(25)),
            WorkRow("EEE", "assignment 1", WorkState.MISSING, may(4)),
            WorkRow("CCC", "Assignment 2", WorkState.DUE, may(15)),
            WorkRow("EEE", "Assignment 2", WorkState.NOT_OPEN, may(30)),
        ),
        units=(
            UnitProgress("CCC", UNITS[0], 5, 5, 82.0),
            UnitProgress("CCC", UNITS[1], 1, 4, None, (Untouched("quiz 1", ADDRESS), Untouched("assignment 1"))),
            UnitProgress("EEE", "", 0, 2, None, (Untouched("quiz 1"),)),
        ),
        outlooks=(outlook(),),
        distribution=(ScoreBin(0, 50, 5), ScoreBin(50, 70, 9), ScoreBin(70, 100, 6)),
    )


def outlook(**changed: float | bool) -> Outlook:
    """1,800 + 1,500 of a weight of 100, of which 50 are left."""
    values: dict[str, float | bool] = {"earned": 3300.0, "graded": 50.0, "rest": 50.0, **changed}
    return Outlook(PublicId(UUID(int=1)), "CCC", **values)  # type: ignore[arg-type] # plain values by name
