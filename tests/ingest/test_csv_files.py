"""Tables as people export them, in whatever encoding and with whatever is broken in them."""

import gzip
from pathlib import Path

import pytest

from ingest.csv_files import LONGEST_RECORD, Bad, CsvFile, Line
from ingest.text_files import CUT_OFF, FileError, look

TEXT = "id,name\n1,Ärmel\n2,Straße\n"


def read(path: Path, columns: tuple[str, ...] = ("id", "name"), encoding: str | None = None) -> list[Line | Bad]:
    return list(CsvFile(look(path, encoding)).rows(columns))


def written(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def values(rows: list[Line | Bad]) -> list[tuple[str, ...]]:
    return [row.values for row in rows if isinstance(row, Line)]


def bad(rows: list[Line | Bad]) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.column, row.reason) for row in rows if isinstance(row, Bad)]


@pytest.mark.parametrize(
    ("encoding", "found", "guessed"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8-sig", False),
        ("utf-16", "utf-16", False),
        ("utf-16-le", "utf-16-le", False),
        ("utf-16-be", "utf-16-be", False),
        ("latin-1", "cp1252", True),
        ("cp1252", "cp1252", True),
    ],
)
def test_encodings_are_recognised_and_a_guess_is_said(tmp_path: Path, encoding: str, found: str, guessed: bool) -> None:
    path = written(tmp_path, TEXT.encode(encoding))
    looked = look(path)
    assert (looked.encoding, looked.guessed) == (found, guessed)
    assert values(read(path)) == [("1", "Ärmel"), ("2", "Straße")]


def test_an_encoding_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n1,Łódź\n".encode("iso8859-2"))
    assert values(read(path, encoding="iso8859-2")) == [("1", "Łódź")]


def test_one_line_that_is_no_utf8_costs_itself_only(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n1,Ärmel\n".encode() + b"2,\xfc\n" + "3,Öl\n".encode())
    rows = read(path)
    assert values(rows) == [("1", "Ärmel"), ("3", "Öl")]
    assert bad(rows) == [(3, "name", "bytes that are no text in the encoding of the file")]


def test_a_letter_that_lies_across_two_pieces_is_no_damage(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n1," + "x" * ((1 << 20) - 11) + "ä\n")
    assert look(path).encoding == "utf-8"
    assert not look(path).doubtful


def test_nul_is_no_text(tmp_path: Path) -> None:
    rows = read(written(tmp_path, b"id,name\n1,a\0b\n2,c\n"))
    assert values(rows) == [("2", "c")]
    assert bad(rows) == [(2, "name", "the character NUL")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised_by_the_first_line(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path, f"id{delimiter}name{delimiter}more\n1{delimiter}a{delimiter}x\n")
    assert values(read(path)) == [("1", "a")]


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [f'{number},"name {number}"' for number in range(1, 500)]
    lines[249] = '250,"open'
    rows = read(written(tmp_path, "\n".join(["id,name", *lines]) + "\n"))
    assert [row[0] for row in values(rows)] == [str(n) for n in range(1, 500) if n != 250]
    assert bad(rows) == [(251, None, "a quotation mark is opened and not closed")]


def test_a_quotation_mark_without_any_other_behind_it_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [f"{number},name" for number in range(1, 3 * LONGEST_RECORD)]
    lines[9] = '10,"open'
    rows = read(written(tmp_path, "\n".join(["id,name", *lines]) + "\n"))
    assert len(values(rows)) == 3 * LONGEST_RECORD - 2
    assert [line for line, _, _ in bad(rows)] == [11]


def test_line_breaks_inside_of_quotation_marks_are_text_and_lines_are_counted_right(tmp_path: Path) -> None:
    rows = read(written(tmp_path, 'id,name\n1,"two\nlines"\n2\n3,c\n'))
    assert values(rows) == [("1", "two\nlines"), ("3", "c")]
    assert bad(rows) == [(4, None, "1 values instead of 2")]


def test_empty_lines_are_nothing(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "id,name\n\n1,a\n\n"))
    assert values(rows) == [("1", "a")]
    assert bad(rows) == []


def test_formulas_are_data(tmp_path: Path) -> None:
    rows = read(written(tmp_path, 'id,name\n1,"=HYPERLINK(""https://evil.example"")"\n2,@SUM(A1)\n'))
    assert values(rows) == [("1", '=HYPERLINK("https://evil.example")'), ("2", "@SUM(A1)")]


def test_tab_separated_text_of_a_database_has_escapes_and_nothing(tmp_path: Path) -> None:
    rows = read(written(tmp_path, 'id\tname\n1\ta\\tb\\n"c\\\\\n2\t\\N\n'))
    assert values(rows) == [("1", 'a\tb\n"c\\'), ("2", "")]


def test_rows_can_be_read_from_any_position_on_also_behind_a_bad_one(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,name\n1,a\n2,"open\n3,c\n4,d\n')
    rows = read(path)
    positions = [row.position for row in rows]
    for place, position in enumerate(positions):
        assert list(CsvFile(look(path)).rows(("id", "name"), position)) == rows[place + 1 :]


def test_a_packed_file_is_the_same_as_the_plain_one(tmp_path: Path) -> None:
    plain, packed = written(tmp_path, TEXT), tmp_path / "table.csv.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert values(read(packed)) == values(read(plain))
    assert look(packed).digest == look(plain).digest


def test_a_packed_file_that_is_cut_off_gives_what_is_there_and_says_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    text = "id,name\n" + "".join(f"{number},{hash(str(number))}\n" for number in range(50_000))
    content = gzip.compress(text.encode())
    path.write_bytes(content[: len(content) // 2])
    rows = read(path)
    assert 10_000 < len(values(rows)) < 50_000
    line, column, reason = bad(rows)[-1]
    assert (column, reason) == (None, CUT_OFF)
    assert line >= len(values(rows))


@pytest.mark.parametrize("content", [b"", b"\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError, match=r"^table\.csv is empty"):
        read(written(tmp_path, content))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nothing\.csv cannot be read: No such file"):
        look(tmp_path / "nothing.csv")
