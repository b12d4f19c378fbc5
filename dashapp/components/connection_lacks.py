"""What is missing in what comes, and what that means for the pages."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.marks import level_mark
from dashapp.domain.connections import Found, Lack
from dashapp.words import _


def lack_rows(found: Sequence[Found]) -> Component:
    """The check list: what is there for how many, and what it means where it is not."""
    if not found:
        text = _("Once the first events have come, this list says what they lack: due dates, scores, completion.")
        return card.state("none", _("Nothing to look at yet"), text)
    # What there is none of at all (no video, no graded work) cannot lack anything.
    rows = [_row(one) for one in found if one.total]
    return html.Ul(rows, className="la-list la-lacks")


def _row(one: Found) -> Component:
    whole = one.there >= one.total
    if whole:
        mark = level_mark("good", _("There"))
    else:
        mark = level_mark("watch", _("Missing") if not one.there else _("In part"))
    share = _("{there} of {total} {things}").format(
        there=words.number(one.there), total=words.number(one.total), things=_things(one.lack)
    )
    head = html.Div([html.Span(_name(one.lack), className="la-m"), html.Span(share, className="la-2"), mark])
    parts: list[Component] = [head]
    if not whole:
        parts.append(html.P(_meaning(one.lack), className="la-small la-2"))
    return html.Li(parts)


def _name(lack: Lack) -> str:
    return {
        Lack.COURSES: _("Names of courses"),
        Lack.NAMES: _("Names of people"),
        Lack.ROSTER: _("Who is enrolled"),
        Lack.TIMES: _("Times of day"),
        Lack.TITLES: _("Names of activities"),
        Lack.DUE_DATES: _("Due dates"),
        Lack.SCORES: _("Scores"),
        Lack.COMPLETION: _("Completion"),
        Lack.VIDEOS: _("Which parts of videos were watched"),
    }[lack]


def _things(lack: Lack) -> str:
    match lack:
        case Lack.NAMES:
            return _("people")
        case Lack.TITLES:
            return _("activities")
        case Lack.DUE_DATES:
            return _("quizzes and assignments")
        case Lack.VIDEOS:
            return _("videos")
        case Lack.COURSES | Lack.ROSTER | Lack.TIMES | Lack.SCORES | Lack.COMPLETION:
            return _("active courses")


def _meaning(lack: Lack) -> str:
    """What pages cannot say, and where it comes from."""
    return {
        Lack.COURSES: _("They go by the end of their id. Bring in a roster, or let content events be sent."),
        Lack.NAMES: _("They go by a part of their id. Bring in a roster, or let people be described by events."),
        Lack.ROSTER: _(
            "Everybody who does something there counts as a learner; who never comes is not seen. Bring in a roster."
        ),
        Lack.TIMES: _("Only days are known: no minutes, no sessions, no time on task are shown for these courses."),
        Lack.TITLES: _("They go by the end of their id."),
        Lack.DUE_DATES: _("Nothing is late or missing there; the student page shows no “due next”."),
        Lack.SCORES: _("No scores, no score rule among the risks. Let the system send grades."),
        Lack.COMPLETION: _(
            "Progress counts what was handed in or looked at. Switch activity completion on in the learning system."
        ),
        Lack.VIDEOS: _("The video card stays empty for them. Let the player send the xAPI video profile."),
    }[lack]
