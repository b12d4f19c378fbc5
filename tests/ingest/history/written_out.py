"""Courses of the published OULAD archive, written out as other platforms would have recorded them."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.ingest.oulad.imports import Csv

ZONE = ZoneInfo("Europe/London")
COURSE = 71
ASSESSMENTS = 10_000_000
"""Assessments and sites are numbered apart in the archive, course modules of a Moodle are not."""
MODULES = {
    "forumng": "forum",
    "quiz": "quiz",
    "externalquiz": "quiz",
    "resource": "resource",
    "url": "url",
    "folder": "folder",
    "glossary": "glossary",
    "oucollaborate": "bigbluebuttonbn",
    "ouelluminate": "bigbluebuttonbn",
    "ouwiki": "wiki",
    "dataplus": "data",
    "questionnaire": "questionnaire",
}
LOG = (
    *("id", "eventname", "component", "action", "target", "objecttable", "objectid", "crud", "edulevel", "contextid"),
    *("contextlevel", "contextinstanceid", "userid", "courseid", "relateduserid", "anonymous", "other"),
    *("timecreated", "origin", "ip", "realuserid"),
)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """A CSV file as databases write them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


@dataclass(frozen=True)
class Presentation:
    """One presentation, in the days to which the direct import has shifted it."""

    published: Csv
    clicks: list[tuple[str, str, int, int]]
    """Student, site, day, clicks."""
    starts_on: date
    sites: dict[str, str]
    """Site → its type in the archive."""
    students: frozenset[str]

    def noon(self, day: int) -> datetime:
        return datetime.combine(self.starts_on + timedelta(days=day), time(12), ZONE).astimezone(UTC)

    def midnight(self, day: int) -> datetime:
        return datetime.combine(self.starts_on + timedelta(days=day), time(), ZONE).astimezone(UTC)

    def each_click(self) -> Iterable[tuple[int, str, str, datetime]]:
        """(number, student, site, when) of single clicks, in the order of time."""
        number = 0
        for student, site, day, clicks in sorted(self.clicks, key=lambda row: row[2]):
            for _ in range(clicks):
                number += 1
                yield number, student, site, self.noon(day)

    def submissions(self) -> list[tuple[int, str, int, datetime, str, bool]]:
        """(number, student, assessment, when, score, banked) of what has been handed in by now."""
        found = []
        for number, row in enumerate(self.published.submissions, 1):
            at = self.noon(int(row["date_submitted"]))
            if row["id_student"] in self.students and at <= datetime.now(UTC):
                work = int(row["id_assessment"])
                found.append((number, row["id_student"], work, at, row["score"], row["is_banked"] == "1"))
        return found

    def registrations(self) -> list[tuple[int, str, datetime, datetime | None]]:
        found = []
        for number, row in enumerate(self.published.registrations, 1):
            if row["id_student"] in self.students:
                first, last = row["date_registration"], row["date_unregistration"]
                ends = self.midnight(int(last) + 1) if last else None
                begins = int(first) if first else min(0, int(last)) if last else 0
                found.append((number, row["id_student"], self.midnight(begins), ends))
        return found


def write_moodle(directory: Path, told: Presentation) -> Path:
    """The tables of a Moodle on which the presentation ran."""
    directory.mkdir()
    write_table(directory / "mdl_logstore_standard_log.csv", LOG, _log(told))
    names = sorted({"assign", *(MODULES.get(kind, "page") for kind in told.sites.values())})
    write_table(directory / "mdl_modules.csv", ("id", "name"), enumerate(names, 1))
    places = [
        (int(site), COURSE, names.index(MODULES.get(kind, "page")) + 1, int(site), 0)
        for site, kind in told.sites.items()
        if kind != "homepage"
    ]
    works = [int(number) for number in told.published.assessments]
    places += [(ASSESSMENTS + work, COURSE, names.index("assign") + 1, work, 0) for work in works]
    write_table(directory / "mdl_course_modules.csv", ("id", "course", "module", "instance", "added"), places)
    first = int(told.midnight(0).timestamp())
    write_table(
        directory / "mdl_course.csv",
        ("id", "shortname", "fullname", "startdate", "enddate", "timemodified"),
        [(1, "site", "Front page", 0, 0, 1), (COURSE, "AAA", "Module AAA", first, 0, first)],
    )
    write_table(
        directory / "mdl_assign.csv",
        ("id", "course", "name", "duedate", "grade", "timemodified"),
        [(work, COURSE, f"Assessment {work}", 0, 100, first) for work in works],
    )
    items = ("id", "courseid", "itemtype", "itemmodule", "iteminstance", "grademin", "grademax")
    write_table(
        directory / "mdl_grade_items.csv",
        items,
        [(1, COURSE, "course", "", 1, 0, 100), *((work, COURSE, "mod", "assign", work, 0, 100) for work in works)],
    )
    grades = [
        (number, work, student, score, 0, int(at.timestamp()), int(at.timestamp()))
        for number, student, work, at, score, _ in told.submissions()
    ]
    header = ("id", "itemid", "userid", "finalgrade", "excluded", "timecreated", "timemodified")
    write_table(directory / "mdl_grade_grades.csv", header, grades)
    write_table(directory / "mdl_enrol.csv", ("id", "enrol", "courseid"), [(5, "manual", COURSE)])
    enrolments = [
        (number, 0, 5, student, int(begins.timestamp()), int(ends.timestamp()) if ends else 0, 1)
        for number, student, begins, ends in told.registrations()
    ]
    header = ("id", "status", "enrolid", "userid", "timestart", "timeend", "timecreated")
    write_table(directory / "mdl_user_enrolments.csv", header, enrolments)
    return directory


