"""The pages of a report as they will be, on paper in the light theme: the live preview of the builder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.card import PLOT_CONFIG
from dashapp.components.report_words import block_name, is_figure, question_parts, value_text
from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind, Value
from dashapp.domain.reports.document import Block, Chart, Data, Heading, PageBreak, Report, Text, Width
from dashapp.figures.drawing import Drawing
from dashapp.words import _, ngettext
from dashapp.words.reports import column_word

MOST_ROWS: Final = 15
"""Of a table in the preview; the document has all of them."""
HEIGHTS: Final = {Chart.HEAT_MAP: 260, Chart.SCATTER: 280, Chart.BOX: 240, Chart.TREE_MAP: 260}
"""Of charts, in px; what a chart of bars needs grows with its rows."""
TALL: Final = 220
PER_BAR: Final = 26
ABOUT_AXES: Final = 56

Draw = Callable[[Data, Answer], Drawing]


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of paper, and what stands on it."""

    paper: Component
    """Without the blocks: they go to where it says `data-la-grid`."""
    blocks: Sequence[Block]


def pages_of(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks by page: breaks part them, and are on none."""
    pages: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, PageBreak):
            pages.append([])
        else:
            pages[-1].append(block)
    return pages


def pages(report: Report, foot: str) -> list[Page]:
    """The sheets of a report; `foot` says as of when."""
    parted = pages_of(report.blocks)
    return [
        Page(_paper(report, foot, blocks, (number, len(parted))), blocks) for number, blocks in enumerate(parted, 1)
    ]


def _paper(report: Report, said: str, blocks: Sequence[Block], place: tuple[int, int]) -> Component:
    number, total = place
    head = [html.H2(html.Bdi(report.title or _("A report without a title")))] if number == 1 else []
    empty = [] if blocks else [html.P(_("Nothing stands on this page yet."), className="la-small la-2")]
    grid = html.Div(empty, className="la-sheet-grid", **attributes(data_la_grid="1"))
    count = _("{number} of {total}").format(number=words.number(number), total=words.number(total))
    foot = html.P([html.Span(said), html.Span(count)], className="la-sheet-foot la-cap la-3")
    kind = "la-sheet across" if report.orientation == "landscape" else "la-sheet"
    return html.Section(
        [*head, grid, foot],
        className=kind,
        lang=words.language_tag(),
        dir=words.text_direction(),
        **attributes(data_bs_theme="light", aria_label=_("Page {number}").format(number=words.number(number))),
    )


@dataclass(frozen=True, slots=True)
class Ink:
    """How figures are put on paper."""

    draw: Draw
    minimum: int
    """Fewer learners than so many are hidden."""


def part_of(block: Block, answer: Answer | None, ink: Ink) -> Component:
    """One block as it stands on its page; without an answer a question says that it has none."""
    match block:
        case Heading():
            tag = {1: html.H2, 2: html.H3, 3: html.H4}[block.level]
            inside: list[Any] = [tag(html.Bdi(block.text))]
        case Text():
            inside = [dcc.Markdown(block.text, className="la-sheet-text", dangerously_allow_html=False)]
        case Data():
            inside = _data(block, answer, ink)
        case _:
            inside = []
    width = block.width if isinstance(block, Data) else Width.FULL
    return html.Div(inside, className=f"la-sheet-block w{width.value}", **attributes(data_la_shows=str(block.id)))


def _data(block: Data, answer: Answer | None, ink: Ink) -> list[Component]:
    head: list[Component] = [html.H3(html.Bdi(block_name(block)))]
    if block.chart is not Chart.KPI:
        head.append(html.P(" · ".join(question_parts(block.question)), className="la-cap la-2"))
    if answer is None or answer.state is not AnswerState.SHOWN:
        return [*head, _instead(answer, ink.minimum)]
    if block.chart is Chart.KPI:
        return [*head, *_numbers(answer), *_notes(answer)]
    if block.chart is Chart.TABLE:
        return [*head, _table(answer), *_notes(answer, len(answer.rows) - MOST_ROWS)]
    return [*head, _chart(ink.draw(block, answer), block, answer), *_notes(answer)]


def _instead(answer: Answer | None, minimum: int) -> Component:
    """Words in place of figures; each of the states looks different."""
    if answer is None:
        return card.state("failed", _("This could not be read"), _("The other parts of the report are up to date."))
    match answer.state:
        case AnswerState.HIDDEN:
            return card.hidden(minimum)
        case AnswerState.REFUSED:
            return card.state("failed", _("This makes no sense together"), answer.reason)
        case AnswerState.GONE:
            return card.state("failed", _("This measure is gone"), answer.reason)
        case _:
            return card.no_data(_("Nothing fits the choice and the time."))


def _chart(figure: Drawing, block: Data, answer: Answer) -> Component:
    tall = HEIGHTS.get(block.chart, TALL)
    if block.chart in (Chart.BAR, Chart.FUNNEL) and block.bars == "horizontal":
        tall = max(tall, ABOUT_AXES + PER_BAR * len(answer.rows))
    graph = dcc.Graph(
        id=f"report-chart-{block.id}",
        figure=figure,
        config=PLOT_CONFIG,
        responsive=True,
        style={"height": "100%"},
    )
    return html.Div(
        [graph, html.Div(className="la-over")],
        className="la-plot",
        style={"--tall": f"{tall}px", "--tall-phone": f"{tall}px"},
        role="group",
        **attributes(aria_label=block_name(block)),
    )


def _numbers(answer: Answer) -> list[Component]:
    """Each measure as one value, and how it differs from the period before."""
    if not answer.rows:
        return [html.P("–", className="la-value")]
    row = answer.rows[0]
    now = [(column, row[place]) for place, column in enumerate(answer.columns) if column.measure and not column.before]
    before = {column.measure: row[place] for place, column in enumerate(answer.columns) if column.before}
    parts: list[Component] = []
    for column, value in now:
        parts.append(html.P(value_text(column, value), className="la-value"))
        if column.measure in before:
            parts.append(html.P(difference(column, value, before[column.measure]), className="la-cap la-2"))
    return parts


def difference(column: Column, now: Value, before: Value) -> str:
    """How a value differs from the one of the period before, in words; empty where one of them is missing."""
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return _("no figure of the period before")
    away = now - before
    amount = _amount(column, abs(away))
    if value_text(column, now) == value_text(column, before):
        return _("as in the period before")
    if column.kind is ColumnKind.COUNT:
        said = _("{amount} more than before") if away > 0 else _("{amount} fewer than before")
    else:
        said = _("{amount} higher than before") if away > 0 else _("{amount} lower than before")
    return said.format(amount=amount)


def _amount(column: Column, away: float) -> str:
    return words.percent_points(away) if column.kind is ColumnKind.PERCENT else value_text(column, away)


def _table(answer: Answer) -> Component:
    heads = [html.Th(column_word(column), scope="col", className=_side(column)) for column in answer.columns]
    rows = [
        html.Tr(
            [
                html.Td(html.Bdi(value_text(column, value)), className=_side(column))
                for column, value in zip(answer.columns, row, strict=True)
            ]
        )
        for row in answer.rows[:MOST_ROWS]
    ]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="la-table")
    return html.Div(table, className="la-scroll", tabIndex=0, role="group", **attributes(aria_label=_("Table")))


def _side(column: Column) -> str:
    return "la-num" if is_figure(column) else ""


def _notes(answer: Answer, more: int = 0) -> list[Component]:
    """What is not shown, and why: never silently. `more`: rows that the document has and the preview has not."""
    said = list(answer.notes)
    if answer.left_out:
        text = ngettext("{number} further row is left out.", "{number} further rows are left out.", answer.left_out)
        said.append(text.format(number=words.number(answer.left_out)))
    if answer.hidden:
        text = ngettext("{number} row is hidden for privacy.", "{number} rows are hidden for privacy.", answer.hidden)
        said.append(text.format(number=words.number(answer.hidden)))
    if more > 0:
        text = ngettext("{number} further row in the document.", "{number} further rows in the document.", more)
        said.append(text.format(number=words.number(more)))
    return [html.P(one, className="la-cap la-3") for one in said]
