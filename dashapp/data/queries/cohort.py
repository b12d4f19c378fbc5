"""The learners of a course by name, and which of them the filters of its page choose: every part of the page asks here.

Who is chosen is decided once (`dashapp.domain.indicators.cohort`), so that all cards speak of the same learners.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from dashapp.data.queries.standing import CourseStanding
from dashapp.domain.filters import REST, Filters
from dashapp.domain.indicators.cohort import Members, chosen_places, other_choice
from dashapp.domain.keys import PublicId

Longs = NDArray[np.int64]
Named = Mapping[int, Row[*tuple[Any, ...]]]
"""Rows of `names_and_sections` or `names_in_sections`, by person: those whom the reader sees."""


def members_of(one: CourseStanding, named: Named, filters: Filters, used: str = "used") -> Members:
    """What the filters choose by, for the places of a standing. `used`: the column that says who used an activity."""
    rows = [named.get(int(key)) for key in one.people]
    asked = filters.activity is not None
    return Members(
        ids=[None if row is None else PublicId(row.public_id) for row in rows],
        sections=[() if row is None else row.sections or () for row in rows],
        groups=[() if row is None else row.groups or () for row in rows],
        levels=one.standing.levels,
        last_day=one.last_day,
        scores=one.averages,
        used=np.array([row is not None and bool(getattr(row, used)) for row in rows], dtype=bool) if asked else None,
    )


def chosen_of(one: CourseStanding, named: Named, filters: Filters, today: date) -> Longs:
    """The places of the learners of a course whom the filters choose, of those whom the reader sees by name."""
    sections = {name for _key, name, _title in one.course.sections}
    return chosen_places(members_of(one, named, filters), filters, today, sections)


def others_of(one: CourseStanding, named: Named, filters: Filters, today: date) -> Longs | None:
    """The places of the second choice, with which the first is compared; None where there is none.

    Of a saved view the dates do not count: both are seen on the shown days.
    """
    if filters.against == REST:
        everybody = chosen_of(one, named, Filters(), today)
        return np.setdiff1d(everybody, chosen_of(one, named, filters, today))
    sections = {name for _key, name, _title in one.course.sections}
    other = other_choice(filters, sections, groups_of(named))
    if other is None:
        return None
    return chosen_places(members_of(one, named, other, "used_by_others"), other, today, sections)


def groups_of(named: Named) -> tuple[str, ...]:
    """The groups that any of these learners is in, by name."""
    return tuple(sorted({name for row in named.values() for name in row.groups or ()}))
