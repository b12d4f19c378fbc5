"""Terms with their calendar, as the administration sets them: in transactions of la_jobs."""

from sqlalchemy import Connection, delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from dashapp.data.tables import term_breaks, terms
from dashapp.domain.keys import OrganisationId
from dashapp.domain.terms import Term


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
