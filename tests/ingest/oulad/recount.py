"""The figures of one classroom, counted from the published files by plain code that shares nothing with the service."""

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, median

TYPES = {
    "homepage": "course_home", "oucontent": "page", "page": "page", "subpage": "page", "sharedsubpage": "page",
    "dualpane": "page", "htmlactivity": "page", "resource": "resource", "url": "resource", "folder": "resource",
    "glossary": "resource", "forumng": "forum", "quiz": "quiz", "externalquiz": "quiz",
    "oucollaborate": "collaboration", "ouelluminate": "collaboration", "ouwiki": "collaboration",
}  # fmt: skip
"""As docs/oulad.md says; all others are `other`."""
WORK = {"TMA": "assignment", "CMA": "quiz", "Exam": "exam"}


@dataclass(frozen=True)
class Recount:
    """What a classroom's page has to say, after the end of the course."""

    learners: set[str]
    """Those who have not un-registered."""
    handed_in: dict[str, tuple[int, int, int]]
    """On time, late, missing by the number of each assessment with a day."""
    scores: dict[str, tuple[int, float, float]]
    """Graded, mean and median by the number of each assessment with scores."""
    active: dict[date, int]
    """Learners with any event per Monday."""
    clicks: dict[str, int]
    """By type of activity."""
    touched: dict[str, int]
    """Learners who clicked on any site of a unit, by the first week of its sites."""


class Presentation:
    """The rows of one presentation in the archive."""

    def __init__(self, path: Path, module: str, presentation: str) -> None:
        self._path, self._key = path, (module, presentation)

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """Of one file; submissions are those of all presentations."""
        with (
            zipfile.ZipFile(self._path) as opened,
            opened.open(f"{name}.csv") as file,
            io.TextIOWrapper(file) as lines,
        ):
            for row in csv.DictReader(lines):
                if (row.get("code_module"), row.get("code_presentation")) in (self._key, (None, None)):
                    yield row

    def recount(self, starts_on: date, days: range) -> Recount:
        """Of the days of `days`, counted from the first day of the presentation."""
        registered = {
            row["id_student"]: int(row["date_registration"] or 0)
            for row in self.rows("studentRegistration")
            if not row["date_unregistration"]
        }
        tasks = {row["id_assessment"]: row for row in self.rows("assessments")}
        handed = {
            (row["id_assessment"], row["id_student"]): row
            for row in self.rows("studentAssessment")
            if row["id_assessment"] in tasks and row["id_student"] in registered
        }
        active: dict[date, set[str]] = defaultdict(set)
        clicks: Counter[str] = Counter()
        touched: dict[str, set[str]] = defaultdict(set)
        sites = {row["id_site"]: row for row in self.rows("vle")}

        def did(student: str, day: int, kind: str, number: int) -> None:
            if day in days:
                when = starts_on + timedelta(days=day)
                active[when - timedelta(days=when.weekday())].add(student)
                clicks[kind] += number

        for row in self.rows("studentVle"):
            if row["id_student"] in registered:
                site = sites[row["id_site"]]
                did(
                    row["id_student"],
                    int(row["date"]),
                    TYPES.get(site["activity_type"], "other"),
                    int(row["sum_click"]),
                )
                if site["week_from"]:
                    touched[site["week_from"]].add(row["id_student"])
        for (task, student), row in handed.items():
            if row["is_banked"] == "0":
                did(student, int(row["date_submitted"]), WORK[tasks[task]["assessment_type"]], 1)
        return Recount(
            set(registered),
            {task: self._states(row, registered, handed) for task, row in tasks.items() if row["date"]},
            dict(self._scores(tasks, handed)),
            {monday: len(students) for monday, students in active.items()},
            dict(clicks),
            {unit: len(students) for unit, students in touched.items()},
        )

    @staticmethod
    def _states(
        task: dict[str, str], registered: dict[str, int], handed: dict[tuple[str, str], dict[str, str]]
    ) -> tuple[int, int, int]:
        due, counts = int(task["date"]), [0, 0, 0]
        for student, joined in registered.items():
            if joined > due:
                continue
            row = handed.get((task["id_assessment"], student))
            late = row is not None and row["is_banked"] == "0" and int(row["date_submitted"]) > due
            counts[2 if row is None else 1 if late else 0] += 1
        return counts[0], counts[1], counts[2]

    @staticmethod
    def _scores(
        tasks: dict[str, dict[str, str]], handed: dict[tuple[str, str], dict[str, str]]
    ) -> Iterator[tuple[str, tuple[int, float, float]]]:
        for task in tasks:
            scores = [float(row["score"]) for (number, _who), row in handed.items() if number == task and row["score"]]
            if scores:
                yield task, (len(scores), fmean(scores), median(scores))
