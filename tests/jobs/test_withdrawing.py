"""What was delivered can be taken back: no link, no list and no second sending gives it to anybody from then on."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from dashapp.domain.schedules.runs import CopyState, Way
from dashapp.security.schedules import ScheduleRefused, Scheduling
from dashapp.web.application import Application
from tests.jobs.scheduled import MAX, TESS, THEO, Desk, address_of, box, campus, desk
from tests.jobs.test_deliveries import acting_for, application, inside, visitor
from tests.mail_server import MailBox, mail_server

__all__ = ["application", "box", "campus", "desk", "inside"]
"""Fixtures."""

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)


@pytest.fixture
def theo(inside: Application, desk: Desk) -> Scheduling:
    return acting_for(inside, desk, THEO)


def link_of(box: MailBox, name: str) -> str:
    (one,) = box.to(address_of(name))
    said: str = one.mail.get_body(("plain",)).get_content().replace("=\n", "")  # type: ignore[union-attr]
    found: list[str] = re.findall(r"/received/\S+", said)
    return found[0]


def copies(desk: Desk) -> list[UUID]:
    return [UUID(str(found)) for (found,) in desk.rows("SELECT public_id FROM deliveries ORDER BY delivery_id")]


def test_a_withdrawn_copy_is_gone_from_its_link_and_its_list_and_the_others_stay(
    desk: Desk, box: MailBox, inside: Application
) -> None:
    desk.save(desk.target(TESS), desk.target(THEO))
    desk.now = MONDAY
    desk.round(desk.with_mail(box, public_url="http://localhost"))
    paths, stranger = [link_of(box, name) for name in (TESS, THEO)], inside.server.test_client()
    assert [stranger.get(path).status_code for path in paths] == [200, 200]
    first, _second = copies(desk)
    own = f"/received/{first}/0"
    assert visitor(inside, desk, TESS).client.get(own).status_code == 200

    acting_for(inside, desk, MAX).withdraw(first)

    assert [stranger.get(path).status_code for path in paths] == [410, 200]
    assert "withdrawn" in stranger.get(paths[0]).get_data(as_text=True)
    page = stranger.get(paths[0], headers={"Accept": "text/html"})
    assert (page.status_code, "<h1" in page.get_data(as_text=True)) == (410, True)
    assert visitor(inside, desk, TESS).client.get(own).status_code == 404
    assert acting_for(inside, desk, TESS).received() == ()
    withdrawn = desk.rows("SELECT subject FROM audit_log WHERE action = 'schedule.copy_withdrawn'")
    assert withdrawn == [(f"person {int(desk.person(TESS))}",)]
    with pytest.raises(ScheduleRefused, match="gone"):
        acting_for(inside, desk, MAX).withdraw(first)


def test_a_withdrawn_copy_is_not_sent_again(desk: Desk, box: MailBox, inside: Application) -> None:
    desk.save(desk.target(TESS))
    box.after_data = {address_of(TESS): ""}
    desk.now = MONDAY
    desk.round(desk.with_mail(box))
    (copy,) = copies(desk)
    maximum = acting_for(inside, desk, MAX)
    maximum.withdraw(copy)

    with pytest.raises(ScheduleRefused, match="gone"):
        maximum.decide(copy, send=True)
    ((view,),) = [run.copies for one in maximum.schedules(None) for run in one.runs]
    assert (view.state, view.withdrawn, view.can_be_sent, view.can_be_withdrawn) == (
        CopyState.UNCERTAIN,
        True,
        False,
        False,
    )


def test_nobody_withdraws_what_others_have_sent(desk: Desk, theo: Scheduling) -> None:
    desk.save(desk.target(THEO, Way.DOWNLOAD), desk.target(MAX, Way.FOLDER))
    desk.now = MONDAY
    desk.round()
    theirs, folder = copies(desk)
    for copy in (theirs, folder, UUID(int=9)):
        with pytest.raises(ScheduleRefused, match="gone"):
            theo.withdraw(copy)
    assert len(theo.received()) == 1


def test_whoever_ends_a_schedule_may_withdraw_all_that_has_come_and_is_to_come(
    desk: Desk, box: MailBox, inside: Application
) -> None:
    schedule = desk.save(desk.target(TESS), desk.target(THEO, Way.DOWNLOAD))
    desk.now = MONDAY
    with mail_server() as gone:
        away = desk.with_mail(gone)
    desk.round(away)
    assert {way: state for way, state, _trouble in desk.copies()} == {"mail": "waiting", "download": "sent"}
    assert len(acting_for(inside, desk, THEO).received()) == 1

    assert acting_for(inside, desk, MAX).end_and_withdraw(schedule) == 2

    assert set(desk.copies()) == {("mail", "failed", "withdrawn"), ("download", "sent", None)}
    assert acting_for(inside, desk, THEO).received() == ()
    desk.passes(hours=1)
    desk.round(desk.with_mail(box))
    assert (box.taken, desk.states()) == ([], ["failed"])
    desk.alerts(desk.with_mail(box))
    assert box.taken == []  # it was ended on purpose
    assert desk.rows("SELECT detail ->> 'withdrawn' FROM audit_log WHERE action = 'schedule.ended'") == [("2",)]


def test_what_is_withdrawn_while_it_is_under_way_is_not_tried_again(
    desk: Desk, box: MailBox, inside: Application
) -> None:
    schedule = desk.save(desk.target(TESS))
    box.after_data = {address_of(TESS): "451 later"}
    maximum = acting_for(inside, desk, MAX)

    def withdraw(_address: str) -> None:
        with inside.server.app_context():
            assert maximum.end_and_withdraw(schedule) == 1

    box.before_answer = withdraw
    desk.now = MONDAY
    desk.round(desk.with_mail(box))

    assert desk.copies() == [("mail", "failed", "withdrawn")]
    desk.passes(hours=1)
    desk.round(desk.with_mail(box))
    assert (box.taken, desk.states()) == ([], ["failed"])
