"""An attack on everything that reports answer to who sees groups only, on random small campuses, beside the pages.

It asks every question of the lattice, and forged ones beside it; lists every group of people of whom a figure is shown;
and looks for figures that can be added and taken from one another until they are about 1 to k-1 people.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from dashapp.data.database import Database
from dashapp.domain.keys import PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import Answer, AnswerState
from dashapp.domain.reports.document import Chart, Data, Report
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Fixed, Grain
from dashapp.domain.reports.questions import Choice, Dimension, Question
from dashapp.settings import load_settings
from tests.data.queries.conftest import AS_OF, World, at, make_world
from tests.data.reports.conftest import ZONE, reader_of
from tests.privacy.subtraction import left_over
from tests.privacy.test_institution_lattice import DAYS, UNITS, K, Truth, activity_groups, grow, small
from tests.privacy.test_institution_lattice import ask as ask_pages

CAMPUSES = 4
MANY_CAMPUSES = 60
PERIOD = Fixed(first=at("03-02 00:00").date(), last=at("05-10 00:00").date())
TOTALS = ("active_learners", "events", "enrolled", "minutes")
BY_WEEK = ("active_learners", "enrolled")
"""The others are hidden by the same rule."""
SHOWN_ONLY = ("joined", "withdrawn", "at_risk", "handed_in")
Groups = dict[frozenset[str], list[set[str]]]


@dataclass(frozen=True)
class Asked:
    """A question, with which courses it means."""

    question: Question
    courses: frozenset[str]


def questions(world: World, truth: Truth) -> Iterator[Asked]:
    """All that the lattice has: everything, each unit and each course, by unit and by course, in one and by time."""
    ids = {code: world.public_id(code) for code in truth.units}
    choices = [(Choice(), frozenset(truth.units))]
    for unit in UNITS:
        inside = frozenset(code for code, own in truth.units.items() if own == unit)
        choices += [(Choice(units=(unit,)), inside)] if inside else []
    choices += [(Choice(courses=(ids[code],)), frozenset({code})) for code in ids]
    for key in (*TOTALS, *SHOWN_ONLY):
        for choice, courses in choices:
            for split in (None, Dimension.UNIT, Dimension.COURSE):
                for grain in (None, Grain.WEEK) if key in BY_WEEK else (None,):
                    asked = Question(measures=(key,), grain=grain, split=split, choice=choice, period=PERIOD)
                    yield Asked(asked, courses)


def dean(world: World) -> Principal:
    return Principal(world.organisation, PersonId(0), PublicId(uuid4()), "Dean", administers=True)


def answered(world: World, asked: list[Question], k: int) -> list[Answer]:
    """The answers to any number of questions."""
    found: list[Answer] = []
    for first in range(0, len(asked), 100):
        blocks = {UUID(int=number): one for number, one in enumerate(asked[first : first + 100])}
        report = Report(
            time_zone=ZONE,
            blocks=tuple(Data(id=key, chart=Chart.TABLE, question=one) for key, one in blocks.items()),
        )
        answers = reader_of(world, k).answers(dean(world), report, AS_OF)
        found += [answers[key] for key in blocks]
    return found


@dataclass(frozen=True)
class Attacked:
    """A campus with all that reports answer about it, what the pages show, and what would be without protection."""

    truth: Truth
    answers: list[tuple[Asked, Answer]]
    unprotected: list[tuple[Asked, Answer]]
    pages: Mapping[frozenset[str], list[set[str]]]


@pytest.fixture(scope="module")
def worlds(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], World]:
    """Organisations in one database."""
    settings = load_settings(_env_file=None, data_dir=tmp_path_factory.mktemp("reports") / "var", demo=False)
    return lambda name: make_world(module_database, settings, name)


def attack(world: World, seed: int) -> Attacked:
    """A grown campus, asked everything."""
    truth = grow(world, seed)
    asked = list(questions(world, truth))
    protected, plain = (answered(world, [one.question for one in asked], k) for k in (K, 1))
    pages = activity_groups(truth, ask_pages(world))
    return Attacked(truth, list(zip(asked, protected, strict=True)), list(zip(asked, plain, strict=True)), pages)


@pytest.fixture(scope="module")
def campuses(worlds: Callable[[str], World]) -> list[Attacked]:
    """Random campuses."""
    return [attack(worlds(f"campus-{seed}"), seed) for seed in range(CAMPUSES)]


# ------------------------------------------------------------------ which groups are shown


def shown_courses(truth: Truth, asked: Asked, row: tuple[object, ...]) -> frozenset[str]:
    """The courses whose people a row counts."""
    name = row[1] if asked.question.grain is not None else row[0]
    match asked.question.split:
        case Dimension.COURSE:
            return frozenset({str(name)})
        case Dimension.UNIT:
            return frozenset(code for code in asked.courses if truth.units[code] == name)
        case _:
            return asked.courses


def groups_of(
    truth: Truth, answers: list[tuple[Asked, Answer]], pages: Mapping[frozenset[str], list[set[str]]]
) -> Groups:
    """By the set of courses of whose learners a figure is: these learners; the pages' figures too."""
    found: Groups = {courses: list(groups) for courses, groups in pages.items()}
    for asked, answer in answers:
        if asked.question.measures[0] not in TOTALS:
            continue
        for row in answer.rows:
            if row[-1] is None:
                continue
            courses = shown_courses(truth, asked, row)
            people = set().union(*(truth.now[code] for code in courses))
            if people not in found.setdefault(courses, []):
                found[courses].append(people)
    return found


