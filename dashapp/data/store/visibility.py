"""The decisions about what students see: read by everybody who reads pages, changed by la_jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, select
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import courses, visibility_policies
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.visibility import EVERYTHING, Override, Policy, Shown, Visibility, with_override

OWN: Final = 0
"""Stands for the organisation in place of a course."""


def read_visibility(connection: Connection, organisation: OrganisationId) -> Visibility:
    """What holds now."""
    table = visibility_policies.c
    rows = (
        connection.execute(
            select(visibility_policies, courses.c.public_id)
            .outerjoin(
                courses,
                and_(courses.c.organisation_id == table.organisation_id, courses.c.course_id == table.course_id),
            )
            .where(table.organisation_id == organisation)
            .order_by(table.course_id)
        )
        .mappings()
        .all()
    )
    own = next((row for row in rows if row["course_id"] == OWN), None)
    base = _base(own) if own is not None else EVERYTHING
    allowed = base.open_to_courses
    overridden = tuple(
        (row["public_id"], with_override(base.policy, _override(row), allowed))
        for row in rows
        if row["public_id"] is not None
    )
    return Visibility(base.policy, allowed, overridden, base.advisers, base.quiet)


def read_override(connection: Connection, organisation: OrganisationId, course: CourseId) -> Override:
    """What a course has decided otherwise, whether or not it may."""
    table = visibility_policies.c
    row = (
        connection.execute(
            select(visibility_policies).where(table.organisation_id == organisation, table.course_id == course)
        )
        .mappings()
        .one_or_none()
    )
    return {} if row is None else _override(row)


def set_visibility(connection: Connection, organisation: OrganisationId, decided: Visibility, at: datetime) -> None:
    """Replaces the organisation's own decisions; those of its courses stay, as far as they may decide."""
    values = {
        **{one.value: getattr(decided.policy, one.value) for one in Shown},
        "advisers": decided.advisers,
        "quiet_from": decided.quiet[0] if decided.quiet else None,
        "quiet_to": decided.quiet[1] if decided.quiet else None,
        "open_to_courses": sorted(one.value for one in decided.open_to_courses),
        "changed_at": at,
    }
    _write(connection, (organisation, OWN), values)


def set_override(
    connection: Connection, course: tuple[OrganisationId, CourseId], override: Override, at: datetime
) -> None:
    """Replaces what a course decides otherwise; nothing: it follows its organisation again."""
    organisation, key = course
    if override:
        _write(connection, course, {**{one.value: override.get(one) for one in Shown}, "changed_at": at})
        return
    table = visibility_policies.c
    connection.execute(delete(visibility_policies).where(table.organisation_id == organisation, table.course_id == key))


def _write(connection: Connection, place: tuple[OrganisationId, int], values: Mapping[str, object]) -> None:
    organisation, course = place
    connection.execute(
        insert(visibility_policies)
        .values(organisation_id=organisation, course_id=course, **values)
        .on_conflict_do_update(index_elements=["organisation_id", "course_id"], set_=dict(values))
    )


def _base(row: Mapping[Any, Any]) -> Visibility:
    policy = Policy(**{one.value: row[one.value] is not False for one in Shown})
    known = {one.value for one in Shown}
    allowed = frozenset(Shown(name) for name in row["open_to_courses"] if name in known)
    quiet = (row["quiet_from"], row["quiet_to"]) if row["quiet_from"] and row["quiet_to"] else None
    return Visibility(policy, allowed, advisers=row["advisers"] is not False, quiet=quiet)


def _override(row: Mapping[Any, Any]) -> Override:
    return {one: row[one.value] for one in Shown if row[one.value] is not None}
