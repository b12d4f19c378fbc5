"""Somebody's entry: who they are, what they may see, under which names sources know them, whether two are one."""

from collections.abc import Sequence
from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.people import search_field
from dashapp.components.people_words import role_name
from dashapp.components.person_rows import advised_rows, facts, merge_rows, name_rows, role_rows
from dashapp.components.slots import Slot
from dashapp.domain.events import Role
from dashapp.domain.keys import PublicId, SectionId
from dashapp.domain.people import PersonView
from dashapp.ids import Person, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "person"
CARDS: Final = (Person.ROLES, Person.FACTS, Person.NAMES, Person.ONE, Person.ADVISED)
"""In the order in which they stand on the page."""
THIS, OTHER = "this", "other"
"""Who stands for both."""
WHOLE: Final = "whole"
"""The choice of no section."""


def body(person: str) -> Component:
    """The empty page; `person` is the public id of the address."""
    said = html.Div(
        [html.Span(id=Person.SAID), _button(Person.UNDO, _("Undo"), hidden=True)],
        className="la-row la-said",
        role="status",
    )
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Person.TITLE),
                        html.P(card.skeleton("60%"), id=Person.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            said,
            html.Div([_roles(), _facts(), _names(), _one(), _advised()], className="la-grid"),
            dcc.Store(id=Person.WHO, data=person),
            dcc.Store(id=Person.DECISION, data={"undo": None, "number": 0}),
            dcc.Store(id=Person.PLAN),
            dcc.Store(id=Person.ROW),
            dcc.Store(id=Person.LOOK),
        ],
        id=Person.PAGE,
        className="la-page la-loading la-entry",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), _("Nothing"), _("People and memberships")), None)


def _button(name: str, label: str, *, accent: bool = False, hidden: bool = False) -> Component:
    kind = "btn-primary" if accent else "btn-outline-secondary"
    return html.Button(label, id=name, type="button", className=f"btn btn-sm {kind}", n_clicks=0, hidden=hidden)


def _select(name: str, label: str, options: list[controls.Option]) -> Component:
    control = dbc.Select(id=name, options=[dict(each) for each in options], value="", placeholder=_("choose"))
    return html.Label([html.Span(label), control], className="la-chip", htmlFor=name)


def section_options(found: Sequence[tuple[SectionId, str]]) -> list[controls.Option]:
    """The sections of a course, and the course as a whole before them."""
    return [controls.option(WHOLE, _("the whole course")), *(controls.option(str(key), title) for key, title in found)]


def _sections() -> Component:
    chosen = _select(Person.GIVE_SECTION, _("Section"), section_options(()))
    chosen[Person.GIVE_SECTION].value = WHOLE
    return chosen


def _found(name: str, label: str) -> Component:
    """Whom a search has found, to choose one of."""
    control = dbc.RadioItems(
        id=name,
        options=[],
        value=None,
        className="la-found",
        inputClassName="form-check-input",
        labelClassName="la-found-label",
    )
    return html.Div(control, role="radiogroup", **attributes(aria_label=label))


def _roles() -> Component:
    what = _(
        "What this person is, where, from when to when, and who says so. A source ends only what it has given; what the"
        " administration gives stays until the administration ends it, whatever sources say."
    )
    roles = [controls.option(role.value, role_name(role.value)) for role in Role]
    give = html.Details(
        [
            html.Summary(_("Give a role in a course")),
            html.Div(
                [
                    _select(Person.GIVE_ROLE, _("Role"), roles),
                    search_field(Person.GIVE_SEARCH, _("Find the course"), _("code or title")),
                    _select(Person.GIVE_COURSE, _("Course"), []),
                    _sections(),
                    controls.date_chip(Person.GIVE_FROM, _("From")),
                    controls.date_chip(Person.GIVE_TO, _("Last day")),
                    _button(Person.GIVE, _("Give the role"), accent=True),
                ],
                className="la-row la-actions",
            ),
            html.P(
                _("Without a first day it begins now; without a last day it lasts until you end it."),
                className="la-small la-2",
            ),
        ],
        className="la-more",
    )
    administer = html.Div(
        [
            _button(Person.ADMIN_ON, _("Make an administrator"), hidden=True),
            _button(Person.ADMIN_OFF, _("End the role of an administrator"), hidden=True),
        ],
        className="la-row la-actions",
    )
    frame = _frame(Person.ROLES, _("What may they see?"), "s7", what)
    return card.card(frame, [html.Div(id=Person.ROLE_ROWS), give, administer])