def _log(told: Presentation) -> Iterable[Sequence[object]]:
    number = 0
    what: tuple[object, ...]
    for number, student, site, at in told.each_click():
        kind, when = told.sites[site], int(at.timestamp())
        if kind == "homepage":
            what = ("\\core\\event\\course_viewed", "core", "viewed", "course", "", "", "r", 2, 900, 50, COURSE)
        else:
            module = MODULES.get(kind, "page")
            name, part = f"\\mod_{module}\\event\\course_module_viewed", f"mod_{module}"
            what = (name, part, "viewed", "course_module", module, site, "r", 2, 901, 70, site)
        yield number, *what, student, COURSE, "", 0, "N;", when, "web", "192.0.2.7", ""
    for more, (_, student, work, at, _, banked) in enumerate(told.submissions(), number + 1):
        if not banked:
            name = "\\mod_assign\\event\\assessable_submitted"
            what = (name, "mod_assign", "submitted", "assessable", "assign_submission", work, "u", 2, 902, 70)
            other = json.dumps({"submission_editable": False})
            when = int(at.timestamp())
            yield more, *what, ASSESSMENTS + work, student, COURSE, "", 0, other, when, "web", "192.0.2.7", ""


def write_canvas(directory: Path, told: Presentation) -> Path:
    """The tables of Canvas Data of a Canvas on which the presentation ran."""
    directory.mkdir()
    meta, state = ("2026-01-01T00:00:00Z", "U"), "available"
    updated = told.midnight(0).isoformat()
    header: tuple[str, ...] = ("name", "course_code", "updated_at", "workflow_state", "start_at", "conclude_at")
    write_table(
        directory / "part-00000-courses.csv",
        ("meta.ts", "meta.action", "key.id", *(f"value.{name}" for name in header)),
        [(*meta, COURSE, "Module AAA", "AAA", updated, state, updated, "")],
    )
    header = ("id", "context_id", "context_type", "title", "points_possible", "submission_types", "updated_at")
    write_table(
        directory / "part-00000-assignments.csv",
        ("meta.ts", "meta.action", "key.id", *(f"value.{name}" for name in header[1:])),
        [
            (*meta, int(work), COURSE, "Course", f"Assessment {work}", 100, "online_upload", updated)
            for work in told.published.assessments
        ],
    )
    with (directory / "part-00000-enrollments.jsonl").open("w") as file:
        for number, student, begins, ends in told.registrations():
            value = {
                "user_id": int(student),
                "course_id": COURSE,
                "type": "StudentEnrollment",
                "workflow_state": "completed" if ends is not None else "active",
                "created_at": begins.isoformat(),
                "start_at": None,
                "end_at": None if ends is None else ends.isoformat(),
            }
            file.write(json.dumps({"key": {"id": number}, "value": value, "meta": {"action": "U"}}) + "\n")
    _write_requests(directory / "part-00000-web_logs.csv", told)
    fields = ("assignment_id", "user_id", "course_id", "attempt", "submitted_at", "graded_at", "score", "excused")
    write_table(
        directory / "part-00000-submissions.csv",
        ("meta.action", "key.id", *(f"value.{name}" for name in fields), "value.workflow_state"),
        [
            ("U", number, work, student, COURSE, 1, "" if banked else at, at, score, "false", "graded")
            for number, student, work, at, score, banked in told.submissions()
        ],
    )
    return directory


def _write_requests(path: Path, told: Presentation) -> None:
    """One request per click. Handing work in is a request, too."""
    fields = ("timestamp", "user_id", "course_id", "discussion_id", "quiz_id", "assignment_id", "url", "http_method")
    more = ("http_status", "web_application_controller", "web_application_action", "session_id")

    def rows() -> Iterable[Sequence[object]]:
        for number, student, site, at in told.each_click():
            kind = told.sites[site]
            url = f"/courses/{COURSE}/files/{site}"
            talk, quiz = (site if kind == "forumng" else ""), (site if "quiz" in kind else "")
            if kind == "homepage":
                url = f"/courses/{COURSE}"
            elif talk or quiz:
                url = f"/courses/{COURSE}/things/{site}"
            yield f"req-{number}", at.isoformat(), student, COURSE, talk, quiz, "", url, "GET", 200, "x", "show", "s1"

    write_table(path, ("key.id", *(f"value.{name}" for name in (*fields, *more))), rows())
