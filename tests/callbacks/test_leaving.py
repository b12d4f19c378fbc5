"""The page about leaving: an export is asked for, written by the job, downloaded and ended; a deletion waits a week."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.queries.leaving import read_leaving
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.leaving import exports as store
from dashapp.data.store.organisations import read_short_name
from dashapp.domain.leaving import GRACE, Export, ExportState, LeavingView
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.jobs.leaving import Deletions, Exports
from dashapp.security.sessions import Manner
from dashapp.web.application import Application
from exports.leaving import deleting
from tests.campus import ADMINISTRATOR, ADVISER, Campus, build_campus
from tests.served import Visitor, address, application_on, serving, web_settings

ACT = "leaving-said"


@pytest.fixture
def own(studied_campus: Campus) -> Campus:
    """A campus of this test's own, since these tests change it."""
    return studied_campus


@pytest.fixture
def database(own: Campus) -> Database:
    return own.database


@pytest.fixture
def application(own: Campus, tmp_path: Path) -> Iterator[Application]:
    with application_on(own.database, own, data_dir=tmp_path / "var") as made:
        yield made


@pytest.fixture
def administrator(application: Application, own: Campus) -> Visitor:
    return Visitor(application.server.test_client(), application).sign_in(own, ADMINISTRATOR)


def press(visitor: Visitor, button: str, name: str | None = None) -> str:
    given = {f"{button}.n_clicks": 1, "leaving-done.data": 0, "leaving-name.value": name}
    answer = visitor.ask(ACT, given, changedPropIds=[f"{button}.n_clicks"])
    assert answer.status_code == 200
    return str(answer.get_json()["response"][ACT]["children"])


def cancel(visitor: Visitor, export: object) -> str:
    name = f'{{"row":"{export}","type":"leaving-cancel"}}'
    given = {"leaving-cancel": {str(export): 1}, "leaving-done.data": 0}
    answer = visitor.ask(ACT, given, changedPropIds=[f"{name}.n_clicks"])
    return str(answer.get_json()["response"][ACT]["children"])


def view_of(own: Campus) -> LeavingView:
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        return read_leaving(connection, own.organisation_id)


def last(own: Campus) -> Export:
    return view_of(own).exports[0]


def job(application: Application) -> Exports:
    services = application.services
    return Exports(services.settings, services.database, services.clock)


def audited(own: Campus) -> list[str]:
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        rows = connection.execute(
            text(
                "SELECT action FROM audit_log WHERE action ~ '^organisation' AND organisation_id = :o ORDER BY audit_id"
            ),
            {"o": own.organisation_id},
        )
        return [str(row.action) for row in rows]


def file_address(own: Campus, export: object) -> str:
    return f"/organisations/{own_address(own.database, own.organisation_id)}/exports/{export}.zip"


def shown(visitor: Visitor, own: Campus) -> str:
    answer = visitor.ask("leaving-page", address(own_address(own.database, own.organisation_id)))
    return str(answer.get_data(as_text=True))


