"""Rosters that a schedule fetches from a folder or an address."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.rosters.sources import Schedule, schedules
from dashapp.domain.rosters import Naming, RosterSettings
from dashapp.jobs.roster_files import RosterFiles
from dashapp.settings import Settings
from tests.ingest.roster.archives import LMS, school, texts, write_folder, write_zip
from tests.ingest.roster.conftest import T1, Sis


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = T1

    def __call__(self) -> datetime:
        return self.now


class Host:
    """Another host that gives one file."""

    def __init__(self) -> None:
        self.body, self.etag, self.status = b"", '"1"', 200
        self.asked: list[dict[str, str]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append({name.lower(): value for name, value in self.headers.items()})
                known = self.headers.get("If-None-Match") == host.etag
                self.send_response(304 if known else host.status)
                self.send_header("ETag", host.etag)
                self.send_header("Content-Length", "0" if known else str(len(host.body)))
                self.end_headers()
                if not known:
                    self.wfile.write(host.body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/roster.zip"


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.server.shutdown()
    host.server.server_close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def look(sis: Sis, clock: Clock, make_settings: Callable[..., Settings], tmp_path: Path) -> Callable[[], Schedule]:
    """Runs the job an hour later; gives what the schedule has found."""
    settings = make_settings(
        roster_folder=tmp_path / "rosters", outgoing_networks="127.0.0.0/8", roster_secrets="north/sis=s3cret"
    )
    job = RosterFiles(settings, sis.campus.database, clock)

    def run() -> Schedule:
        clock.now += timedelta(hours=1)
        job.run(threading.Event())
        with sis.campus.database.transaction(DatabaseRole.JOBS, sis.campus.organisation) as connection:
            [found] = schedules(connection, sis.campus.organisation)
        return found

    return run


def put(folder: Path, files: dict[str, Any], at: datetime) -> None:
    """Files that were written at an instant."""
    write_folder(folder, files)
    for path in folder.iterdir():
        os.utime(path, (at.timestamp(), at.timestamp()))


def test_a_folder_is_taken_in_once_and_again_when_it_changes(
    sis: Sis, look: Callable[[], Schedule], clock: Clock, tmp_path: Path
) -> None:
    sis.keep(RosterSettings(folder="sis"))
    put(tmp_path / "rosters" / "sis", texts(school()), clock.now)

    assert look().trouble is None
    assert len(sis.roles()) == 4
    look()
    assert sis.campus.value("SELECT count(*) FROM roster_imports") == 1
    files = school()
    files["users"][0]["familyName"] = "Lovelace"
    put(tmp_path / "rosters" / "sis", texts(files), clock.now)
    look()
    assert sis.campus.rows("SELECT state, imported_by FROM roster_imports") == [("applied", "operator:schedule")] * 2


def test_files_that_may_still_be_written_are_waited_for(
    sis: Sis, look: Callable[[], Schedule], clock: Clock, tmp_path: Path
) -> None:
    sis.keep(RosterSettings(folder="sis"))
    put(tmp_path / "rosters" / "sis", texts(school()), clock.now + timedelta(minutes=59, seconds=30))

    assert look().trouble is None
    assert sis.roles() == set()
    look()
    assert len(sis.roles()) == 4


def test_nothing_is_looked_at_before_it_is_due(
    sis: Sis, look: Callable[[], Schedule], clock: Clock, tmp_path: Path
) -> None:
    sis.keep(RosterSettings(folder="sis", every_minutes=90))
    put(tmp_path / "rosters" / "sis", {}, clock.now)
    first = look().looked_at

    assert look().looked_at == first
    assert look().looked_at != first


@pytest.mark.parametrize("folder", ["../elsewhere", "/etc", "missing", ".", "link"])
def test_only_folders_below_the_one_that_is_set_are_looked_into(
    sis: Sis, look: Callable[[], Schedule], clock: Clock, tmp_path: Path, folder: str
) -> None:
    put(tmp_path / "elsewhere", texts(school()), clock.now)
    (tmp_path / "rosters").mkdir()
    (tmp_path / "rosters" / "link").symlink_to(tmp_path / "elsewhere")
    sis.keep(RosterSettings(folder=folder))

    assert "below ROSTER_FOLDER" in (look().trouble or "")
    assert sis.roles() == set()


def test_a_folder_that_cannot_be_read_is_told(sis: Sis, look: Callable[[], Schedule], tmp_path: Path) -> None:
    (tmp_path / "rosters").mkdir()
    sis.keep(RosterSettings(folder="x" * 300))

    assert look().trouble == "The files cannot be read: File name too long."


def test_links_to_files_elsewhere_are_not_followed(
    sis: Sis, look: Callable[[], Schedule], clock: Clock, tmp_path: Path
) -> None:
    put(tmp_path / "elsewhere", texts(school()), clock.now)
    folder = tmp_path / "rosters" / "sis"
    folder.mkdir(parents=True)
    for path in (tmp_path / "elsewhere").iterdir():
        (folder / path.name).symlink_to(path)
    sis.keep(RosterSettings(folder="sis"))

    assert "links to files elsewhere" in (look().trouble or "")


def test_what_is_in_the_way_is_left_to_a_person(
    sis: Sis, look: Callable[[], Schedule], clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "rosters" / "sis"
    sis.keep(RosterSettings(folder="sis", people=Naming("username", LMS, "account")))
    put(folder, texts(school()), clock.now)
    look()
    before = sis.state()
    broken, fewer = school(), school()
    broken["enrollments"][0]["userSourcedId"] = "nobody"
    del fewer["enrollments"][0]
    for files, words in ((broken, "unknown_reference 1"), (fewer, "1 of 4 enrolments would end")):
        put(folder, texts(files), clock.now)
        assert words in (look().trouble or "")
        # The same files say the same for as long as they lie there, and are not read again.
        assert words in (look().trouble or "")
        assert sis.state() == before
    put(folder, texts(school()), clock.now)
    assert look().trouble is None


def test_an_address_is_asked_with_its_secret_and_the_mark_of_last_time(
    sis: Sis, look: Callable[[], Schedule], host: Host, tmp_path: Path
) -> None:
    sis.keep(RosterSettings(address=host.url))
    host.body = write_zip(tmp_path / "roster.zip", texts(school())).read_bytes()

    assert look().trouble is None
    assert len(sis.roles()) == 4
    assert look().trouble is None
    assert [one.get("authorization") for one in host.asked] == ["Bearer s3cret"] * 2
    assert [one.get("if-none-match") for one in host.asked] == [None, '"1"']
    assert sis.campus.value("SELECT count(*) FROM roster_imports") == 1


def test_an_address_that_does_not_answer_well_is_named_by_its_answer(
    sis: Sis, look: Callable[[], Schedule], host: Host
) -> None:
    sis.keep(RosterSettings(address=host.url))
    host.status, host.body = 503, b"later"
    assert look().trouble == "The other host answered 503."
    host.status, host.body, host.etag = 200, b"PK and no zip", '"2"'
    assert "no zip file" in (look().trouble or "")


def test_an_address_within_the_own_network_is_not_asked(
    sis: Sis, clock: Clock, make_settings: Callable[..., Settings], host: Host
) -> None:
    sis.keep(RosterSettings(address=host.url))
    RosterFiles(make_settings(), sis.campus.database, clock).run(threading.Event())

    with sis.campus.database.transaction(DatabaseRole.JOBS, sis.campus.organisation) as connection:
        [found] = schedules(connection, sis.campus.organisation)
    assert "not a public one" in (found.trouble or "")
    assert host.asked == []
