"""Log events: a static name and identifiers as fields, JSON in production and a readable line in development.

    log = get_logger(__name__)
    log.info("ingest.batch_committed", events=1000, milliseconds=31)

Names of people, addresses, tokens and bodies of events never go into a field; keys and counts do.
"""

import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from dashapp.settings import Settings

REDACTED = "[left out]"
SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "pseudonym_key", "body", "email")
"""A field whose name holds one of these is left out, whoever logs it: a second lock on the door."""
SECRET_PARTS = re.compile(
    r"(\b(?:ticket|key|code|state|[a-z]+_token)=|/embed-link/|/lti/register/|Bearer )[\w.~%+/=-]+", re.IGNORECASE
)
"""What may stand within an address or a header that somebody logs whole."""
QUIET_LIBRARIES = {
    "alembic": logging.WARNING,
    "uvicorn": logging.WARNING,
    "kafka": logging.WARNING,
    # Each attempt to reach a broker that is away, several a second; the ingest says once that it waits.
    "kafka.net": logging.CRITICAL,
    "werkzeug": logging.WARNING,
    "apscheduler": logging.WARNING,
    # A round that is skipped because the one before still goes on: each second of a long export, and as it should be.
    "apscheduler.scheduler": logging.ERROR,
    # A line for each chart.
    "kaleido": logging.WARNING,
}
"""Libraries that tell at INFO what only their authors want to know."""


def configure_logging(settings: Settings, stream: IO[str] | None = None) -> None:
    """Sends everything that this process logs, by structlog or by the standard library, to `stream` (stderr).

    Calling it again replaces what an earlier call set.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(production=settings.production))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name, level in QUIET_LIBRARIES.items():
        logging.getLogger(name).setLevel(max(level, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Not cached: tests and tools configure more than once in a process.
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> BoundLogger:
    """The logger of a module; it may be asked for at import, before anything is configured."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def _shared_processors() -> Iterable[Processor]:
    return (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _timestamp,
        _leave_secrets_out,
        structlog.processors.StackInfoRenderer(),
    )


def _formatter(*, production: bool) -> ProcessorFormatter:
    endings: list[Processor]
    if production:
        endings = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # A plain trace: the pretty one prints local variables, which may be people's data.
        endings = [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    return ProcessorFormatter(
        foreign_pre_chain=[*_shared_processors()],
        processors=[ProcessorFormatter.remove_processors_meta, *endings],
    )


def _timestamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return event


def _leave_secrets_out(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in event:
        if name != "event" and _is_secret(name, event[name]):
            event[name] = REDACTED
        elif isinstance(event[name], str):
            event[name] = SECRET_PARTS.sub(rf"\1{REDACTED}", event[name])
    return event


def _is_secret(name: str, value: Any) -> bool:
    # A number of bytes or of tokens tells nothing.
    return not isinstance(value, int | float) and any(word in name.lower() for word in SECRET_WORDS)
