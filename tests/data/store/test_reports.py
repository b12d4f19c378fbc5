"""Reports are kept with every change, opened by whom they are shared with, and changed by nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.report_shares import end_share, find_colleague, find_colleagues, list_shares, share
from dashapp.data.store.reports import (
    delete_report,
    forget_deleted,
    list_reports,
    list_versions,
    make_report,
    open_report,
    put_back,
    read_version,
    save_report,
)
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.reports.document import Report, read
from dashapp.domain.reports.keeping import (
    KEPT_DELETED,
    MOST_REPORTS,
    MOST_SHARES,
    MOST_VERSIONS,
    ReportReader,
    SavedReport,
    ShareRole,
)
from dashapp.jobs.deleted_reports import DeletedReports
from tests.data.conftest import make_organisation

NOW = datetime(2026, 5, 7, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
TEACHERS, ADMINISTRATORS = ShareRole.TEACHERS, ShareRole.ADMINISTRATORS


@pytest.fixture(scope="module")
def organisations(module_database: Database) -> tuple[OrganisationId, OrganisationId]:
    return make_organisation(module_database, "north"), make_organisation(module_database, "south")


@pytest.fixture
def north(module_database: Database, organisations: tuple[OrganisationId, OrganisationId]) -> Iterator[Connection]:
    """A transaction that leaves nothing behind."""
    with (
        module_database.transaction(DatabaseRole.WEB, organisations[0]) as connection,
        connection.begin_nested() as nested,
    ):
        yield connection
        nested.rollback()


@pytest.fixture
def me(organisations: tuple[OrganisationId, OrganisationId]) -> ReportReader:
    return ReportReader(organisations[0], PersonId(1), (TEACHERS,))


def other(me: ReportReader, person: int = 2, *roles: ShareRole) -> ReportReader:
    return ReportReader(me.organisation, PersonId(person), roles)


def made(connection: Connection, owner: ReportReader, title: str = "Weekly") -> UUID:
    found = make_report(connection, owner, Report(title=title), NOW)
    assert found is not None
    return found


def test_every_change_is_a_version_and_what_did_not_change_is_none(north: Connection, me: ReportReader) -> None:
    key = made(north, me)

    assert save_report(north, me, (key, Report(title="Weekly"), 1), LATER) == SavedReport(1, NOW)
    assert save_report(north, me, (key, Report(title="Monthly"), 1), LATER) == SavedReport(2, LATER)

    opened = open_report(north, me, key)
    assert opened is not None
    assert (read(opened.document).title, opened.revision, opened.own, opened.may_edit) == ("Monthly", 2, True, True)
    assert [one.title for one in list_reports(north, me)] == ["Monthly"]
    assert [(one.revision, one.changed_at) for one in list_versions(north, me, key)] == [(2, LATER), (1, NOW)]
    first = read_version(north, me, key, 1)
    assert first is not None
    assert read(first).title == "Weekly"
    assert read_version(north, me, key, 3) is None


def test_who_saves_over_what_somebody_else_has_saved_hears_so_and_changes_nothing(
    north: Connection, me: ReportReader
) -> None:
    key, second = made(north, me), other(me)
    assert share(north, me, (key, second.person, True), NOW)
    assert save_report(north, second, (key, Report(title="Theirs"), 1), LATER) == SavedReport(2, LATER)

    assert save_report(north, me, (key, Report(title="Mine"), 1), LATER) == SavedReport(2, LATER, conflict=True)

    opened = open_report(north, me, key)
    assert opened is not None
    assert read(opened.document).title == "Theirs"
    assert save_report(north, me, (key, Report(title="Mine"), 2), LATER) == SavedReport(3, LATER)


def test_the_oldest_versions_go(north: Connection, me: ReportReader) -> None:
    key = made(north, me)
    for number in range(1, MOST_VERSIONS + 3):
        save_report(north, me, (key, Report(title=f"{number}"), number), NOW)

    kept = [one.revision for one in list_versions(north, me, key)]

    assert (len(kept), kept[0], kept[-1]) == (MOST_VERSIONS, MOST_VERSIONS + 3, 4)


def test_a_report_is_nobody_elses_until_it_is_shared(
    module_database: Database,
    organisations: tuple[OrganisationId, OrganisationId],
    north: Connection,
    me: ReportReader,
) -> None:
    key = made(north, me)
    for stranger in (other(me), other(me, 2, TEACHERS, ADMINISTRATORS)):
        assert list_reports(north, stranger) == ()
        assert open_report(north, stranger, key) is None
        assert save_report(north, stranger, (key, Report(title="taken over"), 1), NOW) is None
        assert list_versions(north, stranger, key) == ()
        assert read_version(north, stranger, key, 1) is None
        assert delete_report(north, stranger, key, NOW) is None
        assert not share(north, stranger, (key, stranger.person, True), NOW)
        assert list_shares(north, stranger, key) == ()
    south = ReportReader(organisations[1], me.person, me.roles)
    with module_database.transaction(DatabaseRole.WEB, organisations[1]) as connection:
        assert open_report(connection, south, key) is None
        # Another tenant's key in a query of this one finds nothing either.
        assert open_report(connection, me, key) is None


def test_a_share_with_a_role_or_a_person_lets_read_and_only_where_it_says_so_change(
    north: Connection, me: ReportReader
) -> None:
    key = made(north, me)
    assert share(north, me, (key, TEACHERS, False), NOW)
    teacher, administrator = other(me, 2, TEACHERS), other(me, 3, ADMINISTRATORS)

    [listed] = list_reports(north, teacher)
    assert (listed.public_id, listed.own, listed.may_edit, listed.shares) == (key, False, False, 1)
    assert save_report(north, teacher, (key, Report(title="x"), 1), NOW) is None
    assert open_report(north, administrator, key) is None

    assert share(north, me, (key, TEACHERS, True), NOW)
    [one] = list_shares(north, me, key)
    assert (one.role, one.may_edit) == (TEACHERS, True)
    assert save_report(north, teacher, (key, Report(title="x"), 1), NOW) == SavedReport(2, NOW)
    # To decide about it stays the owner's.
    assert delete_report(north, teacher, key, NOW) is None
    assert not share(north, teacher, (key, ADMINISTRATORS, False), NOW)
    assert not end_share(north, teacher, key, one.public_id)

    assert end_share(north, me, key, one.public_id)
    assert not end_share(north, me, key, one.public_id)
    assert list_reports(north, teacher) == ()


def test_what_is_deleted_can_be_put_back_for_thirty_days(north: Connection, me: ReportReader) -> None:
    key = made(north, me)
    share(north, me, (key, TEACHERS, False), NOW)

    assert delete_report(north, me, key, NOW) == "Weekly"
    assert delete_report(north, me, key, NOW) is None
    assert (list_reports(north, me), open_report(north, me, key)) == ((), None)
    assert put_back(north, other(me), key, NOW) is None
    assert put_back(north, me, key, NOW) == "Weekly"
    assert [one.public_id for one in list_reports(north, other(me, 2, TEACHERS))] == [key]

    delete_report(north, me, key, NOW)
    assert put_back(north, me, key, NOW + KEPT_DELETED) is None
    assert forget_deleted(north, NOW - timedelta(seconds=1)) == 0
    assert forget_deleted(north, NOW) == 1
    assert list_versions(north, me, key) == ()


def test_the_job_forgets_what_was_deleted_long_ago_in_every_organisation(
    module_database: Database, organisations: tuple[OrganisationId, OrganisationId]
) -> None:
    gone = []
    for own in organisations:
        owner = ReportReader(own, PersonId(77))
        with module_database.transaction(DatabaseRole.WEB, own) as connection:
            gone.append((owner, made(connection, owner)))
            made(connection, owner, "Stays")
            delete_report(connection, owner, gone[-1][1], NOW)

    DeletedReports(module_database, lambda: NOW + KEPT_DELETED).run(Event())

    for owner, key in gone:
        with module_database.transaction(DatabaseRole.WEB, owner.organisation) as connection:
            assert put_back(connection, owner, key, NOW) is None
            assert [one.title for one in list_reports(connection, owner)] == ["Stays"]


def test_there_are_never_more_reports_and_shares_than_lists_can_show(north: Connection, me: ReportReader) -> None:
    keys = [make_report(north, me, Report(), NOW) for _number in range(MOST_REPORTS + 1)]
    assert keys.index(None) == MOST_REPORTS
    key = keys[0]
    assert key is not None
    shared = [share(north, me, (key, PersonId(100 + number), False), NOW) for number in range(MOST_SHARES + 1)]
    assert shared.index(False) == MOST_SHARES


def test_the_report_of_a_merged_person_is_that_of_who_stands_for_them(
    module_database: Database, organisations: tuple[OrganisationId, OrganisationId]
) -> None:
    own = organisations[0]
    with module_database.transaction(DatabaseRole.JOBS, own) as connection:
        add = text(
            "INSERT INTO people (organisation_id, given_name, family_name, merged_into)"
            " VALUES (:organisation, :name, 'Stone', :into) RETURNING person_id"
        )
        kept = connection.execute(add, {"organisation": own, "name": "Sue", "into": None}).scalar_one()
        absorbed = connection.execute(add, {"organisation": own, "name": "S.", "into": kept}).scalar_one()
    with module_database.transaction(DatabaseRole.WEB, own) as connection:
        key = made(connection, ReportReader(own, PersonId(absorbed)))
        opened = open_report(connection, ReportReader(own, PersonId(kept)), key)
    assert opened is not None
    assert (opened.own, opened.owner) == (True, "Sue Stone")


def test_only_staff_can_be_found_to_share_with(
    module_database: Database, organisations: tuple[OrganisationId, OrganisationId], me: ReportReader
) -> None:
    own = organisations[0]
    keys = {}
    with module_database.transaction(DatabaseRole.JOBS, own) as connection:
        for name, role in (("Tara", "teacher"), ("Tom", "learner")):
            keys[name] = connection.execute(
                text(
                    "INSERT INTO people (organisation_id, given_name, family_name) VALUES (:own, :name, 'Thorn')"
                    " RETURNING person_id, public_id"
                ),
                {"own": own, "name": name},
            ).one()
            connection.execute(
                text(
                    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
                    " VALUES (:own, :person, 'course', 7, :role, 'event')"
                ),
                {"own": own, "person": keys[name].person_id, "role": role},
            )
    with module_database.transaction(DatabaseRole.WEB, own) as connection:
        [found] = find_colleagues(connection, me, "thorn T")
        assert (found.name, found.public_id) == ("Tara Thorn", keys["Tara"].public_id)
        assert find_colleague(connection, me, found.public_id) == keys["Tara"].person_id
        assert find_colleague(connection, me, keys["Tom"].public_id) is None
        assert find_colleague(connection, me, uuid4()) is None
        assert find_colleagues(connection, me, " % ") == ()
        assert find_colleagues(connection, ReportReader(own, PersonId(keys["Tara"].person_id)), "Thorn") == ()
