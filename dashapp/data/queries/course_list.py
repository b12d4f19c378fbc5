"""The list of an organisation's courses: filtered, counted, a page at a time; and what an assignment would change."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from dashapp.data.queries.courses import called
from dashapp.data.queries.unit_tree import read_choices
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import CourseId, OrganisationId, PublicId
from dashapp.domain.structure import (
    MOST_CHOSEN,
    NONE,
    Assignment,
    CourseChoice,
    CourseFilters,
    CourseRow,
    CoursesView,
    Field,
    Plan,
)

PAGE_ROWS: Final = 50


def read_courses_view(
    connection: Connection, organisation: OrganisationId, filters: CourseFilters, at: datetime
) -> CoursesView:
    """A page of the list; one behind the last page is the last one. Roles are those that hold at `at`."""
    values = {"organisation": organisation, **_values(filters)}
    counts = connection.execute(_COUNT, values).one()
    pages = max(1, ceil(counts.total / PAGE_ROWS))
    page = min(filters.page, pages)
    where = {**values, "limit": PAGE_ROWS, "offset": (page - 1) * PAGE_ROWS, "at": at}
    rows = tuple(_row(row) for row in connection.execute(_PAGE, where))
    choices = read_choices(connection, organisation)
    return CoursesView(rows, counts.total, counts.every, counts.from_events, page, pages, choices)


def course_keys(connection: Connection, organisation: OrganisationId, choice: CourseChoice) -> Sequence[CourseId]:
    """The courses that are meant, in the order of keys."""
    statement, values = _chosen(organisation, choice, "SELECT c.course_id FROM courses c WHERE {where} ORDER BY 1")
    return [CourseId(key) for key in connection.execute(statement, values).scalars()]


def plan_of(connection: Connection, organisation: OrganisationId, choice: CourseChoice, assignment: Assignment) -> Plan:
    """How many courses are meant, and for how many anything becomes another one.

    Raises NotFound where something is to be given that is not there.
    """
    _check_given(connection, organisation, assignment)
    decisions = assignment.decisions
    wanted = {"term": decisions.get(Field.TERM), "unit": decisions.get(Field.UNIT)}
    wanted["programme"] = decisions.get(Field.PROGRAMME)
    statement, values = _chosen(organisation, choice, _PLAN)
    told = {f"gives_{name}": Field(name) in decisions for name in wanted}
    to = {f"to_{name}": key for name, key in wanted.items()}
    row = connection.execute(statement, {**values, **told, **to, "follow": assignment.follow}).one()
    return Plan(row.courses, row.changed)


def _check_given(connection: Connection, organisation: OrganisationId, assignment: Assignment) -> None:
    choices = read_choices(connection, organisation)
    pairs = (
        (assignment.term, choices.terms),
        (assignment.unit, choices.units),
        (assignment.programme, choices.programmes),
    )
    for key, known in pairs:
        if key not in (None, NONE) and key not in {one for one, _name in known}:
            raise NotFound("What was chosen is not there any more.")


def _chosen(organisation: OrganisationId, choice: CourseChoice, query: str) -> tuple[TextClause, dict[str, Any]]:
    """A query over the courses `c` that are meant."""
    values: dict[str, Any] = {"organisation": organisation}
    if choice.filters is None:
        values["named"] = [str(one) for one in choice.named[:MOST_CHOSEN]]
        where = "c.organisation_id = :organisation AND c.public_id = ANY(CAST(:named AS uuid[]))"
        return text(query.format(where=where)), values
    values |= _values(choice.filters)
    return text(_BELOW + query.format(where=_FITS)), values


def _values(filters: CourseFilters) -> dict[str, Any]:
    return {
        "search": filters.search.lower(),
        "term": filters.term or 0,
        "unit": filters.unit or 0,
        "programme": filters.programme or 0,
        "only_events": filters.from_events,
    }


def _row(row: Any) -> CourseRow:
    code, title = called(row)
    return CourseRow(
        PublicId(row.public_id),
        code,
        title,
        row.term,
        row.unit,
        row.programme,
        row.from_events,
        row.learners,
        row.staff,
    )


_BELOW: Final = """WITH RECURSIVE below (unit) AS (
    SELECT CAST(:unit AS bigint) UNION SELECT u.organisation_unit_id FROM below b JOIN organisation_units u
        ON u.organisation_id = :organisation AND u.parent_id = b.unit)
