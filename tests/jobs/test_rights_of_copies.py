"""A copy leaves by the rights that its reader has at that moment, and names nobody where it goes to no account."""

from datetime import UTC, datetime

from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.domain.schedules.runs import Way
from tests.jobs.scheduled import MAX, TESS, THEO, Desk, address_of, box, campus, desk
from tests.mail_server import MailBox

__all__ = ["box", "campus", "desk"]

MONDAY = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)


def test_who_has_lost_the_course_while_a_copy_waited_does_not_get_it(desk: Desk, box: MailBox) -> None:
    desk.save(desk.target(TESS))
    box.replies = {address_of(TESS): ["451 later"]}
    desk.now = MONDAY
    desk.round(desk.with_mail(box))
    assert [state for _way, state, _trouble in desk.copies()] == ["waiting"]

    _teaches(desk, TESS, "'2026-03-29'")
    try:
        desk.passes(minutes=1)
        desk.round(desk.with_mail(box))
    finally:
        _teaches(desk, TESS, "NULL")
    assert desk.copies() == [("mail", "no_access", None)]
    assert box.to(address_of(TESS)) == []


def _teaches(desk: Desk, name: str, until: str) -> None:
    statement = text(f"UPDATE memberships SET ends_at = {until} WHERE person_id = :person")
    with desk.campus.database.transaction(DatabaseRole.JOBS, desk.campus.organisation_id) as connection:
        connection.execute(statement, {"person": desk.person(name)})


def test_whoever_has_been_shut_out_gets_nothing(desk: Desk, box: MailBox) -> None:
    account = "INSERT INTO accounts (organisation_id, person_id, sign_in_name, enabled, created_at)"
    statement = text(f"{account} VALUES (:organisation, :person, :name, :enabled, now())")
    organisation = desk.campus.organisation_id
    with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        for number, (name, enabled) in enumerate([(TESS, False), (THEO, False), (THEO, True)]):
            person = desk.person(name)
            values = {"organisation": organisation, "person": person, "name": f"n{number}", "enabled": enabled}
            connection.execute(statement, values)
    desk.save(desk.target(TESS), desk.target(THEO))
    desk.now = MONDAY
    try:
        desk.round(desk.with_mail(box))
    finally:
        with desk.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            connection.execute(text("DELETE FROM accounts"))
    assert desk.copies() == [("mail", "no_access", None), ("mail", "sent", None)]


def test_what_goes_to_no_account_is_for_administrators_and_names_nobody(desk: Desk) -> None:
    # The service speaks to no address of its own machine.
    ways = [(Way.FOLDER, None), (Way.WEBHOOK, "http://127.0.0.1/hook")]
    desk.save(*(desk.target(name, way, address) for name in (MAX, TESS) for way, address in ways))
    desk.now = MONDAY
    desk.also_teaches(MAX)
    try:
        desk.round()
    finally:
        desk.also_teaches(MAX, no_more=True)

    folder, hook = ("folder", "sent", None), ("webhook", "failed", "address")
    refused = [("folder", "no_access", None), ("webhook", "no_access", None)]
    assert sorted(desk.copies(), key=str) == sorted([folder, hook, *refused], key=str)
    assert len(desk.maker.orders) == len(ways)
    assert all(one.principal.administers and not one.principal.teaches_in for one in desk.maker.orders)
