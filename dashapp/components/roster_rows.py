"""What a check of a roster has found: figures, and rows of findings, differences and conflicts."""

from collections.abc import Sequence
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.marks import level_mark
from dashapp.domain.roster_changes import Conflict, ConflictKind, Thing
from dashapp.domain.roster_checks import Reason
from dashapp.domain.roster_runs import RowPart, RunReport, RunRow
from dashapp.words import _, ngettext, pgettext
from dashapp.words.roster_runs import field_word, one_thing_word
from dashapp.words.rosters import conflict_sentence, reason_word, thing_word

KINDS: Final = ("added", "changed", "ended")
"""As the figures of a report stand."""


def strip(report: RunReport) -> Component:
    """What would change, thing by thing: figures, with bars as long as these are large."""
    if report.stops:
        return _findings(report)
    if report.empty:
        text = _("Everything that the files say is known already.")
        return html.Div([_findings(report), card.state("none", _("Nothing would change"), text)])
    most = max(max(each) for each in report.counts.values())
    heads = [_("Thing"), _("Added"), _("Changed"), _("Ended")]
    rows = [_figures(thing, counts, most) for thing, counts in _of_things(report) if any(counts)]
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(head, **attributes(scope="col")) for head in heads])),
            html.Tbody(rows),
        ],
        className="la-table la-roster-figures",
    )
    more = [html.Li(each) for each in _besides(report)]
    return html.Div([_findings(report), table, html.Ul(more, className="la-small la-2") if more else None])


def _of_things(report: RunReport) -> list[tuple[Thing, tuple[int, int, int]]]:
    return [(thing, report.counts.get(thing.value, (0, 0, 0))) for thing in Thing]


def _figures(thing: Thing, counts: Sequence[int], most: int) -> Component:
    label = thing_word(thing)
    cells = [
        html.Td(
            [
                html.Span(words.number(count), className="la-num"),
                html.I(className=f"la-roster-bar {kind}", style={"--v": f"{100 * count / most:.1f}%"}),
            ]
            if count
            else html.Span("–", className="la-3")
        )
        for kind, count in zip(KINDS, counts, strict=True)
    ]
    return html.Tr([html.Th(f"{label[0].upper()}{label[1:]}", **attributes(scope="row")), *cells])


def _findings(report: RunReport) -> Component:
    """How many errors and warnings there are, by reason."""
    found = sorted(
        ((Reason(name), count) for name, count in report.findings.items()), key=lambda one: (not one[0].stops, -one[1])
    )
    if not found:
        return html.P(level_mark("good", _("No errors and no warnings")), className="la-small")
    rows = [
        html.Li(
            [
                level_mark("help", _("Error")) if reason.stops else level_mark("watch", _("Warning")),
                html.Span(f"{words.number(count)} × {reason_word(reason)}", className="la-small"),
            ],
            className="la-row",
        )
        for reason, count in found
    ]
    said = _("There are errors: nothing of these files is taken. Put them right and send them again.")
    head = [html.P(said, className="la-m")] if report.stops else []
    return html.Div([*head, html.Ul(rows, className="la-list")])


def _besides(report: RunReport) -> list[str]:
    number = words.number
    said = []
    if report.granted:
        ending = _("{ending} of {granted} enrolments in force end.")
        said.append(ending.format(ending=number(report.ending), granted=number(report.granted)))
    if report.joins:
        text = ngettext(
            "{number} person is one with somebody whom events know already.",
            "{number} people are one with people whom events know already.",
            report.joins,
        )
        said.append(text.format(number=number(report.joins)))
    if report.described_otherwise:
        text = ngettext(
            "{number} person has been named otherwise by another source, later: that holds.",
            "{number} people have been named otherwise by another source, later: that holds.",
            report.described_otherwise,
        )
        said.append(text.format(number=number(report.described_otherwise)))
    for role, count in sorted(report.left_out.items()):
        text = _("{number} × “{role}”: left out, since no roster gives it.")
        said.append(text.format(number=number(count), role=role or _("no role")))
    return said


# ------------------------------------------------------------------ rows


def rows_table(part: RowPart, rows: Sequence[RunRow]) -> Component:
    """A page of rows of one part."""
    if part is RowPart.FINDING:
        heads, cells = [_("Where"), _("What is wrong"), _("Value")], [_finding_cells(row) for row in rows]
    elif part is RowPart.CONFLICT:
        heads, cells = [_("What is left as it is, and why")], [[_conflict(row)] for row in rows]
    else:
        heads = [_("Thing"), _("Name"), _("Before → after") if part is RowPart.CHANGED else _("What is said of it")]
        # Of whoever is added or ends the name says it all.
        heads = heads if any(row.what for row in rows) else heads[:2]
        cells = [_change_cells(row, part)[: len(heads)] for row in rows]
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(head, **attributes(scope="col")) for head in heads])),
            html.Tbody([html.Tr([html.Td(cell) for cell in each]) for each in cells]),
        ],
        className=f"la-table la-roster-rows {part.value}",
    )
    name = _("What the check has found")
    return html.Div(table, className="la-scroll", tabIndex=0, role="group", **attributes(aria_label=name))


def _finding_cells(row: RunRow) -> list[Any]:
    place: list[Component] = [html.Bdi(row.name, className="la-m")]
    if row.line is not None:
        place.append(html.Span(_("line {line}").format(line=words.number(row.line)), className="la-num la-2"))
    if row.column:
        place.append(html.Code(row.column))
    mark = level_mark("help", _("Error")) if row.thing == "error" else level_mark("watch", _("Warning"))
    return [
        html.Div(place, className="la-row"),
        html.Div([mark, html.Span(reason_word(Reason(row.kind)))], className="la-row"),
        html.Bdi(row.value, className="la-wrap"),
    ]


def _conflict(row: RunRow) -> str:
    return conflict_sentence(Conflict(ConflictKind(row.kind), row.name, row.value))


def _change_cells(row: RunRow, part: RowPart) -> list[Any]:
    name = html.Bdi(" / ".join(row.name.split("\n")), className="la-small la-3 la-wrap")
    title: list[Any] = [html.Bdi(row.title, className="la-m"), " ", name] if row.title else [name]
    told = [html.Li(_told(one, part)) for one in row.what]
    return [one_thing_word(row.thing), html.Span(title), html.Ul(told, className=f"la-roster-what {part.value}")]


def _told(one: tuple[str, str, str], part: RowPart) -> list[Any]:
    field, before, after = one
    label = html.Span(f"{field_word(field)}: ", className="la-2")
    if part is not RowPart.CHANGED:
        return [label, html.Bdi(after or before)]
    arrow = pgettext("from before to after, in the direction of reading", "→")
    return [label, html.Del(html.Bdi(before or "–")), f" {arrow} ", html.Ins(html.Bdi(after or "–"))]
