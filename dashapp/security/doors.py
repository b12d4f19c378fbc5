"""One callback as it was registered, and whether a request is one for it: ids and shapes, before anything is parsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashapp.domain.principal import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """A property of a component, or of all components whose ids fit a pattern."""

    id: str | Mapping[str, object]
    property: str

    def fits(self, given: object) -> bool:
        """Whether a request names this place: one component, or for a pattern a list of those it fits."""
        if isinstance(self.id, str):
            return isinstance(given, Mapping) and (given.get("id"), given.get("property")) == (self.id, self.property)
        return isinstance(given, list) and all(self._fits_pattern(one) for one in given)

    def _fits_pattern(self, given: object) -> bool:
        if not isinstance(given, Mapping) or given.get("property") != self.property:
            return False
        named = given.get("id")
        if isinstance(self.id, str) or not isinstance(named, Mapping) or named.keys() != self.id.keys():
            return False
        return all(
            isinstance(named[key], str | int) if isinstance(wanted, list) else named[key] == wanted
            for key, wanted in self.id.items()
        )


@dataclass(frozen=True, slots=True)
class Door:
    """One callback as it was registered: what it demands, and the exact places that its request must name.

    In a pattern id a list, such as `["ALL"]`, stands for a wildcard.
    """

    permission: Permission
    inputs: tuple[Place, ...]
    state: tuple[Place, ...]
    outputs: tuple[Place, ...]

    def fits(self, body: Mapping[str, Any]) -> bool:
        """Whether a request's body names exactly these places."""
        changed = body.get("changedPropIds", [])
        return (
            _all_fit(self.inputs, body.get("inputs", []))
            and _all_fit(self.state, body.get("state", []))
            and _targets_fit(self.outputs, body.get("outputs", []))
            and isinstance(changed, list)
            and all(isinstance(name, str) for name in changed)
        )


def _targets_fit(places: Sequence[Place], given: object) -> bool:
    """Whether the request names the outputs; a pattern without a single component would have nothing to fill."""
    listed = given if isinstance(given, list) else [given]
    return _all_fit(places, given) and [] not in listed


def _all_fit(places: Sequence[Place], given: object) -> bool:
    listed: Sequence[Any] = given if isinstance(given, list) else [given]
    return len(listed) == len(places) and all(place.fits(one) for place, one in zip(places, listed, strict=True))
