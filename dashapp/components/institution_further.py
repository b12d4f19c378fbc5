"""What stands below the fold of an institution's page: who stays, how courses end, what is used, and trust."""

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, marks, to_come
from dashapp.components.attributes import attributes
from dashapp.components.card import Children, Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.further import FILLED, further
from dashapp.components.further import slots as further_slots
from dashapp.components.slots import Slot, chart_slots
from dashapp.domain.views import InstitutionFurtherView, SourceCheck
from dashapp.figures import Screen
from dashapp.ids import Institution, asof_of, line_of
from dashapp.words import _, ngettext

PART = Institution.FURTHER
CARDS = (
    Institution.RETENTION,
    Institution.STAYING,
    Institution.ENROLMENTS,
    Institution.PROGRAMMES,
    Institution.ADOPTION,
    Institution.TRUST,
)
"""In the order in which they stand on the page."""
TALL = 420
MOST_SOURCES = 6


def _frame(name: str, title: str, width: str, subject: Subject, *, table: bool = True) -> Frame:
    return Frame(PART, name, title, width, definition(subject, organisation=True), "", table, listed=not table)


def body() -> Component:
    """The empty part."""
    stay, leave = _("How many stay active as the course goes on?"), _("Which course loses learners?")
    enrol, end = _("When do learners join and leave?"), _("How do programmes end?")
    use, trust = _("Which types of activity are used?"), _("Can these figures be trusted?")
    cards = [
        card.chart(_frame(Institution.RETENTION, stay, "s7", Subject.RETENTION), TALL, retention_key()),
        card.chart(_frame(Institution.STAYING, leave, "s5", Subject.STILL_ENROLLED), TALL, phone=300),
        card.chart(_frame(Institution.ENROLMENTS, enrol, "s6", Subject.ENROLMENTS), 240),
        card.chart(_frame(Institution.PROGRAMMES, end, "s6", Subject.PROGRAMMES), 240),
        card.chart(_frame(Institution.ADOPTION, use, "s7", Subject.ADOPTION), 280, use_key()),
        card.card(
            _frame(Institution.TRUST, trust, "s5", Subject.QUALITY, table=False),
            [html.Div(card.skeleton("60%"), id=Institution.TRUST_BODY)],
        ),
    ]
    return further(PART, [html.Div(cards, className="la-grid")])


def _steps(steps: tuple[int, ...], last: int) -> list[str]:
    texts = []
    for lower, upper in zip(steps, [*steps[1:], last], strict=True):
        if lower == upper:
            texts.append(words.percent(lower))
        elif not lower:
            texts.append(_("under {share}").format(share=words.percent(upper)))
        else:
            said = _("{lower} to {upper}")
            texts.append(said.format(lower=words.number(lower), upper=words.percent(upper)))
    return texts


def retention_key() -> Component:
    """The key of the triangle."""
    return marks.amount_key(_("nobody active"), _steps(figures.RETENTION_STEPS, 100))


def use_key() -> Component:
    """The key of the map of types."""
    return marks.amount_key(_("no course"), _steps(figures.USE_STEPS, 100))


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        **further_slots(PART),
        **chart_slots("retention", Institution.RETENTION),
        **chart_slots("staying", Institution.STAYING),
        **chart_slots("enrolments", Institution.ENROLMENTS),
        **chart_slots("programmes", Institution.PROGRAMMES),
        **chart_slots("adoption", Institution.ADOPTION),
        "trust": Slot(Institution.TRUST_BODY, "children"),
        "trust_line": Slot(line_of(Institution.TRUST), "children"),
        "asof": Slot(asof_of(PART, dash.ALL), "children"),
    }


def fill(view: InstitutionFurtherView, screen: Screen, quality: str | None = None) -> dict[str, object]:
    """The values of the part by the names of `slots`; `quality`: the address of the page about the data."""
    return {
        **FILLED,
        **_who_stays(view, screen),
        **_enrolments(view, screen),
        **_programmes(view, screen),
        **_adoption(view, screen),
        "trust": _trust(view, quality),
        "trust_line": _("Quality of what came in the last 14 days, by source"),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }


def _revision(view: InstitutionFurtherView) -> str:
    first = view.week_starts[0] if view.week_starts else ""
    return f"{PART}:{view.chosen_unit or 'all'}:{first}:{len(view.week_starts)}"


def _awaited(hidden: bool, text: str) -> Component:
    return card.hidden() if hidden else card.no_data(text)


def _of_days(view: InstitutionFurtherView, text: str) -> Component:
    return to_come.or_else(view.to_come, _awaited(view.private, text), private=view.private)


def _stayed(hidden: bool, text: str) -> Component:
    if not hidden:
        return card.no_data(text)
    said = _("Too few learners were there at the start, or joined or left since: single ones could be told.")
    return card.state("private", _("Hidden for privacy"), said)


