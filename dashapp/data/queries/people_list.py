"""Everybody of an organisation, a page at a time, as administrators search them. In transactions of la_jobs: senders'
names for people are closed to the web.

A search is a scan: 50,000 people and 100,000 names take some 25 ms, whatever the collation of the database is, and
under row-level security no index over parts of texts could be used anyway.
"""

from collections.abc import Collection, Sequence
from math import ceil
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Connection, RowMapping, bindparam, text

from dashapp.data.folding import folded, folded_sql
from dashapp.data.queries.described import full_name
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.people import (
    MOST_FOUND,
    PAGE_ROWS,
    CourseName,
    HeldBy,
    PeopleFilters,
    PeopleView,
    PersonRow,
    PersonState,
)
from dashapp.domain.views import Freshness


def read_people(
    connection: Connection, organisation: OrganisationId, filters: PeopleFilters, freshness: Freshness
) -> PeopleView:
    """A page of those who fit the filters; behind the last page stands the last one."""
    everybody = connection.execute(_EVERYBODY, {"organisation": organisation}).one()
    course = find_course(connection, organisation, filters)
    keys: list[PersonId] = []
    if filters.course is not None and course is None:
        # A course that is none of ours has nobody; the query below would mean everybody.
        total = 0
    else:
        keys, total = _page(connection, organisation, filters, (filters.page - 1) * PAGE_ROWS)
    pages = max(1, ceil(total / PAGE_ROWS))
    if not keys and total:
        keys, total = _page(connection, organisation, filters, (pages - 1) * PAGE_ROWS)
    return PeopleView(
        rows=rows_of(connection, organisation, keys),
        total=total,
        page=min(filters.page, pages),
        pages=pages,
        everybody=everybody.people,
        events_only=everybody.events_only,
        course=course,
        freshness=freshness,
    )


def find_by_words(connection: Connection, organisation: OrganisationId, words: str) -> tuple[PersonRow, ...]:
    """Whom some words may mean, as many as fit into a list; nobody where there are no words."""
    if not words:
        return ()
    keys, _total = _page(connection, organisation, PeopleFilters(words), 0, MOST_FOUND)
    return rows_of(connection, organisation, keys)


def find_courses(
    connection: Connection, organisation: OrganisationId, words: str, among: Collection[CourseId] | None = None
) -> tuple[CourseName, ...]:
    """Courses by parts of their codes and titles, as many as fit into a list, those of today first; with `among` only
    those of these keys."""
    patterns = [_pattern(word) for word in folded(words).split()]
    keys = None if among is None else sorted(among)
    values = {"organisation": organisation, "patterns": patterns, "among": keys, "limit": MOST_FOUND}
    return tuple(_course(row) for row in connection.execute(_COURSES, values).mappings())


def find_course(connection: Connection, organisation: OrganisationId, filters: PeopleFilters) -> CourseName | None:
    """The course of the filter."""
    if filters.course is None:
        return None
    values = {"organisation": organisation, "course": filters.course}
    row = connection.execute(_COURSE, values).mappings().one_or_none()
    return None if row is None else _course(row)


def rows_of(connection: Connection, organisation: OrganisationId, keys: Sequence[PersonId]) -> tuple[PersonRow, ...]:
    """What the list says of these people (canonical keys), in their order."""
    if not keys:
        return ()
    values = {"organisation": organisation, "people": list(keys)}
    found = {row["person_id"]: _row(row) for row in connection.execute(_ROWS, values).mappings()}
    return tuple(found[key] for key in keys if key in found)


def _page(
    connection: Connection, organisation: OrganisationId, filters: PeopleFilters, offset: int, limit: int = PAGE_ROWS
) -> tuple[list[PersonId], int]:
    """(the keys of a page, how many people fit)"""
    values: dict[str, Any] = {"organisation": organisation, "limit": limit, "offset": offset}
    conditions = ["p.organisation_id = :organisation", "p.merged_into IS NULL"]
    searched = ""
    if filters.words:
        searched, more = _searched(filters.words)
        values |= more
        conditions.append("p.person_id IN (SELECT person_id FROM searched)")
    if filters.state is not None:
        conditions.append(_STATES[filters.state])
    if filters.role is HeldBy.LEARNER and filters.course is None:
        conditions.append(_LEARNS)
    elif filters.role is not None or filters.course is not None:
        conditions.append(_held(filters, values))
    statement = text(f"""
        WITH {searched} chosen AS MATERIALIZED (
            SELECT p.person_id, {_described("folded")} COLLATE "C" AS folded FROM people p
            WHERE {" AND ".join(conditions)})
        SELECT (SELECT count(*) FROM chosen) AS total, ARRAY(
            SELECT person_id FROM chosen ORDER BY folded = '  ', folded, person_id
            LIMIT :limit OFFSET :offset) AS people""")
    row = connection.execute(statement, values).one()
    return [PersonId(key) for key in row.people], row.total


