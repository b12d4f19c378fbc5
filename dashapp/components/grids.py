"""Tables of many rows: dash-ag-grid with cells drawn by `assets/dashAgGridComponentFunctions.js`.

A row carries what is sorted by (numbers, ranks) and what is read (texts); the cells show the texts. Rows have ids, so
that an update changes cells in place and keeps scroll, order and selection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
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

SECONDARY: Final[Mapping[str, Any]] = {"context": {"secondary": True}}
"""Of a column that is hidden from a middle width on."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a grid differs from the others."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """AG Grid's own options."""
    opens: str = "laOpenRow(params)"
    """What a click or Enter on a row does, in the browser."""
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
            "headerHeight": 32,
            "suppressCellFocus": False,
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


def narrow_column(renderer: str) -> Column:
    """The one column of a phone."""
    return _narrow(renderer)


def _narrow(renderer: str) -> Column:
    """The one column of a phone: two lines per row."""
    return {
        "colId": "narrow",
        "headerName": "",
        "flex": 1,
        "initialHide": True,
        "sortable": False,
        "cellRenderer": renderer,
    }
