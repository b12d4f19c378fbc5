"""Aggregates from raw rows: of single learner-days after something was taken back, and of everything as a proof.

`DEFINITIONS` says in SQL what each aggregate is. It shares nothing with the way in which batches add to them: it finds
local days from the instants and the zones, and roles from the facts' intervals, by PostgreSQL's own calendar.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.store import presence
from dashapp.data.store.canonical import keys_of
from dashapp.data.store.deltas import ACTIVE_VERBS
from dashapp.domain.keys import OrganisationId

LearnerDay = tuple[int, int, str]
"""person (canonical), course, local day as ISO text"""


def recount_learner_days(cursor: extensions.cursor, organisation: int, touched: Collection[LearnerDay]) -> None:
    """Makes the rows of these learner-days, and of the activities in them, anew from the raw rows that remain.

    Roll-ups are not touched: see `dashapp.data.store.roll_ups`. The caller holds the organisation's lock alone.
    """
    if not touched:
        return
    keys = keys_of(cursor, organisation, {person for person, _, _ in touched})
    values = {
        "organisation": organisation,
        "keys": list(keys),
        "people": list(keys.values()),
        "touched_people": [person for person, _, _ in touched],
        "touched_courses": [course for _, course, _ in touched],
        "touched_days": [day for _, _, day in touched],
        "verbs": list(ACTIVE_VERBS),
    }
    cursor.execute(f"SELECT DISTINCT t.person_id, t.course_id, r.activity_id FROM {_RAW}", values)
    activities = cursor.fetchall()
    for statement in _RECOUNT_DAYS:
        cursor.execute(statement, values)
    for statement in presence.days_anew(f"SELECT t.course_id, t.day, t.person_id FROM {_TOUCHED}"):
        cursor.execute(statement, values)
    recount_activities(cursor, organisation, [one for one in activities if one[2] is not None])


def recount_activities(cursor: extensions.cursor, organisation: int, touched: Collection[tuple[int, int, int]]) -> None:
    """Makes the rows of what these people did in these activities anew: (person, course, activity)."""
    if not touched:
        return
    keys = keys_of(cursor, organisation, {person for person, _, _ in touched})
    values = {
        "organisation": organisation,
        "keys": list(keys),
        "people": list(keys.values()),
        "touched_people": [person for person, _, _ in touched],
        "touched_courses": [course for _, course, _ in touched],
        "touched_activities": [activity for _, _, activity in touched],
        "verbs": list(ACTIVE_VERBS),
    }
    for statement in _RECOUNT_ACTIVITIES:
        cursor.execute(statement, values)
    for statement in presence.activities_anew(f"SELECT t.course_id, t.activity_id, t.person_id FROM {_ACTIVITIES}"):
        cursor.execute(statement, values)


_TOUCHED = """unnest(%(touched_people)s::bigint[], %(touched_courses)s::bigint[], %(touched_days)s::date[])
    AS t (person_id, course_id, day)"""
_ACTIVITIES = """unnest(%(touched_people)s::bigint[], %(touched_courses)s::bigint[], %(touched_activities)s::bigint[])
    AS t (person_id, course_id, activity_id)"""
_KEYS = "unnest(%(keys)s::bigint[], %(people)s::bigint[]) AS k (arrived_as, person_id)"
_RAW = f"""{_TOUCHED} JOIN {_KEYS} USING (person_id) JOIN raw_events r ON r.organisation_id = %(organisation)s
    AND r.person_id = k.arrived_as AND r.course_id = t.course_id AND r.day = t.day
    AND r.occurred_at BETWEEN t.day - interval '3 days' AND t.day + interval '4 days'"""
"""A local day begins and ends within a day of the same date in UTC, whatever the zone."""
_COUNTED = "r.verb = ANY(%(verbs)s) AND NOT r.retracted"
_RECOUNT_DAYS: Final = (
    f"""DELETE FROM learner_course_days d USING {_TOUCHED} WHERE d.organisation_id = %(organisation)s
        AND d.person_id = t.person_id AND d.course_id = t.course_id AND d.day = t.day""",
    f"""DELETE FROM learner_course_day_types d USING {_TOUCHED} WHERE d.organisation_id = %(organisation)s
        AND d.person_id = t.person_id AND d.course_id = t.course_id AND d.day = t.day""",
    f"""INSERT INTO learner_course_days (organisation_id, course_id, person_id, day, events, clicks, minutes, first_at,
            last_at)
        SELECT %(organisation)s, t.course_id, t.person_id, t.day, count(*), sum(r.clicks),
            bit_or(set_bit(0::bit(1500), r.minute, 1)) FILTER (WHERE r.minute IS NOT NULL),
            min(r.occurred_at) FILTER (WHERE r.minute IS NOT NULL),
            max(r.occurred_at) FILTER (WHERE r.minute IS NOT NULL)
        FROM {_RAW} WHERE {_COUNTED} GROUP BY t.course_id, t.person_id, t.day""",
    f"""INSERT INTO learner_course_day_types (organisation_id, course_id, person_id, day, activity_type, events, clicks)
        SELECT %(organisation)s, t.course_id, t.person_id, t.day, coalesce(a.activity_type, 'unknown'), count(*),
            sum(r.clicks)
        FROM {_RAW} LEFT JOIN activities a ON a.organisation_id = %(organisation)s AND a.activity_id = r.activity_id
        WHERE {_COUNTED} GROUP BY t.course_id, t.person_id, t.day, coalesce(a.activity_type, 'unknown')""",
)
_RECOUNT_ACTIVITIES: Final = (
    f"""DELETE FROM learner_activities d USING {_ACTIVITIES} WHERE d.organisation_id = %(organisation)s
        AND d.person_id = t.person_id AND d.course_id = t.course_id AND d.activity_id = t.activity_id""",
    f"""INSERT INTO learner_activities (organisation_id, course_id, activity_id, person_id, first_day, last_day,
            first_at, last_at, completed_at, events, clicks)
        SELECT %(organisation)s, t.course_id, t.activity_id, t.person_id, min(r.day), max(r.day),
            min(r.occurred_at) FILTER (WHERE r.minute IS NOT NULL),
            max(r.occurred_at) FILTER (WHERE r.minute IS NOT NULL),
            min(r.occurred_at) FILTER (WHERE r.verb = 'completed'), count(*), sum(r.clicks)
        FROM {_ACTIVITIES} JOIN {_KEYS} USING (person_id) JOIN raw_events r ON r.organisation_id = %(organisation)s
            AND r.person_id = k.arrived_as AND r.course_id = t.course_id AND r.activity_id = t.activity_id
        WHERE {_COUNTED} GROUP BY t.course_id, t.activity_id, t.person_id""",
)

# ------------------------------------------------------------------ everything, as a proof


def _begins(day: str) -> str:
    """The first instant of a local day of `zone`. Where clocks go back to midnight there are two of it, of which
    PostgreSQL takes the second one: a second before midnight is another matter."""
    return f"(({day}::timestamp - interval '1 second') AT TIME ZONE zone + interval '1 second')"


_ALL_RAW: Final = "r.organisation_id = :organisation AND NOT r.retracted"
_EVENTS: Final = f"""
    zones AS (
        SELECT zone, {_begins("valid_from")} AS begins, lead(valid_from) OVER (ORDER BY valid_from) - 1 AS last_day,
            row_number() OVER (ORDER BY valid_from) = 1 AS first
        FROM organisation_time_zones WHERE organisation_id = :organisation),
    dated AS MATERIALIZED (SELECT z.*, lead(begins) OVER (ORDER BY begins) AS ends FROM zones z),
    located AS (
        SELECT r.*, coalesce(p.merged_into, p.person_id) AS counts_as, z.zone, z.last_day, z.ends,
            convert_from(r.body, 'UTF8')::json AS said
        FROM raw_events r JOIN people p ON p.organisation_id = r.organisation_id AND p.person_id = r.person_id
        JOIN LATERAL (
            SELECT * FROM dated WHERE first OR begins <= r.occurred_at ORDER BY begins DESC LIMIT 1) z ON true
        WHERE {_ALL_RAW} AND (r.verb = ANY(:verbs) OR r.verb = 'graded')),
    everything AS (
        SELECT l.*, least((l.occurred_at AT TIME ZONE l.zone)::date, l.last_day) AS local_day,
            coalesce(l.said ->> 'precision', 'instant') = 'instant' AS exact
        FROM located l),
    events AS (
        SELECT e.*, CASE WHEN exact THEN
            least(floor(extract(epoch FROM occurred_at - {_begins("local_day")}) / 60)::integer, 1499) END AS nth,
            coalesce((said ->> 'count')::integer, 1) AS times
        FROM everything e WHERE verb <> 'graded'),
    left_out AS (
        SELECT m.scope_id AS course_id, coalesce(p.merged_into, p.person_id) AS person_id, m.starts_at, m.ends_at
        FROM memberships m JOIN people p ON p.organisation_id = m.organisation_id AND p.person_id = m.person_id
        WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.role IN ('teacher', 'assistant')
            AND (m.ends_at IS NULL OR m.starts_at IS NULL OR m.starts_at < m.ends_at)),
    counted AS (
        SELECT e.* FROM events e JOIN people p ON p.organisation_id = :organisation AND p.person_id = e.counts_as
            LEFT JOIN people d ON d.organisation_id = :organisation AND d.person_id = p.described_as
        WHERE NOT coalesce(d.is_test, p.is_test) AND NOT EXISTS (
            SELECT 1 FROM left_out o WHERE o.course_id = e.course_id AND o.person_id = e.counts_as
                AND coalesce(o.starts_at, '-infinity')
                    < CASE WHEN local_day = last_day THEN ends ELSE {_begins("(local_day + 1)")} END
                AND coalesce(o.ends_at, 'infinity') > {_begins("local_day")}))
