"""Learning platforms: how one is connected, which there are, and who and what of them is not linked yet."""

from collections.abc import Mapping, Sequence
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
from dashapp.components.slots import Slot
from dashapp.domain.platforms import CodeRow, ContextRow, KeyRow, NamedRow, PlatformRow, PlatformsView
from dashapp.ids import Platforms, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "platforms"
CARDS: Final = (Platforms.LIST, Platforms.CONNECT, Platforms.PEOPLE, Platforms.COURSES, Platforms.KEYS)
"""In the order in which they stand on the page."""


def _frame(name: str, title: str, width: str, what: str, line: str | None = None) -> Frame:
    said = Definition(what, _("Now"), _("Nothing"), _("Learning platforms"))
    return Frame(PAGE, name, title, width, said, line)


def _button(name: str, label: str, *, accent: bool = False) -> Component:
    kind = "btn-primary" if accent else "btn-outline-secondary"
    return html.Button(label, id=name, type="button", className=f"btn btn-sm {kind}", n_clicks=0)


def _choice(name: str, label: str) -> Component:
    """A choice that stands for nothing until it is made."""
    control = dbc.Select(id=name, options=[], value="", placeholder=_("choose"))
    return html.Label([html.Span(label), control], className="la-chip", htmlFor=name)


def _field(name: str, label: str, hint: str = "", suggestions: str | None = None) -> Component:
    """`suggestions`: the id of a list of them."""
    offered = {} if suggestions is None else {"list": suggestions}
    return html.Label(
        [
            html.Span(label),
            dbc.Input(id=name, type="text", value="", placeholder=hint, maxLength=2000, autoComplete="off", **offered),
        ],
        className="la-field",
        htmlFor=name,
    )


def _hidden(name: str, *controls: Component) -> Component:
    """Controls that appear with what they are for."""
    return html.Div(list(controls), id=name, hidden=True)


