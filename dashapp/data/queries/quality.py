"""The page about data quality: five statements, from the hours that ingest keeps."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Date, Row, cast, func, select

from dashapp.data.queries.courses import called, identifier_of_course, read_campus
from dashapp.data.tables import courses, quality_alerts, quality_hours, sources
from dashapp.domain.errors import NotPermitted
from dashapp.domain.quality import Counts, CourseQuality, QualityAlert, QualityView, SourceQuality
from dashapp.domain.scope import AsOf, Scope

DAYS: Final = 14
MOST_COURSES: Final = 20
MOST_ALERTS: Final = 20
_COUNTS: Final = [func.sum(quality_hours.c[one.name]).label(one.name) for one in fields(Counts)]


def read_quality(connection: Connection, scope: Scope, as_of: AsOf) -> QualityView:
    """The last 14 local days up to the as-of. Raises NotPermitted for a scope that does not hold every course."""
    if scope.courses is not None:
        raise NotPermitted("The page about data quality shows all courses.")
    organisation = scope.organisation_id
    campus = read_campus(connection, organisation, as_of)
    today, zone = campus.today, campus.freshness.zone
    first = today - timedelta(days=DAYS - 1)
    rows = _read_hours(connection, scope, (first, today), zone)
    alerts = _read_alerts(connection, scope)
    titled = connection.execute(
        select(sources.c.source_id, sources.c.name).where(sources.c.organisation_id == organisation)
    ).all()
    by_day: defaultdict[date, Counts] = defaultdict(Counts)
    by_source: defaultdict[int, Counts] = defaultdict(Counts)
    by_course: defaultdict[int, Counts] = defaultdict(Counts)
    last: dict[int, datetime] = {}
    for row in rows:
        received: tuple[Any, ...] = tuple(row)[4:]
        counts = Counts(*map(int, received))
        by_day[row.day] += counts
        by_source[row.source_id] += counts
        if row.course_id:
            by_course[row.course_id] += counts
        last[row.source_id] = max(last.get(row.source_id, row.last), row.last)
    open_since = {row.source_id: row.opened_at for row in alerts if row.closed_at is None}
    found = [
        SourceQuality(row.name, by_source[row.source_id], last.get(row.source_id), open_since.get(row.source_id))
        for row in titled
    ]
    return QualityView(
        organisation=campus.name,
        total=sum(by_source.values(), Counts()),
        days=tuple(
            (when, by_day[when].score() if when in by_day else None, by_day[when].received if when in by_day else 0)
            for when in (first + timedelta(days=place) for place in range(DAYS))
        ),
        sources=tuple(sorted(found, key=lambda one: (_worst(one.counts), one.name))),
        courses=_courses(connection, scope, by_course),
        alerts=tuple(QualityAlert(row.name, row.opened_at, row.closed_at, row.lowest_score) for row in alerts),
        today=today,
        freshness=campus.freshness,
    )


def _read_hours(
    connection: Connection, scope: Scope, span: tuple[date, date], zone: str
) -> Sequence[Row[tuple[Any, ...]]]:
    """(source, course, local day, last received, the counts) of the days from the first to the last."""
    first, last = span
    day = cast(func.timezone(zone, quality_hours.c.hour), Date)
    return connection.execute(
        select(
            quality_hours.c.source_id,
            quality_hours.c.course_id,
            day.label("day"),
            func.max(quality_hours.c.last_received_at).label("last"),
            *_COUNTS,
        )
        .where(
            quality_hours.c.organisation_id == scope.organisation_id,
            quality_hours.c.hour >= datetime.combine(first, time(), UTC) - timedelta(days=1),
            day >= first,
            day <= last,
        )
        .group_by(quality_hours.c.source_id, quality_hours.c.course_id, day)
    ).all()


def _read_alerts(connection: Connection, scope: Scope) -> Sequence[Row[tuple[Any, ...]]]:
    """Alerts with the names of their sources, open ones first, then the newest."""
    return connection.execute(
        select(quality_alerts, sources.c.name)
        .join(sources, sources.c.source_id == quality_alerts.c.source_id)
        .where(
            quality_alerts.c.organisation_id == scope.organisation_id,
            sources.c.organisation_id == scope.organisation_id,
        )
        .order_by(quality_alerts.c.closed_at.is_not(None), quality_alerts.c.opened_at.desc())
        .limit(MOST_ALERTS)
    ).all()


def _worst(counts: Counts) -> float:
    score = counts.score()
    return 101.0 if score is None else score


def _courses(connection: Connection, scope: Scope, by_course: dict[int, Counts]) -> tuple[CourseQuality, ...]:
    worst = sorted(by_course, key=lambda course: (_worst(by_course[course]), course))[:MOST_COURSES]
    if not worst:
        return ()
    named = {
        row.course_id: row
        for row in connection.execute(
            select(
                courses.c.course_id,
                courses.c.code,
                func.coalesce(courses.c.title, courses.c.claimed_title).label("title"),
                identifier_of_course(),
            ).where(courses.c.organisation_id == scope.organisation_id, courses.c.course_id.in_(worst))
        )
    }
    return tuple(CourseQuality(*called(named[course]), by_course[course]) for course in worst if course in named)
