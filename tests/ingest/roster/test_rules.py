"""The field rules of OneRoster's CSV bindings, each tried on a file that breaks it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashapp.domain.roster_checks import Reason
from ingest.roster.rules import FILES, VERSIONS, Column, Form
from tests.ingest.roster.archives import Rows, deltas, found, manifest, read, school, text_of, texts

RULES: dict[str, dict[str, str]] = {
    # What the tables of the specifications call required, and what form they want, written down a second time.
    "orgs": {"sourcedId": "id!", "name": "text!", "type": "word!", "parentSourcedId": "reference"},
    "academicSessions": {
        "sourcedId": "id!", "title": "text!", "type": "word!", "startDate": "date!", "endDate": "date!",
        "parentSourcedId": "reference", "schoolYear": "year!",
    },
    "courses": {"sourcedId": "id!", "title": "text!", "orgSourcedId": "reference!", "schoolYearSourcedId": "reference"},
    "classes": {
        "sourcedId": "id!", "title": "text!", "courseSourcedId": "reference!", "classType": "word!",
        "schoolSourcedId": "reference!", "termSourcedIds": "references!",
    },
    "users": {"sourcedId": "id!", "enabledUser": "boolean!", "username": "text!", "givenName": "text!",
              "familyName": "text!"},
    "roles": {"sourcedId": "id!", "userSourcedId": "reference!", "roleType": "word!", "role": "word!",
              "orgSourcedId": "reference!", "beginDate": "date", "endDate": "date"},
    "enrollments": {
        "sourcedId": "id!", "classSourcedId": "reference!", "schoolSourcedId": "reference!",
        "userSourcedId": "reference!", "role": "word!", "primary": "boolean", "beginDate": "date", "endDate": "date",
    },
}  # fmt: skip
BREAKS = {
    "word": [("gibberish", Reason.WRONG_WORD)],
    "date": [("31/12/2026", Reason.WRONG_DATE), ("2026-02-30", Reason.WRONG_DATE), ("20260201", Reason.WRONG_DATE)],
    "year": [("26", Reason.WRONG_YEAR), ("2026/27", Reason.WRONG_YEAR)],
    "boolean": [("yes", Reason.WRONG_BOOLEAN), ("TRUE", Reason.WRONG_BOOLEAN), ("1", Reason.WRONG_BOOLEAN)],
    "id": [("x" * 256, Reason.TOO_LONG)],
    "reference": [("nobody", Reason.UNKNOWN_REFERENCE)],
    "references": [("nobody", Reason.UNKNOWN_REFERENCE), ("t1,nobody", Reason.UNKNOWN_REFERENCE)],
    "text": [("Al\x07gebra", Reason.CONTROL_CHARACTER), ("Al\x00gebra", Reason.CONTROL_CHARACTER)],
}


def broken_cells() -> Iterator[tuple[str, str, str, str, Reason]]:
    for version in VERSIONS:
        rules = {name: columns for name, columns in RULES.items() if name in FILES[version]}
        if version == "1.1":
            rules["users"] = {**rules["users"], "role": "word!", "orgSourcedIds": "references!"}
        for file, columns in rules.items():
            for column, rule in columns.items():
                if rule.endswith("!"):
                    yield version, file, column, "", Reason.MISSING_VALUE
                    yield version, file, column, "  ", Reason.MISSING_VALUE
                for value, reason in BREAKS[rule.rstrip("!")]:
                    yield version, file, column, value, reason


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sound_archive_has_nothing_wrong(tmp_path: Path, version: str) -> None:
    roster, findings = read(tmp_path, texts(school(version), version))

    assert found(findings) == []
    assert [len(each) for each in (roster.units, roster.terms, roster.courses, roster.people)] == [2, 2, 2, 5]
    assert [one.name for one in roster.enrolments] == ["e1", "e2", "e3", "e4"]


@pytest.mark.parametrize(("version", "file", "column", "value", "reason"), list(broken_cells()))
def test_a_cell_that_breaks_a_rule_is_found_where_it_stands(
    tmp_path: Path, version: str, file: str, column: str, value: str, reason: Reason
) -> None:
    files = school(version)
    files[file][-1][column] = value
    line = len(files[file]) + 1

    _, findings = read(tmp_path, texts(files, version))

    assert findings.stop
    assert (f"{file}.csv", line, column) in found(findings, reason)


@pytest.mark.parametrize(("version", "file"), [(version, file) for version in VERSIONS for file in FILES[version]])
def test_each_column_of_the_specification_has_to_be_there(tmp_path: Path, version: str, file: str) -> None:
    files = school(version)
    for column in FILES[version][file]:
        heads = [one.name for one in FILES[version][file] if one is not column]
        rows = [{name: value for name, value in row.items() if name != column.name} for row in files[file]]
        _, findings = read(tmp_path, texts(files, version) | {f"{file}.csv": text_of(heads, rows)})
        missing = found(findings, Reason.MISSING_COLUMN)
        assert missing == ([(f"{file}.csv", 1, column.name)] if column.there else [])


def test_columns_may_stand_in_any_order_and_metadata_is_nobodys_business(tmp_path: Path) -> None:
    files = school()
    heads = [column.name for column in reversed(FILES["1.2"]["orgs"])]
    orgs = text_of([*heads, "metadata.region"], files["orgs"])

    _, findings = read(tmp_path, texts(files) | {"orgs.csv": orgs})

    assert found(findings) == []


def test_a_column_that_nobody_knows_is_said_and_does_not_stop(tmp_path: Path) -> None:
    files = school()
    heads = [column.name for column in FILES["1.2"]["orgs"]]

    _, findings = read(tmp_path, texts(files) | {"orgs.csv": text_of([*heads, "colour"], files["orgs"])})

    assert found(findings) == [("orgs.csv", 1, "colour")]
    assert not findings.stop


WORDS = [
    *(("1.2", "enrollments", "role", word) for word in ("administrator", "proctor", "student", "teacher")),
    *(("1.1", "enrollments", "role", word) for word in ("aide", "administrator", "parent", "guardian", "relative")),
    *(("1.2", "orgs", "type", word) for word in ("department", "school", "district", "local", "state", "national")),
    *(("1.1", "academicSessions", "type", word) for word in ("gradingPeriod", "semester", "schoolYear", "term")),
    *(("1.2", "classes", "classType", word) for word in ("homeroom", "scheduled")),
    *(("1.2", "roles", "role", word) for word in ("principal", "counselor", "systemAdministrator", "aide")),
    *(("1.2", file, column, "ext:own") for file, column in (("orgs", "type"), ("roles", "role"))),
]


@pytest.mark.parametrize(("version", "file", "column", "word"), WORDS)
def test_the_words_of_the_specification_may_stand(
    tmp_path: Path, version: str, file: str, column: str, word: str
) -> None:
    files = school(version)
    files[file][-1][column] = word

    _, findings = read(tmp_path, texts(files, version))

    assert found(findings) == []


NOT_WORDS = [
    ("1.1", "orgs", "type", "ext:own"),
    ("1.2", "enrollments", "role", "aide"),
    ("1.2", "orgs", "type", "ext:"),
]


@pytest.mark.parametrize(("version", "file", "column", "word"), NOT_WORDS)
def test_words_of_another_version_may_not(tmp_path: Path, version: str, file: str, column: str, word: str) -> None:
    files = school(version)
    files[file][-1][column] = word

    _, findings = read(tmp_path, texts(files, version))

    assert [one[2] for one in found(findings, Reason.WRONG_WORD)] == [column]


@pytest.mark.parametrize("status", ["tobedeleted", "inactive"])
@pytest.mark.parametrize("file", FILES["1.2"])
def test_a_file_that_says_everything_deletes_nothing(tmp_path: Path, file: str, status: str) -> None:
    files = school()
    files[file][-1]["status"] = status

    _, findings = read(tmp_path, texts(files))

    assert found(findings) == [(f"{file}.csv", len(files[file]) + 1, "status")]
    assert findings.stop


def test_a_status_in_a_file_that_says_everything_is_said_and_ignored(tmp_path: Path) -> None:
    files = school()
    for row in files["users"]:
        row |= {"status": "active", "dateLastModified": "2026-01-01"}

    roster, findings = read(tmp_path, texts(files))

    assert findings.counts == {Reason.STATUS_IN_BULK: 5}
    assert not findings.stop
    assert len(roster.people) == 5


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("status", "", Reason.MISSING_VALUE),
        ("status", "gone", Reason.WRONG_WORD),
        ("dateLastModified", "", Reason.MISSING_VALUE),
        ("dateLastModified", "yesterday", Reason.WRONG_TIME),
    ],
)
def test_rows_of_changes_say_what_has_become_of_them_and_when(
    tmp_path: Path, column: str, value: str, reason: Reason
) -> None:
    orgs: Rows = [{"sourcedId": "s9", "name": "New", "type": "school", column: value}]

    _, findings = read(tmp_path, deltas({"orgs": orgs}))

    assert found(findings, reason) == [("orgs.csv", 2, column)]


def test_a_deleted_row_needs_nothing_but_its_id(tmp_path: Path) -> None:
    gone: Rows = [{"sourcedId": "u1", "status": "tobedeleted"}]

    roster, findings = read(tmp_path, deltas({"users": gone}), people=frozenset({"u1", "u2"}))

    assert found(findings) == []
    assert (roster.gone_people, roster.people, roster.whole_people) == (["u1"], [], False)


def manifest_without(name: str, **changed: str) -> Rows:
    rows = [row for row in manifest("1.2", dict.fromkeys(FILES["1.2"], "bulk")) if row["propertyName"] != name]
    return [{**row, "value": changed.get(row["propertyName"], row["value"])} for row in rows]


@pytest.mark.parametrize(
    ("rows", "reason", "column"),
    [
        (manifest_without("oneroster.version"), Reason.WRONG_VERSION, "oneroster.version"),
        (manifest_without("", **{"oneroster.version": "1.0"}), Reason.WRONG_VERSION, "oneroster.version"),
        (manifest_without("manifest.version"), Reason.WRONG_MANIFEST, "manifest.version"),
        (manifest_without("file.users"), Reason.WRONG_MANIFEST, "file.users"),
        (manifest_without("", **{"file.users": "Bulk"}), Reason.WRONG_MANIFEST, "file.users"),
    ],
)
def test_the_manifest_says_version_and_mode_of_each_file(
    tmp_path: Path, rows: Rows, reason: Reason, column: str
) -> None:
    _, findings = read(tmp_path, texts(school()) | {"manifest.csv": text_of(("propertyName", "value"), rows)})

    assert findings.stop
    assert ("manifest.csv", column) in [(file, named) for file, _, named in found(findings, reason)]


def test_a_missing_manifest_or_file_is_named(tmp_path: Path) -> None:
    files = texts(school())
    _, without_users = read(tmp_path, {name: text for name, text in files.items() if name != "users.csv"})
    _, without_manifest = read(tmp_path, {name: text for name, text in files.items() if name != "manifest.csv"})

    assert found(without_users, Reason.MISSING_FILE) == [("users.csv", None, None)]
    assert found(without_manifest) == [("manifest.csv", None, None)]


def test_a_file_that_the_manifest_calls_absent_is_not_read(tmp_path: Path) -> None:
    modes = {name: "bulk" if name != "roles" else "absent" for name in school()}

    _, findings = read(tmp_path, texts(school(), modes=modes) | {"roles.csv": "nonsense"})

    assert [(one.reason, one.file) for one in findings.kept] == [(Reason.UNDECLARED_FILE, "roles.csv")]


def test_the_rules_of_the_code_are_those_of_the_table() -> None:
    def rule(column: Column) -> str:
        form = column.form.name.lower()
        if column.refers_to is not None:
            form = "references" if column.many else "reference"
        return form + ("!" if column.required else "")

    for file, rules in RULES.items():
        columns = {column.name: column for column in FILES["1.2"][file]}
        assert {name: rule(columns[name]) for name in rules} == rules
        free = [one for name, one in columns.items() if name not in rules]
        assert all(not one.required and one.form in (Form.TEXT, Form.ID) for one in free)
