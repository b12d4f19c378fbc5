"""Changes of the structure by the administration, in transactions of la_jobs: made, checked and taken back as a whole.

    with changing(connection, organisation) as changes:
        changes.put(Thing.TERM, {key: image})
    changes.courses   # whose pages follow

What a change must never leave behind (a term that is used and gone, a circle of units, two things of one name) is
looked for when it ends; where it is found, nothing is done.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from dashapp.data.store.decided_courses import courses_named, ensure_said_names, work_out_courses, work_out_sections
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.structure import raise_epoch
from dashapp.data.store.structure_checks import check_names, check_references, check_unused, courses_of
from dashapp.data.store.structure_images import Image, Thing, add_image, read_images, remove_things, same, write_images
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.structure import Field

KEPT: Final = timedelta(days=7)
"""How long a change can be taken back."""
_FIELDS: Final = {Thing.TERM: Field.TERM, Thing.UNIT: Field.UNIT}


class ChangedMeanwhile(AnalyticsError):
    """The change cannot be taken back: what it changed has been changed again."""


class Changes:
    """What one change does. Made by `changing`."""

    def __init__(self, connection: Connection, organisation: OrganisationId) -> None:
        self.courses: set[CourseId] = set()
        """Whose pages have to be drawn anew; filled in when the change ends."""
        self._connection = connection
        self._organisation = organisation
        self._before: dict[tuple[Thing, int], Image | None] = {}
        self._names: defaultdict[Thing, set[str]] = defaultdict(set)
        self._gone: dict[tuple[Thing, int], set[int]] = {}

    def read(self, thing: Thing, key: int) -> dict[str, Any]:
        """A thing as it is now. Raises NotFound."""
        found = read_images(self._connection, self._organisation, thing, [key])
        if key not in found:
            raise NotFound(f"There is no such {thing}.")
        return dict(found[key])

    def read_all(self, thing: Thing, keys: Collection[int]) -> dict[int, Image]:
        """Those of these things that are there."""
        return read_images(self._connection, self._organisation, thing, keys)

    def add(self, thing: Thing, image: Image) -> int:
        """Makes a thing; its key. Raises NameTaken."""
        check_names(self._connection, self._organisation, thing, {0: image})
        key = add_image(self._connection, self._organisation, thing, image)
        self._before[thing, key] = None
        self._note(thing, {key: image})
        return key

    def put(self, thing: Thing, images: Mapping[int, Image | None]) -> None:
        """Gives things these values; None: they go. Raises NameTaken."""
        if not images:
            return
        before = self.read_all(thing, images.keys())
        for key in images:
            self._before.setdefault((thing, key), before.get(key))
        self._note(thing, before)
        gone = [key for key, image in images.items() if image is None]
        if gone:
            for key in gone:
                self._gone[thing, key] = courses_of(self._connection, self._organisation, thing, key)
            remove_things(self._connection, self._organisation, thing, gone)
        written = {key: image for key, image in images.items() if image is not None}
        check_names(self._connection, self._organisation, thing, written)
        self._note(thing, written)
        write_images(self._connection, self._organisation, thing, written)

    def finish(self) -> list[dict[str, Any]]:
        """Works out what holds now, checks it, and gives each thing as it was and as it is.

        Raises InUse, Circle and NotFound; then the transaction must not be committed.
        """
        things: defaultdict[Thing, set[int]] = defaultdict(set)
        for thing, key in self._before:
            things[thing].add(key)
        self._work_out(things)
        after = {thing: self.read_all(thing, keys) for thing, keys in things.items()}
        check_references(self._connection, self._organisation, after)
        check_unused(self._connection, self._organisation, self._gone)
        return [
            {"thing": thing.value, "key": key, "before": before, "after": after[thing].get(key)}
            for (thing, key), before in self._before.items()
            if not same(thing, before, after[thing].get(key))
        ]

    def _work_out(self, things: Mapping[Thing, set[int]]) -> None:
        connection, organisation = self._connection, self._organisation
        self.courses.update(self._touched(things))
        for thing, names in self._names.items():
            named = courses_named(connection, organisation, _FIELDS[thing], names)
            work_out_courses(connection, organisation, named, [_FIELDS[thing]])
            self.courses.update(CourseId(key) for key in named)
        if decided := things.get(Thing.COURSE):
            fields = self._decided(decided)
            for field in _FIELDS.values():
                if field in fields:
                    ensure_said_names(connection, organisation, decided, field)
            work_out_courses(connection, organisation, decided, fields)
        if sections := things.get(Thing.SECTION):
            work_out_sections(connection, organisation, sorted(sections))
        self.courses.update(self._touched(things))

    def _decided(self, keys: Collection[int]) -> set[Field]:
        """The fields of which a decision was made or released."""
        fields = set()
        for key, image in self.read_all(Thing.COURSE, keys).items():
            was, now = (self._before[Thing.COURSE, key] or {}).get("decided", {}), image["decided"]
            fields |= {Field(name) for name in was.keys() | now.keys() if was.get(name, 0) != now.get(name, 0)}
        return fields

    def _touched(self, things: Mapping[Thing, set[int]]) -> Iterator[CourseId]:
        values = {thing.value: sorted(things.get(thing, ())) for thing in Thing if thing is not Thing.PROGRAMME}
        rows = self._connection.execute(_TOUCHED, {"organisation": self._organisation, **values})
        yield from (CourseId(key) for key in rows.scalars())

    def _note(self, thing: Thing, images: Mapping[int, Image]) -> None:
        """Remembers by which names descriptions may call what is changed: their courses follow."""
        if thing in _FIELDS:
            for image in images.values():
                self._names[thing].update([image["name"], *image.get("former_names", ())])


@contextmanager
def changing(connection: Connection, organisation: OrganisationId) -> Iterator[Changes]:
    """Changes that are made while nobody writes events, and kept so that `undo` can take them back (`keep`)."""
    own_organisation(connection, organisation)
    yield Changes(connection, organisation)
    raise_epoch(connection, organisation)


def keep(
    connection: Connection, organisation: OrganisationId, things: list[dict[str, Any]], by: str, now: datetime
) -> int | None:
    """Keeps what a change has done, for some days; its key, None where it did nothing."""
    connection.execute(_FORGET, {"organisation": organisation, "before": now - KEPT})
    if not things:
        return None
    values = {"organisation": organisation, "things": json.dumps(things), "by": by, "now": now}
    return int(connection.execute(_KEEP, values).scalar_one())


def take_back(
    connection: Connection, changes: Changes, organisation: OrganisationId, change: int, now: datetime
) -> None:
    """Puts everything back to how it was before a change.

    Raises NotFound, and ChangedMeanwhile where anything of it was changed again since.
    """
    values = {"organisation": organisation, "change": change, "now": now}
    things = connection.execute(_UNDO, values).scalar_one_or_none()
    if things is None:
        raise NotFound("There is no such change, or it was taken back already.")
    for thing in Thing:
        before = {one["key"]: one["before"] for one in things if one["thing"] == thing}
        after = {one["key"]: one["after"] for one in things if one["thing"] == thing}
        found = changes.read_all(thing, before.keys())
        if not all(same(thing, found.get(key), image) for key, image in after.items()):
            raise ChangedMeanwhile("What this has changed has been changed again since.")
        # What goes, and what is called otherwise again, makes room for the names of what comes back.
        there = {key for key, image in after.items() if image is not None}
        changes.put(thing, {key: image for key, image in before.items() if image is None})
        changes.put(thing, {key: image for key, image in before.items() if image is not None and key in there})
        changes.put(thing, {key: image for key, image in before.items() if image is not None and key not in there})


_TOUCHED: Final = text(
    """SELECT course_id FROM courses WHERE organisation_id = :organisation AND (
        course_id = ANY(CAST(:course AS bigint[]))
        OR organisation_unit_id = ANY(CAST(:unit AS bigint[]))
        OR term_id = ANY(CAST(:term AS bigint[]))
        OR term_id IS NULL AND cardinality(CAST(:term AS bigint[])) > 0)
    UNION SELECT course_id FROM sections
        WHERE organisation_id = :organisation AND section_id = ANY(CAST(:section AS bigint[]))"""
)
"""A course that nobody has given a term may follow any of them."""
_FORGET: Final = text("DELETE FROM structure_changes WHERE organisation_id = :organisation AND changed_at < :before")
_KEEP: Final = text(
    """INSERT INTO structure_changes (organisation_id, changed_at, changed_by, things)
    VALUES (:organisation, :now, :by, CAST(:things AS jsonb)) RETURNING change_id"""
)
_UNDO: Final = text(
    """UPDATE structure_changes SET undone_at = :now
    WHERE organisation_id = :organisation AND change_id = :change AND undone_at IS NULL RETURNING things"""
)
