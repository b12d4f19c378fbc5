"""Ingest processes at a backlog, watched: their rate, their memory, and what keeps them from being faster."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from threading import Event as Signal
from threading import Thread
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
from kafka import KafkaProducer

from benchmarks.backlog import ISSUER, Servers, believable_events
from deploy.local_kafka import TOPICS
from ingest.native import encode

GIVE_UP_AFTER = 1_800.0
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Task:
    """What has to be drained, and by how many."""

    events: int
    """That wait at the start."""
    offered: int
    """Per second, while the others are drained."""
    processes: int
    batch_size: int


@dataclass(slots=True)
class Offering:
    """Sends new events at a steady rate until it is stopped."""

    servers: Servers
    rate: int
    sent: int = 0
    _stopping: Signal = field(default_factory=Signal)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """While the block runs."""
        thread = Thread(target=self._run)
        if self.rate:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            if self.rate:
                thread.join()

    def _run(self) -> None:
        producer = KafkaProducer(bootstrap_servers=self.servers.broker.bootstrap, linger_ms=5)
        began = time.perf_counter()
        for event in believable_events(int(self.rate * GIVE_UP_AFTER), seed=3):
            early = began + self.sent / self.rate - time.perf_counter()
            if self._stopping.wait(early) if early > 0 else self._stopping.is_set():
                break
            producer.send(TOPICS[0], encode(event, ISSUER), key=event.person.value.encode())
            self.sent += 1
        producer.flush()
        producer.close()


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen at one moment."""

    at: float
    done: int
    sizes: tuple[float, ...]
    """Of each process, in MB."""


def drain(servers: Servers, task: Task) -> float:
    """Starts the processes and prints how they do. Events per second, from the first commit that is seen to the end:
    everything is committed but what was offered in the last second."""
    offering = Offering(servers, task.offered)
    with ExitStack() as ending:
        processes = [_started(servers, task, ending) for _ in range(task.processes)]
        server_before, cores_before = _server_seconds(servers), psutil.cpu_times()
        ending.enter_context(offering.going_on())
        began = time.perf_counter()
        marks = list(_marks(servers, task, processes, offering))
        ours = sum(sum(each.cpu_times()[:2]) for each in processes)
        theirs = _server_seconds(servers) - server_before
        busy = _busy(cores_before, psutil.cpu_times())
    first = next(mark for mark in marks if mark.done)
    rate = (marks[-1].done - first.done) / (marks[-1].at - first.at)
    who = "1 process" if task.processes == 1 else f"{task.processes} processes"
    print(f"drain by {who}: {rate:,.0f} events/s ({marks[-1].done:,} events)")
    print(
        f"gone {marks[-1].at - first.at:.1f} s after the first commit, {marks[-1].at - began:.1f} s after the start"
        + (f", while {task.offered:,} events/s came" if task.offered else "")
    )
    print(f"rate by fifths: {', '.join(f'{each:,.0f}' for each in _fifths(marks, first))} events/s")
    for number in range(task.processes):
        sizes = [mark.sizes[number] for mark in marks]
        tenths = [median(sizes[len(sizes) * n // 10 : len(sizes) * (n + 1) // 10 + 1]) for n in range(10)]
        print(f"memory of process {number + 1} by tenths of the time: {', '.join(f'{each:.0f}' for each in tenths)} MB")
    print(f"memory at most: {max(max(mark.sizes) for mark in marks):.0f} MB")
    print(
        f"processor time by the event: ingest {ours / marks[-1].done * 1e6:.0f} µs,"
        f" PostgreSQL {theirs / marks[-1].done * 1e6:.0f} µs; all cores were busy {busy:.0%} of the time",
        flush=True,
    )
    return rate


def _started(servers: Servers, task: Task, ending: ExitStack) -> psutil.Process:
    process = servers.start_ingest(ANALYTICS_BATCH_SIZE=str(task.batch_size))

    def end() -> None:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()

    ending.callback(end)
    return psutil.Process(process.pid)


def _marks(servers: Servers, task: Task, processes: Sequence[psutil.Process], offering: Offering) -> Iterator[Mark]:
    """What is seen ten times a second until the backlog is gone."""
    began = time.perf_counter()
    while True:
        goal = task.events + offering.sent - task.offered
        done = servers.scalar("SELECT coalesce(sum(next_offset), 0) FROM transport_offsets")
        yield Mark(time.perf_counter(), done, tuple(each.memory_info().rss / 2**20 for each in processes))
        if done >= goal:
            return
        if time.perf_counter() - began > GIVE_UP_AFTER:
            raise SystemExit("the ingest did not drain the backlog")
        time.sleep(LOOK_SECONDS)


def _server_seconds(servers: Servers) -> float:
    """Processor seconds of all processes of PostgreSQL so far."""
    assert servers.database.server is not None
    pid = servers.database.server.postmaster_pid
    assert pid is not None
    return sum(sum(each.cpu_times()[:2]) for each in psutil.Process(pid).children())


def _busy(before: Any, after: Any) -> float:
    """The share of all cores' time that was not idle: near 1 the machine is the limit, whoever works on it."""
    idle = (after.idle - before.idle) + (getattr(after, "iowait", 0.0) - getattr(before, "iowait", 0.0))
    return float(1.0 - idle / max(1e-9, sum(after) - sum(before)))


def _fifths(marks: Sequence[Mark], first: Mark) -> list[float]:
    """The rate in each fifth of the events after the first commit."""
    rates, begin, last = [], first, marks[-1].done
    for fifth in range(1, 6):
        goal = first.done + (last - first.done) * fifth // 5
        end = next(mark for mark in marks if mark.done >= goal)
        rates.append((end.done - begin.done) / max(end.at - begin.at, 1e-9) if end.at > begin.at else 0.0)
        begin = end
    return rates
