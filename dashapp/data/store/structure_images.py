"""Terms, units, programmes, courses and sections as plain values, read and written by their keys.

A change of the administration reads how things are, writes how they are to be, and keeps both, so that one function
makes a change and takes it back (`structure_changes`).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, text

from dashapp.domain.keys import OrganisationId

Image = Mapping[str, Any]
"""The columns of a row as JSON has them."""


class Thing(StrEnum):
    """What the administration changes. The order is that in which things are put back."""

    TERM = "term"
    UNIT = "unit"
    PROGRAMME = "programme"
    SECTION = "section"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where a kind of things stands."""

    table: str
    key: str
    columns: tuple[str, ...]
    """What is kept of it."""
    own: tuple[str, ...] = ()
    """The columns that only the administration writes, where sources write others; empty: all of them."""

    @property
    def compared(self) -> tuple[str, ...]:
        return self.own or self.columns


_KEPT: Final[Mapping[Thing, _Kept]] = {
    Thing.TERM: _Kept("terms", "term_id", ("name", "former_names", "teaching_starts", "teaching_ends")),
    Thing.UNIT: _Kept("organisation_units", "organisation_unit_id", ("public_id", "parent_id", "name", "former_names")),
    Thing.PROGRAMME: _Kept("programmes", "programme_id", ("organisation_unit_id", "name")),
    Thing.SECTION: _Kept(
        "sections",
        "section_id",
        ("course_id", "name", "title", "said_title", "decided", "described_at", "described_by"),
        ("decided",),
    ),
    Thing.COURSE: _Kept("courses", "course_id", ("decided",)),
}


def read_images(
    connection: Connection, organisation: OrganisationId, thing: Thing, keys: Collection[int]
) -> dict[int, Image]:
    """The things of these keys that are there."""
    kept = _KEPT[thing]
    columns = ", ".join(f"'{name}', t.{name}" for name in kept.columns)
    breaks = f", 'breaks', {_BREAKS}" if thing is Thing.TERM else ""
    rows = connection.execute(
        text(
            f"SELECT t.{kept.key} AS key, jsonb_build_object({columns}{breaks}) AS image FROM {kept.table} t"
            f" WHERE t.organisation_id = :organisation AND t.{kept.key} = ANY(CAST(:keys AS bigint[]))"
        ),
        {"organisation": organisation, "keys": sorted(keys)},
    )
    return {row.key: row.image for row in rows}


def same(thing: Thing, one: Image | None, other: Image | None) -> bool:
    """Whether two images of a thing agree in everything that only the administration writes."""
    if one is None or other is None:
        return one is other
    names = (*_KEPT[thing].compared, *(("breaks",) if thing is Thing.TERM else ()))
    return all(one.get(name) == other.get(name) for name in names)


def add_image(connection: Connection, organisation: OrganisationId, thing: Thing, image: Image) -> int:
    """Makes a thing; its key. What the image does not say is as the database begins it."""
    kept = _KEPT[thing]
    columns = [name for name in kept.columns if name in image]
    key = connection.execute(
        text(
            f"INSERT INTO {kept.table} (organisation_id, {', '.join(columns)}) SELECT :organisation,"
            f" {', '.join(f'r.{name}' for name in columns)}"
            f" FROM jsonb_populate_record(NULL::{kept.table}, CAST(:image AS jsonb)) r RETURNING {kept.key}"
        ),
        {"organisation": organisation, "image": json.dumps(image)},
    ).scalar_one()
    if thing is Thing.TERM:
        _write_breaks(connection, organisation, {key: image})
    return int(key)


def write_images(
    connection: Connection, organisation: OrganisationId, thing: Thing, images: Mapping[int, Image]
) -> None:
    """Gives things the values of these images, which are whole; those that are gone are there again, as they were."""
    if not images:
        return
    kept = _KEPT[thing]
    values = {
        "organisation": organisation,
        "keys": list(images),
        "images": [json.dumps(image) for image in images.values()],
    }
    said = (
        "unnest(CAST(:keys AS bigint[]), CAST(:images AS jsonb[])) AS w (key, image),"
        f" LATERAL jsonb_populate_record(NULL::{kept.table}, w.image) r"
    )
    setting = ", ".join(f"{name} = r.{name}" for name in kept.compared)
    where = f"t.organisation_id = :organisation AND t.{kept.key} = w.key"
    connection.execute(text(f"UPDATE {kept.table} t SET {setting} FROM {said} WHERE {where}"), values)
    if thing is not Thing.COURSE:
        columns = ", ".join(kept.columns)
        connection.execute(
            text(
                f"INSERT INTO {kept.table} (organisation_id, {kept.key}, {columns}) SELECT :organisation, w.key,"
                f" {', '.join(f'r.{name}' for name in kept.columns)} FROM {said}"
                f" WHERE NOT EXISTS (SELECT FROM {kept.table} t WHERE {where})"
            ),
            values,
        )
    if thing is Thing.TERM:
        _write_breaks(connection, organisation, images)


def remove_things(connection: Connection, organisation: OrganisationId, thing: Thing, keys: Collection[int]) -> None:
    """Forgets things; whether they are used is the caller's question."""
    kept = _KEPT[thing]
    values = {"organisation": organisation, "keys": sorted(keys)}
    if thing is Thing.TERM:
        connection.execute(_REMOVE_BREAKS, values)
    where = f"organisation_id = :organisation AND {kept.key} = ANY(CAST(:keys AS bigint[]))"
    connection.execute(text(f"DELETE FROM {kept.table} WHERE {where}"), values)


_BREAKS: Final = """coalesce((
    SELECT jsonb_agg(jsonb_build_array(b.first_day, b.last_day) ORDER BY b.first_day) FROM term_breaks b
    WHERE b.organisation_id = t.organisation_id AND b.term_id = t.term_id), '[]')"""
_REMOVE_BREAKS: Final = text(
    "DELETE FROM term_breaks WHERE organisation_id = :organisation AND term_id = ANY(CAST(:keys AS bigint[]))"
)
_ADD_BREAKS: Final = text(
    """INSERT INTO term_breaks (organisation_id, term_id, first_day, last_day)
    SELECT :organisation, w.key, (b.pair ->> 0)::date, (b.pair ->> 1)::date
    FROM unnest(CAST(:keys AS bigint[]), CAST(:images AS jsonb[])) AS w (key, image),
        LATERAL jsonb_array_elements(coalesce(w.image -> 'breaks', '[]')) AS b (pair)"""
)


def _write_breaks(connection: Connection, organisation: OrganisationId, images: Mapping[int, Image]) -> None:
    keys = list(images)
    connection.execute(_REMOVE_BREAKS, {"organisation": organisation, "keys": keys})
    said = [json.dumps(images[key]) for key in keys]
    connection.execute(_ADD_BREAKS, {"organisation": organisation, "keys": keys, "images": said})
