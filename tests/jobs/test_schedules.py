"""Scheduled reports: due at the right instant, made for each with their own rights, and each mail sent once at most."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.received_files import ReceivedFiles
from dashapp.data.store.deliveries import decide_copy
from dashapp.data.store.reports import delete_report, make_report, save_report
from dashapp.data.store.schedule_runs import take_run
from dashapp.data.store.schedules import set_schedule_state
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.reports.keeping import ReportReader
from dashapp.domain.schedules.runs import LEASE, LONGEST_WAIT, MOST_ATTEMPTS, ScheduleState, Way
from dashapp.jobs.making import MakingError
from tests.jobs.scheduled import MAX, REPORT, SUE, TESS, THEO, Desk, address_of, box, campus, desk
from tests.mail_server import MailBox, mail_server

__all__ = ["box", "campus", "desk"]
"""Fixtures."""

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
"""Seven o'clock in summer time."""


def sent_figures(box: MailBox, name: str) -> str:
    (one,) = box.to(address_of(name))
    (file,) = one.mail.iter_attachments()
    return str(file.get_content()).strip().splitlines()[-1]


def test_a_report_is_made_on_monday_at_seven_after_clocks_were_put_forward_and_arrives_once(
    desk: Desk, box: MailBox
) -> None:
    desk.save(desk.target(TESS))
    settings = desk.with_mail(box)
    desk.now = MONDAY - timedelta(seconds=1)
    desk.round(settings)
    assert (desk.states(), box.taken) == ([], [])
    desk.now = MONDAY
    desk.round(settings)
    desk.round(settings)

    assert desk.runs() == [(MONDAY, "done")]
    (one,) = box.to(address_of(TESS))
    assert one.mail["Subject"] == "Week by week"
    assert one.mail["Message-ID"].endswith("@analytics.example.edu>")
    assert 'src="cid:chart-1"' in one.mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    inline = [part for part in one.mail.walk() if part["Content-ID"] == "<chart-1>"]
    assert [part.get_content_type() for part in inline] == ["image/svg+xml"]
    assert "https://analytics.example.edu/received/" in one.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_two_teachers_with_different_classes_get_different_numbers_and_an_administrator_all(
    desk: Desk, box: MailBox
) -> None:
    desk.save(desk.target(TESS), desk.target(THEO), desk.target(MAX))
    desk.now = MONDAY
    desk.round(desk.with_mail(box))

    found = {name: sent_figures(box, name) for name in (TESS, THEO, MAX)}
    assert found == {TESS: "learners,8", THEO: "learners,3", MAX: "learners,10"}
    assert {order.as_of for order in desk.maker.orders} == {MONDAY}


def test_copies_with_equal_figures_are_written_once_and_share_their_files(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS), desk.target(SUE), desk.target(THEO))
    desk.now = MONDAY
    desk.round(desk.with_mail(box))

    assert (len(desk.maker.orders), len(desk.maker.written)) == (3, 2)
    assert sent_figures(box, TESS) == sent_figures(box, SUE) != sent_figures(box, THEO)


def test_of_missed_runs_the_last_one_is_made_up_and_the_others_are_written_down(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS), cron="30 2 * * *")
    desk.now = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
    desk.round(desk.with_mail(box))

    assert desk.states() == ["missed", "missed", "done"]
    assert len(box.taken) == 1
    (planned,) = desk.rows("SELECT next_at FROM report_schedules")
    assert planned == (datetime(2026, 4, 2, 0, 30, tzinfo=UTC),)


def test_what_a_paused_schedule_would_have_done_is_not_missed(desk: Desk, box: MailBox) -> None:
    schedule, organisation = desk.save(desk.target(TESS)), desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        set_schedule_state(connection, organisation, schedule, ScheduleState.PAUSED, desk.now)
    desk.passes(days=20)
    desk.round(desk.with_mail(box))
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        set_schedule_state(connection, organisation, schedule, ScheduleState.ACTIVE, desk.now)
    desk.round(desk.with_mail(box))
    assert desk.states() == []
    desk.passes(days=7)
    desk.round(desk.with_mail(box))

    assert desk.states() == ["done"]


def test_run_now_makes_one_run_though_two_people_ask_for_it(desk: Desk, box: MailBox) -> None:
    schedule = desk.save(desk.target(TESS))
    assert desk.ask(schedule) is not None
    assert desk.ask(schedule) is None
    desk.round(desk.with_mail(box))

    assert (desk.states(), len(box.taken)) == (["done"], 1)


