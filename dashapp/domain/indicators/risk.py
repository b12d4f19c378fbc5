"""At risk, by rule: points from four rules, each with its value and limit, so that a reason can always be given.

Why points and not "any rule applies": on OULAD that flags 27 % of the learners in week 1 and 57 % by day 180, which is
a list that nobody reads. So a course lists at most a share of its learners (20 %), those with the most points first,
and where more learners share the points of the last place than there are places, those who were here most recently,
since they can still be reached. The rules are simple on purpose: each can be checked by the person it speaks about.
They follow what Macfadyen & Dawson 2010 (doi 10.1016/j.compedu.2009.09.008) and Arnold & Pistilli 2012
(doi 10.1145/2330601.2330666) found to carry most: recency, effort against one's own course, results, missed work.

No rule speaks before teaching starts, in breaks, or after the end; and none that compares a learner with the course
while there are too few others to compare with (`dashapp.domain.audience.comparison`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import isnan

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.audience import MINIMUM_GROUP, Audience, Comparison, comparison
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.views import Level, Reason, Rule

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

RULES = (Rule.AWAY, Rule.LITTLE_ACTIVITY, Rule.LOW_SCORE, Rule.MISSED_DEADLINE)
"""The columns of every matrix here."""
MISSED_WINDOW_DAYS = 14


@dataclass(frozen=True, slots=True)
class Step:
    """From this limit on, a rule gives these points."""

    limit: float
    points: int


@dataclass(frozen=True, slots=True)
class RiskRules:
    """The rules of a course, with their defaults; `courses.risk_rules` may replace any field.

    AWAY and MISSED_DEADLINE apply above a step's limit, LITTLE_ACTIVITY and LOW_SCORE below it; the highest step that
    applies gives the points, and no steps switch a rule off.
    """

    away: tuple[Step, ...] = (Step(7, 2), Step(14, 3), Step(21, 4))
    """Teaching days since the last active day."""
    little_activity: tuple[Step, ...] = (Step(20, 1), Step(5, 2))
    """Events of the last full week in % of the course median."""
    low_score: tuple[Step, ...] = (Step(75, 2), Step(50, 3))
    """Average score in % of the course mean."""
    missed_deadline: tuple[Step, ...] = (Step(0, 2), Step(1, 3))
    """Deadlines missed in the last 14 days."""
    help_from: int = 3
    """Fewest points of a learner who is listed."""
    watch_from: int = 2
    listed_share: float = 0.2
    """At most this share of a course is listed as in need of help, and as many again to watch."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules need of the learners of one course; arrays of the shape (n,), NaN where nothing is known."""

    today: date
    enrolled_day: Longs
    """Ordinal of the local day on which each enrolment began; 0: at the start."""
    last_day: Longs
    """Ordinal of the last active day; 0: never."""
    week_events: Floats
    """Events in the last full week; NaN where the learner was not enrolled during the whole week."""
    score: Floats
    missed: Longs
    """Deadlines missed in the last 14 days."""
    due: bool
    """Whether there was any deadline in the last 14 days."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict on each learner of a course; matrices of the shape (n, 4), columns in the order of `RULES`."""

    values: Floats
    """NaN: the rule cannot speak."""
    limits: Floats
    points: NDArray[np.int64]
    levels: tuple[Level, ...]
    speaking: bool
    comparisons: tuple[Comparison, ...]
    """Why the rule of each column is silent for those of whom it would otherwise know something."""
    known: NDArray[np.bool_]
    """Of whom each rule would know something."""

    def reasons(self, index: int) -> tuple[Reason, ...]:
        """The four rules of one learner, in the order of `RULES`."""
        return self.reasons_of(slice(index, index + 1))[0]

    def reasons_of(self, which: slice | Longs) -> list[tuple[Reason, ...]]:
        """The same of several learners, in the order of their places."""
        columns = (self._reasons_of_rule(number, which) for number in range(len(RULES)))
        return list(zip(*columns, strict=True))

    def _reasons_of_rule(self, number: int, which: slice | Longs) -> list[Reason]:
        rule, limit = RULES[number], _rounded(float(self.limits[number]))
        compared = self.comparisons[number]

        # Many learners have the same value of a rule: so many days away, no deadline missed, nothing done last week.
        @cache
        def reason(value: float, gained: int, knows: bool) -> Reason:
            return Reason(rule, _rounded(value), limit, gained, compared if knows else Comparison.SHOWN)

        # numpy's numbers as plain ones first: one by one they cost five times as much.
        of_rule = (each[which, number].tolist() for each in (self.values, self.points, self.known))
        return [reason(value, gained, knows) for value, gained, knows in zip(*of_rule, strict=True)]

    def total(self) -> NDArray[np.int64]:
        """Points per learner; shape (n,)."""
        return np.asarray(self.points.sum(axis=1), dtype=np.int64)