def _searched(words: str) -> tuple[str, dict[str, Any]]:
    """Whom words mean: by all of them in the names and the address, or by a part of a sender's name for them, or by the
    public id. Also by what is said of those who were merged into somebody."""
    patterns = {f"word_{place}": _pattern(word) for place, word in enumerate(folded(words).split())}
    fits = " AND ".join(f"p.folded LIKE :{name}" for name in patterns)
    named = uuid_of(words)
    by_id = "UNION SELECT coalesce(p.merged_into, p.person_id) FROM people p WHERE p.organisation_id = :organisation"
    statement = f"""searched AS (
        SELECT coalesce(p.merged_into, p.person_id) AS person_id FROM people p
        WHERE p.organisation_id = :organisation AND {fits}
        UNION SELECT coalesce(p.merged_into, p.person_id) FROM person_identifiers i
        JOIN people p ON p.organisation_id = i.organisation_id AND p.person_id = i.person_id
        WHERE i.organisation_id = :organisation AND lower(i.value) LIKE :value
        {f"{by_id} AND p.public_id = CAST(:public_id AS uuid)" if named else ""}),"""
    values: dict[str, Any] = {**patterns, "value": _pattern(words.lower())}
    return statement, {**values, "public_id": str(named)} if named else values


def _held(filters: PeopleFilters, values: dict[str, Any]) -> str:
    """Who has a role now: in a course, anywhere, or any role in a course."""
    conditions = ["m.organisation_id = :organisation", _HOLDS]
    if filters.role is not None:
        values["role"] = filters.role.value
        conditions.append("m.role = :role")
        if filters.role is not HeldBy.LEARNER:
            conditions.append("m.role <> 'learner'")  # as the index over the few of many has it
        if filters.role is HeldBy.ADMINISTRATOR:
            conditions.append("m.scope_kind = 'organisation' AND m.granted_by <> 'event'")
        if filters.role in (HeldBy.ADVISER, HeldBy.GUARDIAN):
            conditions.append("m.scope_kind = 'learners' AND m.granted_by <> 'event'")
    if filters.course is not None:
        values["course"] = filters.course
        conditions.append(
            "m.scope_kind = 'course' AND m.scope_id ="
            " (SELECT course_id FROM courses WHERE organisation_id = :organisation AND public_id = :course)"
        )
    return f"""p.person_id IN (
        SELECT coalesce(h.merged_into, h.person_id) FROM memberships m
        JOIN people h ON h.organisation_id = m.organisation_id AND h.person_id = m.person_id
        WHERE {" AND ".join(conditions)})"""


def _described(column: str) -> str:
    """What the description that holds says. Not by a join, which would go through everybody for the few."""
    return f"""CASE WHEN p.described_as IS NULL THEN p.{column} ELSE (SELECT d.{column} FROM people d
        WHERE d.organisation_id = p.organisation_id AND d.person_id = p.described_as) END"""


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _course(row: RowMapping) -> CourseName:
    return CourseName(PublicId(row["public_id"]), row["name"], row["detail"] or "")


def _row(row: RowMapping) -> PersonRow:
    return PersonRow(
        public_id=PublicId(row["public_id"]),
        name=full_name(row["given_name"], row["family_name"]),
        email=row["email"],
        known_as=row["known_as"],
        names=row["names"],
        described=row["described"],
        is_test=row["is_test"],
        stands_for=row["stands_for"],
        learns=row["learns"],
        teaches=row["teaches"],
        roles=tuple(one for one in HeldBy if one.value in row["roles"]),
    )


_HOLDS: Final = """(m.starts_at IS NULL OR m.starts_at <= clock_timestamp())
    AND (m.ends_at IS NULL OR m.ends_at > clock_timestamp())"""
