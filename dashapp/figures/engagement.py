"""What learners did with the content of a course: units touched and completed, questions, and types of activity."""

from collections.abc import Sequence
from typing import Final

from dashapp import words
from dashapp.domain.views import ClassroomWorkView
from dashapp.domain.views.classroom_work import QuestionTries, TypeWeeks, UnitEngagement
from dashapp.figures import cells
from dashapp.figures.axes import percent_scale, week_name, week_ticks
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.rows import letters, names_above, row_axis, row_places, thickness
from dashapp.figures.scores import short_label, short_labels
from dashapp.figures.summary_work import question_summary, type_summary, unit_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _
from dashapp.words.activity_types import stored_type_word

UNITS: Final = 16
QUESTIONS: Final = 20
"""Rows that fit; the tables have all."""
TYPES: Final = 6
"""Types with a colour of their own; from more on, the least used ones are put together."""
LABEL_WIDE = 34


def units_shown(units: Sequence[UnitEngagement]) -> list[UnitEngagement]:
    """The newest units with anything published: the highest levels of the tree that find room together."""
    opened = [unit for unit in units if unit.published]
    depth = max((unit.depth for unit in opened), default=0)
    while depth and sum(unit.depth <= depth for unit in opened) > UNITS:
        depth -= 1
    return [unit for unit in opened if unit.depth <= depth][-UNITS:]


def unit_engagement(units: Sequence[UnitEngagement], screen: Screen, *, revision: str = "") -> Drawing:
    """Per unit in course order: learners who touched it (grey), and what was completed of it (blue)."""
    shown = units_shown(units)
    if not shown:
        return only_words(_("No unit of the course has anything published yet"), screen, revision)
    names = short_labels(["\u2003" * unit.depth + unit.title for unit in shown], letters(LABEL_WIDE, screen))
    layout: Json = {
        "margin": {"l": 4, "r": 12 if screen.narrow else 100, "t": 4, "b": 4},
        "barmode": "overlay",
        "xaxis": {**percent_scale(), "showgrid": True, "showline": False},
        "yaxis": row_axis(names, screen),
        "annotations": names_above(names, screen) or _shares(shown, screen),
    }
    return figure(_unit_bars(shown, screen), layout, screen, _unit_table(units), revision)


