"""Rows in large numbers, of the learners whom somebody sees by name, as statements that COPY streams."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection

from dashapp.data.queries.reports.ground import Ground, read_ground
from dashapp.data.store.leaving.copying import CSV, LINES, Sink, copy_out
from dashapp.domain.errors import NotFound
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import Column, ColumnKind
from dashapp.domain.reports.exports import Extract, ExtractTable
from dashapp.domain.scope import AsOf, scope_for_courses


@dataclass(frozen=True, slots=True)
class Selection:
    """What is read: by SQL with its values written out, since COPY takes none."""

    columns: tuple[Column, ...]
    plain: str
    """Texts as they are."""
    harmless: str
    """Texts of which no spreadsheet takes one for a formula."""
    expected: int
    """Rows, as the planner guesses."""


def select_rows(connection: Connection, principal: Principal, extract: Extract, as_of: AsOf) -> Selection:
    """The rows of an extract, of the learners of one's own courses, or sections, as they are enrolled now.

    Raises NotPermitted for who teaches nowhere: others see no learner by name. NotFound where a course is named that
    is not theirs.
    """
    scope = scope_for_courses(replace(principal, administers=False))
    ground = read_ground(connection, scope, as_of, extract.courses)
    values = _values(ground, extract)
    # However the server is set up, times are written in one way: by its own output, which is twice as fast as to_char.
    _run(connection, "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'")
    plain = _written(connection, _statement(extract.table, safe=False), values)
    harmless = _written(connection, _statement(extract.table, safe=True), values)
    return Selection(_COLUMNS[extract.table], plain, harmless, _expected(connection, plain))


def copy_csv(connection: Connection, selected: str, sink: Sink) -> int:
    """A head and a line per row; how many rows. What the sink raises ends it."""
    return copy_out(connection, selected, CSV, sink)


def copy_objects(connection: Connection, selected: str, sink: Sink) -> int:
    """A line with a JSON object per row; how many."""
    return copy_out(connection, f"SELECT row_to_json(t) FROM ({selected}) t", LINES, sink)


def _values(ground: Ground, extract: Extract) -> dict[str, Any]:
    if extract.courses:
        courses = [course for course in ground.courses if course.choice.public_id in extract.courses]
        if len(courses) < len(set(extract.courses)):
            raise NotFound("There is no such course.")
    else:
        courses = list(ground.courses)
    people = {course.course_id: ground.people.get(course.course_id, _NOBODY) for course in courses}
    counts = [len(found) for found in people.values()]
    return {
        "organisation": int(ground.scope.organisation_id),
        "courses": np.repeat(np.array(list(people), dtype=np.int64), counts).tolist(),
        "people": np.concatenate([*people.values(), _NOBODY]).tolist(),
        "first": extract.first,
        "last": extract.last,
    }


def _written(connection: Connection, statement: str, values: Mapping[str, Any]) -> str:
    cursor = connection.connection.cursor()
    try:
        written: bytes = cursor.mogrify(statement, values)
    finally:
        cursor.close()
    return written.decode()


def _run(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
    finally:
        cursor.close()


def _expected(connection: Connection, statement: str) -> int:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        ((plan,),) = cursor.fetchall()
        return int(plan[0]["Plan"]["Plan Rows"])
    finally:
        cursor.close()


def _statement(table: ExtractTable, *, safe: bool) -> str:
    """The statement, with placeholders for its values; `safe`: no text is a formula."""

    def text(column: str) -> str:
        return _without_formula(column) if safe else column

    beside = _BESIDE.format(name=text("d.name"), code=text("c.code"), title=text("c.title"), activity=text("a.title"))
    return beside + _FROM[table]


def _without_formula(column: str) -> str:
    """As `dashapp.domain.spreadsheets.FORMULA`; of each name and title once, not of each row."""
    return (
        f"CASE WHEN {column} ~ '[-{_SIGNS}\t\r\n]' THEN regexp_replace({column},"
        f" '^(?=[\t\r\n])|(?:^|(?<=[;,|\t\r\n]))(?={_BLANK}*[-{_SIGNS}])', '''', 'g') ELSE {column} END"
    )


_NOBODY: Final = np.zeros(0, dtype=np.int64)
_SIGNS: Final = "=+@\uff1d\uff0b\uff0d\uff20"
_BLANK: Final = "[\\s\u200b-\u200f\u2060\ufeff]"
_BESIDE: Final = """
WITH learner AS MATERIALIZED (
    SELECT * FROM unnest(%(courses)s::bigint[], %(people)s::bigint[]) AS l(course_id, person_id)
), stood_for AS MATERIALIZED (
    SELECT l.course_id, m.person_id, l.person_id AS stands
    FROM learner l JOIN people m ON m.organisation_id = %(organisation)s
        AND coalesce(m.merged_into, m.person_id) = l.person_id
), named AS MATERIALIZED (
    SELECT d.person_id, d.public_id AS learner, {name} AS name FROM (
        SELECT p.person_id, p.public_id, concat_ws(' ', t.given_name, t.family_name) AS name
        FROM people p JOIN people t ON t.organisation_id = %(organisation)s
            AND t.person_id = coalesce(p.described_as, p.person_id)
        WHERE p.organisation_id = %(organisation)s AND p.person_id = ANY (%(people)s::bigint[])) d
), course AS MATERIALIZED (
    SELECT c.course_id, {code} AS code, {title} AS title FROM courses c
    WHERE c.organisation_id = %(organisation)s AND c.course_id = ANY (%(courses)s::bigint[])
), activity AS MATERIALIZED (
    SELECT a.activity_id, {activity} AS title, a.activity_type FROM activities a
    WHERE a.organisation_id = %(organisation)s AND a.course_id = ANY (%(courses)s::bigint[])
)
"""
"""Who, what and where, with the words of each. Days and courses are joined by key."""
_DAYS: Final = (
    "FROM learner_course_days r JOIN learner l ON l.course_id = r.course_id AND l.person_id = r.person_id"
    " JOIN course c ON c.course_id = r.course_id"
    " {more} WHERE r.organisation_id = %(organisation)s AND r.day BETWEEN %(first)s AND %(last)s"
)
_FROM: Final[Mapping[ExtractTable, str]] = {
    # Nothing stands in a month before its day. It may stand in a later one: what was old when it came, where it came.
    ExtractTable.EVENTS: """
