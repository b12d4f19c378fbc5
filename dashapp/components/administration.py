"""What stands around the pages of the administration, and their overview: which steps of the set-up are left."""

from collections.abc import Sequence
from typing import Final

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids, words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.marks import level_mark
from dashapp.components.slots import Slot
from dashapp.domain.administration import SetUpState, Step
from dashapp.domain.keys import PublicId
from dashapp.ids import Administration, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "administration"
CARDS: Final = (Administration.STEPS, Administration.STATE)
"""In the order in which they stand on the page."""


def around(organisation: str, current: str, body: Component, *, embedded: bool = False) -> Component:
    """A page of the administration: its address, the list of all such pages with `current` marked, and its `body`.

    `organisation` is the public id of the address; `current` the name that `entries` has for the page. Inside of a
    frame the list is left out.
    """
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": organisation, "embedded": embedded})
    refusal = html.Div(id=ids.Shell.REFUSAL)
    if embedded:
        return html.Div([address, refusal, body])
    return html.Div([address, refusal, html.Div([_rail(organisation, current), body], className="la-admin")])


def entries(links: Links, organisation: PublicId) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """The pages by group: (name, label, address)."""
    return {
        "": (("administration", _("Overview"), links.administration(organisation)),),
        _("People"): (
            ("people", _("All people"), links.people(organisation)),
            ("guardians", _("Guardians"), links.guardians(organisation)),
            ("sign-in", _("Sign-in and keys"), links.sign_in(organisation)),
            ("sessions", _("Who is signed in"), links.sessions(organisation)),
        ),
        _("Teaching"): (
            ("course-list", _("Courses"), links.course_list(organisation)),
            ("terms", _("Terms"), links.terms(organisation)),
            ("units", _("Units and programmes"), links.units(organisation)),
        ),
        _("Data"): (
            ("connections", _("Connections"), links.connections(organisation)),
            ("rosters", _("Rosters"), links.rosters(organisation)),
            ("history", _("History"), links.history(organisation)),
            ("platforms", _("Learning platforms"), links.platforms(organisation)),
            ("data-quality", _("Data quality"), links.data_quality(organisation)),
            ("dead-letters", _("Refused events"), links.dead_letters(organisation)),
        ),
        _("Rules"): (
            ("visibility", _("Visibility"), links.visibility(organisation)),
            ("audit", _("Audit trail"), links.audit(organisation)),
            ("leaving", _("Leaving"), links.leaving(organisation)),
        ),
    }


def _rail(organisation: str, current: str) -> Component:
    links = Links(dash.get_relative_path("/"))
    groups = []
    for title, pages in entries(links, organisation).items():  # type: ignore[arg-type]  # a text of the address
        rows = [
            html.Li(
                html.A(
                    label,
                    href=href,
                    **attributes(data_la_follow="1", **({"aria_current": "page"} if name == current else {})),
                )
            )
            for name, label, href in pages
        ]
        head = [html.H2(title)] if title else []
        groups.append(html.Div([*head, html.Ul(rows)]))
    return html.Nav(groups, className="la-rail", **attributes(aria_label=_("Administration")))


# ------------------------------------------------------------------ the overview


