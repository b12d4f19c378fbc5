"""The filters of a classroom's page: one row of chips, whose state lives in the URL."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import controls, marks
from dashapp.components.attributes import attributes
from dashapp.components.controls import Option
from dashapp.components.slots import Slot
from dashapp.components.unnamed import NAMED
from dashapp.domain.events import ActivityType
from dashapp.domain.filters import Band, Filters, Seen, Span
from dashapp.domain.views import ClassroomView, CourseChoice, Level
from dashapp.ids import Classroom
from dashapp.words import _, ngettext
from dashapp.words.activity_types import type_word

CUSTOM = "custom"
"""The choice of dates with which the fields of both days are shown."""
CLEARED = (
    Classroom.SECTION,
    Classroom.GROUP,
    Classroom.RANGE,
    Classroom.FIRST,
    Classroom.LAST,
    Classroom.ACTIVITY,
    Classroom.SEEN,
    Classroom.SCORE,
    Classroom.LEVEL,
    Classroom.COMPARE,
    Classroom.PICKED,
)
"""What "Clear all" empties."""


def span_word(span: Span) -> str:
    """A preset of dates in words."""
    return {Span.WEEK: _("last 7 days"), Span.MONTH: _("last 4 weeks"), Span.TERM: _("term so far")}[span]


def seen_word(seen: Seen) -> str:
    """When learners were last active, in words."""
    said = {
        Seen.TODAY: _("today"),
        Seen.WEEK: _("in the last 7 days"),
        Seen.LONGER: _("longer ago"),
        Seen.NEVER: _("never"),
    }
    return said[seen]


def band_word(band: Band) -> str:
    """A band of scores in words."""
    if band is Band.NONE:
        return _("none yet")
    low, _dash, high = band.value.partition("-")
    if band is Band.LOW:
        return _("under {score}").format(score=words.percent(int(high)))
    if band is Band.HIGH:
        return _("{score} and over").format(score=words.percent(int(low)))
    return _("{low} to under {high}").format(low=words.number(int(low)), high=words.percent(int(high)))


def _all() -> Option:
    return controls.option("", _("all"))


def _any() -> Option:
    return controls.option("", _("any"))


def _select(name: str, label: str, options: list[Option], more: str = NAMED) -> Component:
    empty = str(options[0]["label"])
    chip = controls.clearable(controls.select_chip(name, label, options, empty), name, label)
    return html.Div(chip, className=more)


def _dates() -> list[Component]:
    spans = [controls.option(span.value, span_word(span)) for span in Span]
    newest = controls.option("", _("newest weeks"))
    days = html.Span(
        [controls.date_chip(Classroom.FIRST, _("From")), controls.date_chip(Classroom.LAST, _("To"))],
        className="la-dates",
    )
    options = [newest, *spans, controls.option(CUSTOM, _("from … to"))]
    return [_select(Classroom.RANGE, _("Dates"), options, "la-range-chip"), days]


def _course() -> Component:
    """The other courses of the reader: shown once they are known, where there are any."""
    chip = controls.select_chip(Classroom.COURSE, _("Course"), [])
    wanted = dcc.Store(id=Classroom.COURSES_WANTED)
    return html.Div([chip, wanted], id=Classroom.COURSE_PLACE, className="la-course-chip", hidden=True)


def course_options(courses: Sequence[CourseChoice]) -> list[Option]:
    """The courses that the reader may choose from, as the list of classrooms orders them; called as the tabs are."""
    return [controls.option(str(one.public_id), one.code or one.title) for one in courses]


def _picked() -> Component:
    return html.Button(
        "", id=Classroom.PICKED_CHIP, type="button", className=NAMED, **attributes(data_la_clears=Classroom.PICKED)
    )


def row(*more: Component) -> Component:
    """The empty row; `more` stands at its end."""
    everybody = [controls.option("", _("All"))]
    bands = [controls.option(band.value, band_word(band)) for band in Band]
    seen = [controls.option(each.value, seen_word(each)) for each in Seen]
    optional = f"{NAMED} la-optional"
    return controls.filter_row(
        _("Filters"),
        [
            _course(),
            _select(Classroom.SECTION, _("Section"), [_all()]),
            _select(Classroom.GROUP, _("Group"), [_all()], optional),
            *_dates(),
            _select(Classroom.ACTIVITY, _("Used"), [_any()], optional),
            _select(Classroom.SEEN, _("Last active"), [_any(), *seen]),
            _select(Classroom.SCORE, _("Score"), [_any(), *bands]),
            html.Div(controls.chips(Classroom.LEVEL, _("Level"), everybody), className=NAMED),
            _picked(),
            html.Span(controls.clear_all(CLEARED), className="la-clear-place"),
            *more,
            html.Span(id=Classroom.COUNT, className="la-push la-small la-2 hide-phone"),
        ],
    )


def values_of(filters: Filters) -> dict[str, str]:
    """What the controls hold for these filters."""
    chosen = filters.first is not None or filters.last is not None
    return {
        Classroom.SECTION: filters.section or "",
        Classroom.GROUP: filters.group or "",
        Classroom.RANGE: filters.span.value if filters.span else CUSTOM if chosen else "",
        Classroom.FIRST: filters.first.isoformat() if filters.first else "",
        Classroom.LAST: filters.last.isoformat() if filters.last else "",
        Classroom.ACTIVITY: filters.activity.value if filters.activity else "",
        Classroom.SEEN: filters.seen.value if filters.seen else "",
        Classroom.SCORE: filters.score.value if filters.score else "",
        Classroom.LEVEL: filters.level or "",
        Classroom.COMPARE: filters.against or "",
    }


def told_filters(view: ClassroomView, filters: Filters) -> dict[str, str]:
    """The filters of learners in words, by their names; empty where nothing is chosen."""
    picked = ngettext("{number} picked", "{number} picked", view.picked).format(number=words.number(view.picked))
    return {
        _("Section"): dict(view.sections).get(filters.section or "", ""),
        _("Group"): filters.group or "",
        _("Level"): next((marks.level_word(one) for one in Level if one.value == filters.level), ""),
        _("Activity"): "" if filters.activity is None else type_word(filters.activity),
        _("Last active"): "" if filters.seen is None else seen_word(filters.seen),
        _("Score"): "" if filters.score is None else band_word(filters.score),
        _("Learners"): picked if view.picked else "",
    }


def chooses(view: ClassroomView, filters: Filters) -> bool:
    """Whether any filter is set that chooses among the learners whom the reader sees."""
    return view.named and any(told_filters(view, filters).values())


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go."""
    return {
        "sections": Slot(Classroom.SECTION, "options"),
        "groups": Slot(Classroom.GROUP, "options"),
        "activities": Slot(Classroom.ACTIVITY, "options"),
        "levels": Slot(Classroom.LEVEL, "options"),
        "first_holds": controls.date_slot(Classroom.FIRST),
        "last_holds": controls.date_slot(Classroom.LAST),
        "picked": Slot(Classroom.PICKED_CHIP, "children"),
        "count": Slot(Classroom.COUNT, "children"),
    }


