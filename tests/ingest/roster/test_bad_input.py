"""What institutions really send: other encodings, cut files, rows twice, references to nobody, circles."""

import csv
import zipfile
from pathlib import Path

import pytest

from dashapp.domain.roster_checks import Finding, Findings, Reason, cycle_in
from dashapp.domain.rosters import RosterError
from dashapp.words import PSEUDO_LOCALE, use_locale
from dashapp.words.rosters import finding_sentence, reason_word
from ingest.roster.archive import Archive, open_archive, open_table
from tests.ingest.roster.archives import (
    enrolment,
    found,
    read,
    school,
    texts,
    user,
    write_folder,
    write_zip,
)

NAMES = "id,name\n1,Zoë Müller\n2,Łukasz Ångström\n"
WESTERN = "id,name\n1,Zoë Müller\n2,Ægir – “Ångström”\n"


def table_of(folder: Path, content: bytes) -> tuple[list[list[str]], str, Findings]:
    findings = Findings()
    archive = open_archive(write_folder(folder, {"people.csv": content}) / "people.csv")
    table = open_table(archive, "people.csv", findings)
    return ([] if table is None else [cells for _, cells in table.rows], table.encoding if table else "", findings)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (NAMES.encode(), "utf-8"),
        (NAMES.encode("utf-8-sig"), "utf-8-sig"),
        (NAMES.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + NAMES.encode("utf-16-be"), "utf-16"),
        (NAMES.encode("utf-16-le"), "utf-16-le"),
        (NAMES.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_unicode_is_read_with_and_without_a_mark(tmp_path: Path, content: bytes, encoding: str) -> None:
    rows, read_as, findings = table_of(tmp_path, content)

    assert rows == [["1", "Zoë Müller"], ["2", "Łukasz Ångström"]]
    assert (read_as, findings.counts) == (encoding, {})


def test_an_older_encoding_is_read_and_said_with_the_line(tmp_path: Path) -> None:
    rows, encoding, findings = table_of(tmp_path, WESTERN.encode("cp1252"))

    assert rows[1] == ["2", "Ægir – “Ångström”"]
    assert (encoding, findings.stop) == ("cp1252", False)
    assert findings.kept == [Finding(Reason.GUESSED_ENCODING, "people.csv", 2, None, "cp1252")]


def test_bytes_that_windows_has_no_letter_for_are_latin_1(tmp_path: Path) -> None:
    assert table_of(tmp_path, b"id,name\n1,\xe9\x81\n")[1] == "latin-1"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"id,name\n1,Zo\xc3\xab\n2,Zo\xeb\n", 3),
        (b"\xef\xbb\xbfid,name\n1,Ada\n2,Zo\xeb\n", 3),
        (b"id,name\n" + b"1,Zo\xc3\xab\n" * 300_000 + b"2,Zo\xeb\n", 300_002),
    ],
)
def test_one_line_in_another_encoding_is_named_and_nothing_is_guessed(
    tmp_path: Path, content: bytes, line: int
) -> None:
    rows, _, findings = table_of(tmp_path, content)

    assert rows == []
    assert findings.stop
    assert [(one.reason, one.line) for one in findings.kept] == [(Reason.MIXED_ENCODING, line)]


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b"", Reason.EMPTY_FILE, None),
        (b"\n\n", Reason.EMPTY_FILE, None),
        (b"id,name,id\n1,a,2\n", Reason.REPEATED_COLUMN, 1),
        (b"id,name\n1,a\n2,b,c\n", Reason.WRONG_LENGTH, 3),
        (b"id,name\n1,a\n2\n", Reason.WRONG_LENGTH, 3),
        (b'id,name\n1,"a\nb"\n2,"c" d\n', Reason.BROKEN_ROW, 4),
        (b'id,name\n1,a\n2,"never closed\n3,c\n', Reason.BROKEN_ROW, 4),
    ],
)
def test_a_file_that_is_no_table_is_found_by_its_line(
    tmp_path: Path, content: bytes, reason: Reason, line: int | None
) -> None:
    _, _, findings = table_of(tmp_path, content)

    assert [(one.reason, one.line) for one in findings.kept] == [(reason, line)]
    assert findings.stop


