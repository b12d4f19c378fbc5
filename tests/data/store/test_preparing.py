"""What a batch is turned into before any transaction, without a database."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashapp.data.store.arrivals import Arrived, Place
from dashapp.data.store.keys import encode
from dashapp.data.store.preparing import prepare_organisation
from dashapp.data.store.structure import Exclusions, KnownActivity, Remembered
from dashapp.domain.events import ActivityType, Identifier, LearningEvent, Precision, Source, Topic, Verb
from dashapp.domain.joins import JoinRules
from dashapp.domain.keys import OrganisationId, SourceId
from dashapp.domain.localtime import DatedZone, LocalDays

NOW = datetime(2026, 4, 1, tzinfo=UTC)
SOURCE = Source(SourceId(1), OrganisationId(1), "north", "lms", "lms.example", frozenset(Topic))
DAY, MINUTE = 8, 9
"""Columns of the stage."""
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1) | st.sampled_from(
    ['"}', '"person":{', 'a}b"', "\\", '\\"},"course":{"issuer":"x"', '"activity":{"value":"'],
)


def identifiers(kind: str) -> st.SearchStrategy[Identifier]:
    return st.builds(Identifier, TEXTS, st.just(kind), TEXTS)


def remembered(*events: LearningEvent, zone: str = "Europe/Berlin") -> Remembered:
    known = Remembered(SOURCE.organisation_id, 1, LocalDays([DatedZone(NOW.date(), zone)]), Exclusions(), JoinRules())
    for event in events:
        known.people[event.person] = (11, 12)
        known.courses[event.course] = 13
        if event.activity is not None:
            known.activities[13, event.activity] = KnownActivity(14, ActivityType.QUIZ, None)
    return known


def prepare(*events: LearningEvent, zone: str = "Europe/Berlin") -> list[list[str]]:
    """The rows of the events' stage, column by column."""
    arrived = [Arrived(event, SOURCE, NOW, Place("learning-events", 0, 1, b"", NOW)) for event in events]
    prepared = prepare_organisation(arrived, remembered(*events, zone=zone), timedelta(days=365))
    return [row.split("\t") for row in prepared.events.decode().removesuffix("\n").split("\n")]


@given(TEXTS, identifiers("account"), identifiers("course"), st.none() | identifiers("activity"), st.none() | TEXTS)
def test_a_raw_row_holds_the_event_with_keys_for_whatever_it_names(
    name: str, person: Identifier, course: Identifier, activity: Identifier | None, response: str | None
) -> None:
    event = LearningEvent(name, Verb.VIEWED, person, course, NOW, activity=activity, response=response)
    [row] = prepare(event)
    kept = json.loads(row[-1].replace("\\\\\\\\", "\\"))
    assert kept == json.loads(encode(event)) | {"person": 11, "course": 13} | ({"activity": 14} if activity else {})


@given(st.lists(st.timedeltas(timedelta(), timedelta(days=5)), min_size=1, max_size=20))
def test_every_instant_of_a_batch_has_the_day_and_minute_that_it_has_alone(ages: list[timedelta]) -> None:
    # Clocks go forward in Berlin on the 29th, and Kathmandu is three quarters of an hour off.
    for zone in ("Europe/Berlin", "Asia/Kathmandu"):
        days = LocalDays([DatedZone(NOW.date(), zone)])
        events = [
            LearningEvent(str(number), Verb.VIEWED, Identifier("i", "account", "a"), Identifier("i", "course", "c"), at)
            for number, at in enumerate(NOW - age for age in ages)
        ]
        wanted = [days.locate(event.occurred_at.timestamp()) for event in events if event.occurred_at is not None]
        assert [(row[DAY], int(row[MINUTE])) for row in prepare(*events, zone=zone)] == [
            (day.isoformat(), minute) for day, minute in wanted
        ]


def test_an_event_of_a_day_has_no_minute_beside_one_of_the_same_minute() -> None:
    person, course = Identifier("i", "account", "a"), Identifier("i", "course", "c")
    exact = LearningEvent("1", Verb.VIEWED, person, course, NOW)
    vague = LearningEvent("2", Verb.VIEWED, person, course, NOW, Precision.DAY)
    assert [row[MINUTE] for row in prepare(exact, vague)] == ["120", "\\N"]
