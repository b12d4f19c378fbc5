"""Who has lost a run settles nothing that somebody else has in hand, and one slow reader holds nobody else up."""

from datetime import UTC, datetime, timedelta

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.deliveries import begin_copy, decide_copy, due_copies, note_copy, settle_copy, settle_told
from dashapp.data.store.schedule_runs import LeaseLost, take_run
from dashapp.data.store.schedules import plan_due
from dashapp.domain.errors import Unavailable
from dashapp.domain.reports.document import Report
from dashapp.domain.schedules.runs import LEASE, LONGEST_MAKING, Copy, CopyState, Settled, TakenRun, Way
from tests.jobs.scheduled import MAX, SUE, TESS, THEO, Desk, address_of, box, campus, desk
from tests.mail_server import MailBox

__all__ = ["box", "campus", "desk"]
"""Fixtures."""

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)


def taken_by_another(desk: Desk) -> TakenRun:
    """The run in other hands, after its worker has been silent for too long."""
    desk.now += LEASE + timedelta(seconds=1)
    organisation = desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        taken = take_run(connection, organisation, desk.now)
    assert taken is not None
    return taken


def begun(desk: Desk) -> tuple[TakenRun, Copy]:
    """A run in hand whose only copy is being sent; its files are there."""
    desk.save(desk.target(TESS))
    desk.now = MONDAY
    organisation = desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        plan_due(connection, organisation, desk.now)
        taken = take_run(connection, organisation, desk.now)
        assert taken is not None
        (one,) = due_copies(connection, organisation, taken, desk.now)
        note_copy(connection, organisation, taken, (one, "0" * 32, [], Report(title="Week")), desk.now)
        assert begin_copy(connection, organisation, taken, one, desk.now)
    return taken, one


def tells(desk: Desk, taken: TakenRun, one: Copy, came: Settled) -> bool:
    organisation = desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        return settle_told(connection, organisation, taken, (one, came), desk.now)


def state(desk: Desk) -> str:
    ((_way, found, _trouble),) = desk.copies()
    return str(found)


LATER = Settled(CopyState.WAITING, "451", MONDAY + timedelta(hours=1))
"""The mail server refuses for now."""


def test_a_slow_former_holder_settles_nothing_that_the_new_holder_is_sending(desk: Desk) -> None:
    old, one = begun(desk)
    taken_by_another(desk)
    assert state(desk) == "uncertain"
    organisation = desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        decide_copy(connection, organisation, one.public_id, desk.person(MAX), desk.now)
    new = taken_by_another(desk)
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert begin_copy(connection, organisation, new, one, desk.now)

    for came in (LATER, Settled(CopyState.SENT), Settled(CopyState.FAILED, "550"), Settled(CopyState.UNCERTAIN)):
        assert not tells(desk, old, one, came)
        assert state(desk) == "sending"
    assert tells(desk, new, one, Settled(CopyState.SENT))
    assert state(desk) == "sent"


@pytest.mark.parametrize(
    ("came", "state_then"),
    [
        (Settled(CopyState.SENT), "sent"),
        (Settled(CopyState.FAILED, "550"), "failed"),
        (LATER, "uncertain"),
        (Settled(CopyState.UNCERTAIN), "uncertain"),
    ],
    ids=["it arrived", "it was refused", "not now", "unknown"],
)
def test_of_a_copy_that_nobody_has_begun_since_a_former_holder_says_what_is_certain(
    desk: Desk, came: Settled, state_then: str
) -> None:
    old, one = begun(desk)
    taken_by_another(desk)

    assert tells(desk, old, one, came) == (state_then != "uncertain")
    assert state(desk) == state_then


def test_a_former_holder_settles_no_copy_of_which_nobody_was_told(desk: Desk) -> None:
    old, one = begun(desk)
    taken_by_another(desk)
    organisation = desk.campus.organisation_id
    with (
        pytest.raises(LeaseLost),
        desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection,
    ):
        settle_copy(connection, organisation, old, (one, Settled(CopyState.NO_ACCESS)), desk.now)
    assert state(desk) == "uncertain"


def test_a_mail_that_arrives_after_the_lease_has_ended_is_not_sent_again(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS))
    desk.now = MONDAY
    settings = desk.with_mail(box)

    def hang(_address: str) -> None:
        box.before_answer = lambda _address: None
        taken_by_another(desk)

    box.before_answer = hang
    desk.round(settings)

    assert (state(desk), desk.states()) == ("sent", ["running"])
    desk.now += LEASE + timedelta(seconds=1)
    desk.round(settings)
    assert (len(box.taken), desk.states()) == (1, ["done"])


def test_the_lease_lasts_while_questions_and_files_each_take_as_long_as_they_may(desk: Desk) -> None:
    desk.save(desk.target(TESS, Way.DOWNLOAD))
    desk.now = MONDAY
    organisation, others = desk.campus.organisation_id, list[TakenRun | None]()

    def takes_long() -> None:
        desk.now += LONGEST_MAKING
        with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            others.append(take_run(connection, organisation, desk.now))

    desk.maker.meanwhile = desk.maker.while_writing = takes_long
    desk.round()

    assert others == [None, None]
    assert (desk.states(), desk.copies()) == (["done"], [("download", "sent", None)])


def test_one_reader_whose_questions_get_no_answer_holds_nobody_else_up(desk: Desk, box: MailBox) -> None:
    desk.save(*(desk.target(name) for name in (TESS, THEO, SUE)))
    desk.now = MONDAY
    settings, asked = desk.with_mail(box), list[int]()

    def second_waits_in_vain() -> None:
        asked.append(len(asked))
        if len(asked) == 2:
            raise Unavailable("The database did not answer in time.")

    desk.maker.meanwhile = second_waits_in_vain
    desk.round(settings)
    assert [(state, trouble) for _way, state, trouble in desk.copies()] == [
        ("sent", None),
        ("waiting", "unavailable"),
        ("sent", None),
    ]
    assert (len(box.taken), desk.states()) == (2, ["waiting"])
    desk.passes(minutes=1)
    desk.round(settings)

    assert desk.states() == ["done"]
    assert {one.recipients[0] for one in box.taken} == {address_of(name) for name in (TESS, THEO, SUE)}
