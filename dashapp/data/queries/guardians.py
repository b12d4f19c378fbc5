"""Who is whose guardian now, and what became of invitations."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, exists, func, or_, select

from dashapp.data.queries.columns import Statement
from dashapp.data.queries.described import full_name, names_of
from dashapp.data.queries.enrolment import holds_at, one_of
from dashapp.data.tables import guardian_rules, guardianships, memberships, organisation_time_zones, people
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.guardians import GuardianRule, Guardianship, GuardiansView
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.scope import AsOf, Scope

MOST_ROWS = 500
"""Of an organisation, the newest first: what is in force comes before what has ended."""


def zone_of(organisation: OrganisationId) -> ScalarSelect[Any]:
    """The organisation's time zone that came last."""
    zones = organisation_time_zones.c
    return (
        select(zones.zone)
        .where(zones.organisation_id == organisation)
        .order_by(zones.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )


def _local_day(organisation: OrganisationId, at: datetime) -> ColumnElement[date]:
    zone = func.coalesce(zone_of(organisation), "UTC")
    return func.date(func.timezone(zone, at))


def guarded_statement(organisation: OrganisationId, keys: Collection[PersonId], at: datetime) -> Statement:
    """(holder, learner_id): the learners whose page people may see as their guardian at an instant.

    That takes a membership of the administration, an invitation that has not ended, and a rule that lets it.
    """
    member, learner, rule, one = people.alias("member"), people.alias("learner"), guardian_rules.c, guardianships.c
    same = guardianships.c.organisation_id
    return (
        select(
            func.coalesce(member.c.merged_into, member.c.person_id).label("holder"),
            func.coalesce(learner.c.merged_into, learner.c.person_id).label("learner_id"),
        )
        .select_from(guardianships)
        .join(guardian_rules, rule.organisation_id == same)
        .join(
            memberships,
            and_(memberships.c.organisation_id == same, memberships.c.membership_id == one.membership_id),
        )
        .join(member, and_(member.c.organisation_id == same, member.c.person_id == memberships.c.person_id))
        .join(learner, and_(learner.c.organisation_id == same, learner.c.person_id == one.learner_id))
        .where(
            same == organisation,
            or_(one_of(member.c.person_id, keys), one_of(member.c.merged_into, keys)),
            memberships.c.role == "guardian",
            memberships.c.scope_kind == "learners",
            memberships.c.scope_id == one.learner_id,
            memberships.c.granted_by == "administration",
            holds_at(at),
            one.ended_at.is_(None),
            or_(~one.needs_confirming, one.confirmed_at.is_not(None), one.consented_at.is_not(None)),
            or_(
                and_(rule.by_age, one.under_age_until > _local_day(organisation, at)),
                and_(rule.by_consent, one.consented_at.is_not(None)),
            ),
        )
    )


def read_rule(connection: Connection, organisation: OrganisationId) -> GuardianRule:
    """The rule of the organisation; without one nobody sees anything as a guardian."""
    rule = guardian_rules.c
    statement = select(rule.by_age, rule.by_consent, rule.age).where(rule.organisation_id == organisation)
    row = connection.execute(statement).one_or_none()
    return GuardianRule(*row) if row is not None else GuardianRule()


def read_guardians(connection: Connection, scope: Scope, as_of: AsOf) -> GuardiansView:
    """The rule of the organisation with all invitations for its administrators, else with those about the learners of
    the scope. Three statements. Raises NotPermitted for any other scope."""
    if scope.learners is None and (scope.audience is not Audience.AGGREGATE or scope.courses is not None):
        raise NotPermitted("Guardians are shown to the learner and to administrators.")
    organisation = scope.organisation_id
    zone, today, anybody = connection.execute(
        select(
            func.coalesce(zone_of(organisation), "UTC"),
            _local_day(organisation, as_of.instant),
            exists().where(memberships.c.organisation_id == organisation, memberships.c.role == "learner"),
        )
    ).one()
    rows = connection.execute(_rows_statement(organisation, scope.learners)).all()
    return GuardiansView(
        read_rule(connection, organisation),
        tuple(
            Guardianship(
                PublicId(row.public_id),
                PublicId(row.learner_public_id),
                full_name(row.learner_given, row.learner_family),
                full_name(row.guardian_given, row.guardian_family),
                row.invited_at,
                row.code_expires_at,
                row.under_age_until,
                row.accepted_at,
                row.consented_at,
                row.ended_at,
                row.invited_by,
                row.needs_confirming,
                row.confirmed_at,
            )
            for row in rows
        ),
        as_of.instant,
        today,
        zone,
        anybody_learns=anybody,
    )


def _rows_statement(organisation: OrganisationId, learners: Collection[PersonId] | None) -> Statement:
    one, named = guardianships.c, people.alias("named")
    child, guardian = people.alias("child"), people.alias("guardian")
    guardian_named = people.alias("guardian_named")
    child_given, child_family = names_of(child)
    guardian_given, guardian_family = names_of(guardian)
    statement = (
        select(
            one.public_id, one.invited_at, one.code_expires_at, one.under_age_until, one.accepted_at,
            one.consented_at, one.ended_at, one.invited_by, one.needs_confirming, one.confirmed_at,
            child.c.public_id.label("learner_public_id"),
            child_given.label("learner_given"), child_family.label("learner_family"),
            guardian_given.label("guardian_given"), guardian_family.label("guardian_family"),
        )
        .select_from(guardianships)
        .join(named, and_(named.c.organisation_id == one.organisation_id, named.c.person_id == one.learner_id))
        .join(
            child,
            and_(
                child.c.organisation_id == one.organisation_id,
                child.c.person_id == func.coalesce(named.c.merged_into, named.c.person_id),
            ),
        )
        .outerjoin(
            guardian_named,
            and_(
                guardian_named.c.organisation_id == one.organisation_id,
                guardian_named.c.person_id == one.guardian_id,
            ),
        )
        .outerjoin(
            guardian,
            and_(
                guardian.c.organisation_id == one.organisation_id,
                guardian.c.person_id == func.coalesce(guardian_named.c.merged_into, guardian_named.c.person_id),
            ),
        )
        .where(one.organisation_id == organisation)
        .order_by(one.ended_at.desc().nulls_first(), one.invited_at.desc(), one.guardianship_id.desc())
        .limit(MOST_ROWS)
    )  # fmt: skip
    return statement if learners is None else statement.where(one_of(child.c.person_id, learners))
