"""What a session may ask that was opened for one page: the callbacks of that page, about the id in its address.

An output's id begins with the name of its page (`dashapp.ids`), so a door says itself to which page it belongs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from dashapp import ids
from dashapp.security.doors import Door, Place

_PUBLIC_ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PAGES: Final = (
    (re.compile(r"/embed/me"), "student"),
    (re.compile(rf"/embed/learners/({_PUBLIC_ID})"), "student"),
    (re.compile(r"/embed/courses"), "courses"),
    (re.compile(rf"/embed/courses/({_PUBLIC_ID})"), "classroom"),
    (re.compile(rf"/embed/organisations/({_PUBLIC_ID})"), "institution"),
    (re.compile(rf"/embed/organisations/({_PUBLIC_ID})/data-quality"), "quality"),
)
"""The pages that can be opened alone, by their paths below the public address, and how their ids begin."""
_FILE: Final = re.compile(r"[a-z]+\.csv")
_STORE: Final = ids.Shell.ADDRESS
_ADDRESS: Final = f"{_STORE}.data"
_WANTED: Final = ids.wanted_of("") + ".data"
_FRAME: Final = ("shell", "_pages_content", "_pages_store", "_pages_location", "_pages_dummy")


@dataclass(frozen=True, slots=True)
class Reach:
    """One page."""

    path: str
    name: str
    public_id: str | None
    """None where the page's address names nobody."""

    @classmethod
    def of(cls, path: str) -> Self | None:
        """The reach of a path below the public address; None where no page of it can be opened alone."""
        for pattern, name in _PAGES:
            found = pattern.fullmatch(path)
            if found is not None:
                return cls(path, name, found.group(1) if pattern.groups else None)
        return None

    def permits(self, door: Door, body: Mapping[str, Any], prefix: str) -> bool:
        """Whether a request that fits a door stays on this page. `prefix`: the path of the public address."""
        if not all(_page_of(place) in (self.name, *_FRAME) for place in door.outputs):
            return False
        return all(self._stays(name, value, prefix) for name, value in _values(body))

    def has_file(self, path: str, prefix: str) -> bool:
        """Whether a path (with its query) is a file of this page; only classrooms have any."""
        if self.name != "classroom":
            return False
        folder, _slash, name = path.partition("?")[0].rpartition("/")
        return folder == f"{prefix}{self.path.removeprefix('/embed')}" and _FILE.fullmatch(name) is not None

    def _stays(self, name: str, value: object, prefix: str) -> bool:
        if name == _ADDRESS:
            return isinstance(value, Mapping) and value.get("id") == self.public_id
        if name == f"{ids.Shell.LOCATION}.pathname":
            return isinstance(value, str) and value.rstrip("/") == f"{prefix}{self.path}"
        if name.endswith(_WANTED):
            # A part below the fold is asked for with the address among its values.
            values = value.get("values") if isinstance(value, Mapping) else None
            return value is None or (isinstance(values, Mapping) and self._stays(_ADDRESS, values.get(_STORE), prefix))
        return True


def _page_of(place: Place) -> str:
    if isinstance(place.id, Mapping):
        # That of a part begins with the name of its page.
        return str(place.id.get("page")).partition("-")[0]
    return place.id if place.id.startswith("_") else place.id.partition("-")[0]


def _values(body: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """(id and property, value) of the plain inputs and states of a request whose shape has been checked."""
    for group in ("inputs", "state"):
        for place in body.get(group, []):
            if isinstance(place, Mapping):
                yield f"{place.get('id')}.{place.get('property')}", place.get("value")
