"""What happens in the browser alone: asking for news, the address in step with the controls, zoom, theme.

The functions are in `assets/live.js` and `assets/look.js`; only a changed version in `Shell.VERSION` fires a callback
of the server.
"""

from collections.abc import Mapping
from typing import Final

from dash import ClientsideFunction, Input, Output, State

from dashapp import ids
from dashapp.security.callbacks import CallbackRegistry

CONTROLS: Final[tuple[Mapping[str, str], ...]] = (
    {"course": ids.Student.COURSE},
    {
        "section": ids.Classroom.SECTION,
        "from": ids.Classroom.FIRST,
        "to": ids.Classroom.LAST,
        "level": ids.Classroom.LEVEL,
        "group": ids.Classroom.GROUP,
        "range": ids.Classroom.RANGE,
        "activity": ids.Classroom.ACTIVITY,
        "seen": ids.Classroom.SEEN,
        "score": ids.Classroom.SCORE,
        "compare": ids.Classroom.COMPARE,
    },
    {
        "unit": ids.Institution.UNIT,
        "from": ids.Institution.FIRST,
        "to": ids.Institution.LAST,
        "by": ids.Institution.SPAN,
    },
    {
        "state": ids.Letters.STATE,
        "source": ids.Letters.SOURCE,
        "topic": ids.Letters.TOPIC,
        "reason": ids.Letters.REASON,
        "from": ids.Letters.FIRST,
        "to": ids.Letters.LAST,
        "page": ids.Letters.PAGE_NUMBER,
        "letter": ids.Letters.LETTER,
    },
    {
        "person": ids.Audit.PERSON,
        "action": ids.Audit.ACTION,
        "page": ids.Audit.OPENED,
        "from": ids.Audit.FIRST,
        "to": ids.Audit.LAST,
        "number": ids.Audit.PAGE_NUMBER,
    },
    {
        "q": ids.CourseList.SEARCH,
        "term": ids.CourseList.TERM,
        "unit": ids.CourseList.UNIT,
        "programme": ids.CourseList.PROGRAMME,
        "known": ids.CourseList.KNOWN,
        "page": ids.CourseList.PAGE_NUMBER,
        "course": ids.CourseOpened.COURSE,
    },
    {
        "search": ids.People.SEARCH,
        "role": ids.People.ROLE,
        "state": ids.People.STATE,
        "course": ids.People.COURSE,
        "page": ids.People.PAGE_NUMBER,
    },
)
"""Per page: the parameters of the address and the controls that they stand for; `assets/live.js` knows the same."""
ZOOMABLE: Final = (ids.Classroom.TIME_AND_SCORE,)


def register(registry: CallbackRegistry) -> None:
    """Connects the scripts."""
    app, shell = registry.app, ids.Shell
    app.clientside_callback(
        ClientsideFunction("look", "screen"), Output(shell.SCREEN, "data"), Input(shell.WORDS, "id")
    )
    app.clientside_callback(
        ClientsideFunction("live", "pace"),
        Output(shell.TICK, "interval"),
        Output(shell.TICK, "disabled"),
        Input(shell.RATE, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("live", "ask"),
        Input(shell.TICK, "n_intervals"),
        Input(shell.TOPIC, "data"),
        prevent_initial_call=True,
    )
    for controls in CONTROLS:
        app.clientside_callback(
            ClientsideFunction("live", "address"), *(Input(control, "value") for control in controls.values())
        )
    for chart in ZOOMABLE:
        app.clientside_callback(
            ClientsideFunction("live", "keepZoom"),
            Output(chart, "figure"),
            Input(ids.fresh_of(chart), "data"),
            State(chart, "figure"),
            prevent_initial_call=True,
        )
