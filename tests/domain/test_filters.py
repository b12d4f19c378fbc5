from datetime import date
from uuid import UUID

import pytest

from dashapp.domain.filters import Filters

COURSE = UUID("5f8fad9f-dce4-438b-909c-2d21c5133dbf")


def test_filters_are_read_from_the_texts_of_an_address() -> None:
    found = Filters.parse(
        section=" a ", first="2026-05-01", last="2026-05-07", course=str(COURSE), level="help", unit="Arts"
    )
    assert found == Filters("a", date(2026, 5, 1), date(2026, 5, 7), COURSE, "help", "Arts")
    assert found.to_query() == f"course={COURSE}&unit=Arts&section=a&level=help&from=2026-05-01&to=2026-05-07"


@pytest.mark.parametrize(
    "given",
    [
        {"first": "soon", "last": "2026-13-01", "course": "mine", "level": "worst"},
        {"section": "  ", "unit": "\0", "first": [], "last": {}, "course": 7},
        {"unknown": "x"},
        {},
    ],
)
def test_what_cannot_be_understood_is_ignored(given: dict[str, object]) -> None:
    assert Filters.parse(**given) == Filters()


def test_a_range_that_ends_before_it_starts_is_turned_round() -> None:
    assert Filters.parse(first="2026-05-07", last="2026-05-01").first == date(2026, 5, 1)


def test_a_name_without_end_is_cut() -> None:
    assert len(Filters.parse(section="x" * 5000).section or "") == 100


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1969-12-31", "2026-02-30", "soon", 5, {"a": 1}])
def test_a_day_outside_of_the_years_of_events_is_ignored(day: object) -> None:
    assert Filters.parse(first=day, last=day) == Filters()


def test_half_a_surrogate_pair_is_no_part_of_a_name() -> None:
    assert Filters.parse(section="\ud800", unit="a\udfffb") == Filters(unit="ab")
    assert Filters.parse(unit="a\udfffb").to_query() == "unit=ab"
