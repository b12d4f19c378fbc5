"""Where each learner of a course stands: one batch of reads that the student's and the classroom's page share.

Both pages show the same level for the same learner, since both compute it here from the whole course; but for courses
that are so small that only some readers may compare in them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.courses import Activity, Campus, Course, Work, read_work, submissions_statement
from dashapp.data.queries.days import Columns, OfCourses, Range, counts_statement, places, read_of_courses
from dashapp.data.queries.enrolment import roster
from dashapp.data.queries.shapes import planned_once
from dashapp.domain.audience import MINIMUM_GROUP, Audience
from dashapp.domain.indicators.handins import Deadlines, missed
from dashapp.domain.indicators.risk import MISSED_WINDOW_DAYS, Situation, Standing, assess
from dashapp.domain.indicators.scores import Marks, SubmissionRows, average_scores, marks
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.scope import AsOf

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

RECENT_DAYS = 15
"""Two windows of 7 × 24 h touch 15 local days; the last full week lies within 13."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a page asks for: the courses, the days it shows, and the learner it is about, if one."""

    organisation: OrganisationId
    as_of: AsOf
    courses: tuple[Course, ...]
    shown: Range
    learner: PersonId | None = None
    seen: Mapping[CourseId, Collection[int]] = field(default_factory=dict)
    """Of courses in which the reader sees only some learners by name: these."""
    minimum_group: int = MINIMUM_GROUP
    audience: Audience = Audience.NAMED
    """Who will read it: that decides with how many others somebody may be compared."""
    recent_days: int = RECENT_DAYS
    """How many days up to today are read whatever is shown."""

    def ranges(self, today: date) -> tuple[Range, ...]:
        """The days to be read: the shown ones, and the recent ones, which rules and comparisons need."""
        first, last = self.shown
        recent = today - timedelta(days=self.recent_days), today
        return (self.shown,) if first <= recent[0] and today <= last else (self.shown, recent)


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """One course with its learners, ordered by key; arrays of the shape (learners,)."""

    course: Course
    people: Longs
    last_day: Longs
    """Ordinal; 0: never active."""
    last_at: Floats
    """Seconds since 1970; NaN where only the day is known."""
    place: Longs
    """Of each learner-day in the ranges read: the learner's place in `people`; shape (days,)."""
    days: Columns
    """day, events, first_at, last_at of these learner-days; shape (days,)."""
    recorded: bool
    """Whether any of these days has minutes."""
    activities: tuple[Activity, ...]
    marks: Marks
    deadlines: Deadlines
    day_precision: NDArray[np.bool_]
    """Whether a learner's hand-in of an activity came from a source that knows days only; (learners, activities)."""
    averages: Floats
    standing: Standing
    rostered: bool
    """False: no source has sent a roster, and whoever did something counts as a learner."""
    seen: NDArray[np.bool_]
    """Whether the reader sees each by name."""
    handed: SubmissionRows
    """What `marks` were made of."""

    def place_of(self, person: PersonId) -> int | None:
        """The learner's place in the arrays, None where they are no learner of the course."""
        at, there = places(self.people, np.array([person]))
        return int(at[0]) if there[0] else None


def read_standings(connection: Connection, question: Question, campus: Campus) -> tuple[CourseStanding, ...]:
    """The standing of every learner of the question's courses; four statements."""
    organisation, keys = question.organisation, [course.course_id for course in question.courses]
    if not keys:
        return ()
    people = read_columns(connection, planned_once(roster, organisation, keys, question.as_of.instant, campus.today))
    counts = read_of_courses(connection, counts_statement, organisation, keys, question.ranges(campus.today))
    handed = read_of_courses(connection, submissions_statement, organisation, keys)
    work = read_work(connection, organisation, keys, question.learner)
    of_people, of_counts, of_handed = OfCourses(people), OfCourses(counts), OfCourses(handed)
    return tuple(
        standing_of(course, question, campus, (of_people.of(key), of_counts.of(key), of_handed.of(key)), work)
        for course, key in zip(question.courses, keys, strict=True)
    )


def standing_of(
    course: Course, question: Question, campus: Campus, read: tuple[Columns, Columns, Columns], work: Work
) -> CourseStanding:
    """Of one course, from what was read of it: who learns in it, their days, and what they handed in."""
    people, counts, handed = read
    order = np.argsort(people["person_id"])
    people, seen = _without_a_thin_rest({name: values[order] for name, values in people.items()}, question, course)
    keys = people["person_id"]
    place, enrolled = places(keys, counts["person_id"])
    counts = {name: values[enrolled] for name, values in counts.items()}
    tasks = work.activities.get(course.course_id, ())
    rows, day_precision = submission_rows(handed, keys, tasks)
    result = marks(rows, [one.work for one in tasks], len(keys))
    limits = deadlines(tasks, work, people, campus, question.as_of.instant)
    averages = average_scores([one.work for one in tasks], result.percent)
    situation = situation_of(course, campus, people, (place[enrolled], counts["day"], counts["events"]))
    situation = with_results(situation, (result, limits, averages), question.as_of.instant)
    return CourseStanding(
        course, keys, people["last_day"], people["last_at"], place[enrolled], counts,
        bool(counts["recorded"].any()), tasks, result, limits, day_precision, averages,
        assess(situation, course.calendar, course.rules, question.audience, question.minimum_group),
        bool(people["enrolled"].all()), seen, rows,
    )  # fmt: skip


