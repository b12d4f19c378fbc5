"""`GET /health` for people and load balancers, `/health/live` for the process's supervisor, `/metrics` for Prometheus.

A broker that is away must not make a probe take the pages down: only what keeps pages from being served answers 503.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from threading import Lock
from time import monotonic
from typing import Final

import orjson
from flask import Flask, Response, abort, request

from dashapp.data.database import DatabaseRole
from dashapp.data.migrations import is_migrated
from dashapp.data.store.job_status import JobState, read_jobs
from dashapp.data.store.partitions import NO_PARTITION, PartitionLag
from dashapp.domain.errors import Unavailable
from dashapp.observability.job_metrics import JobGauges
from dashapp.observability.logging import get_logger
from dashapp.observability.metrics import Metrics, PartitionFigures, PartitionGauges
from dashapp.security.guard import Access, Guard
from dashapp.services import Services

ASKED_AGAIN: Final = 1.0
"""Seconds: a storm of probes asks the database once a second, not more."""
ASKED_WHILE_AWAY: Final = 0.25
"""Seconds: that it is back should be known soon, and to be refused costs little."""

PROXIES_SAY: Final = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
"""By these headers a proxy tells that somebody else is behind a request: not every one sets the same."""
WORST_FIRST: Final = ("alarmed", "silent", "late")
"""Not read any further until an operator has looked; read by nobody; behind by more than the threshold."""

log = get_logger(__name__)


class Status(StrEnum):
    """How the whole service is."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


@dataclass(slots=True)
class Health:
    """The routes of one app's health. `install` adds and opens them."""

    services: Services
    metrics: Metrics
    job_gauges: JobGauges
    _asked_at: float = field(default=float("-inf"), init=False)
    _database: str = field(default="unknown", init=False)
    _cache: str = field(default="ok", init=False)
    _jobs: tuple[JobState, ...] = field(default=(), init=False)
    _asking: Lock = field(default_factory=Lock, init=False)
    _gauges: PartitionGauges = field(init=False)
    _showing: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        """Shows no partition yet."""
        self._gauges = PartitionGauges(self.metrics)

    def install(self, server: Flask, guard: Guard, prefix: str) -> None:
        """Adds the routes at the root, and below the path of the public address where there is one."""
        for number, base in enumerate(dict.fromkeys(("", prefix))):
            views = {"/health": self.show, "/health/live": self.show_live, "/metrics": self.show_metrics}
            for path, view in views.items():
                endpoint = f"{view.__name__}_{number}"
                server.add_url_rule(f"{base}{path}", endpoint, view, methods=["GET"])
                guard.open_route(endpoint, Access.PROBE)

    def report(self) -> tuple[Status, dict[str, object]]:
        """The status with its parts."""
        freshness = self.services.live.freshness()
        threshold = self.services.settings.real_time_lag_threshold
        kept_back = self.services.live.kept_back
        lag = round((freshness.behind_seconds - kept_back) * 1000)
        database = self._ask()
        transport = "away" if freshness.transport_away else "ok"
        ingest = "late" if lag > threshold else "ok"
        if database != "ok":
            status = Status.UNAVAILABLE
        else:
            well = (transport, ingest, self._cache) == ("ok", "ok", "ok") and _worst_job(self._jobs) == "ok"
            status = Status.OK if well else Status.DEGRADED
        settings = self.services.settings
        parts: dict[str, object] = {
            "database": {"status": database},
            "cache": {"status": self._cache, "kind": "redis" if settings.redis_url else "memory"},
            "transport": {"status": transport, "kind": "kafka" if settings.kafka_brokers else "inbox"},
            "ingest": {"status": ingest, "lag_ms": lag, "threshold_ms": threshold},
            "pages": {"status": "late" if kept_back else "ok", "kept_back_ms": round(kept_back * 1000)},
            "jobs": _report_of(self._jobs),
            "partitions": _partitions(self.services.live.partitions(), threshold),
        }
        return status, parts

    def show(self) -> Response:
        """200 where pages can be served, with the word ok or degraded; else 503."""
        status, parts = self.report()
        body = orjson.dumps({"status": status.value, "parts": parts})
        code = 503 if status is Status.UNAVAILABLE else 200
        return Response(body, status=code, mimetype="application/json")

    def show_live(self) -> Response:
        """200 as long as the process answers at all."""
        return Response(b'{"status":"ok"}', mimetype="application/json")

    def show_metrics(self) -> Response:
        """Prometheus' text format, for this machine and for trusted addresses."""
        if not self._may_see_metrics():
            abort(404)
        self._ask()
        self.job_gauges.show(self._jobs)
        with self._showing:
            # Of the whole installation, whichever process reads the transport.
            self._gauges.show(
                PartitionFigures(each.topic, each.partition, each.behind, each.waiting_seconds, each.committed_at)
                for each in self.services.live.partitions()
            )
        return Response(self.metrics.exposition(), content_type=self.metrics.content_type)

    def _may_see_metrics(self) -> bool:
        # Who comes through a proxy is not who scrapes: that one comes directly.
        if request.remote_addr is None or any(name in request.headers for name in PROXIES_SAY):
            return False
        address = ip_address(request.remote_addr)
        trusted = self.services.settings.trusted_networks
        return address.is_loopback or any(address in network for network in trusted)

    def _ask(self) -> str:
        """How the database is; asks the cache too. One request at a time: the others do not wait for what hangs."""
        again = ASKED_AGAIN if self._database == "ok" else ASKED_WHILE_AWAY
        first = self._database == "unknown"
        if monotonic() - self._asked_at >= again and self._asking.acquire(blocking=first):
            try:
                self._cache = "ok" if self.services.cache.is_reachable() else "away"
                self._database = "ok" if is_migrated(self.services.database, DatabaseRole.WEB) else "not migrated"
                if self._database == "ok":
                    with self.services.database.transaction(DatabaseRole.WEB, None) as connection:
                        self._jobs = read_jobs(connection)
            except Unavailable:
                if self._database != "away":
                    log.warning("health.database_away")
                self._database = "away"
            finally:
                self._asked_at = monotonic()
                self._asking.release()
        return self._database


