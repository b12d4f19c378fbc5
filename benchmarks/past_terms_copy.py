"""How a course is copied into a past term: the statements of `benchmarks.past_terms`, in their order.

:courses, :people, :activities and :units are added to keys, :days are taken from days and instants. The digest in the
ledger is another one than ingest computes, since PostgreSQL has no BLAKE2; only a repeated id is ever held against it.
"""

from typing import Final

from dashapp.data.store import presence

BASE: Final = "past_terms_base"
"""The raw events of the real courses, by themselves while copies are made of them."""

# Of version 4: ids of the version in which the service keys what is no UUID would get another key.
_ID: Final = (
    "CAST(overlay(overlay(md5(t.event_id || ' ' || :courses) placing '4' from 13) placing '8' from 17) AS uuid)"
)
_KEYS: Final = {
    "course_id": "t.course_id + :courses",
    "person_id": "t.person_id + :people",
    "activity_id": "t.activity_id + :activities",
    "unit_id": "t.unit_id + :units",
    "parent_id": "t.parent_id + :units",
    "code": "t.code || ' -' || :term",
    "event_id": _ID,
    **{name: f"t.{name} - CAST(:days AS int)" for name in ("day", "first_day", "last_day", "starts_on", "ends_on")},
    **{
        name: f"t.{name} - make_interval(days => :days)"
        for name in ("published_at", "due_at", "first_at", "last_at", "completed_at", "submitted_at", "graded_at")
    },
}


def _copied(table: str, columns: str) -> str:
    """A statement that copies a course's rows of a table: what tells of keys or times is moved."""
    names = columns.split()
    values = ", ".join(_KEYS.get(name, f"t.{name}") for name in names)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} t"
        " WHERE t.organisation_id = :organisation AND t.course_id = :course"
    )


def _sets(table: str, rows: str, of: str, sets: dict[str, str]) -> str:
    """A statement that makes the sets of people of a copied course from its copied rows, as a recount does."""
    values = ", ".join(f"bit_or({one})" for one in sets.values())
    statement = (
        f"INSERT INTO {table} (organisation_id, course_id, {of}, block, {', '.join(sets)})"
        f" SELECT d.organisation_id, d.course_id, d.{of}, {presence.block_of('d.person_id')} AS block, {values}"
        f" FROM {rows} d WHERE d.organisation_id = :organisation AND d.course_id = :course + :courses"
        " GROUP BY 1, 2, 3, 4"
    )
    return statement.replace("::", r"\:\:")


_UTC: Final = "AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24\\:MI\\:SS\"Z\"')"
_OCCURRED: Final = "t.occurred_at - make_interval(days => :days)"


def _body() -> str:
    """The body of a raw event as the copy's sender would have written it: other keys, another id, an earlier time."""
    body = "convert_from(t.body, 'UTF8')"
    for was, becomes in (
        ("t.event_id", _ID),
        (
            "coalesce('\"person\"\\:' || t.person_id || ',', ' ')",
            "coalesce('\"person\"\\:' || t.person_id + :people || ',', ' ')",
        ),
        ("'\"course\"\\:' || t.course_id || ','", "'\"course\"\\:' || t.course_id + :courses || ','"),
        (
            "coalesce('\"activity\"\\:' || t.activity_id || ',', ' ')",
            "coalesce('\"activity\"\\:' || t.activity_id + :activities || ',', ' ')",
        ),
        (f"to_char(t.occurred_at {_UTC}", f"to_char(({_OCCURRED}) {_UTC}"),
    ):
        body = f"replace({body}, CAST({was} AS text), CAST({becomes} AS text))"
    return body


_LEARNERS: Final = " UNION ".join(
    f"SELECT person_id FROM {table} WHERE organisation_id = :organisation AND {course} = ANY(:bases)"
    for table, course in (
        ("memberships", "role = 'learner' AND scope_kind = 'course' AND scope_id"),
        ("learner_course_days", "course_id"),
        ("submissions", "course_id"),
    )
)

TERM: Final = (
    "INSERT INTO people (organisation_id, person_id, provisional) SELECT :organisation, person_id + :people, false"
    f" FROM ({_LEARNERS}) l ON CONFLICT DO NOTHING",
    f"SELECT ensure_raw_partitions(CAST(min(occurred_at) AS date) - CAST(:days AS int) - 1,"
    f" CAST(max(occurred_at) AS date) - CAST(:days AS int) + 1) FROM {BASE}",
)
"""What courses of one term share, before any of them is copied: other work would wait for each other here."""

