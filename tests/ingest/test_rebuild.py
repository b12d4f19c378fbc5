"""Aggregates that went wrong are made anew from the raw events while further events of the same days come in."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.locks import share_organisations
from dashapp.data.store.merges import Merge, merge_people
from dashapp.data.store.rebuilding import Portion, Rebuilder, RebuildError
from dashapp.data.store.recount import differences
from dashapp.domain.events import (
    ActivityType,
    Event,
    Identifier,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    Role,
    Verb,
    Voided,
)
from dashapp.domain.keys import PersonId
from dashapp.settings import Settings
from ingest.loop import Ingest
from ingest.native import encode
from ingest.portions import AIMED_AT, Pace, cuts
from ingest.rebuild import Command, _parser
from tests.ingest.conftest import ISSUER, Campus, put
from tests.shared import REPOSITORY
from tests.waiting import PATIENCE, await_that

RunIngest = Callable[[Settings, Database], Ingest]
TODAY = datetime.now(UTC).replace(hour=9, minute=30, second=0, microsecond=0) - timedelta(days=2)
"""So far back that whatever follows from it has happened."""
FIRST = TODAY.date() - timedelta(days=20)
WHOLE = ("--from", str(FIRST), "--to", str(TODAY.date()))
PEOPLE = ("anna", "ben", "cleo", "dora", "tom")


@pytest.fixture
def environment(campus: Campus, tmp_path: Path) -> dict[str, str]:
    """Of a process that rebuilds this campus."""
    url = campus.database.url.render_as_string(hide_password=False)
    return {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "DATA_RETENTION_DAYS": "60"}


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(data_retention_days=60)


def person(name: str) -> Identifier:
    return Identifier(ISSUER, "account", name)


def learning(name: str, at: datetime, course: str = "algebra", **more: Any) -> LearningEvent:
    """A learning event whose id follows from what it says."""
    verb = more.pop("verb", Verb.VIEWED)
    kind = more.pop("kind", "page")
    return LearningEvent(
        id=f"{name}-{course}-{verb}-{kind}-{at.isoformat()}",
        verb=verb,
        person=person(name),
        course=Identifier(ISSUER, "course", course),
        occurred_at=at,
        activity=Identifier(ISSUER, "activity", f"{course}-{kind}"),
        activity_type=ActivityType(kind),
        **more,
    )


def study() -> list[Event]:
    """Three weeks of everything that feeds an aggregate, in two courses, with a teacher and a test person."""
    course = Identifier(ISSUER, "course", "algebra")
    begun = TODAY - timedelta(days=19)
    events: list[Event] = [
        MembershipChanged("tom-teaches", person("tom"), course, Role.TEACHER, True, begun + timedelta(days=5)),
        PersonDescribed("dora-tests", person("dora"), begun, is_test=True),
    ]
    for place, name in enumerate(PEOPLE):
        for day in range(0, 18, 1 + place):
            at = TODAY - timedelta(days=day, minutes=37 * place)
            events += [
                learning(name, at),
                learning(name, at + timedelta(hours=13), "botany"),
                learning(name, at, verb=Verb.SUBMITTED, kind="quiz", score=3.0, max_score=4.0),
                learning(name, at, verb=Verb.ANSWERED, kind="quiz", item="one", correct=True),
                learning(name, at, verb=Verb.WATCHED, kind="video", position_from=1.0, position_to=20.0),
                learning(name, at, "botany", verb=Verb.POSTED, kind="forum", post=f"{name}-{day}"),
            ]
    return events


CORRUPTIONS = (
    "UPDATE learner_course_days SET events = events + 5, minutes = NULL WHERE person_id % 2 = 0",
    "DELETE FROM learner_course_days WHERE day % 3 = 0".replace("day % 3", "extract(day FROM day)::integer % 3"),
    "UPDATE learner_course_day_types SET clicks = 99",
    "DELETE FROM learner_activities WHERE person_id % 3 = 1",
    "UPDATE learner_activities SET events = 77, completed_at = now()",
    "UPDATE course_days SET learners = 1, events = 3",
    "DELETE FROM course_hours WHERE extract(hour FROM hour)::integer % 2 = 0",
    "UPDATE activity_days SET clicks = clicks * 2",
    "UPDATE organisation_days SET events = 0 WHERE slot < 4",
    "DELETE FROM organisation_days WHERE slot >= 4",
    "DELETE FROM submissions WHERE person_id % 2 = 1",
    "UPDATE item_responses SET correct = false",
    "DELETE FROM video_segments",
    "UPDATE forum_posts SET post = 'other'",
    "UPDATE course_day_people SET people = ~people",
    "DELETE FROM course_day_people WHERE extract(day FROM day)::integer % 2 = 0",
    "UPDATE activity_people SET completed = seen, seen = ~seen",
)


def corrupt(campus: Campus) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        for statement in CORRUPTIONS:
            connection.execute(text(statement))
        _invent(connection, campus)


def _invent(connection: Connection, campus: Campus) -> None:
    """Rows that no event stands for."""
    values = {"organisation": campus.organisation_id, "day": TODAY.date() - timedelta(days=2)}
    for statement in (
        "INSERT INTO organisation_days VALUES (:organisation, :day, 7, 5, 5) ON CONFLICT DO NOTHING",
        "INSERT INTO course_days VALUES (:organisation, 4711, :day, 5, 5, 5)",
        "INSERT INTO learner_course_days (organisation_id, course_id, person_id, day, events, clicks)"
        " SELECT :organisation, min(course_id), 4711, :day, 1, 1 FROM courses",
    ):
        connection.execute(text(statement), values)


def wrong(campus: Campus) -> dict[str, int]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return differences(connection, campus.organisation_id)


def rebuild(settings: Settings, campus: Campus, *arguments: str, stopping: Signal | None = None) -> tuple[int, str]:
    said = io.StringIO()
    command = Command(settings, campus.database, stopping or Signal(), said)
    return command.run(_parser().parse_args(arguments)), said.getvalue()


def count(settings: Settings, campus: Campus, run_ingest: RunIngest, events: list[Event]) -> Ingest:
    running = run_ingest(settings, campus.database)
    put(campus, [encode(event, ISSUER) for event in events if isinstance(event, LearningEvent | Voided)])
    others = [event for event in events if not isinstance(event, LearningEvent | Voided)]
    put(campus, [encode(event, ISSUER) for event in others], "user")
    await_that(lambda: running.status().committed_events >= len(events), "all are taken")
    assert campus.letters() == []
    return running


def test_what_was_corrupted_equals_a_recount_again(campus: Campus, settings: Settings, run_ingest: RunIngest) -> None:
    count(settings, campus, run_ingest, study())
    assert wrong(campus) == {}
    corrupt(campus)
    assert len(wrong(campus)) == 13

    code, said = rebuild(settings, campus, *WHOLE)

    assert (code, wrong(campus)) == (0, {})
    assert "100%" in said
    assert rebuild(settings, campus, *WHOLE)[0] == 0
    assert wrong(campus) == {}


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every portion is a few events, so that each day is cut into parts of its people."""
    monkeypatch.setattr(Pace, "allowed", lambda _pace: 3)


