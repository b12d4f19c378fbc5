"""Under the pseudo-locale, every text that a person sees is marked: what is not has bypassed gettext."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from dash import html

from dashapp.components import card, caseload, classroom, courses, guardians, institution, quality, shell, student
from dashapp.components.links import Links
from dashapp.components.reasons import first_upper
from dashapp.components.whose import Reader
from dashapp.domain.guardians import GuardianState
from dashapp.domain.views import Level
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing
from dashapp.figures.theme import Theme, template
from dashapp.words import PSEUDO_LOCALE, available_locales, use_locale
from tests.components import samples, student_parts, student_samples, test_quality
from tests.words.visible import texts_of, untranslated

NAMES = (
    *samples.NAMES,
    *test_quality.NAMES,
    *samples.CODES,
    *samples.ACTIVITIES,
    *student_samples.UNITS,
    "GT",
    "en-XA-u-nu-latn",
    PSEUDO_LOCALE,
)
SCREENS = (Screen(), Screen(narrow=True))


def _student(screen: Screen) -> list[Any]:
    views = [samples.student(level=level) for level in Level]
    views += [samples.student(minutes=False), samples.student(hidden=True), samples.new_student()]
    pages = [student.fill(view, screen, Links(), reader=reader) for view, reader in product(views, Reader)]
    return [*pages, *student_parts.filled_everyhow(screen)]


def _classroom(screen: Screen) -> list[Any]:
    views = [
        samples.classroom(),
        samples.classroom(minutes=False, learners=50),
        samples.classroom(speaking=False),
        samples.classroom(learners=1),
        samples.new_classroom(),
    ]
    return [classroom.fill(view, screen, Links()) for view in views]


def _institution(screen: Screen) -> list[Any]:
    views = [samples.institution(), samples.institution(courses=()), samples.hidden_institution()]
    return [institution.fill(view, screen, Links()) for view in views]


def _courses(screen: Screen) -> list[Any]:
    views = [samples.courses(), samples.courses(named=False), replace(samples.courses(), courses=())]
    return [courses.fill(view, screen, Links()) for view in views]


def _caseload(screen: Screen) -> list[Any]:
    views = [samples.caseload(), replace(samples.caseload(), learners=())]
    return [caseload.fill(view, screen, Links()) for view in views]


def _guardians(_screen: Screen) -> list[Any]:
    views = [samples.guardians(rule) for rule in samples.RULES]
    return [fill(replace(view, rows=rows)) for view in views for rows in (view.rows, ()) for fill in
            (guardians.fill, guardians.own_fill)]  # fmt: skip


def _quality(screen: Screen) -> list[Any]:
    return [quality.fill(view, screen) for view in (test_quality.view(), test_quality.EMPTY)]


FILLED = (_student, _classroom, _institution, _courses, _caseload, _guardians, _quality)


@pytest.mark.parametrize("screen", SCREENS, ids=("wide", "narrow"))
@pytest.mark.parametrize("filled", FILLED)
def test_every_text_of_a_filled_page_is_translated(filled: Callable[[Screen], list[Any]], screen: Screen) -> None:
    with use_locale(PSEUDO_LOCALE):
        pages = filled(screen)
    values = [
        value
        for page in pages
        for name, value in page.items()
        if name not in ("page", "filled", "learners_file", "goal_outlook")
    ]
    assert untranslated(values, NAMES) == []


@pytest.mark.parametrize("locale", available_locales())
@pytest.mark.parametrize("filled", FILLED)
def test_every_page_can_be_said_in_every_language(filled: Callable[[Screen], list[Any]], locale: str) -> None:
    with use_locale(locale):
        said = [text for page in filled(Screen()) for text in texts_of(list(page.values()))]
    left = [text for text in said if re.search(r"(?<!%)\{\w*\}", text)]
    assert said
    assert left == [], "a placeholder that nothing has filled"


@pytest.mark.parametrize("page", [student, classroom, institution, courses, caseload, guardians, quality])
def test_every_text_of_an_empty_page_is_translated(page: Any) -> None:
    with use_locale(PSEUDO_LOCALE):
        body = page.body()
    assert untranslated(body, NAMES) == []


def test_every_text_around_a_page_is_translated() -> None:
    with use_locale(PSEUDO_LOCALE):
        parts = [
            *shell.frame(html.Div()),
            guardians.own_body(),
            guardians.invitation_body(),
            *guardians.code_words("GT", "Ben T.", "GT", "BT"),
            *(part for state in GuardianState for part in guardians.accepted_words(state, "Ben T.", "/")),
            shell.account("Ben T.", "/out", [shell.Tab("GT", "/")]),
            *shell.notice(replace(samples.FRESH, transport_away=True)),
            *shell.notice(replace(samples.LATE, late=True)),
            card.failed("7F3K-21"),
            card.hidden(),
            card.asof_words(samples.LATE),
        ]
    assert untranslated(parts, (*NAMES, "7F3K-21", "BT")) == []


def test_a_text_that_bypasses_gettext_is_found() -> None:
    figure = Drawing([], {"annotations": [{"text": "<b>until now</b>"}]}, template(Theme.LIGHT))
    page = html.Main([html.H1("Nobody translated me"), html.Button("[ókáý]", title="Not me either")])
    assert untranslated([page, figure]) == ["Nobody translated me", "Not me either", "<b>until now</b>"]


def test_names_from_data_are_nobodys_to_translate() -> None:
    page = html.P(["Ben T.", " 78 % ", html.B("[ábóvé [23 póíñţš]]")])
    assert untranslated(page, samples.NAMES) == []
    assert list(texts_of(page)) == ["Ben T. 78 % [ábóvé [23 póíñţš]]"]


def test_a_sentence_starts_in_upper_case_inside_of_marks() -> None:
    assert first_upper("[áwáý 11 dáýš]") == "[Áwáý 11 dáýš]"
    assert first_upper("away") == "Away"
    assert first_upper("") == ""
