"""What changed after a message, against answers computed by hand."""

from datetime import date

from dashapp.domain.indicators.follow_up import FollowUp, Span, follow_up

WRITTEN = date(2026, 3, 10)
EVENTS = {
    date(2026, 3, 2): 100,  # the eighth day before
    date(2026, 3, 3): 4,  # the seventh
    date(2026, 3, 9): 1,
    date(2026, 3, 10): 50,  # the day itself
    date(2026, 3, 11): 2,
    date(2026, 3, 12): 3,
    date(2026, 3, 17): 5,  # the seventh after
    date(2026, 3, 18): 7,  # the eighth
    date(2026, 3, 24): 9,  # the fourteenth
    date(2026, 3, 25): 100,
}


def test_seven_days_before_and_twice_seven_after_without_the_day_itself() -> None:
    found = follow_up(EVENTS, WRITTEN, date(2026, 4, 1))

    assert found == FollowUp(Span(2, 5), Span(3, 10), Span(2, 16))


def test_a_span_says_nothing_until_it_is_over() -> None:
    assert follow_up(EVENTS, WRITTEN, date(2026, 3, 17)).after_7 is None
    later = follow_up(EVENTS, WRITTEN, date(2026, 3, 18))
    assert (later.after_7, later.after_14) == (Span(3, 10), None)
    assert follow_up(EVENTS, WRITTEN, date(2026, 3, 24)).after_14 is None
    assert follow_up(EVENTS, WRITTEN, date(2026, 3, 25)).after_14 == Span(2, 16)


def test_nothing_is_zero() -> None:
    assert follow_up({}, WRITTEN, date(2026, 4, 1)) == FollowUp(Span(0, 0), Span(0, 0), Span(0, 0))