def _report_of(jobs: Sequence[JobState]) -> dict[str, object]:
    """Each job, and the worst of their words. Where none has ever run there is nothing to be late with."""
    each = [
        {
            "job": job.name,
            "status": job.word,
            "last_success": job.succeeded_at.isoformat() if job.succeeded_at is not None else None,
            "last_run_ms": round(job.seconds * 1000),
            **({"trouble": job.trouble} if job.trouble is not None else {}),
        }
        for job in jobs
    ]
    return {"status": _worst_job(jobs), "each": each}


def _worst_job(jobs: Sequence[JobState]) -> str:
    said = {job.word for job in jobs}
    return next((word for word in ("silent", "failing") if word in said), "ok")


def _partitions(lags: Sequence[PartitionLag], threshold_ms: int) -> dict[str, object]:
    """Each partition of the transport, and the worst of their words."""
    each = [
        {
            "topic": lag.topic,
            "partition": lag.partition if lag.partition != NO_PARTITION else None,
            "status": _word(lag, threshold_ms),
            "behind": lag.behind,
            "waiting_ms": round(lag.waiting_seconds * 1000),
            "last_commit": lag.committed_at.isoformat() if lag.committed_at is not None else None,
            **({"alarm": lag.alarm} if lag.alarm is not None else {}),
        }
        for lag in lags
    ]
    said = {_word(lag, threshold_ms) for lag in lags}
    return {"status": next((word for word in WORST_FIRST if word in said), "ok"), "each": each}


def _word(lag: PartitionLag, threshold_ms: int) -> str:
    if lag.alarm is not None:
        return "alarmed"
    if lag.silent:
        return "silent"
    return "late" if lag.waiting_seconds * 1000 > threshold_ms else "ok"
