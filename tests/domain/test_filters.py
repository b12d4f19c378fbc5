from datetime import date
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from dashapp.domain.filters import Band, Filters, Seen, Span

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


def test_all_filters_of_learners_go_to_the_address_and_back() -> None:
    query = {
        "section": "a", "group": "Grüne & blaue", "activity": "quiz", "level": "watch", "seen": "7d",
        "score": "40-60", "range": "28d", "compare": "group:Grüne & blaue",
    }  # fmt: skip
    found = Filters.of_query(query)
    assert dict(parse_qsl(found.to_query())) == query
    assert (found.span, found.seen, found.score, found.activity) == (Span.MONTH, Seen.WEEK, Band.MIDDLE, "quiz")


@pytest.mark.parametrize(
    "query",
    [
        {"range": "29d", "seen": "tomorrow", "score": "0-100", "activity": "unknown", "level": "none"},
        {"range": "custom", "seen": "", "score": "<b>", "activity": "x" * 9999},
        {"range": ["28d"], "seen": {}, "score": 7, "activity": None, "group": "\0 ", "learners": [str(COURSE)]},
    ],
)
def test_filters_of_learners_that_nobody_knows_are_ignored(query: dict[str, object]) -> None:
    assert Filters.of_query(query) == Filters()


def test_a_preset_of_dates_stands_in_place_of_days() -> None:
    assert Filters.of_query({"range": "7d", "from": "2026-05-01", "to": "2026-05-02"}) == Filters(span=Span.WEEK)
    assert Filters.of_query({"range": "custom", "from": "2026-05-01"}) == Filters(first=date(2026, 5, 1))


@pytest.mark.parametrize("given", ["x", 5, {"a": 1}, [], ["x", None, 7, {}], [[str(COURSE)]], None])
def test_picked_learners_that_are_no_ids_are_nobodys_choice(given: object) -> None:
    assert Filters.parse(learners=given).learners is None


def test_picked_learners_never_stand_in_an_address_but_tell_answers_apart() -> None:
    one, other = (Filters.parse(learners=[str(UUID(int=number))]) for number in (1, 2))
    assert one.to_query() == other.to_query() == ""
    assert len({Filters().key(), one.key(), other.key()}) == 3
    assert len(Filters.parse(learners=[str(UUID(int=number)) for number in range(9_000)]).learners or ()) == 5_000


@pytest.mark.parametrize("name", ["cls", "self", "learners", "first", "no such", "__class__"])
def test_a_parameter_that_is_no_filter_says_nothing(name: str) -> None:
    assert Filters.of_query({name: "2026-03-02", "level": "help"}) == Filters(level="help")


def test_dates_are_to_come_while_the_first_of_them_lies_after_today() -> None:
    today, tomorrow = date(2026, 5, 7), date(2026, 5, 8)
    assert Filters(first=tomorrow).to_come(today) == tomorrow
    assert Filters(first=tomorrow, last=date(2026, 6, 1)).to_come(today) == tomorrow
    assert Filters(first=today, last=tomorrow).to_come(today) is None
    assert Filters(last=tomorrow).to_come(today) is None
