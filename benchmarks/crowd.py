"""Many open pages at once: `python -m benchmarks.crowd [--pages 2000 5000 10000] [--seconds 60]`.

Every page keeps a connection and asks `/live` every 5 s; nine of ten are learners' own pages, one of a hundred an
institution's, the others classrooms. `/live` is answered by `dashapp.web.ticks`, to which a proxy in front would send
it, or with `--together` by the web process itself. Meanwhile 1,000 events/s arrive over 300 courses, and a page that
hears of a change asks for its data. Pages stand open when the measuring begins, so the data of each classroom and of
the institution have been asked for once: what opening pages costs `benchmarks.dashboards` says. The service, ingest,
PostgreSQL, the program that plays the pages and this one, which sends the events, share the machine; each says what it
takes of the cores. Yardstick of the same run: the same pages at a server that answers every question with one constant.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import msgspec
import orjson
import psutil  # type: ignore[import-untyped]  # it ships no types

from benchmarks.asking import body_of
from benchmarks.crowd_campus import Crowd, read_crowd, write_crowd
from benchmarks.crowd_events import Stream, Studying
from benchmarks.crowd_load import Outcome, Plan, PlannedPage, raise_file_limit
from benchmarks.machine import machine
from benchmarks.sites import REPOSITORY, await_answer, running
from dashapp.components import classroom, institution, student
from dashapp.data.database import Database, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.queries.organisations import own_address
from dashapp.domain.keys import CourseId, PersonId, PublicId
from dashapp.security.sessions import COOKIE
from dashapp.security.topics import Topic, Topics
from dashapp.settings import Settings, load_settings
from dashapp.web.application import Application, create_app
from dashapp.web.ticks import go_before_others

TICKS_TARGET, CALLBACKS_TARGET = 50.0, 500.0
"""Milliseconds, the 95th of a hundred."""
PORT, CONSTANT_PORT, TICKS_PORT = 3131, 3132, 3133
NOT_KNOWN = "tick 204"
"""Nothing is told, since it is not known whether the page may still be seen: the next tick asks again."""
CLASSROOMS, INSTITUTIONS = 0.09, 0.01
"""Of all pages; all others are learners' own."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked for on the command line."""

    interval: float
    warm_up: float
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine, the figures and the verdict; 1 where something is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--warm-up", type=float, default=60.0, help="until the pace of news is found")
    parser.add_argument("--interval", type=float, default=5.0, help="seconds between two questions of a page")
    parser.add_argument("--rate", type=int, default=1_000, help="events per second")
    parser.add_argument("--own", type=float, default=0.02, help="of the events, by learners whose own page is open")
    parser.add_argument("--together", action="store_true", help="the web process answers /live, too")
    parser.add_argument("--data-dir", type=Path, help="keeps the campus here for the next run, as it is afterwards")
    options = parser.parse_args(arguments)
    chosen = Chosen(options.interval, options.warm_up, options.seconds)
    print(machine(), flush=True)
    print(f"open files: {raise_file_limit():,} for each process at most", flush=True)
    failed = 0
    with campus(options.data_dir) as (settings, database, crowd):
        pages, bodies = _pages(settings, database, crowd, max(options.pages))
        ticks_port = PORT if options.together else TICKS_PORT
        plans = [Plan(PORT, ticks_port, *_times(chosen), bodies, pages[:count]) for count in options.pages]
        _yardstick(plans[-1], settings.data_dir)
        learners = sum(page.kind == "learner" for page in plans[-1].pages)
        studying = Studying(learners, options.own)
        stream = Stream(database, crowd.source, studying, options.rate, settings.pseudonym_key)
        with _service(settings, database) as parts, ExitStack() as stack:
            _ask_once(plans[-1])
            if options.rate:
                stack.enter_context(stream.going_on())
            for plan in plans:
                failed += _measure(plan, settings.data_dir, parts, lambda: stream.sent)
    return int(failed > 0)


def _times(chosen: Chosen) -> tuple[float, float, float]:
    return chosen.interval, chosen.warm_up, chosen.seconds


@contextmanager
def campus(kept: Path | None) -> Iterator[tuple[Settings, Database, Crowd]]:
    """The crowded campus in a database of its own: that of an earlier run, where it was kept in a folder."""
    with tempfile.TemporaryDirectory(prefix="la-benchmark-") as temporary:
        folder = kept or Path(temporary)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        settings = load_settings(_env_file=None, data_dir=folder, port=PORT, demo=False, ingest_thread=False)
        database = embedded_database(folder / "database")
        try:
            migrate(database)
            yield settings, database, read_crowd(database) or write_crowd(database)
        finally:
            database.close()


# ------------------------------------------------------------------ who has what open


