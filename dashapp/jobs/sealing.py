"""The job that seals the audit trail."""

from threading import Event as Signal
from time import monotonic
from typing import Final

from dashapp.data.database import Database
from dashapp.data.store.chain import Head
from dashapp.data.store.sealing import Sealer
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

TOLD_EVERY: Final = 3600.0
"""Seconds between two times that the heads of chains are logged. What is kept of logs elsewhere proves later that a
chain was not made anew."""


class Sealing:
    """Seals new rows; tells the heads of the chains now and then."""

    def __init__(self, database: Database) -> None:
        self._sealer = Sealer(database)
        self._heads: dict[int, Head] = {}
        self._told_at = float("-inf")

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        self._heads |= self._sealer.seal(stopping)
        if self._heads and monotonic() - self._told_at >= TOLD_EVERY:
            for organisation, head in sorted(self._heads.items()):
                log.info("audit.head", organisation_id=organisation, head=str(head))
            self._heads, self._told_at = {}, monotonic()
