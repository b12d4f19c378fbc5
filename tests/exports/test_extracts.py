"""Rows in large numbers: the same in every format, of one's own learners only, and no formula among them."""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.export_runs import TakenRun
from dashapp.data.store.work_queues import Turn
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.principal import Principal
from dashapp.domain.reports.exports import ExportFormat, Extract, ExtractTable
from dashapp.domain.spreadsheets import FORMULA, MARK
from dashapp.security.principals import Principals
from exports.beating import NotWantedError, beating
from exports.extracting import ExtractMaker
from exports.making import Made
from tests.campus import ADMINISTRATOR, LEARNERS, SECTION_TEACHER, TEACHERS, Campus, build_campus
from tests.served import web_settings

TEACHER = TEACHERS["algebra"]
TODAY = datetime.now(UTC).date()
FIRST, LAST = TODAY - timedelta(days=40), TODAY + timedelta(days=1)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
NASTY = "=cmd|' /C calc'!A1 \"x\", ملاحظة\nend"


@pytest.fixture(scope="module")
def campus(module_database: Database) -> Campus:
    built = build_campus(web_settings(module_database), module_database)
    with module_database.transaction(DatabaseRole.INGEST, built.organisation_id) as connection:
        changed = connection.execute(
            text("UPDATE people SET family_name = :name WHERE given_name = 'Ada'"), {"name": NASTY}
        )
        assert changed.rowcount == 1
    return built


def principal(campus: Campus, name: str) -> Principal:
    found = Principals(campus.database, system_clock).of(campus.organisation_id, campus.people[name].public_id)
    assert found is not None
    return found


def extract(campus: Campus, who: Principal, folder: Path, form: ExportFormat, table: ExtractTable, **more: Any) -> Made:
    asked = Extract(table=table, first=more.get("first", FIRST), last=LAST, courses=more.get("courses", ()))
    turn = Turn(who.organisation_id, uuid4(), system_clock())
    run = TakenRun(turn, who.public_id, False, table.value, form, None, asked.model_dump(mode="json"))
    with beating(more.get("beat", lambda _steps: True), Signal()) as heart:
        return ExtractMaker(campus.database, system_clock).make(who, run, folder / f"{table}.{form}", heart)


def rows_of(made: Made, form: ExportFormat) -> list[tuple[Any, ...]]:
    match form:
        case ExportFormat.CSV:
            lines = csv.reader(StringIO(made.path.read_bytes().decode().removeprefix(MARK), newline=""))
            return [tuple(line) for line in lines][1:]
        case ExportFormat.JSON:
            (table,) = orjson.loads(made.path.read_bytes())["tables"]
            assert table["count"] == len(table["rows"])
            return [tuple(row.values()) for row in table["rows"]]
        case ExportFormat.PARQUET:
            return [tuple(row.values()) for row in pq.read_table(made.path).to_pylist()]
        case _:
            sheet = openpyxl.load_workbook(made.path).worksheets[0]
            return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]


def plainly(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """As JSON would have it, in whole seconds."""
    return tuple(_plain(value) for value in row)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        midnight = value.tzinfo is None and (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.replace(tzinfo=None).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return value[:19]
    return float(value) if isinstance(value, int) else value


@pytest.mark.parametrize("table", list(ExtractTable))
def test_every_format_has_the_same_rows(campus: Campus, tmp_path: Path, table: ExtractTable) -> None:
    who = principal(campus, TEACHER)
    forms = (ExportFormat.JSON, ExportFormat.PARQUET, ExportFormat.XLSX, ExportFormat.CSV)
    made = {form: extract(campus, who, tmp_path, form, table) for form in forms}
    rows = {form: sorted(map(plainly, rows_of(made[form], form)), key=str) for form in forms}
    expected = rows[ExportFormat.JSON]
    assert len(expected) > 10
    assert rows[ExportFormat.PARQUET] == expected
    assert rows[ExportFormat.XLSX] == expected
    as_text = sorted((tuple(map(_csv, row)) for row in rows_of(made[ExportFormat.JSON], ExportFormat.JSON)), key=str)
    assert sorted(rows_of(made[ExportFormat.CSV], ExportFormat.CSV), key=str) == as_text
    for each in made.values():
        assert each.manifest.tables[0].rows == len(expected)
        assert [column.key for column in each.manifest.tables[0].columns] == pq.read_schema(
            made[ExportFormat.PARQUET].path
        ).names


def _csv(value: Any) -> str:
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return value.replace("T", " ").removesuffix(":00")
    return "" if value is None else FORMULA.sub("'", value) if isinstance(value, str) else str(value)


def test_events_are_those_that_are_stored_of_the_courses_learners(campus: Campus, tmp_path: Path) -> None:
    found = rows_of(
        extract(campus, principal(campus, TEACHER), tmp_path, ExportFormat.JSON, ExtractTable.EVENTS),
        ExportFormat.JSON,
    )
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        stored = connection.execute(
            text(
                "SELECT count(*) FROM raw_events r JOIN courses c USING (organisation_id, course_id)"
                " JOIN people p USING (organisation_id, person_id)"
                " WHERE c.code = 'ALG 1' AND p.given_name = ANY (:names)"
            ),
            {"names": [name.split()[0] for name in LEARNERS["algebra"]]},
        ).scalar_one()
    assert len(found) == stored > 50
    assert {row[3] for row in found} == {"ALG 1"}


def test_who_teaches_one_section_gets_the_learners_of_that_section(campus: Campus, tmp_path: Path) -> None:
    made = extract(campus, principal(campus, SECTION_TEACHER), tmp_path, ExportFormat.JSON, ExtractTable.LEARNER_DAYS)
    assert {row[4].split()[0] for row in rows_of(made, ExportFormat.JSON)} <= {
        name.split()[0] for name in LEARNERS["algebra"][::2]
    }
    assert rows_of(made, ExportFormat.JSON)


def test_who_sees_no_learner_by_name_gets_no_rows(campus: Campus, tmp_path: Path) -> None:
    for name in (ADMINISTRATOR, "Ada Abel"):
        with pytest.raises(NotPermitted):
            extract(campus, principal(campus, name), tmp_path, ExportFormat.CSV, ExtractTable.EVENTS)
    assert list(tmp_path.iterdir()) == []


def test_a_course_of_somebody_else_is_not_there(campus: Campus, tmp_path: Path) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        other: UUID = connection.execute(text("SELECT public_id FROM courses WHERE code = 'BOT 1'")).scalar_one()
    who = principal(campus, TEACHER)
    for forged in (who, replace(who, administers=True)):
        with pytest.raises(NotFound):
            extract(campus, forged, tmp_path, ExportFormat.CSV, ExtractTable.EVENTS, courses=(other,))


def test_days_bound_an_extract(campus: Campus, tmp_path: Path) -> None:
    first = TODAY - timedelta(days=7)
    made = extract(
        campus, principal(campus, TEACHER), tmp_path, ExportFormat.JSON, ExtractTable.COURSE_DAYS, first=first
    )
    days = [date.fromisoformat(row[0]) for row in rows_of(made, ExportFormat.JSON)]
    assert days
    assert min(days) >= first


def test_an_extract_that_is_cancelled_ends_in_the_middle_and_leaves_nothing(campus: Campus, tmp_path: Path) -> None:
    for form in (ExportFormat.PARQUET, ExportFormat.XLSX):
        with pytest.raises(NotWantedError):
            extract(campus, principal(campus, TEACHER), tmp_path, form, ExtractTable.EVENTS, beat=lambda _steps: False)
        assert list(tmp_path.iterdir()) == []