def body() -> Component:
    """The empty overview."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Administration.TITLE),
                        html.P(card.skeleton("60%"), id=Administration.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            html.Div([_steps(), _state()], className="la-grid"),
        ],
        id=Administration.PAGE,
        className="la-page la-loading",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), _("Nothing"), _("The whole organisation")), None)


def _steps() -> Component:
    what = _("What has to be there before every page can say something, and whether it is.")
    return card.card(
        _frame(Administration.STEPS, _("What is left to do?"), "s7", what), [html.Ol(id=Administration.ROWS)]
    )


def _state() -> Component:
    what = _("What the organisation consists of at the moment, counted.")
    return card.card(_frame(Administration.STATE, _("What is there?"), "s5", what), [html.Dl(id=Administration.COUNTS)])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Administration.PAGE, "className"),
        "title": Slot(Administration.TITLE, "children"),
        "lead": Slot(Administration.LEAD, "children"),
        "rows": Slot(Administration.ROWS, "children"),
        "counts": Slot(Administration.COUNTS, "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: SetUpState, links: Links, organisation: PublicId) -> dict[str, object]:
    """The values of the overview by the names of `slots`."""
    left = [step for step, done in view.done.items() if not done]
    if left:
        said = ngettext("{number} step is left for {name}", "{number} steps are left for {name}", len(left))
        title = said.format(number=words.number(len(left)), name=view.organisation)
        lead = _("Next: {step}.").format(step=_step_words(left[0]))
    else:
        title = _("{name} is set up").format(name=view.organisation)
        lead = _("Everything that pages need is there.")
    return {
        "page": "la-page",
        "title": title,
        "lead": lead,
        "rows": [
            _step(
                step,
                view,
                _address(step, links, organisation),
                [_ways_in(links, organisation)] if step is Step.PLATFORM else (),
            )
            for step in Step
        ],
        "counts": _counts(view),
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _step_words(step: Step) -> str:
    return {
        Step.CALENDAR: _("enter the calendar of the term that runs now"),
        Step.SENDER: _("connect a learning system that sends events"),
        Step.EVENTS: _("see the first event arrive"),
        Step.PEOPLE: _("bring in the roster, so that learners have names and courses"),
        Step.TEACHERS: _("say who teaches what"),
        Step.PLATFORM: _("let people in: from the learning platform, by single sign-on, or with accounts"),
    }[step]


def _address(step: Step, links: Links, organisation: PublicId) -> str | None:
    """Where a step is taken."""
    return {
        Step.CALENDAR: links.terms(organisation),
        Step.SENDER: links.connections(organisation),
        Step.EVENTS: links.connections(organisation),
        Step.PEOPLE: links.rosters(organisation),
        Step.TEACHERS: links.people(organisation),
    }.get(step)


def _step(step: Step, view: SetUpState, href: str | None, more: Sequence[Component] = ()) -> Component:
    done = view.done[step]
    text = _step_words(step)
    said = f"{text[0].upper()}{text[1:]}"
    mark = level_mark("good", _("Done")) if done else level_mark("watch", _("Left"))
    name = html.A(said, href=href, **attributes(data_la_follow="1")) if href is not None else html.Span(said)
    detail = [html.Div(_detail(step, view), className="la-small la-2"), *more]
    return html.Li([html.Div([name, mark], className="la-row"), *detail])


def _ways_in(links: Links, organisation: PublicId) -> Component:
    """How people can be let in, each with where that is done."""
    ways = (
        (_("Learning platforms"), links.platforms(organisation), _("whoever is in a course there comes in with it")),
        (_("Sign-in and keys"), links.sign_in(organisation), _("single sign-on, and accounts with a password")),
        (_("All people"), links.people(organisation), _("an account for somebody who has an entry already")),
    )
    rows = [
        html.Li([html.A(label, href=href, **attributes(data_la_follow="1")), f": {said}"]) for label, href, said in ways
    ]
    return html.Ul(rows, className="la-small la-ways")


def _detail(step: Step, view: SetUpState) -> str:
    """What is there of a step."""
    match step:
        case Step.CALENDAR:
            count = ngettext("{number} term is known", "{number} terms are known", view.terms)
            return view.term or _("No term runs today; {terms}.").format(terms=count.format(number=view.terms))
        case Step.SENDER:
            senders = ngettext("{number} sender", "{number} senders", view.senders)
            keys = ngettext("{number} key", "{number} keys", view.keys)
            return f"{senders.format(number=view.senders)} · {keys.format(number=view.keys)}"
        case Step.EVENTS:
            if view.last_event_at is None:
                return _("Nothing has arrived yet.")
            day = words.short_day(words.local_date(view.last_event_at, view.zone))
            at = words.clock(view.last_event_at, view.zone)
            return _("The last one arrived {day}, {time}.").format(day=day, time=at)
        case Step.PEOPLE:
            people = ngettext("{number} person", "{number} people", view.people)
            learners = ngettext("{number} learner", "{number} learners", view.learners)
            parts = (people, view.people), (learners, view.learners)
            return " · ".join(text.format(number=words.number(number)) for text, number in parts)
        case Step.TEACHERS:
            said = ngettext("{number} teacher", "{number} teachers", view.teachers)
            return said.format(number=words.number(view.teachers))
        case Step.PLATFORM:
            ways = (
                (ngettext("{number} platform", "{number} platforms", view.platforms), view.platforms),
                (ngettext("{number} provider", "{number} providers", view.providers), view.providers),
                (ngettext("{number} account", "{number} accounts", view.accounts), view.accounts),
            )
            return " · ".join(text.format(number=words.number(number)) for text, number in ways)


def _counts(view: SetUpState) -> Sequence[Component]:
    pairs = [
        (_("Courses"), view.courses, _unnamed(view.unnamed_courses)),
        (_("People"), view.people, _unnamed(view.unnamed_people)),
        (_("Learners"), view.learners, ""),
        (_("Teachers"), view.teachers, ""),
        (_("Administrators"), view.administrators, ""),
    ]
    return [
        part
        for label, number, more in pairs
        for part in (
            html.Dt(label),
            html.Dd([html.Span(words.number(number), className="la-num"), html.Span(more, className="la-small la-2")]),
        )
    ]


def _unnamed(number: int) -> str:
    said = _("of them known from events only: {number}")
    return said.format(number=words.number(number)) if number else ""
