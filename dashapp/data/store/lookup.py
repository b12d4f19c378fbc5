"""Names of senders and the keys behind them, in SQL: found where they are known, made where they are not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, text

from dashapp.data.store.structure import KnownActivity
from dashapp.domain.events import Identifier
from dashapp.domain.keys import OrganisationId

_CHUNK: Final = 5_000
"""Names per statement."""
_Name = TypeVar("_Name")

# One statement per issuer and kind, and never a join: of an organisation that is new the planner knows no rows yet, and
# would pair every name with every person of it. A list of values costs one scan of the organisation at the worst.
_FIND_NAMES = "issuer = :issuer AND kind = :kind AND value = ANY(:names)"
_FIND_PEOPLE = text(f"""
    SELECT value, person_id FROM person_identifiers WHERE organisation_id = :organisation AND {_FIND_NAMES}""")
_FIND_MERGED = text("""
    SELECT person_id, merged_into FROM people
    WHERE organisation_id = :organisation AND person_id = ANY(:people) AND merged_into IS NOT NULL""")
_FIND_COURSES = text(f"""
    SELECT value, course_id FROM course_identifiers WHERE organisation_id = :organisation AND {_FIND_NAMES}""")
_FIND_ACTIVITIES = text(f"""
    SELECT course_id, value, activity_id FROM activity_identifiers
    WHERE organisation_id = :organisation AND course_id = ANY(:courses) AND {_FIND_NAMES}""")
_FIND_TYPES = text("""
    SELECT activity_id, claimed_type, described_type FROM activities
    WHERE organisation_id = :organisation AND activity_id = ANY(:activities)""")
_WANTED = "unnest(cast(:issuers AS text[]), cast(:kinds AS text[]), cast(:names AS text[])) AS w (issuer, kind, value)"

# Two processes may create the same name at the same time: the name is written first, in the order of names so that
# they cannot deadlock, and only who got the name writes the thing behind it. Foreign keys are checked at the end of
# the statement.
_CREATE_PEOPLE = text(f"""
    WITH wanted AS MATERIALIZED (
        SELECT w.*, nextval(pg_get_serial_sequence('people', 'person_id')) AS person_id FROM {_WANTED}),
    named AS (
        INSERT INTO person_identifiers (organisation_id, issuer, kind, value, person_id)
        SELECT :organisation, issuer, kind, value, person_id FROM wanted ORDER BY issuer, kind, value
        ON CONFLICT DO NOTHING RETURNING person_id)
    INSERT INTO people (organisation_id, person_id) SELECT :organisation, person_id FROM named RETURNING person_id""")
_CREATE_COURSES = text(f"""
    WITH wanted AS MATERIALIZED (
        SELECT w.*, nextval(pg_get_serial_sequence('courses', 'course_id')) AS course_id FROM {_WANTED}),
    named AS (
        INSERT INTO course_identifiers (organisation_id, issuer, kind, value, course_id)
        SELECT :organisation, issuer, kind, value, course_id FROM wanted ORDER BY issuer, kind, value
        ON CONFLICT DO NOTHING RETURNING course_id)
    INSERT INTO courses (organisation_id, course_id) SELECT :organisation, course_id FROM named""")
_CREATE_ACTIVITIES = text("""
    WITH wanted AS MATERIALIZED (
        SELECT w.*, nextval(pg_get_serial_sequence('activities', 'activity_id')) AS activity_id
        FROM unnest(cast(:courses AS bigint[]), cast(:issuers AS text[]), cast(:kinds AS text[]),
            cast(:names AS text[]), cast(:types AS text[])) AS w (course_id, issuer, kind, value, claimed)),
    named AS (
        INSERT INTO activity_identifiers (organisation_id, course_id, issuer, kind, value, activity_id)
        SELECT :organisation, course_id, issuer, kind, value, activity_id FROM wanted
        ORDER BY course_id, issuer, kind, value ON CONFLICT DO NOTHING RETURNING activity_id)
    INSERT INTO activities (organisation_id, activity_id, course_id, activity_type, claimed_type)
    SELECT :organisation, activity_id, course_id, claimed, claimed FROM named JOIN wanted USING (activity_id)""")


def _columns(names: Sequence[Identifier]) -> dict[str, list[str]]:
    return {
        "issuers": [name.issuer for name in names],
        "kinds": [name.kind for name in names],
        "names": [name.value for name in names],
    }


def _chunks(names: Iterable[_Name]) -> Iterable[list[_Name]]:
    everything = list(names)
    return (everything[start : start + _CHUNK] for start in range(0, len(everything), _CHUNK))


def _grouped(names: Iterable[Identifier]) -> Iterable[tuple[dict[str, Any], list[Identifier]]]:
    """Names in portions of one issuer and kind, with what a statement wants to know of them."""
    groups: defaultdict[tuple[str, str], list[Identifier]] = defaultdict(list)
    for name in names:
        groups[name.issuer, name.kind].append(name)
    for (issuer, kind), members in groups.items():
        for chunk in _chunks(members):
            yield {"issuer": issuer, "kind": kind, "names": [name.value for name in chunk]}, chunk


def find_people(
    connection: Connection, organisation_id: OrganisationId, names: Iterable[Identifier]
) -> dict[Identifier, tuple[int, int]]:
    """Name → (the key under which events arrive, the key under which they count), of those that are known."""
    keys: dict[Identifier, int] = {}
    for wanted, _ in _grouped(names):
        for value, person in connection.execute(_FIND_PEOPLE, {"organisation": organisation_id, **wanted}):
            keys[Identifier(wanted["issuer"], wanted["kind"], value)] = person
    merged: dict[int, int] = {}
    for chunk in _chunks(set(keys.values())):
        values = {"organisation": organisation_id, "people": chunk}
        merged.update((person, into) for person, into in connection.execute(_FIND_MERGED, values))
    return {name: (person, merged.get(person, person)) for name, person in keys.items()}


def find_courses(
    connection: Connection, organisation_id: OrganisationId, names: Iterable[Identifier]
) -> dict[Identifier, int]:
    """Name → key, of those that are known."""
    found = {}
    for wanted, _ in _grouped(names):
        for value, course in connection.execute(_FIND_COURSES, {"organisation": organisation_id, **wanted}):
            found[Identifier(wanted["issuer"], wanted["kind"], value)] = course
    return found


def create_people(connection: Connection, organisation_id: OrganisationId, names: Sequence[Identifier]) -> set[int]:
    """Makes provisional people of names; gives the keys of those that this call has made."""
    made: set[int] = set()
    for chunk in _chunks(sorted(names, key=_order)):
        made.update(connection.execute(_CREATE_PEOPLE, {"organisation": organisation_id, **_columns(chunk)}).scalars())
    return made


def create_courses(connection: Connection, organisation_id: OrganisationId, names: Sequence[Identifier]) -> None:
    """Makes provisional courses of names."""
    for chunk in _chunks(sorted(names, key=_order)):
        connection.execute(_CREATE_COURSES, {"organisation": organisation_id, **_columns(chunk)})


def _order(name: Identifier) -> tuple[str, str, str]:
    return name.issuer, name.kind, name.value


def find_activities(
    connection: Connection, organisation_id: OrganisationId, names: Collection[tuple[int, Identifier]]
) -> dict[tuple[int, Identifier], KnownActivity]:
    """(course, name) → the activity, of those that are known."""
    keys: dict[tuple[int, Identifier], int] = {}
    courses = sorted({course for course, _ in names})
    for wanted, _ in _grouped({name for _, name in names}):
        values = {"organisation": organisation_id, "courses": courses, **wanted}
        for course, value, activity in connection.execute(_FIND_ACTIVITIES, values):
            keys[course, Identifier(wanted["issuer"], wanted["kind"], value)] = activity
    types: dict[int, tuple[str, str | None]] = {}
    for chunk in _chunks(set(keys.values())):
        for row in connection.execute(_FIND_TYPES, {"organisation": organisation_id, "activities": chunk}):
            types[row.activity_id] = (row.claimed_type, row.described_type)
    return {name: KnownActivity(key, *types[key]) for name, key in keys.items() if name in names}


def create_activities(
    connection: Connection, organisation_id: OrganisationId, names: Mapping[tuple[int, Identifier], str]
) -> None:
    """Makes provisional activities: (course, name) → the type that is claimed."""
    ordered = sorted(names, key=lambda key: (key[0], key[1].issuer, key[1].kind, key[1].value))
    for chunk in _chunks(ordered):
        wanted = {"courses": [course for course, _ in chunk], **_columns([name for _, name in chunk])}
        types = [names[key] for key in chunk]
        connection.execute(_CREATE_ACTIVITIES, {"organisation": organisation_id, "types": types, **wanted})
