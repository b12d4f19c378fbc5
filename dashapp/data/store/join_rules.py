"""The administration's join rules: made, listed and taken back in transactions of la_jobs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from dashapp.data.database import act_for
from dashapp.data.store.joining import Joined, join, tie_mailboxes, tie_names
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.structure import raise_epoch, read_rules
from dashapp.data.tables import join_rules, person_identifiers
from dashapp.domain.events import Identifier
from dashapp.domain.joins import JoinRule, JoinRuleError, Pair, Transform
from dashapp.domain.keys import OrganisationId


@dataclass(frozen=True, slots=True)
class HeldRule:
    """A rule that is in force, and who made it when."""

    rule: JoinRule
    added_by: str
    added_at: datetime


def list_rules(connection: Connection, organisation: OrganisationId) -> list[HeldRule]:
    """The rules of an organisation, by issuer and kind."""
    rows = connection.execute(
        select(join_rules)
        .where(join_rules.c.organisation_id == organisation)
        .order_by(join_rules.c.issuer, join_rules.c.kind)
    )
    return [
        HeldRule(
            JoinRule(row.issuer, row.kind, row.same_issuer, row.same_kind, Transform(row.transform), row.prefix),
            row.added_by,
            row.added_at,
        )
        for row in rows
    ]


def add_rule(connection: Connection, organisation: OrganisationId, rule: JoinRule, by: str, at: datetime) -> Joined:
    """Makes a rule, and joins everybody who has been met already and is one by it.

    In a transaction that has done nothing else; nobody counts events of the organisation meanwhile. Raises
    JoinRuleError where the rule does not fit to the others.
    """
    own_organisation(connection, organisation)
    act_for(connection, organisation)
    rules = read_rules(connection, organisation)
    rules.check(rule)
    connection.execute(
        join_rules.insert().values(
            organisation_id=organisation,
            issuer=rule.issuer,
            kind=rule.kind,
            same_issuer=rule.same_issuer,
            same_kind=rule.same_kind,
            transform=str(rule.transform),
            prefix=rule.prefix,
            added_by=by,
            added_at=at,
        )
    )
    raise_epoch(connection, organisation)
    rules = read_rules(connection, organisation)
    ties, made = tie_names(connection, organisation, rules, _known(connection, organisation, rule.pair))
    if rules.attesting(rule.same_pair):
        ties += tie_mailboxes(connection, organisation, rules, rule.same_pair)
    return join(connection, organisation, ties, at, made)


def remove_rule(connection: Connection, organisation: OrganisationId, pair: Pair) -> None:
    """Takes the rule of an (issuer, kind) back: whom it has joined stays one until somebody splits them.

    In a transaction that has done nothing else. Raises JoinRuleError where there is none.
    """
    own_organisation(connection, organisation)
    act_for(connection, organisation)
    gone = connection.execute(
        join_rules.delete().where(
            join_rules.c.organisation_id == organisation, join_rules.c.issuer == pair[0], join_rules.c.kind == pair[1]
        )
    )
    if gone.rowcount == 0:
        raise JoinRuleError(f"There is no rule for ({pair[0]}, {pair[1]}).")
    raise_epoch(connection, organisation)


def _known(connection: Connection, organisation: OrganisationId, pair: Pair) -> dict[Identifier, int]:
    """The names of an (issuer, kind) that have been met, with their keys of arrival."""
    rows = connection.execute(
        select(person_identifiers.c.value, person_identifiers.c.person_id).where(
            person_identifiers.c.organisation_id == organisation,
            person_identifiers.c.issuer == pair[0],
            person_identifiers.c.kind == pair[1],
        )
    )
    return {Identifier(*pair, row.value): row.person_id for row in rows}
