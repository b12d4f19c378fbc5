"""What must hold of terms, units, programmes and sections after every change of theirs."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, text

from dashapp.data.store.structure_images import Image, Thing
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import OrganisationId


class InUse(AnalyticsError):
    """A thing cannot go: `users` says how many courses, units, programmes or members belong to it."""

    def __init__(self, users: Mapping[str, int]) -> None:
        super().__init__(", ".join(f"{number} {what}" for what, number in users.items()) + " belong to it.")
        self.users = dict(users)


class NameTaken(AnalyticsError):
    """Another thing of the kind has this name, or is called so by descriptions; `by` is its name."""

    def __init__(self, by: str) -> None:
        super().__init__(f"The name belongs to {by}.")
        self.by = by


class Circle(AnalyticsError):
    """A unit would stand below itself."""


def check_names(
    connection: Connection, organisation: OrganisationId, thing: Thing, images: Mapping[int, Image]
) -> None:
    """Raises NameTaken where something else of the kind has the name of one of these, or is called so."""
    if thing is Thing.COURSE:
        return
    for key, image in images.items():
        names = [image["name"], *image.get("former_names", ())]
        values = {"organisation": organisation, "key": key, "names": names, "course": image.get("course_id", 0)}
        statement = _TAKEN[thing]
        used = {name: value for name, value in values.items() if f":{name}" in statement.text}
        other = connection.execute(statement, used).scalars().first()
        if other is not None:
            raise NameTaken(str(other))


def courses_of(connection: Connection, organisation: OrganisationId, thing: Thing, key: int) -> set[int]:
    """The courses that belong to a term or a unit before it goes."""
    if thing not in _OF_COURSES:
        return set()
    column, _field = _OF_COURSES[thing]
    statement = f"SELECT course_id FROM courses WHERE organisation_id = :organisation AND {column} = :key"
    return set(connection.execute(text(statement), {"organisation": organisation, "key": key}).scalars())


def check_unused(
    connection: Connection, organisation: OrganisationId, gone: Mapping[tuple[Thing, int], set[int]]
) -> None:
    """Raises InUse where something that went is needed; `gone`: with the courses that belonged to it before.

    The courses of a term may have moved to another one.
    """
    for (thing, key), before in gone.items():
        found: dict[str, int] = {}
        values = {"organisation": organisation, "key": key}
        if thing in _OF_COURSES:
            column, field = _OF_COURSES[thing]
            left = text(
                f"""SELECT count(*) FROM courses WHERE organisation_id = :organisation AND ({column} = :key
                OR {column} IS NULL AND NOT decided ? '{field}' AND course_id = ANY(CAST(:before AS bigint[])))"""
            )
            found["courses"] = connection.execute(left, {**values, "before": sorted(before)}).scalar_one()
        if thing in _USERS:
            found |= dict(connection.execute(_USERS[thing], values).mappings().one())
        if users := {what: number for what, number in found.items() if number}:
            raise InUse(users)


def check_references(
    connection: Connection, organisation: OrganisationId, things: Mapping[Thing, Mapping[int, Image]]
) -> None:
    """Raises NotFound where a thing names another one that is not there, and Circle."""
    wanted: dict[str, set[int]] = {"terms": set(), "units": set(), "programmes": set()}
    for image in things.get(Thing.COURSE, {}).values():
        for what in wanted:
            wanted[what].add(image["decided"].get(what.removesuffix("s")) or 0)
    for image in things.get(Thing.PROGRAMME, {}).values():
        wanted["units"].add(image["organisation_unit_id"] or 0)
    units = things.get(Thing.UNIT, {})
    for image in units.values():
        wanted["units"].add(image["parent_id"] or 0)
    keys: dict[str, Any] = {what: sorted(found - {0}) for what, found in wanted.items()}
    if connection.execute(_MISSING, {"organisation": organisation, **keys}).scalar_one():
        raise NotFound("What was chosen is not there any more.")
    if units and connection.execute(_CIRCLES, {"organisation": organisation, "keys": sorted(units)}).scalar_one():
        raise Circle("A unit cannot stand below itself.")


def _taken_among(table: str, key: str) -> str:
    return f"""SELECT name FROM {table} WHERE organisation_id = :organisation AND {key} <> :key
        AND (name = ANY(CAST(:names AS text[])) OR former_names && CAST(:names AS text[]))"""


_TAKEN: Final = {
    Thing.TERM: text(_taken_among("terms", "term_id")),
    Thing.UNIT: text(_taken_among("organisation_units", "organisation_unit_id")),
    Thing.PROGRAMME: text(
        """SELECT name FROM programmes WHERE organisation_id = :organisation AND programme_id <> :key
        AND name = ANY(CAST(:names AS text[]))"""
    ),
    Thing.SECTION: text(
        """SELECT coalesce(title, name) FROM sections WHERE organisation_id = :organisation AND section_id <> :key
        AND course_id = :course AND name = ANY(CAST(:names AS text[]))"""
    ),
}
_OF_COURSES: Final = {Thing.TERM: ("term_id", "term"), Thing.UNIT: ("organisation_unit_id", "unit")}
_USERS: Final = {
    Thing.UNIT: text(
        """SELECT
        (SELECT count(*) FROM organisation_units WHERE organisation_id = :organisation AND parent_id = :key) AS units,
        (SELECT count(*) FROM programmes
            WHERE organisation_id = :organisation AND organisation_unit_id = :key) AS programmes,
        (SELECT count(*) FROM memberships WHERE organisation_id = :organisation
            AND scope_kind = 'organisation_unit' AND scope_id = :key) AS members"""
    ),
    Thing.PROGRAMME: text(
        "SELECT count(*) AS courses FROM courses WHERE organisation_id = :organisation AND programme_id = :key"
    ),
    Thing.SECTION: text(
        """SELECT count(DISTINCT person_id) AS members FROM (
            SELECT person_id FROM memberships
                WHERE organisation_id = :organisation AND scope_kind = 'section' AND scope_id = :key
            UNION ALL SELECT person_id FROM membership_facts
                WHERE organisation_id = :organisation AND scope_kind = 'section' AND scope_id = :key) m"""
    ),
}
_MISSING: Final = text(
    """SELECT EXISTS (SELECT unnest(CAST(:terms AS bigint[])) EXCEPT
            SELECT term_id FROM terms WHERE organisation_id = :organisation)
        OR EXISTS (SELECT unnest(CAST(:units AS bigint[])) EXCEPT
            SELECT organisation_unit_id FROM organisation_units WHERE organisation_id = :organisation)
        OR EXISTS (SELECT unnest(CAST(:programmes AS bigint[])) EXCEPT
            SELECT programme_id FROM programmes WHERE organisation_id = :organisation)"""
)
_CIRCLES: Final = text(
    """WITH RECURSIVE above (start, unit) AS (
        SELECT organisation_unit_id, parent_id FROM organisation_units
            WHERE organisation_id = :organisation AND organisation_unit_id = ANY(CAST(:keys AS bigint[]))
        UNION SELECT a.start, u.parent_id FROM above a JOIN organisation_units u
            ON u.organisation_id = :organisation AND u.organisation_unit_id = a.unit)
    SELECT EXISTS (SELECT FROM above WHERE start = unit)"""
)
