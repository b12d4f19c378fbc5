"""Files that administrators send: whole or not there, on the disk and never in memory, for their organisation alone."""

import os
import resource
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from dashapp.api.uploads import NAME
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.uploads import find_uploads, keep_uploads
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import system_clock
from dashapp.domain.uploads import KEPT, Purpose, Upload, plain_name
from dashapp.jobs.uploads import Uploads
from dashapp.security.sessions import COOKIE
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus, build_campus
from tests.served import application_on, serving, web_settings

LIMIT = 400_000_000


WITHIN = 30.0
"""Seconds that a busy machine may need."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The app behind a real server, and somebody who sends files."""

    application: Application
    campus: Campus
    base: str
    folder: UploadFolder

    @property
    def organisation(self) -> str:
        return str(own_address(self.application.services.database, self.campus.organisation_id))

    def cookie(self, name: str) -> str:
        """The header of somebody's session."""
        session = self.application.guard.sessions.issue(self.campus.organisation_id, self.campus.people[name].public_id)
        return f"{self.application.guard.cookie(COOKIE)}={session}"

    def begin(self, size: int, some: bytes) -> bytes:
        """The answer to a request of which no more has come than this."""
        parts = urlsplit(self.base)
        head = [
            f"PUT /organisations/{self.organisation}/uploads?purpose=roster HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Cookie: {self.cookie(ADMINISTRATOR)}",
            f"Content-Length: {size}",
        ]
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as made:
            made.sendall("\r\n".join([*head, "", ""]).encode() + some)
            return made.recv(1_000)

    def send(self, body: Any, name: str = "Ada's roster.zip", **changed: Any) -> httpx.Response:
        """What the page's script sends. `by`, `to`, `purpose`, `headers`, `method`."""
        headers = {NAME: name, "Sec-Fetch-Site": "same-origin", **changed.get("headers", {})}
        address = f"{self.base}/organisations/{changed.get('to', self.organisation)}/uploads"
        return httpx.request(
            changed.get("method", "PUT"),
            f"{address}?purpose={changed.get('purpose', 'roster')}",
            headers={**headers, "Cookie": self.cookie(changed.get("by", ADMINISTRATOR))},
            timeout=60,
            **(body if isinstance(body, dict) else {"content": body}),
        )

    def rows(self) -> list[Any]:
        """All rows, as the jobs see them."""
        database, organisation = self.application.services.database, self.campus.organisation_id
        with database.transaction(DatabaseRole.JOBS, organisation) as connection:
            return list(connection.execute(text("SELECT * FROM uploads ORDER BY upload_id")).mappings())

    def files(self) -> list[Path]:
        """Whatever stands in any organisation's folder."""
        return sorted(path for path in self.folder.root.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def desk(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    campus = build_campus(web_settings(module_database), module_database)
    data_dir = tmp_path_factory.mktemp("var")
    with (
        application_on(module_database, campus, data_dir=data_dir, upload_max_bytes=LIMIT) as application,
        serving(application) as base,
    ):
        yield Desk(application, campus, base, UploadFolder.below(data_dir))


@contextmanager
def nothing_stays(desk: Desk) -> Iterator[None]:
    before, rows = set(desk.files()), len(desk.rows())
    yield
    # What has broken off goes a moment after its answer; so may what an earlier test has left off.
    deadline = time.monotonic() + WITHIN
    while not set(desk.files()) <= before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(desk.files()) <= before
    assert len(desk.rows()) == rows


def test_a_file_arrives_whole_readable_by_the_service_alone_and_stands_in_the_trail(desk: Desk) -> None:
    content = bytes(range(256)) * 5_000

    answer = desk.send(content, "..%2F..%2Fetc%2FListe%20%C3%A4.zip")

    assert answer.status_code == 200, answer.text
    told = answer.json()
    row = next(each for each in desk.rows() if str(each["public_id"]) == told["key"])
    assert (row["name"], row["bytes"], row["purpose"]) == ("Liste ä.zip", len(content), "roster")
    assert row["sha256"] == sha256(content).hexdigest()
    assert row["sent_by"] == str(desk.campus.people[ADMINISTRATOR].public_id)
    assert row["kept_until"] - row["received_at"] == KEPT
    path = desk.folder.of(own_address(desk.application.services.database, desk.campus.organisation_id)) / told["key"]
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with desk.application.services.database.transaction(DatabaseRole.JOBS, desk.campus.organisation_id) as connection:
        trail = connection.execute(
            text("SELECT actor, detail FROM audit_log WHERE action = 'organisation.file_sent' ORDER BY audit_id DESC")
        ).first()
    assert trail is not None
    assert (trail.actor, trail.detail["upload"]) == (row["sent_by"], told["key"])
    assert "Liste" not in str(trail.detail)


def test_a_file_much_larger_than_what_a_process_holds_is_never_in_memory(desk: Desk) -> None:
    piece, pieces = b"x" * 1_000_000, 300
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def content() -> Iterator[bytes]:
        for _ in range(pieces):
            yield piece

    size = {"Content-Length": str(len(piece) * pieces)}
    answer = desk.send(content(), headers=size)

    assert answer.json()["bytes"] == len(piece) * pieces
    # Kilobytes, of sender and server together: they are one process here.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_an_upload_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 1_000_000
        raise ConnectionError

    with nothing_stays(desk):
        with pytest.raises(ConnectionError):
            desk.send(broken(), headers={"Content-Length": "5000000"})
        # The server has noticed once what it had begun is gone.
        for _ in range(200):
            if not [path for path in desk.files() if path.suffix == ".part"]:
                break
            httpx.get(f"{desk.base}/sign-in", timeout=20)


def test_a_sender_who_falls_silent_is_told_and_leaves_nothing(desk: Desk) -> None:
    receiver = desk.application.pages.receiver
    patience, receiver.silent_seconds = receiver.silent_seconds, 0.5
    try:
        with nothing_stays(desk):
            assert desk.begin(2, b"x").startswith(b"HTTP/1.1 408 ")
    finally:
        receiver.silent_seconds = patience


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"by": "Tess Thorne"}, 404, id="a teacher"),
        pytest.param({"by": "Ada Abel"}, 404, id="a learner"),
        pytest.param({"to": "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"}, 404, id="another organisation"),
        pytest.param({"to": "x"}, 405, id="no organisation"),
        pytest.param({"purpose": "other"}, 400, id="for nothing that there is"),
        pytest.param({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403, id="from another site"),
        pytest.param({"headers": {"Origin": "https://evil.example"}}, 403, id="from another origin"),
        pytest.param({"headers": {"Authorization": "Bearer forged"}}, 401, id="by a forged bearer"),
    ],
)
def test_nobody_else_may_send(desk: Desk, changed: dict[str, Any], status: int) -> None:
    with nothing_stays(desk):
        assert desk.send(b"x" * 1_000, **changed).status_code == status


