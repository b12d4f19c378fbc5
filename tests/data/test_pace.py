"""How fast pages are told of news: as fast as the answers that they ask for are made."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from dashapp.data.pace import LEAST, MOST, SETTLED, SILENCE, STEPS, Pace, Said, next_turn

LOOK = 0.5
IMPOSSIBLE = (
    "inf 400 1 0 0", "86400 400 1 0 0", "-1 400 1 0 0", "nan 400 1 0 0", "0 -1e9 1 0 0", "0 nan 1 0 0", "0 1e9 1 0 0",
    "1 400 1 nan 1", "1 400 1 0 inf",
)  # fmt: skip


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """A process that makes answers one after the other, `speed` a second, and tells pages of news."""

    clock: Clock = field(default_factory=Clock)
    speed: float = 20.0
    queue: int = 0
    told: int = 0

    def __post_init__(self) -> None:
        self.pace = Pace(self.clock, self.clock)
        self._under_way: list[object] = []

    def ask(self) -> None:
        making = self.pace.making()
        making.__enter__()
        self._under_way.append(making)

    def live(self, seconds: float, waiting: int) -> Said:
        """So many pages ask at every tick whether there is news, which there always is, 200 times a second."""
        said, done = SILENCE, 0.0
        for step in range(int(seconds * 200)):
            self.clock.now += 1 / 200
            for _page in range(waiting):
                if self.pace.may_tell():
                    self.told += 1
                    self.ask()
            done = min(done + self.speed / 200, 1.0) if self._under_way else 0.0
            if done >= 1.0:
                done -= 1.0
                self._under_way.pop(0).__exit__(None, None, None)  # type: ignore[attr-defined]
            if step % int(LOOK * 200) == 0:
                said = self.pace.look()
                self.pace.hear(1, said)
        return said

    @property
    def in_the_making(self) -> int:
        return len(self._under_way)


def test_where_answers_are_made_as_fast_as_they_are_asked_for_nothing_is_said() -> None:
    world = World()
    for _second in range(20):
        world.ask()
        assert world.live(1.0, waiting=0) == SILENCE
    assert world.pace.may_tell()
    assert world.pace.seconds == 0


def test_of_a_crowd_only_as_many_pages_are_told_as_answers_are_made() -> None:
    world = World(speed=20)
    for _question in range(300):
        world.ask()
    world.live(60, waiting=1)
    assert world.in_the_making < 20
    before = world.told
    said = world.live(60, waiting=1)
    assert 8 * 60 < world.told - before <= 21 * 60
    assert world.in_the_making < 20
    assert said.tells
    assert said.rate < 40


def test_courses_stay_as_they_are_for_longer_while_pages_are_put_off_and_no_longer_than_that() -> None:
    world = World()
    for _question in range(100):
        world.ask()
    steps = [world.live(SETTLED, waiting=1).seconds for _round in range(20)]
    assert steps == sorted(steps)
    assert steps[-1] == STEPS[-1]
    world.live(3 * STEPS[-1], waiting=0)
    assert world.pace.seconds == 0
    assert world.pace.look() == SILENCE


def test_the_rates_of_all_who_make_answers_are_shared_by_all_who_tell() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.hear(1, Said(rate=6.0))
    pace.hear(2, Said(rate=2.0, tells=True))
    pace.hear(3, Said(seconds=4.0, tells=True))
    told = 0
    for _step in range(1000):
        clock.now += 0.001
        if clock.now * 1000 % 500 < 1:
            for process, said in ((1, Said(rate=6.0)), (2, Said(rate=2.0, tells=True)), (3, Said(tells=True))):
                pace.hear(process, said)
        told += pace.may_tell()
    assert 4 <= told <= 5
    assert pace.seconds == 0


def test_what_a_process_that_has_ended_said_holds_for_a_moment_only() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.hear(1, Said(seconds=60.0, rate=LEAST))
    assert pace.seconds == 60
    assert not pace.may_tell()
    clock.now += 10
    assert pace.seconds == 0
    assert all(pace.may_tell() for _page in range(100))


@pytest.mark.parametrize("said", [SILENCE, Said(120.0, LEAST, True, 1796009500.483, 60.0), Said(rate=12.25)])
def test_what_is_said_is_what_is_heard(said: Said) -> None:
    assert Said.from_text(said.to_text()) == said


@pytest.mark.parametrize("text", ["", "1", "1 2 3", "a b c d e", "1 2 3 4 5 6", *IMPOSSIBLE])
def test_anything_else_is_no_message(text: str) -> None:
    assert Said.from_text(text) is None
    pace = Pace(Clock())
    pace.hear(1, Said.from_text(text))
    assert pace.may_tell()


def test_everybody_has_one_turn_in_each_interval_spread_over_it() -> None:
    turns = sorted(next_turn(key, 60.0, 1_000_000.0) for key in range(300))
    assert turns[0] > 1_000_000.0
    assert turns[-1] <= 1_000_060.0
    assert max(later - earlier for earlier, later in pairwise(turns)) < 0.6
    for key in range(300):
        first = next_turn(key, 60.0, 1_000_000.0)
        assert next_turn(key, 60.0, first) == pytest.approx(first + 60.0)
        assert next_turn(key, 60.0, first - 0.001) == pytest.approx(first)


def test_a_step_holds_for_what_was_committed_after_all_have_heard_of_it() -> None:
    pace = Pace()
    pace.hear(1, Said(seconds=60.0, since=1000.0, before=30.0))
    pace.hear(2, Said(seconds=4.0, since=900.0, before=120.0))
    assert [pace.seconds_at(instant) for instant in (800.0, 950.0, 1000.0)] == [120.0, 30.0, 60.0]


def test_the_most_that_may_be_told_is_no_limit() -> None:
    pace = Pace(Clock())
    pace.hear(1, Said(seconds=1.0, rate=MOST))
    assert all(pace.may_tell() for _page in range(1000))


def test_after_a_short_trouble_all_is_soon_as_before() -> None:
    world = World()
    world.live(30, waiting=1)
    assert world.pace.seconds > 0

    world.speed = 4_000.0
    said = world.live(120, waiting=1)

    assert said.rate == MOST
    assert world.pace.seconds == 0


def test_a_first_burst_does_not_starve_those_who_come_after_it() -> None:
    world = World(speed=10)
    world.live(0.5, waiting=1)
    assert world.in_the_making > 50  # told before the first look
    seconds = world.in_the_making / world.speed
    world.live(2 * seconds + 5, waiting=1)
    before = world.told

    world.live(20, waiting=1)

    assert world.told - before > 0.5 * world.speed * 20
    assert world.in_the_making < 20


def test_after_a_queue_pages_are_told_as_fast_as_answers_were_made() -> None:
    world = World(speed=10)
    for _question in range(200):
        world.ask()
    world.live(25, waiting=1)
    seen = [(world.live(1.0, waiting=1).rate, world.in_the_making) for _second in range(40)]
    assert all(0.5 * world.speed < rate < 1.5 * world.speed for rate, _making in seen)
    assert all(making < 10 for _rate, making in seen)


def test_what_was_once_made_is_soon_told_again() -> None:
    world = World(speed=20)
    for _question in range(60):
        world.ask()
    world.live(30, waiting=1)
    world.speed = 0.2
    world.live(20, waiting=1)
    assert world.pace.look().rate < 2
    world.speed, before = 20.0, world.told
    world.live(20, waiting=1)
    world.live(20, waiting=1)
    assert world.told - before > 20 * 20 * 0.5
