"""The dialog of a report's schedules: what goes out, to whom, when, what has come of it, and the form of one."""

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.components.attributes import attributes
from dashapp.components.controls import option
from dashapp.components.report_stores import store_form
from dashapp.components.schedule_words import every_word, format_word, way_word, weekday_options
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.cron import Cron
from dashapp.domain.schedules.rhythm import Every, rhythm_of
from dashapp.domain.schedules.runs import FORMATS, Way
from dashapp.domain.schedules.views import Addressee, ScheduleView
from dashapp.ids import ReportStores
from dashapp.ids import Schedules as Names
from dashapp.words import _

TICKS_EVERY = 2000
"""Milliseconds, while a run is under way."""
PEOPLE_WAYS = (Way.MAIL, Way.DOWNLOAD)
LONGEST_ADDRESSES = 5_000


def opener() -> Component:
    """The button that opens the dialog."""
    return html.Button(
        _("Schedule"),
        id=Names.OPEN,
        type="button",
        className="btn btn-outline-secondary hide-phone",
        n_clicks=0,
        **attributes(data_la_opens=Names.DIALOG, aria_haspopup="dialog"),
    )


def dialog() -> Component:
    """The dialog, closed; it is filled when it is opened."""
    head = f"{Names.DIALOG}-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    about = _("Everybody gets a copy of their own, with what they may see: a teacher their own courses.")
    new = html.Button(
        _("New schedule"), id=Names.NEW, type="button", className="btn btn-outline-secondary btn-sm", n_clicks=0
    )
    return html.Dialog(
        [
            html.Div([html.H2(_("When does it go out, and to whom?"), id=head), close], className="la-dialog-h"),
            html.P(about, className="la-small la-2"),
            html.Div(id=Names.ROWS),
            html.P(id=Names.SAID, className="la-small", role="status"),
            html.Div(new, className="la-row"),
            _form(),
            dcc.Store(id=Names.EDITING),
            dcc.Interval(id=Names.TICK, interval=TICKS_EVERY, disabled=True),
        ],
        id=Names.DIALOG,
        className="la-dialog wide la-schedules",
        **attributes(aria_labelledby=head),
    )


def _form() -> Component:
    save = html.Button(_("Save the schedule"), id=Names.SAVE, type="button", className="btn btn-primary", n_clicks=0)
    return html.Div(
        [html.H3(id=Names.HEAD), _when(), _to_whom(), _outside(), html.Div(save, className="la-row la-actions")],
        id=Names.FORM,
        hidden=True,
    )


def _field(label: str, control: Component, name: str, more: str = "") -> Component:
    return html.Label([html.Span(label), control], className=f"la-field {more}".strip(), htmlFor=name)


def _group(label: str, control: Component, more: str = "") -> Component:
    """Several choices below one label."""
    return html.Fieldset(
        [html.Legend(label, className="la-small la-m"), control], className=f"la-choices {more}".strip()
    )


def _when() -> Component:
    every = dbc.Select(id=Names.EVERY, options=[option(one.value, every_word(one)) for one in Every], value=Every.WEEK)
    days = dbc.Checklist(
        id=Names.WEEKDAYS, options=[option(value, name) for value, name in weekday_options()], value=["1"], inline=True
    )
    hint = _("Minute, hour, day, month, weekday: 0 7 1,15 * *")
    return html.Div(
        [
            _field(_("How often"), every, Names.EVERY),
            _field(_("At"), dbc.Input(id=Names.TIME, type="time", value="07:00"), Names.TIME, "la-at"),
            _group(_("Weekdays"), days, "la-on-weekdays"),
            _field(
                _("Day of the month"),
                dbc.Input(id=Names.DAY, type="number", min=1, max=31, step=1, value=1),
                Names.DAY,
                "la-on-day",
            ),
            _field(
                _("Cron"),
                dbc.Input(id=Names.CRON, type="text", value="", maxLength=120, placeholder=hint, autoComplete="off"),
                Names.CRON,
                "la-by-cron",
            ),
            _field(
                _("Time zone"),
                dbc.Input(id=Names.ZONE, type="text", value="", maxLength=60, autoComplete="off"),
                Names.ZONE,
            ),
        ],
        className="la-schedule-when",
    )


