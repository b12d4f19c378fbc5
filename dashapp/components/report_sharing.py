"""The dialogs of a report: with whom it is shared, and what it was before."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.controls import option
from dashapp.domain.reports.keeping import Colleague, ReportShare, ReportVersion, ShareRole
from dashapp.ids import Report as Names
from dashapp.words import _, pgettext


def role_word(role: ShareRole) -> str:
    """Everybody with whom a report is shared by a role."""
    return {ShareRole.TEACHERS: _("All teachers"), ShareRole.ADMINISTRATORS: _("All administrators")}[role]


def dialogs() -> list[Component]:
    """Both, closed; their lists are read when they are opened."""
    return [_shares(), _versions()]


def _dialog(name: str, title: str, inside: Sequence[Component]) -> Component:
    head = f"{name}-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    return html.Dialog(
        [html.Div([html.H2(title, id=head), close], className="la-dialog-h"), *inside],
        id=name,
        className="la-dialog la-report-dialog",
        **attributes(aria_labelledby=head),
    )


def _shares() -> Component:
    about = _("Whoever it is shared with sees it with their own figures: a teacher their own courses.")
    role = html.Label(
        [
            html.Span(_("Share with")),
            dbc.Select(
                id=Names.SHARE_ROLE,
                options=[*(option(each.value, role_word(each)) for each in ShareRole), option("", _("one person"))],
                value=ShareRole.TEACHERS.value,
            ),
        ],
        className="la-field",
        htmlFor=Names.SHARE_ROLE,
    )
    person = html.Label(
        [
            html.Span(_("Name of a teacher or administrator")),
            dbc.Input(id=Names.SHARE_WORDS, type="search", autocomplete="off", maxLength=100, value="", debounce=300),
        ],
        className="la-field la-share-person",
        htmlFor=Names.SHARE_WORDS,
    )
    may = dbc.Checklist(
        id=Names.SHARE_EDIT, options=[option("edit", _("They may change it"))], value=[], className="la-small"
    )
    add = html.Button(
        pgettext("verb", "Share"), id=Names.SHARE_ADD, type="button", className="btn btn-primary", n_clicks=0
    )
    return _dialog(
        Names.SHARES,
        _("Who may read this report?"),
        [
            html.P(about, className="la-small la-2"),
            html.Div(id=Names.SHARE_ROWS, className="la-share-rows"),
            html.Div([role, may, add], className="la-share-form"),
            person,
            html.Div(id=Names.SHARE_FOUND, className="la-share-found"),
            html.P(id=Names.SHARE_SAID, className="la-small", role="status"),
        ],
    )


def _versions() -> Component:
    about = _("Each change that was saved is a version. Restoring one is a change, too: Undo goes back.")
    return _dialog(
        Names.VERSIONS,
        _("What was it before?"),
        [html.P(about, className="la-small la-2"), html.Div(id=Names.VERSION_ROWS)],
    )


def share_rows(shares: Sequence[ReportShare]) -> Component:
    """With whom it is shared, and an end to each."""
    if not shares:
        return html.P(_("Only you see it so far."), className="la-small la-2")
    return html.Ul([_share(one) for one in shares], className="la-list")


def _share(share: ReportShare) -> Component:
    name = role_word(share.role) if share.role is not None else share.name or _("Somebody")
    may = _("may change it") if share.may_edit else _("may read it")
    end = html.Button(
        _("Stop"),
        id=Names.share("end", str(share.public_id)),
        type="button",
        className="btn btn-sm btn-outline-secondary la-push",
        n_clicks=0,
        **attributes(aria_label=_("Stop sharing with {name}").format(name=name)),
    )
    said = [html.Bdi(name, className="la-m"), html.Span(may, className="la-small la-2")]
    return html.Li([*said, end], className="la-row")


def colleague_rows(found: Sequence[Colleague], words_given: str) -> list[Component]:
    """Whom the words may mean, each with a button to share with them."""
    if not words_given:
        return []
    if not found:
        return [html.P(_("Nobody of the staff has this name."), className="la-small la-2")]
    return [
        html.Button(
            html.Bdi(one.name),
            id=Names.share("with", str(one.public_id)),
            type="button",
            className="btn btn-sm btn-outline-secondary",
            n_clicks=0,
        )
        for one in found
    ]


def version_rows(versions: Sequence[ReportVersion], zone: str) -> Component:
    """The versions, the latest first; all but that one can be restored."""
    if not versions:
        return html.P(_("Who may change the report sees its versions."), className="la-small la-2")
    return html.Ul([_version(one, zone, now=not place) for place, one in enumerate(versions)], className="la-list")


def _version(version: ReportVersion, zone: str, *, now: bool) -> Component:
    said = [
        html.Span(words.moment(version.changed_at, zone), className="la-m"),
        html.Bdi(version.author or _("somebody"), className="la-small la-2"),
    ]
    if now:
        return html.Li([*said, html.Span(_("as it is now"), className="la-small la-2 la-push")], className="la-row")
    restore = html.Button(
        _("Restore"),
        id=Names.restore(version.revision),
        type="button",
        className="btn btn-sm btn-outline-secondary la-push",
        n_clicks=0,
    )
    return html.Li([*said, restore], className="la-row")
