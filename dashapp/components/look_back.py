"""How right the list of a classroom was: what became of those whom it named, and of the rest."""

from typing import Final

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, marks
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.downloads import listed
from dashapp.components.further import FILLED, further
from dashapp.components.further import slots as further_slots
from dashapp.components.marks import level_word
from dashapp.components.slots import Slot
from dashapp.components.unnamed import NAMED
from dashapp.domain.indicators.looking_back import Now
from dashapp.domain.views import Level
from dashapp.domain.views.look_back import LookBack, LookBackRow
from dashapp.ids import LookedBack, asof_of, line_of
from dashapp.words import _, ngettext

PART: Final = LookedBack.PART
CARDS: Final = (LookedBack.LIST,)
"""In the order in which they stand on the page."""


def body() -> Component:
    """The empty part."""
    said = Definition(
        _(
            "The list of some weeks before, made again by the rules from what was known then, and what has become of"
            " each learner since. Who was helped and is on course now counts as on course: the share says how much the"
            " list tells, not how well anybody was helped."
        ),
        _("Four weeks back; of a course that is over, from the middle of its teaching to its last day"),
        _("Learners who have joined since, and those whom you did not see then or do not see now"),
        metrics=("right_of_list", "at_risk"),
    )
    frame = Frame(PART, LookedBack.LIST, _("How right was the list?"), f"s12 {NAMED}", said, "", listed=True)
    rows = html.Div(html.Span(className="la-sk block"), id=LookedBack.LIST, style={"minBlockSize": "11rem"})
    return further(PART, [html.Div(card.card(frame, [rows]), className="la-grid")])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        **further_slots(PART),
        "list": Slot(LookedBack.LIST, "children"),
        "line": Slot(line_of(LookedBack.LIST), "children"),
        "asof": Slot(asof_of(PART, dash.ALL), "children"),
    }


def _line(view: LookBack) -> str:
    if view.then is None:
        return _("The list of four weeks before, and what became of the learners")
    if view.now is Now.OVER:
        said = _("The list of {day}, in the middle of the course, and what became of the learners by its end")
    else:
        said = _("The list of {day}, and what became of the learners since")
    return said.format(day=words.short_day(view.then))


def _heads(now: Now) -> tuple[str, ...]:
    first = (_("Level then"), _("Learners"), _("Left, or did not pass"))
    if now is Now.OVER:
        return (*first, _("Passed"), _("No result known"))
    return (*first, _("Listed now"), _("On course now")) if now is Now.RULES else (*first, _("Still there"))


def _numbers(row: LookBackRow, now: Now) -> tuple[int, ...]:
    if now is Now.SILENT:
        return row.gone, row.learners - row.gone
    return row.gone, row.listed, row.others


def _with_share(number: int, of: int) -> str:
    """ "3, 11 %"."""
    if not of:
        return "–"
    return _("{number}, {share}").format(number=words.number(number), share=words.percent(100 * number / of))


def _in_brackets(number: int, of: int) -> str:
    """ "3 (11 %)"."""
    if not of:
        return words.number(number)
    return _("{number} ({share})").format(number=words.number(number), share=words.percent(100 * number / of))


def _answer(view: LookBack) -> str:
    """How often the list was right, against everybody whom it did not name."""
    by_level = {row.level: row for row in view.rows}
    first, rest = by_level[Level.HELP], [row for row in view.rows if row.level is not Level.HELP]
    if not first.learners:
        return _("Nobody was listed as needing help then.")
    said = ngettext(
        "Of {number} learner who needed help then, {gone} has left since or did not pass; of the {others} others"
        " {lost}.",
        "Of {number} learners who needed help then, {gone} have left since or did not pass; of the {others} others"
        " {lost}.",
        first.learners,
    )
    others, lost = sum(row.learners for row in rest), sum(row.gone for row in rest)
    return said.format(
        number=words.number(first.learners),
        gone=_in_brackets(first.gone, first.learners),
        others=words.number(others),
        lost=_in_brackets(lost, others),
    )


def _table(view: LookBack) -> Component:
    heads = _heads(view.now)
    cells = [
        (
            level_word(row.level),
            words.number(row.learners),
            *(_with_share(number, row.learners) for number in _numbers(row, view.now)),
        )
        for row in view.rows
    ]
    head = html.Tr(
        [html.Th(text, scope="col", className="la-num" if place else None) for place, text in enumerate(heads)]
    )
    rows = [
        html.Tr(
            [html.Th(marks.level(row.level), scope="row"), *(html.Td(text, className="la-num") for text in texts[1:])]
        )
        for row, texts in zip(view.rows, cells, strict=True)
    ]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="la-table")
    scrolled = html.Div(table, className="la-scroll")
    return html.Div([html.P(_answer(view)), scrolled], **listed(heads, cells))


def fill(view: LookBack) -> dict[str, object]:
    """The values of the part by the names of `slots`."""
    awaited = card.no_data(
        _(
            "It appears here after six weeks of teaching, where a roster says who is in the course and rules have"
            " spoken."
        )
    )
    return {
        **FILLED,
        "list": _table(view) if view.rows else awaited,
        "line": _line(view),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