def _unit_bars(shown: Sequence[UnitEngagement], screen: Screen) -> list[Json]:
    said = _("{unit}: {touched} touched it, {completed} of its activities completed")
    texts = [
        said.format(
            unit=unit.title,
            touched=words.percent(unit.touched_share),
            completed=words.percent(unit.completed_share or 0),
        )
        for unit in shown
    ]
    shared: Json = {
        "type": "bar",
        "orientation": "h",
        "y": row_places(len(shown), screen),
        "customdata": texts,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    touched, completed = [unit.touched_share for unit in shown], [unit.completed_share or 0.0 for unit in shown]
    return [
        {**shared, "x": touched, "width": thickness(0.66, screen), "marker": {"color": screen.colour("chart-others")}},
        {**shared, "x": completed, "width": thickness(0.28, screen), "marker": {"color": screen.colour("chart-me")}},
    ]


def _unit_table(units: Sequence[UnitEngagement]) -> Table:
    rows = tuple(
        (
            "\u2003" * unit.depth + unit.title,
            cells.number(unit.published),
            cells.number(unit.touched),
            cells.percent(unit.touched_share),
            _("nothing published") if unit.completed_share is None else cells.percent(unit.completed_share),
        )
        for unit in units
    )
    head = (_("Unit"), _("Activities published"), _("Learners who touched it"), _("Touched"), _("Completed"))
    return Table(head, rows, summary=unit_summary(units))


def _shares(shown: Sequence[UnitEngagement], screen: Screen) -> list[Json]:
    notes = []
    for place, unit in enumerate(shown):
        text = f"{words.percent(unit.touched_share)} · <b>{words.percent(unit.completed_share or 0.0)}</b>"
        notes.append(annotation(Note(1, place, text, "ink"), screen, xref="paper", xshift=18))
    return notes


# ------------------------------------------------------------------ questions


def _nameless() -> str:
    return _("Quiz without a title")


def _question(one: QuestionTries) -> str:
    return _("{quiz}, {item}").format(quiz=one.quiz or _nameless(), item=one.item)


def _short(one: QuestionTries, screen: Screen) -> str:
    """The item is what tells two questions apart, so it is the quiz that is cut."""
    quiz = one.quiz or _nameless()
    item = short_label(one.item, 16)
    return f"{short_label(quiz, letters(LABEL_WIDE, screen) - len(item) - 2)}, {item}"


def _said(one: QuestionTries) -> str:
    said = _(
        "{question}: {first} of {learners} learners right at the first try, {eventual} in the end; {answers} answers"
    )
    return said.format(
        question=_question(one),
        first=words.percent(one.first_share),
        eventual=words.percent(one.eventual_share),
        learners=words.number(one.learners),
        answers=words.number(one.answers),
    )


def _dots_and_rings(shown: Sequence[QuestionTries], screen: Screen) -> list[Json]:
    """A line from the first try to the end, the ring over it, and the dot over both."""
    first, eventual = [one.first_share for one in shown], [one.eventual_share for one in shown]
    shared: Json = {
        "y": row_places(len(shown), screen),
        "customdata": [_said(one) for one in shown],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    line: Json = {
        "type": "bar",
        "orientation": "h",
        "base": first,
        "x": [end - start for start, end in zip(first, eventual, strict=True)],
        "width": thickness(0.14, screen),
        "marker": {"color": screen.colour("chart-others")},
    }
    dots: Json = {"type": "scatter", "mode": "markers"}
    return [
        {**shared, **line},
        {**shared, **dots, "x": eventual, "marker": _dot(screen, "surface", "chart-median")},
        {**shared, **dots, "x": first, "marker": _dot(screen, "chart-me", "surface")},
    ]


def _dot(screen: Screen, fill: str, edge: str) -> Json:
    return {"size": 10, "color": screen.colour(fill), "line": {"width": 2, "color": screen.colour(edge)}}


def question_tries(questions: Sequence[QuestionTries], screen: Screen, *, revision: str = "") -> Drawing:
    """Per question: right at the first try (dot), and right in the end (ring); the hardest at the top."""
    if not questions:
        return only_words(_("No question answered yet"), screen, revision)
    shown = questions[:QUESTIONS]
    names = [_short(one, screen) for one in shown]
    layout: Json = {
        "margin": {"l": 4, "r": 24, "t": 4, "b": 4},
        "xaxis": {**percent_scale(), "showgrid": True, "showline": False},
        "yaxis": row_axis(names, screen),
        "annotations": names_above(names, screen),
    }
    head = (_("Question"), _("Learners"), _("Answers"), _("Right at the first try"), _("Right in the end"))
    rows = tuple(
        (
            _question(one),
            cells.number(one.learners),
            cells.number(one.answers),
            cells.percent(one.first_share),
            cells.percent(one.eventual_share),
        )
        for one in questions
    )
    table = Table(head, rows, summary=question_summary(questions, _nameless()))
    return figure(_dots_and_rings(shown, screen), layout, screen, table, revision)


# ------------------------------------------------------------------ types of activity


def types_shown(types: Sequence[TypeWeeks]) -> list[tuple[str, tuple[float, ...]]]:
    """(name, share per week) of what has a colour of its own; the least used types as one."""
    named = [(stored_type_word(one.activity_type), one.shares) for one in types]
    if len(named) <= TYPES:
        return named
    rest = tuple(sum(values) for values in zip(*(shares for _name, shares in named[TYPES - 1 :]), strict=True))
    return [*named[: TYPES - 1], (_("all others"), rest)]


def activity_types(view: ClassroomWorkView, screen: Screen, *, revision: str = "") -> Drawing:
    """The share of each type in the events of a week, stacked to 100 %."""
    types = view.types or ()
    if not any(any(one.events) for one in types):
        return only_words(_("No activity between these dates."), screen, revision)
    count = len(view.week_starts)
    numbers = [view.first_week + place for place in range(count)]
    said = _("Week {week}, {type}: {share}")
    traces: list[Json] = [
        {
            "type": "bar",
            "x": list(range(1, count + 1)),
            "y": list(shares),
            "marker": {
                "color": screen.colour(f"cat-{number}"),
                "line": {"width": 1, "color": screen.colour("surface")},
                "cornerradius": 0,
            },
            "customdata": [
                said.format(week=week_name(week, start), type=name, share=words.percent(share))
                for week, start, share in zip(numbers, view.week_starts, shares, strict=True)
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for number, (name, shares) in enumerate(types_shown(types), 1)
    ]
    layout: Json = {
        "margin": {"l": 4, "r": 8, "t": 8, "b": 4},
        "barmode": "stack",
        "bargap": 0.2,
        "xaxis": {"range": [0.4, count + 0.6], **week_ticks(view.week_starts, screen.narrow, first=view.first_week)},
        "yaxis": percent_scale(),
    }
    return figure(traces, layout, screen, _type_table(view), revision)


def _type_table(view: ClassroomWorkView) -> Table:
    rows = tuple(
        (
            stored_type_word(one.activity_type),
            cells.day(start),
            cells.number(events),
            cells.number(clicks),
            cells.percent(share, 1),
        )
        for one in view.types or ()
        for start, events, clicks, share in zip(view.week_starts, one.events, one.clicks, one.shares, strict=True)
    )
    head = (_("Type of activity"), _("Week from"), _("Events"), _("Clicks"), _("Share of the week"))
    return Table(head, rows, summary=type_summary(view.types or ()))
