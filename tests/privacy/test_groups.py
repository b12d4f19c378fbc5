from itertools import chain, combinations
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashapp.privacy.groups import Hidden, all_large, suppress, without_thin_remainders

K = 5


def hide(sizes: dict[Any, int], units: dict[Any, str]) -> Hidden[Any]:
    return suppress(sizes, units.__getitem__, K)


def test_groups_of_at_least_k_are_shown() -> None:
    hidden = hide({"a": 5, "b": 40}, {"a": "arts", "b": "arts"})
    assert not hidden.groups
    assert not hidden.units
    assert not hidden.everything


def test_with_one_small_group_a_second_one_is_hidden_since_the_total_would_give_it_away() -> None:
    hidden = hide({"a": 3, "b": 40, "c": 50}, dict.fromkeys("abc", "arts"))
    assert hidden.groups == {"a", "b"}


def test_two_small_groups_hide_each_other_when_they_are_k_together() -> None:
    assert hide({"a": 3, "b": 4, "c": 50}, dict.fromkeys("abc", "arts")).groups == {"a", "b"}


def test_two_small_groups_that_are_fewer_than_k_together_hide_a_third_one() -> None:
    assert hide({"a": 1, "b": 2, "c": 50, "d": 60}, dict.fromkeys("abcd", "arts")).groups == {"a", "b", "c"}


def test_a_unit_of_one_small_group_is_hidden_with_another_unit_beside_it() -> None:
    hidden = hide({"a": 3, "b": 40, "c": 50, "d": 60}, {"a": "arts", "b": "law", "c": "law", "d": "physics"})
    assert "arts" in hidden.units
    assert len(hidden.units) >= 2
    assert not hidden.everything


def test_an_organisation_with_one_small_group_shows_nothing() -> None:
    hidden = hide({"a": 3}, {"a": "arts"})
    assert hidden.everything
    assert hidden.hides("a")


def test_an_empty_group_is_hidden_and_costs_no_other_group() -> None:
    assert hide({"a": 0, "b": 40}, {"a": "arts", "b": "arts"}).groups == {"a"}


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from("xyz")), min_size=1, max_size=9))
def test_no_hidden_figure_follows_from_the_shown_ones_by_any_sum_or_difference(groups: list[tuple[int, str]]) -> None:
    sizes = {number: size for number, (size, _unit) in enumerate(groups)}
    units = {number: unit for number, (_size, unit) in enumerate(groups)}
    hidden = hide(sizes, units)
    counted = [number for number in sizes if sizes[number] > 0]
    if not counted:
        return

    def row(members: set[int]) -> list[float]:
        return [1.0 if number in members else 0.0 for number in counted]

    shown = [row({number}) for number in counted if number not in hidden.groups]
    shown += [
        row({number for number in counted if units[number] == unit})
        for unit in set(units.values())
        if unit not in hidden.units
    ]
    shown += [] if hidden.everything else [row(set(counted))]
    known = np.array(shown).reshape(len(shown), len(counted))
    rank = np.linalg.matrix_rank(known) if len(shown) else 0
    closed = [row({number for number in counted if units[number] == unit}) for unit in hidden.units]
    kept_back = [number for number in counted if number in hidden.groups]
    subsets = chain.from_iterable(combinations(kept_back, length) for length in (1, 2, 3))
    secrets = [row(set(subset)) for subset in subsets if sum(sizes[number] for number in subset) < K]
    secrets += [row({number}) for number in kept_back] + [one for one in closed if any(one)]
    for secret in secrets:
        assert np.linalg.matrix_rank(np.vstack([known, secret])) > rank, (secret, hidden)
    assert all(sizes[number] >= K for number in sizes if number not in hidden.groups)


def hide_people(people: dict[str, set[int]], units: dict[str, str]) -> Hidden[str]:
    hidden = hide({group: len(inside) for group, inside in people.items()}, units)
    return without_thin_remainders(hidden, people, units.__getitem__, K)


def test_a_total_that_exceeds_a_visible_group_by_one_person_is_hidden() -> None:
    people = {"a": set(range(20)), "b": {17, 18, 19}, "c": {0, 1, 99}}
    hidden = hide_people(people, dict.fromkeys("abc", "arts"))
    assert hidden.groups == {"b", "c"}
    assert hidden.units == {"arts"}
    assert hidden.everything