SELECT r.event_id, r.occurred_at, r.day, c.code AS course, c.title AS course_title,
    n.learner, n.name, r.verb, a.activity_type, a.title AS activity, r.clicks
FROM raw_events r
JOIN stood_for s ON s.course_id = r.course_id AND s.person_id = r.person_id
JOIN named n ON n.person_id = s.stands
JOIN course c ON c.course_id = r.course_id
LEFT JOIN activity a ON a.activity_id = r.activity_id
WHERE r.organisation_id = %(organisation)s AND r.day BETWEEN %(first)s AND %(last)s AND NOT r.retracted
    AND r.occurred_at >= %(first)s::timestamptz - interval '2 days'""",
    ExtractTable.LEARNER_DAYS: f"""
SELECT r.day, c.code AS course, c.title AS course_title, n.learner, n.name, r.events, r.clicks,
    bit_count(r.minutes)::integer AS minutes, r.first_at, r.last_at
{_DAYS.format(more="JOIN named n ON n.person_id = r.person_id")}""",
    ExtractTable.COURSE_DAYS: f"""
SELECT r.day, c.code AS course, c.title AS course_title, count(*) AS learners, sum(r.events)::bigint AS events,
    sum(r.clicks)::bigint AS clicks
{_DAYS.format(more="")} GROUP BY r.day, r.course_id, c.code, c.title""",
}
_COURSE: Final = (Column("course", ColumnKind.TEXT), Column("course_title", ColumnKind.TEXT))
_LEARNER: Final = (Column("learner", ColumnKind.TEXT), Column("name", ColumnKind.TEXT))
_COUNTED: Final = (Column("events", ColumnKind.COUNT), Column("clicks", ColumnKind.COUNT))
_COLUMNS: Final[Mapping[ExtractTable, tuple[Column, ...]]] = {
    ExtractTable.EVENTS: (
        *(Column("event_id", ColumnKind.TEXT), Column("occurred_at", ColumnKind.INSTANT)),
        *(Column("day", ColumnKind.DAY), *_COURSE, *_LEARNER, Column("verb", ColumnKind.TEXT)),
        *(Column("activity_type", ColumnKind.TEXT), Column("activity", ColumnKind.TEXT)),
        Column("clicks", ColumnKind.COUNT),
    ),
    ExtractTable.LEARNER_DAYS: (
        *(Column("day", ColumnKind.DAY), *_COURSE, *_LEARNER, *_COUNTED, Column("minutes", ColumnKind.MINUTES)),
        *(Column("first_at", ColumnKind.INSTANT), Column("last_at", ColumnKind.INSTANT)),
    ),
    ExtractTable.COURSE_DAYS: (
        *(Column("day", ColumnKind.DAY), *_COURSE, Column("learners", ColumnKind.COUNT), *_COUNTED),
    ),
}