"""
FROM_EVENTS: Final = "c.provisional AND NOT c.decided ?| ARRAY['code', 'title']"
"""Nobody has described or named the course `c`."""
_FITS: Final = f"""c.organisation_id = :organisation
    AND (:search = '' OR strpos(lower(concat_ws(' ', c.code, c.title, c.claimed_title)), :search) > 0
        OR c.course_id IN (SELECT i.course_id FROM course_identifiers i
            WHERE i.organisation_id = :organisation AND strpos(lower(i.value), :search) > 0))
    AND (:term = 0 OR c.term_id = :term OR :term = {NONE} AND c.term_id IS NULL)
    AND (:unit = 0 OR c.organisation_unit_id IN (SELECT unit FROM below)
        OR :unit = {NONE} AND c.organisation_unit_id IS NULL)
    AND (:programme = 0 OR c.programme_id = :programme OR :programme = {NONE} AND c.programme_id IS NULL)
    AND (NOT :only_events OR {FROM_EVENTS})"""
_COUNT: Final = text(
    f"""{_BELOW}SELECT count(*) FILTER (WHERE {_FITS}) AS total, count(*) AS every,
        count(*) FILTER (WHERE {FROM_EVENTS}) AS from_events
    FROM courses c WHERE c.organisation_id = :organisation"""
)
# The roles of the fifty that are shown only. Of people who turned out to be one the one who stands for them counts.
_PAGE: Final = text(
    f"""{_BELOW}, shown AS MATERIALIZED (
        SELECT c.*, coalesce(c.code, c.title, c.claimed_title) AS place FROM courses c WHERE {_FITS}
        ORDER BY place, c.course_id LIMIT :limit OFFSET :offset)
    SELECT s.public_id, s.code, coalesce(s.title, s.claimed_title) AS title, t.name AS term, u.name AS unit,
        p.name AS programme, {FROM_EVENTS.replace("c.", "s.")} AS from_events, r.learners, r.staff,
        CASE WHEN s.title IS NULL AND s.claimed_title IS NULL AND s.code IS NULL THEN
            (SELECT min(i.value) FROM course_identifiers i
                WHERE i.organisation_id = :organisation AND i.course_id = s.course_id) END AS identifier
    FROM shown s
        LEFT JOIN terms t ON t.organisation_id = :organisation AND t.term_id = s.term_id
        LEFT JOIN organisation_units u ON u.organisation_id = :organisation
            AND u.organisation_unit_id = s.organisation_unit_id
        LEFT JOIN programmes p ON p.organisation_id = :organisation AND p.programme_id = s.programme_id
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT m.person_id) FILTER (WHERE m.role = 'learner') AS learners,
                count(DISTINCT m.person_id) FILTER (WHERE m.role <> 'learner') AS staff
            FROM (SELECT m.role, coalesce(e.merged_into, m.person_id) AS person_id FROM memberships m
                JOIN people e ON e.organisation_id = :organisation AND e.person_id = m.person_id
                WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.scope_id = s.course_id
                    AND (m.starts_at IS NULL OR m.starts_at <= :at) AND (m.ends_at IS NULL OR m.ends_at > :at)) m) r
    ORDER BY s.place, s.course_id"""
)
_PLAN: Final = """SELECT count(*) AS courses, count(*) FILTER (WHERE
        :gives_term AND c.term_id IS DISTINCT FROM CAST(:to_term AS bigint)
        OR :gives_unit AND c.organisation_unit_id IS DISTINCT FROM CAST(:to_unit AS bigint)
        OR :gives_programme AND c.programme_id IS DISTINCT FROM CAST(:to_programme AS bigint)
        OR :follow AND (c.starts_on IS NOT NULL OR c.ends_on IS NOT NULL OR EXISTS (SELECT FROM course_breaks b
            WHERE b.organisation_id = c.organisation_id AND b.course_id = c.course_id))) AS changed
    FROM courses c WHERE {where}"""
