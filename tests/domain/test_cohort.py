from datetime import date
from uuid import UUID

import numpy as np
import pytest

from dashapp.domain.events import ActivityType
from dashapp.domain.filters import Band, Filters, Seen, Span
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.cohort import Members, asked_days, chosen_places, other_choice
from dashapp.domain.views import Level

TODAY = date(2026, 5, 7)
DAY = TODAY.toordinal()
IDS = tuple(UUID(int=number) for number in range(1, 6))
MEMBERS = Members(
    ids=IDS,
    sections=(("a",), ("a", "b"), ("b",), (), ("b",)),
    groups=(("red",), (), ("red", "blue"), ("blue",), ()),
    levels=(Level.HELP, Level.WATCH, Level.CALM, Level.CALM, Level.HELP),
    last_day=np.array([DAY, DAY - 6, DAY - 7, 0, DAY - 40]),
    scores=np.array([39.9, 40.0, 79.99, np.nan, 100.0]),
    used=np.array([True, False, True, False, False]),
)


def chosen(**given: object) -> list[int]:
    found = chosen_places(MEMBERS, Filters.parse(**given), TODAY, {"a", "b", "empty"})
    return [int(place) for place in found]


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"section": "a"}, [0, 1]),
        ({"section": "empty"}, []),
        ({"section": "unknown"}, [0, 1, 2, 3, 4]),
        ({"group": "blue"}, [2, 3]),
        ({"group": "unknown"}, [0, 1, 2, 3, 4]),
        ({"level": "help"}, [0, 4]),
        ({"level": "calm"}, [2, 3]),
        ({"seen": Seen.TODAY}, [0]),
        ({"seen": Seen.WEEK}, [0, 1]),
        ({"seen": Seen.LONGER}, [2, 4]),
        ({"seen": Seen.NEVER}, [3]),
        ({"score": Band.LOW}, [0]),
        ({"score": Band.MIDDLE}, [1]),
        ({"score": Band.GOOD}, [2]),
        ({"score": Band.HIGH}, [4]),
        ({"score": Band.NONE}, [3]),
        ({"activity": ActivityType.QUIZ}, [0, 2]),
        ({"learners": [str(IDS[1]), str(IDS[4])]}, [1, 4]),
        ({"learners": [str(UUID(int=99))]}, [0, 1, 2, 3, 4]),
        ({"section": "b", "seen": Seen.LONGER, "score": Band.HIGH}, [4]),
        ({"level": "help", "score": Band.GOOD}, []),
    ],
)
def test_filters_choose_the_learners_whom_all_of_them_hold(given: dict[str, object], places: list[int]) -> None:
    assert chosen(**given) == places


def test_whom_the_reader_does_not_see_is_never_chosen() -> None:
    members = Members(
        (IDS[0], None), ((), ()), ((), ()), (Level.HELP,) * 2, np.array([DAY, DAY]), np.array([50.0, 50.0])
    )
    assert chosen_places(members, Filters(), TODAY, ()).tolist() == [0]
    assert chosen_places(members, Filters(level="help", seen=Seen.TODAY), TODAY, ()).tolist() == [0]


def test_a_course_without_learners_chooses_nobody() -> None:
    nobody = Members((), (), (), (), np.zeros(0, dtype=np.int64), np.zeros(0))
    given = {"section": "a", "group": "red", "level": "help", "seen": "7d", "score": "none", "learners": [str(IDS[0])]}
    assert chosen_places(nobody, Filters.parse(**given), TODAY, {"a"}).tolist() == []


CALENDAR = TeachingCalendar(date(2026, 3, 2), date(2026, 7, 31))


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        (Filters(), (None, None)),
        (Filters(span=Span.WEEK), (date(2026, 5, 1), TODAY)),
        (Filters(span=Span.MONTH), (date(2026, 4, 10), TODAY)),
        (Filters(span=Span.TERM), (date(2026, 3, 2), None)),
        (Filters(first=date(2026, 4, 1)), (date(2026, 4, 1), None)),
    ],
)
def test_presets_of_dates_move_with_the_day(filters: Filters, days: tuple[date | None, date | None]) -> None:
    assert asked_days(filters, CALENDAR, TODAY) == days


@pytest.mark.parametrize(
    ("against", "choice"),
    [
        ("section:a", Filters(section="a")),
        ("section:unknown", None),
        ("group:red", Filters(group="red")),
        ("group:none", None),
        ("query:level=help&seen=7d", Filters(level="help", seen=Seen.WEEK)),
        ("query:level=worst", Filters()),
        ("rest", None),
        ("view:2b1e", None),
        ("<b>", None),
        ("section:", None),
    ],
)
def test_a_second_choice_is_one_that_the_course_has(against: str, choice: Filters | None) -> None:
    assert other_choice(Filters.parse(against=against), {"a", "b"}, {"red"}) == choice
