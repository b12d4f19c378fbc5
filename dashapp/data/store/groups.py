"""People who are one: whose description holds for all of them, and the record of how they came together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import extensions

from dashapp.domain.keys import PersonId


@dataclass(frozen=True, slots=True)
class Merge:
    """`absorbed` is the same person as `kept`, who stands for both from now on."""

    kept: PersonId
    absorbed: PersonId
    reason: str
    by: str
    """Who decided it, for the audit: somebody's public id, or what an operator or a rule is called."""
    at: datetime


def record_merges(cursor: extensions.cursor, organisation: int, merges: Sequence[Merge]) -> list[int]:
    """Writes the audit; gives the keys of the merges, by which they can be split."""
    cursor.execute(
        """INSERT INTO person_merges (organisation_id, kept_id, absorbed_id, reason, merged_by, merged_at)
        SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
        RETURNING merge_id""",
        (
            organisation,
            [one.kept for one in merges],
            [one.absorbed for one in merges],
            [one.reason for one in merges],
            [one.by for one in merges],
            [one.at for one in merges],
        ),
    )
    return [merge for (merge,) in cursor.fetchall()]


def settle_descriptions(cursor: extensions.cursor, organisation: int, people: Collection[int]) -> None:
    """Finds whose description holds for each of these people (canonical keys): the latest of all that are one.

    Those who stand for nobody else keep their own. The caller holds the locks of the people's rows.
    """
    cursor.execute(
        """UPDATE people p SET described_as = nullif(latest.person_id, p.person_id)
        FROM (
            SELECT DISTINCT ON (w.person_id) w.person_id AS canonical, m.person_id
            FROM unnest(%(people)s::bigint[]) AS w (person_id)
            LEFT JOIN LATERAL (
                SELECT person_id, described_at, described_by FROM people
                WHERE organisation_id = %(organisation)s AND person_id = w.person_id
                UNION ALL
                SELECT person_id, described_at, described_by FROM people
                WHERE organisation_id = %(organisation)s AND merged_into = w.person_id) m
                ON m.described_at IS NOT NULL
            ORDER BY w.person_id, m.described_at DESC, m.described_by COLLATE "C" DESC, m.person_id) latest
        WHERE p.organisation_id = %(organisation)s AND p.person_id = latest.canonical
            AND p.described_as IS DISTINCT FROM nullif(latest.person_id, p.person_id)""",
        {"organisation": organisation, "people": list(people)},
    )
    settle_tests(cursor, organisation, people)


def settle_tests(cursor: extensions.cursor, organisation: int, people: Collection[int]) -> None:
    """Finds who is a test person among these people (canonical keys) and all who are one with them: by what the
    administration has said, else by each one's own description. The caller holds the locks of the people's rows."""
    cursor.execute(
        """UPDATE people p SET is_test = coalesce(s.test_override, p.test_override, p.described_test)
        FROM people s
        WHERE p.organisation_id = %(organisation)s AND s.organisation_id = %(organisation)s
            AND s.person_id = ANY(%(people)s)
            AND (p.person_id = s.person_id OR p.merged_into = s.person_id)
            AND p.is_test IS DISTINCT FROM coalesce(s.test_override, p.test_override, p.described_test)""",
        {"organisation": organisation, "people": list(people)},
    )
