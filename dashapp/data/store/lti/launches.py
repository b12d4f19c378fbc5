"""What launches leave behind: states that are used up, where a page is embedded, and which course is which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Table, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.store.lti.platforms import Platform
from dashapp.data.tables import course_identifiers, courses, lti_contexts, lti_resource_links, lti_used_states
from dashapp.domain.events import Identifier
from dashapp.domain.keys import CourseId, OrganisationId, PublicId
from dashapp.domain.lti import Context, Launch


@dataclass(frozen=True, slots=True)
class LinkedCourse:
    """One of our courses, by its key, by what its address shows, and by a name that events may use for it."""

    course_id: CourseId
    public_id: PublicId
    name: Identifier


@dataclass(frozen=True, slots=True)
class KnownContext:
    """A platform's course as it has been launched from."""

    platform_id: int
    deployment_id: str
    context_id: str
    course_id: CourseId | None
    roster_url: str | None
    roster_tried_at: datetime | None


def use_state(connection: Connection, organisation: OrganisationId, digest: bytes, expires_at: datetime) -> bool:
    """Whether nobody has completed this login before; of two at the same time one is the first."""
    if connection.execute(_ALONE, {"key": organisation & 0x7FFFFFFF}).scalar_one():
        connection.execute(_FORGET, {"organisation": organisation})
    made = connection.execute(
        insert(lti_used_states)
        .values(organisation_id=organisation, state_hash=digest, expires_at=expires_at)
        .on_conflict_do_nothing()
    )
    return made.rowcount == 1


def note_launch(connection: Connection, platform: Platform, launch: Launch, at: datetime) -> KnownContext | None:
    """Keeps what the administration page and the roster need; gives the context, where the launch has one."""
    mine = {
        "organisation_id": platform.organisation_id,
        "platform_id": platform.platform_id,
        "deployment_id": launch.deployment_id,
    }
    connection.execute(_LAUNCHED, {"organisation": mine["organisation_id"], "platform": mine["platform_id"], "at": at})
    if launch.resource_link_id is not None:
        said = {
            "context_id": launch.context.id if launch.context else None,
            "title": launch.resource_link_title,
            "page": launch.page.to_text(),
            "last_launch_at": at,
        }
        link = {**mine, "resource_link_id": launch.resource_link_id}
        _keep(connection, lti_resource_links, link, said)
    if launch.context is None:
        return None
    found = {
        "title": launch.context.title,
        "label": launch.context.label,
        "roster_url": launch.context.roster_url,
        "last_launch_at": at,
    }
    row = _keep(connection, lti_contexts, {**mine, "context_id": launch.context.id}, found)
    return _known(row)


def _keep(
    connection: Connection, table: Table, key: Mapping[str, object], said: Mapping[str, object]
) -> Row[tuple[object]]:
    statement = insert(table).values(**key, **said)
    return connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=said).returning(table)
    ).one()


def _known(row: Row[tuple[object]]) -> KnownContext:
    said = row._mapping
    course = said["course_id"]
    return KnownContext(
        said["platform_id"],
        said["deployment_id"],
        said["context_id"],
        None if course is None else CourseId(course),
        said["roster_url"],
        said["roster_tried_at"],
    )


def link_course(connection: Connection, organisation: OrganisationId, context: KnownContext, course: CourseId) -> bool:
    """Says which of our courses a platform's course is; whether that context is known."""
    changed = connection.execute(lti_contexts.update().where(*_is(organisation, context)).values(course_id=course))
    return changed.rowcount == 1


def note_roster(
    connection: Connection, organisation: OrganisationId, context: KnownContext, at: datetime, members: int | None
) -> None:
    """Keeps that a roster was asked for and, with the number of its members, that it was read."""
    values: dict[str, object] = {"roster_tried_at": at}
    if members is not None:
        values |= {"roster_read_at": at, "roster_members": members}
    connection.execute(lti_contexts.update().where(*_is(organisation, context)).values(**values))


def contexts_of(connection: Connection, organisation: OrganisationId) -> list[KnownContext]:
    """All courses of platforms that have been launched from."""
    rows = connection.execute(select(lti_contexts).where(lti_contexts.c.organisation_id == organisation))
    return [_known(row) for row in rows]


def read_context(
    connection: Connection, organisation: OrganisationId, platform_id: int, deployment_id: str, context_id: str
) -> KnownContext | None:
    """One of them."""
    row = connection.execute(
        select(lti_contexts).where(
            lti_contexts.c.organisation_id == organisation,
            lti_contexts.c.platform_id == platform_id,
            lti_contexts.c.deployment_id == deployment_id,
            lti_contexts.c.context_id == context_id,
        )
    ).one_or_none()
    return None if row is None else _known(row)


def _is(organisation: OrganisationId, context: KnownContext) -> tuple[ColumnElement[bool], ...]:
    return (
        lti_contexts.c.organisation_id == organisation,
        lti_contexts.c.platform_id == context.platform_id,
        lti_contexts.c.deployment_id == context.deployment_id,
        lti_contexts.c.context_id == context.context_id,
    )


def find_course(connection: Connection, platform: Platform, context: Context) -> CourseId | None:
    """Which of our courses a platform's course is by the names that events use; None where that is not one course.

    In a transaction of la_ingest: names of senders are closed to the web.
    """
    issuers = {platform.issuer, platform.events_issuer or platform.issuer}
    for value in filter(None, (context.sourced_id, context.id)):
        found = connection.execute(
            select(course_identifiers.c.course_id)
            .distinct()
            .where(
                course_identifiers.c.organisation_id == platform.organisation_id,
                course_identifiers.c.issuer.in_(issuers),
                course_identifiers.c.value == value,
            )
        ).scalars()
        if len(keys := list(found)) == 1:
            return CourseId(keys[0])
    return None


def read_course(connection: Connection, organisation: OrganisationId, course: CourseId) -> LinkedCourse | None:
    """A course with a name of it. In a transaction of la_ingest."""
    row = connection.execute(
        select(courses.c.public_id, course_identifiers)
        .join(
            course_identifiers,
            (course_identifiers.c.organisation_id == courses.c.organisation_id)
            & (course_identifiers.c.course_id == courses.c.course_id),
        )
        .where(courses.c.organisation_id == organisation, courses.c.course_id == course)
        .order_by(course_identifiers.c.issuer, course_identifiers.c.kind, course_identifiers.c.value)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return LinkedCourse(course, PublicId(row.public_id), Identifier(row.issuer, row.kind, row.value))


def find_course_by_public_id(connection: Connection, organisation: OrganisationId, public_id: UUID) -> CourseId | None:
    """A course by the id in its address."""
    found = connection.execute(
        select(courses.c.course_id).where(courses.c.organisation_id == organisation, courses.c.public_id == public_id)
    ).scalar_one_or_none()
    return None if found is None else CourseId(found)


# One at a time: two that delete the same rows would wait for each other.
_ALONE: Final = text("SELECT pg_try_advisory_xact_lock(7332, :key)")
_FORGET: Final = text(
    "DELETE FROM lti_used_states WHERE organisation_id = :organisation AND expires_at < clock_timestamp()"
)
_LAUNCHED: Final = text(
    "UPDATE lti_platforms SET last_launch_at = :at WHERE organisation_id = :organisation AND platform_id = :platform"
)
