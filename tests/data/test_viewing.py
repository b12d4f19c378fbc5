"""One row per viewer, subject, page and quarter of an hour, whatever the number of processes; none for what is gone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.viewing import Viewing, ViewNotes
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def viewing(organisation: OrganisationId, actor: str = "somebody", subject: str = "person 1") -> Viewing:
    return Viewing(organisation, Actor(actor, ViewerRole.STAFF, "192.0.2.0/24", "local"), subject, "student")


def rows(database: Database, organisation: OrganisationId) -> list[tuple[str, str, str]]:
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        found = connection.execute(
            text("SELECT actor, subject, to_char(quarter, 'HH24:MI') FROM audit_log ORDER BY audit_id")
        )
        return [(row[0], row[1], row[2]) for row in found]


def test_a_page_that_stays_open_leaves_one_row_in_a_quarter_of_an_hour(
    every_postgres: str, database: Database, organisation: OrganisationId
) -> None:
    clock = Clock()
    notes = ViewNotes(database, clock)
    for minutes in (0, 5, 14, 15, 29, 31):
        clock.now = NOON + timedelta(minutes=minutes)
        notes.note(viewing(organisation))

    assert [quarter for _, _, quarter in rows(database, organisation)] == ["12:00", "12:15", "12:30"]


def test_another_viewer_subject_or_page_is_another_row(database: Database, organisation: OrganisationId) -> None:
    notes = ViewNotes(database, Clock())
    first = viewing(organisation)
    page = Viewing(organisation, first.actor, first.subject, "classroom")
    for each in (first, viewing(organisation, "another"), viewing(organisation, subject="person 2"), page, first):
        notes.note(each)

    assert len(rows(database, organisation)) == 4


def test_a_view_by_a_signed_link_is_a_row_beside_its_makers_own(
    every_postgres: str, database: Database, organisation: OrganisationId
) -> None:
    own = viewing(organisation)
    by_link = replace(own, actor=replace(own.actor, method="link"))
    unsaid = replace(own, actor=replace(own.actor, method=None))

    for notes in (ViewNotes(database, Clock()), ViewNotes(database, Clock())):
        for each in (own, by_link, unsaid, own, by_link, unsaid):
            notes.note(each)

    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        found = connection.execute(text("SELECT method FROM audit_log ORDER BY audit_id")).scalars().all()
    assert found == ["local", "link", None]


def test_several_processes_make_one_row(database: Database, organisation: OrganisationId) -> None:
    for _ in range(3):
        ViewNotes(database, Clock()).note(viewing(organisation))

    assert rows(database, organisation) == [("somebody", "person 1", "12:00")]


def test_the_same_person_number_of_another_organisation_is_another_row(
    database: Database, organisation: OrganisationId, other_organisation: OrganisationId
) -> None:
    notes = ViewNotes(database, Clock())
    notes.note(viewing(organisation))
    notes.note(viewing(other_organisation))

    assert len(rows(database, organisation)) == len(rows(database, other_organisation)) == 1


def test_what_is_remembered_has_a_bound(
    database: Database, organisation: OrganisationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.data.viewing.MOST_REMEMBERED", 3)
    notes = ViewNotes(database, Clock())
    for number in [*range(5), *range(5)]:
        notes.note(viewing(organisation, subject=f"person {number}"))

    assert len(rows(database, organisation)) == 5


def test_what_could_not_be_noted_is_not_taken_for_noted(
    database: Database, organisation: OrganisationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = ViewNotes(database, Clock())

    def away(*_given: object) -> None:
        raise Unavailable("The database is away.")

    with monkeypatch.context() as patched, pytest.raises(Unavailable):
        patched.setattr(ViewNotes, "_write", away)
        notes.note(viewing(organisation))
    notes.note(viewing(organisation))

    assert len(rows(database, organisation)) == 1
