"""The calendar of a course: its own dates before its term's, the term's before its first activity; breaks of both."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.courses import read_courses
from dashapp.data.store.organisations import create_organisation
from dashapp.data.store.terms import set_term
from dashapp.data.tables import course_breaks, course_days, courses
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.terms import Term

AUTUMN = Term("Autumn", date(2026, 9, 7), date(2026, 12, 18), ((date(2026, 10, 26), date(2026, 10, 30)),))
EARLY = Term("Early autumn", date(2026, 8, 1), date(2026, 9, 30))
CalendarOf = Callable[..., TeachingCalendar]


@pytest.fixture
def organisation(database: Database) -> OrganisationId:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        made = create_organisation(connection, "north", "North", "UTC")
        for term in (AUTUMN, EARLY):
            set_term(connection, made, term)
    return made


@pytest.fixture
def calendar_of(database: Database, organisation: OrganisationId) -> CalendarOf:
    def make(term: Term | None = None, seen: date | None = None, **columns: Any) -> TeachingCalendar:
        """The calendar of a new course; `seen`: the day of its first activity."""
        with database.transaction(DatabaseRole.JOBS, organisation) as connection:
            if term is not None:
                columns["term_id"] = set_term(connection, organisation, term)
            row = insert(courses).values(organisation_id=organisation, **columns).returning(courses.c.course_id)
            course = connection.execute(row).scalar_one()
            if seen is not None:
                day = {"course_id": course, "day": seen, "events": 1, "clicks": 1, "learners": 1}
                connection.execute(insert(course_days).values(organisation_id=organisation, **day))
            if "starts_on" in columns:
                own = {"first_day": date(2026, 11, 2), "last_day": date(2026, 11, 3)}
                connection.execute(insert(course_breaks).values(organisation_id=organisation, course_id=course, **own))
        with database.transaction(DatabaseRole.WEB, organisation) as connection:
            [found] = read_courses(connection, organisation, [CourseId(course)])
        return found.calendar

    return make


def test_a_course_of_a_term_is_taught_as_the_term_is(calendar_of: CalendarOf) -> None:
    assert calendar_of(AUTUMN, seen=date(2026, 9, 1)) == TeachingCalendar(
        AUTUMN.starts_on, AUTUMN.ends_on, AUTUMN.breaks
    )


def test_the_own_dates_of_a_course_go_before_those_of_its_term_and_the_breaks_of_both_hold(
    calendar_of: CalendarOf,
) -> None:
    found = calendar_of(AUTUMN, starts_on=date(2026, 10, 1), ends_on=date(2026, 11, 30))

    own = (date(2026, 11, 2), date(2026, 11, 3))
    assert found == TeachingCalendar(date(2026, 10, 1), date(2026, 11, 30), (*AUTUMN.breaks, own))


def test_a_course_that_nobody_has_described_belongs_to_the_term_in_which_it_was_first_seen(
    calendar_of: CalendarOf,
) -> None:
    assert calendar_of(seen=date(2026, 9, 15)).ends_on == AUTUMN.ends_on
    assert calendar_of(seen=date(2026, 8, 15)).ends_on == EARLY.ends_on


def test_outside_of_every_term_a_course_is_taught_from_its_first_activity_on(calendar_of: CalendarOf) -> None:
    assert calendar_of(seen=date(2027, 1, 7)) == TeachingCalendar(date(2027, 1, 7), None)
    assert calendar_of() == TeachingCalendar(None, None)
