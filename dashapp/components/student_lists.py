"""What is due next and what could come next, as lists with a plain reason each."""

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.downloads import listed
from dashapp.components.links import Links
from dashapp.components.student_strip import due_state, is_soon, state_of_due
from dashapp.domain.views import StudentView
from dashapp.domain.views.content import NextStep, StepKind
from dashapp.words import _

SHOWN_DUE = 4


def due_list(view: StudentView) -> Component:
    """Deadlines to come; what is handed in already comes after what is still to do."""
    rows = []
    ordered = sorted(view.due, key=lambda due: (due.state == "submitted", due.due_at))
    for due in ordered[:SHOWN_DUE]:
        when = words.local_date(due.due_at, view.freshness.zone)
        share = _("{share} of mark").format(share=words.percent(due.weight_share)) if due.weight_share else ""
        day = html.Span(words.day(when, view.today), className="la-m")
        distance = html.Span(words.in_days(when, view.today), className="la-2")
        rows.append(
            html.Li(
                [
                    html.Div(
                        [
                            html.Bdi(due.activity, className="la-m"),
                            html.P(html.Bdi(due.course), className="la-small la-2"),
                        ]
                    ),
                    html.Span([day, " ", distance], className="la-small when"),
                    html.Span(share, className="la-small la-2"),
                    html.Span(due_state(due, is_soon(when, view.today)), className="la-small"),
                ]
            )
        )
    if not rows:
        return card.no_data(_("No deadline is set. The next one appears here as soon as it is published."))
    head = (_("Activity"), _("Course"), _("Due"), _("Share of mark"), _("State"))
    cells = [
        (
            due.activity,
            due.course,
            words.moment(due.due_at, view.freshness.zone),
            words.percent(due.weight_share) if due.weight_share else "",
            state_of_due(due),
        )
        for due in ordered[:SHOWN_DUE]
    ]
    return html.Ul(rows, className="la-list la-due", **listed(head, cells))


def open_link(address: str | None, title: str, links: Links, *, first: bool = False) -> Component | None:
    """A button that opens an activity where its sender says that it is; None where it says nothing, or the reader's
    session is for this page alone."""
    if address is None or links.alone:
        return None
    kind = "btn-primary" if first else "btn-outline-secondary"
    label = _("Open {title}").format(title=title)
    return html.A(
        _("Open"),
        href=address,
        target="_blank",
        rel="noopener noreferrer",
        className=f"btn btn-sm {kind}",
        **attributes(aria_label=label),
    )


def step_list(view: StudentView, links: Links) -> Component:
    """At most a handful of things to do, the most pressing first."""
    steps = view.content.steps
    if not steps:
        if not any(one.published for one in view.content.progress):
            return card.no_data(_("Steps appear here as soon as the course has activities."))
        return html.P(_("Nothing is overdue, due soon or unfinished."), className="la-2")
    rows = []
    for place, step in enumerate(steps):
        opened = open_link(step.address, step.title, links, first=place == 0)
        where = [html.Bdi(part) for part in (step.course, step.unit) if part]
        parts = [piece for number, one in enumerate(where) for piece in ((" · ", one) if number else (one,))]
        said = [
            html.Bdi(step.title, className="la-m"),
            html.P(step_reason(step, view), className="la-small"),
            html.P(parts, className="la-small la-2"),
        ]
        rows.append(html.Li([html.Div(said), opened] if opened else [html.Div(said)]))
    head = (_("Step"), _("Why"), _("Course"), _("Unit"))
    cells = [(step.title, step_reason(step, view), step.course, step.unit) for step in steps]
    return html.Ul(rows, className="la-list la-next", **listed(head, cells))


def step_reason(step: NextStep, view: StudentView) -> str:
    """Why it is a step, in a plain sentence with its own values."""
    if step.kind is StepKind.UNIT_UNTOUCHED:
        return _("The course is past this unit, and nothing in it has been opened.")
    if step.kind is StepKind.LOW_SCORE:
        return _("{score} so far; a further attempt can raise it.").format(score=words.percent(step.score or 0.0))
    when = words.local_date(step.at, view.freshness.zone) if step.at is not None else None
    if when is None:
        return _("Opened, and not finished.")
    day, distance = words.day(when, view.today), words.in_days(when, view.today)
    if step.kind is StepKind.OVERDUE:
        said = _("Was due {day}, {distance}; nothing has been handed in.")
    elif step.kind is StepKind.DUE_SOON:
        said = _("Due {day}, {distance}; not opened yet.")
    else:
        said = _("Opened, and not finished; due {day}, {distance}.")
    return said.format(day=day, distance=distance)
