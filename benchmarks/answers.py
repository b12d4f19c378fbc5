"""How long a report of ten questions over a whole institution takes to be answered: `python -m benchmarks.answers`.

Without `--data-dir` it makes a database of nearly twice the size of the published OULAD data
(`benchmarks.large_campus`; `--share` for less); with it, it reads the largest organisation of the embedded database of
that DATA_DIR, and leaves it there. Asked are: an administrator about the courses under way, an administrator once no
course is under way any more, which compares all of them, and somebody who teaches all courses, by name. Then one
question alone, as the preview asks it. Yardstick of the same run: counting the learner-days of those weeks in the
database, one statement.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Final
from uuid import uuid4

from flask_caching.backends import SimpleCache
from sqlalchemy import text

from benchmarks.large_campus import Size
from benchmarks.machine import machine
from benchmarks.pages import Versions, make_campus
from dashapp.data.cache import Cache
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.report_reader import ReportReader
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import AnswerState
from dashapp.domain.reports.document import Chart, Data, Report
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.reports.periods import Fixed, Grain
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.domain.scope import AsOf
from exports.making import make
from exports.pictures import Gallery, Pictures
from exports.report_maker import ReportMaker

REPORT_TARGET: Final = 3.0
"""Seconds for ten blocks."""
PREVIEW_TARGET: Final = 1.0
DOCUMENT_TARGET: Final = 10.0
WEEKS: Final = 13


@dataclass(frozen=True, slots=True)
class Subject:
    """The largest organisation, its courses, and the last day on which anything happened."""

    organisation: OrganisationId
    courses: frozenset[CourseId]
    last: date
    learner_days: int


_ORGANISATIONS = text("SELECT organisation_id FROM organisations ORDER BY organisation_id")
_SUBJECT = text(
    "SELECT count(*) AS days, max(day) AS last, array_agg(DISTINCT course_id) AS courses FROM learner_course_days"
    " WHERE organisation_id = :organisation AND day <= CURRENT_DATE"
)
_YARDSTICK = text(
    "SELECT count(*), sum(events) FROM learner_course_days"
    " WHERE organisation_id = :organisation AND day BETWEEN :first AND :last"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine, the figures and the yardstick; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="DATA_DIR of an existing embedded database to read")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="of the learners of the large campus")
    parser.add_argument("--minutes", action="store_true", help="make a campus whose sources record times of day")
    chosen = parser.parse_args(arguments)
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="answers-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database((chosen.data_dir or Path(folder)) / "database")
        try:
            if chosen.data_dir is None:
                make_campus(database, Size(chosen.share, minutes=chosen.minutes))
            return _measure(database, chosen.rounds)
        finally:
            database.close()


def _measure(database: Database, rounds: int) -> int:
    subject = _subject(database)
    print(f"{subject.learner_days:,} learner-days in {len(subject.courses)} courses", flush=True)
    period = Fixed(first=subject.last - timedelta(weeks=WEEKS), last=subject.last)
    reader = ReportReader(database, Cache(SimpleCache()), Versions())
    now = AsOf(datetime.combine(subject.last, time(12), UTC))
    later = AsOf(now.instant + timedelta(days=900))
    nobody = (subject.organisation, PersonId(0), PublicId(uuid4()), "")
    dean, teacher = Principal(*nobody, administers=True), Principal(*nobody, teaches_in=subject.courses)
    reports = {"groups": report(period, by_name=False), "names": report(period, by_name=True)}
    failed = 0
    for what, who, name, as_of in (
        ("an administrator, courses under way", dean, "groups", now),
        ("an administrator, all courses", dean, "groups", later),
        ("a teacher of all courses, by name", teacher, "names", now),
    ):
        states = [answer.state for answer in reader.answers(who, reports[name], as_of).values()]
        shown = sum(state is AnswerState.SHOWN for state in states)
        measured = _median(lambda who=who, name=name, as_of=as_of: reader.answers(who, reports[name], as_of), rounds)  # type: ignore[misc] # the values of this round
        failed += _tell(f"ten questions, {shown} with figures: {what}", measured, REPORT_TARGET)
    failed += _preview(database, dean, period, now, rounds)
    failed += _document(database, dean, reports["groups"], later)
    values = {"organisation": subject.organisation, "first": period.first, "last": period.last}

    def count() -> None:
        with database.transaction(DatabaseRole.WEB, subject.organisation) as connection:
            connection.execute(_YARDSTICK, values).one()

    print(f"yardstick, counting the learner-days of these weeks: {_median(count, rounds)[0]:.2f} s", flush=True)
    return int(failed > 0)


def _preview(database: Database, dean: Principal, period: Fixed, as_of: AsOf, rounds: int) -> int:
    asked = Question(measures=("active_learners",), grain=Grain.WEEK, split=Dimension.COURSE, period=period)

    def ask() -> None:
        # Nothing is kept from the round before.
        ReportReader(database, Cache(SimpleCache()), Versions()).answer(dean, asked, "UTC", as_of)

    return _tell("one question, nothing kept", _median(ask, rounds), PREVIEW_TARGET)


def _document(database: Database, dean: Principal, asked: Report, as_of: AsOf) -> int:
    """From the questions to the whole PDF, as the job makes it."""
    pictures = Pictures()
    reader = ReportReader(database, Cache(SimpleCache()), Versions(), role=DatabaseRole.JOBS)
    maker = ReportMaker(database, reader, lambda: as_of.instant, pictures)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="answers-") as folder:
        for place, what in enumerate(("Chromium started for it", "Chromium warm, every chart drawn anew")):

            def write(place: int = place) -> None:
                content = maker.content(dean, asked)
                make(content, ExportFormat.PDF, Gallery(pictures), Path(folder) / f"{place}.pdf", lambda *_step: None)

            failed += _tell(f"the same as a PDF, {what}", _median(write, 1), DOCUMENT_TARGET)
    pictures.rest(0.0)
    return failed


def report(period: Fixed, *, by_name: bool) -> Report:
    """Ten questions such as templates have: activity, enrolment, work and standing."""

    def block(chart: Chart, *measures: str, grain: Grain | None = None, split: Dimension | None = None) -> Data:
        asked = Question(measures=measures, grain=grain, split=split, period=period)
        return Data(id=uuid4(), chart=chart, question=asked)

    course, week = Dimension.COURSE, Grain.WEEK
    blocks = [
        block(Chart.KPI, "enrolled", "active_learners", "share_active"),
        block(Chart.LINE, "active_learners", grain=week),
        block(Chart.LINE, "share_active", grain=week, split=course),
        block(Chart.BAR, "events", grain=week),
        block(Chart.BAR, "joined", "withdrawn", grain=week),
        block(Chart.BAR, "score_median", split=course),
        block(Chart.BAR, "handed_in", split=course),
        block(Chart.BAR, "progress_median", split=course),
        block(Chart.BAR, "at_risk", split=course),
        block(Chart.TABLE, "events", "minutes", split=Dimension.LEARNER if by_name else Dimension.UNIT),
    ]
    return Report(blocks=tuple(blocks))


def _subject(database: Database) -> Subject:
    found: list[Subject] = []
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        organisations = [OrganisationId(key) for key in connection.execute(_ORGANISATIONS).scalars()]
    for key in organisations:
        with database.transaction(DatabaseRole.JOBS, key) as connection:
            row = connection.execute(_SUBJECT, {"organisation": key}).one()
            if row.days:
                found.append(Subject(key, frozenset(CourseId(one) for one in row.courses), row.last, row.days))
    return max(found, key=lambda one: one.learner_days)


def _median(ask: Callable[[], object], rounds: int) -> tuple[float, float]:
    """(seconds, seconds of the processor that this program took, without the database's)"""
    took, worked = [], []
    for _ in range(rounds):
        begun, began = perf_counter(), process_time()
        ask()
        took.append(perf_counter() - begun)
        worked.append(process_time() - began)
    return statistics.median(took), statistics.median(worked)


def _tell(what: str, measured: tuple[float, float], target: float) -> int:
    seconds, own = measured
    verdict = "met" if seconds <= target else "MISSED"
    print(f"{what}: {seconds:.2f} s, of it {own:.2f} s here (target {target:.1f} s) {verdict}", flush=True)
    return int(seconds > target)


if __name__ == "__main__":
    sys.exit(main())
