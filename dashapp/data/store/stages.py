"""Temporary tables that take a batch in by COPY, and the statements that carry it from there into the real ones.

COPY cannot write into tables under row-level security, and ON CONFLICT needs an INSERT. The stages are made once per
connection and emptied by each commit.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from io import BytesIO
from typing import Final

from psycopg2 import extensions

from dashapp.data.store.presence import add_people_of_activities

_STAGES: Final = """
    CREATE TEMPORARY TABLE la_events (number integer, source_id integer, event_id uuid, content bigint,
        occurred_at timestamptz, person_id bigint, course_id bigint, activity_id bigint, day date, minute smallint,
        clicks integer, verb text, received_at timestamptz, body bytea) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE la_days (course_id bigint, person_id bigint, day date, events integer, clicks bigint,
        minute smallint, minutes bit(1500), first_at timestamptz, last_at timestamptz) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE la_types (course_id bigint, person_id bigint, day date, activity_type text, events integer,
        clicks bigint) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE la_activities (course_id bigint, activity_id bigint, person_id bigint, first_day date,
        last_day date, first_at timestamptz, last_at timestamptz, completed_at timestamptz, events integer,
        clicks bigint) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE la_rolled (kind "char", course_id bigint, activity_id bigint, day date, hour timestamptz,
        events integer, clicks bigint) ON COMMIT DELETE ROWS;