def small_groups(truth: Truth, groups: Groups) -> list[object]:
    return [(sorted(courses), sorted(one)) for courses, people in groups.items() for one in people if small(one)]


def remainders(truth: Truth, groups: Groups) -> list[object]:
    """Totals of different people that exceed parts, which have nobody in common, by few."""
    now = {
        courses: set().union(*(truth.now[code] for code in courses))
        for courses, people in groups.items()
        if set().union(*(truth.now[code] for code in courses)) in people
    }
    return left_over(now, small)


@pytest.mark.parametrize("find", [small_groups, remainders])
def test_no_sum_and_no_difference_of_answers_is_of_few_people(
    campuses: list[Attacked], find: Callable[[Truth, Groups], list[object]]
) -> None:
    found = [find(one.truth, groups_of(one.truth, one.answers, one.pages)) for one in campuses]
    assert found == [[] for _one in campuses]
    # It could fail: with groups of one allowed, it finds somebody.
    assert any(find(one.truth, groups_of(one.truth, one.unprotected, {})) for one in campuses)


def test_answers_hide_exactly_the_courses_and_units_that_the_pages_hide(campuses: list[Attacked]) -> None:
    for one in campuses:
        by_reports = {
            courses
            for courses, people in groups_of(one.truth, one.answers, {}).items()
            if set().union(*(one.truth.now[code] for code in courses)) in people
        }
        by_pages = {
            courses
            for courses, people in one.pages.items()
            if set().union(*(one.truth.now[code] for code in courses)) in people
        }
        assert by_reports == by_pages


def test_sums_that_the_pages_do_not_know_have_nothing_hidden_in_them(campuses: list[Attacked]) -> None:
    """What joined, withdrawn, at risk and handed in say of everything is what they say of the shown courses."""
    compared = 0
    for one in campuses:
        answers = {(asked.question.measures, asked.question.split, asked.courses): answer
                   for asked, answer in one.answers if asked.question.grain is None}  # fmt: skip
        for key in SHOWN_ONLY:
            for courses in {asked.courses for asked, _answer in one.answers}:
                total = answers[(key,), None, courses]
                rows = answers[(key,), Dimension.COURSE, courses].rows
                if total.rows and total.rows[0][0] is not None:
                    compared += 1
                    assert total.rows[0][0] == sum(int(row[1]) for row in rows if isinstance(row[1], int))
                else:
                    assert all(row[1] is None for row in rows)
    assert compared > 20


def test_past_enrolments_are_of_many_and_leave_few_out_nowhere(campuses: list[Attacked]) -> None:
    """Those of each week by themselves: on 2 April some left, on 1 April some joined."""
    changed = at("04-02 00:00").date()
    for one in campuses:
        for week in {row[0] for _asked, answer in one.answers for row in answer.rows if isinstance(row[0], date)}:
            there = one.truth.now if week + timedelta(days=6) >= changed else one.truth.at_start
            told = [
                (asked, replace(answer, rows=tuple(row for row in answer.rows if row[0] == week)))
                for asked, answer in one.answers
                if asked.question.measures == ("enrolled",) and asked.question.grain is not None
            ]
            then = replace(one.truth, now=there)
            groups = groups_of(then, told, {})
            assert (small_groups(then, groups), remainders(then, groups)) == ([], [])


