"""Two cohorts side by side: those whom the filters choose, and a second choice; the differences are said in words."""

from collections.abc import Callable
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, controls
from dashapp.components.card import Frame
from dashapp.components.classroom_strip import points_against
from dashapp.components.controls import Option
from dashapp.components.definitions import Subject, definition
from dashapp.components.differences import Parts, amount_against, count_against
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.unnamed import NAMED
from dashapp.domain.filters import Filters
from dashapp.domain.views import ClassroomView
from dashapp.domain.views.cohort import CohortFigures
from dashapp.figures import Screen
from dashapp.ids import Classroom
from dashapp.words import _

HEIGHT = 240
REST = "rest"


@dataclass(frozen=True, slots=True)
class _Pair:
    """One figure of both."""

    title: str
    values: tuple[float | None, float | None]
    said: Callable[[float], str]
    against: Callable[[float, float, str], Parts]


def chip() -> Component:
    """The choice of what to compare with."""
    none = controls.option("", _("nobody"))
    control = controls.select_chip(Classroom.COMPARE, _("Compare with"), [none], _("nobody"))
    return html.Div(controls.clearable(control, Classroom.COMPARE, _("Compare with")), className=NAMED)


def place(page: str) -> Component:
    """The card, hidden while nothing is compared."""
    title = _("How do the two compare?")
    frame = Frame(page, Classroom.COMPARED, title, "s12", definition(Subject.COHORTS), "", table=True)
    table = html.Div(id=Classroom.COMPARED_TABLE, className="la-scroll")
    return html.Div(card.chart(frame, HEIGHT, table), id=Classroom.COMPARED_PLACE, className="la-compared", hidden=True)


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go."""
    return {
        "compare": Slot(Classroom.COMPARE, "options"),
        "compared_hidden": Slot(Classroom.COMPARED_PLACE, "hidden"),
        "compared_table": Slot(Classroom.COMPARED_TABLE, "children"),
        **chart_slots("compared", Classroom.COMPARED),
    }


def _options(view: ClassroomView, filters: Filters, kept: str) -> list[Option]:
    options = [controls.option("", _("nobody")), controls.option(REST, _("everybody else"))]
    options += [controls.option(f"section:{short}", title) for short, title in view.sections]
    options += [controls.option(f"group:{name}", name) for name in view.groups]
    if filters.against and filters.against.startswith("view:") and kept:
        options.append(controls.option(filters.against, kept))
    return options


def _name(view: ClassroomView, filters: Filters, kept: str) -> str:
    kind, _colon, name = (filters.against or "").partition(":")
    if kind == "section":
        return dict(view.sections).get(name, name)
    return {"group": name, "view": kept, "query": _("The second choice")}.get(kind) or _("Everybody else")


def fill(view: ClassroomView, screen: Screen, filters: Filters, kept: str = "") -> dict[str, object]:
    """The values by the names of `slots`. `kept`: what the saved view is called that is compared with."""
    names = (_("The choice"), _name(view, filters, kept))
    other = view.other or CohortFigures()
    lines = tuple(
        figures.Line(name, each.learners, each.weeks or (0,) * len(view.week_starts))
        for name, each in zip(names, (view.figures, other), strict=True)
    )
    revision = f"{view.course.public_id}:{view.first}:{view.last}"
    shown = view.other is not None and view.named
    drawn = (
        figures.two_cohorts((lines[0], lines[1]), view.week_starts, screen, first=view.first_week, revision=revision)
        if shown
        else None
    )
    span = words.date_span(view.first, view.last)
    return {
        "compare": _options(view, filters, kept),
        "compared_hidden": not shown,
        "compared_table": table(view.figures, other, names, minutes=view.minutes_recorded) if shown else None,
        # What nobody sees need not be drawn.
        "compared": drawn or {},
        "compared_state": None if drawn is None or drawn.traces else card.no_data(_("Nobody is in either of the two.")),
        "compared_line": _("Share of each that was active, per week, {span}; solid: the choice, dashed: {name}").format(
            span=span, name=names[1]
        ),
    }


def table(one: CohortFigures, other: CohortFigures, names: tuple[str, str], *, minutes: bool) -> Component:
    """Each figure of both, and the difference in words."""
    named = [html.Th(html.Bdi(name), scope="col") for name in names]
    heads = [html.Td(), *named, html.Th(_("Difference"), scope="col")]
    # Within a sentence, everybody else begins small.
    against = _("everybody else") if names[1] == _("Everybody else") else names[1]
    rows = [_row(pair, against) for pair in _pairs(one, other, minutes)]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="la-table la-cohorts")


def _row(pair: _Pair, against: str) -> Component:
    first, second = pair.values
    said = [html.Td("–" if value is None else pair.said(value)) for value in pair.values]
    if first is None or second is None:
        difference: Parts = (_("Too few to compare"),)
    else:
        difference = pair.against(first, second, against)
    return html.Tr([html.Th(pair.title, scope="row"), *said, html.Td(list(difference))])


def _share(part: int | None, figures_of: CohortFigures) -> float | None:
    return None if part is None or not figures_of.learners else 100.0 * part / figures_of.learners


def _pairs(one: CohortFigures, other: CohortFigures, minutes: bool) -> list[_Pair]:
    both = (one, other)

    def pair(title: str, value: Callable[[CohortFigures], float | None]) -> _Pair:
        return _Pair(title, (value(one), value(other)), words.percent, points_against)

    number = (float(one.learners), float(other.learners))
    pairs = [
        _Pair(_("Learners"), number, words.number, _count_against),
        pair(_("Active in the last 7 days"), lambda each: _share(each.active_7, each)),
    ]
    if minutes:
        times = tuple(each.median_minutes for each in both)
        pairs.append(_Pair(_("Median time, last full week"), (times[0], times[1]), words.duration, _time_against))
    return [
        *pairs,
        pair(_("Median score"), lambda each: each.median_score),
        pair(_("Handed in on time"), lambda each: each.on_time.share),
        pair(_("Need help"), lambda each: _share(each.at_risk, each)),
    ]


def _count_against(value: float, reference: float, against: str) -> Parts:
    return count_against(round(value), round(reference), words.number, against)


def _time_against(value: float, reference: float, against: str) -> Parts:
    return amount_against(value, reference, words.duration, against)
