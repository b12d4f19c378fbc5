"""Who was there, as sets of people in bits: the pages of many courses read these instead of rows of each learner.

A bit is set when a learner's row comes into being; adding a set to another one is `|`, so that neither order nor
repetition matters. Where rows of learners go, the sets that they were in are made anew from those that remain.
"""

from collections.abc import Collection
from typing import Final

from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK

NOBODY: Final = f"0::bit({PEOPLE_PER_BLOCK})"


def block_of(person: str) -> str:
    """In which block the key of a person stands; `person`: a column."""
    return f"({person} / {PEOPLE_PER_BLOCK})::integer"


def bit_of(person: str) -> str:
    """The set of this person alone, within its block."""
    return f"set_bit({NOBODY}, mod({person}, {PEOPLE_PER_BLOCK})::integer, 1)"


def add_days(cursor: extensions.cursor, organisation: int, new: Collection[tuple[int, str, int]]) -> None:
    """Adds people to the days of courses: (course, day, person). Hot rows: call it late."""
    if not new:
        return
    courses, days, people = (list(values) for values in zip(*new, strict=True))
    cursor.execute(
        f"""INSERT INTO course_day_people AS t (organisation_id, course_id, day, block, people)
        SELECT %s, course_id, day, {block_of("person_id")} AS block, bit_or({bit_of("person_id")})
        FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS n (course_id, day, person_id)
        GROUP BY course_id, day, block ORDER BY course_id, day, block
        ON CONFLICT (organisation_id, course_id, day, block) DO UPDATE SET people = t.people | excluded.people""",
        (organisation, courses, days, people),
    )


def add_people_of_activities(rows: str) -> str:
    """Adds people to activities; `rows`: after FROM, with `d` as learner_activities. One value: the organisation."""
    return f"""INSERT INTO activity_people AS t (organisation_id, course_id, activity_id, block, seen, completed)
        SELECT %s, course_id, activity_id, {block_of("person_id")} AS block, bit_or({bit_of("person_id")}),
            bit_or(CASE WHEN d.completed_at IS NOT NULL THEN {bit_of("person_id")} ELSE {NOBODY} END)
        FROM {rows}
        GROUP BY course_id, activity_id, block ORDER BY course_id, activity_id, block
        ON CONFLICT (organisation_id, course_id, activity_id, block) DO UPDATE SET
            seen = t.seen | excluded.seen, completed = t.completed | excluded.completed"""


# ------------------------------------------------------------------ anew


_WITHIN: Final = f"""d.person_id >= b.block::bigint * {PEOPLE_PER_BLOCK}
    AND d.person_id < (b.block::bigint + 1) * {PEOPLE_PER_BLOCK}"""


def days_anew(touched: str) -> tuple[str, str]:
    """Statements that make the sets anew in which these people may have stood.

    `touched`: a query of course_id, day, person_id; the statements take the values that it takes, and `organisation`.
    The caller holds the organisation's lock alone.
    """
    return _anew(
        touched, ("course_day_people", "learner_course_days", "day"), {"people": f"bit_or({bit_of('d.person_id')})"}
    )


def activities_anew(touched: str, organisation: str = "%(organisation)s") -> tuple[str, str]:
    """The same of activities; `touched`: a query of course_id, activity_id, person_id."""
    completed = f"CASE WHEN d.completed_at IS NOT NULL THEN {bit_of('d.person_id')} ELSE {NOBODY} END"
    sets = {"seen": f"bit_or({bit_of('d.person_id')})", "completed": f"bit_or({completed})"}
    return _anew(touched, ("activity_people", "learner_activities", "activity_id"), sets, organisation)


def _anew(
    touched: str, tables: tuple[str, str, str], sets: dict[str, str], organisation: str = "%(organisation)s"
) -> tuple[str, str]:
    into, rows, of = tables
    blocks = f"SELECT DISTINCT course_id, {of}, {block_of('person_id')} AS block FROM ({touched}) AS touched"
    return (
        f"""DELETE FROM {into} p USING ({blocks}) AS b WHERE p.organisation_id = {organisation}
            AND p.course_id = b.course_id AND p.{of} = b.{of} AND p.block = b.block""",
        f"""INSERT INTO {into} (organisation_id, course_id, {of}, block, {", ".join(sets)})
            SELECT {organisation}, b.course_id, b.{of}, b.block, {", ".join(sets.values())}
            FROM ({blocks}) AS b JOIN {rows} d ON d.organisation_id = {organisation} AND d.course_id = b.course_id
                AND d.{of} = b.{of} AND {_WITHIN}
            GROUP BY b.course_id, b.{of}, b.block""",
    )


def rows_of_both(pairs: str, table: str, of: str) -> str:
    """What people are in who have absorbed others, once for each of the two; `pairs`: of (kept, absorbed) as `w`."""
    return f"""SELECT d.course_id, d.{of}, two.person_id
        FROM {pairs} CROSS JOIN (SELECT course_id FROM courses WHERE organisation_id = %(organisation)s) AS c
        JOIN {table} d ON d.organisation_id = %(organisation)s AND d.course_id = c.course_id AND d.person_id = w.kept
        CROSS JOIN LATERAL unnest(ARRAY[w.kept, w.absorbed]) AS two (person_id)"""


def rebuild_activities(connection: Connection, organisation: int, course: int, people: Collection[int]) -> None:
    """Makes the sets of all activities of a course anew in which these people may have stood."""
    # Not from the sets themselves, which the first statement takes away before the second one asks again.
    touched = """SELECT a.course_id, a.activity_id, p.person_id FROM activities a
        CROSS JOIN unnest(CAST(:people AS bigint[])) AS p (person_id)
        WHERE a.organisation_id = :organisation AND a.course_id = :course
        UNION SELECT l.course_id, l.activity_id, l.person_id FROM learner_activities l
        WHERE l.organisation_id = :organisation AND l.course_id = :course AND l.person_id = ANY(:people)"""
    values = {"organisation": organisation, "course": course, "people": list(people)}
    for statement in activities_anew(touched, ":organisation"):
        connection.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
