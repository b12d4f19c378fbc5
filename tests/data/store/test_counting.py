"""What one event adds to the aggregates, and what it does not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dashapp.data.database import Database
from dashapp.domain.events import ActivityType, Precision, RefusalReason, Verb
from tests.data.store.conftest import NOW, Campus, activity, course, enrolled, viewed, write_batch

MORNING = datetime(2026, 3, 16, 8, 30, tzinfo=UTC)


def test_an_event_is_counted_once_however_often_it_comes(campus: Campus) -> None:
    event = viewed("ada", MORNING, activity=activity(), activity_type=ActivityType.QUIZ, count=3)
    first = campus.write(event, event)
    again = campus.write(event)
    assert (first.new, first.seen, again.new, again.seen) == (1, 1, 0, 1)
    assert campus.rows("SELECT events, clicks FROM learner_course_days") == [(1, 3)]
    assert campus.rows("SELECT activity_type, events FROM learner_course_day_types") == [("quiz", 1)]
    assert campus.value("SELECT count(*) FROM raw_events") == 1


def test_the_same_id_with_other_content_is_a_conflict_within_and_across_batches(campus: Campus) -> None:
    event = viewed("ada", MORNING, id="one")
    other = viewed("ada", MORNING + timedelta(milliseconds=1), id="one")
    within = campus.write(event, other)
    across = campus.write(other, event)
    assert [letter.reason for letter in within.buried] == [RefusalReason.CONFLICT]
    assert [letter.reason for letter in across.buried] == [RefusalReason.CONFLICT]
    assert (within.new, across.new, across.seen) == (1, 0, 1)
    assert campus.value("SELECT events FROM learner_course_days") == 1


def test_a_missing_time_is_filled_at_the_first_receipt_and_a_later_copy_is_a_copy(campus: Campus) -> None:
    event = viewed("ada", None, id="timeless")
    campus.write(event, received_at=MORNING)
    again = campus.write(event, received_at=NOW)
    assert again.seen == 1
    assert campus.rows("SELECT occurred_at FROM raw_events") == [(MORNING,)]


def test_events_too_old_or_in_the_future_are_buried_and_the_rest_of_the_batch_counts(campus: Campus) -> None:
    old = viewed("ada", NOW - timedelta(days=366))
    early = viewed("ada", NOW + timedelta(minutes=6))
    written = campus.write(old, viewed("ada", MORNING), early, enrolled("ada", NOW - timedelta(days=2000)))
    assert [letter.reason for letter in written.buried] == [RefusalReason.TOO_OLD, RefusalReason.IN_THE_FUTURE]
    assert written.new == 2
    assert campus.value("SELECT count(*) FROM learner_course_days") == 1


def test_minutes_stand_where_they_elapsed_since_the_day_began(campus: Campus) -> None:
    # 08:30 UTC is 09:30 in Berlin: 570 minutes after midnight.
    campus.write(viewed("ada", MORNING), viewed("ada", MORNING + timedelta(seconds=59)))
    campus.write(viewed("ada", MORNING + timedelta(minutes=2)))
    [(minutes, first, last)] = campus.rows("SELECT minutes::text, first_at, last_at FROM learner_course_days")
    assert [index for index, bit in enumerate(minutes) if bit == "1"] == [570, 572]
    assert (first, last) == (MORNING, MORNING + timedelta(minutes=2))


def test_a_day_without_a_time_sets_no_minutes_and_no_hours(campus: Campus) -> None:
    day = viewed("ada", MORNING, precision=Precision.DAY, count=40, activity=activity())
    campus.write(day)
    assert campus.rows("SELECT events, clicks, minutes, first_at, last_at FROM learner_course_days") == [
        (1, 40, None, None, None)
    ]
    assert campus.rows("SELECT first_at, last_at FROM learner_activities") == [(None, None)]
    assert campus.rows("SELECT * FROM course_hours") == []
    campus.write(viewed("ada", MORNING))
    assert campus.value("SELECT bit_count(minutes) FROM learner_course_days") == 1
    campus.write(viewed("ada", MORNING, precision=Precision.DAY))
    assert campus.value("SELECT bit_count(minutes) FROM learner_course_days") == 1


def test_days_of_23_and_25_hours_hold_every_minute(campus: Campus) -> None:
    short, long = date(2025, 3, 30), date(2025, 10, 26)
    first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)  # 02:30 in summer time
    events = [viewed("ada", first + timedelta(hours=hours)) for hours in range(2)]
    events += [viewed("ada", datetime(2025, 10, 26, 22, 59, tzinfo=UTC))]
    events += [viewed("ada", datetime(2025, 3, 29, 23, 0, tzinfo=UTC))]
    events += [viewed("ada", datetime(2025, 3, 30, 21, 59, tzinfo=UTC))]
    campus.write(*events, received_at=datetime(2025, 11, 1, tzinfo=UTC))
    found = dict(campus.rows("SELECT day, minutes::text FROM learner_course_days"))
    assert [index for index, bit in enumerate(found[long]) if bit == "1"] == [150, 210, 1499]
    assert [index for index, bit in enumerate(found[short]) if bit == "1"] == [0, 1379]


def test_a_session_over_midnight_fills_the_end_of_one_day_and_the_start_of_the_next(campus: Campus) -> None:
    midnight = datetime(2026, 3, 16, 23, 0, tzinfo=UTC)
    campus.write(viewed("ada", midnight - timedelta(seconds=1)), viewed("ada", midnight))
    found = dict(campus.rows("SELECT day, minutes::text FROM learner_course_days"))
    assert {day: bits.index("1") for day, bits in found.items()} == {date(2026, 3, 16): 1439, date(2026, 3, 17): 0}


def test_a_grade_is_no_activity_of_the_learner(campus: Campus) -> None:
    graded = viewed("ada", MORNING, verb=Verb.GRADED, activity=activity(), score=7.5, max_score=10.0)
    written = campus.write(graded)
    assert campus.rows("SELECT score, submitted_at, graded_at FROM submissions") == [(7.5, None, MORNING)]
    assert campus.rows("SELECT * FROM learner_course_days") == []
    assert campus.rows("SELECT * FROM learner_activities") == []
    [touched] = written.touched.values()
    assert len(touched.courses) == len(touched.people) == 1


def test_verbs_with_a_table_of_their_own_fill_it(campus: Campus) -> None:
    common = {"activity": activity()}
    campus.write(
        viewed("ada", MORNING, verb=Verb.SUBMITTED, attempt=2, score=3.0, max_score=4.0, banked=True, **common),
        viewed("ada", MORNING, verb=Verb.SUBMITTED, **common),
        viewed("ada", MORNING, verb=Verb.ANSWERED, item="q1", response="x\\y\t'\"", correct=False, **common),
        viewed("ada", MORNING, verb=Verb.WATCHED, position_from=1.5, position_to=9.0, **common),
        viewed("ada", MORNING, verb=Verb.POSTED, post="p2", reply_to="p1", **common),
        viewed("ada", MORNING, verb=Verb.COMPLETED, **common),
    )
    assert sorted(campus.rows("SELECT attempt, graded_at IS NULL, banked FROM submissions")) == [
        (1, True, False),
        (2, False, True),
    ]
    assert campus.rows("SELECT response, correct FROM item_responses") == [("x\\y\t'\"", False)]
    assert campus.rows("SELECT position_from, position_to FROM video_segments") == [(1.5, 9.0)]
    assert campus.rows("SELECT post, reply_to FROM forum_posts") == [("p2", "p1")]
    assert campus.rows("SELECT completed_at, events FROM learner_activities") == [(MORNING, 6)]


def test_the_raw_row_holds_the_event_without_its_actor(campus: Campus) -> None:
    campus.write(viewed('ada\\é"}', MORNING, activity=activity("a\\b"), response="über \\u0001"))
    body = bytes(campus.value("SELECT body FROM raw_events")).decode()
    assert "ada" not in body
    assert '"response":"über \\\\u0001"' in body


def test_a_batch_of_several_organisations_counts_in_each(campus: Campus, database: Database) -> None:
    south = Campus(database, "south", "America/New_York")
    instant = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
    arrivals = [*south.arrivals([viewed("ada", instant, id="x")]), *campus.arrivals([viewed("ada", instant, id="x")])]
    written = write_batch(database, campus.writer, arrivals)
    assert written.new == 2
    assert campus.rows("SELECT day FROM learner_course_days") == [(date(2026, 3, 16),)]
    assert south.rows("SELECT day FROM learner_course_days") == [(date(2026, 3, 15),)]
    assert south.differences() == {}


@pytest.mark.parametrize("verb", [Verb.VIEWED, Verb.GRADED])
def test_what_a_batch_touched_is_told_by_the_keys_that_count(campus: Campus, verb: Verb) -> None:
    written = campus.write(viewed("ada", MORNING, verb=verb, activity=activity(), course=course("logic")))
    touched = written.touched[campus.organisation]
    assert touched.people == {campus.key_of("ada")}
    assert touched.courses == {campus.value("SELECT course_id FROM courses")}
    assert touched.oldest_received_at == NOW


def test_a_membership_may_be_older_than_the_retention_but_not_older_than_any_calendar(campus: Campus) -> None:
    written = campus.write(
        enrolled("ada", datetime(1987, 10, 1, tzinfo=UTC)), enrolled("bob", datetime(1969, 10, 1, tzinfo=UTC))
    )
    assert [letter.reason for letter in written.buried] == [RefusalReason.TOO_OLD]
    assert campus.value("SELECT count(*) FROM memberships") == 1
