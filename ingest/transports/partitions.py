"""What the reader of a Kafka partition knows of it: where it stands, what it has in hand, until when all is counted."""

from dataclasses import dataclass, field
from datetime import datetime

from kafka import TopicPartition

from dashapp.data.store import offsets
from dashapp.data.store.partitions import PartitionState


@dataclass(slots=True, eq=False)
class Span:
    """What was read of one partition: from `expected`, which the database must still say, to before `end`."""

    identity: str
    expected: offsets.Position | None
    end: int
    oldest: datetime
    """The time of the oldest record in it."""


@dataclass(slots=True)
class OwnPartition:
    """A partition that is ours. The reading thread writes it, the writing one takes spans out, any may read it."""

    identity: str
    expected: offsets.Position | None
    """What the database will say when everything has been written that was handed out; None: nothing yet."""
    position: int
    committed: int
    complete_until: datetime
    """A record that is older than this has been taken: told by the owner before us, or seen at the partition's end."""
    end: int = 0
    reached: int = 0
    """Where the client stands: at the position, or behind it where aborted transactions and markers were passed by."""
    committed_at: datetime | None = None
    alarm: str | None = None
    in_hand: list[Span] = field(default_factory=list)
    """Taken and not committed yet."""
    newest: datetime | None = None
    """The time of the record that was taken last."""

    def take(self, end: int, oldest: datetime, newest: datetime) -> None:
        """Records to before `end` have been taken."""
        self.position, self.newest = end, newest
        self.expected = offsets.Position(self.identity, end)
        self.in_hand[-1].end = end
        self.in_hand[-1].oldest = min(self.in_hand[-1].oldest, oldest)

    def begin(self, oldest: datetime) -> Span:
        """A new span, which begins where reading stands."""
        span = Span(self.identity, self.expected, self.position, oldest)
        self.in_hand.append(span)
        return span

    def settled(self, span: Span, now: datetime) -> None:
        """A span is committed."""
        self.committed, self.committed_at = span.end, now
        if span in self.in_hand:
            self.in_hand.remove(span)

    def look(self, reached: int, end: int, now: datetime) -> None:
        """Notes what the last answer of the broker says."""
        self.reached, self.end = max(self.position, reached), max(self.end, end)
        if self.reached >= self.end and not self.in_hand:
            self.complete_until = now

    def state(self, partition: TopicPartition, known_at: datetime) -> PartitionState:
        """What there is to report."""
        in_hand = [span.oldest for span in tuple(self.in_hand)]
        oldest = min(in_hand, default=None)
        if oldest is None and (self.alarm is not None or self.reached < self.end):
            # Records lie in the order in which they were appended, so what follows is hardly older than what was read.
            oldest = max(self.complete_until, self.newest or self.complete_until)
        behind = max(0, self.position - self.committed) + max(0, self.end - self.reached)
        return PartitionState(
            partition.topic, partition.partition, behind, oldest, known_at, self.committed_at, self.alarm
        )