def _pages(settings: Settings, database: Database, crowd: Crowd, count: int) -> tuple[list[PlannedPage], list[str]]:
    """The pages by kinds in turn, so that any number of the first ones is a mix of the same shares; and the bodies that
    ask for their data."""
    url = database.url.render_as_string(hide_password=False)
    application = create_app(
        settings.model_copy(update={"database_url": url}), database=database, demo_people=lambda _database: []
    )
    try:
        bodies = _bodies(application, database, crowd)
        topics, issue = Topics(settings.secret_keys), application.guard.sessions.issue

        def page(kind: str, who: PublicId, topic: Topic, body: int) -> PlannedPage:
            return PlannedPage(kind, issue(crowd.organisation, who), topics.sign(topic), body)

        return list(islice(_mixed(crowd, page), count)), bodies
    finally:
        application.close()


def _mixed(crowd: Crowd, page: Callable[[str, PublicId, Topic, int], PlannedPage]) -> Iterator[PlannedPage]:
    """Without end. The courses of classrooms come in turn, each with a teacher of its own."""
    organisation = crowd.organisation
    learners, deans = iter(crowd.learners), cycle(crowd.administrators)
    rooms = cycle([(number % len(crowd.courses), who) for number, who in enumerate(crowd.teachers)])
    seen = {"classroom": 0, "institution": 0}
    for number in range(1, len(crowd.learners) + 1):
        if seen["institution"] < int(number * INSTITUTIONS):
            seen["institution"] += 1
            _key, public = next(deans)
            yield page("institution", public, Topic(organisation, public), 1)
        elif seen["classroom"] < int(number * CLASSROOMS):
            seen["classroom"] += 1
            place, (_key, public) = next(rooms)
            course = CourseId(crowd.courses[place][0])
            yield page("classroom", public, Topic(organisation, public, course), 2 + place)
        else:
            key, public = next(learners)
            own = Topic(organisation, public, person=PersonId(key))
            yield page("learner", public, own, 0)


def _bodies(application: Application, database: Database, crowd: Crowd) -> list[str]:
    """Of a learner's own page, of the institution's, of each classroom."""

    def body(output: str, address: object, cards: Sequence[str]) -> str:
        values = {
            "shell-screen": {"theme": "light", "narrow": False},
            "shell-address": {"id": address, "embedded": False},
            "shell-version": "0",
        }
        sent = {**body_of(application, output, values, cards), "changedPropIds": ["shell-version.data"]}
        return orjson.dumps(sent).decode()

    institution_id = str(own_address(database, crowd.organisation))
    return [
        body("student-page", None, student.CARDS),
        body("institution-page", institution_id, institution.CARDS),
        *(body("classroom-page", str(public), classroom.CARDS) for _key, public in crowd.courses),
    ]


# ------------------------------------------------------------------ what runs, and what it takes


Parts = Mapping[str, Callable[[], float]]
"""Processor seconds so far."""


@contextmanager
def _service(settings: Settings, database: Database) -> Iterator[Parts]:
    """The web server, the process of the ticks and ingest, each a process; PostgreSQL runs."""
    environment = {**os.environ, "DATA_DIR": str(settings.data_dir), "DEMO": "false", "LOG_LEVEL": "WARNING"}
    commands = {"ingest": ["-m", "ingest"], "ticks": ["-m", "dashapp.web.ticks", "--port", str(TICKS_PORT)]}
    with running(settings, INGEST_THREAD="false", LOG_LEVEL="WARNING"), ExitStack() as stack:
        service = next(each for each in psutil.Process().children() if each.cmdline()[-1] == "app.py")
        parts = {"service": _seconds(service), "PostgreSQL": _postgres(database)}
        for name, command in commands.items():
            process = subprocess.Popen([sys.executable, *command], cwd=REPOSITORY, env=environment)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
            parts[name] = _seconds(psutil.Process(process.pid))
        await_answer(TICKS_PORT)
        yield {**parts, "events": _seconds(psutil.Process())}


def _seconds(process: psutil.Process) -> Callable[[], float]:
    return lambda: float(sum(process.cpu_times()[:2]))


def _postgres(database: Database) -> Callable[[], float]:
    assert database.server is not None
    server = psutil.Process(database.server.postmaster_pid)

    def seconds() -> float:
        """Of those that have ended, too."""
        running = 0.0
        for each in server.children():
            with suppress(psutil.NoSuchProcess):
                running += sum(each.cpu_times()[:2])
        return running + float(sum(server.cpu_times()[2:4]))

    return seconds


