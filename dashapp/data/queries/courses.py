"""What a course is: names, calendar, sections, activities with deadlines, submissions."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, and_, func, null, select, true

from dashapp.data.queries.calendars import breaks_of, first_seen, term_of
from dashapp.data.queries.columns import Statement, or_missing
from dashapp.data.queries.described import names_of
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.planned import rows_of
from dashapp.data.queries.shapes import planned_once
from dashapp.data.tables import (
    activities,
    activity_extensions,
    course_identifiers,
    courses,
    learner_activities,
    organisation_time_zones,
    organisation_units,
    organisations,
    people,
    sections,
    submissions,
)
from dashapp.domain.errors import NotFound
from dashapp.domain.events import AttemptPolicy
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.risk import RiskRules
from dashapp.domain.indicators.scores import GradedWork
from dashapp.domain.keys import ActivityId, CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.localtime import DatedZone, LocalDays, local_days
from dashapp.domain.scope import AsOf
from dashapp.domain.views import CourseChoice, Freshness


@dataclass(frozen=True, slots=True)
class Campus:
    """The organisation as far as every page needs it."""

    name: str
    local: LocalDays
    today: date
    freshness: Freshness
    """Of the instant asked for; what waits in the transport is known to the change watcher."""
    units: tuple[str, ...]
    person: str = ""
    """The name of the person asked for; empty where nobody was, or no source has told it."""


@dataclass(frozen=True, slots=True)
class Course:
    """A course as the pages know it."""

    course_id: CourseId
    choice: CourseChoice
    unit: str
    calendar: TeachingCalendar
    rules: RiskRules
    sections: tuple[tuple[int, str, str], ...]
    """(key, short id, title)"""
    types: tuple[str, ...] = ()
    """The types of its activities; only where one course was asked for."""


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity with what deadlines and scores need."""

    activity_id: ActivityId
    course_id: CourseId
    title: str
    published_at: datetime | None
    due_at: datetime | None
    work: GradedWork
    opened: bool
    """Whether the asked-for learner has been there; False where nobody was asked for."""


@dataclass(frozen=True, slots=True)
class Work:
    """The activities of some courses and the deadlines that were moved for single learners."""

    activities: Mapping[CourseId, tuple[Activity, ...]]
    """By deadline; courses that have none are left out."""
    extensions: dict[tuple[ActivityId, PersonId], datetime]


# ------------------------------------------------------------------ the organisation


def campus_columns(organisation: OrganisationId) -> tuple[Any, Any]:
    """Dated zones, and units."""
    zones = (
        select(
            func.jsonb_agg(func.jsonb_build_array(organisation_time_zones.c.valid_from, organisation_time_zones.c.zone))
        )
        .where(organisation_time_zones.c.organisation_id == organisation)
        .scalar_subquery()
    )
    units = (
        select(func.jsonb_agg(organisation_units.c.name))
        .where(organisation_units.c.organisation_id == organisation)
        .scalar_subquery()
    )
    return zones.label("zones"), units.label("units")


def campus_statement(organisation: OrganisationId, person: PersonId | None) -> Statement:
    """One row: title, dated zones, units, and the name of one person."""
    name = (
        select(func.concat_ws(" ", *names_of(people)))
        .where(people.c.organisation_id == organisation, people.c.person_id == person)
        .scalar_subquery()
    )
    return select(
        organisations.c.title,
        *campus_columns(organisation),
        (null() if person is None else name).label("person"),
    ).where(organisations.c.organisation_id == organisation)


def read_campus(
    connection: Connection, organisation: OrganisationId, as_of: AsOf, person: PersonId | None = None
) -> Campus:
    """The organisation at an instant. Raises NotFound where row-level security shows no such organisation."""
    row = rows_of(connection, planned_once(campus_statement, organisation, person)).one_or_none()
    if row is None:
        raise NotFound("There is no such organisation.")
    return campus_of(row, row.title, row.person or "", as_of)


def campus_of(row: Row[Any], title: str, person: str, as_of: AsOf) -> Campus:
    """The organisation that a row with `campus_columns` describes."""
    local = local_days(tuple(DatedZone(date.fromisoformat(since), zone) for since, zone in row.zones or []))
    zone = local.zone_at(as_of.instant.timestamp()).key
    freshness = Freshness(as_of.instant, 0.0, zone=zone)
    return Campus(title, local, local.day_of(as_of.instant), freshness, tuple(sorted(row.units or [])), person)


# ------------------------------------------------------------------ courses


