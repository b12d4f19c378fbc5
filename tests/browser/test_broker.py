"""A broker that goes away while pages are open: they say so, stay usable, and catch up by themselves."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import Database
from dashapp.observability.metrics import build_metrics
from deploy.local_kafka import LocalKafka
from ingest.loop import ingest_from
from ingest.sending import sender_for
from tests.browser.conftest import SLOW
from tests.browser.service import TODAY, Service, until
from tests.campus import build_campus
from tests.ingest.conftest import sockets_left_open
from tests.served import application_on, serving, web_settings

__all__ = ["sockets_left_open"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.kafka,
    pytest.mark.timeout(300),  # a broker and a browser that start, and a broker that starts again
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("sockets_left_open"),
]
TOPICS = ("learning-of-pages", "user-of-pages", "content-of-pages")
AWAY = "New activity cannot be received at the moment"


@pytest.fixture
def on_kafka(database: Database, kafka_broker: LocalKafka) -> Iterator[Service]:
    """The service with its ingest on a broker."""
    for topic in TOPICS:
        kafka_broker.create_topic(topic)
    chosen: dict[str, Any] = {"kafka_brokers": (kafka_broker.bootstrap,), "kafka_topics": TOPICS}
    campus = build_campus(web_settings(database, **chosen), database)
    ingest = ingest_from(campus.settings, database, build_metrics())
    ingest.start()
    expect.set_options(timeout=3 * SLOW)
    try:
        with application_on(database, campus, **chosen) as application, serving(application) as base:
            yield Service(base, campus, application, None)
    finally:
        ingest.stop()
        expect.set_options(timeout=SLOW)


@pytest.mark.long
def test_open_pages_say_that_the_broker_is_away_and_catch_up(
    on_kafka: Service, kafka_broker: LocalKafka, new_page: Callable[..., Page]
) -> None:
    campus = on_kafka.campus
    page = new_page(viewport={"width": 1280, "height": 900})
    on_kafka.sign_in(page, "Tess Thorne")
    page.goto(on_kafka.base + on_kafka.course("ALG 1"))
    page.wait_for_selector("#classroom-days .main-svg", timeout=SLOW)
    notice = page.locator("#shell-notice")
    expect(notice).not_to_contain_text(AWAY)
    before = page.evaluate(TODAY)

    kafka_broker.kill()
    try:
        expect(notice).to_contain_text(AWAY)
        health = page.request.get(f"{on_kafka.base}/health")
        assert (health.status, health.json()["status"]) == (200, "degraded")
        assert health.json()["parts"]["transport"] == {"status": "away", "kind": "kafka"}
    finally:
        kafka_broker.start()

    expect(notice).not_to_contain_text(AWAY)
    sender = sender_for(campus.settings, campus.database, campus.source)
    sender.send([campus.view("Ben Brook")])
    sender.close()
    until(page, f"{TODAY} === {before + 1}")
