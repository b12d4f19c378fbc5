"""When it is looked at what came after a message, against answers computed by hand."""

from datetime import UTC, date, datetime

from dashapp.domain.indicators.follow_up import STEPS, Written, looked_at, window
from dashapp.domain.localtime import DatedZone, LocalDays

BERLIN = LocalDays([DatedZone(date(2000, 1, 1), "Europe/Berlin")])


def test_a_learner_is_looked_at_when_it_was_written_and_when_the_days_after_the_mail_are_over() -> None:
    # A quarter to midnight in Berlin, and sent on the next day; on 29 March the clocks go forward.
    written = Written(datetime(2026, 3, 17, 22, 45, tzinfo=UTC), datetime(2026, 3, 17, 23, 5, tzinfo=UTC))

    found = [looked_at(written, step, BERLIN) for step in STEPS]
    assert found == [
        datetime(2026, 3, 17, 22, 45, tzinfo=UTC),
        datetime(2026, 3, 25, 23, 0, tzinfo=UTC),
        datetime(2026, 4, 1, 22, 0, tzinfo=UTC),
    ]
    # 19 to 25 March, and 26 March to 1 April: the day of the mail, 18 March, is on neither side.
    assert window(BERLIN.day_of(found[1])) == (date(2026, 3, 19), date(2026, 3, 25))
    assert window(BERLIN.day_of(found[2])) == (date(2026, 3, 26), date(2026, 4, 1))
    assert window(BERLIN.day_of(found[0])) == (date(2026, 3, 10), date(2026, 3, 16))
