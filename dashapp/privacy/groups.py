"""Minimum group size with complementary suppression, over the fixed lattice organisation → unit → course.

Hiding a small group is not enough: a total minus its visible parts gives the hidden part away. So wherever a total is
shown, what is hidden inside it must together be at least k people in at least two groups; else the smallest visible
group is hidden too (Cox 1980, "Suppression methodology and statistical disclosure control", JASA 75).

Sizes are added there as if nobody were in two groups. A total of distinct people is less than that: where groups
overlap, it may exceed one visible group by a single person. `without_thin_remainders` looks for those.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
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


def without_thin_remainders(
    hidden: Hidden[Group], people: Mapping[Group, AbstractSet[int]], unit_of: Callable[[Group], str], k: int
) -> Hidden[Group]:
    """Hides the totals of distinct people too that exceed what is visible inside them by fewer than k people.

    `people`: who is in each group. A unit that is closed here closes the whole, of which it would be the difference.
    """
    units: dict[str, set[Group]] = {}
    for group in people:
        units.setdefault(unit_of(group), set()).add(group)
    together = {unit: _union(people[group] for group in members) for unit, members in units.items()}
    closed = set(hidden.units)
    for unit, members in units.items():
        visible = [people[group] for group in members if group not in hidden.groups]
        if unit not in closed and _leaves_few(together[unit], visible, k):
            closed.add(unit)
    visible = [people[group] for group in people if group not in hidden.groups]
    visible += [everybody for unit, everybody in together.items() if unit not in closed]
    everything = hidden.everything or closed != hidden.units or _leaves_few(_union(people.values()), visible, k)
    return replace(hidden, units=frozenset(closed), everything=everything)


def all_large(counts: Iterable[int], k: int) -> bool:
    """Whether each of these groups is empty or of at least k people: else none of a figure's groups may be shown.

    For figures whose groups add up to a total that is known, so that a single hidden one would be the difference.
    """
    return all(count == 0 or count >= k for count in counts)


def _leaves_few(total: AbstractSet[int], visible: list[AbstractSet[int]], k: int) -> bool:
    """Whether the total without one of the visible sets, or without all of them, is somebody but fewer than k."""
    taken = [*visible, _union(visible)] if visible else []
    # All of them lie within the total.
    return any(0 < len(total) - len(one) < k for one in taken)


def _union(sets: Iterable[AbstractSet[int]]) -> AbstractSet[int]:
    return frozenset().union(*sets)