def _facts() -> Component:
    what = _(
        "What is known of this person. Figures of courses leave test people out; what you say about that holds,"
        " whatever sources say later."
    )
    test = html.Div(
        [
            _button(Person.TEST_ON, _("Make a test person"), hidden=True),
            _button(Person.TEST_OFF, _("Make no test person"), hidden=True),
            _button(Person.TEST_FREE, _("Go by what sources say"), hidden=True),
        ],
        className="la-row la-actions",
    )
    field = dbc.Input(id=Person.ACCOUNT_NAME, type="text", value="", maxLength=254, autoComplete="off")
    form = html.Div(
        [
            html.Label(
                [html.Span(_("Name to sign in with")), field], className="la-field", htmlFor=Person.ACCOUNT_NAME
            ),
            _button(Person.ACCOUNT_OPEN, _("Open an account")),
        ],
        id=Person.ACCOUNT_FORM,
        className="la-row la-actions",
        hidden=True,
    )
    account = html.Div(
        [
            _button(Person.ACCOUNT_LINK, _("Make a link to set a password"), hidden=True),
            _button(Person.ACCOUNT_CLOSE, _("Close the account"), hidden=True),
        ],
        className="la-row la-actions",
    )
    frame = _frame(Person.FACTS, _("Who is this?"), "s5", what)
    parts = [html.Dl(id=Person.FACT_ROWS, className="la-facts"), test, form, account]
    return card.card(frame, [*parts, html.Div(id=Person.LINK, role="status")])


def _names() -> Component:
    what = _("The names by which sources know this person. Events under any of them count for this person.")
    frame = _frame(Person.NAMES, _("Under which names do sources know them?"), "s5", what)
    return card.card(frame, [html.Div(id=Person.NAME_ROWS)])


def _one() -> Component:
    what = _(
        "Two entries of one person are merged: everything that either has done counts for one. A merge can be split"
        " again. Nothing is done before you have seen what it moves."
    )
    stands = dbc.RadioItems(
        id=Person.STANDS,
        options=[
            {"label": _("This entry stands for both"), "value": THIS},
            {"label": _("The other one does"), "value": OTHER},
        ],
        value=THIS,
        className="la-seg",
        inputClassName="btn-check",
        labelClassName="la-seg-label",
        labelCheckedClassName="on",
    )
    frame = _frame(Person.ONE, _("Are two entries one person?"), "s7", what)
    decide = html.Div(
        [
            _button(Person.CONFIRM, _("Merge"), accent=True, hidden=True),
            _button(Person.CANCEL, _("Leave it as it is"), hidden=True),
        ],
        className="la-row la-actions",
    )
    return card.card(
        frame,
        [
            html.Div(id=Person.MERGE_ROWS),
            search_field(Person.OTHER_SEARCH, _("Find the other entry"), _("name, address or id")),
            _found(Person.OTHER, _("Who is the same person?")),
            html.Div(stands, role="radiogroup", **attributes(aria_label=_("Who stands for both?"))),
            html.Div(id=Person.PREVIEW, role="status"),
            decide,
        ],
    )