def test_an_export_is_asked_for_written_shown_and_downloaded(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    assert press(administrator, "leaving-start").startswith("Everything is being exported.")
    assert press(administrator, "leaving-start").startswith("There is one under way already.")
    assert "It begins within seconds." in shown(administrator, own)

    job(application).run(Signal())

    made = last(own)
    assert made.state is ExportState.DONE
    page = shown(administrator, own)
    assert made.sha256 is not None
    assert made.sha256 in page
    assert f"{made.public_id}.zip" in page
    answer = administrator.client.get(file_address(own, made.public_id))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert sha256(answer.data).hexdigest() == made.sha256
    goes_on = {"Range": "bytes=100-", "If-Range": answer.headers["ETag"]}
    rest = administrator.client.get(file_address(own, made.public_id), headers=goes_on)
    assert (rest.status_code, rest.data) == (206, answer.data[100:])
    with ZipFile(io.BytesIO(answer.data)) as archive:
        assert "tables/people.csv" in archive.namelist()
    assert audited(own) == [
        "organisation.export_requested",
        "organisation.exported",
        *["organisation.export_downloaded"] * 2,
    ]


def test_the_file_comes_in_pieces_through_the_server_and_by_a_ticket(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    press(administrator, "leaving-start")
    job(application).run(Signal())
    made, person = last(own), own.people[ADMINISTRATOR].public_id
    # Larger than many pieces: what is sent must not depend on the size of one.
    folder = ExportFolder.below(application.services.settings.data_dir)
    file = folder.file(own_address(own.database, own.organisation_id), made.public_id)
    body = file.read_bytes() + bytes(9_000_001)
    file.write_bytes(body)
    path = file_address(own, made.public_id)
    text_of = application.guard.sessions.issue(own.organisation_id, person, SignInMethod.LOCAL, Manner(Carrier.BEARER))
    bearer = {"Authorization": f"Bearer {text_of}"}
    with serving(application) as base:
        ticket = httpx.post(f"{base}/tickets", json={"path": path}, headers=bearer).json()["ticket"]
        first = httpx.get(f"{base}{path}?ticket={ticket}", timeout=60)
        again = httpx.get(f"{base}{path}?ticket={ticket}", timeout=60)
        with httpx.stream("GET", f"{base}{path}", headers=bearer, timeout=60) as hung_up:
            assert hung_up.status_code == 200
        assert httpx.get(f"{base}/sign-in", timeout=60).status_code == 200

    assert first.content == body
    assert first.headers["Content-Length"] == str(len(body))
    assert again.status_code == 404


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne", ADVISER, None])
def test_nobody_else_exports_downloads_or_deletes(
    administrator: Visitor, own: Campus, application: Application, name: str | None
) -> None:
    press(administrator, "leaving-start")
    job(application).run(Signal())
    before = audited(own)
    somebody = Visitor(application.server.test_client(), application)
    if name is not None:
        somebody.sign_in(own, name)

    for button in ("leaving-start", "leaving-delete", "leaving-keep"):
        given = {f"{button}.n_clicks": 1, "leaving-name.value": "small"}
        answer = somebody.ask(ACT, given, changedPropIds=[f"{button}.n_clicks"])
        assert "is being exported" not in answer.get_data(as_text=True)
        assert "will be deleted" not in answer.get_data(as_text=True)
    assert somebody.client.get(file_address(own, last(own).public_id)).status_code == 404
    assert audited(own) == before
    assert view_of(own).due_at is None


def test_another_organisation_is_out_of_reach(administrator: Visitor, own: Campus, application: Application) -> None:
    other = build_campus(web_settings(own.database), own.database, "other", studied=False)
    stranger = Visitor(application.server.test_client(), application).sign_in(other, ADMINISTRATOR)
    press(administrator, "leaving-start")
    waiting = last(own).public_id

    assert cancel(stranger, waiting).startswith("That is not there any more.")
    assert last(own).state is ExportState.WAITING
    job(application).run(Signal())
    theirs, mine = (own_address(own.database, each.organisation_id) for each in (other, own))
    for path in (f"/organisations/{theirs}/exports/{waiting}.zip", f"/organisations/{mine}/exports/{waiting}.zip"):
        assert stranger.client.get(path).status_code == 404
    assert "There is nothing here for you" in stranger.ask("leaving-page", address(mine)).get_data(as_text=True)
    assert press(stranger, "leaving-delete", "small").startswith("That is not the short name")
    assert press(stranger, "leaving-delete", "other").startswith("The organisation will be deleted in 7 days.")
    assert press(administrator, "leaving-keep").startswith("There is no deletion to cancel")
    assert view_of(other).due_at is not None
    assert view_of(own).due_at is None
    assert audited(other) == ["organisation.deletion_requested"]


def test_a_waiting_export_is_cancelled_and_never_written(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    press(administrator, "leaving-start")
    export = last(own).public_id

    assert cancel(administrator, export) == "The export is cancelled."
    assert cancel(administrator, export).startswith("That is not there any more.")
    for forged in ("", "x", uuid4()):
        assert cancel(administrator, forged).startswith("That is not there any more.")
    job(application).run(Signal())

    assert last(own).state is ExportState.CANCELLED
    assert not ExportFolder.below(application.services.settings.data_dir).root.exists()


def test_one_that_is_cancelled_while_it_is_written_leaves_no_file(
    own: Campus, application: Application, administrator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(administrator, "leaving-start")
    note = store.note_progress
    cancelled: list[str] = []

    def note_then_cancel(*given: Any) -> bool:
        if not cancelled:
            cancelled.append(cancel(administrator, given[1].key))
        return note(*given)

    monkeypatch.setattr("exports.leaving.exporting.note_progress", note_then_cancel)
    job(application).run(Signal())

    assert cancelled == ["The export is cancelled."]
    assert last(own).state is ExportState.CANCELLED
    assert files(application) == []


def files(application: Application) -> list[str]:
    root = ExportFolder.below(application.services.settings.data_dir).root
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_a_process_that_ends_hands_its_export_on_and_one_that_is_killed_loses_it(
    own: Campus, application: Application, administrator: Visitor
) -> None:
    press(administrator, "leaving-start")
    ending = Signal()
    ending.set()
    services = application.services
    own_job = Exports(services.settings, services.database, services.clock)
    own_job._exporter.serve(own.organisation_id, ending)
    assert last(own).state is ExportState.WAITING
    assert files(application) == []

    organisation, now = own.organisation_id, datetime.now(UTC)
    with own.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        turn = store.take_export(connection, organisation, now)
        assert turn is not None
        assert store.take_export(connection, organisation, now + timedelta(seconds=90)) is None
    # Its writer is killed here, and nobody hears of it for two minutes.
    with own.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        for minutes in (3, 6):
            again = store.take_export(connection, organisation, now + timedelta(minutes=minutes))
            assert again is not None
            assert again.key == turn.key
        assert store.take_export(connection, organisation, now + timedelta(minutes=9)) is None
    assert (last(own).state, last(own).trouble) == (ExportState.FAILED, "stopped")
    assert "It was stopped several times." in shown(administrator, own)


def test_a_folder_that_cannot_be_written_to_is_told_on_the_page(
    own: Campus, application: Application, administrator: Visitor
) -> None:
    root = ExportFolder.below(application.services.settings.data_dir).root
    root.parent.mkdir(parents=True, exist_ok=True)
    root.write_text("a file where a folder should be")
    press(administrator, "leaving-start")

    job(application).run(Signal())

    assert (last(own).state, last(own).trouble) == (ExportState.FAILED, "folder")
    assert "The service may not write to its folder." in shown(administrator, own)
    root.unlink()
    press(administrator, "leaving-start")
    job(application).run(Signal())
    assert last(own).state is ExportState.DONE


def test_a_file_goes_after_three_days(own: Campus, application: Application, administrator: Visitor) -> None:
    press(administrator, "leaving-start")
    job(application).run(Signal())
    made = last(own)
    assert made.expires_at is not None
    assert made.finished_at is not None
    assert made.expires_at - made.finished_at == timedelta(days=3)
    assert files(application) == [f"{made.public_id}.zip"]

    services = application.services
    Exports(services.settings, services.database, lambda: datetime.now(UTC) + timedelta(days=3)).run(Signal())

    assert last(own).state is ExportState.EXPIRED
    assert files(application) == []
    assert administrator.client.get(file_address(own, made.public_id)).status_code == 404
    assert "its time is over" in shown(administrator, own)


def test_a_session_of_one_page_or_of_a_learning_platform_gets_no_file(
    own: Campus, application: Application, administrator: Visitor
) -> None:
    press(administrator, "leaving-start")
    job(application).run(Signal())
    path, person = file_address(own, last(own).public_id), own.people[ADMINISTRATOR].public_id
    for method, page in ((SignInMethod.LINK, "/embed/courses"), (SignInMethod.LTI, None)):
        held = application.guard.sessions.issue(own.organisation_id, person, method, Manner(Carrier.BEARER, page))
        client = application.server.test_client()
        assert client.get(path, headers={"Authorization": f"Bearer {held}"}).status_code == 404


def test_a_deletion_wants_the_short_name_waits_a_week_and_is_cancelled(
    own: Campus, application: Application, administrator: Visitor
) -> None:
    for wrong in ("", "Small", "small college", "other", None):
        assert press(administrator, "leaving-delete", wrong).startswith("That is not the short name")
    assert "What it does not reach:" in shown(administrator, own)

    assert press(administrator, "leaving-delete", " small ").startswith("The organisation will be deleted in 7 days.")
    assert press(administrator, "leaving-delete", "small").startswith("There is one under way already.")
    assert "will be deleted on" in shown(administrator, own)
    services = application.services
    Deletions(services.settings, services.database, services.clock).run(Signal())
    assert view_of(own).extent.people > 10

    assert press(administrator, "leaving-keep") == "The deletion is cancelled. Everything stays."
    assert press(administrator, "leaving-keep").startswith("There is no deletion to cancel")
    Deletions(services.settings, services.database, lambda: datetime.now(UTC) + 2 * GRACE).run(Signal())
    assert view_of(own).extent.people > 10
    assert audited(own) == ["organisation.deletion_requested", "organisation.deletion_cancelled"]


def test_after_a_week_the_job_deletes_it_and_sweeps_later(
    own: Campus, application: Application, administrator: Visitor
) -> None:
    other = build_campus(web_settings(own.database), own.database, "other", studied=False)
    press(administrator, "leaving-start")
    job(application).run(Signal())
    press(administrator, "leaving-delete", "small")
    services, now = application.services, datetime.now(UTC)
    # The clock of this job runs on by a minute with each look, so that it has nothing to wait for.
    moments = iter(now + GRACE + timedelta(minutes=minute) for minute in range(1, 1000))

    Deletions(services.settings, services.database, lambda: next(moments)).run(Signal())

    with own.database.transaction(DatabaseRole.JOBS, None) as connection:
        assert connection.execute(text("SELECT state FROM departures")).scalars().all() == ["done"]
        assert connection.execute(text("SELECT name FROM organisations")).scalars().all() == ["other"]
    assert files(application) == []
    Deletions(services.settings, services.database, lambda: now + 2 * GRACE).run(Signal())
    with own.database.transaction(DatabaseRole.JOBS, other.organisation_id) as connection:
        assert connection.execute(text("SELECT count(swept_at) FROM departures")).scalar_one() == 1
        assert read_short_name(connection, other.organisation_id) == "other"
    assert deleting.SWEPT_AFTER < GRACE


def test_large_tables_are_told_about_and_small_ones_counted(own: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = {one.name: one.rows for one in view_of(own).tables}
    monkeypatch.setattr("dashapp.data.store.leaving.figures.COUNTED", 50)
    with own.database.administration() as connection:
        connection.exec_driver_sql("ANALYZE analytics.raw_events, analytics.event_ledger")
        connection.commit()

    estimated = {one.name: one for one in view_of(own).tables}

    assert estimated["organisations"].exact
    assert not estimated["raw_events"].exact
    assert abs(estimated["raw_events"].rows - exact["raw_events"]) < exact["raw_events"] * 0.2
