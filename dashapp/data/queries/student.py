"""The data round of a learner's page: at most nine statements, from aggregates only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, func, or_, select

from dashapp.data.queries.columns import Statement, or_missing, read_columns
from dashapp.data.queries.content import read_content
from dashapp.data.queries.courses import Campus, Course, course_of, courses_statement, read_campus
from dashapp.data.queries.days import bits_statement, days, first_minutes, one_learner, per_week, places, read_bits
from dashapp.data.queries.enrolment import (
    courses_learnt_in,
    courses_met_without_roster,
    learners_in_sections,
    one_of,
)
from dashapp.data.queries.planned import rows_of
from dashapp.data.queries.shapes import Shaped, planned_once
from dashapp.data.queries.standing import CourseStanding, Question, read_standings
from dashapp.data.tables import courses
from dashapp.domain.audience import Audience, Comparison, comparison
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.calendar import TeachingCalendar, shown_range, week_starts
from dashapp.domain.indicators.handins import handed_in
from dashapp.domain.indicators.minutes import DayMinutes, TimePerDay, time_on_task
from dashapp.domain.indicators.scores import earlier_score, weights
from dashapp.domain.indicators.spread import quartiles
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, SectionId
from dashapp.domain.localtime import week_start
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import Day, Due, HandedIn, Level, Score, StudentView, Week
from dashapp.domain.views.content import Content

DUE_SHOWN = 6
LEVELS = (Level.HELP, Level.WATCH, Level.CALM)


@dataclass(frozen=True, slots=True)
class _Own:
    """The learner's own days over the chosen courses."""

    day: NDArray[np.int64]
    events: NDArray[np.int64]
    time: TimePerDay
    recorded: bool


def learner_courses(scope: Scope, person: PersonId, as_of: AsOf) -> Shaped:
    """The courses within the scope that the person learns in at the instant.

    Where the scope is limited to sections: those whose sections they are in, and `seen`, all learners of these.
    """
    pairs = sorted(scope.sections)
    limited = ({course for course, _section in pairs}, {section for _course, section in pairs}) if pairs else None
    asked = scope.organisation_id, [person], as_of.instant, scope.courses, limited
    return planned_once(_learner_courses_statement, *asked)


def _learner_courses_statement(
    organisation: OrganisationId,
    whose: Collection[PersonId],
    instant: datetime,
    within: Collection[CourseId] | None,
    limited: tuple[Collection[CourseId], Collection[SectionId]] | None,
) -> Statement:
    """`whose`: one learner; `within`: all courses if None; `limited`: the courses of which only these sections are
    seen."""
    learnt = courses_learnt_in(organisation, whose, instant).subquery("learnt")
    met = courses_met_without_roster(organisation, whose).subquery("met")
    own_ones = or_(*(courses.c.course_id.in_(select(ones.c.course_id)) for ones in (learnt, met)))
    statement = courses_statement(organisation).where(own_ones)
    if within is not None:
        statement = statement.where(one_of(courses.c.course_id, within))
    if limited is None:
        return statement
    named = learners_in_sections(organisation, limited[1], instant).subquery("named")
    of_course = select(func.array_agg(named.c.person_id)).where(named.c.course_id == courses.c.course_id)
    own = select(named.c.course_id).where(one_of(named.c.person_id, whose))
    return statement.add_columns(of_course.correlate(courses).scalar_subquery().label("seen")).where(
        or_(~one_of(courses.c.course_id, limited[0]), courses.c.course_id.in_(own))
    )


def own_days_statement(scope: Scope, person: PersonId, keys: Sequence[CourseId]) -> Statement:
    """Every learner-day of one learner in the courses, with its minutes; for `read_columns`."""
    statement = select(
        days.course_id,
        days.day,
        days.events,
        or_missing(days.minutes),
        days.minutes.is_not(None).label("recorded"),
    ).where(days.organisation_id == scope.organisation_id, one_of(days.course_id, keys))
    return one_learner(statement, person)


