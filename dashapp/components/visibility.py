"""What students see of themselves beside others: the organisation's decisions, those of courses, and a preview."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.slots import Slot
from dashapp.domain.views import CourseChoice
from dashapp.domain.visibility import Policy, Shown, Visibility
from dashapp.ids import Visibility as Names
from dashapp.ids import asof_of
from dashapp.words import _, ngettext

PAGE: Final = "visibility"
CARDS: Final = (Names.POLICY, Names.COURSES)
"""In the order in which they stand on the page."""
ADVISERS: Final = "advisers"


def shown_word(shown: Shown) -> str:
    """What students can see."""
    return {
        Shown.COMPARISONS: _("How their activity compares with the course"),
        Shown.SCORE_DISTRIBUTION: _("How the course did in each quiz and assignment"),
        Shown.RISK_WORDS: _("That they may need help, and why"),
    }[shown]


def _hint(shown: Shown) -> str:
    return {
        Shown.COMPARISONS: _("the median of the course beside their weeks, and rules that compare with it"),
        Shown.SCORE_DISTRIBUTION: _("the median and the middle half beside their own score"),
        Shown.RISK_WORDS: _("the words “may need help” and “to watch”, with the rules and their values"),
    }[shown]


def body() -> Component:
    """The empty page."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Names.TITLE),
                        html.P(card.skeleton("60%"), id=Names.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            html.Div(
                [
                    html.Span(id=Names.SAID, role="status"),
                    html.Button(
                        _("Undo"),
                        id=Names.UNDO,
                        type="button",
                        hidden=True,
                        className="btn btn-sm btn-outline-secondary",
                    ),
                ],
                className="la-row la-actions",
            ),
            html.Div([_policy(), _courses()], className="la-grid"),
            dcc.Store(id=Names.DECISION),
        ],
        id=Names.PAGE,
        className="la-page la-loading la-platforms",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    left_out = _("Staff and advisers see everything; guardians see what the student sees")
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), left_out, _("Decisions about visibility")), None)


def _policy() -> Component:
    what = _(
        "What the page of a student shows to that student. Their own days, scores and deadlines always stand there."
    )
    options = [{"label": _labelled(one), "value": one.value} for one in Shown]
    named = [{"label": shown_word(one), "value": one.value} for one in Shown]
    advisers = [{"label": _("Advisers may open the pages of their caseload"), "value": ADVISERS}]
    quiet = html.Div(
        [
            _field(Names.QUIET_FROM, _("Quiet from")),
            _field(Names.QUIET_TO, _("until")),
        ],
        className="la-row",
    )
    form = html.Div(
        [
            _group(_("Students see"), dbc.Checklist(id=Names.SHOWN, options=options, value=[])),
            _group(_("Each course may decide for itself"), dbc.Checklist(id=Names.OPEN, options=named, value=[])),
            _group(_("Others"), dbc.Checklist(id=Names.ADVISERS, options=advisers, value=[])),
            _group(
                _("Quiet hours"),
                html.Div(
                    [
                        html.P(
                            _("No word of risk, and no message, in these hours of the day."), className="la-small la-2"
                        ),
                        quiet,
                    ]
                ),
            ),
            html.Button(_("Save"), id=Names.SAVE, type="button", className="btn btn-sm btn-primary", n_clicks=0),
        ],
        className="la-form",
    )
    return card.card(_frame(Names.POLICY, _("What do students see?"), "s7", what), [form])


def _labelled(one: Shown) -> Component:
    return html.Span([shown_word(one), html.Span(f" {_hint(one)}", className="la-2")])


def _group(label: str, control: Component) -> Component:
    return html.Fieldset([html.Legend(label, className="la-m"), control])


def _field(name: str, label: str) -> Component:
    return html.Label(
        [html.Span(label), dbc.Input(id=name, type="time", value="")], className="la-field la-time", htmlFor=name
    )


