"""Tables of many rows: dash-ag-grid with cells drawn by `assets/dashAgGridComponentFunctions.js`.

A row carries what is sorted by (numbers, ranks) and what is read (texts); the cells show the texts. Rows have ids, so
that an update changes cells in place and keeps scroll, order and selection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.figures import font
from dashapp.words import _

Row = dict[str, Any]
Column = dict[str, Any]

THEME: Final = (
    "themeQuartz.withParams({fontFamily: 'inherit', fontSize: 13, headerFontSize: 12, headerFontWeight: 500,"
    " backgroundColor: 'var(--la-surface)', foregroundColor: 'var(--la-ink)', textColor: 'var(--la-ink)',"
    " headerBackgroundColor: 'var(--la-surface)', headerTextColor: 'var(--la-ink-3)', accentColor: 'var(--la-accent)',"
    " borderColor: 'var(--la-line)', rowBorder: {color: 'var(--la-line)'}, headerRowBorder:"
    " {color: 'var(--la-line-strong)'}, wrapperBorder: false, wrapperBorderRadius: 0, headerColumnBorder: false,"
    " columnBorder: false, oddRowBackgroundColor: 'transparent', rowHoverColor: 'var(--la-hover)',"
    " selectedRowBackgroundColor: 'var(--la-accent-soft)', cellHorizontalPadding: 8, browserColorScheme: 'inherit',"
    " headerColumnResizeHandleColor: 'transparent'})"
)

HEAD, TWO_LINES = 32, 48
"""px of a grid's head, of one line and of two."""
HEAD_LETTER, HEAD_PADDING, FILTER_MARK = 6.8, 18, 22
"""px of a letter of a head, of the room beside its text, and of the mark that opens a filter."""
CELL_SIZE: Final = 13
"""Of a cell's letters, in px."""
SECONDARY: Final[Mapping[str, Any]] = {"context": {"secondary": True}}
"""Of a column that is hidden from a middle width on."""


TICKS: Final[Mapping[str, Any]] = {
    "rowSelection": {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True, "enableClickSelection": False},
    # Cells of a column without a field are drawn anew with every update, and React keeps a note of each time for a cell
    # whose look never changes. So it has one, which no row knows.
    "selectionColumnDef": {
        "field": "ticked",
        "headerName": "",
        "width": 40,
        "suppressMovable": True,
        "suppressHeaderMenuButton": True,
        "sortable": False,
    },
}
"""Options of a grid whose rows are chosen by ticks."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a grid differs from the others."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """AG Grid's own options."""
    opens: str = "laOpenRow(params)"
    """What a click or Enter on a row does, in the browser."""
    head: int = HEAD
    """px of the head: `HEAD`, or `TWO_LINES`."""
    words: Mapping[str, str] = field(default_factory=dict)
    """AG Grid's own words, by its keys, of what only this grid shows."""


def grid(
    name: str,
    columns: Sequence[Column],
    height: int,
    label: str,
    manners: Manners = Manners(),  # frozen
) -> Component:
    """An empty grid of a fixed height in px."""
    inner = dag.AgGrid(
        id=name,
        columnDefs=list(columns),
        rowData=[],
        getRowId="params.data.id",
        style={"height": "100%", "width": "100%"},
        defaultColDef={"resizable": False, "sortable": True, "suppressMovable": True, "cellDataType": False},
        dashGridOptions={
            "theme": {"function": THEME},
            "rowHeight": 36,
            # Rows that are drawn above and below those in view.
            "rowBuffer": 3,
            "headerHeight": manners.head,
            # The browser changes the height of the head with the width of the grid.
            "context": {"head": manners.head},
            "suppressCellFocus": False,
            # Arrows go about in a grid; Tab leaves it, be it as long as it may.
            "tabToNextCell": {"function": "laLeave()"},
            "tabToNextHeader": {"function": "laLeave()"},
            "enableCellTextSelection": True,
            "animateRows": False,
            "suppressDragLeaveHidesColumns": True,
            "localeText": {"noRowsToShow": _("There is nothing to list"), **manners.words},
            "rowClassRules": {"la-hidden-row": "params.data.hidden"},
            "enableRtl": words.text_direction() == "rtl",
            **manners.options,
        },
        eventListeners={"cellClicked": [manners.opens], "cellKeyDown": [manners.opens]},
        dangerously_allow_code=False,
    )
    return html.Div(
        inner,
        className="la-table-grid",
        style={"blockSize": f"{height}px"},
        role="group",
        **attributes(aria_label=label),
    )


def _wide(field: str, header: str, width: int, **more: Any) -> Column:
    """A column of a wide screen: hidden where the grid is narrow (`assets/dashAgGridFunctions.js`)."""
    return {"field": field, "headerName": header, "width": width, **more}


def _right(field: str, header: str, width: int, **more: Any) -> Column:
    number: Column = {"cellClass": "num", "headerClass": "ag-right-aligned-header", "cellRenderer": "LaText"}
    return _wide(field, header, width, **{**number, **more})


def wide_column(field: str, header: str, width: int, **more: Any) -> Column:
    """A column that is hidden where the grid is narrow; `more`: AG Grid's own properties."""
    return _wide(field, header, width, **more)


def right_column(field: str, header: str, width: int, **more: Any) -> Column:
    """A column of numbers."""
    return _right(field, header, width, **more)


def room_for(*texts: str) -> int:
    """How wide a column is that says any of these, in px."""
    return HEAD_PADDING + ceil(max(font.width(text, CELL_SIZE) or CELL_SIZE * 0.6 * len(text) for text in texts))


def two_line_heads(columns: Sequence[Column]) -> list[Column]:
    """The same with heads of up to two lines: they are longer than figures, in some languages by far. The grid's
    `Manners.head` gives them their room; no word of them is broken."""
    return [
        {**column, "wrapHeaderText": True, "width": max(column["width"], _longest_word(column))} for column in columns
    ]


def _longest_word(column: Column) -> int:
    around = HEAD_PADDING + (FILTER_MARK if column.get("filter") else 0)
    return around + round(HEAD_LETTER * max(map(len, str(column["headerName"]).split())))


def narrow_column(renderer: str, **more: Any) -> Column:
    """The one column of a phone: two lines per row; `more`: AG Grid's own properties."""
    return {
        "colId": "narrow",
        "headerName": "",
        "flex": 1,
        "initialHide": True,
        "sortable": False,
        "cellRenderer": renderer,
        # What it shows, else it would be drawn anew with every update.
        "valueGetter": {"function": "laCard(params)"},
        **more,
    }
