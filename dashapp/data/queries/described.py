"""What is said of people, some of whom are one: the latest description holds, which may be that of a merged person."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, select

from dashapp.data.tables import people
from dashapp.domain.names import shown


def described(person: FromClause, name: str) -> ColumnElement[Any]:
    """What holds as a column of `people` (or of an alias of it) for the row of a person who stands for others.

    Costs a step down the primary key, for those only whose own description is not the one that holds.
    """
    other = people.alias()
    said = (
        select(other.c[name])
        .where(
            other.c.organisation_id == person.c.organisation_id,
            other.c.person_id == person.c.described_as,
        )
        .correlate(person)
        .scalar_subquery()
    )
    return case((person.c.described_as.is_(None), person.c[name]), else_=said).label(name)


def names_of(person: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """(given_name, family_name) as they hold."""
    return described(person, "given_name"), described(person, "family_name")


def full_name(given: str | None, family: str | None) -> str:
    """The name as people say it; empty where no source has told one that can be seen."""
    return shown(" ".join(part for part in (given, family) if part))
