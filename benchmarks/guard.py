"""What the guard, the session and the scope add to a callback and to a live tick: `python -m benchmarks.guard`.

The same callback of the same app is asked in turns as it is, and with a guard that believes a constant; the difference
is what it costs to know who asks. So with the live tick. Yardstick of the same run: one HMAC over the session's text.
"""

import argparse
import hmac
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from flask import g

from benchmarks.asking import administrator_of_college
from benchmarks.machine import machine
from dashapp.data.database import Database, embedded_database
from dashapp.data.migrations import migrate
from dashapp.domain.principal import Principal
from dashapp.domain.scope import scope_for_institution
from dashapp.security.sessions import COOKIE, Session
from dashapp.security.topics import Topic, Topics
from dashapp.settings import load_settings
from dashapp.web.application import Application, create_app
from dashapp.web.live import LiveApp
from dashapp.web.serve import collect_seldom

CALLBACK_TARGET, TICK_TARGET = 1.0, 0.2
"""Milliseconds."""


@dataclass(frozen=True)
class Believing:
    """A session and a topic that are believed without looking."""

    session: Session
    topic: Topic

    def glance(self, _text: str) -> Session:
        """The session."""
        return self.session

    def read(self, _text: str) -> Topic:
        """The topic."""
        return self.topic

    def holds(self, _session: Session, _topic: Topic) -> bool:
        """That the right to it lasts."""
        return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and both figures; 1 where one of them is over its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="guard-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            return _measure(database, chosen.rounds)
        finally:
            database.close()


def _measure(database: Database, rounds: int) -> int:
    organisation, public_id = administrator_of_college(database)
    url = database.url.render_as_string(hide_password=False)
    settings = load_settings(_env_file=None, database_url=url, demo=False, ingest_thread=False)
    application = create_app(settings, database=database, demo_people=lambda _database: [])
    try:
        text = application.guard.sessions.issue(organisation, public_id)
        session = application.guard.sessions.read(text)
        assert session is not None
        principal = application.guard.find_principal(session)
        assert principal is not None
        collect_seldom()
        print(machine())
        callback = _callback(application, (text, session, principal), rounds)
        tick = _tick(application, (text, session, principal), rounds * 10)
        key = b"k" * 32
        yardstick = _each(lambda: hmac.digest(key, text.encode(), "sha256"), rounds * 10)
        print(f"yardstick, one HMAC over the session's text: {yardstick * 1000:.2f} µs")
        return 0 if callback <= CALLBACK_TARGET and tick <= TICK_TARGET else 1
    finally:
        application.rights.stop()
        application.guard.sessions.stop()
        application.collectors.stop()
        application.pages.stop()
        application.services.live.stop()


Known = tuple[str, Session, Principal]


def _callback(application: Application, known: Known, rounds: int) -> float:
    """Milliseconds that are added to a callback."""
    text, session, principal = known
    name = next(door for door in application.guard.doors if door.startswith("home-location"))
    body = {
        "output": name,
        "outputs": {"id": "home-location", "property": "href"},
        "inputs": [{"id": "home-asked", "property": "data", "value": True}],
        "changedPropIds": [],
    }
    client = application.server.test_client()
    client.set_cookie(COOKIE, text)
    hooks = application.server.before_request_funcs[None]
    place = hooks.index(application.guard._check)

    def believe() -> None:
        g.session, g.principal = session, principal

    def ask(hook: Callable[[], Any]) -> float:
        hooks[place] = hook
        begun = perf_counter()
        answer = client.post("/_dash-update-component", json=body)
        took = perf_counter() - begun
        assert answer.status_code == 200, answer.status_code
        return took * 1000

    for _ in range(200):
        ask(application.guard._check)
        ask(believe)
    pairs = [(ask(application.guard._check), ask(believe)) for _ in range(rounds)]
    guarded, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
    scope = _each(lambda: scope_for_institution(principal), rounds)
    added: float = guarded - plain + scope
    print(f"callback: {guarded:.3f} ms guarded, {plain:.3f} ms believing (medians of {rounds:,} in turns)")
    print(f"          guard and session add {guarded - plain:.3f} ms, a scope {scope:.4f} ms: {added:.3f} ms together")
    print(f"          target {CALLBACK_TARGET} ms")
    return added


def _tick(application: Application, known: Known, rounds: int) -> float:
    """Milliseconds that are added to a live tick."""
    text, session, principal = known
    asgi = application.asgi
    assert isinstance(asgi, LiveApp)
    topic = Topic(principal.organisation_id, principal.public_id)
    signed = Topics(application.services.settings.secret_keys).sign(topic)
    believing: Any = Believing(session, topic)
    plain = LiveApp(asgi.inner, asgi.path, believing, believing, asgi.live, asgi.timed, believing)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/live",
        "query_string": f"topic={signed}".encode(),
        "headers": [(b"cookie", f"{COOKIE}={text}".encode()), (b"user-agent", b"x" * 100)],
    }
    # The first one wakes the thread that reads the right.
    while asgi._answer(scope)[0] == 204:
        sleep(0.01)
    assert asgi._answer(scope)[0] == plain._answer(scope)[0] == 200
    sides = (lambda: asgi._answer(scope), lambda: plain._answer(scope))
    pairs = [tuple(_each(side, 200) for side in sides) for _ in range(rounds // 200)]
    guarded, believed = (statistics.median(side) for side in zip(*pairs, strict=True))
    added: float = guarded - believed
    print(
        f"live tick: {guarded * 1000:.1f} µs guarded, {believed * 1000:.1f} µs believing: {added * 1000:.1f} µs added"
    )
    print(f"          target {TICK_TARGET * 1000:.0f} µs")
    return added


def _each(do: Callable[[], object], rounds: int) -> float:
    """Milliseconds of one call."""
    begun = perf_counter()
    for _ in range(rounds):
        do()
    return (perf_counter() - begun) * 1000 / rounds


if __name__ == "__main__":
    sys.exit(main())
