"""Makes copies of reports: their answers by the rights of each reader, their files by the code of all exports."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from typing import Final

from dashapp.data.database import Database
from dashapp.domain.clock import Clock
from dashapp.domain.reports.document import Report
from dashapp.domain.reports.exports import ExportFormat, Trouble
from dashapp.domain.schedules.runs import File, Part
from dashapp.jobs.exports import IDLE_SECONDS, report_maker
from dashapp.jobs.making import MakingError, Order, Watch
from dashapp.jobs.schedules import Schedules
from dashapp.settings import Settings
from exports.content import Content
from exports.documents.html import email_of
from exports.making import make
from exports.packing import ExportError
from exports.pictures import Gallery, NoBrowser, PictureError, Pictures
from exports.report_maker import ReportMaker

_TROUBLES: Final = {
    Trouble.SPACE: "full",
    Trouble.FOLDER: "full",
    Trouble.BROWSER: "browser",
    Trouble.ROWS: "rows",
}


@dataclass(frozen=True, slots=True)
class ReadCopy:
    """What a reader sees, before there are files."""

    content: Content
    formats: tuple[ExportFormat, ...]
    gallery: Gallery

    @property
    def likeness(self) -> str:
        """By everything that stands in the files: figures, and how questions and filters are put into words."""
        content = self.content
        said = [
            (content.title(block), content.told(block), content.answer(block)) for block in content.report.questions()
        ]
        whole = (content.report.model_dump_json(), content.as_of, content.organisation, self.formats, said)
        return sha256(repr(whole).encode("utf-8", "surrogatepass")).hexdigest()

    def write(self, folder: Path, watch: Watch) -> tuple[File, ...]:
        """As `Prepared.write`."""
        found: list[File] = []
        try:
            for place, form in enumerate(self.formats):
                # Not every format has parts of its own to tell of.
                watch(place, len(self.formats))
                if form is ExportFormat.HTML:
                    found += self._body(folder, watch)
                else:
                    found.append(self._file(form, folder, watch))
        except ExportError as error:
            trouble = _TROUBLES.get(error.trouble, "error")
            raise MakingError(trouble, is_final=error.trouble is Trouble.ROWS) from error
        except NoBrowser as error:
            raise MakingError("browser") from error
        except PictureError as error:
            raise MakingError("error") from error
        return tuple(found)

    def _file(self, form: ExportFormat, folder: Path, watch: Watch) -> File:
        made = make(self.content, form, self.gallery, folder / f".{form.value}", watch)
        made.path.replace(folder / made.name)
        return File(made.name, made.media, made.bytes, made.sha256, made.manifest.rows)

    def _body(self, folder: Path, watch: Watch) -> list[File]:
        """The body of the mail, with its pictures."""
        body = email_of(self.content, self.gallery, watch=watch)
        (folder / "body.html").write_text(body.html, encoding="utf-8")
        (folder / "body.txt").write_text(body.text, encoding="utf-8")
        found = [
            File("body.html", "text/html", 0, "", part=Part.BODY),
            File("body.txt", "text/plain", 0, "", part=Part.PLAIN),
        ]
        for name, picture in body.images.items():
            (folder / name).write_bytes(picture)
            found.append(File(name, "image/png", 0, "", part=Part.INLINE))
        return found


class ReportCopies:
    """The maker of the service. Figures that several copies of a run have in common are drawn once."""

    def __init__(self, maker: ReportMaker) -> None:
        self._maker = maker
        self._drawn: tuple[tuple[Report, datetime], Gallery] | None = None

    def prepare(self, order: Order) -> ReadCopy:
        """As `Maker.prepare`."""
        at = order.as_of
        content = replace(self._maker, clock=lambda: at).content(order.principal, order.report)
        return ReadCopy(content, order.formats, self._gallery((order.report, at)))

    def _gallery(self, key: tuple[Report, datetime]) -> Gallery:
        held = self._drawn
        if held is None or held[0] != key:
            held = (key, Gallery(self._maker.pictures))
            self._drawn = held
        return held[1]


class ScheduledReports:
    """The job of schedules with the maker of the service; Chromium is kept warm between its rounds."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._pictures = Pictures()
        maker = ReportCopies(report_maker(settings, database, clock, self._pictures))
        self._schedules = Schedules(settings, database, maker, clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        try:
            self._schedules.run(stopping)
        finally:
            self._pictures.rest(0.0 if stopping.is_set() else IDLE_SECONDS)
