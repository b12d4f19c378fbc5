"""How fast a roster becomes roles: `python -m benchmarks.roster [--members 5000] [--page 1000]`.

A platform on the loopback gives a roster over HTTP; it is read and written as the service does after a launch: first of
a course that nobody has a role in, then the same again, then with a tenth of the members gone. Yardstick of the same
run: the pages are read and parsed, and nothing is written.
"""

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.machine import machine
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.lookup import create_courses, find_courses
from dashapp.data.store.lti.launches import KnownContext
from dashapp.data.store.lti.members import limits_from
from dashapp.data.store.lti.platforms import NewPlatform, Platform, add_platform, read_platform
from dashapp.data.store.organisations import create_organisation
from dashapp.domain.clock import system_clock
from dashapp.domain.events import Identifier
from dashapp.domain.keys import CourseId
from dashapp.security.lti.rosters import Rosters
from dashapp.security.lti.services import PlatformServices
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.outgoing import Outgoing
from dashapp.settings import load_settings

TARGET = 10.0
"""Seconds for 5,000 members."""


class Course:
    """The members of a course of the platform, and how many it gives at once."""

    def __init__(self, members: int, page: int) -> None:
        self.members = [_member(number) for number in range(members)]
        self.page = page


def _member(number: int) -> dict[str, Any]:
    return {
        "status": "Active",
        "user_id": f"user-{number}",
        "roles": ["Instructor" if number < 5 else "Learner"],
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "email": f"user-{number}@platform.example",
    }


def _server(course: Course) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say({"access_token": "token", "token_type": "bearer"})

        def do_GET(self) -> None:
            first = int(parse_qs(urlsplit(self.path).query).get("first", ["0"])[0])
            last = first + course.page
            link = (
                f'<http://{self.headers["Host"]}/roster?first={last}>; rel="next"' if last < len(course.members) else ""
            )
            self._say({"context": {"id": "course"}, "members": course.members[first:last]}, link)

        def _say(self, value: object, link: str = "") -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            if link:
                self.send_header("Link", link)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and the figures; 1 where the first reading is over its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster", description=__doc__)
    parser.add_argument("--members", type=int, default=5000)
    parser.add_argument("--page", type=int, default=1000, help="members on a page")
    chosen = parser.parse_args(arguments)
    print(machine(), flush=True)
    course = Course(chosen.members, chosen.page)
    server = _server(course)
    with tempfile.TemporaryDirectory(prefix="roster-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            return _measure(database, course, f"http://127.0.0.1:{server.server_port}")
        finally:
            database.close()
            server.shutdown()


def _measure(database: Database, course: Course, url: str) -> int:
    platform, context = _registered(database, url)
    settings = load_settings(_env_file=None, demo=False, outgoing_networks="127.0.0.0/8")
    keys = SigningKeys(database, settings.secret_keys, system_clock)
    services = PlatformServices(Outgoing(settings), keys, system_clock)
    rosters = Rosters(database, system_clock, services, limits_from(365, int(timedelta(minutes=5).total_seconds())))
    services.roster(platform, "course", f"{url}/roster")  # the key is made at the first use
    began = perf_counter()
    services.roster(platform, "course", f"{url}/roster")
    yardstick = perf_counter() - began
    print(f"yardstick (read and parsed only): {yardstick:.2f} s", flush=True)
    first = 0.0
    for name, members in (("first", course.members), ("again", course.members), ("a tenth gone", course.members[:-1])):
        course.members = members if name != "a tenth gone" else members[: len(members) * 9 // 10]
        began = perf_counter()
        stated = rosters.sync(platform, context)
        taken = perf_counter() - began
        first = first or taken
        assert stated is not None
        said = f"{stated.begun} roles begun, {stated.ended} ended"
        print(
            f"{name}, {len(course.members):,} members: {taken:.2f} s, {taken / yardstick:.1f} × the yardstick ({said})"
        )
    return 0 if first <= TARGET else 1


def _registered(database: Database, url: str) -> tuple[Platform, KnownContext]:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, "north", "North", "Europe/Berlin")
    new = NewPlatform(
        "Platform", url, "client", f"{url}/auth", f"{url}/token", f"{url}/keys", "benchmark", system_clock(), True
    )
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        platform = read_platform(connection, organisation, add_platform(connection, organisation, new))
    name = Identifier(url, "course", "course")
    with database.transaction(DatabaseRole.INGEST, organisation) as connection:
        create_courses(connection, organisation, [name])
        course = find_courses(connection, organisation, [name])[name]
    assert platform is not None
    return platform, KnownContext(platform.platform_id, "1", "course", CourseId(course), f"{url}/roster", None)


if __name__ == "__main__":
    sys.exit(main())
