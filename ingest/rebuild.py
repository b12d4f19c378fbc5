"""`python -m ingest rebuild`: the aggregates of past days made anew from the raw events, while ingest goes on.

python -m ingest rebuild --from 2026-03-01 --to 2026-03-31
python -m ingest rebuild --from 2026-03-01 --to 2026-03-31 --organisation north --course algebra-2026
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import msgspec

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import all_organisations
from dashapp.data.store.rebuilding import (
    Found,
    Portion,
    Rebuilder,
    RebuildError,
    find_course,
    rebuilder,
    slices,
)
from dashapp.data.store.scope_changes import claim_slot
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.ending import Waiting
from dashapp.settings import Settings
from ingest.commanding import run_until_asked
from ingest.portions import Cut, Pace, cuts

TRIES: Final = 5
PAUSE: Final = 1.0
MOST_TURNS: Final = 3
"""Times that the parts of a portion are done anew because people were merged meanwhile."""
PEOPLE_AT_ONCE: Final = (25, 500)
"""At first and at most: of whom what they did in a course over all the time is looked through at once."""
LONG: Final = 1.0
"""Seconds: a portion of people who take longer makes the next ones smaller."""
BAR: Final = 30
DAYS_SHARE: Final = 0.9
"""How much of the way the days are; the rest is for activities."""


class Mark(msgspec.Struct, frozen=True):
    """How far a rebuild has come: everything before this slice, and of the slice the courses up to this one."""

    slice_first: date
    course: int


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be rebuilt, and of whom."""

    organisation: OrganisationId
    name: str
    first: date
    last: date
    course: CourseId | None

    def file(self, folder: Path) -> Path:
        """Where its progress stands. Losing the file costs time only."""
        course = f"-{self.course}" if self.course is not None else ""
        return folder / "rebuilds" / f"{self.organisation}-{self.first}-{self.last}{course}.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 0: done; 1: interrupted, refused, or the database is away; 2: a wrong setting."""
    options = _parser().parse_args(arguments)
    return run_until_asked(
        lambda settings, database, stopping: Command(settings, database, stopping, sys.stdout).run(options)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest rebuild", description="Makes the aggregates of past days anew from the raw events."
    )
    parser.add_argument("--from", type=_day, required=True, dest="first", help="the first local day")
    parser.add_argument("--to", type=_day, required=True, dest="last", help="the last one, inclusive")
    parser.add_argument("--organisation", help="the short name of one organisation; else all of them")
    parser.add_argument("--course", help="a code, a public id, or a sender's id; needs --organisation")
    parser.add_argument("--again", action="store_true", help="begin anew what was interrupted")
    return parser


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written} is no day: write it like 2026-03-01") from None


