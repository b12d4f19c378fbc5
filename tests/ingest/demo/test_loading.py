"""The demo campus in a real database: made once, continued later, never counted twice."""

import signal
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event as Signal
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import principal_for
from dashapp.data.store.accounts import create_account, create_person
from dashapp.data.store.organisations import create_organisation, grant_administrator
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import PASSIVE_VERBS, Event, LearningEvent
from dashapp.settings import Settings, load_settings
from ingest.demo import DemoCampus, DemoStream, demo_people, demo_stream, ensure_demo_campus
from ingest.demo import __main__ as command
from ingest.demo.history import History
from ingest.demo.loading import SOURCE
from ingest.demo.stream import LiveSessions

NOW = datetime(2026, 11, 19, 20, 15, tzinfo=UTC)
RETENTION = 18
"""Days of history in these tests: enough for everything, and quick."""


def settings_in(directory: Path) -> Settings:
    return load_settings(_env_file=None, data_dir=directory, demo=False, data_retention_days=RETENTION)


def expected(campus: DemoCampus, until: datetime) -> list[LearningEvent]:
    since = NOW - timedelta(days=RETENTION - 1)
    events = History(campus.campus).between(since, until)
    return [event for event in events if isinstance(event, LearningEvent) and event.verb not in PASSIVE_VERBS]