def courses_statement(organisation: OrganisationId) -> Statement:
    """One row per course of the organisation, to be narrowed by the caller."""
    seen = first_seen()
    term = term_of(seen)
    parts = (
        select(func.jsonb_agg(func.jsonb_build_array(sections.c.section_id, sections.c.name, sections.c.title)))
        .where(sections.c.organisation_id == courses.c.organisation_id, sections.c.course_id == courses.c.course_id)
        .correlate(courses)
        .scalar_subquery()
    )
    return (
        select(
            courses.c.course_id,
            courses.c.public_id,
            courses.c.code,
            identifier_of_course(),
            func.coalesce(courses.c.title, courses.c.claimed_title).label("title"),
            func.coalesce(courses.c.ends_on, term.c.teaching_ends).label("ends_on"),
            courses.c.risk_rules,
            func.coalesce(courses.c.starts_on, term.c.teaching_starts, seen.c.first_day).label("starts_on"),
            func.coalesce(organisation_units.c.name, "").label("unit"),
            breaks_of(term).label("breaks"),
            parts.label("sections"),
        )
        .select_from(
            courses.outerjoin(
                organisation_units,
                and_(
                    organisation_units.c.organisation_id == courses.c.organisation_id,
                    organisation_units.c.organisation_unit_id == courses.c.organisation_unit_id,
                ),
            )
            .join(seen, true())
            .outerjoin(term, true())
        )
        .where(courses.c.organisation_id == organisation)
    )


def identifier_of_course() -> Any:
    """One identifier of each course of a statement, as the column `identifier`."""
    return (
        select(func.min(course_identifiers.c.value))
        .where(
            course_identifiers.c.organisation_id == courses.c.organisation_id,
            course_identifiers.c.course_id == courses.c.course_id,
        )
        .correlate(courses)
        .scalar_subquery()
        .label("identifier")
    )


def called(row: Row[Any]) -> tuple[str, str]:
    """(code, title) of a course with these columns and its `identifier`.

    What nobody has described goes by the end of its identifier, which is an address more often than not.
    """
    title = row.title or row.code or (row.identifier or "").rstrip("/").rpartition("/")[2]
    return row.code or title, title


def course_of(row: Row[Any]) -> Course:
    """The course that a row of `courses_statement` describes."""
    breaks = tuple(sorted((date.fromisoformat(first), date.fromisoformat(last)) for first, last in row.breaks or []))
    code, title = called(row)
    parts = tuple(
        sorted(((key, name, text or name) for key, name, text in row.sections or []), key=lambda part: part[2])
    )
    return Course(
        CourseId(row.course_id),
        CourseChoice(PublicId(row.public_id), code, title),
        row.unit,
        TeachingCalendar(row.starts_on, row.ends_on, breaks),
        risk_rules_of(row.risk_rules),
        parts,
    )


def risk_rules_of(stored: object) -> RiskRules:
    """A course's own rules over the defaults; what cannot be understood is left at the defaults."""
    try:
        return msgspec.convert(stored, RiskRules) if stored else RiskRules()
    except msgspec.ValidationError:
        return RiskRules()


def read_courses(
    connection: Connection, organisation: OrganisationId, keys: Collection[CourseId]
) -> tuple[Course, ...]:
    """The courses of these keys that exist, by code."""
    statement = courses_statement(organisation).where(one_of(courses.c.course_id, keys))
    found = [course_of(row) for row in connection.execute(statement)]
    return tuple(sorted(found, key=lambda course: (course.choice.code, course.course_id)))


def read_course_on_campus(
    connection: Connection, organisation: OrganisationId, course: CourseId, as_of: AsOf
) -> tuple[Campus, Course]:
    """A course with its organisation, in one statement. Raises NotFound where there is no such course."""
    row = rows_of(connection, planned_once(_course_on_campus, organisation, course)).one_or_none()
    if row is None:
        raise NotFound("There is no such course.")
    return campus_of(row, row.organisation_title, "", as_of), replace(course_of(row), types=tuple(row.types or ()))


def _course_on_campus(organisation: OrganisationId, course: CourseId) -> Statement:
    return (
        courses_statement(organisation)
        .add_columns(
            organisations.c.title.label("organisation_title"), *campus_columns(organisation), _types(organisation)
        )
        .where(courses.c.course_id == course, organisations.c.organisation_id == courses.c.organisation_id)
    )


def _types(organisation: OrganisationId) -> Any:
    """The types of a course's activities, in order."""
    return (
        select(func.array_agg(activities.c.activity_type.distinct()))
        .where(activities.c.organisation_id == organisation, activities.c.course_id == courses.c.course_id)
        .correlate(courses)
        .scalar_subquery()
        .label("types")
    )


