"""An attack on everything that an institution's administrators see of random small campuses.

It lists every group of people of which any figure is shown, by which activity the figure counts, and looks for figures
that can be added and taken from one another until they are about 1 to k-1 people. Then it looks for any number of a
hidden course in texts, tooltips, figures and their tables.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from dashapp.components import institution, institution_further
from dashapp.components.links import Links
from dashapp.data.database import Database
from dashapp.data.queries.compared import read_compared
from dashapp.data.queries.institution import institution_view
from dashapp.data.queries.institution_further import read_institution_further
from dashapp.data.queries.overview import read_overview
from dashapp.domain.filters import Filters
from dashapp.domain.views import ClassroomView, CoursesView, InstitutionFurtherView, InstitutionView
from dashapp.domain.views.cohort import CohortFigures
from dashapp.figures import Screen
from dashapp.settings import load_settings
from tests.data.queries.conftest import AS_OF, World, at, make_world, read_classroom
from tests.privacy.subtraction import left_over

K = 5
CAMPUSES = 6
MANY_CAMPUSES = 60
UNITS = ("Science", "Arts", "Law")
DAYS = ("03-03", "03-12", "03-26", "04-08", "04-20", "04-29", "05-04", "05-06")


@dataclass
class Truth:
    """Who is where; nothing of it is shown as such."""

    units: dict[str, str] = field(default_factory=dict)
    now: dict[str, set[str]] = field(default_factory=dict)
    at_start: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """All answers to all questions that the page takes, and the list of courses, which the API gives out too."""

    views: Mapping[str | None, InstitutionView]
    further: Mapping[str | None, InstitutionFurtherView]
    listed: CoursesView
    rooms: Mapping[str, ClassroomView]
    """The classroom of each course, as an administrator sees it."""


def grow(world: World, seed: int) -> Truth:
    """A campus of up to five courses in up to three units, whose learners overlap, come and go."""
    dice = random.Random(seed)
    truth = Truth()
    people = [f"p{number}" for number in range(dice.choice((6, 12, 24)))]
    for number in range(dice.randint(1, 5)):
        code, unit = f"C{number}", dice.choice(UNITS[: dice.randint(1, 3)])
        learners = set(dice.sample(people, min(len(people), dice.choice((1, 3, 5, 6, 8, 12)))))
        left = set(dice.sample(sorted(learners), min(len(learners), dice.choice((0, 0, 1, 2)))))
        late = {f"late-{number}-{one}" for one in range(dice.choice((0, 0, 1)))}
        world.course(code, unit)
        world.learners(code, *sorted(learners))
        world.learners(code, *sorted(late), occurred_at=at("04-01 08:00"))
        for name in sorted(left):
            world.member(name, code, active=False, occurred_at=at("04-02 08:00"))
        for name in sorted(learners | late):
            world.seen(name, code, *(f"{day} 10:00" for day in DAYS if dice.random() < 0.5))
        truth.units[code], truth.at_start[code] = unit, learners
        truth.now[code] = (learners - left) | late
    world.write()
    return truth


def ask(world: World, k: int = K) -> Shown:
    """Every question: no unit, each unit, and a unit that there is not."""
    views, further = {}, {}
    for unit in (None, *UNITS):
        filters = Filters.parse(unit=unit)

        def read(connection: Any, filters: Filters = filters) -> tuple[InstitutionView, InstitutionFurtherView]:
            compared = read_compared(connection, world.everything(k), AS_OF, filters)
            return institution_view(compared, filters), read_institution_further(connection, compared, filters)

        view, more = world.read(read)
        if view.chosen_unit == unit:
            views[unit], further[unit] = view, more
    rooms = {row.code: ask_room(world, row.code, k=k) for row in views[None].courses}
    return Shown(views, further, world.read(read_overview, world.everything(k), AS_OF), rooms)


def ask_room(world: World, code: str, k: int = K, **filters: object) -> ClassroomView:
    """The page of a course, as an administrator sees it."""
    course = world.course_id(code)
    scope = replace(world.everything(k), courses=frozenset({course}))
    view: ClassroomView = world.read(read_classroom, scope, AS_OF, Filters.parse(**filters), course)
    return view


@dataclass(frozen=True)
class Attacked:
    """A campus with all that is shown of it, and what would be if groups of one were large enough."""

    truth: Truth
    shown: Shown
    unprotected: Shown


@pytest.fixture(scope="module")
def module_worlds(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], World]:
    """Organisations in one database."""
    settings = load_settings(_env_file=None, data_dir=tmp_path_factory.mktemp("lattice") / "var", demo=False)
    return lambda name: make_world(module_database, settings, name)


@pytest.fixture(scope="module")
def campuses(module_worlds: Callable[[str], World]) -> list[Attacked]:
    """Random campuses with all that is shown of them."""
    grown = []
    for seed in range(CAMPUSES):
        world = module_worlds(f"campus-{seed}")
        truth = grow(world, seed)
        grown.append(Attacked(truth, ask(world), ask(world, 1)))
    return grown


# ------------------------------------------------------------------ which groups are shown


def activity_groups(truth: Truth, shown: Shown) -> dict[frozenset[str], list[set[str]]]:
    """By the set of courses whose activity a figure counts: the groups of people of whom it is counted."""
    found: dict[frozenset[str], list[set[str]]] = {}

    def add(courses: set[str], people: set[str]) -> None:
        groups = found.setdefault(frozenset(courses), [])
        if people not in groups:
            groups.append(people)

    for unit, view in shown.views.items():
        courses = {code for code in truth.units if unit in (None, truth.units[code])}
        if courses and (view.active_7 is not None or view.days or view.weeks or view.months):
            add(courses, set().union(*(truth.now[code] for code in courses)))
        for row in view.courses:
            if row.active_7 is not None or row.enrolled is not None or row.weeks:
                add({row.code}, truth.now[row.code])
    for listed in shown.listed.courses:
        if listed.enrolled is not None or listed.active_7 is not None:
            add({listed.course.code}, truth.now[listed.course.code])
    for code, room in shown.rooms.items():
        if not room.hidden:
            add({code}, truth.now[code])
    for further in shown.further.values():
        for story in further.stories:
            if story.at_start is not None or story.retention or story.still_enrolled:
                add({story.code}, truth.at_start[story.code])
    return found


def small(people: set[str]) -> bool:
    return 0 < len(people) < K


def small_groups(truth: Truth, shown: Shown) -> list[object]:
    """Figures of fewer than k people."""
    return [
        (sorted(courses), sorted(group))
        for courses, groups in activity_groups(truth, shown).items()
        for group in groups
        if small(group)
    ]


def differences(truth: Truth, shown: Shown) -> list[object]:
    """Two groups that differ by few, whose activity in the same courses is shown over time: the start of a course, and
    those there now.

    On the institution's page figures of a course itself are of its last 7 days or of events of everybody; its start is
    told in four weeks. Only of a unit, or a whole, that is one course are weeks and months of those enrolled now shown
    as well. The classroom's page shows days and weeks of those enrolled now in any course.
    """
    over_time = {
        frozenset(code for code in truth.units if unit in (None, truth.units[code]))
        for unit, view in shown.views.items()
        if view.days or view.weeks or view.months
    }
    over_time |= {frozenset({code}) for code, room in shown.rooms.items() if room.days or room.figures.weeks}
    return [
        (sorted(courses), sorted(one), sorted(other))
        for courses, groups in activity_groups(truth, shown).items()
        if courses in over_time
        for one, other in combinations(groups, 2)
        if small(one - other) or small(other - one)
    ]


def remainders(truth: Truth, shown: Shown) -> list[object]:
    """Totals of different people that exceed parts, which have nobody in common, by few."""
    groups = activity_groups(truth, shown)
    now = {
        courses: set().union(*(truth.now[code] for code in courses))
        for courses in groups
        if len(courses) > 1 or truth.now[next(iter(courses))] in groups[courses]
    }
    return left_over(now, small)


@pytest.mark.parametrize("find", [small_groups, differences, remainders])
def test_no_sum_and_no_difference_of_figures_is_of_few_people(
    campuses: list[Attacked], find: Callable[[Truth, Shown], list[object]]
) -> None:
    assert {seed: found for seed, one in enumerate(campuses) if (found := find(one.truth, one.shown))} == {}


def test_neighbouring_days_weeks_and_months_count_the_same_people(campuses: list[Attacked]) -> None:
    for shown in (one.shown for one in campuses):
        for view in shown.views.values():
            if view.enrolled is None:
                assert (view.days, view.weeks, view.months, view.day_courses) == ((), (), (), ())
                assert (view.active_7, view.active_7_before, view.events_7) == (None, None, 0)
            for week in view.weeks:
                days = [day.learners or 0 for day in view.days if week.first <= day.day <= week.last]
                assert max(days) <= week.learners <= min(sum(days), view.enrolled or 0)
            for month in view.months:
                weeks = [week.learners for week in view.weeks if month.first <= week.first <= month.last]
                assert max(weeks) <= month.learners <= min(sum(weeks), view.enrolled or 0)


def test_the_list_of_courses_hides_what_the_page_hides_and_says_the_same_of_the_others(
    campuses: list[Attacked],
) -> None:
    for shown in (one.shown for one in campuses):
        page = {row.code: (row.hidden, row.enrolled, row.active_7) for row in shown.views[None].courses}
        assert page == {row.course.code: (row.hidden, row.enrolled, row.active_7) for row in shown.listed.courses}


# ------------------------------------------------------------------ the page of each course


def test_the_page_of_a_course_is_hidden_exactly_where_the_comparison_hides_it(campuses: list[Attacked]) -> None:
    for shown in (one.shown for one in campuses):
        hidden = {row.code: row.hidden for row in shown.views[None].courses}
        assert hidden == {code: room.hidden for code, room in shown.rooms.items()}
        for room in (one for one in shown.rooms.values() if one.hidden):
            assert (room.enrolled, room.days, room.heat, room.figures) == (None, (), (), CohortFigures())


def test_no_filter_of_a_course_chooses_people_for_who_sees_groups_only(module_worlds: Callable[[str], World]) -> None:
    world = module_worlds("rooms")
    truth = grow(world, 3)
    public = [str(world.public_id(name)) for name in ("p1", "p2")]
    forged = (
        {"section": "a"},
        {"learners": public},
        {"level": "help"},
        {"score": "60-80"},
        {"seen": "7d"},
        {"activity": "page", "against": "rest"},
    )
    for code in truth.units:
        plain = ask_room(world, code)
        assert (plain.named, plain.learners, plain.unpicked, plain.other, plain.groups) == (False, (), (), None, ())
        assert all(ask_room(world, code, **chosen) == plain for chosen in forged)


def test_weeks_of_a_course_say_the_same_whatever_dates_are_chosen(campuses: list[Attacked]) -> None:
    """Dates choose whole weeks, and no figure adds up over them: taking one range from another gives nothing."""
    assert any(not room.hidden for one in campuses for room in one.shown.rooms.values())
    for room in (one for each in campuses for one in each.shown.rooms.values() if not one.hidden):
        assert room.first.weekday() == 0
        for week, count in zip(room.week_starts, room.figures.weeks, strict=True):
            days = [day.learners or 0 for day in room.days if week <= day.day < week + timedelta(days=7)]
            assert max(days) <= count <= min(sum(days), room.enrolled or 0)


# ------------------------------------------------------------------ what hidden courses leave behind


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in the JSON of a page, with its place."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from leaves(value, f"{path}.{name}")
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from leaves(value, f"{path}[{place}]")
    else:
        yield path, part


def drawn(shown: Shown, unit: str | None, span: str) -> str:
    """Everything that is sent to the browser."""
    chosen = institution.Chosen(Filters.parse(unit=unit), span)
    values = institution.fill(shown.views[unit], Screen(), Links(), chosen)
    more = institution_further.fill(shown.further[unit], Screen())
    both = {**values, **{f"further-{name}": value for name, value in more.items()}}
    return json.dumps(
        both, default=lambda part: part.to_plotly_json() if hasattr(part, "to_plotly_json") else str(part)
    )


def test_rows_of_hidden_courses_hold_no_number_in_grid_chart_tooltip_or_table(
    campuses: list[Attacked],
) -> None:
    for shown in (one.shown for one in campuses):
        for unit, view in shown.views.items():
            hidden = {row.code for row in view.courses if row.hidden}
            for span in ("", "week", "month") if unit is None else ("week",):
                values = json.loads(drawn(shown, unit, span))
                for row in values["courses"]:
                    assert row["code"] not in hidden or set(row) == {"id", "code", "title", "hidden", "hidden_text"}
                for chart in ("tree", "weeks", "scores", "days"):
                    for row in values[chart]["layout"].get("meta", {}).get("rows", []):
                        named = [cell for cell in row if cell in hidden]
                        digits = [cell for cell in row if cell not in hidden and any(map(str.isdigit, cell))]
                        assert not (named and digits), (chart, row)
                    for path, text in leaves(values[chart]["data"]):
                        tells = isinstance(text, str) and any(f"{code}:" in text or code == text for code in hidden)
                        assert not tells, (chart, path, text)


def test_what_few_learners_do_changes_nothing_that_is_sent(module_worlds: Callable[[str], World]) -> None:
    """The same campus twice, in one of which its two learners were there every day."""
    pages = []
    for busy in (False, True):
        world = module_worlds(f"twin-{busy}")
        world.course("TINY")
        world.learners("TINY", "y", "z")
        world.seen("z", "TINY", "03-03 11:00")
        for day in DAYS if busy else ():
            world.seen("y", "TINY", f"{day} 10:00")
        world.write()
        shown = ask(world)
        assert shown.views[None].hidden
        pages.append([_without_ids(json.loads(drawn(shown, None, span))) for span in ("", "week", "month")])
    assert len(pages[0][0]) > 100
    assert pages[0] == pages[1]


def _without_ids(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Public ids, and the names of organisations and sources, differ between any two campuses."""
    return [
        (path, value)
        for path, value in leaves(values)
        if not any(name in path for name in (".id", ".href", "trust", ".meta"))
    ]


def test_the_attack_finds_people_where_nothing_is_hidden(campuses: list[Attacked]) -> None:
    """It could fail: with groups of one allowed, each of its three ways finds somebody."""
    few, differing, remaining = (
        [seed for seed, one in enumerate(campuses) if find(one.truth, one.unprotected)]
        for find in (small_groups, differences, remainders)
    )
    assert few
    assert differing
    assert remaining


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_sum_and_no_difference_is_of_few_people_on_many_campuses(module_worlds: Callable[[str], World]) -> None:
    for seed in range(1000, 1000 + MANY_CAMPUSES):
        world = module_worlds(f"many-{seed}")
        truth = grow(world, seed)
        shown = ask(world)
        assert [find(truth, shown) for find in (small_groups, differences, remainders)] == [[], [], []], seed