def _courses() -> Component:
    what = _("Courses that show more or less than the organisation, as far as courses may decide.")
    choice = html.Label(
        [html.Span(_("Course")), dbc.Select(id=Names.COURSE, options=[], value="", placeholder=_("choose"))],
        className="la-field",
        htmlFor=Names.COURSE,
    )
    parts = [html.Div(id=Names.OVERRIDES), choice, *(_choice(one) for one in Shown)]
    save = html.Button(
        _("Save for this course"), id=Names.SAVE_COURSE, type="button", className="btn btn-sm btn-primary", n_clicks=0
    )
    preview = html.A(_("See as a student of this course"), id=Names.PREVIEW, target="_blank", hidden=True)
    form = html.Div([*parts, html.Div([save, preview], className="la-row la-actions")], className="la-form")
    return card.card(_frame(Names.COURSES, _("Which courses decide otherwise?"), "s5", what), [form])


def _choice(one: Shown) -> Component:
    options = [
        controls.option("", _("as the organisation")),
        controls.option("show", _("show")),
        controls.option("hide", _("hide")),
    ]
    return html.Div(
        [
            html.Span(shown_word(one), className="la-small"),
            controls.segments(Names.choice(one.value), shown_word(one), options),
        ],
        id=f"{Names.choice(one.value)}-row",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Names.PAGE, "className"),
        "title": Slot(Names.TITLE, "children"),
        "lead": Slot(Names.LEAD, "children"),
        "shown": Slot(Names.SHOWN, "value"),
        "open": Slot(Names.OPEN, "value"),
        "advisers": Slot(Names.ADVISERS, "value"),
        "quiet_from": Slot(Names.QUIET_FROM, "value"),
        "quiet_to": Slot(Names.QUIET_TO, "value"),
        "courses": Slot(Names.COURSE, "options"),
        "overrides": Slot(Names.OVERRIDES, "children"),
        **{f"row_{one.value}": Slot(f"{Names.choice(one.value)}-row", "hidden") for one in Shown},
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(visibility: Visibility, courses: Sequence[CourseChoice]) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    seen = [one for one in Shown if getattr(visibility.policy, one.value)]
    hidden = len(Shown) - len(seen)
    title = (
        ngettext("Students are not shown {number} thing", "Students are not shown {number} things", hidden).format(
            number=words.number(hidden)
        )
        if hidden
        else _("Students see everything about themselves")
    )
    return {
        "page": "la-page la-platforms",
        "title": title,
        "lead": _lead(visibility, seen),
        "shown": [one.value for one in seen],
        "open": [one.value for one in Shown if one in visibility.open_to_courses],
        "advisers": [ADVISERS] if visibility.advisers else [],
        "quiet_from": visibility.quiet[0].strftime("%H:%M") if visibility.quiet else "",
        "quiet_to": visibility.quiet[1].strftime("%H:%M") if visibility.quiet else "",
        "courses": [controls.option(str(one.public_id), f"{one.code} · {one.title}") for one in courses],
        "overrides": _overrides(visibility, courses),
        **{f"row_{one.value}": one not in visibility.open_to_courses for one in Shown},
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _lead(visibility: Visibility, seen: Sequence[Shown]) -> str:
    left = [shown_word(one) for one in Shown if one not in seen]
    said = _("Not shown: {things}.").format(things=words.listing(left)) if left else ""
    quiet = ""
    if visibility.quiet:
        first, last = (words.hour_of_day(clock) for clock in visibility.quiet)
        quiet = _("Quiet from {first} to {last}.").format(first=first, last=last)
    return " ".join(part for part in (said, quiet) if part) or _("Staff see everything in any case.")


def _overrides(visibility: Visibility, courses: Sequence[CourseChoice]) -> Component:
    if not visibility.open_to_courses:
        return html.P(_("Courses may decide nothing for themselves at the moment."), className="la-2 la-small")
    known: dict[UUID, CourseChoice] = {one.public_id: one for one in courses}
    rows = [
        html.Li(
            [html.Span(known[key].code, className="la-m"), " ", html.Span(_told(policy), className="la-2 la-small")]
        )
        for key, policy in visibility.courses
        if key in known
    ]
    if not rows:
        return html.P(_("No course has decided otherwise."), className="la-2 la-small")
    return html.Ul(rows, className="la-list")


def _told(policy: Policy) -> str:
    hidden = [shown_word(one) for one in Shown if not getattr(policy, one.value)]
    return _("does not show: {things}").format(things=words.listing(hidden)) if hidden else _("shows everything")