def _ask_once(plan: Plan) -> None:
    """Asks for the data of each classroom, of the institution and of a learner's page, as somebody who opens them."""
    connection = HTTPConnection("127.0.0.1", plan.port, timeout=60)
    for page in {page.body: page for page in plan.pages}.values():
        headers = {"Cookie": f"{COOKIE}={page.cookie}", "Content-Type": "application/json"}
        connection.request("POST", "/_dash-update-component", plan.bodies[page.body].encode(), headers)
        with connection.getresponse() as answer:
            if answer.status != 200 or b'"version":"' not in answer.read():
                raise SystemExit(f"A page's data were asked for once, and the answer was {answer.status}.")
    connection.close()


@contextmanager
def _playing(plan: Plan, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The program that plays the pages, from the moment when it measures."""
    path = folder / "plan.json"
    path.write_bytes(msgspec.json.encode(plan))
    player = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.crowd_load", str(path)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert player.stdout is not None
    # It stands for browsers on machines of their own, which do not wait for the processor of the service.
    go_before_others(player.pid)
    try:
        if player.stdout.readline().strip() != "measuring":
            raise SystemExit("The pages did not open.")
        yield player
    finally:
        player.terminate()
        player.wait()
        path.unlink()


def _outcome(player: "subprocess.Popen[str]", folder: Path) -> Outcome:
    """What the program has seen, once it has ended."""
    assert player.stdout is not None
    if player.stdout.readline().strip() != "done":
        raise SystemExit(f"The program that plays the pages ended early, with {player.wait()}.")
    path = folder / "plan.outcome"
    outcome = msgspec.json.decode(path.read_bytes(), type=Outcome)
    path.unlink()
    return outcome


def _yardstick(plan: Plan, folder: Path) -> None:
    """The same pages at a constant, without events."""
    command = [sys.executable, "-m", "benchmarks.crowd_constant", str(CONSTANT_PORT)]
    server = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        alone = msgspec.structs.replace(plan, port=CONSTANT_PORT, ticks_port=CONSTANT_PORT, warm_up=5.0, seconds=15.0)
        with _playing(alone, folder) as player:
            outcome = _outcome(player, folder)
    finally:
        server.terminate()
        server.wait()
    print(f"yardstick, {len(plan.pages):,} pages at a constant: ticks {_spread(outcome.ticks)}", flush=True)


def _measure(plan: Plan, folder: Path, parts: Parts, sent: Callable[[], int]) -> int:
    """Prints what was seen; how many of the aims are missed."""
    with _playing(plan, folder) as player:
        begun, events = perf_counter(), sent()
        before = {name: seconds() for name, seconds in parts.items()}
        outcome = _outcome(player, folder)
        took = perf_counter() - begun
        cores = {name: (seconds() - before[name]) / took for name, seconds in parts.items()}
        rate = (sent() - events) / took
    print(f"\n{len(plan.pages):,} pages every {plan.interval:.0f} s, {rate:,.0f} events/s, for {plan.seconds:.0f} s")
    print(f"  ticks      {len(outcome.ticks) / plan.seconds:>6.0f}/s  {_spread(outcome.ticks)}")
    for kind, times in sorted(outcome.callbacks.items()):
        between = outcome.between.get(kind, [])
        apart = f"; the same page every {median(between):.0f} s" if between else ""
        print(f"  {kind:<11}{len(times) / plan.seconds:>5.1f}/s  {_spread(times)}{apart}")
    if outcome.behind:
        most = f"{max(outcome.behind):.0f} at most"
        print(f"  cards say that they are {median(outcome.behind):.1f} s behind the clock, {most}")
    print(f"  put off: {outcome.put_off / plan.seconds:.0f} ticks/s")
    print(
        f"  connections kept {outcome.connections:,}; timed out {outcome.timed_out}; other answers {outcome.statuses}"
    )
    takes = ", ".join(f"{name} {share:.2f}" for name, share in [*cores.items(), ("pages", outcome.core)])
    print(f"  cores: {takes}; ticks sent late by the pages' program: {_spread(outcome.late)}")
    every = [one for times in outcome.callbacks.values() for one in times]
    print(f"  all data   {len(every) / plan.seconds:>6.1f}/s  {_spread(every)}")
    aims = {
        f"ticks p95 ≤ {TICKS_TARGET:.0f} ms": _p95(outcome.ticks) <= TICKS_TARGET,
        f"callbacks p95 ≤ {CALLBACKS_TARGET:.0f} ms": _p95(every) <= CALLBACKS_TARGET,
        "no time-out, no error": not outcome.timed_out and not outcome.statuses.keys() - {NOT_KNOWN},
    }
    print("  " + "; ".join(f"{aim}: {'held' if held else 'MISSED'}" for aim, held in aims.items()), flush=True)
    return sum(not held for held in aims.values())


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[18] if len(times) > 1 else float("inf")


def _spread(times: list[float]) -> str:
    if len(times) < 2:
        return "none"
    cuts = quantiles(times, n=100)
    return f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms, most {max(times):.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
