"""What reports call: who asks, what for; the answers come from one snapshot of the database, or from the cache."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dashapp import words
from dashapp.data.cache import Cache, Form
from dashapp.data.cache import Question as CacheQuestion
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.kept import Kept
from dashapp.data.queries.courses import read_courses
from dashapp.data.queries.reports.answering import When, answer
from dashapp.data.queries.reports.ground import Ground, Reading, read_ground
from dashapp.data.queries.reports.refused import Refused
from dashapp.data.reader import Versions
from dashapp.domain.audience import MINIMUM_GROUP, Audience
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind, Value
from dashapp.domain.reports.document import Bars, Chart, Report
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Days
from dashapp.domain.reports.questions import Choice, Question
from dashapp.domain.reports.reasons import Reason
from dashapp.domain.reports.sense import why_not
from dashapp.domain.scope import AsOf, Scope, scope_for_courses
from dashapp.words.reports import locale_of, reason_text

MOST_GROUNDS: Final = 4
"""Of readers who are at a preview: an institution of 16,000 learners in 300 courses takes some 10 MB."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it is kept: days as texts."""

    state: AnswerState
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    days: tuple[str, str] | None
    hidden: int
    left_out: int
    reason: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Answers the questions of reports for principals: the scope is derived here, so that no caller can forget it. Safe
    to share between threads.

    Every method raises NotPermitted for who is neither staff of a course nor an administrator, and Unavailable while
    the database is away or does not answer in time.
    """

    database: Database
    cache: Cache
    live: Versions
    minimum_group: int = MINIMUM_GROUP
    role: DatabaseRole = DatabaseRole.WEB
    _form: Form[KeptAnswer] = field(default_factory=lambda: Form.of(KeptAnswer), repr=False)
    _grounds: Kept[Ground] = field(default_factory=lambda: Kept(MOST_GROUNDS), repr=False)

    def answers(self, principal: Principal, report: Report, as_of: AsOf) -> Mapping[UUID, Answer]:
        """The answers to all blocks of a report that ask for data, in its language, from one snapshot; by block."""
        found: dict[UUID, Answer] = {}
        locale = locale_of(report.locale)
        when = _when(as_of.instant, report.time_zone)
        with (
            words.use_locale(locale),
            self.database.snapshot(self.role, principal.organisation_id) as connection,
        ):
            reading = Reading(connection)
            for block in report.questions():
                asked = block.question
                scope = self._scope(principal, asked.choice)
                reason = why_not(asked, block.chart, scope.audience, block.bars)
                found[block.id] = (
                    _answered(reading, (scope, as_of), asked, when) if reason is None else _refused(asked, reason)
                )
        return found

    def answer(  # noqa: PLR0913 # by name
        self,
        principal: Principal,
        question: Question,
        zone: str,
        as_of: AsOf,
        *,
        chart: Chart | None = None,
        bars: Bars = Bars.GROUPED,
    ) -> Answer:
        """The answer to one question in the language of the request, from the cache where it is known."""
        scope = self._scope(principal, question.choice)
        reason = why_not(question, chart, scope.audience, bars)
        if reason is not None:
            return _refused(question, reason)

        asked = self._cached(scope, question, zone, as_of)
        named = tuple(sorted(question.choice.courses))

        def compute() -> KeptAnswer:
            with self.database.snapshot(self.role, principal.organisation_id) as connection:
                key = (scope, named, asked.version, as_of.bucket())
                ground = self._grounds.under(key, lambda: read_ground(connection, scope, as_of, named))
                reading = Reading(connection, {("ground", scope, named): ground})
                return _kept(_answered(reading, (scope, as_of), question, _when(as_of.instant, zone)))

        return _read(self.cache.answer(asked, self._form, compute))

    def audience(self, principal: Principal, choice: Choice) -> Audience:
        """As whom the principal would read figures of this choice: it decides what makes sense."""
        return self._scope(principal, choice).audience

    def _scope(self, principal: Principal, choice: Choice) -> Scope:
        """Administrators see groups, but of nothing except courses that they teach themselves, everybody by name."""
        scope = scope_for_courses(principal, self.minimum_group)
        if not principal.administers or not principal.teaches_in or not choice.courses:
            return scope
        with self.database.transaction(self.role, principal.organisation_id) as connection:
            taught = read_courses(connection, principal.organisation_id, principal.teaches_in)
            own = {one.choice.public_id for one in taught}
        if not set(choice.courses) <= own:
            return scope
        return scope_for_courses(replace(principal, administers=False), self.minimum_group)

    def _cached(self, scope: Scope, question: Question, zone: str, as_of: AsOf) -> CacheQuestion:
        parts = (question.model_dump_json(), zone, words.current_locale())
        digest = blake2b("\n".join(parts).encode(), digest_size=20).hexdigest()
        if scope.courses is None:
            version = self.live.versions(scope.organisation_id)
        else:
            tokens = (self.live.versions(scope.organisation_id, course) for course in sorted(scope.courses))
            version = " ".join(tokens)
        return CacheQuestion(f"report-{digest}", scope, Filters(), 0, version, as_of)


def _answered(reading: Reading, who: tuple[Scope, AsOf], question: Question, when: When) -> Answer:
    scope, as_of = who
    named = tuple(sorted(question.choice.courses))
    ground = reading.once(("ground", scope, named), lambda: read_ground(reading.connection, scope, as_of, named))
    try:
        return answer(reading, ground, question, when)
    except Refused as refused:
        return _refused(question, refused.reason)


def _when(instant: datetime, zone: str) -> When:
    return When(instant.astimezone(ZoneInfo(zone)).date(), zone)


def _refused(question: Question, reason: Reason) -> Answer:
    gone = any(key not in MEASURES for key in question.measures)
    return Answer(AnswerState.GONE if gone else AnswerState.REFUSED, reason=reason_text(reason))


def _kept(found: Answer) -> KeptAnswer:
    rows = tuple(tuple(_plain(value) for value in row) for row in found.rows)
    days = None if found.days is None else (found.days.first.isoformat(), found.days.last.isoformat())
    return KeptAnswer(found.state, found.columns, rows, days, found.hidden, found.left_out, found.reason, found.notes)


def _plain(value: Value) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value


def _read(kept: KeptAnswer) -> Answer:
    dated = [place for place, column in enumerate(kept.columns) if column.kind is ColumnKind.DAY]
    days = None if kept.days is None else Days(*(date.fromisoformat(day) for day in kept.days))
    rows = tuple(_dated(row, dated) for row in kept.rows)
    return Answer(kept.state, kept.columns, rows, days, kept.hidden, kept.left_out, kept.reason, kept.notes)


def _dated(row: tuple[str | int | float | None, ...], dated: Iterable[int]) -> tuple[Value, ...]:
    values: list[Value] = list(row)
    for place in dated:
        values[place] = date.fromisoformat(str(row[place]))
    return tuple(values)
