"""Many requests, one commit: what waits while a thread writes is written together next.

A request is decoded and checked by the same thread that puts it into the transport, and answered when that is done: the
event loop only carries bytes. While one thread waits for the database's disk, the other decodes.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

from dashapp.api.answers import ItemError, Problem
from dashapp.api.conflicts import Conflicts
from dashapp.api.items import Claim, Examined, Outcome
from dashapp.api.memory import give_memory_back
from dashapp.data.store.senders import RegisteredSource
from dashapp.domain.errors import Refused, Unavailable
from dashapp.domain.events import RefusalReason
from dashapp.domain.keys import SourceId
from dashapp.observability.logging import get_logger
from dashapp.observability.references import new_reference
from ingest.depositing import Deposit, Depository

THREADS: Final = 2
MOST_RECORDS: Final = 5_000
"""In one commit, and with it in memory, besides those of the request that reached it."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""The same in bytes: what came compressed is larger now."""
MOST_REQUESTS: Final = 500
MOST_WAITING: Final = 10_000
"""Requests; whoever comes then is told to come again."""
GIVE_BACK_AFTER: Final = 2.0
"""Seconds from the first work after memory was given back: an idle thread does it then. It takes milliseconds."""
AWAY: Final = (("retry-after", "5"),)

log = get_logger(__name__)

Examine = Callable[[], Examined]


@dataclass(slots=True, eq=False)
class _Job:
    """One request on its way."""

    examine: Examine
    holder: RegisteredSource
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Outcome | Problem]"
    examined: Examined | None = None
    outcome: Outcome | None = None
    problem: Problem | None = None


class Depositor:
    """The threads that examine requests and make them durable. `submit` is for event loops."""

    def __init__(
        self, depository: Depository, conflicts: Conflicts, give_back: Callable[[], None] = give_memory_back
    ) -> None:
        """The threads start with the first request. `give_back` is called when they have had work and are idle."""
        self._depository = depository
        self._conflicts = conflicts
        self._give_back = give_back
        self._waiting: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def stop(self) -> None:
        """Ends the threads after what they have in hand. Nobody submits any more."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        self._depository.close()

    async def submit(self, examine: Examine, holder: RegisteredSource) -> Outcome:
        """What came of what `examine` found, when it is safe. Raises Problem: then nothing of it has been taken."""
        if self._waiting.qsize() >= MOST_WAITING:
            raise Problem(503, "Too many requests are waiting. Send it again in a moment.", (("retry-after", "1"),))
        if not self._threads:
            self._start()
        loop = asyncio.get_running_loop()
        job = _Job(examine, holder, loop, loop.create_future())
        self._waiting.put(job)
        told = await job.done
        if isinstance(told, Problem):
            raise told.anew()
        return told

    def _start(self) -> None:
        self._threads = [Thread(target=self._work, name=f"collector-{n}", daemon=True) for n in range(THREADS)]
        for thread in self._threads:
            thread.start()

    # ------------------------------------------------------------------ in the threads

    def _work(self) -> None:
        due: float | None = None
        while True:
            try:
                first = self._waiting.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
            except Empty:
                self._give_back()
                due = None
                continue
            if first is None:
                return
            self._take_turn(first)
            # While the thread waits for the next request it holds nothing of the last one.
            del first
            due = due or time.monotonic() + GIVE_BACK_AFTER

    def _take_turn(self, first: _Job) -> None:
        """Answers one request, and with it what waits besides."""
        jobs = [first]
        records, size = self._examine(first)
        while records < MOST_RECORDS and size < MOST_BYTES and len(jobs) < MOST_REQUESTS:
            try:
                job = self._waiting.get_nowait()
            except Empty:
                break
            if job is None:
                self._waiting.put(None)  # for after this turn
                break
            jobs.append(job)
            further = self._examine(job)
            records, size = records + further[0], size + further[1]
        try:
            self._check_claims([job for job in jobs if job.examined is not None and job.examined.claims])
            self._put([job for job in jobs if job.examined is not None])
        except Exception as error:
            # Nobody else would tell those who wait, and the thread must go on for those who come.
            problem = _failure(error)
            for job in jobs:
                job.problem = job.problem or problem
        for job in jobs:
            # Nobody who waits holds the decoded events any longer.
            job.outcome, job.examined = job.examined.told() if job.examined is not None else None, None
        _tell(jobs)

    def _examine(self, job: _Job) -> tuple[int, int]:
        """Decodes and checks one request; gives how many records it wants to put, and their bytes."""
        try:
            examined = job.examine()
        except Problem as problem:
            job.problem = problem.anew()
            return 0, 0
        except Exception as error:
            job.problem = _failure(error)
            return 0, 0
        job.examined = examined
        return len(examined.deposits), sum(len(each.body) for each in examined.deposits)

    def _check_claims(self, jobs: Sequence[_Job]) -> None:
        """Refuses requests that use an id for something else than an earlier one did; one question for each sender."""
        by_source: dict[SourceId, list[_Job]] = {}
        for job in jobs:
            by_source.setdefault(job.holder.source.source_id, []).append(job)
        for own in by_source.values():
            try:
                found = self._conflicts.first_conflicts(
                    own[0].holder.source, [job.examined.claims for job in own if job.examined is not None]
                )
            except Unavailable:
                for job in own:
                    job.examined, job.problem = None, _away()
                continue
            for job, claim in zip(own, found, strict=True):
                if claim is not None:
                    job.examined, job.problem = None, _conflict(claim)

    def _put(self, jobs: Sequence[_Job]) -> None:
        """Puts the deposits of all jobs; of one that cannot be put, says so in its job."""
        deposits: list[Deposit] = [each for job in jobs if job.examined for each in job.examined.deposits]
        if not deposits:
            return
        try:
            self._depository.put(deposits)
        except Unavailable as error:
            log.warning("collector.transport_away", requests=len(jobs), error=str(error))
            for job in jobs:
                self._fail(job, _away())
        except Exception as error:
            if len(jobs) > 1:
                # One of them is at fault, and the others are not.
                for job in jobs:
                    self._put([job])
            elif isinstance(error, Refused):
                self._fail(jobs[0], Problem(413, f"A record is {error.detail}."))
            else:
                self._fail(jobs[0], _failure(error))

    def _fail(self, job: _Job, problem: Problem) -> None:
        if job.examined is not None and job.examined.deposits:
            self._conflicts.forget(job.holder.source, job.examined.claims)
            job.examined, job.problem = None, problem


def _conflict(claim: Claim) -> Problem:
    refused = Refused(RefusalReason.CONFLICT, "this id stands for something else already - at `$.id`")
    return Problem(409, "An id has been used before, for something else.", errors=[ItemError(claim.item, refused)])


def _away() -> Problem:
    return Problem(503, "Events cannot be kept now. Send them again in a moment: what came counts once.", AWAY)


def _failure(error: Exception) -> Problem:
    reference = new_reference()
    log.error("collector.failed", reference=reference, exc_info=error)
    return Problem(500, f"Something went wrong. Reference {reference}")


def _tell(jobs: Sequence[_Job]) -> None:
    """Wakes each event loop once for all of its requests."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, own in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, own)
        except RuntimeError:
            continue  # the server has ended, and with it everybody who waits


def _resolve(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        if job.done.done():
            continue  # the sender has hung up
        told = job.problem or job.outcome
        assert told is not None
        job.done.set_result(told)