"""
_SCORED: Final = "(said ->> 'score')::double precision, (said ->> 'max_score')::double precision"
_DETAIL: Final = "course_id, activity_id, counts_as, source_id, event_id"

DEFINITIONS: Final[Mapping[str, tuple[str, str]]] = {
    "learner_course_days": (
        "course_id, person_id, day, events, clicks, minutes::text, first_at, last_at",
        """SELECT course_id, counts_as, local_day, count(*), sum(times),
            bit_or(set_bit(0::bit(1500), nth, 1))::text, min(occurred_at) FILTER (WHERE exact),
            max(occurred_at) FILTER (WHERE exact)
        FROM events GROUP BY course_id, counts_as, local_day""",
    ),
    "learner_course_day_types": (
        "course_id, person_id, day, activity_type, events, clicks",
        """SELECT e.course_id, counts_as, local_day, coalesce(a.activity_type, 'unknown'), count(*), sum(times)
        FROM events e LEFT JOIN activities a USING (organisation_id, activity_id)
        GROUP BY e.course_id, counts_as, local_day, coalesce(a.activity_type, 'unknown')""",
    ),
    "learner_activities": (
        "course_id, activity_id, person_id, first_day, last_day, first_at, last_at, completed_at, events, clicks",
        """SELECT course_id, activity_id, counts_as, min(local_day), max(local_day),
            min(occurred_at) FILTER (WHERE exact), max(occurred_at) FILTER (WHERE exact),
            min(occurred_at) FILTER (WHERE verb = 'completed'), count(*), sum(times)
        FROM events WHERE activity_id IS NOT NULL GROUP BY course_id, activity_id, counts_as""",
    ),
    "activity_people": (
        "course_id, activity_id, block, seen::text, completed::text",
        f"""SELECT course_id, activity_id, {presence.block_of("counts_as")},
            bit_or({presence.bit_of("counts_as")})::text,
            bit_or(CASE WHEN verb = 'completed' THEN {presence.bit_of("counts_as")} ELSE {presence.NOBODY} END)::text
        FROM events WHERE activity_id IS NOT NULL GROUP BY 1, 2, 3""",
    ),
    "submissions": (
        "course_id, activity_id, person_id, source_id, event_id, attempt, submitted_at, graded_at, score, max_score,"
        " exempt, banked, day_precision, received_at",
        f"""SELECT {_DETAIL}, coalesce((said ->> 'attempt')::integer, 1),
            CASE WHEN verb = 'submitted' THEN occurred_at END,
            CASE WHEN verb = 'graded' OR said ->> 'score' IS NOT NULL OR said ->> 'exempt' = 'true'
                THEN occurred_at END,
            {_SCORED}, coalesce(said ->> 'exempt' = 'true', false), coalesce(said ->> 'banked' = 'true', false),
            NOT exact, received_at
        FROM everything WHERE verb IN ('submitted', 'graded') AND activity_id IS NOT NULL""",
    ),
    "item_responses": (
        "course_id, activity_id, person_id, source_id, event_id, item, attempt, answered_at, response, correct, score,"
        " max_score",
        f"""SELECT {_DETAIL}, said ->> 'item', coalesce((said ->> 'attempt')::integer, 1), occurred_at,
            said ->> 'response', (said ->> 'correct')::boolean, {_SCORED}
        FROM everything WHERE verb = 'answered' AND said ->> 'item' IS NOT NULL AND activity_id IS NOT NULL""",
    ),
    "video_segments": (
        "course_id, activity_id, person_id, source_id, event_id, number, position_from, position_to, session,"
        " watched_at",
        f"""SELECT {_DETAIL}, 0, (said ->> 'position_from')::double precision,
            (said ->> 'position_to')::double precision, said ->> 'session', occurred_at
        FROM everything WHERE verb = 'watched' AND said ->> 'position_from' IS NOT NULL
            AND said ->> 'position_to' IS NOT NULL AND activity_id IS NOT NULL
        UNION ALL
        SELECT {_DETAIL}, s.number, (s.stretch ->> 0)::double precision, (s.stretch ->> 1)::double precision,
            said ->> 'session', occurred_at
        FROM everything CROSS JOIN json_array_elements(said -> 'segments') WITH ORDINALITY AS s (stretch, number)
        WHERE activity_id IS NOT NULL""",
    ),
    "forum_posts": (
        "course_id, activity_id, person_id, source_id, event_id, post, reply_to, posted_at",
        f"""SELECT {_DETAIL}, said ->> 'post', said ->> 'reply_to', occurred_at
        FROM everything WHERE verb = 'posted' AND said ->> 'post' IS NOT NULL AND activity_id IS NOT NULL""",
    ),
    "course_hours": (
        "course_id, hour, events, clicks",
        """SELECT course_id, date_trunc('hour', occurred_at, 'UTC'), count(*), sum(times)
        FROM counted WHERE exact GROUP BY 1, 2""",
    ),
    "course_days": (
        "course_id, day, events, clicks, learners",
        """SELECT course_id, local_day, count(*), sum(times), count(DISTINCT counts_as)
        FROM counted GROUP BY course_id, local_day""",
    ),
    "course_day_people": (
        "course_id, day, block, people::text",
        f"""SELECT course_id, local_day, {presence.block_of("counts_as")},
            bit_or({presence.bit_of("counts_as")})::text
        FROM events GROUP BY 1, 2, 3""",
    ),
    "activity_days": (
        "course_id, activity_id, day, events, clicks",
        """SELECT course_id, activity_id, local_day, count(*), sum(times)
        FROM counted WHERE activity_id IS NOT NULL GROUP BY course_id, activity_id, local_day""",
    ),
    "organisation_days": (
        "day, slot, events, clicks",
        "SELECT local_day, course_id % 8, count(*), sum(times) FROM counted GROUP BY 1, 2",
    ),
}
"""Table → (its columns, the query that counts them anew from the raw rows of `:organisation`)."""


def recount_everything(connection: Connection, organisation: OrganisationId) -> dict[str, list[tuple[Any, ...]]]:
    """Every aggregate of the organisation as its raw rows say it is: table → rows in a fixed order.

    For tests and for an operator's check: it reads all raw rows once per table.
    """
    return {
        table: _rows(connection, f"WITH {_EVENTS} {query}", organisation)
        for table, (_columns, query) in DEFINITIONS.items()
    }


def events_within(condition: str) -> str:
    """The common tables that the queries of `DEFINITIONS` read, of those raw rows `r` only that fulfil a condition."""
    return _EVENTS.replace(_ALL_RAW, f"{_ALL_RAW} AND {condition}")


def read_aggregates(connection: Connection, organisation: OrganisationId) -> dict[str, list[tuple[Any, ...]]]:
    """Every aggregate of the organisation as it stands, in the form of `recount_everything`."""
    return {
        table: _rows(connection, f"SELECT {columns} FROM {table} WHERE organisation_id = :organisation", organisation)
        for table, (columns, _query) in DEFINITIONS.items()
    }


def differences(connection: Connection, organisation: OrganisationId) -> dict[str, int]:
    """How many rows of each aggregate differ from a recount; empty where everything is right."""
    found = {}
    for table, (columns, query) in DEFINITIONS.items():
        stands = f"SELECT {columns} FROM {table} WHERE organisation_id = :organisation"
        counts = f"WITH {_EVENTS} {query}"
        statement = f"""SELECT count(*) FROM (
            (({stands}) EXCEPT ALL ({counts})) UNION ALL (({counts}) EXCEPT ALL ({stands}))) AS differing"""
        values = {"organisation": organisation, "verbs": list(ACTIVE_VERBS)}
        if differing := connection.execute(text(statement), _used(statement, values)).scalar_one():
            found[table] = int(differing)
    return found


def _rows(connection: Connection, statement: str, organisation: OrganisationId) -> list[tuple[Any, ...]]:
    values = _used(statement, {"organisation": organisation, "verbs": list(ACTIVE_VERBS)})
    return sorted((tuple(row) for row in connection.execute(text(statement), values)), key=repr)


def _used(statement: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name}" in statement}
