"""The jobs that make files of reports, and large extracts, for who has asked for them on a page."""

from threading import Event as Signal
from typing import Final

from dashapp.data.cache import build_cache
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.report_reader import ReportReader
from dashapp.domain.clock import Clock
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.views import Freshness
from dashapp.jobs.each import for_each_organisation
from dashapp.settings import Settings
from exports.extracting import ExtractMaker
from exports.pictures import Pictures
from exports.report_maker import ReportMaker
from exports.serving import Exporter

IDLE_SECONDS: Final = 300.0
"""After so long without a picture Chromium gives its memory back; its next start takes some three seconds."""


def report_maker(settings: Settings, database: Database, clock: Clock, pictures: Pictures) -> ReportMaker:
    """What makes reports within a job: for the reader whom it is told, always anew."""
    reader = ReportReader(database, build_cache(settings), _Unversioned(clock), role=DatabaseRole.JOBS)
    return ReportMaker(database, reader, clock, pictures)


class ReportExports:
    """Makes files of reports, one after the other: Chromium draws no quicker for several at once."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._pictures = Pictures()
        maker = report_maker(settings, database, clock, self._pictures)
        self._exporter = Exporter(database, ExportFolder.of_reports(settings.data_dir), clock, maker)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        serve_all(self._database, self._exporter, stopping)
        self._pictures.rest(0.0 if stopping.is_set() else IDLE_SECONDS)


class Extracts:
    """Makes large extracts, which take long enough to be in nobody's way."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        maker = ExtractMaker(database, clock)
        self._exporter = Exporter(database, ExportFolder.of_reports(settings.data_dir), clock, maker)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        serve_all(self._database, self._exporter, stopping)


def serve_all(database: Database, exporter: Exporter, stopping: Signal) -> None:
    """One organisation after the other. Raises Unavailable."""
    for_each_organisation(database, lambda organisation: exporter.serve(organisation, stopping), stopping)


class _Unversioned:
    """A file is read anew each time: nothing of it is kept under a version."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def versions(
        self, organisation: OrganisationId, course: CourseId | None = None, person: PersonId | None = None
    ) -> str:
        """None that anything could be kept under."""
        raise NotImplementedError("Files are not kept under a version.")

    def freshness(self) -> Freshness:
        """Of now."""
        return Freshness(self._clock(), 0.0)
