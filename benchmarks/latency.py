"""How long from append to commit: `python -m benchmarks.latency [--rate 1000] [--seconds 60 | --minutes 10]`.

Events are offered at a steady rate; for each the time from the producer's `send` to the commit of its aggregates is
read from PostgreSQL, which notes the instant of every commit here. Beside it the yardstick of the same run: the time
until a plain consumer, which does nothing else, has the same records in hand.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event as Signal
from threading import Thread

import sqlalchemy as sa
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from msgspec.structs import replace

from benchmarks.backlog import ISSUER, PARTITIONS, Servers, believable_events, servers
from benchmarks.machine import machine
from deploy.local_kafka import TOPICS
from ingest.native import encode

WARM_UP = 2_000
"""Events that are not measured: caches fill, provisional rows are made, a connection opens."""
_LATENCIES = """
    SELECT count(*), avg(ms), percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY ms), max(ms)
    FROM (SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - received_at) * 1000 AS ms
        FROM analytics.raw_events WHERE received_at >= :since) AS each"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--rate", type=int, default=1_000, help="events per second")
    how_long = parser.add_mutually_exclusive_group()
    how_long.add_argument("--seconds", type=int, default=60)
    how_long.add_argument("--minutes", type=int)
    options = parser.parse_args(arguments)
    events = options.rate * (options.seconds if options.minutes is None else 60 * options.minutes)
    print(machine(), flush=True)
    with servers() as running:
        _note_commits(running)
        process = running.start_ingest()
        stopping, seen = Signal(), list[float]()
        watcher = Thread(target=_watch, args=(running, stopping, seen))
        try:
            _offer(running, WARM_UP, options.rate)
            _await(running, WARM_UP)
            watcher.start()
            since = datetime.now(UTC)
            _offer(running, events, options.rate, seed=2)
            _await(running, WARM_UP + events)
        finally:
            process.terminate()
            process.wait(60)
            stopping.set()
            watcher.join()
        _print_committed(running, since)
        seen.sort()
        print(
            f"yardstick (appended to polled by a plain consumer): mean {sum(seen) / len(seen):.0f} ms,"
            f" median {seen[len(seen) // 2]:.0f}, p95 {seen[int(len(seen) * 0.95)]:.0f} ms"
        )
    return 0


def _note_commits(running: Servers) -> None:
    """Lets PostgreSQL keep the instant of each commit, which needs a restart."""
    running.administrate("ALTER SYSTEM SET track_commit_timestamp = on")
    running.database.dispose()
    assert running.database.server is not None
    running.database.server.stop()
    running.database.server.start()


def _offer(running: Servers, count: int, rate: int, seed: int = 1) -> None:
    """Sends `count` events at `rate` per second, each with the present as its time."""
    producer = KafkaProducer(bootstrap_servers=running.broker.bootstrap, linger_ms=2)
    begin = time.perf_counter()
    for number, event in enumerate(believable_events(count, seed)):
        due = begin + number / rate
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        body = encode(replace(event, occurred_at=datetime.now(UTC)), ISSUER)
        producer.send(TOPICS[0], body, key=event.person.value.encode())
    producer.flush()
    late = time.perf_counter() - begin - count / rate
    producer.close()
    print(f"offered: {count:,} events at {rate:,}/s{f', {late:.1f} s late' if late > 0.5 else ''}", flush=True)


def _await(running: Servers, count: int) -> None:
    while running.scalar("SELECT coalesce(sum(next_offset), 0) FROM transport_offsets") < count:
        time.sleep(0.05)


def _watch(running: Servers, stopping: Signal, seen: list[float]) -> None:
    """Notes how old each record is when a plain consumer has it, in milliseconds."""
    consumer = KafkaConsumer(bootstrap_servers=running.broker.bootstrap)
    consumer.assign([TopicPartition(TOPICS[0], number) for number in range(PARTITIONS)])
    consumer.seek_to_end()
    while not stopping.is_set():
        for records in consumer.poll(timeout_ms=200).values():
            now = time.time() * 1000
            seen.extend(now - record.timestamp for record in records)
    consumer.close()


def _print_committed(running: Servers, since: datetime) -> None:
    assert running.database.server is not None
    engine = sa.create_engine(running.database.server.admin_url(), poolclass=sa.NullPool)
    with engine.connect() as connection:
        count, mean, (median, p95, p99), most = connection.execute(sa.text(_LATENCIES), {"since": since}).one()
        commits = connection.execute(
            sa.text("SELECT count(*) FROM analytics.scope_changes WHERE committed_at >= :since"), {"since": since}
        ).scalar_one()
    print(
        f"appended to committed: mean {mean:.0f} ms, median {median:.0f}, p95 {p95:.0f}, p99 {p99:.0f},"
        f" most {most:.0f} ms ({count:,} events in {commits:,} commits)"
    )


if __name__ == "__main__":
    sys.exit(main())
