"""Who and what an event names: identifiers of senders become internal keys, unknown ones become provisional rows."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, TypeVar

from sqlalchemy import Connection, TextClause, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.structure import KnownActivity, Remembered, read_structure
from dashapp.domain.events import ActivityType, Identifier
from dashapp.domain.keys import OrganisationId

PEOPLE_REMEMBERED: Final = 100_000
"""Per organisation and generation: some 30 MB, and more learners than are active at the same time."""
ORGANISATIONS_REMEMBERED: Final = 8
_CHUNK: Final = 5_000
"""Names per statement."""
_UNKNOWN: Final = str(ActivityType.UNKNOWN)

ActivityName = tuple[Identifier, Identifier]
"""(course, activity): an activity is identified within its course."""
_Name = TypeVar("_Name")


@dataclass(slots=True)
class Names:
    """What a batch of one organisation names. `activities` gives the smallest type that the batch claims for each."""

    people: set[Identifier] = field(default_factory=set)
    courses: set[Identifier] = field(default_factory=set)
    activities: dict[ActivityName, str] = field(default_factory=dict)


def smaller_type(one: str, other: str) -> str:
    """The one of two claimed types that holds: the smaller text, `unknown` loses to all others."""
    if one == _UNKNOWN or other == _UNKNOWN:
        return other if one == _UNKNOWN else one
    return min(one, other)


class IdentityCache:
    """Remembers keys of one process: only committed ones, bounded, dropped when an organisation's epoch moves.

    Safe to share between threads.
    """

    def __init__(self, database: Database, people: int = PEOPLE_REMEMBERED) -> None:
        """`people`: how many to remember per organisation (twice as many for a moment)."""
        self._database = database
        self._capacity = people
        self._remembered: OrderedDict[OrganisationId, Remembered] = OrderedDict()
        self._lock = Lock()

    def resolve(self, organisation_id: OrganisationId, names: Names) -> Remembered:
        """What is remembered of the organisation, with every one of `names` in it.

        Unknown names are created as provisional rows, committed before this returns.
        """
        with self._lock:
            remembered = self._remembered.get(organisation_id)
            if remembered is None:
                with self._database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
                    remembered = read_structure(connection, organisation_id)
                self._remembered[organisation_id] = remembered
            self._remembered.move_to_end(organisation_id)
            if len(self._remembered) > ORGANISATIONS_REMEMBERED:
                self._remembered.popitem(last=False)
            remembered.grow_older(self._capacity)
            self._learn(remembered, names)
            return remembered

    def forget(self, organisation_id: OrganisationId) -> None:
        """Drops what is remembered of an organisation, since its structure has changed."""
        with self._lock:
            self._remembered.pop(organisation_id, None)

    def _learn(self, remembered: Remembered, names: Names) -> None:
        people = [name for name in names.people if not remembered.knows_person(name)]
        courses = [name for name in names.courses if name not in remembered.courses]
        if people or courses:
            self._learn_people_and_courses(remembered, people, courses)
        wanted = {
            (remembered.courses[course], name): claimed
            for (course, name), claimed in names.activities.items()
            if (remembered.courses[course], name) not in remembered.activities
        }
        if wanted:
            with self._database.transaction(DatabaseRole.INGEST, remembered.organisation_id) as connection:
                found = _find_activities(connection, remembered.organisation_id, wanted)
                missing = {name: claimed for name, claimed in wanted.items() if name not in found}
                if missing:
                    _create_activities(connection, remembered.organisation_id, missing)
                    found.update(_find_activities(connection, remembered.organisation_id, missing))
            remembered.activities.update(found)

    def _learn_people_and_courses(
        self, remembered: Remembered, people: Sequence[Identifier], courses: Sequence[Identifier]
    ) -> None:
        organisation_id = remembered.organisation_id
        with self._database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
            found = _find_people(connection, organisation_id, people)
            if missing := [name for name in people if name not in found]:
                _create(connection, _CREATE_PEOPLE, organisation_id, missing)
                found.update(_find_people(connection, organisation_id, missing))
            found_courses = _find_courses(connection, organisation_id, courses)
            if missing := [name for name in courses if name not in found_courses]:
                _create(connection, _CREATE_COURSES, organisation_id, missing)
                found_courses.update(_find_courses(connection, organisation_id, missing))
        remembered.people.update(found)
        remembered.courses.update(found_courses)


_WANTED = "unnest(cast(:issuers AS text[]), cast(:kinds AS text[]), cast(:names AS text[])) AS w (issuer, kind, value)"
_FIND_PEOPLE = text(f"""
    SELECT issuer, kind, value, p.person_id, coalesce(p.merged_into, p.person_id) AS counts_as
    FROM {_WANTED} JOIN person_identifiers i USING (issuer, kind, value)
    JOIN people p ON p.organisation_id = i.organisation_id AND p.person_id = i.person_id
    WHERE i.organisation_id = :organisation""")
_FIND_COURSES = text(f"""
    SELECT issuer, kind, value, course_id FROM {_WANTED} JOIN course_identifiers USING (issuer, kind, value)
    WHERE organisation_id = :organisation""")
_FIND_ACTIVITIES = text("""
    SELECT i.course_id, issuer, kind, value, a.activity_id, a.claimed_type, a.described_type
    FROM unnest(cast(:courses AS bigint[]), cast(:issuers AS text[]), cast(:kinds AS text[]), cast(:names AS text[]))
        AS w (course_id, issuer, kind, value)
    JOIN activity_identifiers i USING (course_id, issuer, kind, value)
    JOIN activities a ON a.organisation_id = i.organisation_id AND a.activity_id = i.activity_id
    WHERE i.organisation_id = :organisation""")

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
    INSERT INTO people (organisation_id, person_id) SELECT :organisation, person_id FROM named""")
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


