"""What the first round of a classroom's page has read: a course's standing, who of it is chosen, their time on task."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.courses import Campus
from dashapp.data.queries.days import per_week, places
from dashapp.data.queries.standing import CourseStanding, Question
from dashapp.domain.indicators.calendar import week_starts
from dashapp.domain.indicators.minutes import TimePerDay

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Room:
    """What has been read."""

    one: CourseStanding
    campus: Campus
    question: Question
    chosen: Longs
    """Places of the chosen learners."""
    any_level: Longs
    """Places of those whom all filters but the level choose."""
    time: TimePerDay | None
    """Of all learners of the course, by person; None where no minutes are recorded."""

    @property
    def starts(self) -> tuple[date, ...]:
        """The Mondays of the shown weeks."""
        return week_starts(*self.question.shown)

    def weekly_minutes(self, starts: Sequence[date]) -> Longs:
        """Per learner of the course and week; only where minutes are recorded."""
        assert self.time is not None
        place, enrolled = places(self.one.people, self.time.learner)
        shape = (starts, len(self.one.people))
        return per_week(place[enrolled], self.time.day[enrolled], self.time.minutes[enrolled], shape)

    def total_minutes(self) -> Longs | None:
        """Per learner of the course, on the shown days; None where no minutes are recorded."""
        if self.time is None:
            return None
        first, last = (day.toordinal() for day in self.question.shown)
        place, enrolled = places(self.one.people, self.time.learner)
        inside = enrolled & (self.time.day >= first) & (self.time.day <= last)
        sums = np.bincount(place[inside], weights=self.time.minutes[inside], minlength=len(self.one.people))
        return sums.astype(np.int64)

    def weekly_events(self, starts: Sequence[date]) -> Longs:
        """Per learner of the course and week, on the shown days."""
        one, (first, last) = self.one, (day.toordinal() for day in self.question.shown)
        shown = (one.days["day"] >= first) & (one.days["day"] <= last)
        return per_week(one.place[shown], one.days["day"][shown], one.days["events"][shown], (starts, len(one.people)))
