"""The palette finds what its reader may open, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from callbacks.palette import clean
from dashapp.domain.views.found import MOST_WORDS
from tests.callbacks.reports import imported
from tests.campus import ADMINISTRATOR, ADVISED, ADVISER, LEARNERS, SECTION_TEACHER, Campus
from tests.served import Visitor

Strangers = Callable[[], Visitor]


def found(somebody: Visitor, words: Any) -> dict[str, list[tuple[str, str]]]:
    """(label, address) of the options, by their group."""
    answer = somebody.ask("keyboard-list", {"keyboard-asked.data": {"words": words, "at": 1}})
    assert answer.status_code == 200
    groups = {}
    for group in answer.get_json()["response"]["keyboard-list"]["children"]:
        name, *options = group["props"]["children"]
        assert all(option["props"]["role"] == "option" for option in options)
        groups[name["props"]["children"]] = [
            (option["props"]["children"][0]["props"]["children"], option["props"]["data-la-href"]) for option in options
        ]
    return groups


def labels(groups: dict[str, list[tuple[str, str]]], group: str) -> list[str]:
    return [label for label, _href in groups.get(group, [])]


def test_staff_find_their_course_and_each_of_its_learners(campus: Campus, visitor: Strangers) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")

    assert labels(found(tess, "alg"), "Courses") == ["ALG 1 · Algebra"]
    assert found(tess, "botany") == {}
    [(name, href)] = found(tess, "  BROOK ben")["Learners"]
    assert name == "Ben Brook"
    assert href == f"/learners/{campus.people['Ben Brook'].public_id}"
    for learner in LEARNERS["algebra"]:
        assert labels(found(tess, learner.split()[1]), "Learners") == [learner]
    # Of the other course only, and staff, who are no learners.
    assert "Learners" not in found(tess, "Ivy")
    assert "Learners" not in found(tess, "Theo")


def test_reports_are_found_by_their_titles_by_who_may_read_them(campus: Campus, visitor: Strangers) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    key = imported(tess)

    assert ("Weekly", f"/reports/{key}") in found(tess, "weEKLy")["Reports"]
    for other in ("Theo Tull", "Ada Abel"):
        somebody = visitor().sign_in(campus, other)
        assert f"/reports/{key}" not in [href for _label, href in found(somebody, "weekly").get("Reports", [])]


def test_staff_of_a_section_find_its_learners_only(campus: Campus, visitor: Strangers) -> None:
    sue = visitor().sign_in(campus, SECTION_TEACHER)

    everybody = [name for learner in LEARNERS["algebra"] for name in labels(found(sue, learner), "Learners")]

    assert everybody == list(LEARNERS["algebra"][::2])


def test_who_sees_groups_only_finds_courses_and_pages_but_no_learner(campus: Campus, visitor: Strangers) -> None:
    max_moor = visitor().sign_in(campus, ADMINISTRATOR)

    assert labels(found(max_moor, "bot"), "Courses") == ["BOT 1 · Botany"]
    assert all("Learners" not in found(max_moor, name) for name in ("Ada", "Brook", "Ivy"))
    assert "Audit trail" in labels(found(max_moor, "audit"), "Pages")


def test_an_adviser_finds_the_caseload_and_no_course(campus: Campus, visitor: Strangers) -> None:
    amy = visitor().sign_in(campus, ADVISER)

    assert {name for each in campus.people for name in labels(found(amy, each), "Learners")} == set(ADVISED)
    assert "Courses" not in found(amy, "algebra")


def test_a_learner_finds_their_own_courses_and_nobody(campus: Campus, visitor: Strangers) -> None:
    ben = visitor().sign_in(campus, "Ben Brook")

    [(name, href)] = found(ben, "algebra")["Courses"]
    assert name == "ALG 1 · Algebra"
    assert href.startswith("/me?course=")
    assert found(ben, "botany") == {}
    assert all("Learners" not in found(ben, name) for name in ("Ben", "Ada"))
    assert labels(found(ben, ""), "Pages")[0] == "My page"


@pytest.mark.parametrize("words", [None, 5, {"a": 1}, ["x"], "%", "_", "\\", "\x00", "\ud800", "'; --", "x" * 100_000])
def test_nothing_that_can_be_sent_breaks_it_or_finds_everybody(
    campus: Campus, visitor: Strangers, words: object
) -> None:
    groups = found(visitor().sign_in(campus, "Tess Thorne"), words)

    assert "Learners" not in groups
    assert "Courses" not in groups


def test_what_is_typed_is_cut_before_it_is_looked_for() -> None:
    assert clean(" a\0b ") == "ab"
    assert len(clean("é" * 500)) == MOST_WORDS


def test_a_learner_is_not_found_by_the_address_that_nobody_sees(campus: Campus, visitor: Strangers) -> None:
    assert found(visitor().sign_in(campus, "Tess Thorne"), "@") == {}


def test_a_stranger_finds_nothing(campus: Campus, visitor: Strangers) -> None:
    assert visitor().ask("keyboard-list", {"keyboard-asked.data": {"words": "a"}}).status_code == 401
