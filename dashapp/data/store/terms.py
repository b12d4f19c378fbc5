"""Terms with their calendar, as the administration sets them: in transactions of la_jobs."""

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from dashapp.data.tables import courses, term_breaks, terms
from dashapp.domain.keys import OrganisationId
from dashapp.domain.terms import Term, TermRow


def set_term(connection: Connection, organisation: OrganisationId, term: Term) -> int:
    """Makes a term, or gives the one of this name another calendar; its key."""
    dates = {"teaching_starts": term.starts_on, "teaching_ends": term.ends_on}
    key = connection.execute(
        upsert(terms)
        .values(organisation_id=organisation, name=term.name, **dates)
        .on_conflict_do_update(index_elements=["organisation_id", "name"], set_=dates)
        .returning(terms.c.term_id)
    ).scalar_one()
    connection.execute(
        delete(term_breaks).where(term_breaks.c.organisation_id == organisation, term_breaks.c.term_id == key)
    )
    rows = [
        {"organisation_id": organisation, "term_id": key, "first_day": first, "last_day": last}
        for first, last in term.breaks
    ]
    if rows:
        connection.execute(insert(term_breaks), rows)
    return int(key)


def list_terms(connection: Connection, organisation: OrganisationId) -> list[TermRow]:
    """The terms of an organisation, the newest first; those without a calendar, which only descriptions name, last."""
    pauses: dict[int, list[tuple[object, object]]] = {}
    of_terms = (
        select(term_breaks.c.term_id, term_breaks.c.first_day, term_breaks.c.last_day)
        .where(term_breaks.c.organisation_id == organisation)
        .order_by(term_breaks.c.first_day)
    )
    for row in connection.execute(of_terms):
        pauses.setdefault(row.term_id, []).append((row.first_day, row.last_day))
    used = (
        select(func.count())
        .select_from(courses)
        .where(courses.c.organisation_id == terms.c.organisation_id, courses.c.term_id == terms.c.term_id)
        .correlate(terms)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(terms, used.label("courses"))
        .where(terms.c.organisation_id == organisation)
        .order_by(terms.c.teaching_starts.desc().nulls_last(), terms.c.name)
    )
    return [
        TermRow(
            row.term_id,
            row.name,
            Term(row.name, row.teaching_starts, row.teaching_ends, tuple(pauses.get(row.term_id, ())))  # type: ignore[arg-type]
            if row.teaching_starts and row.teaching_ends
            else None,
            row.courses,
        )
        for row in rows
    ]


def courses_of_term(connection: Connection, organisation: OrganisationId, key: int) -> list[int]:
    """The courses that belong to a term."""
    statement = select(courses.c.course_id).where(courses.c.organisation_id == organisation, courses.c.term_id == key)
    return list(connection.execute(statement).scalars())
