"""Whom a verified sign-in of another system stands for, and what its claims grant: in transactions of la_jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.groups import settle_descriptions
from dashapp.data.store.joining import Tie, join, meet
from dashapp.data.store.organisations import ADMINISTRATOR
from dashapp.data.store.structure import read_rules
from dashapp.domain.audit import Action, Actor, ViewerRole, person_subject
from dashapp.domain.events import Identifier
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.sessions import SignInMethod


@dataclass(frozen=True, slots=True)
class Attested:
    """What another system has proved about somebody. The first identifier is the one that never changes."""

    identifiers: tuple[Identifier, ...]
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    administers: bool = False


def receive(
    database: Database, organisation: OrganisationId, attested: Attested, at: datetime, origin: str | None = None
) -> PublicId:
    """The person behind a sign-in: found, or made and joined by the organisation's rules, with the roles of the claims.

    All identifiers of one sign-in are one person. What a sign-in grants it grants to the first identifier's own row, so
    that two systems that know the same person do not take each other's grants away. `origin`: the network it came from.
    """
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        rules = read_rules(connection, organisation)
        met = meet(connection, organisation, rules, attested.identifiers, at)
    own, counts_as = met.people[attested.identifiers[0]]
    ties = [
        *met.open,
        *(
            Tie(own, met.people[other][0], f"one sign-in at {attested.identifiers[0].issuer}")
            for other in attested.identifiers[1:]
            if met.people[other][1] != counts_as
        ),
    ]
    if ties:
        with database.transaction(DatabaseRole.JOBS, organisation) as connection:
            join(connection, organisation, ties, at)
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        _describe(connection, organisation, own, attested, at)
        known = _public_id(connection, organisation, own)
        actor = Actor(str(known), ViewerRole.SELF, origin, SignInMethod.OIDC.value)
        granted = ADMINISTRATOR if attested.administers else None
        for action in grant_by_sign_in(connection, organisation, own, granted, at):
            record(connection, organisation, actor, action, {"subject": person_subject(PersonId(own))})
        return known


def grant_by_sign_in(
    connection: Connection, organisation: OrganisationId, person: int, role: str | None, at: datetime
) -> list[Action]:
    """The role over the whole organisation that a sign-in grants; every other one that a sign-in granted ends.

    Gives what has changed by it.
    """
    values = {"organisation": organisation, "person": person, "role": role, "at": at}
    ended = connection.execute(_END, values).rowcount > 0
    made = role is not None and connection.execute(_GRANT, values).rowcount > 0
    return [Action.ADMINISTRATOR_ENDED] * ended + [Action.ADMINISTRATOR_MADE] * made


def end_grants_of(connection: Connection, organisation: OrganisationId, issuer: str, at: datetime) -> list[PersonId]:
    """Ends what sign-ins at an issuer have granted, since nobody signs in there any more; of whom it has ended."""
    values = {"organisation": organisation, "issuer": issuer, "kind": SUBJECT_KIND, "at": at}
    return [PersonId(person) for person in connection.execute(_END_OF_ISSUER, values).scalars()]


def _describe(connection: Connection, organisation: OrganisationId, own: int, attested: Attested, at: datetime) -> None:
    values = {
        "organisation": organisation,
        "person": own,
        "given": attested.given_name,
        "family": attested.family_name,
        "email": attested.email,
        "at": at,
    }
    connection.execute(_LOCK, values)
    canonical = connection.execute(_DESCRIBE, values).scalar_one_or_none()
    if canonical is not None:
        cursor = cast(extensions.cursor, connection.connection.cursor())
        try:
            settle_descriptions(cursor, organisation, [canonical])
        finally:
            cursor.close()


def _public_id(connection: Connection, organisation: OrganisationId, own: int) -> PublicId:
    return PublicId(connection.execute(_PUBLIC_ID, {"organisation": organisation, "person": own}).scalar_one())


def sign_in_names(issuer: str, subject: str, further: Sequence[tuple[str, str]]) -> tuple[Identifier, ...]:
    """The identifiers of a sign-in: the subject, and (kind, value) of further claims of the same issuer."""
    return (Identifier(issuer, SUBJECT_KIND, subject), *(Identifier(issuer, kind, value) for kind, value in further))


SUBJECT_KIND: Final = "oidc"
"""The kind of identifiers that are subjects of OpenID Connect."""
_DESCRIBED_BY: Final = "sign-in"
_END: Final = text(
    "UPDATE memberships SET ends_at = :at WHERE organisation_id = :organisation AND person_id = :person"
    " AND granted_by = 'sign_in' AND scope_kind = 'organisation' AND ends_at IS NULL"
    " AND role IS DISTINCT FROM cast(:role AS text)"
)
_END_OF_ISSUER: Final = text(
    "UPDATE memberships m SET ends_at = :at FROM person_identifiers i"
    " WHERE m.organisation_id = :organisation AND m.granted_by = 'sign_in' AND m.ends_at IS NULL"
    " AND i.organisation_id = m.organisation_id AND i.person_id = m.person_id"
    " AND i.issuer = :issuer AND i.kind = :kind RETURNING m.person_id"
)
_GRANT: Final = text(
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, granted_by)"
    " SELECT :organisation, :person, 'organisation', :organisation, :role, :at, 'sign_in' WHERE NOT EXISTS ("
    " SELECT 1 FROM memberships WHERE organisation_id = :organisation AND person_id = :person"
    " AND granted_by = 'sign_in' AND scope_kind = 'organisation' AND role = :role AND ends_at IS NULL)"
)
_LOCK: Final = text(
    "SELECT 1 FROM people WHERE organisation_id = :organisation AND (person_id = :person OR person_id ="
    " (SELECT merged_into FROM people WHERE organisation_id = :organisation AND person_id = :person))"
    " ORDER BY person_id FOR NO KEY UPDATE"
)
_DESCRIBE: Final = text(
    # Only what no source has described under this very name, and only what is new.
    "UPDATE people SET given_name = :given, family_name = :family, email = :email, described_at = :at,"
    f" described_by = '{_DESCRIBED_BY}', provisional = false WHERE organisation_id = :organisation"
    f" AND person_id = :person AND (described_at IS NULL OR described_by = '{_DESCRIBED_BY}')"
    " AND (given_name, family_name, email) IS DISTINCT FROM"
    " (cast(:given AS text), cast(:family AS text), cast(:email AS text))"
    " AND coalesce(cast(:given AS text), cast(:family AS text), cast(:email AS text)) IS NOT NULL"
    " RETURNING coalesce(merged_into, person_id)"
)
_PUBLIC_ID: Final = text(
    "SELECT k.public_id FROM people p JOIN people k ON k.organisation_id = p.organisation_id"
    " AND k.person_id = coalesce(p.merged_into, p.person_id)"
    " WHERE p.organisation_id = :organisation AND p.person_id = :person"
)
