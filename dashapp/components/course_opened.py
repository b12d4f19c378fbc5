"""One course for its administrators: each field with where it comes from, people, identifiers and sections."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.attributes import attributes
from dashapp.components.course_list import frame
from dashapp.components.links import Links
from dashapp.components.slots import Slot
from dashapp.domain.structure import CourseFilters, Field, Held, OpenedCourse, Origin, RoleCount, SectionRow
from dashapp.ids import CourseOpened as Names
from dashapp.words import _, ngettext

DAYS: Final = (Field.STARTS, Field.ENDS)
CHOSEN: Final = (Field.TERM, Field.UNIT, Field.PROGRAMME)
TYPED: Final = (Field.CODE, Field.TITLE)
SINGLE: Final = (*TYPED, *CHOSEN, *DAYS)
"""Fields of one control; breaks have several."""


def field_word(field: Field) -> str:
    """What a field is called."""
    return {
        Field.CODE: _("Code"),
        Field.TITLE: _("Title"),
        Field.UNIT: _("Unit"),
        Field.PROGRAMME: _("Programme"),
        Field.TERM: _("Term"),
        Field.STARTS: _("Teaching starts"),
        Field.ENDS: _("Teaching ends"),
        Field.BREAKS: _("Breaks of its own"),
    }[field]


def pauses() -> tuple[tuple[str, str], ...]:
    """The controls of the breaks: first and last day."""
    return tuple((Names.pause(number, "first"), Names.pause(number, "last")) for number in range(1, Names.BREAKS + 1))


def opened(filters: CourseFilters) -> Component:
    """The empty card."""
    what = _(
        "What the administration has decided goes before what sources say. A field that nobody has decided follows the"
        " latest description."
    )
    save = html.Button(_("Save"), id=Names.SAVE, type="button", className="btn btn-sm btn-primary", n_clicks=0)
    fields = [_row(field, _control(field)) for field in SINGLE]
    form = html.Div(
        [*fields, _row(Field.BREAKS, _breaks()), html.Div(save, className="la-row la-actions")], className="la-form"
    )
    parts = html.Div(
        [html.Div(id=Names.HEAD, className="la-row"), form, html.Div(id=Names.FACTS), _sections()],
        id=Names.PARTS,
        hidden=True,
        tabIndex=-1,
    )
    chosen = html.Div(dcc.Input(id=Names.COURSE, type="text", value=str(filters.course or "")), hidden=True)
    stores = [dcc.Store(id=Names.HELD), dcc.Store(id=Names.SECTION_KEY)]
    words_of_none = html.Div(nothing_opened(), id=Names.NOTHING)
    framed = frame(Names.CARD, _("What is known of the course?"), "s5", what)
    return card.card(framed, [chosen, words_of_none, parts, *stores])


def nothing_opened() -> Component:
    """Words where no course is opened."""
    return card.state("none", _("No course is open"), _("Open one of the list to see where its data come from."))


def gone() -> Component:
    """Words where the course in the address is not there."""
    return card.state("none", _("There is no such course"), _("The address may be wrong. Open one of the list."))


def _control(field: Field) -> Component:
    name = Names.field(field.value)
    if field in CHOSEN:
        chosen: Component = dbc.Select(id=name, options=[], value="", placeholder=_("none"))
        return chosen
    kind = "date" if field in DAYS else "text"
    typed: Component = dbc.Input(id=name, type=kind, value="", autocomplete="off", maxLength=200)
    return typed


def _row(field: Field, control: Component) -> Component:
    """A field, where it comes from, and the way back to what the source says."""
    release = html.Button(
        _("Use what the source says"),
        id=Names.release(field.value),
        type="button",
        hidden=True,
        className="btn btn-sm btn-link",
        n_clicks=0,
    )
    origin = html.Div([html.Span(id=Names.origin(field.value)), release], className="la-origin la-small la-2")
    if field is Field.BREAKS:
        return html.Fieldset([html.Legend(field_word(field)), control, origin])
    label = html.Label(field_word(field), htmlFor=Names.field(field.value))
    return html.Div([label, control, origin], className="la-field")


def _breaks() -> Component:
    rows = [
        html.Div(
            [
                html.Span(words.number(number), className="la-small la-2"),
                _day(first, _("First day")),
                _day(last, _("Last day")),
            ],
            className="la-pause",
        )
        for number, (first, last) in enumerate(pauses(), 1)
    ]
    return html.Div([*rows[:1], html.Details([html.Summary(_("More breaks")), *rows[1:]], className="la-more")])


def _day(name: str, label: str) -> Component:
    control = dbc.Input(id=name, type="date", value="")
    return html.Label([html.Span(label), control], className="la-field", htmlFor=name)


def _sections() -> Component:
    name = _text(Names.SECTION_NAME, _("Short id, as sources call it"), 120)
    title = _text(Names.SECTION_TITLE, _("Title"), 200)
    save = html.Button(
        _("Save the section"), id=Names.SECTION_SAVE, type="button", className="btn btn-sm btn-primary", n_clicks=0
    )
    clear = html.Button(
        _("Start a new one"),
        id=Names.SECTION_CLEAR,
        type="button",
        className="btn btn-sm btn-outline-secondary",
        n_clicks=0,
    )
    form = html.Div(
        [
            html.P(id=Names.SECTION_HEAD, className="la-m"),
            name,
            title,
            html.Div([save, clear], className="la-row la-actions"),
        ],
        className="la-form",
    )
    return html.Section(
        [
            html.H3(_("Sections"), className="la-m la-small"),
            html.Div(id=Names.SECTION_ROWS),
            html.Details(
                [html.Summary(_("Enter or change a section")), form],
                id=Names.SECTION_FORM,
                className="la-more",
                open=False,
            ),
        ]
    )


def _text(name: str, label: str, longest: int) -> Component:
    control = dbc.Input(id=name, type="text", value="", autocomplete="off", maxLength=longest)
    return html.Label([html.Span(label), control], className="la-field", htmlFor=name)


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go."""
    return {
        "nothing": Slot(Names.NOTHING, "children"),
        "parts": Slot(Names.PARTS, "hidden"),
        "head": Slot(Names.HEAD, "children"),
        "facts": Slot(Names.FACTS, "children"),
        "held": Slot(Names.HELD, "data"),
        "sections": Slot(Names.SECTION_ROWS, "children"),
        **{f"{field}_options": Slot(Names.field(field.value), "options") for field in CHOSEN},
        **{field.value: Slot(Names.field(field.value), "value") for field in SINGLE},
        **{f"{field}_origin": Slot(Names.origin(field.value), "children") for field in Field},
        **{f"{field}_release": Slot(Names.release(field.value), "hidden") for field in Field},
        **{name: Slot(name, "value") for pair in pauses() for name in pair},
    }


