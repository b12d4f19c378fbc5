"""Who was there on which day, read in two ways."""

from datetime import date

import numpy as np
import pytest

from dashapp.data.queries import presence
from dashapp.data.queries.presence import read_days_of_people, read_people_of_days, read_presence, sets_are_thin
from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK
from tests.data.queries.conftest import World, filled

SPRING, MAY = (date(2026, 1, 1), date(2026, 4, 30)), (date(2026, 5, 5), date(2026, 5, 7))


@filled
def campus(world: World) -> World:
    """Two courses over more days than a set of days has, with a teacher who is there too."""
    for course in ("ALG", "BOT"):
        world.course(course)
    for name in ("ada", "ben", "cho", "tutor"):
        world.person(name)
    world.learners("ALG", "ada", "ben")
    world.learners("BOT", "ben", "cho")
    world.seen("ada", "ALG", "01-12 12:00", "03-15 12:00", "05-06 12:00")
    world.seen("ben", "ALG", "05-06 12:00", "05-02 12:00")
    world.seen("ben", "BOT", "05-07 09:00", "04-30 12:00")
    world.seen("tutor", "BOT", "05-07 09:00")
    world.write()
    return world


def test_sets_of_days_tell_what_sets_of_people_tell(campus: World) -> None:
    courses = [campus.course_id("ALG"), campus.course_id("BOT")]
    for ranges in ((SPRING, MAY), (MAY,), ((SPRING[0], MAY[1]),)):
        told = []
        for read in (read_people_of_days, read_days_of_people):
            seen, daily = campus.read(read, campus.organisation, courses, ranges)
            events = zip(*(daily[name] for name in ("course_id", "day", "events")), strict=True)
            # A day on which staff alone were there has no events of learners, in the one as no row of its own.
            told.append((sorted(zip(*seen, strict=True)), sorted(each for each in events if each[2])))
        assert told[0] == told[1]
        assert all(told[0])


@pytest.mark.parametrize(("rows_per_set", "used"), [(0, "read_people_of_days"), (1_000, "read_days_of_people")])
def test_days_are_read_from_the_sets_that_are_fewer(
    campus: World, monkeypatch: pytest.MonkeyPatch, rows_per_set: int, used: str
) -> None:
    """However it is read, the days outside of the range are left out."""
    monkeypatch.setattr(presence, "ROWS_PER_SET", rows_per_set)
    reader, calls = getattr(presence, used), []
    monkeypatch.setattr(presence, used, lambda *given: calls.append(used) or reader(*given))
    algebra, botany = campus.course_id("ALG"), campus.course_id("BOT")
    ada, ben, tutor = (campus.person_id(name) for name in ("ada", "ben", "tutor"))
    learners = {"course_id": np.array([botany, algebra, botany, algebra]), "person_id": np.array([9, 8, 8, 7])}
    recent = {"course_id": np.array([algebra, algebra]), "day": np.array([1, 2])}
    seen, daily = campus.read(read_presence, campus.organisation, [algebra, botany], MAY, (learners, recent))
    assert calls == [used]
    there = {(int(course), int(person), date.fromordinal(int(day))) for course, person, day in zip(*seen, strict=True)}
    assert there == {
        (algebra, ada, date(2026, 5, 6)),
        (algebra, ben, date(2026, 5, 6)),
        (botany, ben, date(2026, 5, 7)),
        (botany, tutor, date(2026, 5, 7)),
    }
    assert daily["events"].sum() == 4


def test_sets_are_read_where_many_are_in_each() -> None:
    """Four courses, 30 days, 20 of 40 learners a day: all in one block, and spread over ten blocks."""
    daily = {"course_id": np.repeat(np.arange(4), 600), "day": np.tile(np.repeat(np.arange(30), 20), 4)}
    of_learners = np.repeat(np.arange(4), 40)
    close = np.tile(np.arange(40), 4)
    assert not sets_are_thin(daily, of_learners, close)
    assert sets_are_thin(daily, of_learners, (close % 10) * PEOPLE_PER_BLOCK + close)
    nobody = np.zeros(0, dtype=np.int64)
    assert not sets_are_thin(dict.fromkeys(daily, nobody), nobody, nobody)
