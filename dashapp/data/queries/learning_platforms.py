"""What the administration page of learning platforms shows. In transactions of la_jobs: it speaks of names that senders
use, which are closed to the web."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping, text

from dashapp.data.queries.described import full_name
from dashapp.data.store.identified import newest_zone
from dashapp.data.store.lti.tool_keys import read_keys
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.lti import PERSON_KIND, SOURCED_KIND
from dashapp.domain.platforms import (
    CodeRow,
    ContextKey,
    ContextRow,
    DeploymentRow,
    KeyRow,
    NamedRow,
    PlatformRow,
    PlatformsView,
)

MOST_LISTED: Final = 200
MOST_FOUND: Final = 20
KEYS_SHOWN: Final = timedelta(days=30)
"""So long is a key listed after it was retired."""


def read_view(connection: Connection, organisation: OrganisationId, now: datetime) -> PlatformsView:
    """The whole page."""
    values = {"organisation": organisation, "limit": MOST_LISTED}
    names = {**values, "kinds": [PERSON_KIND, SOURCED_KIND], "kind": PERSON_KIND}
    return PlatformsView(
        newest_zone(connection, organisation),
        _platforms(connection, organisation),
        tuple(_context(row) for row in connection.execute(_CONTEXTS, values).mappings()),
        tuple(_person(row) for row in connection.execute(_UNLINKED, names).mappings()),
        tuple(
            NamedRow(PublicId(row["public_id"]), row["name"], "")
            for row in connection.execute(_COURSES, values).mappings()
        ),
        tuple(_code(row, now) for row in connection.execute(_CODES, values).mappings()),
        tuple(
            KeyRow(key.key_id, key.made_at, key.retired_at)
            for key in read_keys(connection, organisation, now - KEYS_SHOWN)
        ),
    )


def find_learners(connection: Connection, organisation: OrganisationId, words: str) -> dict[PersonId, NamedRow]:
    """People whom events know, by a part of their name or by their whole address; as many as fit into a list.

    Whoever shows them to somebody notes it first.
    """
    wanted = " ".join(words.split())[:100]
    if len(wanted) < 2:
        return {}
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {
        "organisation": organisation,
        "part": f"%{escaped}%",
        "address": wanted,
        "kinds": [PERSON_KIND, SOURCED_KIND],
        "limit": MOST_FOUND,
    }
    return {PersonId(row["person_id"]): _person(row) for row in connection.execute(_LEARNERS, values).mappings()}


def may_be_linked(connection: Connection, organisation: OrganisationId, absorbed: PersonId, kept: PersonId) -> bool:
    """Whether `absorbed` waits in the list of the page, and `kept` is somebody whom it finds and who is nobody's staff
    by a grant: of these two (canonical keys) the administration may say that they are one."""
    values = {
        "organisation": organisation,
        "absorbed": absorbed,
        "kept": kept,
        "kinds": [PERSON_KIND, SOURCED_KIND],
        "kind": PERSON_KIND,
    }
    return bool(connection.execute(_MAY_BE_LINKED, values).scalar_one())


def _platforms(connection: Connection, organisation: OrganisationId) -> tuple[PlatformRow, ...]:
    deployments: dict[int, list[DeploymentRow]] = {}
    for row in connection.execute(_DEPLOYMENTS, {"organisation": organisation}).mappings():
        deployments.setdefault(row["platform_id"], []).append(DeploymentRow(row["deployment_id"], row["enabled"]))
    return tuple(
        PlatformRow(
            PublicId(row["public_id"]),
            row["title"],
            row["issuer"],
            row["client_id"],
            row["enabled"],
            tuple(deployments.get(row["platform_id"], ())),
            row["last_launch_at"],
            row["last_refusal"],
            row["last_refusal_at"],
        )
        for row in connection.execute(_PLATFORMS, {"organisation": organisation}).mappings()
    )


def _context(row: RowMapping) -> ContextRow:
    return ContextRow(
        ContextKey(PublicId(row["platform"]), row["deployment_id"], row["context_id"]),
        " · ".join(filter(None, (row["label"], row["title"]))) or row["context_id"],
        row["platform_title"],
        row["course"],
        row["last_launch_at"],
        row["roster_read_at"],
        row["roster_members"],
    )


def _person(row: RowMapping) -> NamedRow:
    name = full_name(row["given_name"], row["family_name"])
    return NamedRow(PublicId(row["public_id"]), name, row["detail"] or "")


def _code(row: RowMapping, now: datetime) -> CodeRow:
    if row["used_at"] is not None:
        state = "failed" if row["failed"] else "used"
    else:
        state = "open" if row["expires_at"] > now else "expired"
    return CodeRow(row["made_at"], row["expires_at"], state)


_PLATFORMS: Final = text(
    "SELECT * FROM lti_platforms WHERE organisation_id = :organisation ORDER BY title, platform_id"
)
_DEPLOYMENTS: Final = text(
    "SELECT platform_id, deployment_id, enabled FROM lti_deployments WHERE organisation_id = :organisation"
    " ORDER BY deployment_id"
)
_CONTEXTS: Final = text("""
    SELECT x.*, p.public_id AS platform, p.title AS platform_title, coalesce(c.code, c.title, c.claimed_title) AS course
    FROM lti_contexts x
    JOIN lti_platforms p USING (organisation_id, platform_id)
    LEFT JOIN courses c ON c.organisation_id = x.organisation_id AND c.course_id = x.course_id
    WHERE x.organisation_id = :organisation
    ORDER BY x.course_id IS NOT NULL, x.last_launch_at DESC LIMIT :limit""")
_OTHER_NAME: Final = """EXISTS (
        SELECT 1 FROM people o
        JOIN person_identifiers n ON n.organisation_id = o.organisation_id AND n.person_id = o.person_id
        WHERE o.organisation_id = p.organisation_id AND (o.person_id = p.person_id OR o.merged_into = p.person_id)
            AND n.kind <> ALL(:kinds))"""
_STUDIED: Final = """EXISTS (
        SELECT 1 FROM learner_course_days d
        WHERE d.organisation_id = p.organisation_id AND d.person_id = p.person_id)"""
_ANY_OF_THEM: Final = """o.organisation_id = p.organisation_id
            AND (o.person_id = p.person_id OR o.merged_into = p.person_id)"""
"""A grant stays with the key to which it was made, so all who are one are asked."""
_HELD: Final = f"""SELECT 1 FROM people o
        JOIN memberships m ON m.organisation_id = o.organisation_id AND m.person_id = o.person_id
        WHERE {_ANY_OF_THEM} AND (m.ends_at IS NULL OR m.ends_at > clock_timestamp())"""
_MORE_THAN_LEARNER: Final = f"""(EXISTS ({_HELD} AND m.role <> 'learner') OR EXISTS (
        SELECT 1 FROM people o
        JOIN accounts n ON n.organisation_id = o.organisation_id AND n.person_id = o.person_id
        WHERE {_ANY_OF_THEM}))"""
_GRANTED: Final = f"EXISTS ({_HELD} AND m.scope_kind IN ('organisation', 'learners') AND m.granted_by <> 'event')"
_WAITS: Final = f"""NOT {_OTHER_NAME} AND NOT {_STUDIED} AND NOT p.is_test AND NOT {_MORE_THAN_LEARNER}"""
_OF_A_PLATFORM: Final = """i.kind = :kind AND EXISTS (
            SELECT 1 FROM lti_platforms l WHERE l.organisation_id = i.organisation_id AND l.issuer = i.issuer)"""
# Whom platforms know first, by themselves: else everybody of the organisation is asked all that follows.
_UNLINKED: Final = text(f"""
    WITH launched AS MATERIALIZED (
        SELECT i.organisation_id, coalesce(a.merged_into, a.person_id) AS person_id, i.value FROM person_identifiers i
        JOIN people a ON a.organisation_id = i.organisation_id AND a.person_id = i.person_id
        WHERE i.organisation_id = :organisation AND {_OF_A_PLATFORM})
    SELECT DISTINCT ON (p.person_id) p.public_id, p.given_name, p.family_name, coalesce(p.email, i.value) AS detail
    FROM launched i JOIN people p ON p.organisation_id = i.organisation_id AND p.person_id = i.person_id
    WHERE {_WAITS}
    ORDER BY p.person_id DESC LIMIT :limit""")
_LEARNERS: Final = text(f"""
    SELECT p.person_id, p.public_id, p.given_name, p.family_name, p.email AS detail FROM people p
    WHERE p.organisation_id = :organisation AND p.merged_into IS NULL
        AND (concat_ws(' ', p.given_name, p.family_name) ILIKE :part OR lower(p.email) = lower(:address))
        AND ({_OTHER_NAME} OR {_STUDIED}) AND NOT {_GRANTED}
    ORDER BY p.family_name, p.given_name, p.person_id LIMIT :limit""")
_MAY_BE_LINKED: Final = text(f"""
    SELECT EXISTS (
        SELECT 1 FROM people p WHERE p.organisation_id = :organisation AND p.person_id = :absorbed
            AND p.merged_into IS NULL AND {_WAITS} AND EXISTS (
                SELECT 1 FROM people o
                JOIN person_identifiers i ON i.organisation_id = o.organisation_id AND i.person_id = o.person_id
                WHERE {_ANY_OF_THEM} AND {_OF_A_PLATFORM}))
    AND EXISTS (
        SELECT 1 FROM people p WHERE p.organisation_id = :organisation AND p.person_id = :kept
            AND p.merged_into IS NULL AND ({_OTHER_NAME} OR {_STUDIED}) AND NOT {_GRANTED})""")
_COURSES: Final = text("""
    SELECT public_id, coalesce(nullif(concat_ws(' · ', code, title), ''), claimed_title, '') AS name FROM courses
    WHERE organisation_id = :organisation ORDER BY 2, course_id LIMIT 5000""")
_CODES: Final = text("""
    SELECT made_at, expires_at, used_at, failed FROM lti_registration_codes WHERE organisation_id = :organisation
    ORDER BY made_at DESC LIMIT 5""")
