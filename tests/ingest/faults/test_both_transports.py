"""One sender over both transports at once: what is taken back may come first, and by the other way."""

import random
from collections.abc import Callable, Sequence
from threading import Thread

import pytest

from dashapp.domain.events import Event, LearningEvent, Voided
from dashapp.settings import Settings
from ingest.loop import Ingest
from ingest.native import encode
from tests.ingest.conftest import ISSUER, NOW, put
from tests.ingest.faults.conftest import BATCH_SIZE, Road
from tests.ingest.processes import Process
from tests.ingest.semester import assert_counted_once, semester
from tests.waiting import await_that

STATEMENTS = 1_500
RunIngest = Callable[..., Ingest]
pytestmark = [pytest.mark.kafka, pytest.mark.long, pytest.mark.parametrize("make_road", ["kafka"], indirect=True)]


def test_what_is_taken_back_over_the_other_transport_is_not_counted(
    road: Road, run_process: Callable[..., Process], run_ingest: RunIngest, make_settings: Callable[..., Settings]
) -> None:
    chance = random.Random(77)
    events = semester(chance, STATEMENTS)
    events += [Voided(f"taken back {number}", f"learning {number}", NOW) for number in range(0, STATEMENTS, 3)]
    voided = [event for event in events if isinstance(event, Voided)]
    learning = [event for event in events if isinstance(event, LearningEvent)]
    others = [event for event in events if not isinstance(event, LearningEvent | Voided)]
    run_process(road)
    run_process(road)
    horizon = {"data_retention_days": 36_500, "aggregate_retention_days": 36_500}
    run_ingest(make_settings(analytics_batch_size=BATCH_SIZE, **horizon), road.campus.database)

    def put_into_inbox(bodies: Sequence[Event]) -> None:
        for begin in range(0, len(bodies), 50):
            put(road.campus, [encode(event, ISSUER) for event in bodies[begin : begin + 50]])

    by_kafka: list[Event] = [*voided[1::2], *learning[::2]]
    chance.shuffle(by_kafka)
    sender = Thread(target=put_into_inbox, args=([*voided[::2], *learning[1::2]],))
    sender.start()
    road.offer([*others, *by_kafka])
    sender.join()

    road.await_all()
    await_that(lambda: road.campus.scalar("SELECT count(*) FROM inbox") == 0, "the inbox is empty", 90)
    assert_counted_once(road.campus, events)
