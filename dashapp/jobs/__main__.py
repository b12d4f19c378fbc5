"""`python -m dashapp.jobs`: the jobs as a process of their own. Of any number of them one leads, the others wait."""

import argparse
import sys
from collections.abc import Sequence

from prometheus_client import start_http_server

from dashapp.data.database import Database, DatabaseRole, database_from
from dashapp.data.migrations import is_migrated
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import AnalyticsError, SettingsError, Unavailable
from dashapp.ending import EndSignal
from dashapp.jobs.registry import jobs_of
from dashapp.jobs.running import JobRunner
from dashapp.jobs.verifying import add_arguments, verify
from dashapp.observability.job_metrics import JobGauges
from dashapp.observability.logging import configure_logging, get_logger
from dashapp.observability.metrics import build_metrics
from dashapp.settings import Settings, load_settings

log = get_logger(__name__)

STOP_WITHIN = 20.0
"""Seconds: under the 30 that Kubernetes gives before it kills."""
ASK_AGAIN = 2.0
"""Seconds between two looks whether the database is there and migrated."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 0 after an orderly end, 1 when something is wrong or did not end in time, 2 for a wrong
    setting."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logging(settings)
    try:
        database = database_from(settings)
        try:
            if options.command == "verify-audit":
                return verify(database, options)
            end = EndSignal()
            with end.heard():
                return _run(settings, database, options, end)
        finally:
            database.close()
    except AnalyticsError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dashapp.jobs", description="Runs the jobs, or waits for the process that does."
    )
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus' metrics on this port")
    commands = parser.add_subparsers(dest="command")
    checked = "Proves that the audit trail is as it was sealed, and names what is not sealed yet."
    add_arguments(commands.add_parser("verify-audit", help=checked, description=checked))
    return parser


def _run(settings: Settings, database: Database, options: argparse.Namespace, end: EndSignal) -> int:
    metrics = build_metrics()
    if options.metrics_port is not None:
        start_http_server(options.metrics_port, registry=metrics.registry)
    while not _is_ready(database):
        if end.wait(ASK_AGAIN):
            return 0
    runner = JobRunner(database, jobs_of(settings, database, system_clock), JobGauges(metrics.registry))
    runner.start()
    log.info("jobs.started")
    end.wait()
    ended = runner.stop(STOP_WITHIN)
    log.info("jobs.ended", in_time=ended)
    return 0 if ended else 1


def _is_ready(database: Database) -> bool:
    try:
        if is_migrated(database, DatabaseRole.JOBS):
            return True
        log.warning("jobs.database_not_migrated")
    except Unavailable as error:
        log.warning("jobs.waiting", reason=str(error))
    return False


if __name__ == "__main__":
    sys.exit(main())