def test_forged_questions_are_refused(worlds: Callable[[str], World]) -> None:
    """Free sums of courses and units, single days, sections, learners, types: by word and by number of rows."""
    world = worlds("forged")
    truth = grow(world, 4)
    ids = tuple(world.public_id(code) for code in truth.units)
    two = Choice(courses=ids[:2])
    forged = [
        Question(measures=(key,), split=split, grain=grain, choice=choice, period=PERIOD)
        for key in MEASURES
        for split, grain, choice in (
            (None, None, two),
            (Dimension.UNIT, None, Choice(courses=ids[:1])),
            (None, None, Choice(units=("Science", "Arts"))),
            (Dimension.COURSE, None, Choice(units=("Science",), courses=ids)),
            (None, None, Choice(sections=("a",))),
            (None, None, Choice(activity_types=("video",))),
            (None, Grain.DAY, Choice()),
            (Dimension.LEARNER, None, Choice()),
            (Dimension.SECTION, None, Choice()),
            (Dimension.ACTIVITY, None, Choice()),
            (Dimension.ACTIVITY_TYPE, None, Choice()),
            (Dimension.WEEKDAY, None, Choice()),
            (Dimension.HOUR, None, Choice()),
        )
    ]
    found = answered(world, forged, K)
    assert {answer.state for answer in found} == {AnswerState.REFUSED}
    assert all(answer.rows == () and answer.reason for answer in found)


def test_what_few_learners_do_changes_no_answer(worlds: Callable[[str], World]) -> None:
    """The same campus twice, in one of which its two learners were there every day."""
    told = []
    for busy in (False, True):
        world = worlds(f"twin-{busy}")
        world.course("TINY")
        world.task("TINY", "one", "04-20 20:00")
        world.learners("TINY", "y", "z")
        world.seen("z", "TINY", "03-03 11:00")
        for day in DAYS if busy else ():
            world.seen("y", "TINY", f"{day} 10:00")
        if busy:
            world.submitted("y", "TINY", "one", "04-18 10:00", score=8.0)
        world.write()
        truth = Truth({"TINY": "Science"}, {"TINY": {"y", "z"}})
        asked = [one.question for one in questions(world, truth)]
        told.append(answered(world, asked, K))
    assert told[0] == told[1]
    assert {answer.state for answer in told[0]} <= {AnswerState.HIDDEN, AnswerState.REFUSED}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_sum_and_no_difference_is_of_few_people_on_many_campuses(worlds: Callable[[str], World]) -> None:
    for seed in range(2000, 2000 + MANY_CAMPUSES):
        one = attack(worlds(f"many-{seed}"), seed)
        groups = groups_of(one.truth, one.answers, one.pages)
        assert (small_groups(one.truth, groups), remainders(one.truth, groups)) == ([], []), seed


def test_courses_that_are_over_are_told_by_themselves_and_in_no_total(worlds: Callable[[str], World]) -> None:
    world = worlds("over")
    over: dict[str, Any] = {"starts_on": date(2025, 9, 1), "ends_on": date(2026, 2, 1)}
    now: dict[str, Any] = {}
    for code, many, dates in (("NEW", 6, now), ("OLD", 6, over), ("TINY", 2, over)):
        world.course(code, **dates)
        world.learners(code, *(f"{code.lower()}{number}" for number in range(many)))
    world.write()
    old, tiny = (Choice(courses=(world.public_id(code),)) for code in ("OLD", "TINY"))
    both = Choice(courses=(*old.courses, *tiny.courses))
    asked = [
        Question(measures=("enrolled",), period=PERIOD),
        Question(measures=("enrolled",), period=PERIOD, choice=old),
        Question(measures=("enrolled",), period=PERIOD, choice=tiny),
        Question(measures=("enrolled",), period=PERIOD, choice=both, split=Dimension.COURSE, grain=Grain.MONTH),
        Question(measures=("enrolled",), period=PERIOD, choice=both),
    ]
    total, large, small_one, divided, summed = answered(world, asked, K)
    assert (total.rows, large.rows) == (((6,),), ((6,),))
    assert (small_one.state, summed.state) == (AnswerState.HIDDEN, AnswerState.REFUSED)
    assert {row[1] for row in divided.rows} == {"OLD"}
