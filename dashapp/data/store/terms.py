"""Terms with their calendar, as the administration sets them: in transactions of la_jobs."""

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dashapp.data.tables import courses, term_breaks, terms
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.terms import Term, TermRow


class TermInUse(AnalyticsError):
    """Courses belong to the term, so it cannot go; `courses` says how many."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} courses belong to this term.")
        self.courses = number


def set_term(connection: Connection, organisation: OrganisationId, term: Term) -> int:
    """Makes a term, or gives the one of this name another calendar; its key."""
    dates = {"teaching_starts": term.starts_on, "teaching_ends": term.ends_on}
    key = connection.execute(
        upsert(terms)
        .values(organisation_id=organisation, name=term.name, **dates)
        .on_conflict_do_update(index_elements=["organisation_id", "name"], set_=dates)
        .returning(terms.c.term_id)
    ).scalar_one()
    _remove_breaks(connection, organisation, key)
    rows = [
        {"organisation_id": organisation, "term_id": key, "first_day": first, "last_day": last}
        for first, last in term.breaks
    ]
    if rows:
        connection.execute(insert(term_breaks), rows)
    return int(key)


def term_of_name(connection: Connection, organisation: OrganisationId, name: str) -> int | None:
    """The key of the term of this name."""
    statement = select(terms.c.term_id).where(terms.c.organisation_id == organisation, terms.c.name == name)
    found: int | None = connection.execute(statement).scalar_one_or_none()
    return found


def rename_term(connection: Connection, organisation: OrganisationId, key: int, name: str) -> None:
    """Gives a term another name, which the caller knows to be free."""
    connection.execute(
        update(terms).where(terms.c.organisation_id == organisation, terms.c.term_id == key).values(name=name)
    )


def remove_term(connection: Connection, organisation: OrganisationId, key: int) -> None:
    """Forgets a term. Raises TermInUse where courses belong to it."""
    used = connection.execute(
        select(func.count())
        .select_from(courses)
        .where(courses.c.organisation_id == organisation, courses.c.term_id == key)
    ).scalar_one()
    if used:
        raise TermInUse(used)
    _remove_breaks(connection, organisation, key)
    connection.execute(delete(terms).where(terms.c.organisation_id == organisation, terms.c.term_id == key))


def read_term(connection: Connection, organisation: OrganisationId, key: int) -> Term | None:
    """A term with its calendar, None where it has none yet. Raises NotFound."""
    row = next((one for one in list_terms(connection, organisation) if one.term_id == key), None)
    if row is None:
        raise NotFound("There is no such term.")
    return row.term


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


def courses_following(connection: Connection, organisation: OrganisationId) -> list[CourseId]:
    """The courses whose calendar may come from a term: those without dates of their own, and whoever has breaks."""
    statement = select(courses.c.course_id).where(courses.c.organisation_id == organisation)
    return [CourseId(key) for key in connection.execute(statement).scalars()]


def _remove_breaks(connection: Connection, organisation: OrganisationId, key: int) -> None:
    connection.execute(
        delete(term_breaks).where(term_breaks.c.organisation_id == organisation, term_breaks.c.term_id == key)
    )