def test_semicolons_and_empty_lines_of_spreadsheets_are_read(tmp_path: Path) -> None:
    rows, _, findings = table_of(tmp_path, b"id;name\r\n1;a, b\r\n;\r\n\r\n")

    assert (rows, findings.counts) == ([["1", "a, b"], ["", ""]], {})


# ------------------------------------------------------------------ archives


def test_a_folder_and_a_zip_are_the_same(tmp_path: Path) -> None:
    files = texts(school())
    folder = open_archive(write_folder(tmp_path / "folder", files))
    for within in ("", "export/"):
        zipped = open_archive(write_zip(tmp_path / "roster.zip", files, within))
        assert zipped.hashes() == folder.hashes()


def test_what_is_no_archive_is_one_sentence(tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(b"PK\x03\x04 and no more")
    for path, words in ((tmp_path / "none.zip", "no file"), (cut, "no zip file")):
        with pytest.raises(RosterError, match=words):
            open_archive(path)


def test_a_zip_with_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "roster.zip", {"users.csv": "sourcedId\n" + "x\n" * 5_000})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(RosterError, match=r"users\.csv cannot be read to its end"):
        open_archive(path).hashes()


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "roster.zip", "w") as opened:
        for folder in ("a", "b"):
            opened.writestr(f"{folder}/users.csv", "x")
    with pytest.raises(RosterError, match="several files of one name"):
        open_archive(tmp_path / "roster.zip")


def test_a_file_that_is_larger_than_is_taken_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "roster.zip", {"users.csv": "x" * 100_000})
    monkeypatch.setattr("ingest.roster.archive.LARGEST_FILE", 99_999)

    with pytest.raises(RosterError, match="more than is taken"):
        open_archive(path)
    with pytest.raises(RosterError, match="larger than is taken"):
        Archive(path, {"users.csv": "users.csv"}, zipped=True).hashes()


# ------------------------------------------------------------------ rows that contradict each other


def test_the_same_row_twice_is_taken_once_and_said(tmp_path: Path) -> None:
    files = school()
    for name in ("orgs", "users", "enrollments"):
        files[name].append(dict(files[name][-1]))

    roster, findings = read(tmp_path, texts(files))

    assert findings.counts == {Reason.REPEATED_ROW: 3}
    assert not findings.stop
    assert (len(roster.people), len(roster.enrolments)) == (5, 4)


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("orgs", {"sourcedId": "s1", "name": "South School", "type": "school"}),
        ("users", user("u1", "Ida")),
        ("enrollments", enrolment("e1", "c2", "u1")),
        ("enrollments", enrolment("e9", "c1", "u1", beginDate="2026-03-01")),
    ],
)
def test_two_rows_that_contradict_each_other_stop(tmp_path: Path, file: str, row: dict[str, str]) -> None:
    files = school()
    files[file].append(row)

    _, findings = read(tmp_path, texts(files))

    assert [(name, line) for name, line, _ in found(findings)] == [(f"{file}.csv", len(files[file]) + 1)]
    assert findings.counts == {Reason.CONTRADICTION: 1}
    assert findings.stop


def test_whoever_left_and_came_back_has_two_rows_that_do_not_contradict(tmp_path: Path) -> None:
    files = school()
    files["enrollments"][0] |= {"beginDate": "2026-02-01", "endDate": "2026-03-01"}
    files["enrollments"].append(enrolment("e9", "c1", "u1", beginDate="2026-04-01"))

    roster, findings = read(tmp_path, texts(files))

    assert (found(findings), len(roster.enrolments)) == ([], 5)


# ------------------------------------------------------------------ references, circles, dates


