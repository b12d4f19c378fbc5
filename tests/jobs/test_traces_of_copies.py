"""What copies of scheduled reports leave behind: folders for a time, and rows of the audit trail."""

import os
from datetime import UTC, datetime, timedelta
from threading import Event as Signal

from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import FILES_KEPT, Way
from dashapp.jobs.schedule_alerts import ReceivedReports
from dashapp.security.schedules import Plan, Scheduling, Wish
from dashapp.web.application import Application
from tests.jobs.scheduled import MAX, REPORT, Desk, campus, desk
from tests.jobs.test_storing import application
from tests.security.conftest import principal_of
from tests.security.loopback import answering

__all__ = ["application", "campus", "desk"]
"""Fixtures."""

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
PLAN = Plan("0 7 * * 1", "Europe/Berlin", (ExportFormat.CSV,))
OUTSIDE = "partner@example.org"


def test_what_was_left_in_a_folder_goes_after_its_time_taken_or_not(desk: Desk) -> None:
    schedule = desk.save(desk.target(MAX, Way.FOLDER))
    desk.now = MONDAY
    desk.round()
    (home,) = (desk.settings.data_dir / "dropped").iterdir()
    (copy,) = (home / str(schedule)).iterdir()
    os.utime(copy, (MONDAY.timestamp(), MONDAY.timestamp()))
    found = []
    for at in (MONDAY + FILES_KEPT - timedelta(seconds=1), MONDAY + FILES_KEPT):
        ReceivedReports(desk.settings, desk.campus.database, lambda at=at: at).run(Signal())  # type: ignore[misc]
        found.append(copy.exists())
    assert (found, (home / str(schedule)).exists()) == ([True, False], False)


def test_the_audit_trail_says_where_copies_leave_to_and_neither_secrets_of_paths_nor_people(
    desk: Desk, application: Application
) -> None:
    with answering(lambda _asked: (204, {}, b"")) as receiver:
        wishes = [Wish(Way.WEBHOOK, address=f"{receiver.url}/hook/t0ken"), Wish(Way.OUTSIDE, address=OUTSIDE)]
        Scheduling(application.services, principal_of(application, desk.campus, MAX)).save((REPORT, None), PLAN, wishes)
        desk.now = MONDAY
        desk.round(application.services.settings)

    saved, delivered = (
        desk.rows(f"SELECT detail FROM audit_log WHERE action = 'schedule.{what}' ORDER BY audit_id")[-1][0]
        for what in ("saved", "copy_delivered")
    )
    assert (saved["hosts"], saved["ways"]) == (["127.0.0.1", "example.org"], ["outside", "webhook"])
    assert (delivered["host"], delivered["way"]) == ("127.0.0.1", "webhook")
    assert not [word for word in ("t0ken", "partner") if word in f"{saved}{delivered}"]