def test_a_copy_whose_end_is_unclear_is_never_sent_again_without_a_persons_word(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS), desk.target(THEO))
    box.after_data = {address_of(TESS): ""}
    desk.now = MONDAY
    settings = desk.with_mail(box)
    for _count in range(4):
        desk.round(settings)
        desk.passes(hours=3)
    assert desk.states() == ["partly"]
    assert [state for _way, state, _trouble in desk.copies()] == ["uncertain", "sent"]
    assert (len(box.to(address_of(TESS))), len(box.to(address_of(THEO)))) == (1, 1)

    box.after_data = {}
    organisation = desk.campus.organisation_id
    ((public_id,),) = desk.rows("SELECT public_id FROM deliveries WHERE state = 'uncertain'")
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        decide_copy(connection, organisation, public_id, desk.person(MAX), desk.now)
    desk.round(settings)

    first, second = box.to(address_of(TESS))
    assert first.mail["Message-ID"] == second.mail["Message-ID"]
    assert "sent again" in second.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    # Made anew for the second time, by the rights of then.
    assert (desk.states(), len(desk.maker.orders)) == (["done"], 3)
    with (
        pytest.raises(NotFound),
        desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection,
    ):
        decide_copy(connection, organisation, public_id, desk.person(MAX), desk.now)


def test_a_schedule_whose_report_is_gone_fails_once_and_pauses(desk: Desk) -> None:
    desk.save(desk.target(TESS), report_id=uuid4())
    desk.now = MONDAY
    for _week in range(3):
        desk.round()
        desk.passes(days=7)
    assert (desk.states(), desk.rows("SELECT state FROM report_schedules")) == (["failed"], [("paused",)])


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS), desk.target(THEO))
    box.replies = {address_of(TESS): ["451 later"], address_of(THEO): ["550 nobody of that name"]}
    desk.now = MONDAY
    desk.round(desk.with_mail(box))
    assert desk.states() == ["waiting"]
    desk.passes(minutes=1)
    desk.round(desk.with_mail(box))

    assert desk.states() == ["partly"]
    assert desk.copies() == [("mail", "sent", None), ("mail", "failed", "550")]


def test_a_mail_server_that_is_away_is_waited_for_and_after_two_days_given_up(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS), desk.target(THEO, Way.DOWNLOAD))
    with mail_server() as gone:
        away = desk.with_mail(gone)
    desk.now = MONDAY
    desk.round(away)
    assert desk.copies() == [("download", "sent", None), ("mail", "waiting", "unreachable")]
    desk.passes(hours=5)
    desk.round(away)
    assert desk.states() == ["waiting"]
    desk.now = MONDAY + LONGEST_WAIT + timedelta(minutes=1)
    desk.round(away)

    assert desk.copies()[1] == ("mail", "failed", "unreachable")
    assert (desk.states(), len(desk.maker.orders), box.taken) == (["partly"], 2, [])


@pytest.mark.parametrize("way", [Way.MAIL, Way.DOWNLOAD], ids=["mail", "download"])
def test_a_run_whose_worker_died_in_the_middle_is_taken_over_when_its_lease_ends(
    desk: Desk, box: MailBox, way: Way
) -> None:
    desk.save(desk.target(TESS, way))
    desk.now = MONDAY
    organisation = desk.campus.organisation_id

    class Killed(BaseException):
        """What no handler catches, as a process that is killed runs none."""

    def die(_address: str) -> None:
        raise Killed

    desk.maker.meanwhile = lambda: die("")
    desk.round(desk.with_mail(box))  # the thread that makes dies, and so the making has failed
    desk.maker.meanwhile = lambda: None
    desk.passes(minutes=1)
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert take_run(connection, organisation, desk.now) is not None
    desk.round(desk.with_mail(box))
    assert desk.states() == ["running"]
    desk.now += LEASE + timedelta(seconds=1)
    desk.round(desk.with_mail(box))

    assert (desk.states(), len(box.taken)) == (["done"], 1 if way is Way.MAIL else 0)


def test_of_a_mail_that_a_dead_process_had_in_hand_nobody_knows_and_it_is_not_sent_again(
    desk: Desk, box: MailBox
) -> None:
    desk.save(desk.target(TESS), desk.target(THEO))
    desk.now = MONDAY
    with mail_server() as gone:
        away = desk.with_mail(gone)
    desk.round(away)
    desk.passes(minutes=1)
    organisation = desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert take_run(connection, organisation, desk.now) is not None
        connection.execute(
            text(
                "UPDATE deliveries SET state = 'sending' WHERE delivery_id = (SELECT min(delivery_id) FROM deliveries)"
            )
        )
    desk.now += LEASE + timedelta(seconds=1)
    desk.round(desk.with_mail(box))

    assert [state for _way, state, _trouble in desk.copies()] == ["uncertain", "sent"]
    assert (len(box.taken), desk.states()) == (1, ["partly"])