_EVENTS_ONLY: Final = "p.provisional AND p.described_as IS NULL"
_STATES: Final = {
    PersonState.EVENTS_ONLY: _EVENTS_ONLY,
    PersonState.DESCRIBED: f"NOT ({_EVENTS_ONLY})",
    PersonState.TEST: _described("is_test"),
    PersonState.MERGED: "EXISTS (SELECT FROM people o WHERE o.organisation_id = :organisation"
    " AND o.merged_into = p.person_id AND o.merged_into IS NOT NULL)",
}
# Nearly everybody learns somewhere: to find each one's first such role is less than to go through all of them.
_LEARNS: Final = f"""((SELECT true FROM memberships m WHERE m.organisation_id = :organisation
        AND m.person_id = p.person_id AND m.role = 'learner' AND m.scope_kind = 'course' AND {_HOLDS} LIMIT 1)
    OR p.person_id IN (SELECT o.merged_into FROM people o JOIN memberships m
        ON m.organisation_id = o.organisation_id AND m.person_id = o.person_id
        WHERE o.organisation_id = :organisation AND o.merged_into IS NOT NULL
            AND m.role = 'learner' AND m.scope_kind = 'course' AND {_HOLDS}))"""
_EVERYBODY: Final = text(f"""
    SELECT count(*) AS people, count(*) FILTER (WHERE {_EVENTS_ONLY}) AS events_only FROM people p
    WHERE p.organisation_id = :organisation AND p.merged_into IS NULL""")
_ROWS: Final = text(f"""
    SELECT p.person_id, p.public_id, s.given_name, s.family_name, s.email, s.is_test,
        NOT ({_EVENTS_ONLY}) AS described, g.others AS stands_for, i.names, i.known_as,
        r.learns, r.teaches, r.roles
    FROM people p
    JOIN people s ON s.organisation_id = p.organisation_id
        AND s.person_id = CASE WHEN p.described_as IS NULL THEN p.person_id ELSE p.described_as END
    CROSS JOIN LATERAL (
        SELECT array_agg(o.person_id) || p.person_id AS keys, count(o.person_id) AS others FROM people o
        WHERE o.organisation_id = :organisation AND o.merged_into = p.person_id) g
    CROSS JOIN LATERAL (
        SELECT count(*) AS names, min(i.value) AS known_as FROM person_identifiers i
        WHERE i.organisation_id = :organisation AND i.person_id = ANY(g.keys)) i
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT m.scope_id) FILTER (WHERE m.role = 'learner' AND m.scope_kind = 'course') AS learns,
            count(DISTINCT m.scope_id) FILTER (WHERE m.role IN ('teacher', 'assistant')
                AND m.scope_kind = 'course') AS teaches,
            coalesce(array_agg(DISTINCT m.role) FILTER (WHERE m.granted_by <> 'event'
                AND m.scope_kind IN ('organisation', 'learners')), '{{}}') AS roles
        FROM memberships m
        WHERE m.organisation_id = :organisation AND m.person_id = ANY(g.keys) AND {_HOLDS}) r
    WHERE p.organisation_id = :organisation AND p.person_id = ANY(:people)""").bindparams(
    bindparam("people", type_=ARRAY(BigInteger))
)
_NAME: Final = "coalesce(nullif(concat_ws(' · ', c.code, c.title), ''), c.claimed_title, left(c.public_id::text, 8))"
_CALLED: Final = "concat_ws(' ', c.code, c.title, c.claimed_title)"
_COURSE_NAME: Final = f"""
    SELECT c.public_id, {_NAME} AS name, t.name AS detail
    FROM courses c LEFT JOIN terms t ON t.organisation_id = c.organisation_id AND t.term_id = c.term_id
    WHERE c.organisation_id = :organisation"""
_COURSE: Final = text(f"{_COURSE_NAME} AND c.public_id = :course")
_COURSES: Final = text(f"""
    {_COURSE_NAME} AND {folded_sql(_CALLED)} LIKE ALL (CAST(:patterns AS text[]))
        AND (CAST(:among AS bigint[]) IS NULL OR c.course_id = ANY(CAST(:among AS bigint[])))
    ORDER BY coalesce(c.ends_on, 'infinity') < CURRENT_DATE, 2, c.course_id LIMIT :limit""")
