"""The demo campus on paper: its plan and its term of events, before anything is in a database."""

import itertools
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from statistics import mean, median
from zoneinfo import ZoneInfo

import pytest

from dashapp.domain.audience import MINIMUM_GROUP
from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    Event,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    Role,
    Source,
    Topic,
    Verb,
)
from dashapp.domain.keys import OrganisationId, SourceId
from ingest.demo.calendar import READING_WEEK, ZONE, term_around
from ingest.demo.campus import Campus, Fate, plan_campus
from ingest.demo.catalogue import ISSUER
from ingest.demo.describing import describing_events
from ingest.demo.history import History
from ingest.gathering import kind_of
from ingest.native import decode, encode

NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LONDON = ZoneInfo(ZONE)
SOURCE = Source(SourceId(1), OrganisationId(1), "oakfield", "demo", ISSUER, frozenset(Topic))


@pytest.fixture(scope="module")
def campus() -> Campus:
    return plan_campus(term_around(NOW.date()))


@pytest.fixture(scope="module")
def history(campus: Campus) -> list[Event]:
    return list(History(campus).between(LONG_AGO, NOW))


@pytest.fixture(scope="module")
def learning(history: list[Event]) -> list[LearningEvent]:
    return [event for event in history if isinstance(event, LearningEvent)]


@pytest.fixture(scope="module")
def own(learning: list[LearningEvent]) -> list[LearningEvent]:
    """What learners did themselves."""
    return [event for event in learning if event.verb is not Verb.GRADED and event.person.value.startswith("s")]


def at(event: Event) -> datetime:
    assert event.occurred_at is not None
    return event.occurred_at.astimezone(LONDON)


def test_two_courses_have_groups_of_about_the_same_size_and_nobody_is_in_two_of_a_course(campus: Campus) -> None:
    changes = [event for event in describing_events(campus) if isinstance(event, MembershipChanged) and event.group]
    sizes = Counter((event.course.value[:8], event.group) for event in changes)
    assert Counter(course for course, _team in sizes) == {"stat-101": 8, "comp-110": 10}
    for course in ("stat-101", "comp-110"):
        of_course = [number for (value, _team), number in sizes.items() if value == course]
        assert max(of_course) - min(of_course) <= 1
    assert len({(event.person, event.course) for event in changes}) == len(changes)


def test_the_campus_is_as_large_as_a_small_faculty(campus: Campus) -> None:
    assert len(campus.courses) == 6
    assert len(campus.learners) == 300
    assert len(campus.teachers) == 8
    assert len(campus.administrators) == 2
    assert all(2 <= len(learner.enrolments) <= 4 for learner in campus.learners)
    assert all(2 <= len(course.text.sections) <= 3 for course in campus.courses)
    assert Counter(len(teacher.courses) for teacher in campus.teachers) == {1: 7, 2: 1}
    assert {course.number for teacher in campus.teachers for course in teacher.courses} == set(range(6))


def test_one_section_is_smaller_than_the_minimum_group_and_every_seat_is_in_a_section(campus: Campus) -> None:
    seats = Counter(
        (enrolment.course.number, enrolment.section) for learner in campus.learners for enrolment in learner.enrolments
    )
    assert seats == Counter({key: number for key, number in seats.items() if number})
    assert seats[5, "E"] == 3
    assert min(number for key, number in seats.items() if key != (5, "E")) > 20


def test_the_present_lies_in_the_twelfth_week_of_the_term(campus: Campus) -> None:
    assert campus.term.week(NOW.astimezone(LONDON).date()) == 11
    assert campus.term.last_day > NOW.date()


