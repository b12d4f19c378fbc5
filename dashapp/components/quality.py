"""The page about the quality of the data that senders send: the score, its parts, who and what makes it low."""

from collections.abc import Sequence

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, downloads, strip
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.strip import Cell
from dashapp.domain.quality import ALERT_UNDER, WEIGHTS, Counts, CourseQuality, Part, QualityView, SourceQuality
from dashapp.figures import Screen
from dashapp.ids import Quality, asof_of, line_of
from dashapp.words import _, ngettext

PAGE = "quality"
CARDS = (Quality.STRIP, Quality.DAYS, Quality.PARTS, Quality.SOURCES, Quality.COURSES, Quality.ALERTS)
"""In the order in which they stand on the page."""
SHOWN_DECIMALS = 1


def _frame(name: str, title: str, width: str, *, table: bool = False) -> Frame:
    return Frame(PAGE, name, title, width, definition(Subject.QUALITY, organisation=True), "", table)


def body() -> Component:
    """The empty page."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Quality.TITLE),
                        html.P(card.skeleton("60%"), id=Quality.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            strip.strip(PAGE, Quality.STRIP),
            html.Div(
                [
                    card.chart(_frame(Quality.DAYS, _("How does the score go?"), "s6", table=True), 296, phone=240),
                    _listed(Quality.PARTS, _("What makes up the score?"), "s6"),
                    _listed(Quality.SOURCES, _("Which source sends good data?"), "s12"),
                    _listed(Quality.COURSES, _("Which courses have the weakest data?"), "s7"),
                    _listed(Quality.ALERTS, _("When was there an alert?"), "s5"),
                ],
                className="la-grid",
            ),
            *downloads.places(PAGE),
        ],
        id=Quality.PAGE,
        className="la-page la-loading",
    )


def _listed(name: str, title: str, width: str) -> Component:
    return card.card(_frame(name, title, width), [html.Div(card.skeleton(), id=name, className="la-scroll")])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Quality.PAGE, "className"),
        "title": Slot(Quality.TITLE, "children"),
        "lead": Slot(Quality.LEAD, "children"),
        "strip": Slot(Quality.STRIP, "children"),
        **chart_slots("days", Quality.DAYS),
        "parts": Slot(Quality.PARTS, "children"),
        "parts_line": Slot(line_of(Quality.PARTS), "children"),
        "sources": Slot(Quality.SOURCES, "children"),
        "sources_line": Slot(line_of(Quality.SOURCES), "children"),
        "courses": Slot(Quality.COURSES, "children"),
        "courses_line": Slot(line_of(Quality.COURSES), "children"),
        "alerts": Slot(Quality.ALERTS, "children"),
        "alerts_line": Slot(line_of(Quality.ALERTS), "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def part_words(part: Part) -> tuple[str, str]:
    """What a part is called, and what counts as good."""
    return {
        Part.VALID: (_("Valid"), _("could be taken; the others are dead letters")),
        Part.KNOWN: (_("Known"), _("are about an activity that somebody has described")),
        Part.COMPLETE: (_("Complete"), _("name their time and activity, and a score where one was given")),
        Part.IN_RANGE: (_("In range"), _("have scores within their limits and stretches of video within a day")),
        Part.PUNCTUAL: (_("Punctual"), _("came within an hour, those that know the day only within 36 hours")),
        Part.UNIQUE: (_("Unique"), _("came once; repetitions are recognised and counted once")),
        Part.FRESH: (_("Fresh"), _("came within a minute")),
    }[part]


def _percent(value: float | None) -> str:
    return "–" if value is None else words.percent(value, SHOWN_DECIMALS)


def _table(head: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Component | str]]) -> Component:
    """`head`: each column's title and whether it holds numbers."""
    cells = [html.Th(text, scope="col", className="la-num" if number else None) for text, number in head]
    body = [
        html.Tr([html.Td(cell, className="la-num" if head[place][1] else None) for place, cell in enumerate(row)])
        for row in rows
    ]
    return html.Table([html.Thead(html.Tr(cells)), html.Tbody(body)], className="la-table")


def _bar(value: float | None) -> Component:
    """The share as a small bar; the number beside it says the same."""
    if value is None:
        return html.Span()
    return html.Span(
        html.I(style={"inlineSize": f"{value:.1f}%"}), className="la-share", **attributes(aria_hidden="true")
    )


def _parts(total: Counts) -> Component:
    if not total.received:
        return card.no_data(_("The parts appear here with the first events."))
    rows: list[list[Component | str]] = []
    for part in Part:
        name, good = part_words(part)
        share = total.share(part)
        said: list[Component | str] = [html.B(name), " ", html.Span(good, className="la-2")]
        pair = html.Span([html.B(_percent(share)), " ", _bar(share)], className="la-pair")
        rows.append([html.Span(said), pair, words.number(WEIGHTS[part])])
    return _table([(_("Events that …"), False), (_("Share"), True), (_("Weight"), True)], rows)


def _score(counts: Counts, *, alert: bool = False) -> Component:
    """The score; `alert`: there is an open one. A low score alone is none: of a few events nothing follows yet."""
    score = counts.score()
    said = _percent(score)
    if alert:
        return html.Span([said, " ", _("alert")], className="la-level help")
    if score is not None and score < ALERT_UNDER:
        return html.Span([said, " ", _("low")], className="la-level watch")
    return html.Span(said)


