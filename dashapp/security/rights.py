"""Whether who shows a topic may still see what it is about: answered from memory, read again by a thread.

A topic is signed once the scope of its page has been checked, and a session lasts for hours. So what open pages ask for
is checked again and again, for many of an organisation at once; a right that ends is known within `REMEMBERED`, and
what is not known is not told.
"""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import random
from threading import Event, Thread
from time import monotonic
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.rights import Pair, taught_still
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.principal import Principal
from dashapp.domain.sessions import SignInMethod
from dashapp.observability.logging import get_logger
from dashapp.security.principals import REMEMBERED, Principals, as_signed_in
from dashapp.security.sessions import Session
from dashapp.security.topics import Basis, Topic

LOOK_EVERY: Final = 0.2
"""Seconds between two rounds of the thread; what is asked for the first time wakes it at once."""
READ_AGAIN: Final = 3.0
"""Seconds: what is older is read again in the next round, so that with a round and its queries it stays known."""
OWN_READ_AGAIN: Final = 60.0
"""Seconds, for one's own page: nobody can take it away, and most open pages are such."""
KEPT: Final = 70.0
"""Seconds: a page that asks at the slowest rate, every 30 s, is still known when it asks again."""
MOST_KNOWN: Final = 50_000
SPREAD: Final = 0.6
"""Seconds by which what was read together is read again earlier, one more and another less: many at once would keep the
event loop waiting."""
PORTION: Final = 100
"""People who are read in one go."""
GATHER: Final = 0.02
"""Seconds: pages that are opened together are read together."""

log = get_logger(__name__)

_Key = tuple[Topic, bool]
"""What is asked for, and whether by somebody whom a learning platform signed in."""


@dataclass(slots=True)
class _Known:
    """A topic that is asked for. Times by `monotonic`."""

    topic: Topic
    method: SignInMethod
    asked: float
    again: float = float("-inf")
    """When it is to be read again."""
    until: float = float("-inf")
    """How long what was read is believed."""
    holds: bool = False

    @property
    def key(self) -> _Key:
        return _key(self.topic, self.method)


def _key(topic: Topic, method: SignInMethod) -> _Key:
    return topic, method is SignInMethod.LTI


@dataclass(slots=True, eq=False)
class Rights:
    """The rights behind the open pages of this process. `holds` never waits, and is for the event loop's thread."""

    database: Database
    clock: Clock
    principals: Principals
    _known: dict[_Key, _Known] = field(default_factory=dict, init=False)
    _new: deque[_Known] = field(default_factory=deque, init=False)
    """For the thread to take in."""
    _due: list[tuple[float, int, _Known]] = field(default_factory=list, init=False)
    """A heap, by when they are to be read again: the thread's own."""
    _thread: Thread | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)
    _wake: Event = field(default_factory=Event, init=False)

    def holds(self, session: Session, topic: Topic) -> bool | None:
        """Whether the session's person may still see what the topic is about; None: not known yet, or not any more."""
        now = monotonic()
        key = _key(topic, session.method)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known = {}
            known = self._known[key] = _Known(topic, session.method, now)
            self._new.append(known)
            self._wake.set()
            return None
        known.asked = now
        return known.holds if now <= known.until else None

    def start(self) -> None:
        """Starts the thread."""
        self._thread = Thread(target=self._run, name="rights", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, and waits for its end."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def follow(self) -> None:
        """One round: reads again what is due, and forgets what nobody asks for. Raises what the reading of the first
        organisation has raised that failed, once all others have been read; Unavailable, for example."""
        now = monotonic()
        due: dict[OrganisationId, list[_Known]] = {}
        for known in self._take_due(now):
            due.setdefault(known.topic.organisation_id, []).append(known)
        failed: list[Exception] = []
        for organisation, ones in due.items():
            try:
                for begin in range(0, len(ones), PORTION):
                    self._check(organisation, ones[begin : begin + PORTION])
            except Exception as error:
                failed.append(error)
            for known in ones:
                heappush(self._due, (known.again, id(known), known))
        if failed:
            raise failed[0]

    def _take_due(self, now: float) -> Iterator[_Known]:
        """What is to be read again: not all is looked at in each round, since the event loop waits for this thread."""
        while self._new:
            known = self._new.popleft()
            heappush(self._due, (known.again, id(known), known))
        while self._due and self._due[0][0] < now:
            known = heappop(self._due)[2]
            if self._known.get(known.key) is not known:
                continue
            if now - known.asked > KEPT:
                self._known.pop(known.key, None)
            else:
                yield known

    def _check(self, organisation: OrganisationId, ones: Collection[_Known]) -> None:
        # What is read is as old as the moment before it is read.
        checked = monotonic()
        people = self.principals.read_all(organisation, {known.topic.viewer for known in ones})
        found = [(known, _as_signed_in(people.get(known.topic.viewer), known.method)) for known in ones]
        learners = {
            (principal, known.topic.person)
            for known, principal in found
            if principal is not None and principal.teaches_in and known.topic.person is not None
        }
        taught = self._taught(organisation, {pair for pair in learners if not _sees(pair[0], pair[1])})
        for known, principal in found:
            own = principal is not None and known.topic.person == principal.person_id
            known.again = checked + (OWN_READ_AGAIN if own else READ_AGAIN) - SPREAD * random()  # no secret
            # At once, and not first one thing and then another: the event loop reads it meanwhile.
            known.holds = principal is not None and (
                _opens(principal, known.topic)
                if known.topic.person is None
                else (_sees(principal, known.topic.person) or (principal, known.topic.person) in taught)
                and known.topic.basis in (Basis.ANY, Basis.of(principal, known.topic.person))
            )
            known.until = known.again + REMEMBERED - READ_AGAIN

    def _taught(self, organisation: OrganisationId, asked: Collection[Pair]) -> Collection[Pair]:
        """Staff see learners of their courses: who these are, their principal does not say."""
        if not asked:
            return ()
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            return taught_still(connection, organisation, asked, self.clock())

    def _run(self) -> None:
        away = False
        while not self._stopping:
            if self._wake.wait(LOOK_EVERY):
                self._wake.clear()
                Event().wait(GATHER)
            try:
                self.follow()
                away = False
            except Unavailable:
                if not away:
                    log.warning("rights.database_away")
                away = True
            except Exception as error:
                # The thread goes on: without it, pages would hear of nothing.
                log.error("rights.failed", exc_info=error)


def _as_signed_in(principal: Principal | None, method: SignInMethod) -> Principal | None:
    return None if principal is None else as_signed_in(principal, method)


def _sees(principal: Principal, person: PersonId) -> bool:
    """Whether somebody's page is the principal's to open, as far as the principal says."""
    return person == principal.person_id or person in principal.advises or person in principal.guards


def _opens(principal: Principal, topic: Topic) -> bool:
    """The same for a classroom, and for the pages of a whole organisation. These are lists: of classrooms, of a
    caseload, of what administrators decide."""
    if topic.course is not None:
        return principal.administers or topic.course in principal.teaches_in
    return principal.administers or bool(principal.teaches_in or principal.advises or principal.guards)