@pytest.mark.parametrize(
    "today",
    [
        *(pytest.param(day, marks=pytest.mark.long) for day in (date(2026, 1, 1), date(2027, 8, 15))),
        date(2026, 3, 29),
        date(2028, 2, 29),
    ],
)
def test_a_campus_can_be_planned_on_any_day(today: date) -> None:
    campus = plan_campus(term_around(today))
    assert campus.term.first_day.weekday() == 0
    assert campus.term.week(today) == 11
    until = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    assert sum(1 for _ in History(campus).between(until - timedelta(days=3), until)) > 100


def test_the_same_seed_and_day_give_the_same_campus_and_the_same_events(campus: Campus, history: list[Event]) -> None:
    again = plan_campus(term_around(NOW.date()))
    assert again == campus
    assert list(History(again).between(LONG_AGO, NOW)) == history
    assert list(describing_events(again)) == list(describing_events(campus))
    assert plan_campus(campus.term, seed=8) != campus


def test_history_told_in_parts_is_the_history_told_at_once(campus: Campus, history: list[Event]) -> None:
    cuts = [LONG_AGO, datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
    cuts += [datetime(2026, 11, 11, 13, 7, tzinfo=UTC), NOW]
    told = History(campus)
    parts = [event for since, until in itertools.pairwise(cuts) for event in told.between(since, until)]
    assert parts == history


def test_history_is_in_order_ends_now_and_has_unique_ids_in_the_order_of_time(history: list[Event]) -> None:
    moments = [event.occurred_at for event in history if event.occurred_at is not None]
    assert len(moments) == len(history)
    assert moments == sorted(moments)
    assert NOW - timedelta(minutes=10) < moments[-1] < NOW
    ids = [event.id for event in history]
    assert len(set(ids)) == len(ids)
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)


def test_there_are_enough_events_for_charts_and_few_enough_for_a_quick_start(history: list[Event]) -> None:
    assert 60_000 < len(history) < 200_000


def test_every_event_can_be_sent_and_comes_back_the_same(campus: Campus, history: list[Event]) -> None:
    for event in [*describing_events(campus), *history[::40]]:
        assert decode(encode(event, ISSUER), kind_of(event), SOURCE) == event


def test_weekends_are_quieter_and_the_reading_week_is_quietest(own: list[LearningEvent], campus: Campus) -> None:
    per_day: Counter[date] = Counter(at(event).date() for event in own)
    by_weekday = defaultdict(list)
    for day, events in per_day.items():
        if 0 <= campus.term.week(day) < 11 and campus.term.week(day) != READING_WEEK:
            by_weekday[day.weekday()].append(events)
    assert mean(by_weekday[5]) < 0.6 * mean(by_weekday[1])
    per_week = Counter(campus.term.week(at(event).date()) for event in own)
    assert min((per_week[week], week) for week in range(11))[1] == READING_WEEK


def test_more_is_done_on_the_days_before_something_heavy_is_due(own: list[LearningEvent], campus: Campus) -> None:
    course = campus.courses[0]
    per_day = Counter(at(event).date() for event in own if event.course == course.identifier)
    due = {activity.due_at.date() for activity in course.graded if activity.due_at is not None}
    busy = {campus.term.week(day) for day in due} | {READING_WEEK}
    heavy = [a.due_at.date() for a in course.graded if a.weight and a.weight > 10 and a.due_at and a.due_at < NOW]
    quiet = [week for week in range(1, 11) if week not in busy]
    assert heavy
    assert quiet
    for day in heavy:
        # The two days up to the deadline against the same weekdays of weeks in which nothing is due.
        usual = [campus.term.first_day + timedelta(days=7 * week + day.weekday()) for week in quiet]
        two_days = [per_day[one] + per_day[one - timedelta(days=1)] for one in (day, *usual)]
        assert two_days[0] > 1.3 * mean(two_days[1:])


def test_people_study_at_lunch_and_in_the_evening_and_few_at_night(own: list[LearningEvent]) -> None:
    hours = Counter(at(event).hour for event in own)
    assert max(hours, key=lambda hour: hours[hour]) in (19, 20, 21)
    assert hours[13] > hours[11]
    assert hours[13] > hours[14]
    assert 0 < sum(hours[hour] for hour in (2, 3, 4, 5)) < 0.04 * len(own)


