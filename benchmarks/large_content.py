"""Gives the newest courses of the large campus what is done with content: units, quizzes, forums, videos."""

from sqlalchemy import Connection, text

from benchmarks.sets_of_people import write_sets
from dashapp.domain.keys import OrganisationId

COURSES = 7
"""Those under way."""
UNITS, ACTIVITIES, QUIZ_ITEMS, QUIZZES, WEEKS_OF_VIDEO = 30, 240, 10, 5, 10

_STATEMENTS = (
    "CREATE TEMP TABLE newest_courses ON COMMIT DROP AS SELECT course_id, starts_on, ends_on FROM courses"
    " WHERE organisation_id = :organisation ORDER BY ends_on DESC, course_id LIMIT :courses",
    "INSERT INTO units (organisation_id, course_id, name, title, position)"
    " SELECT :organisation, course_id, 'unit-' || n, 'Unit ' || n, n FROM newest_courses, generate_series(1, :units) n",
    "INSERT INTO activities (organisation_id, course_id, unit_id, activity_type, title, published_at, provisional)"
    " SELECT :organisation, c.course_id, u.unit_id, (ARRAY['page', 'resource', 'video', 'quiz', 'forum', 'other'])"
    "[1 + n % 6], 'Activity ' || n, c.starts_on, false FROM newest_courses c CROSS JOIN generate_series(1, :activities)"
    " n JOIN units u ON u.organisation_id = :organisation AND u.course_id = c.course_id"
    " AND u.name = 'unit-' || (1 + n % :units)",
    "CREATE TEMP TABLE members ON COMMIT DROP AS SELECT m.person_id, m.scope_id AS course_id, c.starts_on, c.ends_on,"
    " random() AS diligence FROM memberships m JOIN newest_courses c ON c.course_id = m.scope_id"
    " WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.role = 'learner'",
    "INSERT INTO learner_activities SELECT :organisation, m.course_id, a.activity_id, m.person_id, m.starts_on,"
    " m.starts_on + 100, NULL, NULL, CASE WHEN random() < 0.6 THEN m.starts_on + 100 END, 5, 9 FROM members m"
    " JOIN activities a ON a.organisation_id = :organisation AND a.course_id = m.course_id AND a.unit_id IS NOT NULL"
    " WHERE random() < m.diligence * 0.8",
    "INSERT INTO learner_course_day_types SELECT d.organisation_id, d.course_id, d.person_id, d.day, t.name, d.events,"
    " d.clicks FROM learner_course_days d JOIN newest_courses c USING (course_id)"
    " CROSS JOIN (VALUES ('page', 0.9), ('quiz', 0.2), ('forum', 0.4), ('resource', 0.6)) t (name, share)"
    " WHERE d.organisation_id = :organisation AND random() < t.share",
    "INSERT INTO item_responses (organisation_id, course_id, activity_id, person_id, item, attempt, source_id,"
    " event_id, answered_at, correct) SELECT :organisation, m.course_id, q.activity_id, m.person_id, 'question-' || n,"
    " attempt, 1, gen_random_uuid(), m.starts_on + 90, random() < 0.6 FROM members m JOIN LATERAL (SELECT a.activity_id"
    " FROM activities a WHERE a.organisation_id = :organisation AND a.course_id = m.course_id"
    " AND a.activity_type = 'quiz' ORDER BY 1 LIMIT :quizzes) q ON true CROSS JOIN generate_series(1, :items) n"
    " CROSS JOIN generate_series(1, 2) attempt WHERE attempt = 1 OR random() < 0.4",
    "INSERT INTO forum_posts SELECT :organisation, m.course_id, (SELECT min(a.activity_id) FROM activities a"
    " WHERE a.organisation_id = :organisation AND a.course_id = m.course_id AND a.activity_type = 'forum'),"
    " m.person_id, 1, gen_random_uuid(), 'post-' || m.person_id || '-' || n, CASE WHEN n % 4 > 0 THEN 'post-' ||"
    " m.person_id || '-' || (n - n % 4) END, m.starts_on + (random() * 260)::int FROM members m,"
    " generate_series(1, 6) n",
    "INSERT INTO video_segments (organisation_id, course_id, activity_id, person_id, source_id, event_id,"
    " position_from, position_to, watched_at) SELECT :organisation, m.course_id, v.activity_id, m.person_id, 1,"
    " gen_random_uuid(), n * 300, n * 300 + 280, m.ends_on - 40 FROM members m JOIN LATERAL (SELECT a.activity_id"
    " FROM activities a WHERE a.organisation_id = :organisation AND a.course_id = m.course_id"
    " AND a.activity_type = 'video' ORDER BY 1 LIMIT :videos) v ON true CROSS JOIN generate_series(0, 3) n"
    " WHERE random() < m.diligence",
)


def write_large_content(connection: Connection, organisation: OrganisationId) -> None:
    """Some two million rows within the connection's transaction, as the administrator."""
    values = {
        "organisation": organisation, "courses": COURSES, "units": UNITS, "activities": ACTIVITIES,
        "items": QUIZ_ITEMS, "quizzes": QUIZZES, "videos": WEEKS_OF_VIDEO,
    }  # fmt: skip
    for statement in _STATEMENTS:
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
    write_sets(connection, organisation)
