"""`python -m dashapp.web.ticks`: `/live` in a process of its own, which the proxy in front asks in the service's place.

Where many look on at once, threads of the web process compute pages most of the time, and ticks share Python's lock
with them. A process that computes no pages has its own. It keeps what `/live` needs in its memory, as the web process
does: sessions, rights and versions, followed from the database.
"""

import argparse
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread
from typing import Final
from urllib.parse import urlsplit

from prometheus_client import start_http_server

from dashapp.data.changes import ChangeWatcher, Rhythm
from dashapp.data.database import Database, database_from
from dashapp.data.pace import Pace
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.errors import AnalyticsError, SettingsError
from dashapp.observability.logging import configure_logging, get_logger
from dashapp.observability.metrics import Metrics, build_metrics
from dashapp.security.principals import Principals
from dashapp.security.rights import Rights
from dashapp.security.sessions import COOKIE, Sessions, named_cookie
from dashapp.security.topics import Topics
from dashapp.settings import Settings, load_settings
from dashapp.web.live import AsgiScope, LiveApp, Receive, Send
from dashapp.web.measuring import LiveStopwatch
from dashapp.web.serve import (
    Ending,
    QuietServer,
    collect_seldom,
    listening_at,
    raise_file_limit,
    server_config,
)

log = get_logger(__name__)

ALIVE: Final = "/health/live"
SWITCH_SECONDS: Final = 0.00005
"""For how long a thread that follows rights, sessions or versions keeps Python to itself while the event loop waits for
it: for each of a thousand questions a second, it waits anew."""

WHOLE_SECONDS: Final = 600.0
"""Between two looks for garbage among everything."""
NEVER: Final = 1_000_000
"""So many collections of what is younger do not come."""
PRIORITY: Final = -10
"""In the system's own numbers, of which others have 0 and less is sooner."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 0 after an orderly end, 1 where something that is needed cannot be had, 2 for a wrong
    setting."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        configure_logging(settings)
        raise_file_limit()
        sys.setswitchinterval(SWITCH_SECONDS)
        go_before_others()
        _serve(settings, options)
    except KeyboardInterrupt:
        return 0
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, SettingsError) else 1
    return 0


def go_before_others(process: int = 0) -> None:
    """Has the machine run a process, by default this one, first where several want to, if this one may ask for that.

    A tick is short, and there are many of them: behind what computes pages and counts events, each would wait its turn.
    """
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, process, PRIORITY)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashapp.web.ticks", description="Answers /live, and nothing else.")
    parser.add_argument("--port", type=int, help="by default that of the setting PORT")
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus' metrics on this port")
    return parser


def _serve(settings: Settings, options: argparse.Namespace) -> None:
    ending, metrics = Ending(), build_metrics()
    with ending.heard(), ExitStack() as stack:
        listening = stack.enter_context(listening_at(settings.host, options.port or settings.port))
        database = database_from(settings)
        stack.callback(database.close)
        app = stack.enter_context(ticking(settings, database, metrics))
        if options.metrics_port is not None:
            start_http_server(options.metrics_port, registry=metrics.registry)
        ending.server = server = QuietServer(server_config(app, settings))
        ending.check()
        collect_seldom()
        stack.enter_context(whole_collections_seldom())
        log.info("ticks.started")
        server.run(sockets=[listening])
        log.info("ticks.ended")


@contextmanager
def whole_collections_seldom() -> Iterator[None]:
    """Inside the block Python looks for garbage among what is young, and every `WHOLE_SECONDS` among everything.

    With ten thousand connections everything is a million objects and takes a second, in which nobody is answered; by
    itself Python would do so several times a minute, since the rights that are read again are many new objects.
    """
    before, ended = gc.get_threshold(), Event()

    def collect() -> None:
        while not ended.wait(WHOLE_SECONDS):
            gc.collect()

    gc.set_threshold(*before[:2], NEVER)
    thread = Thread(target=collect, name="garbage", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        gc.set_threshold(*before)


@contextmanager
def ticking(settings: Settings, database: Database, metrics: Metrics, clock: Clock = system_clock) -> Iterator[LiveApp]:
    """The app, with the threads that follow the database; they end with the block."""
    address = urlsplit(settings.public_url)
    # A page that hears of a turn asks for data at once: by then the web processes have to know of it, too.
    rhythm = Rhythm(read_by=1.5 * Rhythm().read_by, late=settings.real_time_lag_threshold / 1000)
    pace = Pace()
    live = ChangeWatcher(database, clock, rhythm, pace)
    sessions = Sessions(settings.secret_keys, clock, database)
    rights = Rights(database, clock, Principals(database, clock))
    path, topics = f"{address.path}/live", Topics(settings.secret_keys)
    timed, cookie = LiveStopwatch(metrics, path), named_cookie(COOKIE, settings.public_url)
    with ExitStack() as stack:
        for part in (live, sessions, rights):
            stack.callback(part.stop)
            part.start()
        yield LiveApp(_nothing_else, path, sessions, topics, live, timed, rights, cookie, pace.may_tell)


async def _nothing_else(scope: AsgiScope, _receive: Receive, send: Send) -> None:
    """That the process lives, for its supervisor; all other addresses are the web process's."""
    if scope["type"] != "http":
        await send({"type": "websocket.close"})
        return
    status, body = (200, b"ok") if scope["path"].endswith(ALIVE) else (404, b"")
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    sys.exit(main())
