"""Filters: native selects, dates and radio buttons that look like chips. Their state lives in the URL."""

from collections.abc import Mapping, Sequence
from datetime import date

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids, words
from dashapp.components.attributes import attributes
from dashapp.components.slots import Slot
from dashapp.words import _

Option = Mapping[str, object]
"""{"label": text or component, "value": text}"""


def option(value: str, label: str | Component) -> Option:
    """One choice of a control."""
    return {"label": label, "value": value}


def select_chip(name: str, label: str, options: Sequence[Option], empty: str = "") -> Component:
    """A choice of one from many: the browser's own select, so that phones show their own picker.

    `empty`: what stands there while nothing is chosen, "all" by itself.
    """
    control = dbc.Select(id=name, options=[dict(each) for each in options], value="", placeholder=empty or _("all"))
    return html.Label([html.Span(label), control], className="la-chip", htmlFor=name)


def date_chip(name: str, label: str) -> Component:
    """A local day: the browser's own date field, in the reader's own order of day and month.

    While nobody has chosen a day, the one that holds stands in its place (`date_holds`).
    """
    control = dbc.Input(id=name, type="date", debounce=True)
    holds = html.Span(id=ids.holds_of(name), className="la-holds")
    field = html.Span([control, holds], className="la-day")
    return html.Label([html.Span(label), field], className="la-chip", htmlFor=name)


def clearable(chip: Component, name: str, label: str) -> Component:
    """A chip whose control can be emptied by one click while anything is chosen (`assets/classroom.js`)."""
    said = _("Clear: {filter}").format(filter=label)
    clear = html.Button("×", type="button", title=said, **attributes(aria_label=said, data_la_clears=name))
    return html.Span([chip, clear], className="la-clearable")


def clear_all(names: Sequence[str]) -> Component:
    """Empties all these controls; shown while any of them is set."""
    return html.Button(
        _("Clear all"), type="button", className="la-clear-all", **attributes(data_la_clears=" ".join(names))
    )


def text_chip(name: str, label: str, hint: str) -> Component:
    """A text to search for, which is looked for when Enter is pressed or the field is left."""
    control = dbc.Input(id=name, type="search", debounce=True, placeholder=hint, autocomplete="off", maxLength=80)
    return html.Label([html.Span(label), control], className="la-chip", htmlFor=name)


def date_slot(control: str) -> Slot:
    """Where `date_holds` goes."""
    return Slot(ids.holds_of(control), "children")


def date_holds(holds: date, chosen: date | None) -> str:
    """What stands in an empty `date_chip`: the day that `holds` by itself; nothing where one is chosen."""
    return "" if chosen else words.short_day(holds)


def segments(name: str, label: str, options: Sequence[Option]) -> Component:
    """A choice of one from a few, side by side; the empty value comes first and is chosen at the start."""
    return html.Div(
        dbc.RadioItems(
            id=name,
            options=[dict(each) for each in options],
            value="",
            className="la-seg",
            inputClassName="btn-check",
            labelClassName="la-seg-label",
            labelCheckedClassName="on",
        ),
        role="radiogroup",
        **attributes(aria_label=label),
    )


def chips(name: str, label: str, options: Sequence[Option]) -> Component:
    """The same as chips that stand apart, for levels with their counts."""
    return html.Div(
        dbc.RadioItems(
            id=name,
            options=[dict(each) for each in options],
            value="",
            className="la-chips",
            inputClassName="btn-check",
            labelClassName="la-chip",
            labelCheckedClassName="on",
        ),
        role="radiogroup",
        **attributes(aria_label=label),
    )


def filter_row(label: str, controls: Sequence[Component]) -> Component:
    """The filters of a page; on a phone they scroll sideways."""
    return html.Div(list(controls), className="la-filters", role="group", **attributes(aria_label=label))


def pager(place: str, buttons: tuple[str, str], page: tuple[str, int]) -> Component:
    """The foot of a list that is paged on the server. `place`: the id of the words that say which rows of how many;
    `buttons`: the ids of back and on; `page`: the id of the hidden input that holds the number of the page, and it."""
    previous, following = (
        html.Button(
            label, id=name, type="button", className="btn btn-sm btn-outline-secondary", disabled=True, n_clicks=0
        )
        for name, label in zip(buttons, (_("Previous"), _("Next")), strict=True)
    )
    hidden = html.Div(dcc.Input(id=page[0], type="text", value=str(page[1])), hidden=True)
    words_of_place = html.Span(id=place, className="la-2 la-small")
    return html.Div(
        [words_of_place, html.Span(className="la-push"), previous, following, hidden], className="la-row la-pager"
    )
