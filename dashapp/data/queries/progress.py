"""How far the learners of courses have come, from sets of people by activity: the metric of each learner's own page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Label, and_, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.queries.columns import Statement, read_columns
from dashapp.data.queries.days import Columns, places
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.planned import rows_of
from dashapp.data.queries.presence import people_of
from dashapp.data.queries.shapes import planned_once, shaped
from dashapp.data.queries.standing import CourseStanding
from dashapp.data.tables import activities, activity_people, courses
from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK
from dashapp.domain.indicators.handins import came
from dashapp.domain.indicators.progress import BY_VIEW
from dashapp.domain.keys import CourseId, OrganisationId

Floats = NDArray[np.float64]


def published_of(instant: datetime) -> Label[int]:
    """How many activities each course of a statement has published by then, as the column `published`."""
    return (
        select(func.count())
        .where(
            activities.c.organisation_id == courses.c.organisation_id,
            activities.c.course_id == courses.c.course_id,
            or_(activities.c.published_at.is_(None), activities.c.published_at <= instant),
        )
        .correlate(courses)
        .scalar_subquery()
        .label("published")
    )


def _published_statement(organisation: OrganisationId, course: CourseId, instant: datetime) -> Statement:
    here = courses.c.organisation_id == organisation, courses.c.course_id == course
    return select(published_of(instant)).select_from(courses).where(*here)


def done_statement(organisation: OrganisationId, keys: Sequence[CourseId], instant: datetime) -> Statement:
    """Who has completed which published activity by saying so, or by looking where nothing else can be done."""
    held = activity_people.c
    nobody: ColumnElement[Any] = literal_column(f"0::bit({PEOPLE_PER_BLOCK})")
    by_view = activities.c.activity_type.in_(sorted(BY_VIEW))
    looked = case((by_view, held.seen), else_=nobody)
    return (
        select(
            held.course_id,
            held.activity_id,
            held.block,
            held.completed.op("|", return_type=BIT(PEOPLE_PER_BLOCK))(looked).label("people"),
        )
        .join(
            activities,
            and_(activities.c.organisation_id == held.organisation_id, activities.c.activity_id == held.activity_id),
        )
        .where(
            held.organisation_id == organisation,
            one_of(held.course_id, keys),
            or_(activities.c.published_at.is_(None), activities.c.published_at <= instant),
            or_(by_view, held.completed != nobody),
        )
    )


def read_done_of_courses(
    connection: Connection, organisation: OrganisationId, keys: Sequence[CourseId], instant: datetime
) -> Columns:
    """(course_id, activity_id, block, people) of what was completed otherwise than by handing something in."""
    return read_columns(connection, shaped(done_statement, organisation, keys, instant))


def read_progress(
    connection: Connection, organisation: OrganisationId, one: CourseStanding, instant: datetime
) -> Floats:
    """`shares` of the learners of one course; two statements."""
    key = one.course.course_id
    published = int(rows_of(connection, planned_once(_published_statement, organisation, key, instant)).scalar_one())
    return shares(one, read_done_of_courses(connection, organisation, [key], instant), published, instant)


def open_and_handed_in(one: CourseStanding, instant: datetime) -> NDArray[np.bool_]:
    """Which published work each learner has handed in or is spared, which completes it; (learners, activities)."""
    tasks = one.activities
    open_by_now = np.array([not task.published_at or task.published_at <= instant for task in tasks], dtype=bool)
    return np.asarray((came(one.marks) | one.marks.exempt) & open_by_now, dtype=bool)


def shares(one: CourseStanding, done: Columns, published: int, instant: datetime) -> Floats:
    """Each learner's progress in %, in the order of `one.people`; nothing where nothing has been published."""
    if not published:
        return np.zeros(0)
    handed = open_and_handed_in(one, instant)
    row, person = people_of(done["block"], done["people"])
    at, there = places(one.people, person)
    at, activity = at[there], done["activity_id"][row[there]]
    count = handed.sum(axis=1) + np.bincount(at, minlength=len(one.people))
    # What was handed in and completed besides is one activity.
    tasks = np.array([task.activity_id for task in one.activities], dtype=np.int64)
    order = np.argsort(tasks)
    task, known = places(tasks[order], activity)
    twice = np.zeros(len(at), dtype=bool)
    twice[known] = handed[at[known], order[task[known]]]
    count -= np.bincount(at[twice], minlength=len(one.people))
    return np.asarray(np.minimum(100.0, 100.0 * count / published), dtype=np.float64)
