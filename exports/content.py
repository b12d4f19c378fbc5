"""What an export is made of: a report, its questions' answers from one moment, and how they are put into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from dashapp.domain.reports.answers import Answer, AnswerState, Column
from dashapp.domain.reports.document import Chart, Data, Report
from dashapp.domain.reports.periods import Days
from dashapp.domain.reports.questions import Question
from dashapp.figures.drawing import Drawing
from dashapp.words import _, clock, day, local_date, ngettext, number
from exports.tables.sheets import Sheet, named, sheet_of

NO_ANSWER = Answer(AnswerState.NO_DATA)


@dataclass(frozen=True, slots=True)
class Wording:
    """How a report speaks, in the language that holds at the time."""

    column: Callable[[Column], str]
    question: Callable[[Question], str]
    choice: Callable[[Question], str]
    """Of whom: the filters; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Content:
    """A report and what it shows to one reader."""

    report: Report
    answers: Mapping[UUID, Answer]
    as_of: datetime
    organisation: str
    """Its title, for the cover."""
    wording: Wording
    draw: Callable[[Data, Answer], Drawing]
    """The figure of a block that is drawn: neither table nor number."""

    def answer(self, block: Data) -> Answer:
        """The answer of a block."""
        return self.answers.get(block.id, NO_ANSWER)

    def title(self, block: Data) -> str:
        """What stands over a block: its title, or its question in words."""
        return block.title or self.wording.question(block.question)

    def told(self, block: Data) -> str:
        """The line below: days and filters."""
        days = self.answer(block).days
        span = "" if days is None else _span(days)
        return " · ".join(part for part in (span, self.wording.choice(block.question)) if part)

    def as_of_words(self) -> str:
        """The moment, in the report's own time zone."""
        zone = self.report.time_zone
        return _("{day}, {time}").format(day=_dated(local_date(self.as_of, zone)), time=clock(self.as_of, zone))

    def sheets(self) -> tuple[tuple[Data, Sheet], ...]:
        """A sheet for each question, in their order."""
        return tuple(
            (block, sheet_of(named(place, self.title(block)), self.title(block), self.answer(block), self._label))
            for place, block in enumerate(self.report.questions(), 1)
        )

    def _label(self, column: Column) -> str:
        return self.wording.column(column)


def _dated(value: date) -> str:
    """A day with its year: a document is read long after."""
    return day(value, date.min)


def _span(days: Days) -> str:
    if days.first == days.last:
        return _dated(days.first)
    return _("{first} to {last}").format(first=_dated(days.first), last=_dated(days.last))


def is_drawn(block: Data, answer: Answer) -> bool:
    """Whether there is a figure of it."""
    return answer.state is AnswerState.SHOWN and block.chart not in (Chart.TABLE, Chart.KPI) and bool(answer.rows)


def state_words(answer: Answer) -> str:
    """Why there is nothing to see; empty where there is something."""
    match answer.state:
        case AnswerState.SHOWN:
            return ""
        case AnswerState.NO_DATA:
            return _("Nothing matches.")
        case AnswerState.HIDDEN:
            return _("Hidden for privacy: everything that would be shown is of too few people.")
        case AnswerState.REFUSED:
            return answer.reason or _("This cannot be shown to you.")
        case AnswerState.GONE:
            return _("What this asks for is no longer measured.")


def omitted_words(answer: Answer) -> tuple[str, ...]:
    """What is not among the rows, and why: never without a word."""
    said: list[str] = []
    if answer.hidden:
        words = ngettext("{count} row is hidden for privacy.", "{count} rows are hidden for privacy.", answer.hidden)
        said.append(words.format(count=number(answer.hidden)))
    if answer.left_out:
        words = ngettext(
            "{count} more row is left out by the limit of this block.",
            "{count} more rows are left out by the limit of this block.",
            answer.left_out,
        )
        said.append(words.format(count=number(answer.left_out)))
    return tuple(said)
