"""How fast a backlog is drained: `python -m benchmarks.drain [--events 500000] [--ledger-rows 20000000]`.

Broker, PostgreSQL, the ingest processes and this program share the machine. Beside the drain stands a yardstick of the
same run: the same consumer, decoding, and a COPY of raw rows into a table without any index, and nothing else.

    python -m benchmarks.drain --events 1000000 --offered 1000   # after an outage, while new events still come
    python -m benchmarks.drain --processes 1 2                   # how it scales: each on servers of its own
    python -m benchmarks.drain --format xapi                     # the same events as statements of 1 KB
"""

import argparse
import io
import sys
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from kafka import KafkaConsumer, TopicPartition

from benchmarks.backlog import ISSUER, PARTITIONS, Servers, encode_native, fill, servers
from benchmarks.draining import Task, drain
from benchmarks.machine import machine
from benchmarks.statements import statement_of
from dashapp.data.database import DatabaseRole
from dashapp.data.store.recount import differences
from dashapp.domain.events import Event, LearningEvent, Source, Topic
from dashapp.domain.keys import SourceId
from deploy.local_kafka import TOPICS
from ingest import native
from ingest.transports.consumer import FETCH_BYTES, PARTITION_BYTES
from ingest.xapi import decode_statement

YARDSTICK_BATCH = 8_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 where a recount was asked for and differs."""
    options = _parser().parse_args(arguments)
    print(machine(), flush=True)
    rates = [_measure(options, processes) for processes in options.processes]
    for processes, (rate, _right) in zip(options.processes[1:], rates[1:], strict=True):
        first = options.processes[0]
        print(f"{processes} processes drain {rate / rates[0][0]:.2f} times as fast as {first}")
    return 0 if all(right for _rate, right in rates) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drain", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000, help="the backlog")
    parser.add_argument("--format", choices=("native", "xapi"), default="native", help="of the backlog")
    parser.add_argument("--offered", type=int, default=0, help="new events per second that come meanwhile")
    parser.add_argument("--processes", type=int, nargs="+", default=[1], help="ingest processes; several: one run each")
    parser.add_argument("--ledger-rows", type=int, default=0, help="random ids that are in the ledger beforehand")
    parser.add_argument("--batch-size", type=int, default=1_000, help="ANALYTICS_BATCH_SIZE")
    parser.add_argument("--check", action="store_true", help="compare all aggregates with a recount afterwards")
    return parser


def _measure(options: argparse.Namespace, processes: int) -> tuple[float, bool]:
    """Events per second with so many processes, and whether a recount, if one was asked for, is equal."""
    with servers() as running:
        began = time.perf_counter()
        is_xapi = options.format == "xapi"
        fill(running, options.events, statement_of if is_xapi else encode_native)
        print(f"backlog: {options.events:,} {options.format} events in {time.perf_counter() - began:.0f} s", flush=True)
        if options.ledger_rows:
            _fill_ledger(running, options.ledger_rows)
        yardstick = _yardstick(running, options.events, _decode_statement if is_xapi else _decode_native)
        print(f"yardstick (poll, decode, COPY of raw rows): {yardstick:,.0f} events/s", flush=True)
        drained = drain(running, Task(options.events, options.offered, processes, options.batch_size))
        print(f"ratio to the yardstick: {drained / yardstick:.2f}")
        days = running.scalar("SELECT count(*) FROM learner_course_days")
        print(f"learner-days: {days:,}; ledger: {running.scalar('SELECT count(*) FROM event_ledger'):,} rows")
        return drained, not options.check or _is_right(running)


def _fill_ledger(running: Servers, rows: int) -> None:
    began = time.perf_counter()
    running.administrate(
        f"""INSERT INTO event_ledger (organisation_id, source_id, event_id, content, occurred_at)
        SELECT {running.organisation}, 1, gen_random_uuid(), n, now() FROM generate_series(1, {rows}) AS n""",
        "VACUUM ANALYZE event_ledger",
        "CHECKPOINT",
    )
    print(f"ledger: {rows:,} random ids in {time.perf_counter() - began:.0f} s", flush=True)


def _decode_native(body: bytes, source: Source) -> Event:
    return native.decode(body, Topic.LEARNING, source)


def _decode_statement(body: bytes, source: Source) -> Event:
    return decode_statement(body, source)


def _yardstick(running: Servers, events: int, decode: Callable[[bytes, Source], Event]) -> float:
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
                event = decode(record.value, source)
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


def _is_right(running: Servers) -> bool:
    with running.database.transaction(DatabaseRole.INGEST, running.organisation) as connection:
        found = differences(connection, running.organisation)
    print(f"aggregates against a recount: {found or 'equal'}")
    return not found


if __name__ == "__main__":
    sys.exit(main())