COURSE: Final = (
    _copied("courses", "organisation_id course_id code title organisation_unit_id provisional starts_on ends_on"),
    _copied("units", "organisation_id unit_id course_id parent_id name title position"),
    _copied(
        "activities",
        "organisation_id activity_id course_id unit_id activity_type claimed_type described_type title published_at"
        " due_at max_score weight attempt_policy provisional",
    ),
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, ends_at, source_id,"
    " granted_by) SELECT t.organisation_id, t.person_id + :people, t.scope_kind, t.scope_id + :courses, t.role,"
    " t.starts_at - make_interval(days => :days), t.ends_at - make_interval(days => :days), t.source_id, t.granted_by"
    " FROM memberships t WHERE t.organisation_id = :organisation AND t.scope_kind = 'course' AND t.scope_id = :course"
    " AND t.role = 'learner'",
    _copied("outcomes", "organisation_id course_id person_id outcome"),
    # The rows of the ledger come with those of the raw events, as ingest writes both in one transaction.
    "WITH raw AS (INSERT INTO raw_events (organisation_id, occurred_at, person_id, source_id, event_id, course_id,"
    " activity_id, day, minute, clicks, verb, retracted, received_at, body)"
    f" SELECT t.organisation_id, {_OCCURRED}, t.person_id + :people, t.source_id, {_KEYS['event_id']},"
    " t.course_id + :courses, t.activity_id + :activities, t.day - CAST(:days AS int), t.minute, t.clicks, t.verb,"
    f" t.retracted, t.received_at, convert_to({_body()}, 'UTF8') FROM {BASE} t WHERE t.course_id = :course"
    " RETURNING organisation_id, source_id, event_id, body, occurred_at, person_id)"
    " INSERT INTO event_ledger (organisation_id, source_id, event_id, content, occurred_at, person_id)"
    " SELECT organisation_id, source_id, event_id, hashtextextended(convert_from(body, 'UTF8'), 0), occurred_at,"
    " person_id FROM raw",
    _copied("learner_course_days", "organisation_id course_id person_id day events clicks minutes first_at last_at")
    + " ORDER BY t.day",
    _copied("learner_course_day_types", "organisation_id course_id person_id day activity_type events clicks")
    + " ORDER BY t.day",
    _copied(
        "learner_activities",
        "organisation_id course_id activity_id person_id first_day last_day first_at last_at completed_at events"
        " clicks",
    )
    + " ORDER BY t.first_day",
    _copied(
        "submissions",
        "organisation_id course_id activity_id person_id source_id event_id attempt submitted_at graded_at score"
        " max_score exempt banked day_precision received_at",
    )
    + " ORDER BY t.submitted_at",
    _copied("course_days", "organisation_id course_id day events clicks learners"),
    _copied("activity_days", "organisation_id course_id activity_id day events clicks"),
    _sets("course_day_people", "learner_course_days", "day", {"people": presence.bit_of("d.person_id")}),
    _sets(
        "activity_people",
        "learner_activities",
        "activity_id",
        {
            "seen": presence.bit_of("d.person_id"),
            "completed": f"CASE WHEN d.completed_at IS NOT NULL THEN {presence.bit_of('d.person_id')}"
            f" ELSE {presence.NOBODY} END",
        },
    ),
)
"""What belongs to one course, in the order in which the tables refer to each other."""

TOTALS: Final = (
    # Ingest keeps the organisation's days in several slots, of which only the sum says anything.
    "INSERT INTO organisation_days (organisation_id, day, slot, events, clicks) SELECT t.organisation_id,"
    " t.day - CAST(:days AS int), 0, t.events, t.clicks FROM course_days t"
    " WHERE t.organisation_id = :organisation AND t.course_id = :course ON CONFLICT (organisation_id, day, slot)"
    " DO UPDATE SET events = organisation_days.events + excluded.events,"
    " clicks = organisation_days.clicks + excluded.clicks",
    # A version per course: pages that are open ask anew.
    "INSERT INTO scope_changes (slot, version, organisation_id, courses, people, committed_at) SELECT 0,"
    " coalesce(max(version), 0) + 1, :organisation, ARRAY[CAST(:course + :courses AS bigint)], '{}', now()"
    " FROM scope_changes WHERE slot = 0",
)
"""What courses add to rows of all courses, one course after the other."""
