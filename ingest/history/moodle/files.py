"""Which of an administrator's files is which table of Moodle, and in which order they are read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from ingest.history.enrolments import Enrolments
from ingest.history.event_ids import origin_of
from ingest.history.moodle import log, tables
from ingest.history.moodle.lookups import Lookups, grade_items, read_lookups
from ingest.history.moodle.naming import MODULE_TYPES, Names
from ingest.history.moodle.report import ReportPart, Ways
from ingest.history.recorded import History, Notes, Part, Read, TablePart
from ingest.history.tables import Table, open_table
from ingest.text_files import FileError, Looked

AGAIN: Final = (
    "A live feed of the same Moodle (xAPI, Caliper) gives its events ids of its own, which the log does not hold: what"
    " both tell would count twice. Say --until with the moment at which the feed began."
)
_LOG: Final = "logstore_standard_log"
_REPORT: Final = "report"
_POINTED_TO: Final = ("modules", "enrol", "role", "context", "grade_items")
"""Tables that become no events of their own."""
_PREFIX: Final = re.compile(r"^(?:mdl|moodle|m)_", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moodle:
    """How the files of a Moodle are to be read."""

    site: str
    issuer: str
    zone: ZoneInfo
    time_format: str | None = None
    course: int | None = None
    columns: Mapping[str, str] | None = None
    """What columns of the report are called here → what they are called in the file."""


def read_moodle(files: Sequence[tuple[str | None, Looked]], wish: Moodle, notes: Notes, now: datetime) -> History:
    """The history in these files, each with the name of its table where somebody has said it. Raises FileError."""
    names = Names(wish.site, wish.issuer)
    known, logs, reports = _sort(files, wish)
    lookups = read_lookups(known)
    parts: list[Part] = [*_structure(known, names, lookups, (wish.zone, now))]
    for table in logs:
        table.need(log.NEEDED)
        parts.append(TablePart(table, log.COLUMNS, log.Log(names, notes).read))
    ways = Ways(wish.zone, wish.time_format, wish.course)
    parts += [ReportPart(table, names, ways, lookups.of_reports()) for table in reports]
    parts += _results(known, names, lookups)
    if not parts:
        raise FileError("None of the files becomes an event: the log is missing, and so is every other table.")
    digests = [looked.digest.hex() for _, looked in files]
    said = (wish.site, wish.zone.key, str(wish.time_format), str(wish.course))
    return History("moodle", parts, origin_of("moodle", *said, *digests), AGAIN, _remarks(known, logs, reports))


def _sort(
    files: Sequence[tuple[str | None, Looked]], wish: Moodle
) -> tuple[dict[str, Table], list[Table], list[Table]]:
    """(tables by name, logs, reports)."""
    known: dict[str, Table] = {}
    logs, reports = [], []
    for said, looked in files:
        table = open_table(looked, dict(wish.columns or {}))
        kind = said or _kind_of(table)
        if kind == _LOG:
            logs.append(table)
        elif kind == _REPORT:
            reports.append(table)
        elif kind in known:
            raise FileError(f"{known[kind].name} and {table.name} are both taken for the table {kind}.")
        else:
            known[kind] = table
    return known, logs, reports


def _kind_of(table: Table) -> str:
    """What a file is, by its columns or by its name."""
    if {"eventname", "contextinstanceid"} <= table.columns:
        return _LOG
    if {"time", "description"} <= table.columns:
        return _REPORT
    stem = _PREFIX.sub("", table.looked.path.name.split(".")[0].lower())
    if stem in _TABLES or stem in _POINTED_TO or stem in MODULE_TYPES or stem == "course_modules":
        return stem
    raise FileError(
        f"{table.name} is no table that is known here; name the file after its table, or say TABLE={table.name}."
        f" Its columns: {', '.join(sorted(table.columns))[:300]}."
    )


def _structure(
    known: Mapping[str, Table], names: Names, lookups: Lookups, when: tuple[ZoneInfo, datetime]
) -> list[Part]:
    zone, now = when
    read = tables.Structure(names, lookups, zone)
    found: list[Part] = []
    wanted: list[tuple[str, Sequence[str], Sequence[str], Read]] = [
        ("course", tables.COURSE, ("id", "shortname", "fullname"), read.course),
        ("user", tables.USER, ("id", "firstname", "lastname"), read.user),
    ]
    for module in sorted(set(MODULE_TYPES) & set(known)):
        if "course_modules" not in known or "modules" not in known:
            raise FileError(f"{known[module].name} needs the tables course_modules and modules beside it.")
        wanted.append((module, tables.INSTANCE, ("id", "course", "name"), partial(read.activity, module)))
    if "user_enrolments" in known:
        if "enrol" not in known:
            raise FileError(f"{known['user_enrolments'].name} needs the table enrol beside it.")
        needed = ("id", "enrolid", "userid", "status", "timestart", "timeend")
        known["user_enrolments"].need(needed)
        enrolments = Enrolments(read.enrolment, now)
        enrolments.prepare(lambda: known["user_enrolments"].values(tables.ENROLMENT))
        wanted.append(("user_enrolments", tables.ENROLMENT, needed, enrolments.read))
    elif "role_assignments" in known:
        wanted.append(("role_assignments", tables.ASSIGNMENT, tables.ASSIGNMENT, read.assignment))
    if "role_assignments" in known and "context" not in known:
        raise FileError(f"{known['role_assignments'].name} needs the table context beside it.")
    for name, columns, needed_columns, reader in wanted:
        if name in known:
            known[name].need(needed_columns)
            found.append(TablePart(known[name], columns, reader))
    return found


def _results(known: Mapping[str, Table], names: Names, lookups: Lookups) -> list[Part]:
    found: list[Part] = []
    read = tables.Results(names, lookups, grade_items(known, lookups))
    for name, beside, columns, reader in (
        ("grade_grades", ("grade_items", "course_modules", "modules"), tables.GRADE, read.grade),
        ("course_modules_completion", ("course_modules", "modules"), tables.COMPLETION, read.completion),
    ):
        if name not in known:
            continue
        missing = [other for other in beside if other not in known]
        if missing:
            raise FileError(f"{known[name].name} needs the table {missing[0]} beside it.")
        known[name].need([column for column in columns if column not in ("excluded", "timecreated")])
        found.append(TablePart(known[name], columns, reader))
    return found


def _remarks(known: Mapping[str, Table], logs: Sequence[Table], reports: Sequence[Table]) -> list[str]:
    """What the pages will lack."""
    found = []
    if logs and reports:
        found.append(
            "A log and a report tell the same with different ids: what both hold counts twice. Better leave one out."
        )
    if "grade_grades" not in known:
        found.append("Without grade_grades (and grade_items, course_modules, modules) there are no grades.")
    if "user_enrolments" not in known and "role_assignments" not in known:
        found.append(
            "Without user_enrolments and role_assignments everybody who did something counts as a learner, teachers"
            " too, unless a roster says otherwise."
        )
    return found


_TABLES: Final = frozenset(
    {"course", "user", "user_enrolments", "role_assignments", "grade_grades", "course_modules_completion"}
)
