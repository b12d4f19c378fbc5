"""The servers that tests lean on are real, and the fixtures give what they promise."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from kafka import KafkaConsumer, KafkaProducer
from playwright.sync_api import Page

from deploy.local_kafka import LocalKafka
from tests.servers import ServerMissing, TestDatabases, chromium, firefox, geckodriver


def test_each_postgres_server_answers_its_administrator(every_postgres: str) -> None:
    engine = sa.create_engine(every_postgres, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT current_user")) == "postgres"
        assert int(connection.scalar(sa.text("SHOW server_version_num")) or 0) >= 150000


@pytest.mark.parametrize(
    ("find", "said"),
    [
        (chromium, "install the package chromium "),
        (firefox, "install the package firefox-esr "),
        (geckodriver, "install cargo "),
    ],
)
def test_a_missing_browser_is_said_in_a_sentence(
    find: Callable[[], str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))

    with pytest.raises(ServerMissing, match=said):
        find()


def test_redis_answers(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.ping()
    client.close()


@pytest.mark.long
@pytest.mark.kafka
def test_kafka_keeps_records_over_a_restart(kafka_broker: LocalKafka) -> None:
    kafka_broker.create_topic("kept", partitions=1)
    producer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap)
    producer.send("kept", b"a record").get(timeout=30)
    producer.close()

    before = kafka_broker.bootstrap
    kafka_broker.stop()
    kafka_broker.start()

    assert kafka_broker.bootstrap == before
    consumer = KafkaConsumer("kept", bootstrap_servers=before, auto_offset_reset="earliest")
    assert next(consumer).value == b"a record"
    consumer.close()
    kafka_broker.delete_topic("kept")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A folder of files, served on the loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
            pass

    (tmp_path / "favicon.ico").touch()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.browser
def test_a_page_is_shown_by_a_real_browser(page: Page, site: str, tmp_path: Path) -> None:
    (tmp_path / "plain.html").write_text("<!doctype html><title>Plain</title><p>Hello")
    page.goto(f"{site}/plain.html")
    assert page.inner_text("p") == "Hello"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "console: broken"),
        ("setTimeout(() => { throw new Error('late') })", "uncaught: late"),
        ("new Image().src = 'http://fonts.example/x.png'", "foreign host: http://fonts.example/x.png"),
    ],
)
def test_what_goes_wrong_in_the_browser_is_noticed(
    new_page: Callable[..., Page], page_errors: list[str], site: str, tmp_path: Path, script: str, complaint: str
) -> None:
    (tmp_path / "broken.html").write_text(f"<!doctype html><title>Broken</title><script>{script}</script>")
    new_page().goto(f"{site}/broken.html", wait_until="networkidle")
    assert any(complaint in error for error in page_errors)
    page_errors.clear()


def test_each_test_gets_an_empty_migrated_database_of_its_own(
    every_postgres: str, databases_of: Callable[[str], TestDatabases]
) -> None:
    databases = databases_of(every_postgres)
    for _ in range(2):
        with databases.fresh() as database, database.administration() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM analytics.organisations")) == 0
            connection.execute(sa.text("CREATE TABLE analytics.left_behind ()"))
            connection.commit()