def body() -> Component:
    """The empty page."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Platforms.TITLE),
                        html.P(card.skeleton("60%"), id=Platforms.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            html.P(id=Platforms.SAID, className="la-said", role="status"),
            html.Div([_list(), _connect(), _people(), _courses(), _keys()], className="la-grid"),
            dcc.Store(id=Platforms.DONE, data=0),
        ],
        id=Platforms.PAGE,
        className="la-page la-loading la-platforms",
    )


def _list() -> Component:
    what = _("The learning platforms that may open pages of this service, and when each last did.")
    choice = html.Div(
        [
            _choice(Platforms.PLATFORM, _("Platform")),
            _button(Platforms.SWITCH_ON, _("Switch on"), accent=True),
            _button(Platforms.SWITCH_OFF, _("Switch off")),
            _remove(),
        ],
        className="la-row la-actions",
        role="group",
        **attributes(aria_label=_("What to do with a platform")),
    )
    deployment = html.Div(
        [
            _field(Platforms.DEPLOYMENT, _("Deployment of this platform"), suggestions=Platforms.WAITING),
            html.Datalist(id=Platforms.WAITING),
            _button(Platforms.CONFIRM, _("Confirm this deployment")),
            _button(Platforms.WITHDRAW, _("Withdraw it")),
        ],
        className="la-row la-actions",
    )
    frame = _frame(Platforms.LIST, _("Which learning platforms are connected?"), "s7", what)
    return card.card(frame, [html.Div(id=Platforms.ROWS), _hidden(Platforms.ACTIONS, choice, deployment)])


def _remove() -> Component:
    """In two steps: roles that end with a platform do not come back by themselves."""
    said = html.P(_("Every role that it gave ends."), className="la-small la-2")
    sure = html.Div([said, _button(Platforms.REMOVE, _("Remove it now"))], className="la-pop")
    return html.Details([html.Summary(_("Remove")), sure], className="la-menu la-end")


def labels() -> Mapping[str, str]:
    """The fields of a connection by hand, by their ids: how they are called."""
    said = (
        _("Name"),
        _("Issuer"),
        _("Client id"),
        _("Deployment id"),
        _("Authorization address"),
        _("Token address"),
        _("Key set address"),
        _("Its pages are at (if elsewhere)"),
        _("Events name its courses by (if otherwise)"),
    )
    return dict(zip(Platforms.FORM, said, strict=True))


def _connect() -> Component:
    what = _("How a learning platform is told of this service: by one address, or by copying what stands here.")
    plain = ("platforms-form-title", "platforms-form-client", "platforms-form-deployment")
    fields = [_field(name, label, "" if name in plain else "https://") for name, label in labels().items()]
    by_hand = html.Details(
        [
            html.Summary(_("Connect a platform by hand")),
            html.Div([*fields, _button(Platforms.ADD, _("Connect"), accent=True)], className="la-form"),
        ],
        className="la-more",
    )
    frame = _frame(Platforms.CONNECT, _("How is a platform connected?"), "s5", what)
    return card.card(
        frame,
        [
            html.Div(
                _button(Platforms.MAKE_CODE, _("Make a registration address"), accent=True),
                className="la-row la-actions",
            ),
            html.Div(id=Platforms.CODE, role="status"),
            html.Div(id=Platforms.CODES, className="la-small la-2"),
            html.Div(id=Platforms.OWN),
            by_hand,
        ],
    )


def _people() -> Component:
    what = _(
        "Learners whom a platform has named and whom no event knows by that name. Once linked to the learner of the"
        " events, their page opens inside the platform."
    )
    choice = html.Div(
        [
            _choice(Platforms.PERSON, _("Known to the platform")),
            _field(Platforms.SEARCH, _("Search the learner"), _("Name or address")),
            _choice(Platforms.LEARNER, _("is")),
            _button(Platforms.LINK_PERSON, _("Link"), accent=True),
        ],
        className="la-row la-actions",
    )
    frame = _frame(Platforms.PEOPLE, _("Who is not linked yet?"), "s6", what)
    return card.card(frame, [html.Div(id=Platforms.PEOPLE_WORDS), _hidden(Platforms.PERSON_LINK, choice)])


def _courses() -> Component:
    what = _(
        "Courses from which pages were opened. One that events name by another name is linked once to the course of the"
        " events; then its roster is read and its classroom opens."
    )
    choice = html.Div(
        [
            _choice(Platforms.CONTEXT, _("Course of the platform")),
            _choice(Platforms.COURSE, _("is")),
            _button(Platforms.LINK_COURSE, _("Link"), accent=True),
        ],
        className="la-row la-actions",
    )
    frame = _frame(Platforms.COURSES, _("Which course is which?"), "s6", what)
    return card.card(frame, [html.Div(id=Platforms.COURSE_ROWS), _hidden(Platforms.COURSE_LINK, choice)])


def _keys() -> Component:
    what = _("The keys with which this service signs what it tells platforms. They change by themselves every 90 days.")
    frame = _frame(Platforms.KEYS, _("Which keys does the service sign with?"), "s12", what)
    change = html.Div(_button(Platforms.ROTATE, _("Change the key now")), className="la-row la-actions")
    return card.card(frame, [html.Div(id=Platforms.KEY_ROWS), change])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Platforms.PAGE, "className"),
        "title": Slot(Platforms.TITLE, "children"),
        "lead": Slot(Platforms.LEAD, "children"),
        "rows": Slot(Platforms.ROWS, "children"),
        "actions": Slot(Platforms.ACTIONS, "hidden"),
        "person_link": Slot(Platforms.PERSON_LINK, "hidden"),
        "course_link": Slot(Platforms.COURSE_LINK, "hidden"),
        "platforms": Slot(Platforms.PLATFORM, "options"),
        "waiting": Slot(Platforms.WAITING, "children"),
        "own": Slot(Platforms.OWN, "children"),
        "codes": Slot(Platforms.CODES, "children"),
        "people_words": Slot(Platforms.PEOPLE_WORDS, "children"),
        "people": Slot(Platforms.PERSON, "options"),
        "course_rows": Slot(Platforms.COURSE_ROWS, "children"),
        "contexts": Slot(Platforms.CONTEXT, "options"),
        "courses": Slot(Platforms.COURSE, "options"),
        "key_rows": Slot(Platforms.KEY_ROWS, "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: PlatformsView, own: Mapping[str, str]) -> dict[str, object]:
    """The values of the page by the names of `slots`; `own`: what a platform wants to know of us, by its label."""
    connected = sum(one.enabled for one in view.platforms)
    title = ngettext(
        "{number} learning platform is switched on", "{number} learning platforms are switched on", connected
    )
    return {
        "page": "la-page la-platforms",
        "title": title.format(number=words.number(connected)) if view.platforms else _("No learning platform yet"),
        "lead": _("Pages open inside the courses of these platforms, for whom the platform says is there."),
        "rows": _platform_rows(view.platforms, view.zone),
        # Controls appear with what they are for.
        "actions": not view.platforms,
        "person_link": not view.people,
        "course_link": not view.contexts,
        "platforms": _options([(str(one.public_id), one.title) for one in view.platforms]),
        "waiting": [
            html.Option(value=each.id) for one in view.platforms for each in one.deployments if not each.enabled
        ],
        "own": _own(own),
        "codes": _codes(view.codes, view.zone),
        "people_words": _people_words(view.people, connected=bool(view.platforms)),
        "people": _named(view.people),
        "course_rows": _context_rows(view.contexts, view.zone, connected=bool(view.platforms)),
        "contexts": _options([(one.key.to_text(), f"{one.name} ({one.platform})") for one in view.contexts]),
        "courses": _named(view.courses),
        "key_rows": _key_rows(view.keys, view.zone),
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _options(pairs: Sequence[tuple[str, str]]) -> list[controls.Option]:
    return [controls.option(value, label) for value, label in pairs]


def _named(rows: Sequence[NamedRow]) -> list[controls.Option]:
    said = [(str(one.public_id), _label(one)) for one in rows]
    return _options(said)


def _label(row: NamedRow) -> str:
    name = row.name or _("without a name")
    return f"{name} ({row.detail})" if row.detail else name


def learner_options(rows: Sequence[NamedRow]) -> list[controls.Option]:
    """Who was found."""
    return _named(rows)


def no_more_options() -> list[controls.Option]:
    """Instead of those who were found: whoever searches has found enough for now."""
    return [{"label": _("Many people were found: go on in a quarter of an hour."), "value": "", "disabled": True}]


def _platform_rows(rows: Sequence[PlatformRow], zone: str) -> Component:
    if not rows:
        text = _("Make a registration address, and give it to the administrator of your learning platform.")
        return card.state("none", _("No platform is connected"), text)
    return html.Ul([html.Li(_platform(one, zone)) for one in rows], className="la-list")


def _platform(row: PlatformRow, zone: str) -> list[Component]:
    state = (
        html.Span(_("Switched on"), className="la-level good")
        if row.enabled
        else html.Span(_("Waits to be switched on"), className="la-level watch")
    )
    launched = (
        _("last opened {when}").format(when=words.moment(row.last_launch_at, zone))
        if row.last_launch_at
        else _("never opened a page")
    )
    parts: list[Component] = [
        html.Div([html.Span(row.title, className="la-m"), state], className="la-row"),
        html.Div(f"{row.issuer} · {row.client_id}", className="la-small la-2 la-wrap"),
        html.Div(_deployments(row, launched), className="la-small la-2 la-wrap"),
    ]
    if row.last_refusal and row.last_refusal_at:
        said = _("Last refused {when}: {why}").format(
            when=words.moment(row.last_refusal_at, zone), why=row.last_refusal
        )
        parts.append(html.Div(said, className="la-small la-2 la-wrap"))
    return parts


def _deployments(row: PlatformRow, launched: str) -> str:
    confirmed = [one.id for one in row.deployments if one.enabled]
    waiting = [one.id for one in row.deployments if not one.enabled]
    said = _("Deployments: {ids}").format(ids=", ".join(confirmed)) if confirmed else _("No deployment is confirmed")
    if waiting:
        coming = _("waiting: {ids}").format(ids=", ".join(waiting))
        said = f"{said} · {coming}"
    return f"{said} · {launched}"


def _own(own: Mapping[str, str]) -> Component:
    pairs = [part for label, value in own.items() for part in (html.Dt(label), html.Dd(html.Code(value)))]
    return html.Dl(pairs, className="la-own la-small")


def _codes(rows: Sequence[CodeRow], zone: str) -> list[Component]:
    state = {"open": _("not used yet"), "used": _("used"), "failed": _("did not work"), "expired": _("expired")}
    said = _("Registration address of {when}: {state}")
    return [html.Div(said.format(when=words.moment(one.made_at, zone), state=state[one.state])) for one in rows]


def new_code(address: str) -> Component:
    """The address that was just made."""
    text = _("Give this address to the administrator of your learning platform. It works once, within 24 hours.")
    return html.Div([html.P(text, className="la-small"), html.Code(address, className="la-wrap")], className="la-code")


def _people_words(rows: Sequence[NamedRow], *, connected: bool) -> Component:
    if not connected:
        text = _("Connect a learning platform first. Learners whom events know by another name then stand here.")
        return card.state("none", _("Nobody to link"), text)
    if not rows:
        return card.state("none", _("Everybody is linked"), _("Learners whom events know by another name stand here."))
    said = ngettext("{number} learner waits to be linked.", "{number} learners wait to be linked.", len(rows))
    return html.P(said.format(number=words.number(len(rows))))


def _context_rows(rows: Sequence[ContextRow], zone: str, *, connected: bool) -> Component:
    if not connected:
        text = _("Connect a learning platform first. A course stands here once a page was opened from it.")
        return card.state("none", _("No course to link"), text)
    if not rows:
        text = _("Open a page of this service from a course of the platform: the course then stands here.")
        return card.state("none", _("No course yet"), text)
    return html.Ul([html.Li(_context(one, zone)) for one in rows[:20]], className="la-list")


def _context(row: ContextRow, zone: str) -> list[Component]:
    linked = (
        html.Span(row.course, className="la-2")
        if row.course
        else html.Span(_("Not linked yet"), className="la-level watch")
    )
    roster = _("roster not read yet")
    if row.roster_read_at is not None:
        members = ngettext("{number} member", "{number} members", row.roster_members or 0)
        roster = _("{members}, roster read {when}").format(
            members=members.format(number=words.number(row.roster_members or 0)),
            when=words.moment(row.roster_read_at, zone),
        )
    return [
        html.Div([html.Span(row.name, className="la-m"), linked], className="la-row"),
        html.Div(f"{row.platform} · {roster}", className="la-small la-2 la-wrap"),
    ]


def _key_rows(rows: Sequence[KeyRow], zone: str) -> Component:
    if not rows:
        return card.state("none", _("No key yet"), _("The first one is made when a platform asks for it."))
    return html.Ul([html.Li(_key(one, zone)) for one in rows], className="la-list")


def _key(row: KeyRow, zone: str) -> list[Component]:
    state = (
        _("made {when}").format(when=words.moment(row.made_at, zone))
        if row.retired_at is None
        else _("signs no more since {when}").format(when=words.moment(row.retired_at, zone))
    )
    return [html.Code(row.key_id, className="la-wrap"), html.Span(f" {state}", className="la-small la-2")]
