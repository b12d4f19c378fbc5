"""What some learners had completed as of an instant that may be past, otherwise than by handing something in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from dashapp.data.queries.enrolment import one_of
from dashapp.data.tables import activities, learner_activities, submissions
from dashapp.domain.indicators.progress import BY_VIEW
from dashapp.domain.keys import CourseId, OrganisationId


@dataclass(frozen=True, slots=True)
class DoneOf:
    """Of which course, as of when."""

    organisation: OrganisationId
    course: CourseId
    instant: datetime
    today: date
    """The local day of the instant."""


def read_done_of_learners(connection: Connection, asked: DoneOf, keys: Collection[int]) -> tuple[int, dict[int, int]]:
    """How many activities were published, and how many of them each of the learners had completed; two statements.

    Without those that were handed in or are spared, which are known from the submissions. Who had completed none is
    absent.
    """
    here = activities.c.organisation_id == asked.organisation, activities.c.course_id == asked.course
    published = connection.execute(select(func.count()).where(*here, _is_open(asked))).scalar_one()
    held = learner_activities.c
    statement = (
        select(held.person_id, func.count().label("done"))
        .select_from(learner_activities)
        .join(
            activities,
            and_(activities.c.organisation_id == held.organisation_id, activities.c.activity_id == held.activity_id),
        )
        .where(
            held.organisation_id == asked.organisation,
            held.course_id == asked.course,
            one_of(held.person_id, keys),
            _is_open(asked),
            _completed(asked),
            ~_handed_in(asked),
        )
        .group_by(held.person_id)
    )
    return int(published), {int(row.person_id): int(row.done) for row in connection.execute(statement)}


def _is_open(asked: DoneOf) -> ColumnElement[bool]:
    return or_(activities.c.published_at.is_(None), activities.c.published_at <= asked.instant)


def _completed(asked: DoneOf) -> ColumnElement[bool]:
    """By saying so, or by looking where nothing else can be done."""
    held = learner_activities.c
    by_then = or_(held.first_at <= asked.instant, held.first_at.is_(None) & (held.first_day < asked.today))
    looked = and_(activities.c.activity_type.in_(sorted(BY_VIEW)), by_then)
    return or_(held.completed_at <= asked.instant, looked)


def _handed_in(asked: DoneOf) -> ColumnElement[bool]:
    held, work = learner_activities.c, submissions.c
    when: ColumnElement[Any] = func.coalesce(work.graded_at, work.submitted_at, work.received_at)
    return exists().where(
        work.organisation_id == asked.organisation,
        work.course_id == asked.course,
        work.activity_id == held.activity_id,
        work.person_id == held.person_id,
        or_(
            work.submitted_at.is_not(None),
            and_(work.score.is_not(None), work.max_score > 0),
            work.banked,
            work.exempt,
        ),
        when <= asked.instant,
    )
