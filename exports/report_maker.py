"""Makes the file of a report: its answers from one moment, by the rights of who asked, then the file itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.course_names import read_course_names, read_organisation_title
from dashapp.data.report_reader import ReportReader
from dashapp.data.store.export_runs import TakenRun
from dashapp.domain.clock import Clock
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.document import Data, NotAReport, Report
from dashapp.domain.reports.exports import Trouble
from dashapp.domain.scope import AsOf
from dashapp.figures.blocks import drawing_of
from dashapp.figures.drawing import Drawing
from dashapp.figures.theme import Screen
from exports.beating import Heart
from exports.content import Content
from exports.making import Made, make
from exports.packing import ExportError, prepare_folder
from exports.pictures import Gallery, Pictures
from exports.wording import wording_for

NARROW: Final = 6
"""Twelfths of a page."""


@dataclass(frozen=True, slots=True)
class ReportMaker:
    """Makes reports of one installation; Chromium is kept warm in `pictures`."""

    database: Database
    reader: ReportReader
    clock: Clock
    pictures: Pictures
    extracts: ClassVar[bool] = False

    def make(self, principal: Principal, run: TakenRun, where: Path, heart: Heart) -> Made:
        """As `exports.serving.Maker`."""
        try:
            report = Report.model_validate(run.document)
        except ValueError as error:
            raise ExportError(Trouble.ERROR, str(NotAReport("The report is none."))) from error
        content = self.content(principal, report)
        prepare_folder(where.parent)
        return make(content, run.form, Gallery(self.pictures), where, heart.step)

    def content(self, principal: Principal, report: Report) -> Content:
        """What the report shows to somebody now. Raises NotPermitted, Unavailable."""
        as_of = AsOf(self.clock())
        answers = self.reader.answers(principal, report, as_of)
        asked = {course for block in report.questions() for course in block.question.choice.courses}
        with self.database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
            names = read_course_names(connection, principal, asked)
            organisation = read_organisation_title(connection, principal)
        return Content(
            report,
            answers,
            as_of.instant,
            organisation,
            wording_for(names),
            _drawn,
        )


def _drawn(block: Data, answer: Answer) -> Drawing:
    """The figure for paper: light, and as on a phone where it stands beside others."""
    return drawing_of(block, answer, Screen(narrow=int(block.width) <= NARROW))