def _source_row(one: SourceQuality, view: QualityView) -> list[Component | str]:
    if one.last_received is None:
        last = _("nothing in 14 days")
    else:
        zone = view.freshness.zone
        when = words.local_date(one.last_received, zone)
        clock = words.clock(one.last_received, zone)
        last = clock if when == view.today else words.ago(when, view.today)
    counts = one.counts
    shares = [_percent(counts.share(part)) for part in Part]
    return [one.name, _score(counts, alert=one.alert_since is not None), words.number(counts.received), *shares, last]


def _sources(view: QualityView) -> Component:
    if not view.sources:
        return card.no_data(_("A source appears here as soon as one is registered."))
    head = [(_("Source"), False), (_("Score"), True), (_("Events"), True)]
    head += [(part_words(part)[0], True) for part in Part]
    head.append((_("Last event"), True))
    return _table(head, [_source_row(one, view) for one in view.sources])


def _course_row(one: CourseQuality) -> list[Component | str]:
    counts = one.counts
    told = [(share, part) for part in Part if (share := counts.share(part)) is not None]
    share, weakest = min(told, default=(100.0, Part.VALID), key=lambda pair: pair[0])
    why = _("{part}: {share}").format(part=part_words(weakest)[0], share=_percent(share)) if share < 100 else ""
    title = one.title if one.title or one.code else _("No name so far")
    named: list[Component | str] = [
        html.B(one.code, className="la-m"),
        " ",
        html.Span(html.Bdi(title), className="la-2"),
    ]
    return [html.Span(named), _score(counts), words.number(counts.received), why]


def _courses(view: QualityView) -> Component:
    if not view.courses:
        return card.no_data(_("Courses appear here with their first events."))
    head = [(_("Course"), False), (_("Score"), True), (_("Events"), True), (_("Weakest part"), False)]
    return _table(head, [_course_row(one) for one in view.courses])


def _alerts(view: QualityView) -> Component:
    if not view.alerts:
        limit = words.percent(ALERT_UNDER)
        return card.state("none", _("No alert"), _("No source has been under {limit}.").format(limit=limit))
    zone = view.freshness.zone
    rows: list[list[Component | str]] = []
    for one in view.alerts:
        since = f"{words.short_day(words.local_date(one.opened_at, zone))} {words.clock(one.opened_at, zone)}"
        until = _("open")
        if one.closed_at is not None:
            until = f"{words.short_day(words.local_date(one.closed_at, zone))} {words.clock(one.closed_at, zone)}"
        rows.append([one.source, since, until, _percent(one.lowest_score)])
    return _table([(_("Source"), False), (_("Since"), True), (_("Until"), True), (_("Lowest score"), True)], rows)


def _cells(view: QualityView) -> list[Cell]:
    total = view.total
    score = total.score()
    refused = ngettext("{number} was refused", "{number} were refused", total.refused)
    repeated = ngettext("{number} came twice", "{number} came twice", total.repeated)
    count = len(view.sources)
    silent = sum(1 for one in view.sources if one.last_received is None)
    hushed = ngettext("{number} sent nothing in 14 days", "{number} sent nothing in 14 days", silent)
    still_open = sum(1 for one in view.alerts if one.closed_at is None)
    limit = words.percent(ALERT_UNDER)
    return [
        Cell(_("Score"), _percent(score), (_("alert under {limit}").format(limit=limit),)),
        Cell(
            _("Events in 14 days"),
            words.number(total.received),
            (
                f"{refused.format(number=words.number(total.refused))}; "
                f"{repeated.format(number=words.number(total.repeated))}",
            ),
        ),
        Cell(_("Sources"), words.number(count), (hushed.format(number=words.number(silent)),) if silent else ()),
        Cell(_("Open alerts"), words.number(still_open), ()),
    ]


def sentence(view: QualityView) -> str:
    """The title: the one thing to know."""
    score = view.total.score()
    if score is None:
        return _("Nothing has come in the last 14 days")
    still_open = [one for one in view.alerts if one.closed_at is None]
    if still_open:
        said = ngettext("{number} source needs a look", "{number} sources need a look", len(still_open))
        return said.format(number=words.number(len(still_open)))
    return _("The data are {score} good").format(score=_percent(score))


def fill(view: QualityView, screen: Screen) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    limit = words.percent(ALERT_UNDER)
    none = card.no_data(_("The first day appears here within seconds."))
    return {
        "page": "la-page",
        "title": sentence(view),
        "lead": _("{organisation}, last 14 days; each event counts on the day on which it came").format(
            organisation=view.organisation
        ),
        "strip": strip.cells(_cells(view)),
        "days": figures.quality_by_day(view.days, view.today, screen, revision=PAGE),
        "days_state": None if any(score is not None for _day, score, _received in view.days) else none,
        "days_line": _("Score of all sources per day"),
        "parts": _parts(view.total),
        "parts_line": _("Mean of the parts by their weights, over the last 14 days"),
        "sources": _sources(view),
        "sources_line": _("The weakest first; shares in %"),
        "courses": _courses(view),
        "courses_line": _("The weakest first, at most 20"),
        "alerts": _alerts(view),
        "alerts_line": _("Score of the last 24 hours under {limit}, from 100 events on").format(limit=limit),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