def fill(course: OpenedCourse, links: Links, zone: str) -> dict[str, object]:
    """The values of the card by the names of `slots`."""
    held = held_texts(course)
    classroom = html.A(_("Open its classroom"), href=links.course(course.public_id), **attributes(data_la_follow="1"))
    called = html.Span(
        [html.B(course.code, className="la-m"), html.Span(f" {course.title if course.title != course.code else ''}")]
    )
    choices = {Field.TERM: course.choices.terms, Field.UNIT: course.choices.units}
    choices[Field.PROGRAMME] = course.choices.programmes
    return {
        "nothing": None,
        "parts": False,
        "head": [called, html.Span(className="la-push"), classroom],
        "facts": _facts(course, zone),
        "held": held_of(course),
        "sections": _section_rows(course.sections),
        **{f"{field}_options": _options(pairs) for field, pairs in choices.items()},
        **held,
        **{f"{field}_origin": _origin(field, one, course) for field, one in course.held.items()},
        **{f"{field}_release": one.origin is not Origin.ADMINISTRATION for field, one in course.held.items()},
    }


def held_texts(course: OpenedCourse) -> dict[str, str]:
    """What holds, as the controls show it, by their names in `slots`."""
    texts = {field.value: _text_of(course.held[field].value) for field in SINGLE}
    days: Sequence[tuple[date, date]] = course.held[Field.BREAKS].value
    for number, (first, last) in enumerate(pauses()):
        known = number < len(days)
        texts[first] = days[number][0].isoformat() if known else ""
        texts[last] = days[number][1].isoformat() if known else ""
    return texts


def held_of(course: OpenedCourse) -> dict[str, object]:
    """What the store holds of an opened course: with it, the next decision is told from what held before."""
    days: Sequence[tuple[date, date]] = course.held[Field.BREAKS].value
    more = [[first.isoformat(), last.isoformat()] for first, last in days[Names.BREAKS :]]
    return {"course": str(course.public_id), "more": more, **held_texts(course)}


