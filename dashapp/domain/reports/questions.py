"""A question to the metric dictionary: what is measured, by what it is divided, of whom, and when."""

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dashapp.domain.events import ActivityType
from dashapp.domain.reports.periods import Grain, Moving, Period

MOST_MEASURES: Final = 4
MOST_CHOSEN: Final = 500
MOST_ROWS: Final = 10_000
"""Of one block of a document: what is longer is an extract."""


class Dimension(StrEnum):
    """By what figures are divided, besides time."""

    UNIT = "unit"
    """Faculty or department."""
    COURSE = "course"
    SECTION = "section"
    ACTIVITY_TYPE = "activity_type"
    ACTIVITY = "activity"
    """A single assignment, quiz or exam."""
    WEEKDAY = "weekday"
    HOUR = "hour"
    SCORE_BAND = "score_band"
    HANDED_IN = "handed_in"
    """On time, late, missing."""
    OUTCOME = "outcome"
    LEARNER = "learner"
    """By name: only for who may see each of them."""


class Choice(BaseModel):
    """Of whom: what is set is combined by "and", what stands in one list by "or". Nothing: all that the reader sees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=MOST_CHOSEN)
    ] = ()
    courses: Annotated[tuple[UUID, ...], Field(max_length=MOST_CHOSEN)] = ()
    sections: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=MOST_CHOSEN)
    ] = ()
    activity_types: Annotated[tuple[ActivityType, ...], Field(max_length=len(ActivityType))] = ()


class Order(BaseModel):
    """By which column of the answer, and which way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Annotated[str, Field(min_length=1, max_length=60)]
    descending: bool = True


class Question(BaseModel):
    """One question. Whether it makes sense is said by `dashapp.domain.reports.sense`; its parts are well-formed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measures: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=60)], ...], Field(min_length=1, max_length=MOST_MEASURES)
    ]
    """Keys of `dashapp.domain.reports.measures`. One that is gone is kept, and the block says so."""
    grain: Grain | None = None
    split: Dimension | None = None
    across: Dimension | None = None
    """A second dimension, of heat maps and stacked bars."""
    period: Period = Moving()
    choice: Choice = Choice()
    with_before: bool = False
    """Beside each figure the one of the period before."""
    order: Order | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] | None = None
    """How many rows; with time or a second dimension, rows of how many values of the first one, so that no line is
    cut."""
