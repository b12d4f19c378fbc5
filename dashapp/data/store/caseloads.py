"""The learners of an adviser: memberships over single learners that the administration grants."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select

from dashapp.data.queries.enrolment import holds_at, one_of
from dashapp.data.store.identified import IdentifiedPerson
from dashapp.data.tables import memberships, people, person_identifiers
from dashapp.domain.keys import OrganisationId, PersonId, PublicId

ADVISER = "adviser"


def set_caseload(
    connection: Connection,
    organisation: OrganisationId,
    adviser: PersonId,
    learners: Collection[PersonId],
    at: datetime,
) -> tuple[list[PersonId], list[PersonId]]:
    """Makes these the adviser's learners from now on: (who was added, whose ended). Again without effect."""
    held = memberships.c
    own = (
        held.organisation_id == organisation,
        held.person_id == adviser,
        held.scope_kind == "learners",
        held.role == ADVISER,
        held.granted_by == "administration",
        holds_at(at),
    )
    before = set(connection.execute(select(held.scope_id).where(*own)).scalars())
    gone = before - set(learners)
    connection.execute(memberships.update().where(*own, one_of(held.scope_id, gone)).values(ends_at=at))
    added = sorted(set(learners) - before - {adviser})
    for learner in added:
        connection.execute(
            insert(memberships).values(
                organisation_id=organisation,
                person_id=adviser,
                scope_kind="learners",
                scope_id=learner,
                role=ADVISER,
                starts_at=at,
                granted_by="administration",
            )
        )
    return added, sorted(PersonId(learner) for learner in gone)


def people_called(
    connection: Connection, organisation: OrganisationId, accounts: Collection[str]
) -> dict[str, IdentifiedPerson]:
    """The people behind accounts as sources write them: "issuer kind value", or the value alone where it is one
    person's. Accounts that name nobody, or several people, are left out."""
    named, kept = person_identifiers.c, people.alias("kept")
    parted = {account: account.split(maxsplit=2) for account in accounts}
    rows = connection.execute(
        select(named.issuer, named.kind, named.value, kept.c.person_id, kept.c.public_id)
        .join(people, and_(people.c.organisation_id == named.organisation_id, people.c.person_id == named.person_id))
        .join(
            kept,
            and_(
                kept.c.organisation_id == people.c.organisation_id,
                kept.c.person_id == func.coalesce(people.c.merged_into, people.c.person_id),
            ),
        )
        .where(named.organisation_id == organisation, named.value.in_({parts[-1] for parts in parted.values()}))
    ).all()
    by_name: dict[tuple[str, ...], set[IdentifiedPerson]] = {}
    for row in rows:
        person = IdentifiedPerson(PersonId(row.person_id), PublicId(row.public_id))
        for name in ((row.value,), (row.issuer, row.kind, row.value)):
            by_name.setdefault(name, set()).add(person)
    found = {account: by_name.get(tuple(parts), set()) for account, parts in parted.items()}
    return {account: people_found.pop() for account, people_found in found.items() if len(people_found) == 1}
