"""Units, videos and what is stored, as lists: a bar is never without its number."""

from collections.abc import Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.downloads import listed
from dashapp.components.links import Links
from dashapp.domain.indicators.watched import share_watched
from dashapp.domain.views import StudentView
from dashapp.domain.views.content import UnitProgress, Untouched
from dashapp.domain.views.student_further import Stored, WatchedVideo
from dashapp.words import _, ngettext

SHOWN_UNTOUCHED = 12
"""Of one unit: more are a number."""


def bar(share: float) -> Component:
    """A bar of 0 to 100 %, for the eye alone: the number stands beside it."""
    return html.Span(
        html.I(style={"--v": f"{max(0.0, min(100.0, share)):.1f}%"}),
        className="la-hbar",
        **attributes(aria_hidden="true"),
    )


def _untouched(left: Sequence[Untouched], links: Links) -> Component:
    """What is not opened yet, behind a line that opens it."""
    said = ngettext("{number} not opened yet", "{number} not opened yet", len(left))
    rows: list[Component] = []
    for one in left[:SHOWN_UNTOUCHED]:
        name = html.Bdi(one.title or _("An activity without a name"))
        linked = one.address is not None and not links.alone
        rows.append(
            html.Li(
                html.A(name, href=one.address, target="_blank", rel="noopener noreferrer")
                if linked
                else html.Span(name)
            )
        )
    if len(left) > SHOWN_UNTOUCHED:
        more = len(left) - SHOWN_UNTOUCHED
        rows.append(html.Li(ngettext("and {number} more", "and {number} more", more).format(number=words.number(more))))
    return html.Details(
        [html.Summary(said.format(number=words.number(len(left)))), html.Ul(rows)], className="la-untouched la-small"
    )


def _unit_row(unit: UnitProgress, several: bool, links: Links) -> Component:
    title = unit.title or _("Outside of units")
    course = [html.Span(" · ", className="la-2"), html.Bdi(unit.course, className="la-2")] if several else []
    done = _("{done} of {number} done").format(done=words.number(unit.done), number=words.number(unit.published))
    mastery = (
        _("mastery {share}").format(share=words.percent(unit.mastery))
        if unit.mastery is not None
        else _("nothing graded")
    )
    rows: list[Component] = [
        html.Div([html.Bdi(title, className="la-m"), *course], className="la-unit-name"),
        html.Span(done, className="la-small la-num"),
        html.Span(mastery, className="la-small la-2 la-num"),
        bar(100 * unit.done / unit.published if unit.published else 0.0),
    ]
    if unit.untouched:
        rows.append(_untouched(unit.untouched, links))
    return html.Li(rows)


def unit_list(view: StudentView, links: Links) -> Component:
    """Each unit: how far, how well, and what is not opened yet."""
    units = view.content.units
    if not units:
        return card.no_data(_("Units appear here as soon as the course has activities."))
    several = len({unit.course for unit in units}) > 1
    head = (_("Unit"), _("Course"), _("Activities done"), _("Activities published"), _("Mastery"), _("Not opened yet"))
    cells = [
        (
            unit.title or _("Outside of units"),
            unit.course,
            words.number(unit.done),
            words.number(unit.published),
            words.percent(unit.mastery) if unit.mastery is not None else _("nothing graded"),
            words.number(len(unit.untouched)),
        )
        for unit in units
    ]
    rows = [_unit_row(unit, several, links) for unit in units]
    return html.Ul(rows, className="la-list la-units", **listed(head, cells))


def _watched(video: WatchedVideo) -> str:
    """How much of it: a share where its length is known, else the time."""
    share = share_watched(video.seconds, video.length)
    if share is not None and video.length is not None:
        total = words.duration(max(1.0, video.length / 60))
        return _("{share} of {total}").format(share=words.percent(share), total=total)
    return words.duration(max(1.0, video.seconds / 60)) if video.seconds else words.duration(0)


def _video_row(video: WatchedVideo, several: bool) -> Component:
    share = share_watched(video.seconds, video.length)
    course = [html.Span(" · ", className="la-2"), html.Bdi(video.course, className="la-2")] if several else []
    name = html.Bdi(video.title or _("A video without a name"), className="la-m")
    return html.Li(
        [
            html.Div([name, *course], className="la-unit-name"),
            html.Span(_watched(video), className="la-small la-num"),
            html.Span(_("length not known") if share is None else "", className="la-small la-2"),
            *([bar(share)] if share is not None else []),
        ]
    )


def video_list(videos: Sequence[WatchedVideo]) -> Component:
    """Each video with how much of it was watched."""
    if not videos:
        return card.no_data(_("Videos appear here with the first stretch that is watched."))
    several = len({video.course for video in videos}) > 1
    cells = [(video.title or _("A video without a name"), video.course, _watched(video)) for video in videos]
    rows = [_video_row(video, several) for video in videos]
    names = listed((_("Video"), _("Course"), _("Watched")), cells)
    return html.Ul(rows, className="la-list la-units la-watched", **names)


def _kinds(stored: Stored) -> list[str]:
    """What is held, in a word for each kind with its number."""
    kinds = [
        (ngettext("{number} event", "{number} events", stored.events), stored.events),
        (ngettext("{number} day with activity", "{number} days with activity", stored.days), stored.days),
        (ngettext("{number} activity", "{number} activities", stored.activities), stored.activities),
        (ngettext("{number} submission", "{number} submissions", stored.submissions), stored.submissions),
        (ngettext("{number} answer", "{number} answers", stored.answers), stored.answers),
        (ngettext("{number} forum post", "{number} forum posts", stored.posts), stored.posts),
        (ngettext("{number} stretch of video", "{number} stretches of video", stored.stretches), stored.stretches),
    ]
    return [said.format(number=words.number(number)) for said, number in kinds if number]


def stored_rows(stored: Stored, today: date) -> list[tuple[str, str, str]]:
    """The same for a file: what, how much, since when."""
    since = words.day(stored.since, today) if stored.since is not None else ""
    return [(_("stored"), said, since) for said in _kinds(stored)]


def stored_words(stored: Stored, kept_days: int, today: date) -> Component:
    """What is held, by kinds, since when, and for how long."""
    if stored.since is None:
        return html.P(_("Nothing has been recorded about you in these courses yet."), className="la-2")
    rows = [html.Li(said) for said in _kinds(stored)]
    since = _("Since {day}:").format(day=words.day(stored.since, today))
    kept = _("Single events are kept for {events} days; what is counted of them stays until it is deleted.").format(
        events=words.number(kept_days)
    )
    return html.Div(
        [html.P(since, className="la-m"), html.Ul(rows, className="la-stored"), html.P(kept, className="la-small la-2")]
    )