def _seen(scope: Scope, rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[CourseId, frozenset[int]]:
    """Of each course whom the reader sees by name; courses are left out that they see whole."""
    if scope.audience is not Audience.NAMED:
        return {row.course_id: frozenset(scope.learners or ()) for row in rows}
    return {row.course_id: frozenset(row.seen or ()) for row in rows if scope.sections_of(row.course_id)}


def _chosen(found: Sequence[Course], course: UUID | None, today: date) -> tuple[Course, ...]:
    """The course asked for, else those under way, else the one that ended last."""
    asked = tuple(one for one in found if one.choice.public_id == course)
    running = tuple(one for one in found if one.calendar.is_running(today))
    latest = sorted(found, key=lambda one: one.calendar.ends_on or date.max)[-1:]
    return asked or running or tuple(latest)


def _calendar(chosen: Sequence[Course]) -> TeachingCalendar:
    """From the first start to the last end of the courses."""
    starts = [one.calendar.starts_on for one in chosen if one.calendar.starts_on]
    ends = [one.calendar.ends_on for one in chosen]
    known = [end for end in ends if end]
    return TeachingCalendar(min(starts, default=None), max(known) if len(known) == len(ends) and known else None)


def read_student(connection: Connection, scope: Scope, as_of: AsOf, filters: Filters, person: PersonId) -> StudentView:
    """One learner's page over the chosen courses.

    Raises NotPermitted where the scope does not hold the learner, or staff ask for a learner of no course of theirs.
    """
    if not scope.permits_learner(person):
        raise NotPermitted("This learner is not within the scope.")
    campus = read_campus(connection, scope.organisation_id, as_of, person)
    rows = rows_of(connection, learner_courses(scope, person, as_of)).all()
    found = tuple(sorted((course_of(row) for row in rows), key=lambda course: (course.choice.code, course.course_id)))
    if not found and scope.audience is not Audience.SELF:
        raise NotPermitted("This learner is in no course of the viewer.")
    chosen = _chosen(found, filters.course, campus.today)
    shown = shown_range(_calendar(chosen), campus.today, filters.first, filters.last)
    seen = _seen(scope, rows)
    question = Question(scope.organisation_id, as_of, chosen, shown, person, seen, scope.minimum_group, scope.audience)
    standings = [one for one in read_standings(connection, question, campus) if one.place_of(person) is not None]
    own = _own_days(connection, scope, campus, (person, [one.course_id for one in chosen]))
    weeks, compared = _weeks(connection, scope, campus, question, (own, standings))
    mine = [(one, one.place_of(person) or 0) for one in standings]
    content = read_content(connection, scope, campus, person, mine)
    return _view(scope, campus, (found, chosen, filters), mine, _Parts(own, weeks, compared, question, content))


@dataclass(frozen=True, slots=True)
class _Parts:
    own: _Own
    weeks: tuple[Week, ...]
    comparison: Comparison
    question: Question
    content: Content


def _view(
    scope: Scope,
    campus: Campus,
    choice: tuple[tuple[Course, ...], tuple[Course, ...], Filters],
    mine: Sequence[tuple[CourseStanding, int]],
    parts: _Parts,
) -> StudentView:
    found, chosen, filters = choice
    averages = [float(one.averages[at]) for one, at in mine if not np.isnan(one.averages[at])]
    held = [one.standing.levels[at] for one, at in mine]
    asked = [one.choice.public_id for one in chosen if one.choice.public_id == filters.course]
    return StudentView(
        name=campus.person,
        courses=tuple(one.choice for one in found),
        chosen=asked[0] if asked else None,
        level=min(held, key=LEVELS.index, default=Level.CALM),
        reasons=tuple((one.course.choice.code, one.standing.reasons(at)) for one, at in mine),
        levels=tuple(held),
        average_score=sum(averages) / len(averages) if averages else None,
        weeks=parts.weeks,
        days=_own_view(parts.own, campus.today),
        scores=_scores(mine, scope),
        due=_due(mine, parts.question.as_of.instant),
        handed_in=_handed_in(mine),
        today=campus.today,
        comparison=parts.comparison,
        freshness=campus.freshness,
        minutes_recorded=parts.own.recorded or any(one.recorded for one, _at in mine),
        content=parts.content,
        earlier_score=_earlier_score(mine),
    )


def _earlier_score(mine: Sequence[tuple[CourseStanding, int]]) -> float | None:
    """The mean of the courses' scores as it was before the newest score of all came."""
    known = [one.marks.graded_at[at][~np.isnan(one.marks.graded_at[at])] for one, at in mine]
    newest = max((float(when.max()) for when in known if len(when)), default=None)
    if newest is None:
        return None
    earlier = [earlier_score([task.work for task in one.activities], one.marks, at, newest) for one, at in mine]
    told = [score for score in earlier if score is not None]
    return sum(told) / len(told) if told else None


def _own_days(connection: Connection, scope: Scope, campus: Campus, asked: tuple[PersonId, Sequence[CourseId]]) -> _Own:
    person, keys = asked
    found = read_columns(connection, own_days_statement(scope, person, keys))
    nobody = np.zeros(len(found["day"]), dtype=np.int64)
    time = time_on_task(DayMinutes(nobody, found["day"], found["minutes"]), first_minutes(campus.local))
    return _Own(found["day"], found["events"], time, bool(found["recorded"].any()))


def _own_view(own: _Own, today: date) -> tuple[Day, ...]:
    """The days with activity, oldest first."""
    active, place = np.unique(own.day, return_inverse=True)
    events = np.bincount(place, weights=own.events, minlength=len(active)).astype(np.int64)
    at, there = places(own.time.day, active)
    minutes = np.where(there, own.time.minutes[at] if len(own.time.day) else 0, 0)
    return tuple(
        Day(date.fromordinal(int(day)), int(count), int(time) if own.recorded else None)
        for day, count, time in zip(active, events, minutes, strict=True)
        if day <= today.toordinal()
    )


def _weeks(
    connection: Connection,
    scope: Scope,
    campus: Campus,
    question: Question,
    read: tuple[_Own, Sequence[CourseStanding]],
) -> tuple[tuple[Week, ...], Comparison]:
    own, standings = read
    starts = week_starts(*question.shown)
    alone = np.zeros(len(own.day), dtype=np.int64)
    events = per_week(alone, own.day, own.events, (starts, 1))[0]
    minutes = per_week(own.time.learner, own.time.day, own.time.minutes, (starts, 1))[0]
    unique = np.unique(own.day)
    active = per_week(np.zeros(len(unique), dtype=np.int64), unique, np.ones(len(unique), dtype=np.int64), (starts, 1))[
        0
    ]
    recorded = own.recorded or any(one.recorded for one in standings)
    medians, compared = _medians(connection, scope, campus, question, standings)
    under_way = week_start(campus.today)
    return (
        tuple(
            Week(
                monday, int(events[index]), int(minutes[index]) if recorded else None, int(active[index]),
                medians.minutes[index], medians.events[index], monday == under_way,
            )
            for index, monday in enumerate(starts)
        ),
        compared,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Medians:
    minutes: Sequence[float | None]
    events: Sequence[float | None]


def _medians(
    connection: Connection, scope: Scope, campus: Campus, question: Question, standings: Sequence[CourseStanding]
) -> tuple[_Medians, Comparison]:
    """Medians over the learners of the one course in view: those of several courses cannot be put together."""
    starts = week_starts(*question.shown)
    nothing = _Medians([None] * len(starts), [None] * len(starts))
    if len(standings) != 1:
        return nothing, Comparison.SHOWN
    one = standings[0]
    compared = comparison(scope.audience, len(one.people) - 1, scope.minimum_group)
    if compared is not Comparison.SHOWN:
        return nothing, compared
    shape = (starts, len(one.people))
    events = [
        float(value) for value in np.median(per_week(one.place, one.days["day"], one.days["events"], shape), axis=0)
    ]
    if not one.recorded:
        return _Medians(nothing.minutes, events), compared
    statement = bits_statement(question.organisation, [one.course.course_id], [question.shown])
    time = time_on_task(read_bits(connection, statement), first_minutes(campus.local))
    place, enrolled = places(one.people, time.learner)
    weekly = per_week(place[enrolled], time.day[enrolled], time.minutes[enrolled], shape)
    return _Medians([float(value) for value in np.median(weekly, axis=0)], events), compared


def _thin(scope: Scope, unseen: int) -> bool:
    """Whether so few of a group are not seen by name that a figure of all would tell theirs."""
    return 0 < unseen < scope.minimum_group


def _scores(mine: Sequence[tuple[CourseStanding, int]], scope: Scope) -> tuple[Score, ...]:
    result = []
    for one, at in mine:
        for column, task in enumerate(one.activities):
            own = one.marks.percent[at, column]
            if np.isnan(own):
                continue
            known = one.marks.percent[:, column]
            unseen = int((~np.isnan(known) & ~one.seen).sum())
            known = known[~np.isnan(known)]
            three: tuple[float | None, ...] = (None, None, None)
            compared = comparison(scope.audience, len(known) - 1, scope.minimum_group)
            if _thin(scope, unseen):
                compared = Comparison.HIDDEN
            if compared is Comparison.SHOWN:
                three = quartiles(known)
            when = datetime.fromtimestamp(float(one.marks.graded_at[at, column]), UTC)
            quarters = dict(zip(("quartile_1", "median", "quartile_3"), three, strict=True))
            result.append(Score(one.course.choice.code, task.title, float(own), when, comparison=compared, **quarters))
    return tuple(sorted(result, key=lambda score: score.at))


def _due(mine: Sequence[tuple[CourseStanding, int]], as_of: datetime) -> tuple[Due, ...]:
    result = []
    for one, at in mine:
        share = weights([task.work for task in one.activities], one.marks.percent)
        weighted = any(task.work.weight for task in one.activities)
        for column, task in enumerate(one.activities):
            due = one.deadlines.due_at[at, column]
            if np.isnan(due) or due < as_of.timestamp() or one.marks.exempt[at, column]:
                continue
            if not np.isnan(one.marks.submitted_at[at, column]):
                state = "submitted"
            elif task.published_at and task.published_at > as_of:
                state = "not_open"
            else:
                state = "opened" if task.opened else "not_started"
            part = 100.0 * float(share[column]) / float(share.sum()) if weighted and share.sum() else None
            when = datetime.fromtimestamp(float(due), UTC)
            result.append(Due(one.course.choice.code, task.title, when, part, state))
    return tuple(sorted(result, key=lambda due: due.due_at)[:DUE_SHOWN])


def _handed_in(mine: Sequence[tuple[CourseStanding, int]]) -> HandedIn:
    rows = [handed_in(one.deadlines, one.marks, one.day_precision, at) for one, at in mine]
    return HandedIn(
        sum(row.on_time for row in rows),
        sum(row.late for row in rows),
        sum(row.missing for row in rows),
        sum(row.not_yet_due for row in rows),
    )