def test_what_would_be_refused_is_refused_when_it_is_asked_for(desk: Desk) -> None:
    def ask(size: object) -> httpx.Response:
        return desk.send({"json": {"bytes": size}}, method="POST")

    with nothing_stays(desk):
        assert ask(LIMIT).status_code == 204
        assert (ask(LIMIT + 1).status_code, ask(LIMIT + 1).json()) == (413, {"limit": LIMIT})
        assert [ask(size).status_code for size in (0, -1, None, "many", 1.5)] == [411] * 5
        nested = b"[" * 5_000 + b"]" * 5_000
        as_json = {"Content-Type": "application/json"}
        assert desk.send(nested, method="POST", headers=as_json).status_code == 411
        assert desk.send(b"").status_code == 411
        assert desk.begin(LIMIT + 1, b"").startswith(b"HTTP/1.1 413 ")


def test_a_disk_without_room_takes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashapp.data.upload_files.RESERVE", 1 << 60)
    with nothing_stays(desk):
        assert desk.send(b"x").status_code == 507


def test_when_as_many_arrive_as_may_the_next_one_is_told(desk: Desk) -> None:
    receiver = desk.application.pages.receiver
    most, receiver.at_once = receiver.at_once, 0
    try:
        with nothing_stays(desk):
            answer = desk.send(b"x")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    finally:
        receiver.at_once = most


def test_files_go_when_their_time_is_over_and_stay_while_work_on_them_asks_for_it(desk: Desk) -> None:
    services, organisation = desk.application.services, desk.campus.organisation_id
    keys = [desk.send(b"x" * count).json()["key"] for count in (1, 2)]
    found = _found(desk, keys)
    with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        keep_uploads(connection, organisation, [found[1].key], found[1].kept_until + timedelta(days=30))
        keep_uploads(connection, organisation, [found[1].key], found[1].received_at)
    later = Uploads(services.settings, services.database, lambda: system_clock() + KEPT)

    later.run(Signal())
    _age(desk.files())
    later.run(Signal())

    assert [each.key for each in _found(desk, keys)] == [found[1].key]
    assert [path.name for path in desk.files()] == [str(found[1].key)]


def test_what_a_killed_process_has_left_goes_and_what_has_just_come_stays(desk: Desk) -> None:
    own = own_address(desk.application.services.database, desk.campus.organisation_id)
    desk.folder.make(own)
    old, fresh = (desk.folder.of(own) / f"{name}.part" for name in ("old", "fresh"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    _age([old])

    services = desk.application.services
    Uploads(services.settings, services.database, system_clock).run(Signal())

    assert (old.exists(), fresh.exists()) == (False, True)
    fresh.unlink()


def test_a_file_is_found_by_its_own_organisation_and_for_what_it_was_sent(desk: Desk) -> None:
    key = desk.send(b"x").json()["key"]

    assert [str(each.key) for each in _found(desk, [key, key])] == [key]
    assert _found(desk, [key], Purpose.HISTORY) == ()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("C:\\Users\\Ada\\roster.zip", "roster.zip"),
        ("../../etc/passwd", "passwd"),
        ("a\0b\n\u202ec.csv", "abc.csv"),
        ("", "file"),
        ("..", "file"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_a_name_is_shown_without_folders_and_without_what_cannot_be_seen(said: str, shown: str) -> None:
    assert plain_name(said) == shown


def _found(desk: Desk, keys: list[str], purpose: Purpose = Purpose.ROSTER) -> tuple[Upload, ...]:
    database, organisation = desk.application.services.database, desk.campus.organisation_id
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        return find_uploads(connection, organisation, [UUID(key) for key in keys], purpose)


def _age(paths: list[Path]) -> None:
    for path in paths:
        os.utime(path, (1, 1))
