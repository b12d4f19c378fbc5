"""Where events come from: Apache Kafka, or the inbox table. The loop knows only what is written here."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from dashapp.data.database import Connection
from dashapp.data.store.arrivals import Place
from dashapp.data.store.partitions import PartitionState
from dashapp.domain.events import Topic
from dashapp.domain.keys import SourceId


class Record(NamedTuple):
    """One record as it came, not decoded yet."""

    place: Place
    received_at: datetime
    """The transport's own time of the record, in UTC."""
    kind: Topic | None
    """None where the transport has something for a topic that the settings do not know."""
    sender: SourceId | str | None
    """The sender's id (inbox), its name (a Kafka record's header), or nothing (the topic's only sender)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not committed yet."""

    events: int
    alarms: tuple[str, ...] = ()
    """Sentences about what needs an operator; empty when all is well."""
    partitions: tuple[PartitionState, ...] = ()
    """The partitions that this process reads, each on its own."""
    topics: Mapping[str, int] = field(default_factory=dict)
    """How many partitions each topic has, whoever reads them; 0: the topic does not exist."""


class Transport(Protocol):
    """A source of records. A receipt stands for the records of one batch; only its transport knows what is in it.

    `transaction`, `settle` and `settled` are called by the writing thread, `waiting` and `drop` by any, all else by the
    reading one.
    """

    @property
    def name(self) -> str:
        """kafka or inbox."""

    def open(self) -> None:
        """Connects. Raises Unavailable; may be called again then."""

    def poll(self, limit: int, seconds: float) -> Sequence[Record]:
        """At most about `limit` further records, waiting up to `seconds` for the first. Raises Unavailable."""

    def must_rewind(self) -> bool:
        """Whether partitions have come or gone, so that nothing in hand may be committed."""

    def rewind(self) -> None:
        """Goes back to what the database says is committed. Called while nothing is being written. Raises
        Unavailable."""

    def rest(self) -> None:
        """Called now and then while nothing is polled, so that the transport knows that we are alive."""

    def cut(self) -> Any:
        """The receipt for all records since the last cut."""

    def drop(self, receipt: Any) -> None:
        """The batch will not be written; its records will be polled again after a rewind."""

    def transaction(self, receipt: Any) -> AbstractContextManager[Connection]:
        """The transaction in which the batch is written. Raises Unavailable."""

    def settle(self, connection: Connection, receipt: Any) -> None:
        """Marks the records as taken, within the batch's transaction. Raises LostOwnership."""

    def settled(self, receipt: Any) -> None:
        """The transaction has been committed."""

    def waiting(self) -> Waiting:
        """How much is left; cheap, asked once a second. Raises Unavailable."""

    def close(self, seconds: float) -> None:
        """Gives everything back. Never raises."""
