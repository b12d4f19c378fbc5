"""Why a learner's page says what it says: the rules with their values and limits."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, marks
from dashapp.components.reasons import applies, reason_sentence, rule_limit, rule_name, rule_value
from dashapp.domain.views import Level, Reason, StudentView
from dashapp.words import _, ngettext


def _rule_row(level: Level, reason: Reason) -> Component:
    # A rule that applies is as urgent as the level that it led to: one alone makes nobody need help.
    answer = marks.level_mark(level.value, _("Yes")) if applies(reason) else marks.level_mark("calm", _("No"))
    return html.Tr(
        [
            html.Td(rule_name(reason.rule)),
            html.Td(rule_value(reason), className="la-num la-m")
            if reason.value is not None
            else html.Td(rule_value(reason), className="la-2", style={"textAlign": "end"}),
            html.Td(rule_limit(reason), className="la-2"),
            html.Td(answer if reason.value is not None else "–", className="fit"),
        ]
    )


def _course_row(course: str, level: Level, reasons: Sequence[Reason]) -> Component:
    """One course in a line, where there are several: the rules that apply, or that none does."""
    silent = all(reason.value is None for reason in reasons)
    said = _("No rule can speak now") if silent else reason_sentence(*reasons) or _("No rule applies")
    count = sum(applies(reason) for reason in reasons)
    number = ngettext("{number} rule", "{number} rules", count).format(number=words.number(count))
    return html.Tr(
        [
            html.Td(course, className="la-m fit"),
            html.Td(said, className="la-2", style={"paddingInlineStart": "1rem"}),
            html.Td(marks.level_mark(level.value, number) if count else None, className="fit"),
        ]
    )


def why(view: StudentView) -> Component:
    """The body of the card: each rule with its value and limit, or a course a line where there are several."""
    if not view.risk_shown:
        text = _("What is due and how your scores are stands on this page; your teachers are there for questions.")
        return card.state("private", _("Your institution does not show this here"), text)
    if len(view.reasons) > 1:
        rows = [
            _course_row(course, level, reasons)
            for (course, reasons), level in zip(view.reasons, view.levels, strict=True)
        ]
        more = html.P(_("Choose one course to see each rule with its limit."), className="la-small la-2")
        return html.Div([html.Table(html.Tbody(rows), className="la-table"), more])
    rows = [_rule_row(view.level, reason) for _course, reasons in view.reasons for reason in reasons]
    if not rows:
        return card.no_data(_("The rules speak as soon as a course has begun."))
    head = [_("Rule"), _("Value"), _("Applies when"), _("Applies")]
    cells = [html.Th(text, className="la-num" if place == 1 else None) for place, text in enumerate(head)]
    table = html.Table([html.Thead(html.Tr(cells)), html.Tbody(rows)], className="la-table")
    return html.Div(table, className="la-scroll")


def why_line(view: StudentView) -> str:
    """The line below its title: how many rules apply."""
    if not view.risk_shown:
        return _("Not shown on this page")
    reasons = [reason for _course, given in view.reasons for reason in given]
    if not reasons or all(reason.value is None for reason in reasons):
        return _("No rule speaks before teaching starts, in breaks, or after the end")
    count = sum(applies(reason) for reason in reasons)
    if count == 0:
        return _("The rules are checked at every update; none applies")
    said = ngettext("{number} rule applies: {level}", "{number} rules apply: {level}", count)
    return said.format(number=words.number(count), level=marks.level_word(view.level))
