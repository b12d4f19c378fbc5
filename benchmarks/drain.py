"""How fast a backlog is drained: `python -m benchmarks.drain [--events 500000] [--ledger-rows 20000000]`.

Broker, PostgreSQL, the ingest process and this program share the machine. Beside the drain stands a yardstick of the
same run: the same consumer, decoding, and a COPY of raw rows into a table without any index, and nothing else.
"""

import argparse
import io
import sys
import time
from collections.abc import Sequence
from statistics import median

import psutil  # type: ignore[import-untyped]  # it ships no types
import sqlalchemy as sa
from kafka import KafkaConsumer, TopicPartition

from benchmarks.backlog import ISSUER, PARTITIONS, Servers, fill, servers
from benchmarks.machine import machine
from dashapp.data.database import DatabaseRole
from dashapp.data.store.recount import differences
from dashapp.domain.events import LearningEvent, Source, Topic
from dashapp.domain.keys import SourceId
from deploy.local_kafka import TOPICS
from ingest.native import decode
from ingest.transports.consumer import FETCH_BYTES, PARTITION_BYTES

YARDSTICK_BATCH = 8_000
GIVE_UP_AFTER = 1_800.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drain", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--ledger-rows", type=int, default=0, help="random ids that are in the ledger beforehand")
    parser.add_argument("--batch-size", type=int, default=1_000, help="ANALYTICS_BATCH_SIZE")
    parser.add_argument("--check", action="store_true", help="compare all aggregates with a recount afterwards")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    with servers() as running:
        began = time.perf_counter()
        fill(running, options.events)
        print(f"backlog: {options.events:,} events in {time.perf_counter() - began:.0f} s", flush=True)
        if options.ledger_rows:
            _fill_ledger(running, options.ledger_rows)
        yardstick = _yardstick(running, options.events)
        print(f"yardstick (poll, decode, COPY of raw rows): {yardstick:,.0f} events/s", flush=True)
        drained = _drain(running, options.events, options.batch_size)
        print(f"ratio to the yardstick: {drained / yardstick:.2f}")
        days = running.scalar("SELECT count(*) FROM learner_course_days")
        print(f"learner-days: {days:,}; ledger: {running.scalar('SELECT count(*) FROM event_ledger'):,} rows")
        return 1 if options.check and not _is_right(running) else 0


def _fill_ledger(running: Servers, rows: int) -> None:
    began = time.perf_counter()
    running.administrate(
        f"""INSERT INTO event_ledger (organisation_id, source_id, event_id, content, occurred_at)
        SELECT {running.organisation}, 1, gen_random_uuid(), n, now() FROM generate_series(1, {rows}) AS n""",
        "VACUUM ANALYZE event_ledger",
        "CHECKPOINT",
    )
    print(f"ledger: {rows:,} random ids in {time.perf_counter() - began:.0f} s", flush=True)


def _yardstick(running: Servers, events: int) -> float:
    """Events per second of a loop that only keeps raw rows."""
    running.administrate("CREATE TABLE yardstick (LIKE raw_events)")
    assert running.database.server is not None
    engine = sa.create_engine(running.database.server.admin_url(), poolclass=sa.NullPool)
    source = Source(SourceId(1), running.organisation, "benchmark", "benchmark", ISSUER, frozenset(Topic))
    consumer = KafkaConsumer(
        bootstrap_servers=running.broker.bootstrap,
        fetch_max_bytes=FETCH_BYTES,
        max_partition_fetch_bytes=PARTITION_BYTES,
    )
    consumer.assign([TopicPartition(TOPICS[0], number) for number in range(PARTITIONS)])
    consumer.seek_to_beginning()
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("SET search_path = analytics")
    began, done, rows = time.perf_counter(), 0, 0
    text = io.StringIO()
    while done < events:
        for records in consumer.poll(timeout_ms=1_000, max_records=YARDSTICK_BATCH).values():
            for record in records:
                event = decode(record.value, Topic.LEARNING, source)
                assert isinstance(event, LearningEvent)
                body = record.value.decode().replace("\\", "\\\\")
                text.write(
                    f"1\t{event.occurred_at}\t1\t1\t{event.id}\t1\t1\t2026-01-01\t0\t1\t{event.verb.value}\tf"
                    f"\t{event.occurred_at}\t{body}\n"
                )
            done += len(records)
            rows += len(records)
        if rows >= YARDSTICK_BATCH or done == events:
            text.seek(0)
            cursor.copy_expert("COPY yardstick FROM STDIN", text)
            raw.commit()
            text, rows = io.StringIO(), 0
    rate = events / (time.perf_counter() - began)
    raw.close()
    consumer.close()
    running.administrate("DROP TABLE yardstick", "CHECKPOINT")
    return rate


