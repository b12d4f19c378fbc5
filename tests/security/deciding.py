"""A campus whose structure is decided about, and looks at what holds."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.domain.clock import system_clock
from dashapp.domain.events import CourseDescribed
from dashapp.domain.terms import Term
from dashapp.security.structure.desk import Desk
from tests.campus import ALGEBRA, Campus

AUTUMN = Term("Autumn", date(2026, 9, 7), date(2026, 12, 18), ((date(2026, 10, 26), date(2026, 10, 30)),))
SPRING = Term("Spring", date(2027, 1, 11), date(2027, 5, 28))
NOW = datetime.now(UTC)


def desk_of(campus: Campus) -> Desk:
    return Desk(campus.database, system_clock, campus.organisation_id, operator("tests"))


def one(campus: Campus, query: str, **values: object) -> Any:
    """The only row of a query, or its only value."""
    [row] = rows(campus, query, **values)
    return row[0] if len(row) == 1 else row


def rows(campus: Campus, query: str, **values: object) -> list[tuple[Any, ...]]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


ALG = """SELECT {} FROM courses c LEFT JOIN terms t USING (organisation_id, term_id)
    LEFT JOIN organisation_units u USING (organisation_id, organisation_unit_id)
    JOIN course_identifiers i USING (organisation_id, course_id) WHERE i.value = 'algebra'"""


def algebra(campus: Campus, columns: str) -> Any:
    return one(campus, ALG.format(columns))


def said(number: int, **values: Any) -> CourseDescribed:
    return CourseDescribed(f"later-{number}", ALGEBRA, NOW - timedelta(days=1) + timedelta(seconds=number), **values)


def key_of(campus: Campus, table: str, name: str) -> int:
    key = {"terms": "term_id", "organisation_units": "organisation_unit_id", "programmes": "programme_id"}[table]
    return int(one(campus, f"SELECT {key} FROM {table} WHERE name = :name", name=name))
