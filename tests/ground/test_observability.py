"""Log events are machine-readable in production, readable in development, and without secrets in both."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from dashapp.observability.logging import configure_logging, get_logger
from dashapp.observability.metrics import build_metrics
from dashapp.settings import Settings


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configured = list(root.handlers), root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.fixture
def production(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(
        app_env="production",
        public_url="https://example.edu",
        database_url="postgresql://h/n",
        secret_keys="0123456789abcdef0123456789abcdef",
        pseudonym_key="00112233445566778899aabbccddeeff",
    )


def test_production_logs_one_json_object_per_event(production: Settings) -> None:
    stream = io.StringIO()
    configure_logging(production, stream)
    get_logger("ingest.loop").info("ingest.batch_committed", events=3)
    logging.getLogger("some.library").warning("took %s s", 7)

    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert ours["event"] == "ingest.batch_committed"
    assert (ours["logger"], ours["level"], ours["events"]) == ("ingest.loop", "info", 3)
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["logger"]) == ("took 7 s", "some.library")


def test_an_exception_is_one_line_with_its_trace_in_production(production: Settings) -> None:
    stream = io.StringIO()
    configure_logging(production, stream)
    try:
        raise LookupError("nothing there")
    except LookupError:
        get_logger("web").exception("web.page_failed", reference="r1")
    (line,) = stream.getvalue().splitlines()
    assert "LookupError: nothing there" in json.loads(line)["exception"]


def test_a_trace_never_shows_the_values_of_local_variables(make_settings: Callable[..., Settings]) -> None:
    stream = io.StringIO()
    configure_logging(make_settings(), stream)
    address = "somebody" + "@example.edu"
    try:
        raise LookupError
    except LookupError:
        get_logger("web").exception("web.page_failed")
    assert "LookupError" in stream.getvalue()
    assert address not in stream.getvalue()


def test_development_logs_a_line_to_read(make_settings: Callable[..., Settings]) -> None:
    stream = io.StringIO()
    configure_logging(make_settings(), stream)
    get_logger("ingest").warning("ingest.broker_away", since=4)
    assert "ingest.broker_away" in stream.getvalue()
    assert "since" in stream.getvalue()


@pytest.mark.parametrize("field", ["password", "api_token", "Authorization", "set_cookie", "event_body", "email"])
def test_a_field_that_may_hold_a_secret_is_left_out(production: Settings, field: str) -> None:
    stream = io.StringIO()
    configure_logging(production, stream)
    get_logger("web").info("web.signed_in", **{field: "s3cret"})
    assert "s3cret" not in stream.getvalue()
    assert json.loads(stream.getvalue())[field] == "[left out]"


@pytest.mark.parametrize(
    "said",
    [
        *(
            "GET /learners.csv?ticket=1.aB-c_d.sig HTTP/1.1",
            "/embed-link/1.aB-c_d.sig?theme=dark",
            "Bearer b.1.aB-c_d.sig",
        ),
        "/lti/register/1.aB-c_d.sig?openid_configuration=https%3A%2F%2Flms.example&registration_token=ey.aB-c_d.sig",
        "GET /account/password-link?organisation=north&key=aB-c_d HTTP/1.1",
        "/sign-in/openid/north/campus/back?code=aB-c_d&state=1.aB-c_d.sig",
        "authorization: bearer aB-c_d",
    ],
)
def test_what_opens_a_page_is_left_out_of_an_address(production: Settings, said: str) -> None:
    stream = io.StringIO()
    configure_logging(production, stream)
    get_logger("web").info("request.answered", path=said)
    logging.getLogger("uvicorn.error").warning("refused %s", said)

    assert "aB-c_d" not in stream.getvalue()


def test_sizes_are_no_secrets(production: Settings) -> None:
    stream = io.StringIO()
    configure_logging(production, stream)
    get_logger("ingest").info("ingest.refused", body_bytes=70_000)
    assert json.loads(stream.getvalue())["body_bytes"] == 70_000


def test_the_level_of_the_settings_holds_for_everybody(make_settings: Callable[..., Settings]) -> None:
    stream = io.StringIO()
    configure_logging(make_settings(log_level="WARNING"), stream)
    get_logger("ingest").info("ingest.quiet")
    logging.getLogger("library").info("quiet too")
    get_logger("ingest").warning("ingest.loud")
    assert "quiet" not in stream.getvalue()
    assert "ingest.loud" in stream.getvalue()


def test_identifiers_bound_to_a_request_are_in_its_events(production: Settings) -> None:
    stream = io.StringIO()
    configure_logging(production, stream)
    with structlog.contextvars.bound_contextvars(request_id="r7"):
        get_logger("web").info("web.answered")
    assert json.loads(stream.getvalue())["request_id"] == "r7"


def test_metrics_are_exposed_under_their_documented_names() -> None:
    metrics = build_metrics()
    metrics.events_processed.labels(kind="activity_viewed", outcome="counted").inc(3)
    metrics.processing_time.observe(0.04)
    metrics.api_response_time.labels(route="/me", method="GET", status="2xx").observe(0.2)
    metrics.dead_letters.labels(reason="too_old").inc()
    lines = metrics.exposition().decode().splitlines()
    assert 'analytics_events_processed_total{kind="activity_viewed",outcome="counted"} 3.0' in lines
    assert 'analytics_processing_time_seconds_bucket{le="0.05"} 1.0' in lines
    assert 'analytics_api_response_time_seconds_bucket{le="0.3",method="GET",route="/me",status="2xx"} 1.0' in lines
    assert 'analytics_dead_letters_total{reason="too_old"} 1.0' in lines
    assert any(line.startswith("process_resident_memory_bytes") for line in lines)
    assert metrics.content_type.startswith("text/plain")


def test_two_services_in_one_process_do_not_share_figures() -> None:
    first, second = build_metrics(), build_metrics()
    first.dead_letters.labels(reason="conflict").inc()
    assert b'reason="conflict"' not in second.exposition()
