"""The goal that a learner sets for a course: what it takes in the rest, and what would come of it."""

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.domain.indicators.goal import HIGHEST, Needed, Reach, final_score, needed
from dashapp.domain.views.content import Outlook
from dashapp.ids import Student
from dashapp.words import _

DEFAULT_MEAN = 70
"""Where the control for trying out stands at first, in %."""


def goal_form() -> Component:
    """The controls below the chart; hidden where no one course is in view."""
    number = dbc.Input(id=Student.GOAL_INPUT, type="number", min=0, max=100, step=1, inputmode="numeric")
    label = html.Label([html.Span(_("My goal, %")), number], htmlFor=Student.GOAL_INPUT, className="la-goal-field")
    setting = html.Button(_("Set"), id=Student.GOAL_SET, type="button", className="btn btn-sm btn-primary", n_clicks=0)
    clearing = html.Button(
        _("Clear"),
        id=Student.GOAL_CLEAR,
        type="button",
        className="btn btn-sm btn-outline-secondary",
        n_clicks=0,
        hidden=True,
    )
    slider = dcc.Input(id=Student.WHAT_IF, type="range", min=0, max=100, step=5, value=DEFAULT_MEAN)
    trying = html.Label(
        [html.Span(_("What if, in the rest")), slider], htmlFor=Student.WHAT_IF, className="la-goal-field la-goal-try"
    )
    return html.Div(
        [
            html.P(id=Student.GOAL_NEEDED, className="la-goal-needed"),
            html.Div(
                [label, setting, clearing, html.Span(id=Student.GOAL_SAID, role="status", className="la-small la-2")],
                className="la-row",
            ),
            html.Div(
                [trying, html.Span(id=Student.WHAT_IF_SAID, className="la-small", **attributes(aria_live="polite"))],
                className="la-row",
            ),
            dcc.Store(id=Student.GOAL_DECISION),
            dcc.Store(id=Student.GOAL_OUTLOOK),
        ],
        id=Student.GOAL_FORM,
        className="la-goal",
        hidden=True,
    )


def needed_words(of: Outlook, goal: int | None) -> str:
    """What the goal takes, in one or two sentences."""
    if goal is None:
        said = _("Set a goal to see what it takes in the rest.")
        return said if of.total > 0 else _("No graded work is known yet. A goal can be set already.")
    answer = needed(of, goal)
    parts = [_answer_words(answer, of).format(goal=words.percent(goal), mean=words.percent(answer.mean or 0.0))]
    if of.missing > 0 and answer.reach is not Reach.NO_WORK:
        share = words.percent(100 * of.missing / of.total)
        parts.append(_("Missing work, {share} of the weight, counts as zero.").format(share=share))
    if not of.weighted and answer.reach is not Reach.NO_WORK:
        parts.append(_("The course has no weights; maximum scores stand for them."))
    return " ".join(parts)


def _answer_words(answer: Needed, of: Outlook) -> str:
    if answer.reach is Reach.NO_WORK:
        return _("Your goal is {goal}. No graded work is known yet.")
    if answer.reach is Reach.REACHED:
        return _("{goal} is reached, whatever comes.") if of.rest > 0 else _("{goal} is reached.")
    if answer.reach is Reach.NOTHING_LEFT:
        return _("Everything is graded: {goal} was not reached.")
    if answer.reach is Reach.OUT_OF_REACH:
        return _("{goal} cannot be reached any more; a lower goal can.")
    if answer.reach is Reach.REPEATING:
        return _("For {goal} you need {mean} on average in the rest and in what can still be tried again.")
    return _("For {goal} you need {mean} on average in the rest.")


def what_if_words(of: Outlook, mean: float) -> str:
    """What the score would be at the end."""
    final = final_score(of, mean)
    if final is None or of.rest <= 0:
        return _("Nothing is left to be graded.")
    said = _("With {mean}: {final} at the end").format(mean=words.percent(mean), final=words.percent(final))
    best = final_score(of, HIGHEST)
    return _("{said}; at most {best}").format(said=said, best=words.percent(best)) if best is not None else said


def outlook_data(of: Outlook) -> dict[str, object]:
    """What the browser holds for trying out."""
    return {
        "course": str(of.public_id),
        "earned": of.earned,
        "graded": of.graded,
        "rest": of.rest,
        "missing": of.missing,
    }
