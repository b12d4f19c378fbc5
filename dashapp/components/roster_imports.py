"""What was taken in of a sender's rosters: when, by whom, which files, what it changed."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.marks import level_mark
from dashapp.data.queries.rosters import RostersView
from dashapp.data.store.rosters.sources import HeldImport
from dashapp.ids import Rosters
from dashapp.words import _

_OPERATOR: Final = "operator:"


def imports_list(view: RostersView, zone: str) -> Component:
    """Every import of the sender, the last one first, with a button that takes it back."""
    if not view.imports:
        return card.state("none", _("Nothing has been taken in yet"), _("Each import stands here, the last one first."))
    # Those that have changed nothing, and those that were taken back, stand in nobody's way.
    last = next((one.import_id for one in view.imports if one.state == "applied"), None)
    newest = next((one for one in view.imports if one.state in ("applied", "undone")), None)
    can_undo = newest is not None and newest.import_id == last and not (view.run is not None and view.run.open)
    rows = [html.Li(_held(one, view, zone, undo=can_undo and one.import_id == last)) for one in view.imports]
    return html.Ul(rows, className="la-list")


def _held(one: HeldImport, view: RostersView, zone: str, *, undo: bool) -> list[Component]:
    mark = {
        "applied": level_mark("good", _("Taken in")),
        "unchanged": level_mark("late", _("Nothing new")),
        "undone": level_mark("late", _("Taken back")),
    }.get(one.state, level_mark("help", _("Not taken in")))
    head = html.Div([html.Span(words.moment(one.at, zone), className="la-m"), mark], className="la-row")
    added, changed, ended = (sum(each[place] for each in one.counts.values()) for place in range(3))
    counts = _("{added} added, {changed} changed, {ended} ended").format(
        added=words.number(added), changed=words.number(changed), ended=words.number(ended)
    )
    who = html.Bdi(_who(one.by, view))
    files = ", ".join(view.files.get(one.import_id, []))
    parts: list[Component] = [
        head,
        html.Div([who, " · ", counts], className="la-small"),
        html.Div(html.Bdi(files), className="la-small la-3 la-wrap"),
    ]
    if undo:
        parts.append(html.Div(_undo_button(one.import_id)))
    return parts


def _who(by: str, view: RostersView) -> str:
    if by == f"{_OPERATOR}schedule":
        return _("The schedule")
    if by.startswith(_OPERATOR):
        return _("Operator {name}").format(name=by.removeprefix(_OPERATOR))
    return view.names.get(by) or _("Somebody who is gone")


def _undo_button(import_id: int) -> Component:
    kind = "btn btn-sm btn-outline-secondary"
    return html.Button(
        _("Undo this import"), id=Rosters.act("undo", str(import_id)), type="button", className=kind, n_clicks=0
    )