def _who_stays(view: InstitutionFurtherView, screen: Screen) -> dict[str, object]:
    revision = _revision(view)
    running = [story for story in view.stories if story.running]
    front = figures.front_course(view.stories)
    hidden = bool(view.stories) and all(story.hidden for story in view.stories)
    hidden_running = bool(running) and all(story.hidden for story in running)
    still: Children = _("Still enrolled, % of those enrolled at the start, by week of the course")
    if front is not None:
        lost = 100 - front.still_enrolled[-1]
        said = _("{course} lost {share} since its start; % still enrolled of those enrolled at the start, by week")
        still = said.format(course=front.code, share=words.percent(lost))
    return {
        "retention": figures.retention_triangle(view.stories, screen, revision=revision),
        "retention_state": None
        if any(story.retention for story in view.stories)
        else _stayed(hidden, _("A course appears here after its first four weeks.")),
        "retention_line": _("Learners active in each four weeks, % of those enrolled at the start; blank: to come"),
        "staying": figures.still_enrolled(view.stories, screen, revision=revision),
        "staying_state": None
        if front is not None
        else _stayed(hidden_running, _("A course under way appears here after its first week.")),
        "staying_line": still,
    }


def _enrolments(view: InstitutionFurtherView, screen: Screen) -> dict[str, object]:
    some = any(week.joined or week.left for week in view.enrolments)
    nobody = _("Nobody has joined or left in the chosen weeks, or no source says when.")
    return {
        "enrolments": figures.enrolment_weeks(view.enrolments, screen, revision=_revision(view)),
        "enrolments_state": None if some else _of_days(view, nobody),
        "enrolments_line": _("Enrolments in the courses under way that began, and that ended, per week"),
    }


def _programmes(view: InstitutionFurtherView, screen: Screen) -> dict[str, object]:
    shown = any(row.completed is not None for row in view.programmes)
    hidden = any(row.completed is None and row.known is None for row in view.programmes)
    awaited = (
        _("Programmes appear here once a source tells how their courses ended.")
        if view.programmes
        else _("No course belongs to a programme yet; the administration can name them.")
    )
    return {
        "programmes": figures.programme_outcomes(view.programmes, screen, revision=_revision(view)),
        "programmes_state": None if shown else _awaited(hidden, awaited),
        "programmes_line": _("Of the known outcomes: wide bar, completed; narrow bar, passed; numbers: both, in %"),
    }


def _adoption(view: InstitutionFurtherView, screen: Screen) -> dict[str, object]:
    count = ngettext("{number} course", "{number} courses", view.courses).format(number=words.number(view.courses))
    drawn = figures.type_adoption(view.uses, view.week_starts, view.courses, screen, revision=_revision(view))
    return {
        "adoption": drawn,
        "adoption_state": None
        if view.uses
        else _of_days(view, _("Types appear here with the first activity that a learner uses.")),
        "adoption_line": _("Share of {courses} in which each type was used, per week").format(courses=count),
    }


# ------------------------------------------------------------------ the data


def _trust(view: InstitutionFurtherView, quality: str | None) -> Children:
    if not view.sources:
        return [card.no_data(_("No source is connected yet."))]
    value = words.percent(view.score, 1) if view.score is not None else _("nothing to judge yet")
    of = _("score of all sources")
    parts: list[Component | str] = [
        html.Div([value, html.Small(f" {of}")], className="la-value"),
        html.P(_lateness(view), className="la-delta"),
        _table(view.sources[:MOST_SOURCES], view),
    ]
    if quality is not None:
        link = html.A(_("All about the quality of the data"), href=quality, **attributes(data_la_follow="1"))
        parts.append(html.P(link, className="la-trust-link"))
    return parts


def _lateness(view: InstitutionFurtherView) -> list[Component | str]:
    """How far behind the data was when it was read, and how much of it came too late."""
    behind = html.B(_("The data was {lag} behind").format(lag=words.lag(view.freshness.behind_seconds)))
    if view.late is None:
        return [behind]
    late = _("{share} of the events came too late").format(share=words.percent(view.late, 1))
    return [behind, "; ", late]


def _table(checks: tuple[SourceCheck, ...], view: InstitutionFurtherView) -> Component:
    heads = [_("Source"), _("Score"), _("Refused"), _("Last event")]
    head = html.Tr([html.Th(text, className=None if not place else "la-num") for place, text in enumerate(heads)])
    return html.Table([html.Thead(head), html.Tbody([_row(one, view) for one in checks])], className="la-table")


def _row(one: SourceCheck, view: InstitutionFurtherView) -> Component:
    score = words.percent(one.score, 1) if one.score is not None else "–"
    last: Children = _("never")
    if one.last_received is not None:
        last = words.ago(words.local_date(one.last_received, view.freshness.zone), view.today)
    if one.silent:
        last = marks.level_mark("late", _("silent: {when}").format(when=last))
    return html.Tr(
        [
            html.Td(html.Bdi(one.name), className="la-ellipsis"),
            html.Td(score, className="la-num"),
            html.Td(words.number(one.refused), className="la-num"),
            html.Td(last, className="la-num"),
        ]
    )
