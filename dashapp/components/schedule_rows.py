"""The schedules of a report with their runs and copies, and the list of what somebody has received."""

from collections.abc import Callable, Sequence
from uuid import UUID

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.marks import level_mark
from dashapp.components.schedule_words import (
    copy_word,
    due_moment,
    due_words,
    format_word,
    next_words,
    run_word,
    took_words,
    trouble_words,
    way_word,
)
from dashapp.domain.schedules.runs import PLACES, CopyState, File, Part, RunState, ScheduleState
from dashapp.domain.schedules.views import CopyView, Received, RunView, ScheduleView, TargetView
from dashapp.ids import Schedules as Names
from dashapp.words import _, ngettext

_DECIDED = (CopyState.UNCERTAIN, CopyState.FAILED, CopyState.HELD)
Acts = Callable[[str, object], dict[str, object]]
"""Gives the ids of the buttons of a page."""
_SHOWN = 4
"""Recipients that are named; of the others the number is told."""


def schedule_rows(views: Sequence[ScheduleView], prefix: str) -> Component:
    """The schedules; `prefix` is the path of the service with a slash at its end."""
    if not views:
        return html.P(_("It goes out to nobody yet."), className="la-small la-2")
    return html.Ul([_schedule(view, prefix) for view in views], className="la-list la-schedule-list")


def is_under_way(views: Sequence[ScheduleView]) -> bool:
    """Whether a run of any of them is waiting or being made."""
    return any(run.state.open for view in views for run in view.runs)


def _schedule(view: ScheduleView, prefix: str) -> Component:
    head = html.Div(
        [
            html.Span(due_words(view.cron), className="la-m"),
            html.Span(view.time_zone, className="la-small la-2"),
            html.Span(next_words(view), className="la-small la-2"),
            *([] if view.is_own else [html.Bdi(view.author, className="la-small la-2")]),
        ],
        className="la-row",
    )
    return html.Li([head, *_warning(view), _recipients(view), _buttons(view), _history(view, prefix)])


def _warning(view: ScheduleView) -> list[Component]:
    if view.silent_since is None:
        return []
    since = due_moment(view.silent_since, view.time_zone)
    return [html.Div(level_mark("late", _("Not delivered: it was due on {moment}").format(moment=since)))]


def _recipients(view: ScheduleView) -> Component:
    named = [_recipient(one) for one in view.targets[:_SHOWN]]
    more = len(view.targets) - len(named)
    if more:
        named.append(html.Span(ngettext("and {number} more", "and {number} more", more).format(number=more)))
    formats = words.listing([format_word(one) for one in view.formats])
    return html.Div([*named, html.Span(formats, className="la-2")], className="la-row la-small")


def _recipient(target: TargetView) -> Component:
    name = target.address or target.name
    if target.way in PLACES:
        return html.Span(way_word(target.way))
    return html.Span([html.Bdi(name), html.Span(f" · {way_word(target.way)}", className="la-2")])


def _button(what: str, row: UUID, label: str, name: str) -> Component:
    return html.Button(
        label,
        id=Names.act(what, str(row)),
        type="button",
        className="btn btn-sm btn-outline-secondary",
        n_clicks=0,
        **attributes(aria_label=f"{label}: {name}"),
    )


def ending(act: Acts, row: UUID, name: str) -> Component:
    """The menu that ends a schedule, which asks whether what was delivered is to be taken back as well."""
    about = _("Withdrawn copies cannot be opened any more, by no link and in no list. What a mail brought along stays.")
    return _asked(
        _("End"),
        name,
        [
            html.P(about, className="la-small la-2"),
            _item(act("end", str(row)), _("End it")),
            _item(act("undo", str(row)), _("End it and withdraw its copies")),
        ],
    )


def _asked(label: str, name: str, entries: list[Component]) -> Component:
    """A button that asks first."""
    summary = html.Summary(
        label, className="btn btn-sm btn-outline-secondary", **attributes(aria_label=f"{label}: {name}")
    )
    return html.Details([summary, html.Div(entries, className="la-pop")], className="la-menu la-asked")


def _item(name: dict[str, object], label: str) -> Component:
    return html.Button(label, id=name, type="button", n_clicks=0)


def _buttons(view: ScheduleView) -> Component:
    name, row = due_words(view.cron), view.public_id
    goes = view.state is ScheduleState.ACTIVE
    again = ("pause", _("Pause")) if goes else ("resume", _("Go on"))
    buttons = [("run", _("Run now")), again, ("edit", _("Change"))]
    shown = [_button(what, row, label, name) for what, label in buttons]
    return html.Div([*shown, ending(Names.act, row, name)], className="la-row la-actions")