class Look:
    """Reads what is in the database."""

    def __init__(self, database: Database, campus: DemoCampus) -> None:
        self._database = database
        self._organisation_id = campus.organisation_id

    def rows(self, statement: str) -> list[Any]:
        with self._database.transaction(DatabaseRole.JOBS, self._organisation_id) as connection:
            return list(connection.execute(text(statement)).all())

    def one(self, statement: str) -> Any:
        (row,) = self.rows(statement)
        return row[0] if len(row) == 1 else tuple(row)

    def counted(self) -> int:
        return int(self.one("SELECT sum(events) FROM learner_course_days"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("demo"))


class Interrupted(Exception):
    pass


@pytest.fixture(scope="module")
def campus(module_database: Database, settings: Settings) -> DemoCampus:
    """Made in two goes: the first one is ended in its middle."""

    def interrupt(sentence: str) -> None:
        if "are in" in sentence:
            raise Interrupted

    with pytest.raises(Interrupted):
        ensure_demo_campus(settings, module_database, lambda: NOW, interrupt)
    return ensure_demo_campus(settings, module_database, lambda: NOW)


@pytest.fixture(scope="module")
def look(module_database: Database, campus: DemoCampus) -> Look:
    return Look(module_database, campus)


@pytest.mark.long
def test_everything_that_happened_is_counted_once_though_the_first_start_was_interrupted(
    look: Look, campus: DemoCampus
) -> None:
    events = expected(campus, NOW)
    assert len(events) > 15_000
    assert look.counted() == len(events)
    assert look.one("SELECT count(*) FROM dead_letters") == 0
    by_verb = Counter(event.verb.value for event in events)
    for verb in ("answered", "watched", "posted"):
        table = {"answered": "item_responses", "watched": "video_segments", "posted": "forum_posts"}[verb]
        assert look.one(f"SELECT count(*) FROM {table}") == by_verb[verb]


def test_nobody_and_nothing_is_provisional(look: Look, campus: DemoCampus) -> None:
    assert look.one("SELECT count(*), count(*) FILTER (WHERE provisional) FROM people") == (310, 0)
    assert look.one("SELECT count(*), count(*) FILTER (WHERE provisional) FROM courses") == (6, 0)
    assert look.one("SELECT count(*) FILTER (WHERE provisional) FROM activities") == 0
    assert look.one("SELECT count(DISTINCT organisation_unit_id) FROM courses") == 4
    enrolments = sum(len(learner.enrolments) for learner in campus.campus.learners)
    assert look.one("SELECT count(*) FROM memberships WHERE role = 'learner' AND scope_kind = 'course'") == enrolments
    assert look.one("SELECT count(*) FROM memberships WHERE role = 'learner' AND scope_kind = 'section'") == enrolments
    assert look.one("SELECT count(*) FROM learner_groups") == 18
    assert look.one("SELECT count(*) FROM memberships WHERE starts_at >= ends_at") == 0
    assert look.one("SELECT count(*) FROM memberships WHERE role = 'administrator'") == 2


def test_minutes_lie_within_the_day_and_between_its_first_and_last_event(look: Look) -> None:
    outside = look.one(
        "SELECT count(*) FROM learner_course_days WHERE minutes IS NULL OR bit_count(minutes) = 0"
        " OR bit_count(minutes) > events OR first_at > last_at"
        " OR (first_at AT TIME ZONE 'Europe/London')::date <> day"
        " OR (last_at AT TIME ZONE 'Europe/London')::date <> day"
    )
    assert outside == 0


def test_starting_again_at_once_adds_nothing(module_database: Database, settings: Settings, look: Look) -> None:
    before = look.counted()
    again = ensure_demo_campus(settings, module_database, lambda: NOW)
    assert again.added == 0
    assert look.counted() == before


def test_the_demo_sign_in_offers_a_few_people_who_can_see_something(
    module_database: Database, campus: DemoCampus
) -> None:
    people = demo_people(module_database)
    assert [person.role for person in people] == ["student"] * 3 + ["teacher"] * 2 + ["administrator"]
    assert len({person.name for person in people}) == 6
    for person in people:
        with module_database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
            principal = principal_for(connection, campus.organisation_id, person.public_id, datetime.now(UTC))
        assert principal.name == person.name
        assert bool(principal.learns_in) == (person.role == "student")
        assert bool(principal.teaches_in) == (person.role == "teacher")
        assert principal.administers == (person.role == "administrator")
    assert max(person.detail.count(" · ") for person in people if person.role == "teacher") == 1


def test_without_a_campus_the_sign_in_offers_nobody(database: Database) -> None:
    assert demo_people(database) == []


def test_a_later_start_adds_what_has_happened_since(module_database: Database, settings: Settings) -> None:
    later = NOW + timedelta(days=2, hours=5)
    continued = ensure_demo_campus(settings, module_database, lambda: later)
    look = Look(module_database, continued)
    assert continued.added > 500
    assert look.counted() == len(expected(continued, later))
    assert look.one("SELECT count(*) FROM courses") == 6
    much_later = later + timedelta(days=60)
    after_the_term = ensure_demo_campus(settings, module_database, lambda: much_later)
    assert after_the_term.campus.term == continued.campus.term, "the term that was begun is not begun anew"


# ------------------------------------------------------------------ live


def test_live_events_happen_when_they_say_and_follow_the_hours_of_the_day(campus: DemoCampus) -> None:
    busy, night = (count_an_hour(campus, hour) for hour in (19, 3))
    assert 0.7 < busy / 3600 < 3
    assert 0 < night < 0.5 * busy


def count_an_hour(campus: DemoCampus, hour: int) -> int:
    sessions = LiveSessions(campus.campus, Random(5))
    now, happened = NOW.replace(hour=hour, minute=0), 0
    for _ in range(3600):
        before, now = now, now + timedelta(seconds=1)
        for event in sessions.due(now):
            happened += 1
            assert event.occurred_at is not None
            assert before - timedelta(seconds=1) < event.occurred_at <= now
    return happened


def test_the_stream_puts_events_of_the_registered_sender_into_the_inbox(
    module_database: Database, settings: Settings, campus: DemoCampus
) -> None:
    clock = QuickClock()
    stream = demo_stream(settings, module_database, campus, clock)
    stream.start()
    assert clock.ticked.wait(30)
    stream.stop()
    with module_database.transaction(DatabaseRole.INGEST, None) as connection:
        rows = connection.execute(
            text("SELECT name, topic FROM inbox JOIN sources USING (source_id) GROUP BY 1, 2")
        ).all()
    assert [tuple(row) for row in rows] == [(SOURCE, "learning")]


class QuickClock:
    """Every look at it is ten seconds later than the one before."""

    def __init__(self) -> None:
        self.looks = 0
        self.ticked = Signal()

    def __call__(self) -> datetime:
        self.looks += 1
        if self.looks > 5:
            self.ticked.set()
        return NOW + timedelta(seconds=10 * self.looks)


def test_a_transport_that_is_away_does_not_end_the_stream(campus: DemoCampus) -> None:
    class Flaky:
        def __init__(self) -> None:
            self.came_through = Signal()
            self.failures = 0
            self.closed = False

        def send(self, events: Sequence[Event]) -> None:
            if self.failures < 2:
                self.failures += 1
                raise Unavailable("The broker is away.")
            self.came_through.set()

        def close(self) -> None:
            self.closed = True

    sender = Flaky()
    stream = DemoStream(campus.campus, sender, QuickClock(), Random(5))
    stream.start()
    assert sender.came_through.wait(30)
    stream.stop()
    assert sender.failures == 2
    assert sender.closed


# ------------------------------------------------------------------ the command


def test_the_command_makes_a_campus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATA_RETENTION_DAYS", "2")
    assert command.main([]) == 0
    assert "The demo campus is ready" in capsys.readouterr().out


def test_the_command_streams_until_it_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATA_RETENTION_DAYS", "1")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    started = []
    start = DemoStream.start

    def start_and_end(stream: DemoStream) -> None:
        start(stream)
        started.append(stream)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(DemoStream, "start", start_and_end)
    try:
        assert command.main(["--stream"]) == 0
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert len(started) == 1


def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "none")
    assert command.main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_who_has_a_password_is_nobody_to_become(database: Database) -> None:
    now = datetime.now(UTC)
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, "north", "North", "UTC")
        chief, imported = (
            create_person(connection, organisation, (name, None), None) for name in ("Chief", "Imported")
        )
        create_account(connection, organisation, chief, "chief@north.example", now)
        for person in (chief, imported):
            grant_administrator(connection, organisation, person)

    assert [one.name for one in demo_people(database)] == ["Imported"]