def test_events_of_a_session_are_minutes_apart_and_none_repeats_an_instant_for_long(own: list[LearningEvent]) -> None:
    by_person = defaultdict(list)
    for event in own:
        by_person[event.person].append(at(event).timestamp())
    gaps = [later - one for moments in by_person.values() for one, later in itertools.pairwise(moments)]
    within = [gap for gap in gaps if gap < 1800]
    assert 30 < median(within) < 300
    assert 0.6 < len(within) / len(gaps) < 0.97


def test_the_change_of_the_clocks_lies_in_the_history(own: list[LearningEvent]) -> None:
    offsets = {at(event).utcoffset() for event in own}
    assert offsets == {timedelta(0), timedelta(hours=1)}
    assert any(at(event).date() == date(2026, 10, 25) for event in own)


def test_nobody_learns_outside_of_their_enrolment(own: list[LearningEvent], campus: Campus) -> None:
    enrolled = {
        (learner.identifier, enrolment.course.identifier): enrolment
        for learner in campus.learners
        for enrolment in learner.enrolments
    }
    left = 0
    for event in own:
        enrolment = enrolled[event.person, event.course]
        # A session that has begun may end a little later.
        assert at(event) >= enrolment.joined_at - timedelta(hours=12)
        if enrolment.leaves_at is not None:
            left += 1
            assert at(event) < enrolment.leaves_at + timedelta(hours=14)
    assert left > 0


def test_as_many_join_late_or_leave_a_course_as_may_be_shown_or_nobody_does(campus: Campus) -> None:
    """Else those who see groups only would not be shown how many stay: fewer than five could be told."""
    late, left = Counter[str](), Counter[str]()
    starts = campus.term.moment(1, 0, time(0))
    for enrolment in (each for learner in campus.learners for each in learner.enrolments):
        late[enrolment.course.text.code] += enrolment.joined_at >= starts
        left[enrolment.course.text.code] += enrolment.leaves_at is not None
    assert all(count == 0 or count >= MINIMUM_GROUP for count in (*late.values(), *left.values()))
    assert sum(late.values()) > 0
    assert sum(left.values()) > 0
    assert sum(count == 0 for count in late.values()) == 5


def test_learners_fade_stay_away_and_leave(own: list[LearningEvent], campus: Campus) -> None:
    fates = Counter(learner.fate for learner in campus.learners)
    assert all(fates[fate] >= 5 for fate in Fate)
    assert 0.7 < fates[Fate.STEADY] / 300 < 0.85
    last_seen = {event.person: at(event) for event in own}
    for learner in campus.learners:
        if learner.fate is Fate.AWAY:
            assert last_seen[learner.identifier] < NOW - timedelta(days=7)
    first_weeks, last_weeks = Counter[str](), Counter[str]()
    fading = {
        (learner.identifier, enrolment.course.identifier)
        for learner in campus.learners
        for enrolment in learner.enrolments
        if enrolment.fades_in is not None
    }
    for event in own:
        if (event.person, event.course) in fading:
            week = campus.term.week(at(event).date())
            first_weeks[event.person.value] += week < 4
            last_weeks[event.person.value] += week >= 9
    assert sum(last_weeks.values()) < 0.2 * sum(first_weeks.values())


