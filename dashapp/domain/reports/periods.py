"""The time that a question is about: fixed days, or days that move with the day on which it is asked."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST_DAYS: Final = 3_660
"""Ten years: what lies further apart is no time of a report."""
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200


class Unit(StrEnum):
    """What a moving period is counted in."""

    DAY = "day"
    WEEK = "week"
    """Monday to Sunday, by ISO 8601."""
    MONTH = "month"


class Grain(StrEnum):
    """How finely time is divided."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Days:
    """Local days, both inclusive."""

    first: date
    last: date

    def __len__(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


class Fixed(BaseModel):
    """From one day to another, both inclusive. ValidationError where they are in the wrong order or too far apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["fixed"] = "fixed"
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not FIRST_YEAR <= self.first.year <= self.last.year <= LAST_YEAR:
            raise ValueError(f"days must be between {FIRST_YEAR} and {LAST_YEAR}, the first before the last")
        if self.first > self.last:
            raise ValueError("the first day is after the last")
        if (self.last - self.first).days >= LONGEST_DAYS:
            raise ValueError("a period has at most ten years")
        return self

    def days(self, today: date) -> Days:
        """The days, whatever today is."""
        return Days(self.first, self.last)

    def before(self, today: date) -> Days:
        """As many days just before."""
        length = timedelta(days=(self.last - self.first).days + 1)
        return Days(self.first - length, self.last - length)


class Moving(BaseModel):
    """The last so many days, weeks or months: `whole` ones that are over, or up to and with today."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["moving"] = "moving"
    count: Annotated[int, Field(ge=1, le=520)] = 4
    unit: Unit = Unit.WEEK
    whole: bool = True

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if self.count * {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31}[self.unit] > LONGEST_DAYS:
            raise ValueError("a period has at most ten years")
        return self

    def days(self, today: date) -> Days:
        """The days, seen from `today`."""
        last_start = _start(today, self.unit)
        if not self.whole:
            return Days(_shifted(last_start, self.unit, 1 - self.count), today)
        return Days(_shifted(last_start, self.unit, -self.count), last_start - timedelta(days=1))

    def before(self, today: date) -> Days:
        """The same of so many units earlier: of a week under way the same weekdays, of a month under way as many days
        as a shorter month before it has."""
        days = self.days(today)
        first = _shifted(days.first, self.unit, -self.count)
        ended = days.first - timedelta(days=1)
        return Days(first, ended if self.whole else min(first + (days.last - days.first), ended))


Period = Annotated[Fixed | Moving, Field(discriminator="kind")]


def _start(day: date, unit: Unit) -> date:
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)


def _shifted(start: date, unit: Unit, count: int) -> date:
    match unit:
        case Unit.DAY:
            return start + timedelta(days=count)
        case Unit.WEEK:
            return start + timedelta(weeks=count)
        case Unit.MONTH:
            months = start.year * 12 + start.month - 1 + count
            return date(months // 12, months % 12 + 1, 1)