class Command:
    """One run of the command."""

    def __init__(self, settings: Settings, database: Database, stopping: Waiting, out: TextIO) -> None:
        self._settings = settings
        self._database = database
        self._stopping = stopping
        self._out = out
        self._pace = Pace()
        self._longest = 0.0

    def run(self, options: argparse.Namespace) -> int:
        """Rebuilds what the options name; gives the exit code. Raises RebuildError before anything is changed."""
        if options.last < options.first:
            raise RebuildError("The range ends before it begins.")
        tasks = self._tasks(options)
        now = datetime.now(UTC)
        with claim_slot(self._database, DatabaseRole.JOBS) as slot:
            ready = [
                (task, rebuilder(self._database, task.organisation, slot, self._settings.data_retention_days, now))
                for task in tasks
            ]
            for _task, made in ready:
                if options.first < made.earliest:
                    raise RebuildError(
                        f"Days before {made.earliest} cannot be rebuilt: raw events are kept for"
                        f" {self._settings.data_retention_days} days (DATA_RETENTION_DAYS), and what is older is known"
                        " by its aggregates only."
                    )
            for task, made in ready:
                if options.again:
                    task.file(self._settings.data_dir).unlink(missing_ok=True)
                if not self._rebuild(task, made):
                    return 1
        return 0

    def _tasks(self, options: argparse.Namespace) -> list[Task]:
        if options.course is not None and options.organisation is None:
            raise RebuildError("A course is looked for in one organisation: name it by --organisation.")
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            known = all_organisations(connection)
        chosen = [one for one in known if options.organisation in (None, one[1])]
        if not chosen:
            raise RebuildError(f"There is no organisation named {options.organisation}.")
        tasks = []
        for organisation, name, _title in chosen:
            course = None
            if options.course is not None:
                with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
                    course = find_course(connection, organisation, options.course)
            tasks.append(Task(organisation, name, options.first, options.last, course))
        return tasks

    def _rebuild(self, task: Task, made: Rebuilder) -> bool:
        """Rebuilds one organisation; whether it came to its end."""
        progress = Progress(task.file(self._settings.data_dir), self._out)
        mark = progress.read()
        if mark is not None:
            self._out.write(f"{task.name}: going on at {mark.slice_first}.\n")
        parts = slices(task.first, task.last)
        for place, (first, last) in enumerate(parts):
            if mark is not None and last < mark.slice_first:
                continue
            courses = made.candidates(first, last, task.course)
            left = [one for one in courses if mark is None or first != mark.slice_first or one > mark.course]
            for number, course in enumerate(left):
                for cut in cuts(first, last, courses[course].events, self._pace):
                    if not self._rebuild_cut(task, made, (course, courses[course]), cut):
                        return False
                progress.write(Mark(first, course), DAYS_SHARE * (place + (number + 1) / len(left)) / len(parts))
            if task.course is None:
                made.sum_up(first, last)
            # Activities, which know no days, come last: they have a tenth of the way.
            progress.write(Mark(last + timedelta(days=1), 0), DAYS_SHARE * (place + 1) / len(parts))
        if not self._activities(task, made, progress):
            return False
        progress.end()
        waited = f"Batches waited for {self._longest:.1f} s at most."
        self._out.write(f"\n{task.name}: rebuilt from {task.first} to {task.last}. {waited}\n")
        return True

    def _rebuild_cut(self, task: Task, made: Rebuilder, of: tuple[int, Found], cut: Cut) -> bool:
        """Rebuilds some days of a course, in parts where they are many events; whether it came to its end."""
        course, found = of
        whole = Portion(course, cut.first, cut.last, found.people)
        for _ in range(MOST_TURNS):
            before = made.merges() if cut.parts > 1 else None
            for part in range(cut.parts):
                if self._is_interrupted(task):
                    return False
                portion = replace(whole, part=part, parts=cut.parts)
                self._pace.learn(cut.events // cut.parts, self._persist(partial(made.rebuild, portion)))
            if before is None or made.merges() == before:
                break
        if cut.parts > 1:
            self._persist(partial(made.rebuild_course, whole))
        return True

    def _activities(self, task: Task, made: Rebuilder, progress: "Progress") -> bool:
        """What people did in activities, of those who were active on the days; whether it came to its end."""
        found = made.active_in(task.first, task.last, task.course)
        whole, done = sum(len(people) for _, people in found), 0
        at_once, most = PEOPLE_AT_ONCE
        for course, people in found:
            start = 0
            while start < len(people):
                if self._is_interrupted(task):
                    return False
                some = people[start : start + at_once]
                took = self._persist(partial(made.rebuild_activities, course, some))
                start, done = start + len(some), done + len(some)
                at_once = (
                    max(1, at_once // 2) if took > LONG else min(most, at_once * 2) if took < LONG / 4 else at_once
                )
                progress.draw(DAYS_SHARE + (1 - DAYS_SHARE) * done / whole)
        progress.draw(1.0)
        return True

    def _is_interrupted(self, task: Task) -> bool:
        if self._stopping.is_set():
            self._out.write(f"\n{task.name}: interrupted. The same command goes on from here.\n")
            return True
        return False

    def _persist(self, rebuild: Callable[[], float]) -> float:
        """Rebuilds a portion, again where the database was away; gives the seconds for which batches waited."""
        for attempt in range(TRIES):
            try:
                took = rebuild()
                self._longest = max(self._longest, took)
                return took
            except Unavailable:
                if attempt == TRIES - 1 or self._stopping.wait(PAUSE * 2**attempt):
                    raise
        raise AssertionError("the last try returns or raises")


class Progress:
    """How far a rebuild is: in a file, by which the same command goes on, and as a bar with the time that is left."""

    def __init__(self, path: Path, out: TextIO) -> None:
        self._path = path
        self._out = out
        self._began = time.monotonic()
        self._from: float | None = None

    def read(self) -> Mark | None:
        """The last mark; None where nothing is known."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def write(self, mark: Mark, share: float) -> None:
        """Replaces the mark at once, and draws the bar. `share`: of the whole, from 0 to 1."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(mark))
        fresh.replace(self._path)
        self.draw(share)

    def draw(self, share: float) -> None:
        """The bar and the time that is left, going by what this run has done."""
        if self._from is None:
            self._from = share
        done, spent = share - self._from, time.monotonic() - self._began
        left = f", {timedelta(seconds=round(spent / done * (1 - share)))} left" if done > 0 else ""
        self._out.write(f"\r[{'#' * int(BAR * share):<{BAR}}] {share:4.0%}{left}   ")
        self._out.flush()

    def end(self) -> None:
        """Nothing is left to go on with."""
        self._path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
