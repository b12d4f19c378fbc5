"""Schedules whose authors may have no reports any more, of which administrators hear; and what operators see."""

from datetime import UTC, datetime, timedelta
from threading import Event as Signal

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.domain.schedules.runs import FILES_KEPT, OVERDUE_AFTER, Way
from dashapp.jobs.schedule_alerts import ScheduleAlerts
from dashapp.settings import Settings
from tests.jobs.scheduled import MAX, TESS, THEO, Desk, address_of, box, campus, desk
from tests.mail_server import MailBox

__all__ = ["box", "campus", "desk"]
"""Fixtures."""

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)


def execute(desk: Desk, statement: str, **values: object) -> None:
    organisation = desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        connection.execute(text(statement), values)


def of_author(desk: Desk, name: str) -> None:
    execute(desk, "UPDATE report_schedules SET author_id = :person", person=desk.person(name))


def counted(desk: Desk, settings: Settings | None = None) -> dict[str, int]:
    found = ScheduleAlerts(settings or desk.settings, desk.campus.database, lambda: desk.now).run(Signal())
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("gone", ["no staff any more", "shut out"])
def test_a_schedule_whose_author_is_gone_pauses_and_administrators_are_told_once(
    desk: Desk, box: MailBox, gone: str
) -> None:
    desk.save(desk.target(THEO))
    of_author(desk, "Ada Abel" if gone == "no staff any more" else TESS)
    if gone == "shut out":
        account = "INSERT INTO accounts (organisation_id, person_id, sign_in_name, enabled, created_at)"
        values = {"organisation": desk.campus.organisation_id, "person": desk.person(TESS)}
        execute(desk, f"{account} VALUES (:organisation, :person, 'tess', false, now())", **values)
    settings = desk.with_mail(box)
    desk.now = MONDAY
    try:
        desk.round(settings)
        for _count in range(2):
            desk.alerts(settings)
    finally:
        execute(desk, "DELETE FROM accounts")

    assert desk.rows("SELECT state, trouble FROM schedule_runs") == [("failed", "author")]
    assert desk.rows("SELECT state FROM report_schedules") == [("paused",)]
    (one,) = box.taken
    assert one.recipients == (address_of(MAX),)
    assert "take it over" in one.mail.get_content().replace("=\n", "").replace("\n", " ")


def test_overdue_schedules_and_uncertain_runs_are_counted(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS), desk.target(THEO))
    assert counted(desk) == {"schedules_overdue": 0, "schedule_runs_uncertain": 0}
    desk.now = MONDAY + OVERDUE_AFTER
    assert counted(desk)["schedules_overdue"] == 1
    box.after_data = {address_of(name): "" for name in (TESS, THEO)}
    desk.round(desk.with_mail(box))
    assert counted(desk) == {"schedules_overdue": 1, "schedule_runs_uncertain": 1}

    desk.now += FILES_KEPT + timedelta(days=1)
    assert counted(desk)["schedule_runs_uncertain"] == 0
    execute(desk, "UPDATE report_schedules SET state = 'paused', next_at = NULL")
    assert counted(desk)["schedules_overdue"] == 0
    stopping = Signal()
    stopping.set()
    assert ScheduleAlerts(desk.settings, desk.campus.database, lambda: desk.now).run(stopping) is None


def test_a_schedule_of_somebody_who_was_merged_goes_on_for_the_one_who_stands_for_them(
    desk: Desk, box: MailBox
) -> None:
    desk.save(desk.target(THEO, Way.DOWNLOAD))
    of_author(desk, "Ada Abel")
    execute(
        desk,
        "UPDATE people SET merged_into = :tess WHERE person_id = :ada",
        tess=desk.person(TESS),
        ada=desk.person("Ada Abel"),
    )
    desk.now = MONDAY
    try:
        desk.round(desk.with_mail(box))
        assert desk.states() == ["done"]
    finally:
        execute(desk, "UPDATE people SET merged_into = NULL WHERE person_id = :ada", ada=desk.person("Ada Abel"))