def _to_whom() -> Component:
    formats = [option(one.value, format_word(one)) for one in FORMATS]
    ways = [option(one.value, way_word(one)) for one in PEOPLE_WAYS]
    return html.Div(
        [
            _group(_("To whom"), dbc.Checklist(id=Names.PEOPLE, options=[], value=[]), "la-schedule-people"),
            _group(_("How it reaches them"), dbc.Checklist(id=Names.WAYS, options=ways, value=[Way.MAIL.value])),
            _group(_("As"), dbc.Checklist(id=Names.FORMATS, options=formats, value=[ExportFormat.PDF.value])),
        ],
        className="la-schedule-whom",
    )


def _outside() -> Component:
    folder = dbc.Checklist(
        id=Names.FOLDER, options=[option("folder", _("Leave it in a folder of the server"))], value=[]
    )
    store = dbc.Checklist(id=Names.STORE, options=[option("store", _("Put it into the store"))], value=[])
    addresses = dbc.Textarea(id=Names.ADDRESSES, value="", rows=2, maxLength=LONGEST_ADDRESSES)
    about = _("Nobody is named in these copies, small groups are hidden, and each waits until you have approved it.")
    return html.Details(
        [
            html.Summary(_("Other programs, and people without an account")),
            _field(
                _("Webhook: an address that begins with https://"),
                dbc.Input(id=Names.HOOK, type="url", value="", maxLength=2000, autoComplete="off"),
                Names.HOOK,
            ),
            html.P(id=Names.KEY, className="la-small la-2"),
            folder,
            store,
            html.P(id=ReportStores.PLACE, className="la-small la-2"),
            store_form(),
            _field(_("E-mail addresses, one in a line"), addresses, Names.ADDRESSES),
            html.P(about, className="la-small la-2"),
        ],
        id=Names.OUTSIDE,
        hidden=True,
    )


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What the form is filled with. `view`: the schedule that is changed; None: a new one."""

    view: ScheduleView | None
    people: Sequence[Addressee]
    own: str
    """The public id of the reader."""
    zone: str
    administers: bool
    key: str | None
    """What webhooks of the schedule are signed with."""


def form_values(facts: FormFacts) -> dict[str, object]:
    """The values of the form, by its names."""
    view = facts.view
    targets = view.targets if view else ()
    chosen = [str(one.public_id) for one in targets if one.way in PEOPLE_WAYS] if view else [facts.own]
    known = {str(one.public_id) for one in facts.people}
    ways = [way.value for way in PEOPLE_WAYS if any(one.way is way for one in targets)]
    return {
        **_time_values(view.cron if view else "0 7 * * 1"),
        "head": _("Change the schedule") if view else _("New schedule"),
        "zone": view.time_zone if view else facts.zone,
        "formats": [one.value for one in view.formats] if view else [ExportFormat.PDF.value, ExportFormat.HTML.value],
        "options": [option(str(one.public_id), _person(one)) for one in facts.people],
        "people": [one for one in dict.fromkeys(chosen) if one in known],
        "ways": ways or [Way.MAIL.value],
        "outside": not facts.administers,
        "hook": next((one.address or "" for one in targets if one.way is Way.WEBHOOK), ""),
        "folder": ["folder"] if any(one.way is Way.FOLDER for one in targets) else [],
        "store": ["store"] if any(one.way is Way.STORE for one in targets) else [],
        "addresses": "\n".join(one.address or "" for one in targets if one.way is Way.OUTSIDE),
        "key": _("It is signed with this key: {key}").format(key=facts.key) if facts.key else _key_later(),
    }


def _key_later() -> str:
    return _("The key with which it is signed stands here once the schedule is saved.")


def _person(one: Addressee) -> Component | str:
    return one.name if one.has_address else _("{name} (no e-mail address)").format(name=one.name)


def _time_values(cron: str) -> dict[str, object]:
    rhythm = rhythm_of(Cron.parse(cron))
    return {
        "every": rhythm.every.value,
        "time": f"{rhythm.at:%H:%M}" if rhythm.at else "07:00",
        "weekdays": [str(day) for day in sorted(rhythm.weekdays)] or ["1"],
        "day": rhythm.day or 1,
        "cron": cron,
    }
