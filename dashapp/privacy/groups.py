"""Minimum group size with complementary suppression, over the fixed lattice organisation → unit → course.

Hiding a small group is not enough: a total minus its visible parts gives the hidden part away. So wherever a total is
shown, what is hidden inside it must together be at least k people in at least two groups; else the smallest visible
group is hidden too (Cox 1980, "Suppression methodology and statistical disclosure control", JASA 75). Sizes are added
as if nobody were in two groups, which hides rather more than less.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Hidden(Generic[Group]):
    """What may not be shown."""

    groups: frozenset[Group]
    units: frozenset[str]
    """Units whose totals are hidden."""
    everything: bool
    """The total of all is hidden too."""

    def hides(self, group: Group) -> bool:
        """Whether no figure of this group may be shown."""
        return group in self.groups


def _protect(sizes: Mapping[Group, int], hidden: set[Group], k: int) -> bool:
    """Adds the smallest visible groups to `hidden` until their sum gives nobody away; False: it always would."""
    ordered = sorted((group for group in sizes if group not in hidden), key=lambda group: (sizes[group], str(group)))
    inside = [group for group in sizes if group in hidden and sizes[group] > 0]
    while inside and (len(inside) < 2 or sum(sizes[group] for group in inside) < k):
        if not ordered:
            return False
        added = ordered.pop(0)
        hidden.add(added)
        inside += [added] if sizes[added] > 0 else []
    return True


def suppress(sizes: Mapping[Group, int], unit_of: Callable[[Group], str], k: int) -> Hidden[Group]:
    """What to hide where the totals of all groups and of each unit are shown beside the groups.

    A group without anybody is hidden, but protects nobody and needs no protection.
    """
    hidden = {group for group, size in sizes.items() if size < k}
    units: dict[str, dict[Group, int]] = {}
    for group, size in sizes.items():
        units.setdefault(unit_of(group), {})[group] = size
    closed: set[str] = set()
    while True:
        before = (len(hidden), len(closed))
        for unit, members in units.items():
            if unit not in closed and not _protect(members, hidden, k):
                closed.add(unit)
        totals = {unit: sum(members.values()) for unit, members in units.items()}
        open_to_all = _protect(totals, closed, k)
        for unit in closed:
            # A unit that is closed for the sake of another must not be the sum of its visible groups.
            if all(group not in hidden for group in units[unit]):
                hidden.add(min(units[unit], key=lambda group: (units[unit][group], str(group))))
        # What is hidden in closed units is what remains of the whole without the open units and the visible groups.
        remainder = {group: size for unit in closed for group, size in units[unit].items()}
        open_to_all = _protect(remainder, hidden, k) and _protect(sizes, hidden, k) and open_to_all
        if (len(hidden), len(closed)) == before:
            return Hidden(frozenset(hidden), frozenset(closed), everything=not open_to_all)
