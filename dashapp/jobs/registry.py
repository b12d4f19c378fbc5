"""The jobs that there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event as Signal

from dashapp.data.database import Database
from dashapp.domain.clock import Clock
from dashapp.jobs.deleted_reports import DeletedReports
from dashapp.jobs.ended_sessions import EndedSessions
from dashapp.jobs.exports import Extracts, ReportExports
from dashapp.jobs.history import Histories
from dashapp.jobs.leaving import Deletions, Exports
from dashapp.jobs.message_snapshots import MessageSnapshots
from dashapp.jobs.messages import Messages, MessageTexts
from dashapp.jobs.quality_alerts import QualityAlerts
from dashapp.jobs.report_copies import ScheduledReports
from dashapp.jobs.retention import Retention
from dashapp.jobs.roster_files import RosterFiles
from dashapp.jobs.roster_runs import RosterWork
from dashapp.jobs.rosters import RosterReading
from dashapp.jobs.schedule_alerts import ReceivedReports, ScheduleAlerts
from dashapp.jobs.sealing import Sealing
from dashapp.jobs.uploads import Uploads
from dashapp.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done every so many seconds.

    `run` returns soon after its signal is set. It may run in two processes at once, for a moment after one has lost the
    lead without knowing: it has to be right then, too.
    """

    name: str
    every_seconds: float
    run: Callable[[Signal], Mapping[str, int] | None]
    """Gives what it has counted, by names of `job_metrics.COUNTED`; None: nothing."""


def jobs_of(settings: Settings, database: Database, clock: Clock) -> tuple[Job, ...]:
    """All jobs of the service."""
    return (
        Job("audit_sealing", 20, Sealing(database).run),
        Job("exports", 3, Exports(settings, database, clock).run),
        Job("histories", 2, Histories(settings, database, clock).run),
        Job("deletions", 60, Deletions(settings, database, clock).run),
        Job("messages", 2, Messages(settings, database, clock).run),
        Job("message_snapshots", 300, MessageSnapshots(database, clock, settings.minimum_group_size).run),
        Job("message_texts", 3600, MessageTexts(database, settings.data_retention_days, clock).run),
        Job("quality_alerts", 60, QualityAlerts(database, clock).run),
        Job("received_reports", 3600, ReceivedReports(settings, database, clock).run),
        Job("schedules", 2, ScheduledReports(settings, database, clock).run),
        Job("schedule_alerts", 60, ScheduleAlerts(settings, database, clock).run),
        Job("rosters", 300, RosterReading(settings, database, clock).run),
        Job("roster_files", 60, RosterFiles(settings, database, clock).run),
        Job("extracts", 3, Extracts(settings, database, clock).run),
        Job("report_exports", 1, ReportExports(settings, database, clock).run),
        Job("roster_work", 2, RosterWork(settings, database, clock).run),
        Job("retention", 3600, Retention(database, settings.data_retention_days, clock).run),
        Job("uploads", 3600, Uploads(settings, database, clock).run),
        Job("deleted_reports", 3600, DeletedReports(database, clock).run),
        Job("ended_sessions", 3600, EndedSessions(database, clock).run),
    )
