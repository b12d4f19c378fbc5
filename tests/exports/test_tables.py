"""Every format holds the same rows, typed, and no text in them becomes a formula."""

import csv
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind
from dashapp.domain.reports.exports import Trouble
from dashapp.domain.spreadsheets import FORMULA, MARK
from exports.tables.parquet_files import write_parquet
from exports.tables.sheets import Head, Row, Sheet, TableError, distinct, named, sheet_of, written
from exports.tables.text_files import write_csv, write_json
from exports.tables.xlsx_files import Notes, write_xlsx
from tests.exports.reports import AS_OF, COLUMNS, NASTY, nasty_answer

NOTES = Notes("Notes", (("As of", "today"),))


def sheet(answer: Answer, title: str = "Events by course", name: str = "01-events") -> Sheet:
    return sheet_of(name, title, answer, lambda column: column.key)


def from_csv(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode().removeprefix(MARK)
    return list(csv.reader(StringIO(text, newline="")))[1:]


def from_json(path: Path) -> list[list[Any]]:
    (table,) = orjson.loads(path.read_bytes())["tables"]
    return [list(row.values()) for row in table["rows"]]


def from_parquet(path: Path) -> list[list[Any]]:
    return [[written(value) for value in row.values()] for row in pq.read_table(path).to_pylist()]


def from_xlsx(path: Path, heads: Sequence[Head]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for each in openpyxl.load_workbook(path).worksheets[:-1]:
        for row in each.iter_rows(min_row=2):
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
            rows.append([_of_cell(head, cell.value) for head, cell in zip(heads, row, strict=True)])
    return rows


def _of_cell(head: Head, value: Any) -> Any:
    if isinstance(value, datetime):
        is_day = head.kind is ColumnKind.DAY
        return value.date().isoformat() if is_day else written(value.replace(tzinfo=UTC))
    return value


def as_csv(value: Any) -> str:
    """What stands in CSV for a value of JSON: a formula is written down as a text."""
    if isinstance(value, str):
        return FORMULA.sub("'", value)
    return "" if value is None else str(value)


def test_csv_json_parquet_and_xlsx_hold_the_same_rows(tmp_path: Path) -> None:
    table = sheet(nasty_answer())
    write_csv(table, tmp_path / "t.csv")
    write_json({"title": "x"}, [({"title": table.title}, table)], tmp_path / "t.json")
    write_parquet(table, tmp_path / "t.parquet")
    write_xlsx([table], NOTES, tmp_path / "t.xlsx", most_rows=8)
    expected = [[written(value) for value in row] for row in table.rows]
    assert len(expected) == len(NASTY) + 1
    assert from_json(tmp_path / "t.json") == expected
    assert from_parquet(tmp_path / "t.parquet") == expected
    assert from_csv(tmp_path / "t.csv") == [[as_csv(value) for value in row] for row in expected]
    # An empty text and no text are the same empty cell there.
    assert from_xlsx(tmp_path / "t.xlsx", table.heads) == [
        [None if value == "" else value for value in row] for row in expected
    ]


CELLS = st.tuples(
    st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40),
    st.none() | st.integers(-(1 << 50), 1 << 50),
    st.none() | st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.none() | st.dates(date(1970, 1, 1), date(2199, 12, 31)),
)


@given(st.lists(CELLS, max_size=20))
def test_whatever_the_cells_are_the_formats_agree(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    kinds = (ColumnKind.TEXT, ColumnKind.COUNT, ColumnKind.NUMBER, ColumnKind.DAY)
    columns = tuple(Column(f"c{place}", kind) for place, kind in enumerate(kinds))
    table = sheet(Answer(AnswerState.SHOWN, columns, tuple(rows)))
    folder = tmp_path_factory.mktemp("agree")
    write_json({}, [({}, table)], folder / "t.json")
    write_parquet(table, folder / "t.parquet")
    write_csv(table, folder / "t.csv", mark=False)
    expected = [[written(value) for value in row] for row in table.rows]
    assert from_json(folder / "t.json") == from_parquet(folder / "t.parquet") == expected
    assert from_csv(folder / "t.csv") == [[as_csv(value) for value in row] for row in expected]
    shutil.rmtree(folder)


def test_csv_begins_with_the_mark_of_utf8_where_it_is_wanted(tmp_path: Path) -> None:
    for mark in (True, False):
        write_csv(sheet(nasty_answer()), tmp_path / "t.csv", mark=mark)
        assert (tmp_path / "t.csv").read_bytes().startswith(MARK.encode()) is mark


def test_a_workbook_goes_on_on_further_sheets_and_freezes_every_head(tmp_path: Path) -> None:
    table = sheet(nasty_answer(), "A very long title: with / signs [that] no * sheet ? may have")
    write_xlsx([table, table], NOTES, tmp_path / "t.xlsx", most_rows=11)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert [len(list(each.iter_rows(min_row=2))) for each in book.worksheets] == [10, 9, 10, 9, 1]
    assert len({name.lower() for name in book.sheetnames}) == 5
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert {each.freeze_panes for each in book.worksheets} == {"A2"}
    formats = [cell.number_format for cell in book.worksheets[0][2]]
    assert formats[:5] == ["@", "yyyy-mm-dd", "#,##0", '0.0" %"', '#,##0" min"']


def test_no_title_makes_two_sheets_of_one_name_nor_one_that_excel_keeps_for_itself(tmp_path: Path) -> None:
    long = "x" * 31
    titles = [long, long.upper(), f"{long[:29]} 2", "History", "", "", "'"]
    write_xlsx([sheet(nasty_answer(), title) for title in titles], NOTES, tmp_path / "t.xlsx")
    names = [name.lower() for name in openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames]
    assert len(set(names)) == len(titles) + 1
    assert "history" not in names
    assert all(len(name) <= 31 for name in names)


def test_a_text_that_no_cell_holds_fails_in_words_instead_of_being_cut(tmp_path: Path) -> None:
    answer = Answer(AnswerState.SHOWN, COLUMNS[:1], (("x" * 32_768,),))
    with pytest.raises(TableError, match="32,767 characters") as refused:
        write_xlsx([sheet(answer)], NOTES, tmp_path / "t.xlsx")
    assert refused.value.trouble is Trouble.CELL


@pytest.mark.parametrize("columns", [COLUMNS, ()], ids=["with columns", "without"])
def test_a_table_without_rows_is_a_table_all_the_same(tmp_path: Path, columns: tuple[Column, ...]) -> None:
    table = sheet(Answer(AnswerState.NO_DATA, columns))
    write_csv(table, tmp_path / "t.csv")
    write_json({}, [({}, table)], tmp_path / "t.json")
    write_parquet(table, tmp_path / "t.parquet")
    write_xlsx([table], NOTES, tmp_path / "t.xlsx")
    assert from_csv(tmp_path / "t.csv") == from_json(tmp_path / "t.json") == from_parquet(tmp_path / "t.parquet") == []
    assert pq.read_schema(tmp_path / "t.parquet").names == [column.key for column in columns]
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0].max_row == 1


def test_an_instant_is_in_utc_wherever_it_was_said(tmp_path: Path) -> None:
    answer = Answer(AnswerState.SHOWN, COLUMNS[-1:], ((AS_OF,),))
    write_csv(sheet(answer), tmp_path / "t.csv")
    assert from_csv(tmp_path / "t.csv") == [["2026-03-16T09:30:05Z"]]


def test_a_number_has_a_name_of_its_own_beside_the_state_that_it_is_counted_by() -> None:
    columns = (
        Column("handed_in", ColumnKind.TEXT),
        Column("handed_in", ColumnKind.COUNT, "handed_in"),
        Column("handed_in", ColumnKind.COUNT, "handed_in", before=True),
    )
    keys = [head.key for head in sheet(Answer(AnswerState.SHOWN, columns, (("late", 3, 4),))).heads]
    assert keys == ["handed_in", "handed_in_number", "handed_in_number 2"]


def test_names_of_files_are_plain_and_differ() -> None:
    assert named(3, "Übersicht: Mathe/Physik — 2026!") == "03-ubersicht-mathe-physik-2026"
    assert named(4, "ملاحظة") == "04"
    assert len(named(1, "x" * 500)) < 80
    assert distinct(["a", "b", "a", "a 2", "a"]) == ["a", "b", "a 2", "a 2 2", "a 3"]


@pytest.mark.long
def test_libreoffice_reads_the_same_rows_out_of_the_workbook(tmp_path: Path) -> None:
    program = shutil.which("soffice")
    assert program is not None, "LibreOffice is missing: install the package libreoffice-calc."
    table = sheet(nasty_answer())
    write_xlsx([table], NOTES, tmp_path / "t.xlsx")
    options = ["--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    # Fields apart by a comma, texts in quotes, UTF-8, from the first row on, formulas as they are written.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true"
    subprocess.run(
        [program, *options, "--convert-to", form, "--outdir", str(tmp_path), str(tmp_path / "t.xlsx")],
        check=True,
        timeout=100,
    )
    rows = from_csv(tmp_path / "t.csv")
    assert [row[0] for row in rows] == [*NASTY, ""]
    assert [row[1] for row in rows[:-1]] == ["2026-03-02"] * len(NASTY)
    assert [float(row[2].replace(",", "")) for row in rows[:-1]] == [place * 1000 for place in range(len(NASTY))]
