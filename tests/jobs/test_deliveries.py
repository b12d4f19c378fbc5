"""Where copies go besides the mails of people: other programs, folders, lists of received files, people outside; and
what is told when nothing arrives."""

import hmac
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from uuid import uuid4

import orjson
import pytest

from dashapp.data.received_files import ReceivedFiles
from dashapp.domain.errors import NotPermitted
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import (
    FILES_KEPT,
    OVERDUE_AFTER,
    CopyState,
    RunState,
    ScheduleState,
    Way,
    silent_since,
)
from dashapp.jobs.making import MakingError
from dashapp.jobs.report_mail import MOST_CARRIED
from dashapp.jobs.schedule_alerts import ReceivedReports
from dashapp.security.hooks import signing_keys
from dashapp.security.schedules import Plan, ScheduleRefused, Scheduling, Wish
from dashapp.web.application import Application
from tests.jobs.scheduled import MAX, REPORT, SUE, TESS, THEO, Desk, address_of, box, campus, desk
from tests.mail_server import MailBox, mail_server
from tests.security.conftest import principal_of
from tests.security.loopback import Asked, LoopbackHost, answering
from tests.served import Visitor, application_on

__all__ = ["box", "campus", "desk"]
"""Fixtures."""

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
PLAN = Plan("0 7 * * 1", "Europe/Berlin", (ExportFormat.CSV,))
OUTSIDE = "partner@example.org"


@pytest.fixture
def statuses() -> list[int]:
    """What the receiver answers, one after the other; then 204."""
    return []


@pytest.fixture
def receiver(statuses: list[int]) -> Iterator[LoopbackHost]:
    def answer(_asked: Asked) -> tuple[int, dict[str, str], bytes]:
        return statuses.pop(0) if statuses else 204, {}, b""

    with answering(answer) as host:
        yield host


@pytest.fixture
def application(desk: Desk) -> Iterator[Application]:
    settings = {"data_dir": desk.settings.data_dir, "outgoing_networks": ("127.0.0.0/8",)}
    with application_on(desk.campus.database, desk.campus, clock=lambda: desk.now, **settings) as made:
        yield made


@pytest.fixture
def inside(application: Application) -> Iterator[Application]:
    """The application while it answers somebody."""
    with application.server.app_context():
        yield application


def visitor(application: Application, desk: Desk, name: str) -> Visitor:
    return Visitor(application.server.test_client(), application).sign_in(desk.campus, name)


def acting_for(application: Application, desk: Desk, name: str) -> Scheduling:
    return Scheduling(application.services, principal_of(application, desk.campus, name))


def test_a_program_gets_links_signed_so_that_it_can_tell_who_sends_them(desk: Desk, receiver: LoopbackHost) -> None:
    schedule = desk.save(desk.target(MAX, Way.WEBHOOK, f"{receiver.url}/hook"))
    desk.now = MONDAY
    settings = desk.settings.model_copy(update={"outgoing_networks": ("127.0.0.0/8",)})
    desk.round(settings)

    (asked,) = receiver.asked
    told = orjson.loads(asked.body)
    (key,) = signing_keys(settings.secret_keys, schedule)
    seconds = int(MONDAY.timestamp())
    expected = hmac.new(key.encode(), b"%d." % seconds + asked.body, sha256).hexdigest()
    assert asked.headers["analytics-signature"] == f"t={seconds},v1={expected}"
    assert asked.headers["analytics-delivery"] == told["delivery"]
    assert [(file["name"], file["rows"], len(file["sha256"])) for file in told["files"]] == [("figures.csv", 1, 64)]
    assert desk.states() == ["done"]


def test_a_program_that_cannot_take_it_is_asked_again_and_one_that_will_not_is_not(
    desk: Desk, receiver: LoopbackHost, statuses: list[int]
) -> None:
    desk.save(desk.target(MAX, Way.WEBHOOK, f"{receiver.url}/hook"))
    settings = desk.settings.model_copy(update={"outgoing_networks": ("127.0.0.0/8",)})
    statuses += [503, 429, 410]
    desk.now = MONDAY
    for wait in (1, 5, 30):
        desk.round(settings)
        desk.passes(minutes=wait)
    desk.round(settings)

    assert desk.copies() == [("webhook", "failed", "410")]
    assert len({asked.headers["analytics-delivery"] for asked in receiver.asked}) == 1
    assert (len(receiver.asked), desk.states()) == (3, ["failed"])


