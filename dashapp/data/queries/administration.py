"""The overview of the administration: one statement, as la_jobs, which may count accounts and keys."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, text

from dashapp.data.store.identified import newest_zone
from dashapp.domain.administration import SetUpState
from dashapp.domain.keys import OrganisationId


def read_set_up(connection: Connection, organisation: OrganisationId, today: date, now: datetime) -> SetUpState:
    """How far the organisation has been set up. `today` is the local day."""
    values = {"organisation": organisation, "today": today, "now": now}
    row = connection.execute(_STATE, values).mappings().one()
    return SetUpState(zone=newest_zone(connection, organisation), **row)


_HELD: Final = "(m.starts_at IS NULL OR m.starts_at <= :now) AND (m.ends_at IS NULL OR m.ends_at > :now)"
_STATE: Final = text(f"""
    WITH held AS MATERIALIZED (
        SELECT m.person_id, bool_or(m.scope_kind = 'course' AND m.role = 'learner') AS learns,
            bool_or(m.scope_kind = 'course' AND m.role = 'teacher') AS teaches,
            bool_or(m.scope_kind = 'organisation' AND m.role = 'administrator') AS administers
        FROM memberships m WHERE m.organisation_id = :organisation AND {_HELD} GROUP BY 1)
    SELECT
        (SELECT title FROM organisations WHERE organisation_id = :organisation) AS organisation,
        (SELECT name FROM terms WHERE organisation_id = :organisation
            AND teaching_starts <= :today AND teaching_ends >= :today
            ORDER BY teaching_starts DESC, term_id LIMIT 1) AS term,
        (SELECT count(*) FROM terms WHERE organisation_id = :organisation) AS terms,
        (SELECT count(*) FROM courses WHERE organisation_id = :organisation) AS courses,
        (SELECT count(*) FROM courses WHERE organisation_id = :organisation AND provisional) AS unnamed_courses,
        (SELECT count(*) FROM people WHERE organisation_id = :organisation AND merged_into IS NULL) AS people,
        (SELECT count(*) FROM people WHERE organisation_id = :organisation AND merged_into IS NULL
            AND provisional AND described_as IS NULL) AS unnamed_people,
        (SELECT count(*) FROM held WHERE learns) AS learners,
        (SELECT count(*) FROM held WHERE teaches) AS teachers,
        (SELECT count(*) FROM sources WHERE organisation_id = :organisation AND enabled) AS senders,
        (SELECT count(*) FROM source_keys WHERE organisation_id = :organisation AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > :now)) AS keys,
        (SELECT max(last_received_at) FROM quality_hours WHERE organisation_id = :organisation
            AND hour = (SELECT max(hour) FROM quality_hours WHERE organisation_id = :organisation)) AS last_event_at,
        (SELECT count(*) FROM lti_platforms WHERE organisation_id = :organisation AND enabled) AS platforms,
        (SELECT count(*) FROM held WHERE administers) AS administrators,
        (SELECT count(*) FROM accounts WHERE organisation_id = :organisation AND enabled) AS accounts,
        (SELECT count(*) FROM identity_providers WHERE organisation_id = :organisation) AS providers""")