"""
_NAMES: Final = "la_events, la_days, la_types, la_activities, la_rolled"
_CHUNK: Final = 1 << 18


def ensure(cursor: extensions.cursor) -> None:
    """Makes the stages where this connection has none, and empties them where this transaction has used them."""
    cursor.execute("SELECT to_regclass('pg_temp.la_rolled') IS NULL")
    row = cursor.fetchone()
    if row is not None and row[0]:
        cursor.execute(_STAGES)
        return
    cursor.execute("SELECT EXISTS (SELECT FROM la_events)")
    row = cursor.fetchone()
    if row is not None and row[0]:
        cursor.execute(f"TRUNCATE {_NAMES}")


def fill(cursor: extensions.cursor, stage: str, rows: bytes) -> None:
    """Writes COPY text into one stage."""
    if rows:
        cursor.copy_expert(f"COPY {stage} FROM STDIN", BytesIO(rows), size=_CHUNK)


def enter(cursor: extensions.cursor, organisation: int) -> bytes:
    """Enters the staged events into the ledger; gives those that are new, each as "source<TAB>event" with a line's end.

    Where another writer enters the same event at this moment, waits for it; keys are entered in order, so that two
    writers cannot wait for each other.
    """
    entered = BytesIO()
    cursor.copy_expert(
        f"""COPY (
            INSERT INTO event_ledger (organisation_id, source_id, event_id, content, occurred_at, person_id)
            SELECT {organisation:d}, source_id, event_id, content, occurred_at, person_id
            FROM la_events ORDER BY source_id, event_id
            ON CONFLICT DO NOTHING RETURNING source_id, event_id) TO STDOUT""",
        entered,
        size=_CHUNK,
    )
    return entered.getvalue()


def contents(cursor: extensions.cursor, organisation: int, lines: Collection[str]) -> dict[str, int]:
    """What the ledger holds as the contents of some events, by their lines."""
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        source, key = line.split("\t")
        by_source[source].append(key)
    found: dict[str, int] = {}
    for source, keys in by_source.items():
        cursor.execute(
            """SELECT event_id::text, content FROM event_ledger
            WHERE organisation_id = %s AND source_id = %s AND event_id = ANY(%s::uuid[])""",
            (organisation, int(source), keys),
        )
        found.update((f"{source}\t{key}", content) for key, content in cursor.fetchall())
    return found


def retracted(cursor: extensions.cursor, organisation: int) -> list[int]:
    """The numbers of staged events that have been retracted, some perhaps before they came."""
    cursor.execute("SELECT EXISTS (SELECT FROM retractions WHERE organisation_id = %s)", (organisation,))
    if cursor.fetchone() != (True,):
        return []
    # Of an organisation that is new the planner knows no rows yet, and would go through the stage for each of them.
    cursor.execute(
        """SET LOCAL enable_nestloop = off;
        SELECT s.number FROM retractions r
        JOIN la_events s ON s.source_id = r.source_id AND s.event_id = r.target_id WHERE r.organisation_id = %s""",
        (organisation,),
    )
    numbers = [number for (number,) in cursor.fetchall()]
    cursor.execute("SET LOCAL enable_nestloop = on")
    return numbers


def keep_raw(cursor: extensions.cursor, organisation: int, seen: Sequence[int], taken_back: Sequence[int]) -> None:
    """Keeps the staged events as raw rows, without those that were seen before; `taken_back` are marked retracted."""
    cursor.execute(
        f"""INSERT INTO raw_events (organisation_id, occurred_at, person_id, source_id, event_id, course_id,
            activity_id, day, minute, clicks, verb, retracted, received_at, body)
        SELECT %(organisation)s, occurred_at, person_id, source_id, event_id, course_id, activity_id, day, minute,
            clicks, verb, {"number = ANY(%(taken_back)s)" if taken_back else "false"}, received_at, body
        FROM la_events{" WHERE number <> ALL(%(seen)s)" if seen else ""}""",
        {"organisation": organisation, "seen": list(seen), "taken_back": list(taken_back)},
    )


def add_days(cursor: extensions.cursor, organisation: int) -> list[tuple[int, str, int]]:
    """Adds the staged learner-days; gives (course, day, person) of the rows that are new.

    Most rows of a batch have one minute: it comes as a number, since a bit string takes far longer to write and to
    read.
    """
    cursor.execute(
        """WITH added AS (
            INSERT INTO learner_course_days AS t (organisation_id, course_id, person_id, day, events, clicks, minutes,
                first_at, last_at)
            SELECT %(organisation)s, course_id, person_id, day, events, clicks,
                CASE WHEN minute IS NULL THEN minutes ELSE set_bit(0::bit(1500), minute, 1) END, first_at, last_at
            FROM la_days ORDER BY course_id, person_id, day
            ON CONFLICT (organisation_id, course_id, person_id, day) DO UPDATE SET
                events = t.events + excluded.events, clicks = t.clicks + excluded.clicks,
                minutes = coalesce(t.minutes | excluded.minutes, t.minutes, excluded.minutes),
                first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
            RETURNING course_id, person_id, day, events)
        SELECT course_id, day::text, person_id
        FROM added JOIN la_days s USING (course_id, person_id, day) WHERE added.events = s.events""",
        {"organisation": organisation},
    )
    return cursor.fetchall()


def add_types(cursor: extensions.cursor, organisation: int) -> None:
    """Adds the staged counts per activity type."""
    cursor.execute(
        """INSERT INTO learner_course_day_types AS t (organisation_id, course_id, person_id, day, activity_type, events,
            clicks)
        SELECT %s, course_id, person_id, day, activity_type, events, clicks
        FROM la_types ORDER BY course_id, person_id, day, activity_type
        ON CONFLICT (organisation_id, course_id, person_id, day, activity_type) DO UPDATE SET
            events = t.events + excluded.events, clicks = t.clicks + excluded.clicks""",
        (organisation,),
    )


def add_activities(cursor: extensions.cursor, organisation: int) -> None:
    """Adds the staged sums per learner and activity, and the people who are new to it or have completed it."""
    cursor.execute(
        """WITH added AS (
            INSERT INTO learner_activities AS t (organisation_id, course_id, activity_id, person_id, first_day,
                last_day, first_at, last_at, completed_at, events, clicks)
            SELECT %s, course_id, activity_id, person_id, first_day, last_day, first_at, last_at, completed_at, events,
                clicks
            FROM la_activities ORDER BY course_id, person_id, activity_id
            ON CONFLICT (organisation_id, course_id, person_id, activity_id) DO UPDATE SET
                first_day = least(t.first_day, excluded.first_day), last_day = greatest(t.last_day, excluded.last_day),
                first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at),
                completed_at = least(t.completed_at, excluded.completed_at),
                events = t.events + excluded.events, clicks = t.clicks + excluded.clicks
            RETURNING course_id, activity_id, person_id, events) """
        + add_people_of_activities(_NEW_OR_COMPLETED),
        (organisation, organisation),
    )


def add_rolled(cursor: extensions.cursor, organisation: int) -> None:
    """Adds the staged roll-ups per activity and day, and per course and hour."""
    cursor.execute(
        """INSERT INTO activity_days AS t (organisation_id, course_id, activity_id, day, events, clicks)
        SELECT %s, course_id, activity_id, day, events, clicks
        FROM la_rolled WHERE kind = 'a' ORDER BY course_id, activity_id, day
        ON CONFLICT (organisation_id, course_id, activity_id, day) DO UPDATE SET
            events = t.events + excluded.events, clicks = t.clicks + excluded.clicks""",
        (organisation,),
    )
    cursor.execute(
        """INSERT INTO course_hours AS t (organisation_id, course_id, hour, events, clicks)
        SELECT %s, course_id, hour, events, clicks FROM la_rolled WHERE kind = 'h' ORDER BY course_id, hour
        ON CONFLICT (organisation_id, course_id, hour) DO UPDATE SET
            events = t.events + excluded.events, clicks = t.clicks + excluded.clicks""",
        (organisation,),
    )


_NEW_OR_COMPLETED: Final = """added JOIN la_activities d USING (course_id, activity_id, person_id)
    WHERE added.events = d.events OR d.completed_at IS NOT NULL"""