def test_work_is_handed_in_early_late_and_not_at_all(learning: list[LearningEvent], campus: Campus) -> None:
    due = {a.identifier: a.due_at for c in campus.courses for a in c.graded if a.due_at is not None}
    handed_in: dict[tuple[object, object], datetime] = {}
    for event in learning:
        if event.verb is Verb.SUBMITTED and event.activity is not None:
            handed_in.setdefault((event.person, event.activity), at(event))
    passed = {activity for activity, moment in due.items() if moment < NOW - timedelta(days=4)}
    late = [key for key, moment in handed_in.items() if moment > due[key[1]]]  # type: ignore[index]  # an Identifier
    assert 0.02 < len(late) / len(handed_in) < 0.12
    expected = sum(
        1
        for learner in campus.learners
        for enrolment in learner.enrolments
        for activity in enrolment.course.graded
        if activity.identifier in passed
    )
    missing = expected - sum(1 for _, activity in handed_in if activity in passed)
    assert 0.04 < missing / expected < 0.2


def test_marks_come_after_the_work_and_spread(learning: list[LearningEvent]) -> None:
    handed_in = {(e.person, e.activity): at(e) for e in learning if e.verb is Verb.SUBMITTED}
    marks = [event for event in learning if event.verb is Verb.GRADED and not event.exempt]
    assert all(handed_in[mark.person, mark.activity] < at(mark) for mark in marks)
    assert all(at(mark).weekday() < 5 and 8 <= at(mark).hour < 18 for mark in marks)
    scores = sorted(mark.score for mark in marks if mark.score is not None)
    assert len(scores) > 1000
    assert 55 < median(scores) < 75
    assert scores[len(scores) // 10] < 55
    assert scores[-1] > 90


def test_quizzes_are_answered_item_by_item(learning: list[LearningEvent]) -> None:
    answers = [event for event in learning if event.verb is Verb.ANSWERED]
    assert {event.item for event in answers} == {f"question-{number}" for number in range(1, 7)}
    right = mean(bool(event.correct) for event in answers)
    assert 0.5 < right < 0.85
    assert {event.attempt for event in answers} == {1, 2}


def test_videos_are_watched_in_stretches_within_their_length(learning: list[LearningEvent], campus: Campus) -> None:
    length = {activity.identifier: activity.seconds for course in campus.courses for activity in course.activities()}
    stretches = [event for event in learning if event.verb is Verb.WATCHED]
    assert len(stretches) > 1000
    for event in stretches:
        assert event.position_from is not None
        assert event.position_to is not None
        assert event.activity is not None
        assert 0 <= event.position_from < event.position_to <= length[event.activity]


def test_replies_in_the_forum_name_a_thread(learning: list[LearningEvent]) -> None:
    posts = [event for event in learning if event.verb is Verb.POSTED]
    assert len(posts) > 300
    assert any(event.reply_to for event in posts)
    assert any(not event.reply_to for event in posts)


def test_nothing_is_opened_before_it_is_published(learning: list[LearningEvent], campus: Campus) -> None:
    published = {a.identifier: a.published_at for course in campus.courses for a in course.activities()}
    early = [
        event
        for event in learning
        if event.activity is not None
        and event.person.value.startswith("s")
        and at(event) < published[event.activity] - timedelta(minutes=1)
        and event.activity_type not in (ActivityType.COURSE_HOME, ActivityType.FORUM)
    ]
    assert len(early) < 0.002 * len(learning)


def test_the_campus_is_described_whole(campus: Campus) -> None:
    events = list(describing_events(campus))
    activities = [event for event in events if isinstance(event, ActivityDescribed)]
    assert len(activities) == len({event.activity for event in activities})
    for course in campus.courses:
        weights = [event.weight for event in activities if event.course == course.identifier and event.weight]
        assert sum(weights) == 100
    people = [event for event in events if isinstance(event, PersonDescribed)]
    assert len({(event.given_name, event.family_name) for event in people}) == len(people) == 310
    assert all(event.email is not None and event.email.endswith("@oakfield.example") for event in people)
    changes = [event for event in events if isinstance(event, MembershipChanged)]
    roles = Counter(event.role for event in changes if event.active and event.group is None)
    assert roles[Role.TEACHER] == 9
    assert roles[Role.ASSISTANT] == 1
    assert 750 < roles[Role.LEARNER] < 1050
