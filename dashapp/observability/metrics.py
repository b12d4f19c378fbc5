"""The metrics of one process, in a registry of their own: two apps in one process do not share figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

BATCH_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
ANSWER_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0)
"""With 0.5 and 2 among them, so that the promised limits can be read off."""

BY_PARTITION = ("topic", "partition")


@dataclass(frozen=True, slots=True)
class Metrics:
    """What this process counts. Label values come from closed sets only: never an id, never an address."""

    registry: CollectorRegistry
    events_processed: Counter
    """By `kind` of event and `outcome` (counted | repeated | refused)."""
    processing_time: Histogram
    """Seconds from a batch's poll to its commit."""
    api_response_time: Histogram
    """Seconds to an answer, by `route` (the rule, not the address), `method` and `status` (2xx …)."""
    ingest_lag: Gauge
    """Seconds between the newest committed event's append and its commit."""
    events_waiting: Gauge
    """Events in the transport that are not committed yet."""
    dead_letters: Counter
    """By `reason`."""
    collector_requests: Counter
    """By `collector` (events | xapi | caliper) and `status` of the answer."""
    collector_events: Counter
    """Records by `collector` and `outcome` (accepted | refused)."""
    partition_behind: Gauge
    """Records that are not committed yet, by `topic` and `partition`, as all of the next two."""
    partition_waiting: Gauge
    """Seconds since the oldest of them was appended; 0 where none waits."""
    partition_committed: Gauge
    """The instant of the last commit, in seconds since 1970; 0 where there was none."""
    data_quality_score: Gauge
    """0 to 100 over the last 24 h, by `organisation` and `source`, the short names of what is registered."""

    content_type: str = CONTENT_TYPE_LATEST

    def exposition(self) -> bytes:
        """All figures in Prometheus' text format, for `GET /metrics`."""
        return generate_latest(self.registry)


def build_metrics() -> Metrics:
    """Metrics that start at zero; one call per process (and per test)."""
    registry = CollectorRegistry(auto_describe=True)
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return Metrics(
        registry=registry,
        events_processed=Counter(
            "analytics_events_processed_total",
            "Learning events taken from the transport.",
            ("kind", "outcome"),
            registry=registry,
        ),
        processing_time=Histogram(
            "analytics_processing_time_seconds",
            "From a batch's poll to its commit.",
            buckets=BATCH_SECONDS,
            registry=registry,
        ),
        api_response_time=Histogram(
            "analytics_api_response_time_seconds",
            "From a request's arrival to its answer.",
            ("route", "method", "status"),
            buckets=ANSWER_SECONDS,
            registry=registry,
        ),
        ingest_lag=Gauge(
            "analytics_ingest_lag_seconds", "Age of the newest committed event at its commit.", registry=registry
        ),
        events_waiting=Gauge(
            "analytics_events_waiting", "Events in the transport that are not committed yet.", registry=registry
        ),
        dead_letters=Counter(
            "analytics_dead_letters_total", "Events that were refused, by reason.", ("reason",), registry=registry
        ),
        collector_requests=_of_collectors(registry, "requests", "Requests to the collectors", "status"),
        collector_events=_of_collectors(registry, "events", "Records that the collectors took or refused", "outcome"),
        partition_behind=_of_partitions(registry, "behind_records", "Records that are not committed yet"),
        partition_waiting=_of_partitions(registry, "waiting_seconds", "Age of the oldest record not committed yet"),
        partition_committed=_of_partitions(
            registry, "last_commit_timestamp_seconds", "When records were last committed"
        ),
        data_quality_score=Gauge(
            "analytics_data_quality_score",
            "Score of the data of a source over the last 24 hours, 0 to 100.",
            ("organisation", "source"),
            registry=registry,
        ),
    )


@dataclass(frozen=True, slots=True)
class PartitionFigures:
    """The figures of one partition."""

    topic: str
    partition: int
    behind: int
    waiting_seconds: float
    committed_at: datetime | None


class PartitionGauges:
    """Shows the partitions that there are now, and takes away those that were there before."""

    def __init__(self, metrics: Metrics) -> None:
        """Shows nothing yet."""
        self._metrics = metrics
        self._shown: set[tuple[str, str]] = set()

    def show(self, figures: Iterable[PartitionFigures]) -> None:
        """These and no others. From one thread only."""
        metrics, shown = self._metrics, set[tuple[str, str]]()
        for each in figures:
            labels = (each.topic, str(each.partition))
            shown.add(labels)
            metrics.partition_behind.labels(*labels).set(each.behind)
            metrics.partition_waiting.labels(*labels).set(each.waiting_seconds)
            metrics.partition_committed.labels(*labels).set(each.committed_at.timestamp() if each.committed_at else 0)
        for labels in self._shown - shown:
            for gauge in (metrics.partition_behind, metrics.partition_waiting, metrics.partition_committed):
                gauge.remove(*labels)
        self._shown = shown


def _of_collectors(registry: CollectorRegistry, name: str, said: str, by: str) -> Counter:
    return Counter(f"analytics_collector_{name}_total", f"{said}, by {by}.", ("collector", by), registry=registry)


def _of_partitions(registry: CollectorRegistry, name: str, said: str) -> Gauge:
    return Gauge(f"analytics_partition_{name}", f"{said}, by partition.", BY_PARTITION, registry=registry)