def test_an_address_inside_the_network_is_not_asked_unless_a_setting_allows_it(
    desk: Desk, receiver: LoopbackHost
) -> None:
    desk.save(desk.target(MAX, Way.WEBHOOK, f"{receiver.url}/hook"))
    desk.now = MONDAY
    desk.round()

    assert (desk.copies(), receiver.asked) == ([("webhook", "failed", "address")], [])


def test_a_folder_holds_whole_copies_only_and_one_for_each_run(desk: Desk) -> None:
    schedule = desk.save(desk.target(MAX, Way.FOLDER))
    desk.now = MONDAY
    desk.round()
    desk.passes(days=7)
    desk.round()

    (home,) = (desk.settings.data_dir / "dropped").iterdir()
    copies = sorted((home / str(schedule)).iterdir())
    assert [one.name[:17] for one in copies] == ["2026-03-30T0500Z-", "2026-04-06T0500Z-"]
    assert (copies[0] / "figures.csv").read_text(encoding="utf-8").splitlines() == ["what,learners", "learners,10"]


def test_files_that_are_too_large_for_a_mail_are_linked(
    desk: Desk, box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.jobs.report_mail.MOST_CARRIED", 10)
    assert MOST_CARRIED > 10
    desk.save(desk.target(TESS))
    desk.now = MONDAY
    desk.round(desk.with_mail(box))

    (one,) = box.taken
    assert list(one.mail.iter_attachments()) == []
    for kind in ("plain", "html"):
        assert re.search(r"https://\S+/received/", one.mail.get_body((kind,)).get_content())  # type: ignore[union-attr]


def test_a_body_that_is_too_long_for_a_mail_is_linked(
    desk: Desk, box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.jobs.report_mail.MOST_SHOWN", 10)
    desk.save(desk.target(TESS))
    desk.now = MONDAY
    desk.round(desk.with_mail(box))

    (one,) = box.taken
    assert one.mail.get_body(("html",)) is None
    plain = one.mail.get_body(("plain",)).get_content().replace("=\n", "")  # type: ignore[union-attr]
    assert "body.html" in plain
    assert [each.get_filename() for each in one.mail.iter_attachments()] == ["figures.csv"]


def test_a_link_of_a_mail_opens_its_file_until_its_time_is_over_and_no_other(
    desk: Desk, box: MailBox, application: Application
) -> None:
    desk.save(desk.target(TESS))
    desk.now = MONDAY
    desk.round(desk.with_mail(box, public_url="http://localhost"))
    (one,) = box.taken
    text = one.mail.get_body(("plain",)).get_content().replace("=\n", "")  # type: ignore[union-attr]
    path = "/received/" + re.findall(r"/received/(\S+)", text)[0]
    stranger = application.server.test_client()

    answer = stranger.get(path)
    assert answer.get_data(as_text=True).splitlines()[1] == "learners,8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="figures.csv"'
    changed = path.replace("~0~", "~1~")
    assert (changed != path, stranger.get(changed).status_code) == (True, 404)
    assert stranger.get(path[:-1]).status_code == 404
    desk.now = MONDAY + FILES_KEPT
    assert stranger.get(path).status_code == 404
    taken = desk.rows("SELECT count(*) FROM audit_log WHERE action = 'schedule.copy_downloaded'")
    assert taken == [(1,)]


def test_a_copy_that_is_to_be_fetched_is_there_for_its_recipient_alone(desk: Desk, application: Application) -> None:
    desk.save(desk.target(TESS, Way.DOWNLOAD), desk.target(THEO, Way.DOWNLOAD))
    desk.now = MONDAY
    desk.round()
    lists = {name: acting_for(application, desk, name).received() for name in (TESS, THEO, SUE)}
    assert {name: len(found) for name, found in lists.items()} == {TESS: 1, THEO: 1, SUE: 0}
    path = f"/received/{lists[TESS][0].public_id}/0"

    assert visitor(application, desk, TESS).client.get(path).get_data(as_text=True).endswith("learners,8\r\n")
    for other in (THEO, MAX, "Ada Abel"):
        assert visitor(application, desk, other).client.get(path).status_code == 404
    assert application.server.test_client().get(path).status_code == 404
    for place in (3, 99):
        assert visitor(application, desk, TESS).client.get(f"{path[:-1]}{place}").status_code == 404


def test_who_has_no_account_gets_a_copy_that_names_nobody_after_an_administrator_has_approved_it(
    desk: Desk, box: MailBox, application: Application
) -> None:
    schedule = desk.save(desk.target(MAX, Way.OUTSIDE, OUTSIDE))
    desk.now = MONDAY
    settings = desk.with_mail(box)
    desk.round(settings)
    assert (desk.copies(), desk.states(), box.taken) == ([("outside", "held", None)], ["done"], [])
    (order,) = desk.maker.orders
    assert (order.principal.administers, order.principal.teaches_in) == (True, frozenset())
    administrator = acting_for(application, desk, MAX)
    with application.server.app_context():
        (view,) = administrator.schedules(None)
    assert view.public_id == schedule
    copy = view.runs[0].copies[0]
    shown = visitor(application, desk, MAX).client.get(f"/received/{copy.public_id}/0").get_data(as_text=True)
    teacher = acting_for(application, desk, TESS)
    with application.server.app_context():
        with pytest.raises(ScheduleRefused):
            teacher.decide(copy.public_id, send=True)
        administrator.decide(copy.public_id, send=True)
    desk.round(settings)

    (one,) = box.to(OUTSIDE)
    (file,) = one.mail.iter_attachments()
    # Frozen: what was approved is what was sent.
    assert file.get_content().splitlines() == shown.splitlines()
    assert len(desk.maker.orders) == 1
    assert "sent again" not in one.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_schedule_is_saved_changed_paused_and_ended_by_its_author_and_administrators(
    desk: Desk, inside: Application
) -> None:
    tess, theo, maximum = (acting_for(inside, desk, name) for name in (TESS, THEO, MAX))
    sue = desk.campus.people[SUE].public_id
    schedule = tess.save((REPORT, None), PLAN, [Wish(Way.MAIL), Wish(Way.MAIL, sue)])
    (view,) = tess.schedules(None)
    assert (view.is_own, view.author, view.next_at) == (True, TESS, MONDAY)
    assert [one.name for one in view.targets] == [SUE, TESS]
    assert theo.schedules(None) == ()
    assert [one.is_own for one in maximum.schedules(None)] == [False]
    for act in (
        lambda: theo.run_now(schedule),
        lambda: theo.set_state(schedule, ScheduleState.ENDED),
        lambda: theo.save((REPORT, None), PLAN, [Wish(Way.MAIL)], schedule),
    ):
        with pytest.raises(ScheduleRefused, match="gone"):
            act()

    tess.save(
        (REPORT, None), Plan("30 6 1 * *", "America/New_York", (ExportFormat.PDF,)), [Wish(Way.DOWNLOAD)], schedule
    )
    maximum.set_state(schedule, ScheduleState.PAUSED)
    (view,) = tess.schedules(None)
    assert (view.cron, view.state, view.next_at) == ("30 6 1 * *", ScheduleState.PAUSED, None)
    assert [(one.way, one.name) for one in view.targets] == [(Way.DOWNLOAD, TESS)]
    tess.set_state(schedule, ScheduleState.ACTIVE)
    tess.set_state(schedule, ScheduleState.ENDED)
    assert tess.schedules(None) == ()
    with pytest.raises(ScheduleRefused, match="gone"):
        tess.run_now(schedule)


def test_what_somebody_may_not_ask_for_is_refused_with_the_reason(
    desk: Desk, inside: Application, receiver: LoopbackHost
) -> None:
    tess, maximum = acting_for(inside, desk, TESS), acting_for(inside, desk, MAX)
    theo, ada = desk.campus.people[THEO].public_id, desk.campus.people["Ada Abel"].public_id
    hook = f"{receiver.url}/hook"
    refused: list[tuple[Scheduling, Plan, list[Wish], str]] = [
        (tess, PLAN, [], "nobody"),
        (tess, PLAN, [Wish(Way.MAIL, theo)], "person"),  # they teach nothing together
        (tess, PLAN, [Wish(Way.MAIL, ada)], "person"),
        (maximum, PLAN, [Wish(Way.MAIL, ada)], "person"),
        (maximum, PLAN, [Wish(Way.MAIL, uuid4())], "person"),
        (tess, PLAN, [Wish(Way.OUTSIDE, address=OUTSIDE)], "way"),
        (tess, PLAN, [Wish(Way.WEBHOOK, address=hook)], "way"),
        (tess, PLAN, [Wish(Way.FOLDER)], "way"),
        (maximum, PLAN, [Wish(Way.OUTSIDE, address="a@b.c\r\nBcc: x@y.z")], "address"),
        (maximum, PLAN, [Wish(Way.WEBHOOK, address="https://10.0.0.7/hook")], "hook"),
        (maximum, PLAN, [Wish(Way.WEBHOOK, address="file:///etc/passwd")], "hook"),
        (maximum, PLAN, [Wish(Way.MAIL)] * 201, "many"),
        (tess, Plan("* * * * *", "UTC", (ExportFormat.CSV,)), [Wish(Way.MAIL)], "time"),
        (tess, Plan("0 7 30 2 *", "UTC", (ExportFormat.CSV,)), [Wish(Way.MAIL)], "time"),
        (tess, Plan("0 7 * * *", "Mars/Olympus", (ExportFormat.CSV,)), [Wish(Way.MAIL)], "zone"),
        (tess, Plan("0 7 * * *", "UTC", ()), [Wish(Way.MAIL)], "formats"),
    ]
    for scheduling, plan, wishes, why in refused:
        with pytest.raises(ScheduleRefused) as error:
            scheduling.save((REPORT, None), plan, wishes)
        assert error.value.why == why
    with pytest.raises(NotPermitted):
        acting_for(inside, desk, "Ada Abel").save((REPORT, None), PLAN, [Wish(Way.MAIL)])
    assert maximum.schedules(None) == ()
    maximum.save((REPORT, None), PLAN, [Wish(Way.WEBHOOK, address=hook), Wish(Way.MAIL, theo)])


def test_staff_choose_among_those_who_teach_with_them_and_administrators_among_all(
    desk: Desk, inside: Application
) -> None:
    found = {name: [one.name for one in acting_for(inside, desk, name).addressees()] for name in (TESS, THEO, MAX)}
    assert found == {TESS: [SUE, TESS], THEO: [THEO], MAX: [MAX, SUE, TESS, THEO]}


def test_an_author_is_told_once_that_nothing_arrives_and_again_of_the_next_time(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS, Way.DOWNLOAD))
    settings = desk.with_mail(box)
    desk.now = MONDAY
    desk.maker.trouble = [MakingError("error")] * 5
    desk.round(settings)
    desk.alerts(settings)
    assert box.taken == []  # it is tried again
    for wait in (1, 5, 30, 120):
        desk.passes(minutes=wait)
        desk.round(settings)
    for _count in range(2):
        desk.alerts(settings)
        desk.passes(minutes=1)
    (one,) = box.taken
    assert one.recipients == (address_of(MAX),)
    assert one.mail["Subject"] == "Not delivered: Week by week"
    assert "30 Mar" in one.mail.get_content()

    desk.now = MONDAY + timedelta(days=7)
    desk.round(settings)
    desk.alerts(settings)
    assert (desk.states(), len(box.taken)) == (["failed", "done"], 1)
    desk.passes(days=7)
    desk.now += OVERDUE_AFTER  # nothing makes it: the job of schedules hangs
    desk.alerts(settings)
    assert len(box.taken) == 2


def test_an_alert_waits_for_a_mail_server_that_is_away(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS))
    with mail_server() as gone:
        away = desk.with_mail(gone)
    desk.now = MONDAY + OVERDUE_AFTER
    desk.alerts(away)
    desk.alerts(desk.with_mail(box))

    assert len(box.taken) == 1