def find_course(connection: Connection, organisation: OrganisationId, public_id: UUID) -> CourseId:
    """The key of a course by the id in its address. Raises NotFound; whether it may be seen is the scope's question."""
    statement = select(courses.c.course_id).where(
        courses.c.organisation_id == organisation, courses.c.public_id == public_id
    )
    key = connection.execute(statement).scalar_one_or_none()
    if key is None:
        raise NotFound("There is no such course.")
    return CourseId(key)


def choices(
    connection: Connection, organisation: OrganisationId, keys: Collection[CourseId] | None, as_of: AsOf
) -> tuple[CourseChoice, ...]:
    """The courses of these keys (None: all) as choices, those under way first, then by code."""
    statement = courses_statement(organisation)
    if keys is not None:
        statement = statement.where(one_of(courses.c.course_id, keys))
    day = as_of.instant.date()
    found = [course_of(row) for row in connection.execute(statement)]
    found.sort(key=lambda course: (not course.calendar.is_running(day), course.choice.code, course.course_id))
    return tuple(course.choice for course in found)


# ------------------------------------------------------------------ activities and submissions


def work_statement(organisation: OrganisationId, keys: Collection[CourseId], learner: PersonId | None) -> Statement:
    """One row per activity of the courses that has a deadline or a submission, and per extension of it."""
    # As a value, not as a condition: a step down the primary key for each activity without a deadline, where PostgreSQL
    # would go through everything that was ever handed in.
    handed = (
        select(submissions.c.activity_id)
        .where(
            submissions.c.organisation_id == organisation,
            submissions.c.course_id == activities.c.course_id,
            submissions.c.activity_id == activities.c.activity_id,
        )
        .correlate(activities)
        .limit(1)
        .scalar_subquery()
    )
    own = learner_activities.alias("own")
    return (
        select(
            *(activities.c[name] for name in ("activity_id", "course_id", "published_at", "due_at")),
            func.coalesce(activities.c.title, activities.c.claimed_title).label("title"),
            *(activities.c[name] for name in ("max_score", "weight", "attempt_policy")),
            activity_extensions.c.person_id.label("extended_person"),
            activity_extensions.c.due_at.label("extended_due"),
            (own.c.person_id.is_not(None) if learner is not None else null().is_not(None)).label("opened"),
        )
        .select_from(
            activities.outerjoin(
                activity_extensions,
                and_(
                    activity_extensions.c.organisation_id == activities.c.organisation_id,
                    activity_extensions.c.activity_id == activities.c.activity_id,
                ),
            ).outerjoin(
                own,
                and_(
                    own.c.organisation_id == activities.c.organisation_id,
                    own.c.course_id == activities.c.course_id,
                    own.c.activity_id == activities.c.activity_id,
                    own.c.person_id == (learner if learner is not None else null()),
                ),
            )
        )
        .where(
            activities.c.organisation_id == organisation,
            one_of(activities.c.course_id, keys),
            activities.c.due_at.is_not(None) | handed.is_not(None),
        )
        .order_by(activities.c.due_at.nulls_last(), activities.c.activity_id)
    )


def read_work(
    connection: Connection, organisation: OrganisationId, keys: Collection[CourseId], learner: PersonId | None = None
) -> Work:
    """What is due or graded in the courses, by deadline; `learner` fills `Activity.opened`."""
    found: dict[ActivityId, Activity] = {}
    extensions: dict[tuple[ActivityId, PersonId], datetime] = {}
    for row in rows_of(connection, planned_once(work_statement, organisation, keys, learner)):
        key = ActivityId(row.activity_id)
        if row.extended_person is not None:
            extensions[key, PersonId(row.extended_person)] = row.extended_due
        if key not in found:
            graded = GradedWork(AttemptPolicy(row.attempt_policy), row.weight, row.max_score)
            found[key] = Activity(
                key, CourseId(row.course_id), row.title or "", row.published_at, row.due_at, graded, bool(row.opened)
            )
    by_course: dict[CourseId, list[Activity]] = defaultdict(list)
    for one in found.values():
        by_course[one.course_id].append(one)
    return Work({course: tuple(ones) for course, ones in by_course.items()}, extensions)


def submissions_statement(organisation: OrganisationId, keys: Collection[CourseId]) -> Statement:
    """Every submitted or graded event of the courses; for `read_columns`."""
    table = submissions.c
    return select(
        table.course_id,
        table.activity_id,
        table.person_id,
        table.attempt,
        *(or_missing(table[name]) for name in ("submitted_at", "graded_at", "score", "max_score")),
        table.received_at,
        table.exempt,
        table.banked,
        table.day_precision,
        table.event_id,
    ).where(table.organisation_id == organisation, one_of(table.course_id, keys))
