"""The store into which schedules put copies, as a part of the form of a schedule."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components.controls import option
from dashapp.domain.schedules.stores import LONGEST, ReportStore
from dashapp.ids import ReportStores as Names
from dashapp.words import _

PATH_STYLE = "path"
"""The value of the choice."""


def store_form() -> Component:
    """The form, empty, below a line that says which store is set."""
    about = _(
        "Any store that speaks S3. Its key needs to write and to delete below the prefix. Whoever may read the bucket"
        " sees every copy that is put there."
    )
    style = dbc.Checklist(
        id=Names.STYLE,
        options=[option(PATH_STYLE, _("The bucket stands in the path of addresses, not before the host's name"))],
        value=[PATH_STYLE],
    )
    fields = [
        _field(Names.ENDPOINT, _("Address, such as https://s3.example.edu"), kind="url"),
        _field(Names.REGION, _("Region"), value="us-east-1"),
        _field(Names.BUCKET, _("Bucket")),
        _field(Names.PREFIX, _("Prefix, such as reports/weekly")),
        _field(Names.ACCESS_KEY, _("Access key")),
        _field(Names.SECRET, _("Secret; empty: the one that is set"), kind="password"),
    ]
    buttons = [
        _button(Names.SAVE, _("Save the store and try it")),
        _button(Names.TRY, _("Try it")),
        _button(Names.REMOVE, _("Take it away")),
    ]
    return html.Details(
        [
            html.Summary(_("The store of the organisation")),
            html.P(about, className="la-small la-2"),
            html.Div(fields, className="la-roster-set"),
            style,
            html.Div(buttons, className="la-row la-actions"),
            html.P(id=Names.SAID, className="la-small", role="status"),
        ],
        className="la-more",
    )


def store_values(store: ReportStore | None) -> dict[str, object]:
    """The values of the form, by its names; the secret is never among them."""
    return {
        "place": place_words(store),
        "endpoint": store.endpoint if store else "",
        "region": store.region if store else "us-east-1",
        "bucket": store.bucket if store else "",
        "prefix": store.prefix if store else "",
        "style": [PATH_STYLE] if store is None or store.path_style else [],
        "access_key": store.access_key if store else "",
        "secret": "",
    }


def place_words(store: ReportStore | None) -> str:
    """Which store is set."""
    return store.place if store else _("No store is set yet: enter it below, for all schedules of the organisation.")


def refusal_words(why: str) -> str:
    """Why a store cannot be saved."""
    return {
        "endpoint": _("The store's address cannot be used: https:// and a public host, nothing behind it."),
        "region": _("A region has small letters, digits and hyphens."),
        "bucket": _("A bucket's name has 3 to 63 small letters, digits, dots and hyphens."),
        "prefix": _("A prefix has letters, digits and simple signs, with slashes between its parts."),
        "access_key": _("Enter the access key."),
        "secret": _("Enter the secret that belongs to this key."),
    }[why]  # fmt: skip


def _field(name: str, label: str, kind: str = "text", value: str = "") -> Component:
    # A password manager would put the reader's own password here.
    complete = "new-password" if kind == "password" else "off"
    control = dbc.Input(id=name, type=kind, value=value, maxLength=LONGEST, size="sm", autoComplete=complete)
    return html.Label([html.Span(label), control], className="la-field", htmlFor=name)


def _button(name: str, label: str) -> Component:
    return html.Button(label, id=name, type="button", className="btn btn-sm btn-outline-secondary", n_clicks=0)
