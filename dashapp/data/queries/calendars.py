"""The calendar of a course as parts of a statement over `courses`: its own dates, else those of its term."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all
from sqlalchemy.sql.selectable import LateralFromClause

from dashapp.data.tables import course_breaks, course_days, courses, term_breaks, terms


def first_seen() -> LateralFromClause:
    """One row: the `first_day` of a course that nobody has given a start, the day of its first activity; else null."""
    day = course_days.c
    return (
        select(func.min(day.day).label("first_day"))
        .where(
            day.organisation_id == courses.c.organisation_id,
            day.course_id == courses.c.course_id,
            courses.c.starts_on.is_(None),
        )
        .lateral("seen")
    )


def term_of(seen: LateralFromClause) -> LateralFromClause:
    """At most one row: the term of a course. One that nobody has given a term or dates belongs to the term in which it
    was first seen; where two overlap there, to the one that began later."""
    met = seen.c.first_day.between(terms.c.teaching_starts, terms.c.teaching_ends)
    return (
        select(terms.c.term_id, terms.c.teaching_starts, terms.c.teaching_ends)
        .where(
            terms.c.organisation_id == courses.c.organisation_id,
            or_(terms.c.term_id == courses.c.term_id, and_(courses.c.term_id.is_(None), met)),
        )
        .order_by(terms.c.teaching_starts.desc(), terms.c.term_id)
        .limit(1)
        .lateral("term")
    )


def breaks_of(term: LateralFromClause) -> ColumnElement[Any]:
    """The breaks of a course and of its term, as pairs of days."""
    own, shared = course_breaks.c, term_breaks.c
    every = union_all(
        select(own.first_day, own.last_day)
        .where(own.organisation_id == courses.c.organisation_id, own.course_id == courses.c.course_id)
        .correlate(courses, term),
        select(shared.first_day, shared.last_day)
        .where(shared.organisation_id == courses.c.organisation_id, shared.term_id == term.c.term_id)
        .correlate(courses, term),
    ).subquery("breaks")
    return select(
        func.jsonb_agg(func.jsonb_build_array(every.c.first_day, every.c.last_day).distinct())
    ).scalar_subquery()
