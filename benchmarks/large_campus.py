"""Writes a campus nearly twice as large as the published OULAD data straight into the aggregates, to measure reads.

22 courses in three terms, 32,600 enrolments, 2.2 million learner-days of day precision, 200,000 submissions and 1.8
million pairs of learner and page, drawn by the server from a fixed seed. What it writes is no input of the service, and
no figure that anybody is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from benchmarks.sets_of_people import write_sets
from dashapp.domain.keys import OrganisationId

COURSE_SIZES = (
    *(2303, 2498, 1936, 1303, 2365, 748, 384),
    *(2237, 1614, 1938, 1052, 2283, 952, 383),
    *(1613, 1936, 1228, 694, 1500, 833, 1767, 1033),
)
COURSE_DAYS = 268
TASKS = 9
PAGES = 110
"""Of each course: as many as a course of the published data has sites, of which each learner has seen about half."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the full size, and whether minutes of the day are recorded (the published data know days only)."""

    share: float = 1.0
    minutes: bool = False


_ORGANISATION = """
WITH made AS (
  INSERT INTO organisations (name, title, created_at) VALUES ('large', 'Large campus', now()) RETURNING organisation_id
) SELECT organisation_id FROM made
"""

_STRUCTURE = (
    "INSERT INTO organisation_time_zones VALUES (:organisation, '2000-01-01', 'Europe/London')",
    "INSERT INTO organisation_units (organisation_id, name) SELECT :organisation, 'Faculty ' || n"
    " FROM generate_series(1, 4) n",
    # The last seven to eight courses are under way, the others ended a term or two ago.
    "INSERT INTO courses (organisation_id, code, title, organisation_unit_id, starts_on, ends_on, provisional)"
    " SELECT :organisation, 'C' || lpad(n::text, 2, '0'), 'Course ' || n, (SELECT min(organisation_unit_id)"
    " FROM organisation_units WHERE organisation_id = :organisation) + (n % 4),"
    " CAST(:today AS date) - :length - 180 * ((21 - n) / 7), CAST(:today AS date) - 180 * ((21 - n) / 7), false"
    " FROM generate_series(0, :courses - 1) n",
    "CREATE TEMP TABLE large_courses ON COMMIT DROP AS SELECT course_id, starts_on, ends_on, size,"
    " sum(size) OVER (ORDER BY course_id) - size AS before FROM (SELECT course_id, starts_on, ends_on,"
    " (CAST(:sizes AS int[]))[row_number() OVER (ORDER BY course_id)] AS size FROM courses"
    " WHERE organisation_id = :organisation) c",
    "INSERT INTO people (organisation_id, given_name, family_name, provisional)"
    " SELECT :organisation, 'Given ' || n, 'Family ' || n, false"
    " FROM generate_series(1, (SELECT sum(size) FROM large_courses)::int) n",
    "CREATE TEMP TABLE large_enrolments ON COMMIT DROP AS SELECT c.course_id, c.starts_on, c.ends_on,"
    " p.person_id, random() AS diligence, (random() * 260)::int AS stops_after, random() < 0.4 AS stops"
    " FROM large_courses c JOIN (SELECT person_id, row_number() OVER (ORDER BY person_id) - 1 AS n FROM people"
    " WHERE organisation_id = :organisation) p ON p.n >= c.before AND p.n < c.before + c.size",
    "INSERT INTO sections (organisation_id, course_id, name, title) SELECT :organisation, course_id, 'group-' || n,"
    " 'Group ' || n FROM large_courses, generate_series(0, 9) n",
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, granted_by)"
    " SELECT :organisation, person_id, 'course', course_id, 'learner', starts_on - 20, 'event' FROM large_enrolments",
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, granted_by)"
    " SELECT :organisation, e.person_id, 'section', s.section_id, 'learner', e.starts_on, 'event'"
    " FROM large_enrolments e JOIN sections s ON s.organisation_id = :organisation AND s.course_id = e.course_id"
    " AND s.name = 'group-' || (e.person_id % 10)",
)