def test_a_schedule_is_silent_when_its_last_run_failed_or_hangs_or_was_never_begun() -> None:
    late = MONDAY - OVERDUE_AFTER
    assert silent_since((RunState.DONE, late), MONDAY + timedelta(days=7), MONDAY) is None
    assert silent_since((RunState.FAILED, MONDAY), None, MONDAY) == MONDAY
    assert silent_since((RunState.PARTLY, MONDAY), None, MONDAY) == MONDAY
    assert silent_since((RunState.RUNNING, MONDAY), None, MONDAY) is None
    assert silent_since((RunState.RUNNING, late), None, MONDAY) == late
    assert silent_since(None, late, MONDAY) == late
    assert silent_since(None, None, MONDAY) is None
    assert CopyState.HELD.settled


def test_files_go_when_their_time_is_over_and_runs_with_their_time(desk: Desk) -> None:
    desk.save(desk.target(TESS, Way.DOWNLOAD))
    desk.now = MONDAY
    desk.round()
    folder = ReceivedFiles.below(desk.settings.data_dir).root

    def files() -> list[Path]:
        return list(folder.rglob("figures.csv"))

    def tidy(at: datetime) -> None:
        ReceivedReports(desk.settings, desk.campus.database, lambda: at).run(Signal())

    old = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
    for path in folder.glob("*/*"):
        os.utime(path, (old, old))
    tidy(MONDAY + FILES_KEPT - timedelta(seconds=1))
    assert len(files()) == 1
    tidy(MONDAY + FILES_KEPT)
    assert (files(), desk.states()) == ([], ["done"])
    tidy(MONDAY + timedelta(days=4000))
    assert desk.states() == []
