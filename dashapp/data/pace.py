"""How fast pages may be told of news: as fast as the answers that they then ask for can be made.

Where more pages ask for their data than a machine can answer, each of them waits for all others, and in the end sees
what was true long before. So processes agree on two things, each telling the others over the database what it needs:

- Whoever makes answers says how many pages a second may be told, by how many answers are in the making at once.
- Whoever tells pages, and has to put some off, says for how long a course should stay as it is, so that more of those
  who look at it share one answer.

Nothing is said, and nothing is put off, as long as answers are made as fast as they are asked for.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import exp, floor, isfinite, log2
from threading import Lock
from time import monotonic, time
from typing import Final, Self

STEPS: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)
"""Seconds for which a course stays as it is; 0: as short as the rhythm of the versions allows."""
SLOWER: Final = 4
"""A course advances so many times more slowly than what a single learner sees of their own work; and than the
organisation, of which each advance brings only the courses that have advanced since."""
MANY, FEW = 0.5, 0.1
"""Of the pages that there is news for, the share put off from which a course stays as it is for longer, and below which
for less long."""
SETTLED: Final = 3.0
"""Seconds between two steps; before a step down, at least half as long as courses stay as they are."""
UNHURRIED: Final = 5.0
"""Seconds before a step down where nobody is put off, since answers are made as fast as they are asked for."""
MOST_STEPS: Final = 3
"""At once, where many more pages are put off than are told; one, where none is told for a moment."""
BUSY, FREE = 1.0, 0.7
"""Answers in the making at once, on average, above which fewer pages are told, and below which more: with ten answers a
second, one at once means that it takes .1 s (Little's law), and the slowest of twenty some four times as long."""
JAM: Final = 5
"""Answers in the making at one moment that are too many at once."""
LESS, MORE, MUCH_MORE = 0.8, 1.04, 1.1
"""By which the rate changes with each look, two a second. Down at once to a fifth below what is made, and further while
the queue gets longer; back to there as soon as it is empty; slowly beyond, since a queue is built faster than it is
noticed, and faster where next to nothing is in the making."""
RECENT: Final = 0.3
"""The share of the latest look in what is said to be made."""
AVERAGED: Final = 1.5
"""Seconds over which what is in the making is averaged, more than `JAM` as that, so that a queue is soon forgotten."""
LEAST, MOST = 0.5, 400.0
"""Pages a second; from `MOST` on, all are told."""
AHEAD: Final = 1.5
"""Seconds from a step until it holds, by which all processes have heard of it."""
HEARD: Final = 3.0
"""Seconds for which what a process has said holds."""
AT_ONCE: Final = 0.25
"""Seconds of the rate that may be told in one go."""
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Said:
    """What one process says to all."""

    seconds: float = 0.0
    """For how long a course should stay as it is."""
    rate: float = MOST
    """Pages that may be told in a second."""
    tells: bool = False
    """Whether it puts pages off, and so needs a share of the rates of all."""
    since: float = 0.0
    """From when on `seconds` hold, in seconds since 1970: a moment ahead, so that all processes begin together."""
    before: float = 0.0
    """What it asked for until then."""

    def to_text(self) -> str:
        """The form in which it is sent."""
        return f"{self.seconds:g} {self.rate:.2f} {int(self.tells)} {self.since:.3f} {self.before:g}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """What was sent; None for anything else, as a later version of the service may say it."""
        try:
            seconds, rate, tells, since, before = text.split(" ")
            said = cls(float(seconds), float(rate), tells == "1", float(since), float(before))
        except ValueError:
            return None
        longest = STEPS[-1]
        possible = 0 <= said.seconds <= longest and 0 <= said.before <= longest and LEAST <= said.rate <= MOST
        return said if possible and isfinite(said.since) else None


SILENCE: Final = Said()


class Pace:
    """The pace of one process. Safe to share between threads."""

    def __init__(self, now: Callable[[], float] = monotonic, clock: Callable[[], float] = time) -> None:
        """Nothing is in the making, nobody is put off, and nothing was heard. `now`: seconds that never go back;
        `clock`: seconds since 1970."""
        self._now, self._clock = now, clock
        self._since, self._before = 0.0, 0.0
        self._lock = Lock()
        self._making = 0
        self._area, self._average, self._made = 0.0, 0.0, 0
        self._counted_to = self._looked_at = self._stepped_at = self._filled_at = now()
        self._rate, self._speed, self._queue = MOST, 0.0, 0
        self._told, self._put_off = 0, 0
        self._looks: deque[tuple[int, int]] = deque(maxlen=6)
        self._step, self._tokens = 0, 0.0
        self._heard: dict[int, tuple[Said, float]] = {}
        self._listened, self._listens_until = list[Said](), float("-inf")

    @contextmanager
    def making(self) -> Iterator[None]:
        """While an answer is in the making: from when it was asked for, so that its waiting counts."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def may_tell(self) -> bool:
        """Whether one more page may be told of news now. Whoever is put off asks again at its next tick."""
        if not self._heard:
            return True
        with self._lock:
            heard = self._listen()
            rates = [said.rate for said in heard if said.rate < MOST]
            if not rates:
                return True
            rate = sum(rates) / max(1, sum(said.tells for said in heard))
            now, most = self._now(), max(1.0, rate * AT_ONCE)
            self._tokens = min(most, self._tokens + rate * (now - self._filled_at))
            self._filled_at = now
            if self._tokens < 1.0:
                self._put_off += 1
                return False
            self._tokens -= 1.0
            self._told += 1
            return True

    def look(self) -> Said:
        """What this process has to say, after a look at what was since the last one."""
        self._count(0)
        with self._lock:
            now = self._counted_to
            span = now - self._looked_at
            if span > 0:
                making = self._area / span
                self._average += (min(making, JAM) - self._average) * (1.0 - exp(-span / AVERAGED))
                if making >= 1.0:
                    self._speed += (self._made / span - self._speed) * (RECENT if self._speed else 1.0)
                self._change_rate()
                self._area, self._made, self._looked_at = 0.0, 0, now
            self._looks.append((self._told, self._put_off))
            self._told = self._put_off = 0
            self._take_a_step(now)
            puts_off = any(put_off for _told, put_off in self._looks)
            return Said(STEPS[self._step], self._rate, puts_off, self._since, self._before)

    def hear(self, process: int, said: Said | None) -> None:
        """Takes note of what a process says, this one or another; of nothing that cannot be read (None)."""
        if said is None:
            return
        with self._lock:
            self._heard[process] = (said, self._now())
            self._listens_until = float("-inf")

    @property
    def seconds(self) -> float:
        """For how long a course stays as it is: the longest that any process has lately asked for."""
        if not self._heard:
            return 0.0
        with self._lock:
            return max((said.seconds for said in self._listen()), default=0.0)

    def seconds_at(self, instant: float) -> float:
        """The same for what was committed at an instant (seconds since 1970): alike in all processes."""
        if not self._heard:
            return 0.0
        with self._lock:
            asked = (said.seconds if instant >= said.since else said.before for said in self._listen())
            return max(asked, default=0.0)

    def _listen(self) -> list[Said]:
        now = self._now()
        if now >= self._listens_until:
            self._heard = {
                one: (said, at) for one, (said, at) in self._heard.items() if said != SILENCE and now - at < HEARD
            }
            self._listened = [said for said, _at in self._heard.values()]
            self._listens_until = min((at for _said, at in self._heard.values()), default=now) + HEARD
        return self._listened

    def _count(self, more: int) -> None:
        with self._lock:
            now = self._now()
            self._area += self._making * (now - self._counted_to)
            self._counted_to = now
            self._making += more
            self._made += more < 0

    def _change_rate(self) -> None:
        """By how many answers are in the making, and how many there were at the last look; `_speed`: how many are made
        in a second while there is always one in the making."""
        longer, self._queue = self._making > self._queue, self._making
        held = max(LEAST, self._speed * LESS)
        if self._average > BUSY or self._making > JAM:
            self._rate = max(LEAST, self._rate * LESS) if longer and self._rate <= held else min(self._rate, held)
        elif self._average < FREE:
            more = MORE if self._average > FREE / 2 else MUCH_MORE
            self._rate = min(MOST, max(self._rate * more, held))

    def _nobody_waits(self, put_off: int) -> bool:
        return not put_off and all(said.rate >= MOST for said in self._listen())

    def _take_a_step(self, now: float) -> None:
        rested = now - self._stepped_at
        told, put_off = (sum(each) for each in zip(*self._looks, strict=True))
        share = put_off / (told + put_off) if put_off else 0.0
        rest = UNHURRIED if self._nobody_waits(put_off) else max(SETTLED, STEPS[self._step] / 2)
        if share > MANY and rested >= SETTLED:
            steps = min(1 + int(log2((told + put_off) / told)), MOST_STEPS) if told else 1
        elif share < FEW and rested >= rest:
            steps = -1
        else:
            steps = 0
        step = min(max(0, self._step + steps), len(STEPS) - 1)
        if step != self._step:
            self._before, self._since = STEPS[self._step], self._clock() + AHEAD
            self._step, self._stepped_at = step, now
        elif not step and now - self._stepped_at > HEARD:
            self._before = self._since = 0.0


def next_turn(key: int, interval: float, after: float) -> float:
    """The first instant later than `after` at which it is this key's turn: one in each interval of the clock.

    All processes come to the same instants, and keys that follow each other are spread evenly over the interval (by
    multiples of the golden ratio).
    """
    place = (key * _GOLDEN) % 1.0 * interval
    return place + (floor((after - place) / interval) + 1) * interval
