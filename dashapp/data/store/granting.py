"""Roles that the administration gives and takes: in courses and sections, of administrators, over learners.

They are rows of `memberships` like those that follow from events, with `granted_by` administration, under the key of
the person who was asked for: a merge leaves them where they are and counts them for who stands for both, a split gives
them back. Nothing is ever deleted: what is taken back ends at its own beginning. In transactions of la_jobs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.store.alone import alone
from dashapp.data.store.canonical import keys_of
from dashapp.data.store.groups import settle_tests
from dashapp.data.store.organisations import ADMINISTRATOR
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.people import CannotChange, Grant, Refusal

ADVISER: Final = "adviser"


@dataclass(frozen=True, slots=True)
class Changed:
    """A role whose end was changed, and whose pages are to hear of it."""

    role: str
    course: CourseId | None
    """None: it is no role in a course."""
    learner: PersonId | None
    """Of an adviser."""
    before: datetime | None
    """When it was to end before."""


def grant(connection: Connection, organisation: OrganisationId, person: PersonId, new: Grant) -> int:
    """Gives a person (canonical key) a role in a course; the key of the row. Raises CannotChange."""
    if new.ends_at is not None and new.ends_at <= new.starts_at:
        raise CannotChange(Refusal.DATES)
    with alone(connection, organisation, [person]) as cursor:
        _check_place(cursor, organisation, new)
        scope = ("course", new.course) if new.section is None else ("section", new.section)
        keys = list(keys_of(cursor, organisation, [person]))
        if not keys:
            raise CannotChange(Refusal.NOBODY)
        values = (organisation, keys, *scope, str(new.role), new.ends_at, new.ends_at, new.starts_at)
        cursor.execute(_OVERLAPPING, values)
        if cursor.fetchone() is not None:
            raise CannotChange(Refusal.HELD)
        membership = _add(cursor, organisation, person, (*scope, str(new.role), new.starts_at, new.ends_at))
        if new.section is not None:
            course = ("course", new.course, str(new.role), new.starts_at, new.ends_at)
            _add(cursor, organisation, person, course, membership)
    return membership


def change_end(
    connection: Connection,
    organisation: OrganisationId,
    person: PersonId,
    membership: int,
    ends_at: datetime | None,
) -> Changed:
    """Lets a role that the administration has granted to a person (canonical key) end at another time; what would end
    before it begins has never been. Raises CannotChange."""
    with alone(connection, organisation, [person]) as cursor:
        cursor.execute(_ROLE, (organisation, membership))
        row = cursor.fetchone()
        if row is None or row[0] not in keys_of(cursor, organisation, [person]) or row[4] == ADMINISTRATOR:
            raise CannotChange(Refusal.ROLE_ENDED)
        _owner, granted_by, kind, scope, role, before = row
        if granted_by != "administration":
            raise CannotChange(Refusal.FROM_SOURCE)
        cursor.execute(_END, {"at": ends_at, "organisation": organisation, "membership": membership})
        course = _course_of(cursor, organisation, kind, scope)
    learner = PersonId(scope) if kind == "learners" else None
    return Changed(role, course, learner, before)


def make_administrator(connection: Connection, organisation: OrganisationId, person: PersonId, at: datetime) -> bool:
    """Makes a person (canonical key) an administrator of the whole organisation; whether they were none before."""
    with alone(connection, organisation, [person]) as cursor:
        cursor.execute(_ADMINISTRATORS, {"organisation": organisation, "at": at})
        if (person,) in cursor.fetchall():
            return False
        _add(cursor, organisation, person, ("organisation", organisation, ADMINISTRATOR, at, None))
    return True


def end_administrator(connection: Connection, organisation: OrganisationId, person: PersonId, at: datetime) -> None:
    """Ends what makes a person (canonical key) an administrator, whoever granted it. Raises CannotChange where they are
    none, or the last one."""
    with alone(connection, organisation, [person]) as cursor:
        cursor.execute(_ADMINISTRATORS, {"organisation": organisation, "at": at})
        holders = {holder for (holder,) in cursor.fetchall()}
        if person not in holders:
            raise CannotChange(Refusal.NO_ADMINISTRATOR)
        if holders == {person}:
            raise CannotChange(Refusal.LAST_ADMINISTRATOR)
        keys = list(keys_of(cursor, organisation, [person]))
        cursor.execute(_END_ADMINISTRATOR, {"at": at, "organisation": organisation, "keys": keys})


def change_caseload(
    connection: Connection,
    organisation: OrganisationId,
    pair: tuple[PersonId, PersonId],
    at: datetime,
    *,
    advised: bool,
) -> bool:
    """Puts a learner into the caseload of an adviser or takes them out; whether that changed anything.

    `pair`: adviser and learner, canonical keys. Raises CannotChange.
    """
    adviser, learner = pair
    with alone(connection, organisation, [adviser, learner]) as cursor:
        own, theirs = (list(keys_of(cursor, organisation, [one])) for one in (adviser, learner))
        if not own or not theirs or adviser == learner:
            raise CannotChange(Refusal.NOBODY)
        values = {"organisation": organisation, "own": own, "theirs": theirs, "role": ADVISER, "at": at}
        cursor.execute(_ADVISED, values)
        held = cursor.fetchone() is not None
        if held == advised:
            return False
        if advised:
            _add(cursor, organisation, adviser, ("learners", learner, ADVISER, at, None))
        else:
            cursor.execute(_END_ADVISED, values)
    return True


def set_test(
    connection: Connection, organisation: OrganisationId, person: PersonId, is_test: bool | None
) -> tuple[bool | None, list[CourseId]]:
    """Says that a person (canonical key) is a test person, or is none, whatever sources say; None: what they say.

    Gives what the administration had said before, and the courses whose figures may have changed. Raises CannotChange.
    """
    with alone(connection, organisation, [person]) as cursor:
        cursor.execute(_SAID, (organisation, person))
        row = cursor.fetchone()
        if row is None:
            raise CannotChange(Refusal.NOBODY)
        cursor.execute(_SAY, (is_test, organisation, person))
        settle_tests(cursor, organisation, [person])
        courses = courses_of(connection, organisation, [person])
    return row[0], courses


def courses_of(connection: Connection, organisation: OrganisationId, people: Collection[PersonId]) -> list[CourseId]:
    """In which courses these people (canonical keys) have done something."""
    values = {"organisation": organisation, "people": list(people)}
    return [CourseId(course) for course in connection.execute(_COURSES, values).scalars()]


def _check_place(cursor: extensions.cursor, organisation: int, new: Grant) -> None:
    if new.section is None:
        cursor.execute(
            "SELECT 1 FROM courses WHERE organisation_id = %s AND course_id = %s", (organisation, new.course)
        )
    else:
        cursor.execute(
            "SELECT 1 FROM sections WHERE organisation_id = %s AND course_id = %s AND section_id = %s",
            (organisation, new.course, new.section),
        )
    if cursor.fetchone() is None:
        raise CannotChange(Refusal.NO_PLACE)


def _add(
    cursor: extensions.cursor,
    organisation: int,
    person: int,
    role: tuple[str, int, str, datetime, datetime | None],
    with_id: int | None = None,
) -> int:
    cursor.execute(
        """INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, ends_at,
            granted_by, with_id) VALUES (%s, %s, %s, %s, %s, %s, %s, 'administration', %s) RETURNING membership_id""",
        (organisation, person, *role, with_id),
    )
    [membership] = cursor.fetchone() or (0,)
    return int(membership)


def _course_of(cursor: extensions.cursor, organisation: int, kind: str, scope: int) -> CourseId | None:
    if kind == "section":
        cursor.execute(
            "SELECT course_id FROM sections WHERE organisation_id = %s AND section_id = %s", (organisation, scope)
        )
        row = cursor.fetchone()
        return None if row is None else CourseId(row[0])
    return CourseId(scope) if kind == "course" else None


_OVERLAPPING: Final = """
    SELECT 1 FROM memberships WHERE organisation_id = %s AND person_id = ANY(%s) AND granted_by = 'administration'
        AND with_id IS NULL AND scope_kind = %s AND scope_id = %s AND role = %s
        AND (%s::timestamptz IS NULL OR starts_at < %s) AND (ends_at IS NULL OR ends_at > %s)
        AND (ends_at IS NULL OR ends_at > starts_at) LIMIT 1"""
_ROLE: Final = """
    SELECT person_id, granted_by, scope_kind, scope_id, role, ends_at FROM memberships
    WHERE organisation_id = %s AND membership_id = %s AND with_id IS NULL"""
_END: Final = """
    UPDATE memberships SET ends_at = CASE WHEN %(at)s::timestamptz IS NOT NULL THEN greatest(%(at)s, starts_at) END
    WHERE organisation_id = %(organisation)s AND %(membership)s IN (membership_id, with_id)"""
_ADMINISTRATORS: Final = """
    SELECT DISTINCT coalesce(p.merged_into, p.person_id) FROM memberships m
    JOIN people p ON p.organisation_id = m.organisation_id AND p.person_id = m.person_id
    WHERE m.organisation_id = %(organisation)s AND m.role = 'administrator' AND m.role <> 'learner'
        AND m.scope_kind = 'organisation' AND m.granted_by <> 'event'
        AND (m.starts_at IS NULL OR m.starts_at <= %(at)s) AND (m.ends_at IS NULL OR m.ends_at > %(at)s)"""
_END_ADMINISTRATOR: Final = """
    UPDATE memberships SET ends_at = %(at)s
    WHERE organisation_id = %(organisation)s AND person_id = ANY(%(keys)s) AND role = 'administrator'
        AND scope_kind = 'organisation' AND granted_by <> 'event'
        AND (starts_at IS NULL OR starts_at <= %(at)s) AND (ends_at IS NULL OR ends_at > %(at)s)"""
_OF_ADVISER: Final = """
    organisation_id = %(organisation)s AND person_id = ANY(%(own)s) AND scope_kind = 'learners'
        AND scope_id = ANY(%(theirs)s) AND role = %(role)s AND granted_by = 'administration'
        AND starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)"""
_ADVISED: Final = f"SELECT 1 FROM memberships WHERE {_OF_ADVISER} LIMIT 1"
_END_ADVISED: Final = f"UPDATE memberships SET ends_at = %(at)s WHERE {_OF_ADVISER}"
_SAID: Final = """
    SELECT test_override FROM people WHERE organisation_id = %s AND person_id = %s AND merged_into IS NULL"""
_SAY: Final = "UPDATE people SET test_override = %s WHERE organisation_id = %s AND person_id = %s"
_COURSES: Final = text("""
    SELECT c.course_id FROM courses c WHERE c.organisation_id = :organisation AND EXISTS (
        SELECT FROM learner_course_days d WHERE d.organisation_id = :organisation AND d.course_id = c.course_id
            AND d.person_id = ANY(:people)) ORDER BY 1""")