def _without_a_thin_rest(
    people: dict[str, NDArray[Any]], question: Question, course: Course
) -> tuple[dict[str, NDArray[Any]], NDArray[np.bool_]]:
    """The learners with whom each is compared, and which of them the reader sees by name.

    Fewer than k whom the reader does not see are left out: a mean of all would tell theirs.
    """
    named = question.seen.get(course.course_id)
    if named is None:
        return people, np.ones(len(people["person_id"]), dtype=bool)
    seen = np.isin(people["person_id"], np.array(sorted(named), dtype=np.int64))
    if 0 < int((~seen).sum()) < question.minimum_group:
        return {name: values[seen] for name, values in people.items()}, seen[seen]
    return people, seen


def submission_rows(
    handed: Columns, keys: Longs, tasks: Sequence[Activity]
) -> tuple[SubmissionRows, NDArray[np.bool_]]:
    """The rows of learners in `keys` (sorted) for `tasks`, and per (learner, activity) whether only days are known."""
    ids = np.array([one.activity_id for one in tasks], dtype=np.int64)
    order = np.argsort(ids)
    learner, enrolled = places(keys, handed["person_id"])
    task, known = places(ids[order], handed["activity_id"])
    kept = enrolled & known
    learner, task = learner[kept], order[task[kept]] if len(ids) else task[kept]
    rows = {name: values[kept] for name, values in handed.items()}
    day_precision = np.zeros((len(keys), len(tasks)), dtype=bool)
    day_precision[learner[rows["day_precision"]], task[rows["day_precision"]]] = True
    return (
        SubmissionRows(
            learner, task, rows["attempt"], rows["submitted_at"], rows["graded_at"], rows["received_at"],
            rows["score"], rows["max_score"], rows["exempt"], rows["banked"],
            rows["event_id"][:, 0], rows["event_id"][:, 1],
        ),
        day_precision,
    )  # fmt: skip


def deadlines(tasks: Sequence[Activity], work: Work, people: Columns, campus: Campus, as_of: datetime) -> Deadlines:
    """The deadlines of each learner, extensions put in."""
    keys = people["person_id"]
    due = np.array([one.due_at.timestamp() if one.due_at else np.nan for one in tasks], dtype=np.float64)
    closes = np.array([_end_of_day(one.due_at, campus) for one in tasks], dtype=np.float64)
    shape = (len(keys), len(tasks))
    all_due, all_closes = np.broadcast_to(due, shape).copy(), np.broadcast_to(closes, shape).copy()
    columns = {one.activity_id: index for index, one in enumerate(tasks)}
    for (activity, person), moved in work.extensions.items():
        if activity not in columns:
            continue
        at, there = places(keys, np.array([person]))
        if there[0]:
            all_due[at[0], columns[activity]] = moved.timestamp()
            all_closes[at[0], columns[activity]] = _end_of_day(moved, campus)
    return Deadlines(all_due, all_closes, people["joined_at"], as_of.timestamp())


def _end_of_day(instant: datetime | None, campus: Campus) -> float:
    if instant is None:
        return float("nan")
    return campus.local.first_instant(campus.local.day_of(instant) + timedelta(days=1)).timestamp()


def local_ordinals(instants: Floats, campus: Campus) -> Longs:
    """The local day of each instant as an ordinal, 0 where there is none."""
    known, place = np.unique(np.nan_to_num(instants, nan=0.0), return_inverse=True)
    days = np.array([campus.local.locate(float(one))[0].toordinal() for one in known], dtype=np.int64)
    return np.where(np.isnan(instants), 0, days[place]) if len(known) else np.zeros(len(instants), dtype=np.int64)


def situation_of(course: Course, campus: Campus, people: Columns, rows: tuple[Longs, Longs, Longs]) -> Situation:
    """What the rules need, without results. `people`: joined_at, last_day; `rows`: place, day, events of each day."""
    place, day, events = rows
    enrolled = local_ordinals(people["joined_at"], campus)
    monday = course.calendar.full_week_before(campus.today)
    week = np.full(len(enrolled), np.nan)
    if monday is not None:
        start = monday.toordinal()
        inside = (day >= start) & (day < start + 7)
        sums = np.bincount(place[inside], weights=events[inside], minlength=len(enrolled))
        week = np.where(enrolled <= start, sums, np.nan)
    nothing = np.zeros(len(enrolled), dtype=np.int64)
    unknown = np.full(len(enrolled), np.nan)
    return Situation(campus.today, enrolled, people["last_day"], week, unknown, nothing, due=False)


def with_results(situation: Situation, read: tuple[Marks, Deadlines, Floats], as_of: datetime) -> Situation:
    """The same with scores and missed deadlines, as of the instant."""
    result, limits, averages = read
    since = as_of.timestamp() - MISSED_WINDOW_DAYS * 86_400
    late = missed(limits, result, since).sum(axis=1)
    with np.errstate(invalid="ignore"):
        due = bool(((limits.due_at >= since) & (limits.due_at < limits.as_of)).any())
    return Situation(
        situation.today, situation.enrolled_day, situation.last_day, situation.week_events, averages, late, due
    )
