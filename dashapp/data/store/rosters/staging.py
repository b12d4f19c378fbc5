"""A roster in temporary tables of one transaction: by COPY, with a digest of everything that is said."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import md5
from io import BytesIO
from itertools import islice
from typing import IO, Any, Final, cast

import msgspec
from psycopg2 import extensions

from dashapp.data.store.rosters.sources import ROW
from dashapp.domain.roster_changes import Thing
from dashapp.domain.rosters import Enrolment, Roster

_STAGES: Final = """
    CREATE TEMPORARY TABLE la_r_things (thing text, name text, digest uuid, said jsonb) ON COMMIT DROP;
    CREATE TEMPORARY TABLE la_r_gone (thing text, name text) ON COMMIT DROP;
    CREATE TEMPORARY TABLE la_r_enrolments (name text, person text, course text, section text, role text,
        begins_on date, ends_on date, digest uuid GENERATED ALWAYS AS (md5(person || E'\\t' || course || E'\\t'
            || section || E'\\t' || role || E'\\t' || coalesce(begins_on - date '2000-01-01', -999999)::text || E'\\t'
            || coalesce(ends_on - date '2000-01-01', -999999)::text)::uuid) STORED) ON COMMIT DROP;
"""
_ENROLMENTS: Final = "COPY la_r_enrolments (name, person, course, section, role, begins_on, ends_on) FROM STDIN"
_PIECE: Final = 1 << 20
_PORTION: Final = 5_000


@contextmanager
def hashed(cursor: extensions.cursor) -> Iterator[None]:
    """Within the block tables are joined as a whole. Of those that this transaction has filled the planner knows
    nothing yet, and would otherwise go through one for each row of another."""
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop = on")


def stage(cursor: extensions.cursor, roster: Roster) -> None:
    """Fills the temporary tables, and lets the planner know what is in them."""
    cursor.execute(_STAGES)
    cursor.copy_expert("COPY la_r_things (thing, name, digest, said) FROM STDIN", _file(_things(roster)), size=_PIECE)
    cursor.copy_expert("COPY la_r_gone (thing, name) FROM STDIN", _file(_gone(roster)), size=_PIECE)
    cursor.copy_expert(_ENROLMENTS, _file(_enrolments(roster.enrolments)), size=_PIECE)
    cursor.execute("ANALYZE la_r_things; ANALYZE la_r_gone; ANALYZE la_r_enrolments")


class _Lines:
    """What COPY reads: portions of lines that are made when they are wanted."""

    def __init__(self, portions: Iterator[bytes]) -> None:
        self._portions = portions
        self._held = BytesIO()

    def read(self, size: int) -> bytes:
        while not (piece := self._held.read(size)):
            portion = next(self._portions, None)
            if portion is None:
                return b""
            self._held = BytesIO(portion)
        return piece


def _file(lines: Iterable[str]) -> IO[bytes]:
    return cast(IO[bytes], _Lines(_portions(iter(lines))))


def _portions(lines: Iterator[str]) -> Iterator[bytes]:
    while portion := list(islice(lines, _PORTION)):
        yield "".join(portion).encode()


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _enrolments(enrolments: Sequence[Enrolment]) -> Iterator[str]:
    for one in enrolments:
        name, person, course, section, role, begins, ends = one
        line = f"{name}{person}{course}{section}"
        if "\\" in line or not line.isprintable():
            name, person, course, section = map(_escaped, (name, person, course, section))
        yield f"{name}\t{person}\t{course}\t{section}\t{role}\t{begins or NULL}\t{ends or NULL}\n"


NULL: Final = "\\N"


def _gone(roster: Roster) -> Iterator[str]:
    for thing, names in ((Thing.PERSON, roster.gone_people), (Thing.ENROLMENT, roster.gone_enrolments)):
        for name in names:
            yield f"{thing}\t{_escaped(name)}\n"


def _things(roster: Roster) -> Iterator[str]:
    for unit in roster.units:
        yield _line(Thing.UNIT, unit.name, unit._asdict())
    for term in roster.terms:
        yield _line(Thing.TERM, term.name, term._asdict())
    for course in roster.courses:
        yield _line(Thing.COURSE, course.name, course._asdict())
    for section in roster.sections:
        yield _line(Thing.SECTION, section_name(section.course, section.name), section._asdict())
    for person in roster.people:
        yield _line(Thing.PERSON, person.name, person._asdict())
    for file, rows in roster.rows.items():
        for name, row in rows.items():
            yield _line(f"{ROW}{file}", name, dict(row))


def section_name(course: str, section: str) -> str:
    """The name of a section among all sections of a source."""
    return f"{course}\n{section}"


def _line(thing: str, name: str, said: dict[str, Any]) -> str:
    said.pop("name", None) if thing in (Thing.UNIT, Thing.TERM, Thing.COURSE, Thing.PERSON) else None
    text = _encode({key: value for key, value in said.items() if value is not None}).decode()
    return f"{thing}\t{_escaped(name)}\t{md5(text.encode(), usedforsecurity=False).hexdigest()}\t{_escaped(text)}\n"


_encode: Final = msgspec.json.Encoder(enc_hook=lambda value: str(value) if isinstance(value, date) else value).encode
