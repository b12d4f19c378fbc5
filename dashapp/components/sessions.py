"""Who is signed in where: a list with a way to end each."""

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.slots import Slot
from dashapp.domain.sessions import ListedSession, SessionsView, SignInMethod
from dashapp.ids import Sessions
from dashapp.words import _, ngettext


def body() -> Component:
    """The empty page."""
    head = html.Div(
        [
            html.H1(card.skeleton(), id=Sessions.TITLE),
            html.P(card.skeleton("60%"), id=Sessions.LEAD, className="la-lead"),
        ]
    )
    others = html.Button(
        _("Sign out everywhere else"), id=Sessions.OTHERS, type="button", className="btn btn-outline-secondary"
    )
    foot = html.Div(
        [html.Span(id=Sessions.SAID, className="la-2", role="status"), html.Div(others, className="la-push")],
        className="la-row",
    )
    waiting = html.Div(html.Span(className="la-sk block"), id=Sessions.LIST, style={"minBlockSize": "8rem"})
    return html.Main(
        [
            dcc.Store(id=Sessions.DONE),
            html.Header(head, className="la-head"),
            html.Section([waiting, foot], className="la-card"),
        ],
        id=Sessions.PAGE,
        className="la-page la-loading",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go."""
    return {
        "page": Slot(Sessions.PAGE, "className"),
        "title": Slot(Sessions.TITLE, "children"),
        "lead": Slot(Sessions.LEAD, "children"),
        "listed": Slot(Sessions.LIST, "children"),
        "others": Slot(Sessions.OTHERS, "hidden"),
    }


def fill(view: SessionsView) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    count, own = len(view.sessions), sum(each.own for each in view.sessions)
    if view.everybody:
        title = ngettext("{number} session is open", "{number} sessions are open", count)
        lead = _("Everybody who is signed in to your organisation, the last ones seen first.")
    else:
        title = ngettext("You have {number} open session", "You have {number} open sessions", count)
        lead = _("Where you are signed in. End what you do not recognise.")
    return {
        "page": "la-page",
        "title": title.format(number=words.number(count)),
        "lead": lead,
        "listed": _table(view),
        "others": view.everybody or count <= own,
    }


def _method(method: SignInMethod) -> str:
    return {
        SignInMethod.DEMO: _("Demo sign-in"),
        SignInMethod.LOCAL: _("Password"),
        SignInMethod.OIDC: _("Single sign-on"),
        SignInMethod.LTI: _("From a course"),
        SignInMethod.LINK: _("Embed link"),
    }[method]


def _table(view: SessionsView) -> Component:
    heads = [_("Device"), _("Signed in by"), _("Since"), _("Last seen")]
    first = [html.Th(_("Person"), scope="col")] if view.everybody else []
    cells = [html.Th(head, scope="col", className=_narrow(place)) for place, head in enumerate(heads)]
    rows = [_row(each, view) for each in view.sessions]
    last = html.Th(html.Span(_("End"), className="visually-hidden"), scope="col")
    return html.Table([html.Thead(html.Tr([*first, *cells, last])), html.Tbody(rows)], className="la-table")


def _narrow(place: int) -> str | None:
    """A phone shows the device and when it was seen last."""
    return "hide-phone" if place in (1, 2) else None


def _row(session: ListedSession, view: SessionsView) -> Component:
    device = session.device or _("Unknown device")
    cells = [
        device,
        _method(session.method),
        words.moment(session.started_at, view.zone),
        words.moment(session.seen_at, view.zone),
    ]
    name = [html.Td(html.Bdi(session.name or _("Without a name")), className="la-m")] if view.everybody else []
    shown = [html.Td(text, className=_narrow(place)) for place, text in enumerate(cells)]
    return html.Tr([*name, *shown, _end(session, device)])


def _end(session: ListedSession, device: str) -> Component:
    said = _("This one") if session.own else _("Sign out")
    label = _("Sign out: {device}").format(device=device)
    button = html.Button(
        said,
        id=Sessions.end_of(str(session.session_id)),
        type="button",
        className="btn btn-sm btn-outline-secondary",
        disabled=session.own,
        **attributes(aria_label=said if session.own else label),
    )
    return html.Td(button, className="fit")
