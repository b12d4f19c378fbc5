"""People of a roster: named, joined with those whom the learning platform's events know, and described."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg2 import extensions
from psycopg2.extras import execute_values
from sqlalchemy import Connection

from dashapp.data.store import canonical, groups
from dashapp.data.store.joining import Joined, Tie, ensure_people, join, tie_mailboxes, tie_names
from dashapp.data.store.rosters.comparing import Comparison
from dashapp.data.store.rosters.staging import hashed
from dashapp.data.store.structure import read_rules
from dashapp.domain.events import Identifier
from dashapp.domain.joins import mailbox_hash


def name_people(connection: Connection, cursor: extensions.cursor, comparison: Comparison) -> tuple[set[int], Joined]:
    """Makes the people whom nobody has met, and joins each with whom the platform's name and the organisation's rules
    lead to, except where there is a conflict. Gives the keys that were made, and whom joining has touched.

    The caller has the organisation for itself. `la_r_known.own` is filled in afterwards.
    """
    cursor.execute("SELECT name, CASE WHEN conflict IS NULL THEN known_as END FROM la_r_known ORDER BY name")
    named: list[tuple[str, str | None]] = cursor.fetchall()
    if not named:
        return set(), Joined()
    organisation, naming = comparison.organisation, comparison.source.settings.people
    others: dict[str, Identifier] = {}
    if naming is not None:
        others = {name: Identifier(naming.issuer, naming.kind, known_as) for name, known_as in named if known_as}
    # The platform's names first: of two that are new, the one who was met first stands for both.
    found, made = ensure_people(connection, organisation, list(others.values()))
    own = {name: comparison.name_of(name) for name, _ in named}
    met, new = ensure_people(connection, organisation, list(own.values()))
    made |= new
    reason = f"roster of {comparison.source.name}, {naming.column if naming else ''}"
    ties = [Tie(met[own[name]][0], found[other][0], reason) for name, other in others.items()]
    rules = read_rules(connection, organisation)
    if rules:
        tied, further = tie_names(connection, organisation, rules, {one: met[one][0] for one in own.values()})
        ties, made = [*ties, *tied], made | further
    execute_values(
        cursor,
        "UPDATE la_r_known k SET own = w.own FROM (VALUES %s) AS w (name, own) WHERE k.name = w.name",
        [(name, met[one][0]) for name, one in own.items()],
        page_size=5_000,
    )
    joined = join(connection, organisation, ties, comparison.at, made) if ties else Joined()
    return made, joined


def describe_people(cursor: extensions.cursor, values: dict[str, Any]) -> None:
    """Says anew who the people are of whom something is new. What was said before is kept to be taken back."""
    with hashed(cursor):
        for statement in (_KEEP, _DESCRIBE):
            cursor.execute(statement, values)
    cursor.execute(
        """SELECT DISTINCT coalesce(p.merged_into, p.person_id) FROM la_r_known k
        JOIN people p ON p.organisation_id = %(organisation)s AND p.person_id = k.own""",
        values,
    )
    settle(cursor, values["organisation"], [person for (person,) in cursor.fetchall()])


def settle(cursor: extensions.cursor, organisation: int, people: Sequence[int]) -> None:
    """Finds whose description holds for these people (canonical keys), where several are one."""
    groups.settle_descriptions(cursor, organisation, canonical.in_groups(cursor, organisation, people))


def join_mailboxes(connection: Connection, cursor: extensions.cursor, comparison: Comparison) -> Joined:
    """Keeps the addresses that people are described with, as hashes, and joins by them where a rule says so."""
    cursor.execute(
        """SELECT k.own, s.said ->> 'email' FROM la_r_known k
        JOIN la_r_things s ON s.thing = 'person' AND s.name = k.name
        WHERE s.said ->> 'email' IS NOT NULL"""
    )
    mailboxes = {(mailbox, person) for person, email in cursor.fetchall() if (mailbox := mailbox_hash(email))}
    if not mailboxes:
        return Joined()
    issuer, organisation = comparison.source.issuer, comparison.organisation
    execute_values(
        cursor,
        """INSERT INTO described_mailboxes (organisation_id, mailbox, issuer, person_id) VALUES %s
        ON CONFLICT DO NOTHING""",
        [(organisation, mailbox, issuer, person) for mailbox, person in sorted(mailboxes)],
        page_size=5_000,
    )
    rules = read_rules(connection, organisation)
    pair = rules.mailboxes.get(issuer)
    if pair is None:
        return Joined()
    wanted = {mailbox for mailbox, _ in mailboxes}
    ties = tie_mailboxes(connection, organisation, rules, pair, wanted)
    return join(connection, organisation, ties, comparison.at) if ties else Joined()


# Who has been described before has something to be given back.
_KEEP: Final = """
    INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, 'person', k.name, jsonb_build_object('key', p.person_id,
        'given_name', p.given_name, 'family_name', p.family_name, 'email', p.email, 'is_test', p.is_test,
        'described_test', p.described_test,
        'described_at', p.described_at, 'described_by', p.described_by)
    FROM la_r_known k JOIN people p ON p.organisation_id = %(organisation)s AND p.person_id = k.own
    WHERE p.described_at IS NOT NULL"""
# A roster knows nothing of test people: who is one stays one.
_DESCRIBE: Final = """
    UPDATE people p SET given_name = s.said ->> 'given_name', family_name = s.said ->> 'family_name',
        email = s.said ->> 'email', described_test = coalesce(h.described_test, c.described_test, false),
        is_test = coalesce(c.test_override, o.test_override, h.described_test, c.described_test, false),
        provisional = false,
        described_at = %(at)s, described_by = %(by)s
    FROM la_r_known k
    JOIN la_r_things s ON s.thing = 'person' AND s.name = k.name
    JOIN people o ON o.organisation_id = %(organisation)s AND o.person_id = k.own
    JOIN people c ON c.organisation_id = o.organisation_id AND c.person_id = coalesce(o.merged_into, o.person_id)
    LEFT JOIN people h ON h.organisation_id = c.organisation_id AND h.person_id = c.described_as
    WHERE p.organisation_id = %(organisation)s AND p.person_id = k.own AND (p.described_at IS NULL
        OR (p.described_at, p.described_by COLLATE "C") < (%(at)s::timestamptz, %(by)s COLLATE "C"))"""
