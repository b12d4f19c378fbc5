"""The job that throws away what has been kept long enough: raw events, the inbox, dead letters."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Signal
from typing import TypeVar

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.dead_letters import PRUNED_AT_ONCE, prune_letters
from dashapp.data.store.retention import INBOX_AT_ONCE, drop_oldest_month, prune_inbox
from dashapp.domain.clock import Clock
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

Found = TypeVar("Found")


class Retention:
    """Raw events are kept for `days`, by whole months: one goes when its last day is older than that."""

    def __init__(self, database: Database, days: int, clock: Clock) -> None:
        self._database = database
        self._kept = timedelta(days=days)
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable: then a part of it may be done."""
        self._prune_letters(stopping)
        self._prune_inbox(stopping)
        before = self._clock() - max(self._kept, timedelta(days=1, hours=1))
        while not stopping.is_set():
            month = self._do(lambda connection: drop_oldest_month(connection, before))
            if month is None:
                break
            log.info("retention.month_dropped", partition=month)

    def _prune_letters(self, stopping: Signal) -> None:
        gone = PRUNED_AT_ONCE
        while gone == PRUNED_AT_ONCE and not stopping.is_set():
            gone = self._do(prune_letters)

    def _prune_inbox(self, stopping: Signal) -> None:
        gone = INBOX_AT_ONCE
        while gone == INBOX_AT_ONCE and not stopping.is_set():
            gone = self._do(lambda connection: prune_inbox(connection, self._clock()))
            if gone:
                # Nobody has counted them: no ingest has run for a month.
                log.warning("retention.inbox_pruned", events=gone)

    def _do(self, work: Callable[[Connection], Found]) -> Found:
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            return work(connection)
