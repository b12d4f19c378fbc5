"""Who and what an event names: identifiers of senders become internal keys, unknown ones become provisional rows."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, TextClause, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.structure import KnownActivity, Remembered, read_structure
from dashapp.data.store.titles import claim_titles, smaller_titles
from dashapp.domain.events import ActivityType, Identifier, LearningEvent
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
    """What a batch of one organisation names. `activities` gives the smallest type that the batch claims for each, the
    titles are the smallest texts by which it calls something."""

    people: set[Identifier] = field(default_factory=set)
    courses: set[Identifier] = field(default_factory=set)
    activities: dict[ActivityName, str] = field(default_factory=dict)
    course_titles: dict[Identifier, str] = field(default_factory=dict)
    activity_titles: dict[ActivityName, str] = field(default_factory=dict)

    def call(self, event: LearningEvent) -> None:
        """Takes down how an event calls its course and its activity."""
        if title := event.course_title:
            self.course_titles[event.course] = min(title, self.course_titles.get(event.course, title))
        if event.activity is not None and (title := event.activity_title):
            name = (event.course, event.activity)
            self.activity_titles[name] = min(title, self.activity_titles.get(name, title))


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
                    connection.execute(_DO_NOT_WAIT)
                    _create_activities(connection, remembered.organisation_id, missing)
                    found.update(_find_activities(connection, remembered.organisation_id, missing))
            remembered.activities.update(found)
        if names.course_titles or names.activity_titles:
            self._learn_titles(remembered, names)

    def _learn_titles(self, remembered: Remembered, names: Names) -> None:
        """Writes the titles that are smaller than those which are known to have been claimed."""
        courses = smaller_titles(
            {remembered.courses[name]: title for name, title in names.course_titles.items()}, remembered.course_titles
        )
        keys = remembered.courses, remembered.activities
        activities = smaller_titles(
            {
                keys[1][keys[0][course], name].activity_id: said
                for (course, name), said in names.activity_titles.items()
            },
            remembered.activity_titles,
        )
        if courses or activities:
            with self._database.transaction(DatabaseRole.INGEST, remembered.organisation_id) as connection:
                connection.execute(_DO_NOT_WAIT)
                claim_titles(connection, remembered.organisation_id, courses, activities)
            remembered.course_titles.update(courses)
            remembered.activity_titles.update(activities)

    def _learn_people_and_courses(
        self, remembered: Remembered, people: Sequence[Identifier], courses: Sequence[Identifier]
    ) -> None:
        organisation_id = remembered.organisation_id
        with self._database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
            connection.execute(_DO_NOT_WAIT)
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
_DO_NOT_WAIT = text("SET LOCAL synchronous_commit = off")
"""What is made here need not be on the disk before the batch that names it. The commit of that batch waits for its own
place in the log, which is behind this one's, so after a crash either both are there or neither."""
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


def _grouped(names: Iterable[Identifier]) -> Iterable[tuple[dict[str, Any], list[Identifier]]]:
    """Names in portions of one issuer and kind, with what a statement wants to know of them."""
    groups: defaultdict[tuple[str, str], list[Identifier]] = defaultdict(list)
    for name in names:
        groups[name.issuer, name.kind].append(name)
    for (issuer, kind), members in groups.items():
        for chunk in _chunks(members):
            yield {"issuer": issuer, "kind": kind, "names": [name.value for name in chunk]}, chunk


def _find_people(
    connection: Connection, organisation_id: OrganisationId, names: Iterable[Identifier]
) -> dict[Identifier, tuple[int, int]]:
    keys: dict[Identifier, int] = {}
    for wanted, _ in _grouped(names):
        for value, person in connection.execute(_FIND_PEOPLE, {"organisation": organisation_id, **wanted}):
            keys[Identifier(wanted["issuer"], wanted["kind"], value)] = person
    merged: dict[int, int] = {}
    for chunk in _chunks(set(keys.values())):
        values = {"organisation": organisation_id, "people": chunk}
        merged.update((person, into) for person, into in connection.execute(_FIND_MERGED, values))
    return {name: (person, merged.get(person, person)) for name, person in keys.items()}


def _find_courses(
    connection: Connection, organisation_id: OrganisationId, names: Iterable[Identifier]
) -> dict[Identifier, int]:
    found = {}
    for wanted, _ in _grouped(names):
        for value, course in connection.execute(_FIND_COURSES, {"organisation": organisation_id, **wanted}):
            found[Identifier(wanted["issuer"], wanted["kind"], value)] = course
    return found


def _create(
    connection: Connection, statement: TextClause, organisation_id: OrganisationId, names: Sequence[Identifier]
) -> None:
    for chunk in _chunks(sorted(names, key=lambda name: (name.issuer, name.kind, name.value))):
        connection.execute(statement, {"organisation": organisation_id, **_columns(chunk)})


def _find_activities(
    connection: Connection, organisation_id: OrganisationId, names: Collection[tuple[int, Identifier]]
) -> dict[tuple[int, Identifier], KnownActivity]:
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


def _create_activities(
    connection: Connection, organisation_id: OrganisationId, names: Mapping[tuple[int, Identifier], str]
) -> None:
    ordered = sorted(names, key=lambda key: (key[0], key[1].issuer, key[1].kind, key[1].value))
    for chunk in _chunks(ordered):
        wanted = {"courses": [course for course, _ in chunk], **_columns([name for _, name in chunk])}
        types = [names[key] for key in chunk]
        connection.execute(_CREATE_ACTIVITIES, {"organisation": organisation_id, "types": types, **wanted})
