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
from functools import reduce
from operator import or_
from typing import Final, Generic, TypeVar

Group = TypeVar("Group", bound=Hashable)

LONGEST_SEARCH: Final = 5_000
"""Steps. Groups that overlap, and groups that do not, both end a search after a few steps per group."""


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


def differ_by_few(one: AbstractSet[int], other: AbstractSet[int], k: int) -> bool:
    """Whether somebody, but fewer than k, is in one of the groups and not in the other."""
    return any(0 < len(left) < k for left in (one - other, other - one))


def _leaves_few(total: AbstractSet[int], visible: list[AbstractSet[int]], k: int) -> bool:
    """Whether the total without visible sets that have nobody in common is somebody but fewer than k: their figures
    are added and taken from the total's. So it is without all of them together, whatever they have in common; and
    without any of them, where the same few people are in groups whose sizes add up to more.

    A search that finds no end is taken for a find.
    """
    place = {person: number for number, person in enumerate(total)}
    everybody = (1 << len(place)) - 1
    # All of them lie within the total.
    masks = sorted((_mask(one, place) for one in visible), key=int.bit_count, reverse=True)
    open_ends = [(0, masks)]
    if 0 < len(place) < k or (masks and 0 < len(place) - _joined(masks).bit_count() < k):
        return True
    for _step in range(LONGEST_SEARCH):
        if not open_ends:
            return False
        taken, others = open_ends.pop()
        if 0 < (everybody & ~taken).bit_count() < k and taken:
            return True
        # What would still be left with every other one that has nobody in common with those taken.
        if not others or (everybody & ~(taken | _joined(others))).bit_count() >= k:
            continue
        first, rest = others[0], others[1:]
        open_ends.append((taken, rest))
        open_ends.append((taken | first, [one for one in rest if not one & first]))
    return True


def _mask(people: AbstractSet[int], place: Mapping[int, int]) -> int:
    """The people as bits."""
    bits = bytearray(len(place) // 8 + 1)
    for person in people:
        bits[place[person] >> 3] |= 1 << (place[person] & 7)
    return int.from_bytes(bits, "little")


def _joined(masks: Iterable[int]) -> int:
    """Everybody in any of them."""
    return reduce(or_, masks, 0)


def _union(sets: Iterable[AbstractSet[int]]) -> AbstractSet[int]:
    return frozenset().union(*sets)