def test_circles_are_found_wherever_trees_are(tmp_path: Path) -> None:
    files = school()
    files["orgs"][0]["parentSourcedId"] = "s1"
    files["academicSessions"][0]["parentSourcedId"] = "y1"

    _, findings = read(tmp_path, texts(files))

    assert {(one.reason, one.file) for one in findings.kept} == {
        (Reason.CYCLE, "orgs.csv"),
        (Reason.CYCLE, "academicSessions.csv"),
    }
    assert cycle_in({"a": "b", "b": "c", "c": "d"}) is None
    assert cycle_in({"x": "a", "a": "b", "b": "a"}) in ("a", "b")


def test_dates_in_the_wrong_order_stop_and_days_outside_of_the_term_are_said(tmp_path: Path) -> None:
    files = school()
    files["enrollments"][0] |= {"beginDate": "2026-04-01", "endDate": "2026-03-01"}
    files["enrollments"][1] |= {"beginDate": "2027-04-01"}
    files["enrollments"][2] |= {"endDate": "2026-01-31"}
    files["academicSessions"][0] |= {"startDate": "2026-08-01"}

    _, findings = read(tmp_path, texts(files))

    assert found(findings, Reason.REVERSED_DATES) == [
        ("academicSessions.csv", 2, "endDate"),
        ("enrollments.csv", 2, "endDate"),
    ]
    # Nothing can be said of terms that are wrong themselves.
    files["academicSessions"][0] |= {"startDate": "2025-08-01"}
    del files["enrollments"][0]
    _, findings = read(tmp_path, texts(files))
    assert [line for _, line, _ in found(findings, Reason.OUTSIDE_TERM)] == [2, 3]
    assert not findings.stop


def test_a_wrong_row_is_found_once_and_not_again_by_whoever_refers_to_it(tmp_path: Path) -> None:
    files = school()
    files["users"][0]["enabledUser"] = "perhaps"
    files["orgs"][1]["type"] = "castle"

    _, findings = read(tmp_path, texts(files))

    assert found(findings) == [("orgs.csv", 3, "type"), ("users.csv", 2, "enabledUser")]


def test_one_bad_line_among_many_is_found_by_its_number(tmp_path: Path) -> None:
    files = school()
    files["users"] += [user(f"x{number}", "Name") for number in range(2_000)]
    files["enrollments"] += [enrolment(f"f{number}", "c1", f"x{number}") for number in range(2_000)]
    files["enrollments"][1_500]["userSourcedId"] = "nobody"

    _, findings = read(tmp_path, texts(files))

    assert findings.kept == [Finding(Reason.UNKNOWN_REFERENCE, "enrollments.csv", 1_502, "userSourcedId", "nobody")]


def test_of_very_many_findings_all_are_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    files = school()
    files["enrollments"] += [enrolment(f"f{number}", "c9", "u1") for number in range(500)]

    _, findings = read(tmp_path, texts(files))

    assert findings.counts == {Reason.UNKNOWN_REFERENCE: 500}
    assert len(findings.kept) == Findings.MOST_PER_REASON


# ------------------------------------------------------------------ words


def test_every_reason_has_words_of_its_own_and_a_place() -> None:
    assert len({reason_word(reason) for reason in Reason}) == len(Reason)
    said = finding_sentence(Finding(Reason.WRONG_DATE, "classes.csv", 7, "endDate", "soon"))
    assert said == "classes.csv, line 7, endDate: This is not a day, such as 2026-08-31. (soon)"
    with use_locale(PSEUDO_LOCALE):
        assert all(reason_word(reason).startswith("[") for reason in Reason)


def test_the_archives_of_these_tests_are_what_a_csv_reader_reads(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, texts(school()))
    with (folder / "users.csv").open(newline="", encoding="utf-8") as file:
        assert [row["givenName"] for row in csv.DictReader(file)] == ["Ada", "Bob", "Eve", "Tess", "Alan"]