def _history(view: ScheduleView, prefix: str) -> Component:
    if not view.runs:
        return html.P(_("It has not gone out yet."), className="la-small la-2")
    waiting = any(copy.state in (CopyState.UNCERTAIN, CopyState.HELD) for run in view.runs for copy in run.copies)
    return html.Details(
        [
            html.Summary(_("What has come of it")),
            html.Ol([_run(run, view.time_zone, prefix) for run in view.runs], className="la-list"),
        ],
        open=waiting or any(run.state.open for run in view.runs),
        className="la-small",
    )


def run_kind(state: RunState) -> str:
    """The shape beside the word for a run."""
    return {RunState.DONE: "good", RunState.FAILED: "late", RunState.PARTLY: "watch"}.get(state, "calm")


def _run(run: RunView, zone: str, prefix: str) -> Component:
    asked = [] if run.asked_by is None else [html.Span(_("asked for by {name}").format(name=run.asked_by))]
    head = [
        html.Span(due_moment(run.due_at, zone), className="la-m"),
        level_mark(run_kind(run.state), run_word(run.state)),
        html.Span(took_words(run), className="la-2"),
        *asked,
        html.Span(trouble_words(run.trouble), className="la-2"),
    ]
    copies = [_copy(copy, prefix) for copy in run.copies]
    return html.Li([html.Div(head, className="la-row"), html.Ul(copies, className="la-list")])


def _copy(copy: CopyView, prefix: str) -> Component:
    name = way_word(copy.way) if copy.way in PLACES else copy.name
    said = [
        html.Bdi(name, className="la-m"),
        html.Span(copy_word(copy.state)),
        html.Span(trouble_words(copy.trouble), className="la-2"),
        *([html.Span(_("withdrawn"), className="la-m")] if copy.withdrawn else []),
    ]
    return html.Li([*said, *_decisions(copy, name, prefix), *_withdrawal(copy, name)], className="la-row")


def _withdrawal(copy: CopyView, name: str) -> list[Component]:
    """Taking a copy back, which asks first."""
    if not copy.can_be_withdrawn:
        return []
    about = _("Nobody can open it any more, by no link and in no list. What a mail brought along stays where it is.")
    sure = _item(Names.act("withdraw", str(copy.public_id)), _("Withdraw it"))
    return [_asked(_("Withdraw"), name, [html.P(about, className="la-small la-2"), sure])]


def _decisions(copy: CopyView, name: str, prefix: str) -> list[Component]:
    """What a person can do about a copy: nothing is sent a second time without that."""
    if copy.state not in _DECIDED or not copy.can_be_sent:
        return []
    held = copy.state is CopyState.HELD
    send = _button("send", copy.public_id, _("Approve and send") if held else _("Send again"), name)
    keep = _button("keep", copy.public_id, _("Do not send") if held else _("Leave it"), name)
    # Whoever approves a copy sees all of it before.
    shown = _links(copy.public_id, copy.files, prefix, (Part.BODY, Part.ATTACHED)) if held else []
    return [*shown, send, *([] if copy.state is CopyState.FAILED else [keep])]


def _links(
    delivery: UUID, files: Sequence[File], prefix: str, parts: Sequence[Part] = (Part.ATTACHED,)
) -> list[Component]:
    return [
        html.A(
            _("The mail itself") if file.part is Part.BODY else file.name,
            href=f"{prefix}received/{delivery}/{place}",
            className="la-file",
            download="",
            **attributes(data_la_file="own"),
        )
        for place, file in enumerate(files)
        if file.part in parts
    ]


def received_rows(found: Sequence[Received], prefix: str, zone: str) -> Component:
    """What somebody has received and can still download, the newest first."""
    if not found:
        return html.P(_("No scheduled report has come to you in the last 14 days."), className="la-small la-2")
    return html.Ul([_received(one, prefix, zone) for one in found], className="la-list")


def _received(one: Received, prefix: str, zone: str) -> Component:
    until = _("until {moment}").format(moment=words.moment(one.kept_until, zone))
    return html.Li(
        [
            html.Bdi(one.title or _("Report"), className="la-m"),
            html.Span(_("as of {moment}").format(moment=words.moment(one.as_of, zone)), className="la-small la-2"),
            *_links(one.public_id, one.files, prefix),
            html.Span(until, className="la-small la-2 la-push"),
        ],
        className="la-row",
    )
