"""Assignments of a course: who handed in when, and how the scores are spread; the newest first."""

from collections.abc import Sequence
from typing import Final

from dashapp import words
from dashapp.domain.views.classroom_work import AssignmentWork
from dashapp.figures import cells
from dashapp.figures.axes import count_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.rows import letters, names_above, row_axis, row_places, thickness
from dashapp.figures.scores import short_labels
from dashapp.figures.summary_work import hand_in_summary, spread_summary
from dashapp.figures.theme import CLEAR, Note, Screen, Table, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _

SHOWN: Final = 8
"""So many fit; the table of the figure has them all."""
LABEL_WIDE = 26
BIN: Final = 10
"""Points in one column of a distribution."""
GAP: Final = 0.06


def with_deadlines(assignments: Sequence[AssignmentWork]) -> list[AssignmentWork]:
    """Those that are due for anybody."""
    return [one for one in assignments if one.expected]


def with_scores(assignments: Sequence[AssignmentWork]) -> list[AssignmentWork]:
    """Those whose distribution may be shown, and has anything in it."""
    return [one for one in assignments if any(one.scores)]


def _nameless() -> str:
    return _("Work without a title")


def _name(one: AssignmentWork) -> str:
    return one.title or _nameless()


def state_names() -> tuple[str, str, str, str]:
    """On time, late, missing, not yet due: with the shapes of what somebody may act on."""
    late, missing = _("late"), _("missing")
    return _("on time"), f"◆ {late}", f"▲ {missing}", _("not yet due")


STATE_COLOURS: Final = ("chart-others", "watch", "help", "chart-band")


def _counts(one: AssignmentWork) -> tuple[int, int, int, int]:
    return one.on_time, one.late, one.missing, one.not_yet_due


def _end(one: AssignmentWork, narrow: bool) -> str:
    """What stands beside a bar: what somebody may act on, else nothing."""
    parts = []
    if one.late:
        number = words.number(one.late)
        parts.append(f"◆ {number}" if narrow else _("◆ {number} late").format(number=number))
    if one.missing:
        number = words.number(one.missing)
        parts.append(f"▲ {number}" if narrow else _("▲ {number} missing").format(number=number))
    return "  ".join(parts)


