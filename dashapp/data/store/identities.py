"""Who and what an event names: identifiers of senders become internal keys, unknown ones become provisional rows."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Final

from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.joining import Met, Tie, ensure_people, join, meet
from dashapp.data.store.lookup import (
    create_activities,
    create_courses,
    find_activities,
    find_courses,
)
from dashapp.data.store.names import Names
from dashapp.data.store.structure import Remembered, read_structure
from dashapp.data.store.titles import claim_titles, smaller_titles
from dashapp.domain.events import Identifier
from dashapp.domain.keys import OrganisationId

PEOPLE_REMEMBERED: Final = 100_000
"""Per organisation and generation: some 30 MB, and more learners than are active at the same time."""
ORGANISATIONS_REMEMBERED: Final = 8
_TRIES_TO_JOIN: Final = 3
"""Whoever splits people all the time must not keep a batch from being prepared: what is tied stays so, and is joined
when it is met again."""


class IdentityCache:
    """Remembers keys of one process: only committed ones, bounded, dropped when an organisation's epoch moves.

    Safe to share between threads.
    """

    def __init__(self, database: Database, people: int = PEOPLE_REMEMBERED) -> None:
        """`people`: how many to remember per organisation (twice as many for a moment)."""
        self._database = database
        self._capacity = people
        self._remembered: OrderedDict[OrganisationId, Remembered] = OrderedDict()
        self._forgotten: set[OrganisationId] = set()
        self._lock = Lock()

    def resolve(self, organisation_id: OrganisationId, names: Names) -> Remembered:
        """What is remembered of the organisation, with every one of `names` in it.

        Unknown names are created as provisional rows, committed before this returns. Where two that were met before
        turn out to be one by a join rule, they are merged, and the organisation is read anew.
        """
        with self._lock:
            for _ in range(_TRIES_TO_JOIN):
                remembered = self._recall(organisation_id)
                remembered.grow_older(self._capacity)
                ties = self._learn(remembered, names)
                if not ties:
                    break
                with self._database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
                    join(connection, organisation_id, ties, datetime.now(UTC))
                self.forget(organisation_id)
            return remembered

    def forget(self, organisation_id: OrganisationId) -> None:
        """Drops what is remembered of an organisation, since its structure has changed.

        Never waits: who calls it may hold locks in the database for which `resolve` waits at this moment.
        """
        self._forgotten.add(organisation_id)

    def _recall(self, organisation_id: OrganisationId) -> Remembered:
        if organisation_id in self._forgotten:
            self._forgotten.discard(organisation_id)
            self._remembered.pop(organisation_id, None)
        remembered = self._remembered.get(organisation_id)
        if remembered is None:
            with self._database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
                remembered = read_structure(connection, organisation_id)
            self._remembered[organisation_id] = remembered
        self._remembered.move_to_end(organisation_id)
        if len(self._remembered) > ORGANISATIONS_REMEMBERED:
            self._remembered.popitem(last=False)
        return remembered

    def _learn(self, remembered: Remembered, names: Names) -> list[Tie]:
        """Fills in all names; gives the ties between people who were met before."""
        people = [name for name in names.people if not remembered.knows_person(name)]
        courses = [name for name in names.courses if name not in remembered.courses]
        ties = self._learn_people_and_courses(remembered, people, courses) if people or courses else []
        wanted = {
            (remembered.courses[course], name): claimed
            for (course, name), claimed in names.activities.items()
            if (remembered.courses[course], name) not in remembered.activities
        }
        if wanted:
            with self._database.transaction(DatabaseRole.INGEST, remembered.organisation_id) as connection:
                found = find_activities(connection, remembered.organisation_id, wanted)
                missing = {name: claimed for name, claimed in wanted.items() if name not in found}
                if missing:
                    connection.execute(_DO_NOT_WAIT)
                    create_activities(connection, remembered.organisation_id, missing)
                    found.update(find_activities(connection, remembered.organisation_id, missing))
            remembered.activities.update(found)
        if names.course_titles or names.activity_titles:
            self._learn_titles(remembered, names)
        return ties

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
    ) -> list[Tie]:
        """Gives the ties between people who were met before."""
        organisation_id = remembered.organisation_id
        with self._database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
            connection.execute(_DO_NOT_WAIT)
            if remembered.rules:
                met = meet(connection, organisation_id, remembered.rules, people, datetime.now(UTC))
            else:
                met = Met(ensure_people(connection, organisation_id, people)[0], [])
            found_courses = find_courses(connection, organisation_id, courses)
            if missing := [name for name in courses if name not in found_courses]:
                create_courses(connection, organisation_id, missing)
                found_courses.update(find_courses(connection, organisation_id, missing))
        remembered.people.update(met.people)
        remembered.courses.update(found_courses)
        return met.open


_DO_NOT_WAIT = text("SET LOCAL synchronous_commit = off")
"""What is made here need not be on the disk before the batch that names it. The commit of that batch waits for its own
place in the log, which is behind this one's, so after a crash either both are there or neither."""
