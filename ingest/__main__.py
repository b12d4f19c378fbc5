"""`python -m ingest`: the ingest as a process of its own. Any number of them share the work as one consumer group."""

import argparse
import gc
import sys
from collections.abc import Sequence

from prometheus_client import start_http_server

from dashapp.data.database import Database, DatabaseRole, database_from
from dashapp.data.migrations import is_migrated
from dashapp.domain.errors import SettingsError, Unavailable
from dashapp.ending import EndSignal
from dashapp.observability.logging import get_logger
from dashapp.observability.metrics import build_metrics
from dashapp.settings import Settings
from ingest import rebuild
from ingest.commanding import settings_or_sentence
from ingest.loop import ingest_from

log = get_logger(__name__)

COLLECTED_AFTER = 100_000
"""Objects. A batch makes many that live until it is committed, none in a circle: looking through them after every 700
new ones takes a tenth of this process's time."""
SWITCH_SECONDS = 0.0005
"""After each answer of PostgreSQL the writing thread waits until the reading one lets it go on, thirty times a batch,
with the database idle. Python's own 5 ms cost a fifth of the rate."""
STOP_WITHIN = 20.0
"""Seconds: under the 30 that Kubernetes gives before it kills."""
ASK_AGAIN = 2.0
"""Seconds between two looks whether the database is there and migrated."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 0 after an orderly end, 1 when it did not end in time, 2 for a wrong setting."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["rebuild"]:
        return rebuild.main(given[1:])
    options = _parser().parse_args(given)
    settings = settings_or_sentence()
    if settings is None:
        return 2
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 20, 20)
    asked = EndSignal()
    try:
        with asked.heard():
            return _run(settings, options, asked)
    except (SettingsError, Unavailable) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest",
        description="Counts events from Kafka or the inbox. `rebuild --help` tells how to make past days anew.",
    )
    parser.add_argument(
        "--instance",
        help="a name that stays over restarts, so that the consumer group waits for the return of this process",
    )
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus' metrics on this port")
    return parser


def _run(settings: Settings, options: argparse.Namespace, asked: EndSignal) -> int:
    database = database_from(settings)
    metrics = build_metrics()
    try:
        if options.metrics_port is not None:
            start_http_server(options.metrics_port, registry=metrics.registry)
        while not _is_ready(database):
            if asked.wait(ASK_AGAIN):
                return 0
        ingest = ingest_from(settings, database, metrics, options.instance)
        ingest.start()
        log.info("ingest.started", transport=ingest.status().transport)
        asked.wait()
        ended = ingest.stop(STOP_WITHIN)
        log.info("ingest.ended", in_time=ended)
        return 0 if ended else 1
    finally:
        database.close()


def _is_ready(database: Database) -> bool:
    """Whether the database is there and migrated; says in the log what is awaited."""
    try:
        if is_migrated(database, DatabaseRole.INGEST):
            return True
        log.warning("ingest.database_not_migrated")
    except Unavailable as error:
        log.warning("ingest.waiting", reason=str(error))
    return False


if __name__ == "__main__":
    sys.exit(main())