def _level_options(view: ClassroomView) -> list[dict[str, Any]]:
    counts = dict(zip(Level, view.level_counts, strict=True))
    options: list[dict[str, Any]] = [{"label": _("All"), "value": ""}]
    if not view.named:
        return options
    for level in Level:
        number = html.Span(words.number(counts[level]), className="count")
        options.append({"label": html.Span([marks.level(level), "\u00a0", number]), "value": level.value})
    return options


def _activities(view: ClassroomView) -> list[Option]:
    known = set(ActivityType) - {ActivityType.UNKNOWN}
    types = [ActivityType(each) for each in view.activity_types if each in known]
    return [_any(), *(controls.option(each.value, type_word(each)) for each in types)]


def _picked_words(view: ClassroomView) -> str:
    if not view.picked:
        return ""
    said = ngettext("{number} learner picked ×", "{number} learners picked ×", view.picked)
    return said.format(number=words.number(view.picked))


def fill(view: ClassroomView, filters: Filters, shown: str) -> dict[str, object]:
    """The values by the names of `slots`. `shown`: how many learners the page speaks of, in words."""
    return {
        "sections": [_all(), *(controls.option(short, title) for short, title in view.sections)],
        "groups": [_all(), *(controls.option(name, name) for name in view.groups)],
        "activities": _activities(view),
        "levels": _level_options(view),
        "first_holds": controls.date_holds(view.first, filters.first),
        "last_holds": "" if view.to_come else controls.date_holds(view.last, filters.last),
        "picked": _picked_words(view),
        "count": "" if view.hidden else shown,
    }