def test_a_run_that_nobody_finishes_is_given_up_after_some_attempts(desk: Desk) -> None:
    desk.save(desk.target(TESS, Way.DOWNLOAD))
    desk.now = MONDAY
    organisation = desk.campus.organisation_id
    desk.ask(desk.rows("SELECT public_id FROM report_schedules")[0][0])
    for _count in range(MOST_ATTEMPTS):
        with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            assert take_run(connection, organisation, desk.now) is not None
        desk.now += LEASE + timedelta(seconds=1)
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert take_run(connection, organisation, desk.now) is None

    assert (desk.states(), desk.copies()) == (["failed"], [("download", "failed", "stopped")])


def test_a_second_process_takes_nothing_that_is_in_hand(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS), desk.target(THEO))
    desk.now = MONDAY
    settings, meanwhile = desk.with_mail(box), list[str]()

    def other_process(address: str) -> None:
        if not meanwhile:
            meanwhile.append(address)
            desk.round(settings)

    box.before_answer = other_process
    desk.round(settings)

    assert (desk.states(), len(box.taken), len(desk.maker.orders)) == (["done"], 2, 2)


def test_a_worker_that_has_lost_its_lease_tells_nobody_anything_more(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS))
    desk.now = MONDAY
    organisation = desk.campus.organisation_id

    def another_takes_over() -> None:
        later = desk.now + LEASE + timedelta(seconds=1)
        with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            assert take_run(connection, organisation, later) is not None

    desk.maker.meanwhile = another_takes_over
    desk.round(desk.with_mail(box))

    assert (box.taken, desk.states()) == ([], ["running"])


def test_who_sees_nothing_any_more_gets_nothing_and_the_others_get_theirs(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target("Ada Abel"), desk.target(TESS))
    desk.now = MONDAY
    desk.round(desk.with_mail(box))

    assert desk.copies() == [("mail", "no_access", None), ("mail", "sent", None)]
    assert [one.recipients for one in box.taken] == [(address_of(TESS),)]


def test_making_that_fails_is_tried_again_and_then_said_with_its_reason(desk: Desk) -> None:
    desk.save(desk.target(TESS, Way.DOWNLOAD), desk.target(THEO, Way.DOWNLOAD))
    desk.now = MONDAY
    desk.maker.trouble = [MakingError("browser"), NotPermitted("gone")]
    desk.round()
    assert (desk.states(), desk.copies()[0]) == (["waiting"], ("download", "waiting", "browser"))
    desk.maker.trouble = [MakingError("browser")] * 9
    for wait in (1, 5, 30, 120):
        desk.passes(minutes=wait)
        desk.round()

    assert (desk.states(), desk.copies()) == (
        ["failed"],
        [("download", "failed", "browser"), ("download", "no_access", None)],
    )


def test_a_full_disk_leaves_no_half_file_and_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.save(desk.target(TESS, Way.DOWNLOAD))
    desk.now = MONDAY

    def full(self: ReceivedFiles, *_what: Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ReceivedFiles, "finish", full)
    desk.round()

    assert desk.copies() == [("download", "waiting", "full")]
    assert [path for path in desk.settings.data_dir.rglob("*") if path.is_file()] == []


def test_no_name_title_or_address_is_logged(
    desk: Desk, box: MailBox, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    desk.save(desk.target(TESS))
    desk.now = MONDAY
    desk.round(desk.with_mail(box))
    captured = capsys.readouterr()
    written = captured.out + captured.err + caplog.text

    assert box.taken
    for secret in (address_of(TESS), "Thorne", "Week by week"):
        assert secret not in written


def test_the_report_is_sent_as_it_is_when_it_is_due_and_not_at_all_where_it_is_gone(desk: Desk, box: MailBox) -> None:
    organisation, author = desk.campus.organisation_id, desk.principal(MAX)
    web, reader = DatabaseRole.WEB, ReportReader.of(author)
    with desk.campus.database.transaction(web, organisation) as connection:
        report = make_report(connection, reader, REPORT, desk.now)
    assert report is not None
    schedule = desk.save(desk.target(TESS), report_id=report)
    changed = REPORT.model_copy(update={"title": "Changed since"})
    with desk.campus.database.transaction(web, organisation) as connection:
        assert save_report(connection, reader, (report, changed, 1), desk.now)
    desk.now = MONDAY
    desk.round(desk.with_mail(box))
    assert [one.mail["Subject"] for one in box.taken] == ["Changed since"]
    assert desk.rows("SELECT document ->> 'title' FROM report_schedules") == [("Changed since",)]

    with desk.campus.database.transaction(web, organisation) as connection:
        assert delete_report(connection, reader, report, desk.now)
    desk.ask(schedule)
    desk.passes(minutes=1)
    desk.round(desk.with_mail(box))
    assert (desk.states(), len(box.taken)) == (["done", "failed"], 1)
    assert desk.rows("SELECT trouble FROM schedule_runs WHERE state = 'failed'") == [("gone",)]
