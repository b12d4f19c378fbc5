"""One course as its administration sees it: what holds and where it comes from, its sections, people, identifiers."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, text

from dashapp.data.queries.courses import find_course, read_courses
from dashapp.data.queries.unit_tree import read_choices
from dashapp.domain.keys import CourseId, OrganisationId, PublicId
from dashapp.domain.structure import Days, Field, Held, OpenedCourse, Origin, RoleCount, SectionRow

_COLUMNS: Final = {
    Field.CODE: "code",
    Field.TITLE: "title",
    Field.UNIT: "organisation_unit_id",
    Field.PROGRAMME: "programme_id",
    Field.TERM: "term_id",
    Field.STARTS: "starts_on",
    Field.ENDS: "ends_on",
}


def read_opened(
    connection: Connection, organisation: OrganisationId, public_id: PublicId, at: datetime
) -> OpenedCourse:
    """The course of this public id, with the roles that hold at `at`; in a transaction of la_jobs. Raises NotFound."""
    key = find_course(connection, organisation, public_id)
    values = {"organisation": organisation, "course": key, "at": at}
    row = connection.execute(_COURSE, values).mappings().one()
    [course] = read_courses(connection, organisation, [key])
    days = (course.calendar.starts_on, course.calendar.ends_on, course.calendar.breaks)
    return OpenedCourse(
        course_id=CourseId(key),
        public_id=public_id,
        code=course.choice.code,
        title=course.choice.title,
        held={field: _held(field, row, days) for field in Field},
        calendar=days,
        source=row["source"],
        described_at=row["described_at"],
        identifiers=tuple(tuple(one) for one in row["identifiers"] or []),
        roles=tuple(RoleCount(*one) for one in connection.execute(_ROLES, values)),
        sections=tuple(SectionRow(*one) for one in connection.execute(_SECTIONS, values)),
        choices=read_choices(connection, organisation),
    )


def _held(field: Field, row: RowMapping, days: tuple[date | None, date | None, Days]) -> Held:
    value = _days(row["breaks"]) if field is Field.BREAKS else row[_COLUMNS[field]]
    said = row["said"] or {}
    if field.value in row["decided"]:
        return Held(value, Origin.ADMINISTRATION, _said_words(said.get(field.value)))
    if value not in (None, ()):
        return Held(value, Origin.SOURCE)
    if field is Field.TITLE and row["claimed_title"]:
        return Held(row["claimed_title"], Origin.EVENTS)
    of_term = {Field.STARTS: days[0], Field.ENDS: days[1]}.get(field)
    if of_term is not None:
        return Held(None, Origin.TERM if row["term_days"] else Origin.EVENTS, of_term.isoformat())
    return Held(value, Origin.NOBODY)


def _said_words(said: Any) -> str | None:
    """What a source says, as a text: a name, a day as ISO has it, or the number of breaks."""
    if isinstance(said, list):
        return str(len(said)) if said else None
    return str(said) if said else None


def _days(found: list[list[str]] | None) -> Days:
    return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in found or [])


_COURSE: Final = text(
    """SELECT c.code, c.title, c.claimed_title, c.organisation_unit_id, c.programme_id, c.term_id, c.starts_on,
        c.ends_on, c.decided, c.said, c.described_at,
        (SELECT jsonb_agg(jsonb_build_array(b.first_day, b.last_day) ORDER BY b.first_day) FROM course_breaks b
            WHERE b.organisation_id = c.organisation_id AND b.course_id = c.course_id) AS breaks,
        (SELECT jsonb_agg(jsonb_build_array(i.issuer, i.kind, i.value) ORDER BY i.issuer, i.kind, i.value)
            FROM course_identifiers i
            WHERE i.organisation_id = c.organisation_id AND i.course_id = c.course_id) AS identifiers,
        EXISTS (SELECT FROM terms t WHERE t.organisation_id = c.organisation_id AND t.term_id = c.term_id
            AND t.teaching_starts IS NOT NULL) AS term_days,
        (SELECT s.name FROM sources s WHERE s.organisation_id = c.organisation_id
            AND s.source_id::text = substring(c.described_by FROM '[0-9]+$')) AS source
    FROM courses c WHERE c.organisation_id = :organisation AND c.course_id = :course"""
)
_HOLDS: Final = "(m.starts_at IS NULL OR m.starts_at <= :at) AND (m.ends_at IS NULL OR m.ends_at > :at)"
_ROLES: Final = text(
    f"""SELECT m.role, m.granted_by, s.name, count(DISTINCT coalesce(e.merged_into, m.person_id))
    FROM memberships m JOIN people e ON e.organisation_id = m.organisation_id AND e.person_id = m.person_id
        LEFT JOIN sources s ON s.organisation_id = m.organisation_id AND s.source_id = m.source_id
    WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.scope_id = :course AND {_HOLDS}
    GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"""
)
_SECTIONS: Final = text(
    f"""SELECT n.section_id, n.name, n.title, n.decided ? 'title',
        count(DISTINCT m.person_id) FILTER (WHERE m.role = 'learner'),
        count(DISTINCT m.person_id) FILTER (WHERE m.role <> 'learner')
    FROM sections n LEFT JOIN memberships m ON m.organisation_id = n.organisation_id AND m.scope_kind = 'section'
        AND m.scope_id = n.section_id AND {_HOLDS}
    WHERE n.organisation_id = :organisation AND n.course_id = :course
    GROUP BY 1, 2, 3, 4 ORDER BY coalesce(n.title, n.name), n.section_id"""
)