def _find_people(
    connection: Connection, organisation_id: OrganisationId, names: Iterable[Identifier]
) -> dict[Identifier, tuple[int, int]]:
    found = {}
    for chunk in _chunks(names):
        for row in connection.execute(_FIND_PEOPLE, {"organisation": organisation_id, **_columns(chunk)}):
            found[Identifier(row.issuer, row.kind, row.value)] = (row.person_id, row.counts_as)
    return found


def _find_courses(
    connection: Connection, organisation_id: OrganisationId, names: Iterable[Identifier]
) -> dict[Identifier, int]:
    found = {}
    for chunk in _chunks(names):
        for row in connection.execute(_FIND_COURSES, {"organisation": organisation_id, **_columns(chunk)}):
            found[Identifier(row.issuer, row.kind, row.value)] = row.course_id
    return found


def _create(
    connection: Connection, statement: TextClause, organisation_id: OrganisationId, names: Sequence[Identifier]
) -> None:
    for chunk in _chunks(sorted(names, key=lambda name: (name.issuer, name.kind, name.value))):
        connection.execute(statement, {"organisation": organisation_id, **_columns(chunk)})


def _find_activities(
    connection: Connection, organisation_id: OrganisationId, names: Iterable[tuple[int, Identifier]]
) -> dict[tuple[int, Identifier], KnownActivity]:
    found = {}
    for chunk in _chunks(names):
        wanted = {"courses": [course for course, _ in chunk], **_columns([name for _, name in chunk])}
        for row in connection.execute(_FIND_ACTIVITIES, {"organisation": organisation_id, **wanted}):
            known = KnownActivity(row.activity_id, row.claimed_type, row.described_type)
            found[row.course_id, Identifier(row.issuer, row.kind, row.value)] = known
    return found


def _create_activities(
    connection: Connection, organisation_id: OrganisationId, names: Mapping[tuple[int, Identifier], str]
) -> None:
    ordered = sorted(names, key=lambda key: (key[0], key[1].issuer, key[1].kind, key[1].value))
    for chunk in _chunks(ordered):
        wanted = {"courses": [course for course, _ in chunk], **_columns([name for _, name in chunk])}
        types = [names[key] for key in chunk]
        connection.execute(_CREATE_ACTIVITIES, {"organisation": organisation_id, "types": types, **wanted})