def _rounded(value: float) -> float | None:
    return None if isnan(value) else round(value, 1)


def away_days(situation: Situation, calendar: TeachingCalendar) -> Floats:
    """Teaching days since the last active day, today included; since the enrolment where there was none."""
    today = situation.today.toordinal()
    start = calendar.starts_on.toordinal() - 1 if calendar.starts_on else today
    since = np.where(situation.last_day > 0, situation.last_day, situation.enrolled_day - 1)
    since = np.clip(np.maximum(since, start), None, today)
    counts = calendar.counts(date.fromordinal(start), situation.today)
    return np.asarray(counts[-1] - counts[since - start], dtype=np.float64)


def _above(values: Floats, steps: Sequence[Step]) -> NDArray[np.int64]:
    gained = [np.where(values > step.limit, step.points, 0) for step in steps]
    return np.max(gained, axis=0).astype(np.int64) if gained else np.zeros(len(values), dtype=np.int64)


def _below(values: Floats, steps: Sequence[Step]) -> NDArray[np.int64]:
    gained = [np.where(values < step.limit, step.points, 0) for step in steps]
    return np.max(gained, axis=0).astype(np.int64) if gained else np.zeros(len(values), dtype=np.int64)


def _first_limit(steps: Sequence[Step], pick: str) -> float:
    return float((min if pick == "least" else max)(step.limit for step in steps)) if steps else float("nan")


def levels(points: NDArray[np.int64], last_day: Longs, rules: RiskRules) -> tuple[Level, ...]:
    """Who is listed: by points, then by the most recent active day, never more than the share of the course."""
    places = max(1, int(rules.listed_share * len(points)))
    order = np.lexsort((np.arange(len(points)), -last_day, -points))
    result, first, further = [Level.CALM] * len(points), order[:places], order[places : 2 * places]
    helped = points[first] >= rules.help_from
    watched = np.concatenate((first[~helped], further))
    for index in watched[points[watched] >= rules.watch_from].tolist():
        result[index] = Level.WATCH
    for index in first[helped].tolist():
        result[index] = Level.HELP
    return tuple(result)


def _nothing_yet(number: int, speaking: bool) -> Standing:
    shape = (number, len(RULES))
    return Standing(
        np.full(shape, np.nan),
        np.full(len(RULES), np.nan),
        np.zeros(shape, dtype=np.int64),
        (Level.CALM,) * number,
        speaking,
        (Comparison.SHOWN,) * len(RULES),
        np.zeros(shape, dtype=bool),
    )


def assess(
    situation: Situation,
    calendar: TeachingCalendar,
    rules: RiskRules,
    audience: Audience = Audience.NAMED,
    minimum_group: int = MINIMUM_GROUP,
) -> Standing:
    """The points, values, limits and levels of all learners of one course at `situation.today`, for an audience."""
    number = len(situation.last_day)
    speaking = calendar.is_teaching(situation.today)
    if not speaking or not number:
        return _nothing_yet(number, speaking)
    values, limits = np.full((number, len(RULES)), np.nan), np.full(len(RULES), np.nan)
    points = np.zeros((number, len(RULES)), dtype=np.int64)
    values[:, 0] = away_days(situation, calendar)
    week, known = situation.week_events, situation.score[~np.isnan(situation.score)]
    weeks = int((~np.isnan(week)).sum())
    of_week, of_scores = (comparison(audience, count - 1, minimum_group) for count in (weeks, len(known)))
    median = float(np.median(week[~np.isnan(week)])) if of_week is Comparison.SHOWN else 0.0
    if median > 0:
        values[:, 1] = 100.0 * week / median
    mean = float(known.mean()) if of_scores is Comparison.SHOWN else float("nan")
    values[:, 2] = situation.score if mean > 0 else np.nan
    if situation.due:
        values[:, 3] = situation.missed
    relative = 100.0 * values[:, 2] / mean
    limits[:] = (
        _first_limit(rules.away, "least"),
        _first_limit(rules.little_activity, "greatest"),
        _first_limit(rules.low_score, "greatest") * mean / 100.0,
        _first_limit(rules.missed_deadline, "least"),
    )
    points[:, 0] = _above(values[:, 0], rules.away)
    points[:, 1] = _below(values[:, 1], rules.little_activity)
    points[:, 2] = _below(relative, rules.low_score)
    points[:, 3] = _above(values[:, 3], rules.missed_deadline)
    to_know = np.ones((number, len(RULES)), dtype=bool)
    to_know[:, 1], to_know[:, 2] = ~np.isnan(week), ~np.isnan(situation.score)
    listed = levels(points.sum(axis=1), situation.last_day, rules)
    comparisons = (Comparison.SHOWN, of_week, of_scores, Comparison.SHOWN)
    return Standing(values, limits, points, listed, speaking, comparisons, to_know)
