"""Active learners per whole week or month above the number of courses with activity."""

from collections.abc import Callable, Sequence
from datetime import date

from dashapp import words
from dashapp.domain.reports.answers import ColumnKind
from dashapp.domain.views import ActiveSpan
from dashapp.figures import cells
from dashapp.figures.axes import bar_gap, count_scale
from dashapp.figures.cells import Cell
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary_campus import active_summary
from dashapp.figures.theme import CLEAR, Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

COURSES_TOP = 0.2
"""The share of the plot's height that the courses take, at its foot."""
LEARNERS_FOOT = 0.3


def _named(span: ActiveSpan, monthly: bool) -> str:
    """A month by its name, a week by its Monday."""
    return words.month(_thursday(span.first)) if monthly else words.short_day(span.first)


def _dated(span: ActiveSpan, name: str, monthly: bool) -> Cell:
    """A span by the first day of its week, or of its month."""
    first = _thursday(span.first).replace(day=1) if monthly else span.first
    return Cell.of(name, ColumnKind.DAY, first)


def _thursday(monday: date) -> date:
    return date.fromordinal(monday.toordinal() + 3)


def _said(span: ActiveSpan, name: str) -> str:
    learners = ngettext("{number} learner", "{number} learners", span.learners)
    courses = ngettext("{number} course", "{number} courses", span.courses)
    said = _("{span}: {learners}, {courses}").format(
        span=name,
        learners=learners.format(number=words.number(span.learners)),
        courses=courses.format(number=words.number(span.courses)),
    )
    return _("{said}, so far").format(said=said) if span.under_way else said


def _ticks(spans: Sequence[ActiveSpan], name: Callable[[ActiveSpan], str], narrow: bool) -> Json:
    every = max(1, -(-len(spans) // (4 if narrow else 10)))
    places = list(range(0, len(spans), every))
    return {"tickvals": places, "ticktext": [name(spans[place]) for place in places]}


def _bars(spans: Sequence[ActiveSpan], shared: Json, screen: Screen) -> Json:
    others = screen.colour("chart-others")
    return {
        **shared,
        "type": "bar",
        "y": [span.learners for span in spans],
        "marker": {
            "color": [CLEAR if span.under_way else others for span in spans],
            "line": {
                "color": [screen.colour("chart-me") if span.under_way else others for span in spans],
                "width": [1.5 if span.under_way else 0 for span in spans],
            },
        },
    }


def active_spans(spans: Sequence[ActiveSpan], screen: Screen, *, monthly: bool, revision: str = "") -> Drawing:
    """Distinct learners who were active in each span; the one under way is an outline."""
    if not spans:
        text = _("No whole month to show yet") if monthly else _("No week recorded yet")
        return only_words(text, screen, revision)

    def name(span: ActiveSpan) -> str:
        return _named(span, monthly)

    shared: Json = {
        "x": list(range(len(spans))),
        "customdata": [_said(span, name(span)) for span in spans],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    learners = count_scale(max(span.learners for span in spans))
    most = max(span.courses for span in spans)
    bars = _bars(spans, shared, screen)
    courses: Json = {
        **shared,
        "type": "scatter",
        "mode": "lines+markers",
        "yaxis": "y2",
        "y": [span.courses for span in spans],
        "line": {"width": 2, "color": screen.colour("ink-2"), "shape": "hvh"},
        "marker": {"size": 6, "color": screen.colour("ink-2")},
    }
    layout: Json = {
        "margin": {"l": 4, "r": 12, "t": 16, "b": 4},
        "bargap": bar_gap(len(spans), 0.44, narrow=screen.narrow),
        "xaxis": {"range": [-0.6, len(spans) - 0.4], **_ticks(spans, name, screen.narrow), "anchor": "y2"},
        "yaxis": {**learners.axis(), "domain": [LEARNERS_FOOT, 1]},
        "yaxis2": {
            "domain": [0, COURSES_TOP],
            "range": [0, max(1, most) * 1.25],
            "tickvals": [0, max(1, most)],
            "ticktext": [words.number(0), words.number(max(1, most))],
            "showgrid": True,
        },
        "annotations": [
            annotation(
                Note(0, place, text), screen, xref="paper", yref="paper", yanchor="bottom", xanchor="left", yshift=0
            )
            for place, text in ((COURSES_TOP, _("Courses with activity")), (1, _("Active learners")))
        ],
    }
    table = Table(
        (_("Month") if monthly else _("Week from"), _("Active learners"), _("Courses with activity")),
        tuple(
            (_dated(span, name(span), monthly), cells.number(span.learners), cells.number(span.courses))
            for span in reversed(spans)
        ),
        summary=active_summary(spans, [name(span) for span in spans]),
    )
    return figure([bars, courses], layout, screen, table, revision)
