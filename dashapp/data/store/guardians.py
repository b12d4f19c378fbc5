"""Guardians: the organisation's rule, invitations by a one-time code, the learner's consent, the end. As la_jobs.

Every function raises NotFound where there is nothing to be done, whatever the reason: the answer tells nothing about
what exists.
"""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.queries.enrolment import courses_learnt_in
from dashapp.data.queries.guardians import read_rule
from dashapp.data.tables import accounts, guardian_rules, guardianships, memberships, people, person_identifiers
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.guardians import CODE_LASTS, GuardianRule
from dashapp.domain.keys import OrganisationId, PersonId, PublicId

CODE_BYTES: Final = 10
"""80 random bits, 16 letters: beyond guessing within its two weeks."""
LONGEST_CODE: Final = 64
GUARDIAN: Final = "guardian"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an administrator wants: somebody may become the guardian of a learner."""

    learner: PersonId
    under_age_until: date | None
    invited_by: PublicId


def set_rule(connection: Connection, organisation: OrganisationId, rule: GuardianRule, now: datetime) -> None:
    """Whose pages guardians may see from now on; what it does not let is not seen any more at once."""
    values = {"by_age": rule.by_age, "by_consent": rule.by_consent, "age": rule.age, "changed_at": now}
    connection.execute(
        insert(guardian_rules)
        .values(organisation_id=organisation, **values)
        .on_conflict_do_update(index_elements=["organisation_id"], set_=values)
    )


def find_learner(connection: Connection, organisation: OrganisationId, account: str, now: datetime) -> PersonId:
    """Who learns in a course now and is named so, letter by letter, by a source or by their address.

    It gives no list and no similar names: administrators see no learners by name, they have one in front of them.
    """
    named = person_identifiers.c
    by_source = select(named.person_id).where(named.organisation_id == organisation, named.value == account)
    by_address = func.lower(people.c.email) == account.lower()
    found = connection.execute(
        select(func.coalesce(people.c.merged_into, people.c.person_id))
        .where(people.c.organisation_id == organisation, or_(by_address, people.c.person_id.in_(by_source)))
        .distinct()
        .limit(2)
    ).scalars()
    keys = [PersonId(key) for key in found]
    if len(keys) != 1 or connection.execute(courses_learnt_in(organisation, keys, now)).first() is None:
        raise NotFound("Nobody of this name learns here.")
    return keys[0]


def invite(connection: Connection, organisation: OrganisationId, asked: Invitation, now: datetime) -> str:
    """The one-time code, which is kept nowhere. Raises NotFound where the organisation lets nobody in."""
    if not read_rule(connection, organisation).open:
        raise NotFound("There are no guardians in this organisation.")
    code = b32encode(secrets.token_bytes(CODE_BYTES)).decode("ascii")
    connection.execute(
        insert(guardianships).values(
            organisation_id=organisation,
            learner_id=asked.learner,
            code_hash=_hash(code),
            invited_by=str(asked.invited_by),
            invited_at=now,
            code_expires_at=now + CODE_LASTS,
            under_age_until=asked.under_age_until,
        )
    )
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def accept(
    connection: Connection, organisation: OrganisationId, code: str, guardian: PersonId, now: datetime
) -> tuple[PublicId, PersonId]:
    """Makes a signed-in person the guardian of the learner of a code, which cannot be used again.

    Gives the public id of the invitation, and the learner. Whether the guardian sees anything is the rule's question.
    Whoever has invited cannot accept: an administrator would come by any learner's page with nobody else knowing. Who
    can sign in by the doing of whoever has invited (a link to set a password, a provider) has to be confirmed.
    """
    one = guardianships.c
    row = connection.execute(
        select(
            *(one.guardianship_id, one.public_id, one.learner_id, one.invited_by),
            *(one.code_expires_at, one.accepted_at, one.ended_at),
        )
        .where(one.organisation_id == organisation, one.code_hash == _hash(code))
        .with_for_update()
    ).one_or_none()
    usable = row is not None and row.accepted_at is None and row.ended_at is None and now < row.code_expires_at
    if row is None or not usable or not read_rule(connection, organisation).open:
        raise NotFound("This code is not known, or has been used.")
    learner = _one_person(connection, organisation, PersonId(row.learner_id))
    if learner == guardian:
        raise NotFound("Nobody is their own guardian.")
    if _stands_for(connection, organisation, row.invited_by) == _one_person(connection, organisation, guardian):
        raise NotFound("Nobody accepts an invitation of their own.")
    needs_confirming = _is_by_inviting(connection, organisation, guardian, row.invited_by)
    membership = connection.execute(
        insert(memberships)
        .values(
            organisation_id=organisation,
            person_id=guardian,
            scope_kind="learners",
            scope_id=row.learner_id,
            role=GUARDIAN,
            starts_at=now,
            granted_by="administration",
        )
        .returning(memberships.c.membership_id)
    ).scalar_one()
    connection.execute(
        guardianships.update()
        .where(one.organisation_id == organisation, one.guardianship_id == row.guardianship_id)
        .values(guardian_id=guardian, membership_id=membership, accepted_at=now, needs_confirming=needs_confirming)
    )
    return PublicId(row.public_id), learner


def note_needs_confirming(connection: Connection, organisation: OrganisationId, public_id: PublicId) -> None:
    """Notes that the code of an invitation has made the guardian's account, too: so they have to be confirmed."""
    connection.execute(
        guardianships.update()
        .where(guardianships.c.organisation_id == organisation, guardianships.c.public_id == public_id)
        .values(needs_confirming=True)
    )


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A guardian who waits to be confirmed."""

    public_id: PublicId
    """Of the invitation."""
    sign_in_name: str
    accepted_at: datetime


def list_unconfirmed(connection: Connection, organisation: OrganisationId) -> list[Unconfirmed]:
    """The guardians for whom nobody stands yet, those who wait longest first."""
    one = guardianships.c
    rows = connection.execute(
        select(one.public_id, accounts.c.sign_in_name, one.accepted_at)
        .join(
            accounts,
            (accounts.c.organisation_id == one.organisation_id) & (accounts.c.person_id == one.guardian_id),
        )
        .where(
            one.organisation_id == organisation,
            one.needs_confirming,
            one.accepted_at.is_not(None),
            one.confirmed_at.is_(None),
            one.consented_at.is_(None),
            one.ended_at.is_(None),
        )
        .order_by(one.accepted_at)
    )
    return [Unconfirmed(PublicId(row.public_id), row.sign_in_name, row.accepted_at) for row in rows]


def confirm(
    connection: Connection, organisation: OrganisationId, public_id: PublicId, by: str, now: datetime
) -> tuple[PersonId, PersonId]:
    """Confirms a guardian whose account the code has made; gives the learner, and the guardian.

    `by`: the public id of an administrator, or who an operator is. Raises NotFound where there is nobody to be
    confirmed, NotPermitted for who has invited, and for the guardian: with an account for which nobody else stands, an
    administrator would come by any learner's page alone.
    """
    one = guardianships.c
    row = connection.execute(
        select(one.learner_id, one.guardian_id, one.invited_by)
        .where(
            one.organisation_id == organisation,
            one.public_id == public_id,
            one.needs_confirming,
            one.accepted_at.is_not(None),
            one.confirmed_at.is_(None),
            one.ended_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such guardian.")
    guardian = PersonId(row.guardian_id)
    confirming = _stands_for(connection, organisation, by)
    inviting = _stands_for(connection, organisation, row.invited_by)
    if by == row.invited_by or (confirming is not None and confirming in (inviting, guardian)):
        raise NotPermitted("Somebody else than who has invited confirms a guardian.")
    connection.execute(
        guardianships.update()
        .where(one.organisation_id == organisation, one.public_id == public_id)
        .values(confirmed_at=now, confirmed_by=by)
    )
    return PersonId(row.learner_id), guardian


def answer_of_learner(
    connection: Connection, organisation: OrganisationId, asked: tuple[PublicId, PersonId], agrees: bool, now: datetime
) -> PersonId | None:
    """Notes that the learner (public id of the invitation, learner) agrees, or does not agree any more.

    Gives the guardian.
    """
    public_id, learner = asked
    row = _locked(connection, organisation, public_id)
    if row.accepted_at is None or _one_person(connection, organisation, PersonId(row.learner_id)) != learner:
        raise NotFound("There is no such guardian.")
    connection.execute(
        guardianships.update()
        .where(guardianships.c.organisation_id == organisation, guardianships.c.public_id == public_id)
        .values(consented_at=now if agrees else None)
    )
    return None if row.guardian_id is None else PersonId(row.guardian_id)


def end(
    connection: Connection, organisation: OrganisationId, public_id: PublicId, by: str, now: datetime
) -> tuple[PersonId, PersonId | None]:
    """Ends an invitation, used or not, and the right that came of it. `by`: administration.

    Gives the learner, and the guardian if there was one.
    """
    row = _locked(connection, organisation, public_id)
    connection.execute(
        guardianships.update()
        .where(guardianships.c.organisation_id == organisation, guardianships.c.public_id == public_id)
        .values(ended_at=now, ended_by=by)
    )
    if row.membership_id is not None:
        connection.execute(
            memberships.update()
            .where(
                memberships.c.organisation_id == organisation,
                memberships.c.membership_id == row.membership_id,
                memberships.c.role == GUARDIAN,
            )
            .values(ends_at=now)
        )
    return PersonId(row.learner_id), None if row.guardian_id is None else PersonId(row.guardian_id)


def _locked(connection: Connection, organisation: OrganisationId, public_id: PublicId) -> Row[*tuple[Any, ...]]:
    one = guardianships.c
    row = connection.execute(
        select(one.learner_id, one.guardian_id, one.membership_id, one.accepted_at)
        .where(one.organisation_id == organisation, one.public_id == public_id, one.ended_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such guardian.")
    return row


def _one_person(connection: Connection, organisation: OrganisationId, person: PersonId) -> PersonId:
    """Who stands for a person."""
    key = connection.execute(
        select(func.coalesce(people.c.merged_into, people.c.person_id)).where(
            people.c.organisation_id == organisation, people.c.person_id == person
        )
    ).scalar_one_or_none()
    return PersonId(person if key is None else key)


def _stands_for(connection: Connection, organisation: OrganisationId, invited_by: str) -> PersonId | None:
    """Who has invited, or who stands for them by now."""
    try:
        public_id = UUID(invited_by)
    except ValueError:
        return None  # nobody who could sign in
    key = connection.execute(
        select(func.coalesce(people.c.merged_into, people.c.person_id)).where(
            people.c.organisation_id == organisation, people.c.public_id == public_id
        )
    ).scalar_one_or_none()
    return None if key is None else PersonId(key)


def _is_by_inviting(connection: Connection, organisation: OrganisationId, guardian: PersonId, invited_by: str) -> bool:
    """Whether somebody may be whoever has invited, by another name: who has made them a link to set a password, or has
    set up the provider whose word makes them who they are, can be them."""
    values = {"organisation": organisation, "person": guardian, "by": invited_by}
    return bool(connection.execute(_BY_INVITING, values).scalar_one())


_BY_INVITING: Final = text(
    "WITH theirs AS (SELECT person_id FROM people WHERE organisation_id = :organisation"
    " AND (person_id = :person OR merged_into = :person))"
    " SELECT EXISTS (SELECT FROM accounts a JOIN password_links l ON l.organisation_id = a.organisation_id"
    "   AND l.account_id = a.account_id WHERE a.organisation_id = :organisation AND l.made_by = :by"
    "   AND a.person_id IN (SELECT person_id FROM theirs))"
    " OR EXISTS (SELECT FROM identity_providers p JOIN person_identifiers i ON i.organisation_id = p.organisation_id"
    "   AND i.issuer = p.issuer WHERE p.organisation_id = :organisation AND p.set_by = :by"
    "   AND i.person_id IN (SELECT person_id FROM theirs))"
)


def _hash(code: str) -> bytes:
    """Of the code as people type it: in any case, with or without its dashes."""
    return sha256("".join(letter for letter in code[:LONGEST_CODE].upper() if letter.isalnum()).encode()).digest()
