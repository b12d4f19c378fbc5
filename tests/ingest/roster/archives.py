"""A small school as OneRoster files and as plain CSV, to be changed by tests."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dashapp.domain.roster_checks import Findings, Reason
from dashapp.domain.rosters import Known, Roster, RosterSettings
from ingest.roster.archive import open_archive
from ingest.roster.oneroster import OneRosterReader
from ingest.roster.rules import FILES, OTHERS

Rows = list[dict[str, str]]

ISSUER = "https://sis.example"
LMS = "https://lms.example"


def school(version: str = "1.2") -> dict[str, Rows]:
    """File without `.csv` → its rows. Three learners, a teacher and an assistant in two classes."""
    files: dict[str, Rows] = {
        "orgs": [
            {"sourcedId": "d1", "name": "District", "type": "district"},
            {"sourcedId": "s1", "name": "North School", "type": "school", "parentSourcedId": "d1"},
        ],
        "academicSessions": [
            {"sourcedId": "y1", "title": "2026", "type": "schoolYear", "startDate": "2025-09-01",
             "endDate": "2026-08-01", "schoolYear": "2026"},
            {"sourcedId": "t1", "title": "Spring", "type": "term", "startDate": "2026-02-01", "endDate": "2026-08-01",
             "parentSourcedId": "y1", "schoolYear": "2026"},
        ],
        "courses": [{"sourcedId": "alg", "title": "Algebra", "courseCode": "ALG", "orgSourcedId": "s1",
                     "schoolYearSourcedId": "y1"}],
        "classes": [class_("c1", classCode="ALG-1"), class_("c2", title="Algebra, second class", classCode="ALG-2")],
        "users": [
            user("u1", "Ada"), user("u2", "Bob"), user("u3", "Eve"), user("u4", "Tess"), user("u5", "Alan"),
        ],
        "roles": [],
        "enrollments": [
            enrolment("e1", "c1", "u1"), enrolment("e2", "c1", "u2"), enrolment("e3", "c2", "u3"),
            enrolment("e4", "c1", "u4", "teacher"),
        ],
    }  # fmt: skip
    roles = {"u1": "student", "u2": "student", "u3": "student", "u4": "teacher", "u5": "teacher"}
    if version == "1.1":
        for row in files["users"]:
            row |= {"role": roles[row["sourcedId"]], "orgSourcedIds": "s1"}
        del files["roles"]
        return files
    for name, role in roles.items():
        files["roles"].append(role_row(name, role))
    return files


def class_(key: str, **values: str) -> dict[str, str]:
    made = {"title": "Algebra, first class", "courseSourcedId": "alg", "classType": "scheduled"}
    return {"sourcedId": key, **made, "schoolSourcedId": "s1", "termSourcedIds": "t1", **values}


def user(key: str, given: str, **values: str) -> dict[str, str]:
    made = {"enabledUser": "true", "username": given.lower(), "givenName": given, "familyName": f"Of{key}"}
    return {"sourcedId": key, **made, "email": f"{given.lower()}@north.example", **values}


def enrolment(key: str, of_class: str, person: str, role: str = "student", **values: str) -> dict[str, str]:
    made = {"classSourcedId": of_class, "schoolSourcedId": "s1", "userSourcedId": person, "role": role}
    return {"sourcedId": key, **made, **values}


def role_row(person: str, role: str) -> dict[str, str]:
    made = {"roleType": "primary", "role": role, "orgSourcedId": "s1"}
    return {"sourcedId": f"r-{person}-{role}", "userSourcedId": person, **made}


def manifest(version: str, modes: Mapping[str, str]) -> Rows:
    said = {"manifest.version": "1.0", "oneroster.version": version}
    said |= {f"file.{name}": "absent" for name in (*OTHERS, *FILES[version])}
    said |= {f"file.{name}": mode for name, mode in modes.items()}
    return [{"propertyName": name, "value": value} for name, value in said.items()]


def text_of(heads: Iterable[str], rows: Rows) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(heads), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def texts(files: Mapping[str, Rows], version: str = "1.2", modes: Mapping[str, str] | None = None) -> dict[str, str]:
    """File name → its text, the manifest included. Without `modes`, every file says everything."""
    modes = modes if modes is not None else dict.fromkeys(files, "bulk")
    heads = {name: [column.name for column in columns] for name, columns in FILES[version].items()}
    found = {f"{name}.csv": text_of(heads[name], rows) for name, rows in files.items()}
    found["manifest.csv"] = text_of(("propertyName", "value"), manifest(version, modes))
    return found


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.csv"):
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def write_zip(path: Path, files: Mapping[str, str | bytes], within: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(within + name, content)
    return path


def deltas(files: Mapping[str, Rows], version: str = "1.2") -> dict[str, str]:
    """An archive of changes: each row says what has become of it, `active` unless it says otherwise."""
    rows = {
        name: [{"status": "active", "dateLastModified": "2026-03-02T10:00:00Z", **row} for row in given]
        for name, given in files.items()
    }
    return texts(rows, version, dict.fromkeys(files, "delta"))


def read(
    folder: Path, files: Mapping[str, str | bytes], settings: RosterSettings | None = None, **known: Any
) -> tuple[Roster, Findings]:
    """What a folder of these files says, and what is wrong with it."""
    findings = Findings()
    archive = open_archive(write_folder(folder, files))
    reader = OneRosterReader(archive, settings or RosterSettings(), Known(**known), findings, lambda _rows: None)
    return reader.read(), findings


def found(findings: Findings, *reasons: Reason) -> list[tuple[str, int | None, str | None]]:
    """(file, line, column) of the findings, of these reasons only where some are given."""
    return [(one.file, one.line, one.column) for one in findings.kept if not reasons or one.reason in reasons]