def _drain(running: Servers, events: int, batch_size: int) -> float:
    """Events per second from the first commit that is seen to the last; prints memory and the rate over time."""
    process = running.start_ingest(ANALYTICS_BATCH_SIZE=str(batch_size))
    try:
        watched = psutil.Process(process.pid)
        server_before = _server_seconds(running)
        began, memory, marks = time.perf_counter(), [], []
        first: tuple[float, int] | None = None
        while True:
            done = running.scalar("SELECT coalesce(sum(next_offset), 0) FROM transport_offsets")
            now = time.perf_counter()
            if first is None and done:
                first = (now, done)
            memory.append(watched.memory_info().rss / 2**20)
            marks.append((now, done))
            if done >= events:
                break
            if now - began > GIVE_UP_AFTER or process.poll() is not None:
                raise SystemExit("the ingest did not drain the backlog")
            time.sleep(0.1)
        assert first is not None
        rate = (events - first[1]) / (now - first[0])
        print(f"drain: {rate:,.0f} events/s ({events:,} events, {first[0] - began:.1f} s to the first commit)")
        print(f"rate by fifths: {', '.join(f'{each:,.0f}' for each in _fifths(marks, first, events))} events/s")
        tenths = [median(memory[len(memory) * n // 10 : len(memory) * (n + 1) // 10 + 1]) for n in range(10)]
        print(f"memory of the ingest process by tenths of the time: {', '.join(f'{each:.0f}' for each in tenths)} MB")
        print(f"memory at most: {max(memory):.0f} MB", flush=True)
        ours, theirs = sum(watched.cpu_times()[:2]), _server_seconds(running) - server_before
        print(
            f"processor time by the event: ingest process {ours / events * 1e6:.0f} µs,"
            f" PostgreSQL {theirs / events * 1e6:.0f} µs"
        )
        return rate
    finally:
        process.terminate()
        process.wait(60)


def _server_seconds(running: Servers) -> float:
    """Processor seconds of all processes of PostgreSQL so far."""
    assert running.database.server is not None
    pid = running.database.server.postmaster_pid
    assert pid is not None
    return sum(sum(each.cpu_times()[:2]) for each in psutil.Process(pid).children())


def _fifths(marks: list[tuple[float, int]], first: tuple[float, int], events: int) -> list[float]:
    """The rate in each fifth of the events after the first commit."""
    rates = []
    begin = first
    for fifth in range(1, 6):
        goal = first[1] + (events - first[1]) * fifth // 5
        end = next(mark for mark in marks if mark[1] >= goal)
        rates.append((end[1] - begin[1]) / max(end[0] - begin[0], 1e-9) if end[0] > begin[0] else 0.0)
        begin = end
    return rates


def _is_right(running: Servers) -> bool:
    with running.database.transaction(DatabaseRole.INGEST, running.organisation) as connection:
        found = differences(connection, running.organisation)
    print(f"aggregates against a recount: {found or 'equal'}")
    return not found


if __name__ == "__main__":
    sys.exit(main())
