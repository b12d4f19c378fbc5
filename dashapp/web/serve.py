"""What `make run` starts: database, migration, demo campus, ingest, web server; and how all of it ends.

Exit codes: 0 after a request to end, 1 where something that is needed cannot be had, 2 for a wrong setting.
"""

import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread
from time import monotonic
from types import FrameType
from typing import Final, TextIO

import uvicorn

from dashapp.api.memory import keep_one_arena
from dashapp.data.database import database_from
from dashapp.data.migrations import migrate
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.errors import AnalyticsError, SettingsError, Unavailable
from dashapp.jobs.registry import jobs_of
from dashapp.jobs.running import JobRunner
from dashapp.observability.logging import configure_logging, get_logger
from dashapp.security.set_up import FirstStart
from dashapp.settings import Settings, load_settings
from dashapp.web.application import Application, create_app
from dashapp.web.at_once import AtOnceProtocol
from dashapp.web.live import LiveApp
from ingest.demo import demo_people, demo_stream, ensure_demo_campus
from ingest.loop import ingest_from

log = get_logger(__name__)

KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the slowest rate at which pages ask, so that a page keeps one connection."""
GRACE_SECONDS: Final = 2
"""For answers that are under way when the end is asked for."""
RETRY_SECONDS: Final = 5.0
SWITCH_SECONDS: Final = 0.0005
"""For how long a thread that computes a page keeps Python to itself while the event loop waits for it, which answers
every open page; Python's own choice is ten times that."""
BACKLOG: Final = 4096
COLLECT_AFTER: Final = 10_000
"""Objects more than there were, from which on Python looks for garbage; its own choice is 700."""


@dataclass(slots=True)
class Ending:
    """Hears SIGINT and SIGTERM. The first asks for an end, a second one does not wait for it."""

    asked: Event = field(default_factory=Event)
    server: uvicorn.Server | None = None

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hears the signals inside the block."""
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def check(self) -> None:
        """Raises KeyboardInterrupt between two steps of the start when the end was asked for."""
        if self.asked.is_set():
            raise KeyboardInterrupt

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked.is_set() and self.server is not None:
            self.server.force_exit = True
        self.asked.set()
        if self.server is not None:
            self.server.should_exit = True


class QuietServer(uvicorn.Server):
    """uvicorn without signal handlers of its own: it would raise the signal again before we have cleaned up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to `Ending`."""
        yield


@dataclass(frozen=True, slots=True)
class Teller:
    """Says in the terminal how far the start is."""

    stream: TextIO
    begun: float = field(default_factory=monotonic)

    def __call__(self, sentence: str) -> None:
        """One line."""
        self.stream.write(f"[{monotonic() - self.begun:5.1f} s] {sentence}\n")
        self.stream.flush()


def main() -> int:
    """Runs the service until it is asked to end; gives the exit code."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings)
    keep_one_arena()
    raise_file_limit()
    sys.setswitchinterval(SWITCH_SECONDS)
    return serve(settings, Teller(sys.stdout))


def serve(settings: Settings, tell: Callable[[str], None], clock: Clock = system_clock) -> int:
    """Runs the service with these settings; `tell` gets a sentence at each step."""
    ending = Ending()
    try:
        with ending.heard(), ExitStack() as stack:
            listening = stack.enter_context(listening_at(settings.host, settings.port))
            _run(settings, tell, clock, (ending, stack, listening))
    except KeyboardInterrupt:
        pass
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, SettingsError) else 1
    tell("Ended.")
    return 0


def _run(
    settings: Settings, tell: Callable[[str], None], clock: Clock, holding: tuple[Ending, ExitStack, socket.socket]
) -> None:
    ending, stack, listening = holding
    tell("Starting the database." if settings.database_url is None else "Connecting to the database.")
    database = database_from(settings)
    stack.callback(database.close)
    ending.check()
    migrate(database)
    ending.check()
    application = create_app(
        settings, database=database, clock=clock, demo_people=demo_people if settings.demo else None
    )
    stack.callback(application.close)
    ending.check()
    background = Background(application, tell, clock)
    stack.callback(background.stop)
    background.start()
    server = QuietServer(server_config(application.asgi, settings))
    ending.server = server
    ending.check()
    tell(f"Open {settings.public_url} in a browser. Ctrl-C ends the service.")
    if not settings.demo:
        FirstStart(database, settings.secret_keys).announce(settings.public_url)
    collect_seldom()
    server.run(sockets=[listening])
    tell("Ending.")


def raise_file_limit() -> None:
    """As many open files as the machine lets this process have: each open page keeps one, and the usual 1,024 would
    refuse all further ones."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # a machine may name more than it gives
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def collect_seldom() -> None:
    """Leaves out of every later garbage collection what exists now: some 170,000 objects of modules and libraries.

    Otherwise a full collection looks through all of them, some 50 ms in the middle of somebody's request. And what a
    page makes, some thousands of objects that are gone with it, is no reason to look for garbage a dozen times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def server_config(app: LiveApp, settings: Settings) -> uvicorn.Config:
    """How the web server holds its connections."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=partial(AtOnceProtocol, live=app),  # type: ignore[arg-type]  # called like the class that it wants
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
    )


@contextmanager
def listening_at(host: str, port: int) -> Iterator[socket.socket]:
    """The socket, taken before anything is started: who finds the port in use hears of it at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            where = f"{host}:{port}"
            words = f"{where} cannot be used ({os.strerror(error.errno or 0).lower()}). Set PORT to another number."
            raise Unavailable(words) from None
        listening.listen(BACKLOG)
        yield listening


class Background:
    """What runs beside the web server: the ingest thread, the jobs, in development the demo campus with its events.

    The campus is made while pages are already served: they show it growing.
    """

    def __init__(self, application: Application, tell: Callable[[str], None], clock: Clock) -> None:
        self._application = application
        self._tell = tell
        self._clock = clock
        self._stopping = Event()
        self._started = ExitStack()
        self._thread = Thread(target=self._run, name="background-start", daemon=True)

    def start(self) -> None:
        """Starts everything without waiting for it."""
        services = self._application.services
        if services.settings.ingest_thread:
            ingest = ingest_from(services.settings, services.database, self._application.metrics)
            ingest.start()
            self._started.callback(ingest.stop)
        if services.settings.jobs_thread:
            jobs = jobs_of(services.settings, services.database, self._clock)
            runner = JobRunner(services.database, jobs, self._application.job_gauges)
            runner.start()
            self._started.callback(runner.stop)
        if services.settings.demo:
            self._thread.start()

    def stop(self) -> None:
        """Ends everything that was started."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._started.close()

    def _run(self) -> None:
        """Makes the campus, then lets it live. What is away is tried again."""
        services = self._application.services
        while not self._stopping.is_set():
            try:
                campus = ensure_demo_campus(services.settings, services.database, self._clock, self._progress)
                stream = demo_stream(services.settings, services.database, campus, self._clock)
                stream.start()
                self._started.callback(stream.stop)
                return
            except Stopped:
                return
            except Unavailable as error:
                log.warning("demo.waiting", error=str(error))
                self._stopping.wait(RETRY_SECONDS)
            except Exception as error:
                log.error("demo.failed", exc_info=error)
                return

    def _progress(self, sentence: str) -> None:
        if self._stopping.is_set():
            raise Stopped
        self._tell(sentence)


class Stopped(Exception):
    """The service ends while the campus is being made; the next start goes on with it."""