# In the order of time, as an ingest would write them.
_DAYS = """
INSERT INTO learner_course_days (organisation_id, course_id, person_id, day, events, clicks, minutes, first_at, last_at)
SELECT :organisation, course_id, person_id, d.day, 1 + (random() * 6)::int, 1 + (random() * 20)::int,
  CASE WHEN :minutes THEN rpad(repeat('0', 480) || repeat(lpad(((random() * 1e8)::bigint)::bit(27)::text, 300, '0'), 2),
    1500, '0')::bit(1500) END,
  CASE WHEN :minutes THEN d.day + interval '8 hours' END, CASE WHEN :minutes THEN d.day + interval '20 hours' END
FROM large_enrolments e CROSS JOIN LATERAL generate_series(0, :length) offs (n)
CROSS JOIN LATERAL (SELECT e.starts_on + offs.n AS day) d
WHERE (NOT stops OR offs.n < stops_after) AND random() < 0.12 + 0.6 * diligence * diligence
ORDER BY d.day, course_id, person_id
"""

_WORK = (
    "INSERT INTO course_days SELECT organisation_id, course_id, day, sum(events), sum(clicks), count(*)"
    " FROM learner_course_days WHERE organisation_id = :organisation GROUP BY 1, 2, 3",
    "INSERT INTO activities (organisation_id, course_id, activity_type, title, published_at, due_at, max_score, weight,"
    " provisional) SELECT :organisation, course_id, 'assignment', 'Assignment ' || n, starts_on,"
    " starts_on + 28 * n, 100, 100.0 / :tasks, false FROM large_courses, generate_series(1, :tasks) n",
    "INSERT INTO submissions SELECT :organisation, e.course_id, a.activity_id, e.person_id, 1, gen_random_uuid(), 1,"
    " a.due_at - interval '1 day' * (random() * 6 - 1), NULL, round(random() * 60 + 40 * diligence), 100, false, false,"
    " true, a.due_at FROM large_enrolments e JOIN activities a ON a.organisation_id = :organisation"
    " AND a.course_id = e.course_id WHERE a.due_at < CAST(:today AS date) AND (NOT stops OR a.due_at <"
    " e.starts_on + stops_after) AND random() < 0.9 ORDER BY a.due_at",
    "INSERT INTO activities (organisation_id, course_id, activity_type, title, published_at, provisional)"
    " SELECT :organisation, course_id, 'page', 'Page ' || n, starts_on, false FROM large_courses,"
    " generate_series(1, :pages) n",
    "INSERT INTO learner_activities (organisation_id, course_id, activity_id, person_id, first_day, last_day, events,"
    " clicks) SELECT :organisation, e.course_id, a.activity_id, e.person_id, e.starts_on, e.starts_on, 3, 9"
    " FROM large_enrolments e JOIN activities a ON a.organisation_id = :organisation AND a.course_id = e.course_id"
    " WHERE random() < 0.2 + 0.6 * diligence",
)


def write_large_campus(connection: Connection, today: date, size: Size) -> OrganisationId:
    """Writes the campus within the connection's transaction, as the administrator, and gives its organisation."""
    sizes = [max(1, int(one * size.share)) for one in COURSE_SIZES]
    connection.execute(text("SELECT setseed(0.42)"))
    organisation = connection.execute(text(_ORGANISATION)).scalar_one()
    values = {
        "organisation": organisation, "today": today, "sizes": sizes, "courses": len(sizes), "length": COURSE_DAYS,
        "tasks": TASKS, "pages": PAGES, "minutes": size.minutes,
    }  # fmt: skip
    for statement in _STRUCTURE:
        _run(connection, statement, values)
    write_work(connection, values)
    write_sets(connection, organisation)
    return OrganisationId(organisation)


def write_work(connection: Connection, values: Mapping[str, object]) -> None:
    """Fills the courses of the temporary tables `large_courses` and `large_enrolments`, as the administrator, with what
    their learners have done; `values` for `organisation`, `today`, `length`, `tasks`, `pages` and `minutes`."""
    for statement in (_DAYS, *_WORK):
        _run(connection, statement, values)


def _run(connection: Connection, statement: str, values: Mapping[str, object]) -> None:
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    connection.execute(text(statement), used)
