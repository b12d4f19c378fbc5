"""What a collector answers; what goes wrong as problem+json (RFC 9457)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import orjson

from dashapp.domain.errors import Refused

Headers = tuple[tuple[str, str], ...]

MOST_ERRORS: Final = 100
"""Items that are listed in one answer; of more only the number is told."""
_PLACE: Final = re.compile(r" - at `([^`]*)`$")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, without what every answer has."""

    status: int
    body: bytes = b""
    headers: Headers = ()


def json_answer(status: int, value: object, headers: Headers = ()) -> Answer:
    """An answer in JSON."""
    return Answer(status, orjson.dumps(value), (("content-type", "application/json"), *headers))


@dataclass(frozen=True, slots=True)
class ItemError:
    """Why one item is refused."""

    index: int
    """Its place in the request, from 0."""
    refused: Refused

    def told(self) -> dict[str, object]:
        """As the answer tells it. The pointer (RFC 6901) leads into the item; empty: the item as a whole."""
        place = _PLACE.search(self.refused.detail)
        detail = self.refused.detail if place is None else self.refused.detail[: place.start()]
        pointer = "" if place is None else _pointer(place.group(1))
        return {"index": self.index, "pointer": pointer, "reason": self.refused.reason.value, "detail": detail}


@dataclass(slots=True)
class Problem(Exception):
    """Ends a request with a sentence about what is wrong. Nothing of the request has been taken."""

    status: int
    detail: str
    headers: Headers = ()
    errors: Sequence[ItemError] = field(default=())
    """Of which those are kept that the answer lists: thousands of requests may wait for theirs."""
    errors_found: int = field(init=False)
    """With those that are not listed."""
    items_refused: int = field(init=False)
    """How many items the errors are about."""

    def __post_init__(self) -> None:
        """Counts the errors, and keeps those that are told."""
        self.errors_found = len(self.errors)
        self.items_refused = len({error.index for error in self.errors})
        self.errors = self.errors[:MOST_ERRORS]

    def anew(self) -> "Problem":
        """The same without where it was raised: a traceback holds its frames, and through them whole bodies, until the
        garbage collector comes by."""
        made = Problem(self.status, self.detail, self.headers, self.errors)
        made.errors_found, made.items_refused = self.errors_found, self.items_refused
        return made

    def answer(self) -> Answer:
        """The answer that tells it."""
        told: dict[str, object] = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            told |= told_errors(self.errors, self.errors_found)
        return Answer(self.status, orjson.dumps(told), (("content-type", "application/problem+json"), *self.headers))


def told_errors(errors: Sequence[ItemError], found: int) -> dict[str, object]:
    """The errors of items, as members of an answer; `found`: how many there are in all."""
    told: dict[str, object] = {"errors": [error.told() for error in errors[:MOST_ERRORS]]}
    if found > MOST_ERRORS:
        told["errors_left_out"] = found - MOST_ERRORS
    return told


def _pointer(path: str) -> str:
    """A JSON pointer for a place that a decoder names: as a pointer already, or as `$.actor.id`."""
    if not path.startswith("$"):
        return path
    steps = (name or number for name, number in _STEP.findall(path))
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)
