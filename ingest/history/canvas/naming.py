"""How a Canvas's people, courses and activities are called here: as its Caliper feed calls them."""

from enum import StrEnum
from typing import Final

from dashapp.domain.events import Identifier
from ingest.caliper import PERSON_KIND as CALIPER_PERSON
from ingest.native import ACTIVITY_KIND, COURSE_KIND, PERSON_KIND

SHARD_IDS: Final = 10**13
"""Ids of one shard are less: a global id is the shard's number with the local one behind it, in 13 digits."""


class PeopleBy(StrEnum):
    """By which of their names people are called."""

    ID = "id"
    """The account's number, as the live feed does."""
    SIS = "sis"
    """The number of the student information system, from the table `pseudonyms`."""
    LOGIN = "login"
    """What people type to sign in, from the same table."""


class Names:
    """The identifiers of one Canvas."""

    def __init__(self, issuer: str, shard: int | None, others: dict[int, str] | None = None) -> None:
        """`shard`: what the live feed writes before the numbers. `others`: account → the name that stands for it."""
        self._issuer = issuer
        self._shard = shard
        self._others = others
        self._known: dict[tuple[str, int], Identifier] = {}

    def person(self, number: int) -> Identifier | None:
        """An account; None where it has no name of the kind that was asked for."""
        key = ("user", number)
        found = self._known.get(key)
        if found is None:
            if self._others is None:
                found = Identifier(self._issuer, CALIPER_PERSON, self._urn("user", number))
            elif (other := self._others.get(number)) is not None:
                found = Identifier(self._issuer, PERSON_KIND, other)
            else:
                return None
            self._known[key] = found
        return found

    def course(self, number: int) -> Identifier:
        """A course."""
        return self._thing("course", COURSE_KIND, number)

    def activity(self, what: str, number: int) -> Identifier:
        """An assignment, a quiz, a discussion, a file: by Canvas's own word for it."""
        return self._thing(what, ACTIVITY_KIND, number)

    def page(self, course: int, slug: str) -> Identifier:
        """A page, which web logs know by the end of its address only."""
        return Identifier(self._issuer, ACTIVITY_KIND, f"{self._urn('course', course)}:page:{slug}"[:1000])

    def _thing(self, what: str, kind: str, number: int) -> Identifier:
        key = (what, number)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Identifier(self._issuer, kind, self._urn(what, number))
        return found

    def _urn(self, what: str, number: int) -> str:
        if self._shard is not None and number < SHARD_IDS:
            number += self._shard * SHARD_IDS
        return f"urn:instructure:canvas:{what}:{number}"