def test_groups_that_are_all_visible_do_not_tell_one_person_apart_either() -> None:
    hidden = hide_people({"a": set(range(20)), "b": set(range(10, 21))}, {"a": "arts", "b": "law"})
    assert not hidden.groups
    assert hidden.everything


def test_totals_with_large_remainders_stay() -> None:
    hidden = hide_people({"a": set(range(20)), "b": set(range(15, 40)), "c": {1}}, {"a": "x", "b": "y", "c": "x"})
    assert hidden.groups == {"a", "c"}
    assert not hidden.everything
    apart = hide_people({"a": set(range(20)), "b": set(range(20, 40))}, {"a": "x", "b": "y"})
    assert not apart.everything
    same = hide_people({"a": set(range(20)), "b": set(range(20))}, {"a": "x", "b": "y"})
    assert not same.everything


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.sets(st.integers(0, 14), min_size=1), min_size=1),
    st.dictionaries(st.sampled_from("abcdefg"), st.sampled_from("xyz"), min_size=7, max_size=7),
)
def test_no_shown_total_exceeds_what_is_visible_inside_it_by_a_few(
    people: dict[str, set[int]], units: dict[str, str]
) -> None:
    hidden = hide_people(people, units)
    totals = {unit: {group for group in people if units[group] == unit} for unit in {units[group] for group in people}}
    shown = {unit: members for unit, members in totals.items() if unit not in hidden.units}
    visible = {group: people[group] for group in people if group not in hidden.groups}
    whole = [] if hidden.everything else [(set(people), list(shown.values()))]
    for members, inner in [*((members, []) for members in shown.values()), *whole]:
        total = set().union(*(people[group] for group in members))
        parts = [inside for group, inside in visible.items() if group in members]
        parts += [set().union(*(people[group] for group in one)) for one in inner]
        for part in [*parts, set().union(*parts)] if parts else []:
            assert not 0 < len(total - part) < K


def test_a_figure_is_shown_when_each_of_its_groups_is_empty_or_large_enough() -> None:
    assert all_large([0, 5, 12], 5)
    assert all_large([], 5)
    assert not all_large([30, 4, 0], 5)


def test_two_visible_groups_that_leave_few_of_a_third_one_hide_the_total() -> None:
    # Two of c are in neither a nor b, which have nobody in common.
    people = {"a": set(range(7)), "b": set(range(10, 16)), "c": {0, 1, 10, 11, 20, 21}}
    hidden = hide_people(people, {"a": "arts", "b": "law", "c": "physics"})
    assert hidden.everything


@given(st.lists(st.sets(st.integers(0, 13), min_size=5, max_size=9), min_size=1, max_size=5))
def test_no_visible_groups_without_common_people_leave_few_of_a_total(groups: list[set[int]]) -> None:
    people = {str(number): inside for number, inside in enumerate(groups)}
    hidden = hide_people(people, dict.fromkeys(people, "arts"))
    total = set().union(*groups)
    visible = [inside for group, inside in people.items() if group not in hidden.groups]
    leaks = False
    for length in range(1, len(visible) + 1):
        for chosen in combinations(visible, length):
            apart = sum(map(len, chosen)) == len(set().union(*chosen))
            left = len(total) - len(set().union(*chosen))
            leaks |= 0 < left < K and (apart or length == len(visible))
    assert hidden.everything == leaks


def test_forty_overlapping_courses_and_forty_that_do_not_are_looked_through() -> None:
    overlapping = {str(number): set(range(number * 10, number * 10 + 400)) for number in range(40)}
    apart = {str(number): set(range(number * 400, number * 400 + 400)) for number in range(40)}
    for people in (overlapping, apart):
        assert not hide_people(people, {group: str(int(group) % 4) for group in people}).everything


def test_a_total_of_few_people_is_hidden_though_the_sizes_of_its_groups_add_up_to_more() -> None:
    # The same four people in two courses of three each.
    people = {"a": {1, 2, 3}, "b": {2, 3, 4}, "c": set(range(10, 30)), "d": set(range(30, 50)), "e": set(range(50, 70))}
    hidden = hide_people(people, {"a": "arts", "b": "arts", "c": "law", "d": "physics", "e": "physics"})
    assert "arts" in hidden.units
    assert hidden.everything
