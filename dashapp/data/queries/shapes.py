"""Statements that are built once for all values of the same shape.

To build a statement of a page and to write it out as SQL takes SQLAlchemy longer than PostgreSQL takes to answer it.
What differs from one question to the next are numbers, days and instants; so a statement is built with a parameter in
the place of each, and kept by what is left: the function that builds it, and how its arguments are made up.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum, auto
from functools import lru_cache
from itertools import count
from threading import RLock
from typing import Any, Final, ParamSpec
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
)
from sqlalchemy.types import TypeEngine

MOST_KEYS = 200
"""In a collection of a statement whose plan is kept: PostgreSQL takes ten for granted."""
MOST_SHAPES = 512
"""There are some fifty; the bound is for shapes that hold a word which somebody chose."""

ONE_AT_A_TIME: Final = RLock()
"""Held while a statement that all threads share is built, or written out for the first time."""
_NUMBERS: Final = count(1)
"""Of shapes; taking the next one is a single step, so that no two threads get the same."""
P = ParamSpec("P")
Statement = Select[*tuple[Any, ...]]
"""A statement with any columns."""


class _Slot(Enum):
    """A place for a value of this kind."""

    NUMBER = auto()
    NUMBERS = auto()
    IDS = auto()
    DAY = auto()
    INSTANT = auto()


_WRITTEN: Mapping[_Slot, str] = {
    _Slot.NUMBER: "bigint",
    _Slot.NUMBERS: "text",
    _Slot.IDS: "text",
    _Slot.DAY: "date",
    _Slot.INSTANT: "timestamptz",
}
_TYPES: Mapping[_Slot, TypeEngine[Any]] = {
    _Slot.NUMBER: BigInteger(),
    _Slot.NUMBERS: Text(),
    _Slot.IDS: Text(),
    _Slot.DAY: Date(),
    _Slot.INSTANT: DateTime(timezone=True),
}
_ARRAYS: Mapping[_Slot, TypeEngine[Any]] = {_Slot.NUMBERS: ARRAY(BigInteger), _Slot.IDS: ARRAY(Uuid())}


@dataclass(frozen=True, slots=True)
class _Several:
    """A tuple, or a dataclass of this type, of parts."""

    made: type[Any]
    parts: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A statement with parameters in place of values; the same object for all questions of the shape."""

    statement: Statement
    number: int
    """Tells it from all others of this process."""
    parameters: Mapping[str, str]
    """PostgreSQL's types of the parameters, by name, in order."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A statement of a known shape, and the values of its parameters by name."""

    shape: Shape
    values: Mapping[str, object]
    planned_once: bool = False
    """Whether a connection keeps the plan that PostgreSQL makes of it."""


def shaped(build: Callable[P, Statement], *arguments: P.args, **named: P.kwargs) -> Shaped:
    """What `build` gives for the arguments.

    It is called with parameters of statements in place of numbers, collections of numbers or of public ids (not of
    none, which are taken for numbers), days and instants, so it may compare and join with them and do nothing else. All
    other values are part of the shape: None, words, members of enumerations. Raises TypeError for an argument of
    another kind, and for named ones.
    """
    if named:
        raise TypeError("Arguments of statements are given by their places.")
    values: list[object] = []
    form = tuple(_form(each, values) for each in arguments)
    return Shaped(_shape_of(build, form), {f"v{place}": value for place, value in enumerate(values)})


def planned_once(build: Callable[P, Statement], *arguments: P.args, **named: P.kwargs) -> Shaped:
    """The same, of whose statement each connection keeps the plan: for what joins many tables to find little, so that
    planning it takes longer than answering it. Where many keys are asked for it is planned anew, since a kept plan is
    made for few."""
    asked = shaped(build, *arguments, **named)
    most = max((len(each) for each in arguments if isinstance(each, Collection)), default=0)
    return replace(asked, planned_once=most <= MOST_KEYS)


def numbers(given: Collection[int] | ColumnElement[Any]) -> ColumnElement[Any]:
    """Several keys as one parameter: one text of a statement for any number of them.

    They go as one constant: PostgreSQL takes a constructor of an array apart, element by element, which takes longer
    than most questions where somebody has some ten thousand learners.
    """
    if isinstance(given, ColumnElement):
        # What builds a statement by its shape hands a parameter down where others hand keys down.
        return given
    return cast(bindparam(None, _array(given), type_=Text(), unique=True), ARRAY(BigInteger))


def public_ids(given: Collection[UUID] | ColumnElement[Any]) -> ColumnElement[Any]:
    """Several public ids as one parameter, in the same way."""
    if isinstance(given, ColumnElement):
        return given
    return cast(bindparam(None, _array(given), type_=Text(), unique=True), ARRAY(Uuid()))


def _array(keys: Collection[int] | Collection[UUID]) -> str:
    return "{" + ",".join(map(str, sorted(keys))) + "}"


def _form(value: Any, values: list[object]) -> Hashable:
    """The form of a value, of which the parts that are no part of the shape are added to `values`."""
    if value is None or isinstance(value, bool | str | Enum):
        return value
    slot = _slot(value)
    if slot is not None:
        values.append(_array(value) if slot in _ARRAYS else value)
        return slot
    if is_dataclass(value):
        return _Several(type(value), tuple(_form(getattr(value, each.name), values) for each in fields(value)))
    if isinstance(value, Sequence):
        return _Several(tuple, tuple(_form(each, values) for each in value))
    raise TypeError(f"A {type(value).__name__} is no value of a statement.")


def _slot(value: object) -> _Slot | None:
    if isinstance(value, datetime):
        return _Slot.INSTANT
    if isinstance(value, date):
        return _Slot.DAY
    if isinstance(value, int):
        return _Slot.NUMBER
    if not isinstance(value, Collection):
        return None
    if all(type(each) is int for each in value):
        return _Slot.NUMBERS
    return _Slot.IDS if all(isinstance(each, UUID) for each in value) else None


@lru_cache(maxsize=MOST_SHAPES)
def _shape_of(build: Callable[..., Statement], form: tuple[Hashable, ...]) -> Shape:
    names = iter(range(MOST_SHAPES))
    slots = [_WRITTEN[slot] for each in form for slot in _slots(each)]
    parameters = {f"v{place}": written for place, written in enumerate(slots)}
    with ONE_AT_A_TIME:
        return Shape(build(*(_filled(each, names) for each in form)), next(_NUMBERS), parameters)


def _slots(form: Hashable) -> Iterator[_Slot]:
    """The places for values, in order."""
    if isinstance(form, _Slot):
        yield form
    elif isinstance(form, _Several):
        for part in form.parts:
            yield from _slots(part)


def _filled(form: Hashable, names: Any) -> Any:
    if isinstance(form, _Slot):
        place = bindparam(f"v{next(names)}", None, type_=_TYPES[form])
        return cast(place, _ARRAYS[form]) if form in _ARRAYS else place
    if isinstance(form, _Several):
        parts = [_filled(each, names) for each in form.parts]
        return tuple(parts) if form.made is tuple else form.made(*parts)
    return form
