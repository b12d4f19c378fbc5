from datetime import UTC, datetime

import pytest

from dashapp.domain.events import Identifier, LearningEvent, Verb
from dashapp.domain.quality import HELD_BY, SPEAKS_FROM, WEIGHTS, Counts, Part, is_incomplete, is_out_of_range

ANNA = Identifier("lms", "account", "anna")
ALGEBRA = Identifier("lms", "course", "algebra")
QUIZ = Identifier("lms", "activity", "quiz")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def event(verb: Verb = Verb.VIEWED, **more: object) -> LearningEvent:
    given = {"occurred_at": NOW, "activity": QUIZ, **more}
    return LearningEvent("1", verb, ANNA, ALGEBRA, **given)  # type: ignore[arg-type]  # one dict for several types


def test_the_weights_add_up_to_a_hundred() -> None:
    assert set(WEIGHTS) == set(Part)
    assert sum(WEIGHTS.values()) == 100


def test_nothing_received_has_no_score() -> None:
    assert Counts().score() is None
    assert all(Counts().share(part) is None for part in Part)


def test_all_good_is_a_hundred_and_a_part_that_cannot_tell_is_left_out() -> None:
    assert Counts(received=10, learning=10, live=10).score() == 100
    assert Counts(received=10).score() == 100


def test_the_score_is_the_weighted_mean_of_the_parts() -> None:
    counts = Counts(received=100, refused=50, learning=50, unknown=25, live=50)
    assert counts.share(Part.VALID) == 50
    assert counts.share(Part.KNOWN) == 50
    assert counts.score() == pytest.approx(100 - 0.30 * 50 - 0.15 * 50)


@pytest.mark.parametrize(
    ("counts", "raises", "ends"),
    [
        (Counts(), False, True),
        (Counts(received=HELD_BY - 1, refused=HELD_BY - 1), False, True),
        (Counts(received=HELD_BY, refused=HELD_BY), False, False),
        (Counts(received=SPEAKS_FROM - 1, refused=SPEAKS_FROM - 1), False, False),
        (Counts(received=SPEAKS_FROM, refused=SPEAKS_FROM), True, False),
        (Counts(received=SPEAKS_FROM), False, True),
    ],
)
def test_an_alert_is_raised_by_many_bad_events_and_held_by_fewer(counts: Counts, raises: bool, ends: bool) -> None:
    assert (counts.raises_alert(), counts.ends_alert()) == (raises, ends)


def test_counts_add_up_field_by_field() -> None:
    assert Counts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) + Counts(received=1, slow=2) == Counts(2, 2, 3, 4, 5, 6, 7, 8, 9, 12)


@pytest.mark.parametrize(
    ("lacking", "incomplete"),
    [
        (event(), False),
        (event(occurred_at=None), True),
        (event(activity=None), True),
        (event(Verb.COMPLETED, activity=None), False),
        (event(Verb.GRADED), True),
        (event(Verb.GRADED, exempt=True), False),
        (event(Verb.GRADED, score=3.0), False),
    ],
)
def test_an_event_is_incomplete_where_it_lacks_what_its_kind_should_say(
    lacking: LearningEvent, incomplete: bool
) -> None:
    assert is_incomplete(lacking) is incomplete


@pytest.mark.parametrize(
    ("odd", "out"),
    [
        (event(Verb.GRADED, score=5.0, max_score=5.0), False),
        (event(Verb.GRADED, score=5.1, max_score=5.0), True),
        (event(Verb.GRADED, score=-1.0), True),
        (event(Verb.WATCHED, position_from=0.0, position_to=90_000.0), True),
        (event(Verb.WATCHED, position_from=0.0, position_to=60.0), False),
    ],
)
def test_a_value_that_cannot_be_is_out_of_range(odd: LearningEvent, out: bool) -> None:
    assert is_out_of_range(odd) is out
