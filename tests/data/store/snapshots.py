"""Everything that an organisation's events have made, by the senders' names instead of keys, for comparison."""

from typing import Any

from tests.data.store.conftest import Campus

_NAMES = """
    WITH person AS (SELECT i.person_id, min(i.value) AS person FROM person_identifiers i GROUP BY i.person_id),
    course AS (SELECT course_id, value AS course FROM course_identifiers),
    activity AS (SELECT activity_id, value AS activity FROM activity_identifiers),
    unit AS (SELECT unit_id, name AS unit FROM units),
    section AS (SELECT section_id, name AS section FROM sections)
"""
QUERIES = {
    "learner_course_days": """SELECT person, course, day, events, clicks, minutes::text, first_at, last_at
        FROM learner_course_days JOIN person USING (person_id) JOIN course USING (course_id)""",
    "learner_course_day_types": """SELECT person, course, day, activity_type, events, clicks
        FROM learner_course_day_types JOIN person USING (person_id) JOIN course USING (course_id)""",
    "learner_activities": """SELECT person, course, activity, first_day, last_day, first_at, last_at, completed_at,
            events, clicks
        FROM learner_activities JOIN person USING (person_id) JOIN course USING (course_id)
            JOIN activity USING (activity_id)""",
    "submissions": """SELECT person, course, activity, event_id, attempt, submitted_at, graded_at, score, received_at
        FROM submissions JOIN person USING (person_id) JOIN course USING (course_id)
            JOIN activity USING (activity_id)""",
    "course_hours": "SELECT course, hour, events, clicks FROM course_hours JOIN course USING (course_id)",
    "course_days": "SELECT course, day, events, clicks, learners FROM course_days JOIN course USING (course_id)",
    "activity_days": """SELECT course, activity, day, events, clicks
        FROM activity_days JOIN course USING (course_id) JOIN activity USING (activity_id)""",
    "organisation_days": "SELECT day, sum(events), sum(clicks) FROM organisation_days GROUP BY day",
    "people": """SELECT person, given_name, is_test, described_at, described_by
        FROM people JOIN person USING (person_id)""",
    "courses": """SELECT course, title, claimed_title, starts_on, t.name, u.name, described_at
        FROM courses JOIN course USING (course_id)
        LEFT JOIN terms t USING (organisation_id, term_id)
        LEFT JOIN organisation_units u USING (organisation_id, organisation_unit_id)""",
    "course_breaks": "SELECT course, first_day, last_day FROM course_breaks JOIN course USING (course_id)",
    "sections": "SELECT course, name, title, described_at FROM sections JOIN course USING (course_id)",
    "units": """SELECT course, name, title, p.unit, position FROM units JOIN course USING (course_id)
        LEFT JOIN unit p ON p.unit_id = parent_id""",
    "activities": """SELECT course, activity, activity_type, claimed_type, described_type, title, claimed_title,
            due_at, unit
        FROM activities JOIN course USING (course_id) JOIN activity USING (activity_id)
        LEFT JOIN unit USING (unit_id)""",
    "activity_extensions": """SELECT person, activity, due_at FROM activity_extensions
        JOIN person USING (person_id) JOIN activity USING (activity_id)""",
    "outcomes": """SELECT person, course, outcome FROM outcomes
        JOIN person USING (person_id) JOIN course USING (course_id)""",
    "memberships": """SELECT person, course, section, role, starts_at, ends_at FROM memberships
        JOIN person USING (person_id)
        LEFT JOIN course ON scope_kind = 'course' AND course_id = scope_id
        LEFT JOIN section ON scope_kind = 'section' AND section_id = scope_id""",
    "raw_events": "SELECT person, event_id, occurred_at, day, minute, verb, retracted FROM raw_events"
    " LEFT JOIN person USING (person_id)",
}


def snapshot(campus: Campus) -> dict[str, list[tuple[Any, ...]]]:
    """Table → its rows by names, sorted; sums over slots, no keys."""
    return {table: sorted(campus.rows(_NAMES + query), key=repr) for table, query in QUERIES.items()}
