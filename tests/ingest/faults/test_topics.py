"""A topic that is deleted, or deleted and made anew, is an alarm and never a silent reset; the others go on."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.partitions import NO_PARTITION, read_partitions
from dashapp.data.store.status import IngestState
from dashapp.domain import events as domain
from dashapp.domain.events import Identifier
from ingest.loop import Ingest
from tests.ingest.conftest import ISSUER, NOW
from tests.ingest.faults.conftest import Road
from tests.ingest.semester import assert_counted_once, semester
from tests.waiting import await_that

LATER = NOW + timedelta(days=50)
RunIngest = Callable[..., Ingest]
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.parametrize("make_road", ["kafka"], indirect=True),
]


def alarms(road: Road) -> dict[tuple[str, int], str]:
    """The alarms that `/health` shows, by topic and partition."""
    with road.campus.database.transaction(DatabaseRole.WEB, None) as connection:
        found = read_partitions(connection)
    return {(each.topic, each.partition): each.alarm for each in found if each.alarm is not None}


def accept_the_gap(road: Road, topic: str) -> None:
    """What the runbook tells an operator to do."""
    with road.campus.database.administration() as connection:
        connection.execute(text("DELETE FROM analytics.transport_offsets WHERE topic = :topic"), {"topic": topic})
        connection.commit()


def title_is(road: Road, title: str) -> bool:
    """Whether the other topics are read: a description of its own has come through."""
    return bool(road.campus.scalar("SELECT count(*) FROM courses WHERE title = :title", title=title))


def described(title: str) -> domain.CourseDescribed:
    return domain.CourseDescribed(f"about {title}", Identifier(ISSUER, "course", title), NOW, title=title)


MADE_ANEW = "It was made anew since it was last read."
OFFSETS_ARE_NOT_THERE = {
    "The broker does not have the next records any more.",
    "The broker has lost records that were read.",
}


@pytest.mark.parametrize(
    "running", [pytest.param(True, marks=pytest.mark.long), False], ids=["while it is read", "while nobody reads it"]
)
def test_a_topic_made_anew_is_an_alarm_until_an_operator_accepts_it(
    road: Road, run_ingest: RunIngest, running: bool
) -> None:
    events = semester(random.Random(31), 1_500)
    half = len(events) // 2
    learning = road.settings.kafka_topics[0]
    assert road.broker is not None
    ingest = run_ingest(road.settings, road.campus.database)
    road.offer(events[:half])
    road.await_all()
    counted = road.campus.counted()
    if not running:
        assert ingest.stop(30)
    road.broker.delete_topic(learning)
    road.broker.create_topic(learning)
    # As many as before and more, so that the old offsets lie within the new log.
    road.offer([*events, described("Chemistry")])
    if not running:
        ingest = run_ingest(road.settings, road.campus.database)

    await_that(lambda: ingest.status().state is IngestState.ALARMED, "it calls an operator")
    await_that(lambda: set(alarms(road)) == {(learning, 0), (learning, 1)}, "each of its partitions is alarmed")
    # Who reads on meanwhile may meet the new log's offsets before the new log's name.
    words = {MADE_ANEW} | (OFFSETS_ARE_NOT_THERE if running else set())
    assert {said.partition(": ")[2] for said in alarms(road).values()} <= words
    await_that(lambda: title_is(road, "Chemistry"), "the other topics go on")
    assert road.campus.counted() == counted

    accept_the_gap(road, learning)
    await_that(lambda: ingest.status().state is IngestState.RUNNING, "it says that it runs")
    await_that(lambda: ingest.status().lag_events == 0 and road.campus.counted() > counted, "it catches up")
    await_that(lambda: alarms(road) == {}, "no alarm is left")
    assert_counted_once(road.campus, [*events, described("Chemistry")])


@pytest.mark.long
def test_a_topic_that_is_deleted_is_an_alarm_and_the_others_go_on(road: Road, run_ingest: RunIngest) -> None:
    events = semester(random.Random(32), 1_000)
    content = road.settings.kafka_topics[2]
    assert road.broker is not None
    ingest = run_ingest(road.settings, road.campus.database)
    road.offer(events)
    road.await_all()
    road.broker.delete_topic(content)
    await_that(lambda: alarms(road).get((content, NO_PARTITION)) is not None, "the topic is missed")
    assert ingest.status().state is IngestState.ALARMED
    assert ingest.status().detail == f"The topic {content} does not exist."
    people = [Identifier(ISSUER, "account", f"person {number}") for number in range(10)]
    more = [domain.PersonDescribed(f"again {person.value}", person, LATER, "Again") for person in people]
    road.offer(more)
    await_that(lambda: road.campus.scalar("SELECT count(*) FROM people WHERE given_name = 'Again'") > 0, "they go on")

    road.broker.create_topic(content)
    accept_the_gap(road, content)
    road.offer([described("Drawing")])
    await_that(lambda: title_is(road, "Drawing"), "it is read again")
    await_that(lambda: ingest.status().state is IngestState.RUNNING, "it says that it runs")
    await_that(lambda: alarms(road) == {}, "no alarm is left")
    assert_counted_once(road.campus, [*events, *more, described("Drawing")])