@pytest.mark.usefixtures("in_small_parts")
def test_in_parts_of_people_it_comes_to_the_same(campus: Campus, settings: Settings, run_ingest: RunIngest) -> None:
    count(settings, campus, run_ingest, study())
    corrupt(campus)

    assert rebuild(settings, campus, *WHOLE)[0] == 0

    assert wrong(campus) == {}


@pytest.mark.usefixtures("in_small_parts")
def test_live_ingest_goes_on_between_parts_of_people(campus: Campus, settings: Settings, run_ingest: RunIngest) -> None:
    test_live_ingest_goes_on_meanwhile(campus, settings, run_ingest)


@pytest.mark.usefixtures("in_small_parts")
def test_people_who_are_merged_between_two_parts_are_made_anew(
    campus: Campus, settings: Settings, run_ingest: RunIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(settings, campus, run_ingest, study())
    keys = dict(campus.rows("SELECT value, person_id FROM person_identifiers"))
    corrupt(campus)
    rebuild_of = Rebuilder.rebuild
    parts: list[tuple[date, int]] = []

    def merging(self: Rebuilder, portion: Portion) -> float:
        """After the first part of the first day that has several, two people become one."""
        took = rebuild_of(self, portion)
        if portion.parts > 1:
            if not parts:
                kept, absorbed = sorted((keys["anna"], keys["ben"]), key=lambda key: key % portion.parts)
                with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
                    merge = Merge(PersonId(kept), PersonId(absorbed), "the same", "test", TODAY)
                    merge_people(connection, campus.organisation_id, merge)
            parts.append((portion.first, portion.part))
        return took

    monkeypatch.setattr(Rebuilder, "rebuild", merging)
    assert rebuild(settings, campus, *WHOLE)[0] == 0

    assert parts.count(parts[0]) == 2, "what was done before the merge is done again"
    assert wrong(campus) == {}


def test_live_ingest_goes_on_meanwhile(campus: Campus, settings: Settings, run_ingest: RunIngest) -> None:
    running = count(settings, campus, run_ingest, study())
    taken = running.status().committed_events
    corrupt(campus)
    ended = Signal()
    batches = 0

    def send() -> None:
        """One batch after the other, each as soon as the one before has been counted."""
        nonlocal batches
        while not ended.is_set():
            at = TODAY - timedelta(days=batches % 15, seconds=batches)
            events = [learning(name, at - timedelta(hours=4)) for name in (*PEOPLE, f"new-{batches % 9}")]
            events.append(learning("anna", at, verb=Verb.SUBMITTED, kind="quiz", score=1.0, max_score=4.0))
            put(campus, [encode(event, ISSUER) for event in events])
            batches += 1
            awaited = taken + 7 * batches
            await_that(lambda wanted=awaited: running.status().committed_events >= wanted, "the batch is taken")  # type: ignore[misc]

    sender = Thread(target=send)
    sender.start()
    try:
        await_that(lambda: batches > 0, "the first batch is sent")
        assert rebuild(settings, campus, *WHOLE)[0] == 0
    finally:
        ended.set()
        sender.join()

    assert batches > 1
    assert wrong(campus) == {}


def test_a_retraction_and_a_merge_are_respected(campus: Campus, settings: Settings, run_ingest: RunIngest) -> None:
    events = study()
    running = count(settings, campus, run_ingest, events)
    voided = [event for event in events if isinstance(event, LearningEvent)][::7]
    put(campus, [encode(Voided(f"void-{event.id}", event.id, TODAY), ISSUER) for event in voided])
    await_that(lambda: running.status().committed_events == len(events) + len(voided), "all are taken")
    keys = dict(campus.rows("SELECT value, person_id FROM person_identifiers"))
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        merge = Merge(PersonId(keys["anna"]), PersonId(keys["ben"]), "the same", "test", TODAY)
        merge_people(connection, campus.organisation_id, merge)
    corrupt(campus)

    assert rebuild(settings, campus, *WHOLE)[0] == 0

    assert wrong(campus) == {}


def test_one_course_alone_is_rebuilt(campus: Campus, settings: Settings, run_ingest: RunIngest) -> None:
    count(settings, campus, run_ingest, study())
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(text("UPDATE course_days SET events = events + 1"))

    assert rebuild(settings, campus, *WHOLE, "--organisation", "campus", "--course", "algebra")[0] == 0

    assert wrong(campus).keys() == {"course_days"}
    right = "SELECT bool_and(d.events < 90) FROM course_days d JOIN course_identifiers i USING (course_id)"
    assert campus.scalar(f"{right} WHERE i.value = 'algebra'")
    assert rebuild(settings, campus, *WHOLE)[0] == 0
    assert wrong(campus) == {}


class StopsAfter(Signal):
    """Asks for an end when it has been looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_who_is_interrupted_goes_on_from_there(campus: Campus, settings: Settings, run_ingest: RunIngest) -> None:
    count(settings, campus, run_ingest, study())
    corrupt(campus)

    code, said = rebuild(settings, campus, *WHOLE, stopping=StopsAfter(4))
    assert code == 1
    assert "The same command goes on" in said
    assert wrong(campus) != {}
    code, said = rebuild(settings, campus, *WHOLE)

    assert code == 0
    assert "going on at" in said
    assert wrong(campus) == {}
    assert list(Path(settings.data_dir).rglob("*.json")) == []


@pytest.mark.long
def test_a_process_that_is_told_to_end_does_so_after_the_portion_in_hand(
    campus: Campus, settings: Settings, run_ingest: RunIngest, environment: dict[str, str]
) -> None:
    count(settings, campus, run_ingest, study())
    corrupt(campus)
    command = [sys.executable, "-m", "ingest", "rebuild", *WHOLE]
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        share_organisations(connection, [campus.organisation_id])
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await_that(lambda: campus.scalar(waiting) > 0, "it waits for its first portion")
        process.terminate()
    said, _ = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said.endswith("interrupted. The same command goes on from here.\n")) == (1, True)
    assert wrong(campus) != {}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "s at most." in done.stdout
    assert wrong(campus) == {}


def test_days_without_raw_events_are_refused_with_a_sentence(campus: Campus, settings: Settings) -> None:
    with pytest.raises(RebuildError, match=r"Days before .* cannot be rebuilt: raw events are kept for 60 days"):
        rebuild(settings, campus, "--from", str(date.today() - timedelta(days=61)), "--to", str(date.today()))  # noqa: DTZ011


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2026-03-02", "--to", "2026-03-01"),
        (*WHOLE, "--course", "algebra"),
        (*WHOLE, "--organisation", "nowhere"),
        (*WHOLE, "--organisation", "campus", "--course", "nothing"),
    ],
)
def test_what_names_nothing_is_refused(campus: Campus, settings: Settings, arguments: tuple[str, ...]) -> None:
    with pytest.raises(RebuildError):
        rebuild(settings, campus, *arguments)


DAY = date(2026, 3, 2)


def test_days_are_taken_together_as_far_as_the_pace_allows() -> None:
    pace = Pace()
    allowed = pace.allowed()
    events = {DAY: allowed // 2, DAY + timedelta(days=1): allowed // 3, DAY + timedelta(days=4): 5 * allowed + 1}

    found = list(cuts(DAY, DAY + timedelta(days=6), events, pace))

    assert [((cut.first - DAY).days, (cut.last - DAY).days, cut.parts) for cut in found] == [
        *((0, 3, 1), (4, 4, 6), (5, 6, 1)),
    ]


def test_the_pace_gets_slow_at_once_and_quick_step_by_step() -> None:
    pace = Pace()
    begun = pace.allowed()
    pace.learn(1_000, 10.0)
    assert pace.allowed() == int(100 * AIMED_AT)
    pace.learn(2, 0.1)
    assert pace.allowed() == int(100 * AIMED_AT), "of two events nothing follows"
    pace.learn(100_000, 1.0)
    assert pace.allowed() == int(150 * AIMED_AT)
    for _ in range(20):
        pace.learn(100_000, 1.0)
    assert pace.allowed() > begun


def test_a_day_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parser().parse_args(["--from", "2026-13-01", "--to", "2026-13-02"])
    assert "2026-13-01 is no day: write it like 2026-03-01" in capsys.readouterr().err