def _advised() -> Component:
    what = _("The learners whose pages this person may open as their adviser.")
    add = html.Details(
        [
            html.Summary(_("Add a learner to the caseload")),
            html.Div(
                [
                    search_field(Person.LEARNER_SEARCH, _("Find the learner"), _("name, address or id")),
                    _found(Person.LEARNER, _("Which learner?")),
                    html.Div(_button(Person.ADVISE, _("Add to the caseload"), accent=True), className="la-row"),
                ],
                className="la-form",
            ),
        ],
        className="la-more",
    )
    frame = _frame(Person.ADVISED, _("Whom do they advise?"), "s12", what)
    return card.card(frame, [html.Div(id=Person.ADVISED_ROWS), add])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Person.PAGE, "className"),
        "title": Slot(Person.TITLE, "children"),
        "lead": Slot(Person.LEAD, "children"),
        "facts": Slot(Person.FACT_ROWS, "children"),
        "roles": Slot(Person.ROLE_ROWS, "children"),
        "names": Slot(Person.NAME_ROWS, "children"),
        "merges": Slot(Person.MERGE_ROWS, "children"),
        "advised": Slot(Person.ADVISED_ROWS, "children"),
        "test_on": Slot(Person.TEST_ON, "hidden"),
        "test_off": Slot(Person.TEST_OFF, "hidden"),
        "test_free": Slot(Person.TEST_FREE, "hidden"),
        "admin_on": Slot(Person.ADMIN_ON, "hidden"),
        "admin_off": Slot(Person.ADMIN_OFF, "hidden"),
        "account_form": Slot(Person.ACCOUNT_FORM, "hidden"),
        "account_hint": Slot(Person.ACCOUNT_NAME, "placeholder"),
        "account_link": Slot(Person.ACCOUNT_LINK, "hidden"),
        "account_close": Slot(Person.ACCOUNT_CLOSE, "hidden"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: PersonView, links: Links, organisation: PublicId) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    open_account = any(account.enabled for account in view.accounts)
    return {
        "page": "la-page la-entry",
        "title": html.Bdi(title_of(view)),
        "lead": _lead(view),
        "facts": facts(view, links, organisation),
        "roles": role_rows(view, links),
        "names": name_rows(view),
        "merges": merge_rows(view),
        "advised": advised_rows(view, links, organisation),
        "test_on": view.is_test,
        "test_off": not view.is_test,
        "test_free": not view.said_by_administration,
        "admin_on": view.administers,
        "admin_off": not view.administers,
        "account_form": open_account,
        "account_hint": view.email or "",
        "account_link": not open_account,
        "account_close": not open_account,
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }


def title_of(view: PersonView) -> str:
    """The name; of who is known from events only, what senders call them."""
    return view.name or (view.names[0].value if view.names else str(view.public_id)[:8])


def _lead(view: PersonView) -> str:
    current = [role for role in view.roles if role.holds(view.now)]
    learns = {role.place_id for role in current if role.role == Role.LEARNER}
    teaches = {role.place_id for role in current if role.role in (Role.TEACHER, Role.ASSISTANT)}
    said = [_("Administrator")] if view.administers else []
    if teaches:
        text = ngettext("staff of {number} course", "staff of {number} courses", len(teaches))
        said.append(text.format(number=words.number(len(teaches))))
    if learns:
        text = ngettext("learner in {number} course", "learner in {number} courses", len(learns))
        said.append(text.format(number=words.number(len(learns))))
    if view.advised_total:
        text = ngettext("adviser of {number} learner", "adviser of {number} learners", view.advised_total)
        said.append(text.format(number=words.number(view.advised_total)))
    if not view.described:
        said.append(_("known from events only"))
    if view.is_test:
        said.append(_("test person"))
    text = " · ".join(said) or _("No role at the moment")
    return f"{text[0].upper()}{text[1:]}"


def found_label(name: Component, hint: str) -> Component:
    """Somebody whom a search has found."""
    return html.Span([name, html.Span(hint, className="la-2 la-small la-apart")])


def refused_words(said: str) -> Component:
    """Why there is no preview."""
    return html.P(said, className="la-level watch")