def _text_of(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _options(pairs: Sequence[tuple[int, str]]) -> list[controls.Option]:
    return [controls.option("", _("none")), *(controls.option(str(key), name) for key, name in pairs)]


def _origin(field: Field, held: Held, course: OpenedCourse) -> str:
    """Where what holds of a field comes from, in words."""
    match held.origin:
        case Origin.ADMINISTRATION:
            said = _("Decided by the administration.")
            return f"{said} {_said(field, held.said)}" if held.said else said
        case Origin.SOURCE:
            return _("Said by {source}.").format(source=course.source or _("a source"))
        case Origin.EVENTS:
            if field in DAYS and held.said:
                return _("From the first activity on, {day}.").format(day=words.day(date.fromisoformat(held.said)))
            return _("Called so by events.")
        case Origin.TERM:
            assert held.said is not None
            return _("As its term: {day}.").format(day=words.day(date.fromisoformat(held.said)))
    return _("Nobody has said.")


def _said(field: Field, said: str | None) -> str:
    if said is None:
        return ""
    if field is Field.BREAKS:
        count = ngettext("The source has {number} break.", "The source has {number} breaks.", int(said))
        return count.format(number=words.number(int(said)))
    if field in DAYS:
        said = words.day(date.fromisoformat(said))
    return _("The source says: {value}.").format(value=said)


def _facts(course: OpenedCourse, zone: str) -> Component:
    pairs: list[tuple[str, Component | str]] = [(_("People"), _roles(course.roles))]
    if course.described_at is not None:
        day = words.day(words.local_date(course.described_at, zone))
        told = _("{source}, {day}").format(source=course.source or _("a source"), day=day)
        pairs.append((_("Described by"), told))
    else:
        pairs.append((_("Described by"), _("nobody: events alone know it")))
    starts_on, ends_on, breaks = course.calendar
    if starts_on and ends_on:
        count = ngettext("{number} break", "{number} breaks", len(breaks)).format(number=words.number(len(breaks)))
        pairs.append((_("Pages reckon with"), f"{words.date_span(starts_on, ends_on)}, {count}"))
    ids = [html.Li(html.Code(value, title=f"{issuer} {kind}")) for issuer, kind, value in course.identifiers[:20]]
    pairs.append((_("Identifiers"), html.Ul(ids, className="la-ids") if ids else _("none")))
    return html.Dl([part for name, value in pairs for part in (html.Dt(name), html.Dd(value))], className="la-facts")


def role_word(role: str, count: int) -> str:
    """How many hold a role."""
    said = {
        "learner": lambda: ngettext("{number} learner", "{number} learners", count),
        "teacher": lambda: ngettext("{number} teacher", "{number} teachers", count),
        "assistant": lambda: ngettext("{number} assistant", "{number} assistants", count),
    }.get(role)
    text = said() if said else ngettext("{number} in another role", "{number} in other roles", count)
    return text.format(number=words.number(count))


def _roles(roles: Sequence[RoleCount]) -> Component | str:
    if not roles:
        return _("nobody now")
    granted = {"event": _("a source"), "administration": _("the administration"), "sign_in": _("a sign-in")}
    rows = [
        _("{people}, by {source}").format(
            people=role_word(one.role, one.people), source=one.source or granted.get(one.granted_by, one.granted_by)
        )
        for one in roles
    ]
    return html.Ul([html.Li(row) for row in rows], className="la-ids")


def _section_rows(rows: Sequence[SectionRow]) -> Component:
    if not rows:
        return html.P(_("The course has no sections."), className="la-2 la-small")
    return html.Ul([html.Li(_section(row)) for row in rows], className="la-list")


def _section(row: SectionRow) -> list[Component]:
    people = ", ".join(role_word(role, count) for role, count in (("learner", row.learners),))
    staff = ngettext("{number} of staff", "{number} of staff", row.staff).format(number=words.number(row.staff))
    by_administration = _("title decided by the administration")
    decided = f" · {by_administration}" if row.decided else ""
    sure = html.Div([_act("remove", row, _("Remove it now"))], className="la-pop")
    return [
        html.Div(
            [html.Span(row.title or row.name, className="la-m"), html.Code(row.name, className="la-small")],
            className="la-row",
        ),
        html.Div(f"{people} · {staff}{decided}", className="la-small la-2"),
        html.Div(
            [
                _act("change", row, _("Change")),
                html.Details([html.Summary(_("Remove")), sure], className="la-menu la-end"),
            ],
            className="la-row la-actions",
        ),
    ]


def _act(what: str, row: SectionRow, label: str) -> Component:
    name = Names.act(what, row.section_id)
    return html.Button(label, id=name, type="button", className="btn btn-sm btn-outline-secondary", n_clicks=0)