def _stacked(shown: Sequence[AssignmentWork], screen: Screen) -> list[Json]:
    """One trace per state; what is not yet due is an outline."""
    names, coming = state_names(), len(STATE_COLOURS) - 1
    said = _("{assignment}: {number} of {total} {state}")
    return [
        {
            "type": "bar",
            "orientation": "h",
            "y": row_places(len(shown), screen),
            "x": [_counts(one)[state] for one in shown],
            "width": thickness(0.6, screen),
            "marker": {
                "color": CLEAR if state == coming else screen.colour(colour),
                "line": {"width": int(state == coming), "color": screen.colour("chart-others")},
            },
            "customdata": [
                said.format(
                    assignment=_name(one),
                    number=words.number(_counts(one)[state]),
                    total=words.number(one.expected),
                    state=names[state],
                )
                for one in shown
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for state, colour in enumerate(STATE_COLOURS)
    ]


def hand_ins(assignments: Sequence[AssignmentWork], screen: Screen, *, revision: str = "") -> Drawing:
    """On time, late, missing and not yet due, stacked per assignment; the newest at the top."""
    due = with_deadlines(assignments)
    if not due:
        return only_words(_("Nothing is due yet"), screen, revision)
    shown = due[:SHOWN]
    names = short_labels([_name(one) for one in shown], letters(LABEL_WIDE, screen))
    scale = count_scale(max(one.expected for one in shown))
    layout: Json = {
        "margin": {"l": 4, "r": 72 if screen.narrow else 146, "t": 4, "b": 4},
        "barmode": "stack",
        "xaxis": {**scale.axis(), "showgrid": True, "showline": False},
        "yaxis": row_axis(names, screen),
        "annotations": [
            *names_above(names, screen),
            *(
                annotation(Note(one.expected, place, _end(one, screen.narrow), "ink"), screen, xshift=8)
                for place, one in zip(row_places(len(shown), screen), shown, strict=True)
                if one.late or one.missing
            ),
        ],
    }
    rows = tuple((_name(one), *(cells.number(count) for count in _counts(one))) for one in due)
    table = Table((_("Assignment"), *state_names()), rows, _("Learners"), hand_in_summary(due, _nameless()))
    return figure(_stacked(shown, screen), layout, screen, table, revision)


def _place(number: int, count: int, columns: int, head: float) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) of a panel, in shares of the plot. `head`: of its height, what its name takes."""
    rows = -(-count // columns)
    width, height = (1 - GAP * (columns - 1)) / columns, 1 / rows
    left, top = number % columns * (width + GAP), 1 - number // columns * height
    return left, min(1.0, left + width), max(0.0, top - height * (head + 0.48)), top - height * head


def _bin_name(place: int) -> str:
    return _("{low} to {high}").format(low=words.number(place * BIN), high=words.percent((place + 1) * BIN))


def _panel(one: AssignmentWork, suffix: str, screen: Screen) -> list[Json]:
    own = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "hovertemplate": "%{customdata}<extra></extra>"}
    said = _("{assignment}, {span}: {number} learners")
    traces: list[Json] = [
        {
            "type": "bar",
            "x": [place * BIN + BIN / 2 for place in range(len(one.scores))],
            "y": list(one.scores),
            "width": BIN * 0.86,
            "marker": {"color": screen.colour("chart-others")},
            "customdata": [
                said.format(assignment=_name(one), span=_bin_name(place), number=words.number(number))
                for place, number in enumerate(one.scores)
            ],
            **own,
        }
    ]
    if one.median is not None:
        text = _("{assignment}: median {median}").format(assignment=_name(one), median=words.percent(one.median))
        line: Json = {"type": "scatter", "mode": "lines", "x": [min(one.median, 100)] * 2, "y": [0, max(one.scores)]}
        for colour, width in (("surface", 5), ("ink", 2)):
            traces.append({**line, "line": {"width": width, "color": screen.colour(colour)}, "customdata": [text] * 2})
            traces[-1] |= own
    return traces


def score_spreads(assignments: Sequence[AssignmentWork], screen: Screen, *, revision: str = "") -> Drawing:
    """A small distribution per assignment with its median, the newest first. Heights compare within a panel only."""
    scored = with_scores(assignments)
    if not scored:
        return only_words(_("No score yet"), screen, revision)
    shown = scored[:SHOWN]
    columns = 1 if len(shown) == 1 else 2
    traces: list[Json] = []
    layout: Json = {"margin": {"l": 4, "r": 8, "t": 4, "b": 4}, "annotations": []}
    # On a phone the last tick of a panel would touch the first of the next one.
    ends = ["0", words.percent(50), ""] if screen.narrow else ["0", "50", words.percent(100)]
    names = short_labels([_name(one) for one in shown], 19 if screen.narrow else 18)
    for number, (one, name) in enumerate(zip(shown, names, strict=True)):
        suffix = str(number + 1) if number else ""
        left, right, bottom, top = _place(number, len(shown), columns, 0.34 if screen.narrow else 0.24)
        traces += _panel(one, suffix, screen)
        last_row = number + columns >= len(shown)
        layout[f"xaxis{suffix}"] = {
            "domain": [left, right],
            "anchor": f"y{suffix}",
            "range": [-1, 101],
            "tickvals": [0, 50, 100],
            "ticktext": ends if last_row else ["", "", ""],
        }
        layout[f"yaxis{suffix}"] = {
            "domain": [bottom, top],
            "anchor": f"x{suffix}",
            "range": [0, max(one.scores) * 1.05],
            "tickvals": [],
            "showgrid": False,
        }
        median = words.percent(one.median) if one.median is not None else ""
        # On a phone, the median has a line of its own, so that the name has all of the other.
        note = Note(left, top, f"<b>{plain(name)}</b>{'<br>' if screen.narrow else '  '}{median}", "ink")
        layout["annotations"].append(
            annotation(note, screen, xref="paper", yref="paper", yanchor="bottom", yshift=2, align="left")
        )
    return figure(traces, layout, screen, _spread_table(scored), revision)


def _spread_table(scored: Sequence[AssignmentWork]) -> Table:
    head = (_("Assignment"), _("Graded"), _("Mean"), _("Median"), *(_bin_name(place) for place in range(BIN)))
    rows = tuple(
        (
            _name(one),
            cells.number(one.graded),
            cells.percent(one.mean or 0.0, 1),
            cells.percent(one.median or 0.0, 1),
            *(cells.number(count) for count in one.scores),
        )
        for one in scored
    )
    return Table(head, rows, _("Learners by score"), spread_summary(scored, _nameless()))
