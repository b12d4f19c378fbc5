"""Roles, test people and types that become known late; events that are taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from dashapp.domain.events import (
    ActivityType,
    CourseDescribed,
    Event,
    Identifier,
    Outcome,
    OutcomeRecorded,
    PersonDescribed,
    RefusalReason,
    Role,
    Verb,
)
from tests.data.conftest import make_source
from tests.data.store.conftest import NOW, Campus, activity, course, described, enrolled, person, viewed, voided

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
YEARS = range(1970, 2025)
MONTHS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'raw_events'::regclass"
LEARNERS = "SELECT day::text, events, learners FROM course_days ORDER BY day"


def test_a_staff_role_that_comes_late_takes_the_persons_days_out_of_the_roll_ups(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY, activity=activity()), viewed("bob", MONDAY, activity=activity()))
    campus.write(viewed("ada", MONDAY + timedelta(days=3)))
    assert campus.rows(LEARNERS) == [("2026-03-16", 2, 2), ("2026-03-19", 1, 1)]
    campus.write(enrolled("ada", MONDAY - WEEK, Role.TEACHER))
    assert campus.rows(LEARNERS) == [("2026-03-16", 1, 1)]
    assert campus.value("SELECT sum(events) FROM activity_days") == 1
    assert campus.value("SELECT sum(events) FROM course_hours") == 1
    assert campus.value("SELECT sum(events) FROM organisation_days") == 1
    # The learner-days themselves count everyone.
    assert campus.value("SELECT count(*) FROM learner_course_days") == 3
    campus.write(enrolled("ada", MONDAY + timedelta(days=1), Role.TEACHER, active=False))
    assert campus.rows(LEARNERS) == [("2026-03-16", 1, 1), ("2026-03-19", 1, 1)]


def test_a_staff_role_leaves_out_the_days_that_it_overlaps_and_the_events_of_its_own_batch(campus: Campus) -> None:
    midnight = datetime(2026, 3, 16, 23, 0, tzinfo=UTC)
    campus.write(
        viewed("ada", MONDAY),
        enrolled("ada", MONDAY, Role.ASSISTANT, ends_at=midnight),
        viewed("ada", midnight),
    )
    assert campus.rows(LEARNERS) == [("2026-03-17", 1, 1)]


def test_taking_a_staff_role_back_puts_the_days_in_again(campus: Campus) -> None:
    role = enrolled("ada", MONDAY - WEEK, Role.TEACHER)
    campus.write(viewed("ada", MONDAY), role)
    assert campus.rows(LEARNERS) == []
    campus.write(voided(role))
    assert campus.rows(LEARNERS) == [("2026-03-16", 1, 1)]
    assert campus.rows("SELECT * FROM memberships") == []


def test_test_people_are_in_no_roll_up_whenever_that_becomes_known(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY, course=course("algebra")), viewed("ada", MONDAY, course=course("logic")))
    campus.write(PersonDescribed(id="p1", person=person("ada"), occurred_at=MONDAY, is_test=True))
    campus.write(viewed("ada", MONDAY + WEEK / 7))
    assert campus.rows(LEARNERS) == []
    campus.write(PersonDescribed(id="p2", person=person("ada"), occurred_at=MONDAY + WEEK / 7, given_name="Ada"))
    assert campus.value("SELECT sum(events) FROM course_days") == 3


def test_an_activity_type_that_comes_late_moves_what_was_counted(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY, activity=activity()), viewed("ada", MONDAY, activity=activity("other")))
    types = "SELECT activity_type, events FROM learner_course_day_types ORDER BY 1"
    assert campus.rows(types) == [("unknown", 2)]
    campus.write(viewed("bob", MONDAY, activity=activity(), activity_type=ActivityType.QUIZ))
    assert campus.rows(types) == [("quiz", 1), ("quiz", 1), ("unknown", 1)]
    campus.write(viewed("bob", MONDAY, activity=activity(), activity_type=ActivityType.EXAM))
    assert campus.rows(types) == [("exam", 1), ("exam", 2), ("unknown", 1)]
    campus.write(described("quiz-1", MONDAY, activity_type=ActivityType.VIDEO))
    assert campus.rows(types) == [("unknown", 1), ("video", 1), ("video", 2)]
    # A later description that does not say what it is leaves that to the claims again.
    campus.write(described("quiz-1", MONDAY + WEEK / 7, title="Quiz"))
    assert campus.rows(types) == [("exam", 1), ("exam", 2), ("unknown", 1)]


@pytest.mark.parametrize("first", ["event", "retraction"])
def test_a_retracted_event_is_not_counted_whichever_comes_first(campus: Campus, first: str) -> None:
    event = viewed("ada", MONDAY, verb=Verb.COMPLETED, activity=activity())
    kept = viewed("ada", MONDAY + timedelta(minutes=5), activity=activity())
    answer = viewed("ada", MONDAY, verb=Verb.ANSWERED, item="q", activity=activity())
    one, two = ([event, answer], [voided(event), voided(answer)])
    campus.write(kept)
    for batch in (one, two) if first == "event" else (two, one):
        campus.write(*batch)
    assert campus.rows("SELECT events, bit_count(minutes), first_at FROM learner_course_days") == [
        (1, 1, MONDAY + timedelta(minutes=5))
    ]
    assert campus.rows("SELECT events, completed_at FROM learner_activities") == [(1, None)]
    assert campus.rows("SELECT * FROM item_responses") == []
    assert sorted(campus.rows("SELECT verb, retracted FROM raw_events")) == [
        ("answered", True),
        ("completed", True),
        ("viewed", False),
        ("voided", False),
        ("voided", False),
    ]


def test_taking_back_the_only_event_leaves_no_row(campus: Campus) -> None:
    event = viewed("ada", MONDAY, activity=activity())
    campus.write(event)
    campus.write(voided(event), voided(event))
    for table in ("learner_course_days", "learner_activities", "course_days", "course_hours", "organisation_days"):
        assert campus.rows(f"SELECT * FROM {table}") == [], table


def test_a_description_cannot_be_taken_back(campus: Campus) -> None:
    title = CourseDescribed(id="c1", course=course(), occurred_at=MONDAY, title="Algebra")
    later = campus.write(title).buried + campus.write(voided(title)).buried
    together = CourseDescribed(id="c2", course=course("logic"), occurred_at=MONDAY, title="Logic")
    same = campus.write(together, voided(together))
    assert [letter.reason for letter in (*later, *same.buried)] == [RefusalReason.NOT_VOIDABLE] * 2
    assert sorted(campus.rows("SELECT title FROM courses")) == [("Algebra",), ("Logic",)]


def test_only_the_sender_itself_can_take_an_event_back(campus: Campus) -> None:
    event = viewed("ada", MONDAY)
    campus.write(event)
    own = campus.source
    other = make_source(campus.database, campus.organisation, "other-lms")
    campus.source = type(own)(other, own.organisation_id, own.organisation, "other-lms", own.issuer, own.allowed)
    campus.write(voided(event))
    assert campus.value("SELECT events FROM learner_course_days") == 1


def test_roles_in_sections_make_a_role_in_the_course_and_leaving_the_course_ends_them(campus: Campus) -> None:
    days = [MONDAY + timedelta(days=number) for number in range(6)]
    campus.write(
        enrolled("ada", days[3], active=False),
        enrolled("ada", days[1], section="b"),
        enrolled("ada", days[2], section="a", active=False),
        enrolled("ada", days[0], section="a"),
        enrolled("ada", days[4]),
    )
    query = "SELECT scope_kind, starts_at, ends_at FROM memberships ORDER BY scope_kind, starts_at"
    assert campus.rows(query) == [
        ("course", days[0], days[3]),
        ("course", days[4], None),
        ("section", days[0], days[2]),
        ("section", days[1], days[3]),
    ]


def test_a_provisional_thing_is_completed_by_its_own_event(campus: Campus) -> None:
    campus.write(viewed("ada", MONDAY, activity=activity()))
    assert campus.rows("SELECT provisional, given_name FROM people") == [(True, None)]
    campus.write(
        PersonDescribed(id="p", person=person("ada"), occurred_at=MONDAY, given_name="Ada"),
        CourseDescribed(id="c", course=course(), occurred_at=MONDAY, title="Algebra", breaks=((MONDAY.date(),) * 2,)),
        described("quiz-1", MONDAY, unit="u1", due_at=NOW),
        OutcomeRecorded(id="o", person=person("ada"), course=course(), outcome=Outcome.PASS, occurred_at=MONDAY),
    )
    assert campus.rows("SELECT provisional, given_name FROM people") == [(False, "Ada")]
    assert campus.rows("SELECT provisional, due_at FROM activities") == [(False, NOW)]
    assert campus.rows("SELECT outcome FROM outcomes") == [("pass",)]
    assert campus.value("SELECT count(*) FROM course_breaks") == 1
    bodies = b"".join(bytes(body) for (body,) in campus.rows("SELECT body FROM raw_events"))
    assert b"Ada" not in bodies


def test_the_same_activity_in_two_courses_is_two_activities(campus: Campus) -> None:
    one = Identifier("https://lms.example", "activity", "shared")
    campus.write(viewed("ada", MONDAY, activity=one), viewed("ada", MONDAY, course=course("logic"), activity=one))
    assert campus.value("SELECT count(*) FROM activities") == 2


def test_descriptions_of_half_a_century_hold_and_need_the_months_of_their_arrival_only(campus: Campus) -> None:
    roles = [enrolled(f"person-{year}", datetime(year, month, 1, tzinfo=UTC)) for year in YEARS for month in (2, 9)]
    quizzes = [described("quiz", datetime(year, 1, 1, tzinfo=UTC), title=f"Quiz of {year}") for year in YEARS]

    campus.write(*roles, viewed("ada", MONDAY))
    campus.write(*reversed(quizzes), *roles)

    assert campus.rows(MONTHS) == [("raw_events_y2026m03",)]
    assert campus.value("SELECT count(*) FROM raw_events") == len(roles) + len(quizzes) + 1
    assert campus.value("SELECT min(starts_at) FROM memberships") == datetime(1970, 2, 1, tzinfo=UTC)
    assert campus.value("SELECT title FROM activities") == "Quiz of 2024"


@pytest.mark.parametrize("first", ["event", "retraction"])
def test_a_role_of_long_ago_can_be_taken_back(campus: Campus, first: str) -> None:
    role = enrolled("ada", datetime(1987, 10, 1, tzinfo=UTC), Role.TEACHER)
    pair: list[Event] = [role, voided(role, datetime(1988, 1, 1, tzinfo=UTC))]
    campus.write(viewed("ada", MONDAY))
    for number, each in enumerate(pair if first == "event" else pair[::-1]):
        campus.write(each, received_at=NOW + timedelta(hours=number))

    assert campus.rows("SELECT * FROM memberships") == []
    assert campus.rows("SELECT retracted FROM raw_events WHERE verb = 'membership_changed'") == [(True,)]
    assert campus.rows(LEARNERS) == [("2026-03-16", 1, 1)]


def test_an_event_at_the_horizon_stands_at_its_own_time_and_one_beyond_at_its_arrival(campus: Campus) -> None:
    horizon = NOW - timedelta(days=365)
    campus.write(enrolled("ada", horizon), enrolled("bob", horizon - timedelta(seconds=1)))

    assert campus.rows("SELECT occurred_at FROM raw_events ORDER BY 1") == [(horizon,), (NOW,)]
    assert campus.rows("SELECT occurred_at FROM event_ledger ORDER BY 1") == [(horizon,), (NOW,)]
