"""The whole web application on real PostgreSQL, for tests of security, pages and the browser.

A folder's conftest.py takes the fixtures it needs from here by importing them.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from flask.testing import FlaskClient

from dashapp.components import (
    administration,
    audit,
    caseload,
    classroom,
    classroom_work,
    connections,
    contacts,
    course_list,
    courses,
    hindsight,
    history,
    institution,
    institution_further,
    leaving,
    letters,
    people,
    person,
    platforms,
    quality,
    report_builder,
    reports,
    rosters,
    schedule_list,
    sign_in,
    student,
    student_further,
    terms,
    units,
    visibility,
)
from dashapp.data.database import Database
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.keys import PublicId
from dashapp.security.sessions import COOKIE
from dashapp.settings import Settings, load_settings
from dashapp.web.application import Application, create_app
from dashapp.web.at_once import AtOnceProtocol
from dashapp.web.serve import QuietServer
from tests.campus import Campus, build_campus
from tests.servers import TestDatabases, free_port


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a cookie jar, who can ask as the browser does."""

    client: FlaskClient
    application: Application

    def sign_in(self, campus: Campus, name: str) -> "Visitor":
        """Becomes somebody, as after the sign-in page."""
        person = campus.people[name]
        cookie = self.application.guard.sessions.issue(campus.organisation_id, person.public_id)
        self.client.set_cookie(self.application.guard.cookie(COOKIE), cookie)
        return self

    def ask(self, output: str, values: dict[str, Any], /, **changes: Any) -> Any:
        """Posts one callback whose output's name begins with `output`; `values` by `id.property`, the others None.

        `changes` replace parts of the body, as a forger would. Gives Flask's response.
        """
        body = {**body_of(self.application, output, values), **changes}
        return self.client.post("/_dash-update-component", json=body)


def body_of(application: Application, output: str, values: dict[str, Any]) -> dict[str, Any]:
    """The body that Dash's own script would send for a callback."""
    name = next(name for name in application.guard.doors if name.lstrip(".").startswith(output))
    registered = application.dash.callback_map[name]
    outputs = registered["output"]
    listed = outputs if isinstance(outputs, list) else [outputs]

    def place(dependency: dict[str, Any]) -> Any:
        if dependency["id"].startswith("{"):
            # The components of a pattern: as the browser lists them, or by its type the values by row.
            if dependency["id"] in values:
                return values[dependency["id"]]
            pattern, prop = json.loads(dependency["id"]), dependency["property"]
            rows = values.get(pattern.get("type"), {})
            return [{"id": {**pattern, "row": row}, "property": prop, "value": value} for row, value in rows.items()]
        key = f"{dependency['id']}.{dependency['property']}"
        return {"id": dependency["id"], "property": dependency["property"], "value": values.get(key)}

    def target(dependency: Any) -> Any:
        found = dependency.to_dict()
        if found["id"].startswith("{"):
            pattern = json.loads(found["id"])
            cards = _cards_of(pattern["page"])
            return [{"id": {**pattern, "card": card}, "property": found["property"]} for card in cards]
        return {"id": found["id"], "property": found["property"]}

    targets = [target(each) for each in listed]
    return {
        "output": name,
        "outputs": targets if isinstance(outputs, list) else targets[0],
        "inputs": [place(each) for each in registered["inputs"]],
        "state": [place(each) for each in registered["state"]],
        "changedPropIds": [],
    }


def _cards_of(page: str) -> Sequence[str]:
    learners = (student, caseload, classroom, courses)
    parts = (classroom_work, hindsight, student_further, institution_further, contacts)
    decided = (people, person, sign_in, connections, history, platforms, terms, visibility, rosters, leaving)
    teaching = (course_list, units)
    pages = (
        *learners,
        institution,
        administration,
        *decided,
        quality,
        letters,
        audit,
        *teaching,
        reports,
        report_builder,
        schedule_list,
    )
    cards: dict[str, Sequence[str]] = {each.PAGE: each.CARDS for each in pages} | {
        each.PART: each.CARDS for each in parts
    }
    return cards[page]


def address(public_id: PublicId | str | None, *, embedded: bool = False) -> dict[str, Any]:
    """The value of the Store in which a page's layout says where it stands."""
    named = None if public_id is None else str(public_id)
    return {"shell-address.data": {"id": named, "embedded": embedded}}


def web_settings(database: Database, **values: Any) -> Settings:
    """Settings for an app on this database; what it puts in by itself (demo, ingest) is left out."""
    url = database.url.render_as_string(hide_password=False)
    return load_settings(_env_file=None, database_url=url, demo=False, ingest_thread=False, **values)


@contextmanager
def application_on(
    database: Database, campus: Campus | None = None, clock: Clock = system_clock, **values: Any
) -> Iterator[Application]:
    """An app on this database, whose sign-in offers the people of the campus."""

    def people(_database: Database) -> list[Any]:
        return campus.sign_in_choices() if campus else []

    application = create_app(web_settings(database, **values), database=database, clock=clock, demo_people=people)
    try:
        yield application
    finally:
        application.studio.close()
        application.rights.stop()
        application.guard.sessions.stop()
        application.services.live.stop()


@contextmanager
def serving(
    application: Application, port: int | None = None, host: str = "127.0.0.1", tls: Path | None = None
) -> Iterator[str]:
    """The app behind uvicorn on a port of the loopback, by default a free one; gives its address.

    `tls`: a folder with `certificate.pem` and `key.pem`.
    """
    port = port or free_port()
    config = uvicorn.Config(
        application.asgi,
        host=host,
        port=port,
        ssl_certfile=tls and tls / "certificate.pem",
        ssl_keyfile=tls and tls / "key.pem",
        http=partial(AtOnceProtocol, live=application.asgi),  # type: ignore[arg-type]  # called like a class
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = QuietServer(config)
    started = threading.Event()
    startup = server.startup

    async def announce(*args: Any, **named: Any) -> None:
        await startup(*args, **named)
        started.set()

    server.startup = announce  # type: ignore[method-assign]  # the only place where uvicorn tells that it listens
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(20), "the web server did not start"
    try:
        yield f"{'https' if tls else 'http'}://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def campus(module_database: Database) -> Campus:
    """The small campus, loaded once for a module."""
    return build_campus(web_settings(module_database), module_database)


@pytest.fixture(scope="module")
def application(module_database: Database, campus: Campus) -> Iterator[Application]:
    """The app on the small campus."""
    with application_on(module_database, campus) as made:
        yield made


@pytest.fixture
def visitor(application: Application) -> Callable[[], Visitor]:
    """Makes a further stranger."""
    return lambda: Visitor(application.server.test_client(), application)


@pytest.fixture
def studied_campus(postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]) -> Iterator[Campus]:
    """A small campus of this test's own, for tests that change it."""
    with _copied(databases_of(postgres_admin_url), studied=True) as campus:
        yield campus


@pytest.fixture
def new_campus(postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]) -> Iterator[Campus]:
    """The same on its first day."""
    with _copied(databases_of(postgres_admin_url), studied=False) as campus:
        yield campus


@contextmanager
def _copied(databases: TestDatabases, *, studied: bool) -> Iterator[Campus]:
    def fill(database: Database) -> Campus:
        return build_campus(web_settings(database), database, studied=studied)

    with databases.filled(f"campus, {studied=}", fill) as (database, made):
        yield replace(made, database=database, settings=web_settings(database), people=dict(made.people))
