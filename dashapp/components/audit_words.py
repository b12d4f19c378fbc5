"""Actions, roles and pages of the audit trail in words, and the card that tells a learner who opened their page."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.definitions import Definition
from dashapp.domain.audit import Action, Opening, ViewerRole
from dashapp.words import _, ngettext

ACTIONS: Final = tuple(Action)
PAGES: Final = (
    "student",
    "classroom",
    "courses",
    "institution",
    "quality",
    "letters",
    "audit",
    "caseload",
    "guardians",
    "own-guardians",
    "platforms",
    "sessions",
)
"""The pages that leave rows, as these name them."""


def action_word(action: Action) -> str:
    """What somebody did."""
    return {
        Action.VIEWED: _("Opened a page"),
        Action.LOOKED: _("Looked at a refused event"),
        Action.LISTED: _("Listed refused events"),
        Action.REPLAYED: _("Replayed refused events"),
        Action.STOPPED: _("Stopped a replay"),
        Action.RESUMED: _("Went on with a replay"),
        Action.DISMISSED: _("Dismissed refused events"),
        Action.REOPENED: _("Took a dismissal back"),
        Action.EXPORTED: _("Downloaded a list"),
        Action.CASELOAD: _("Changed a caseload"),
        Action.GUARDIAN_RULE: _("Changed the rule about guardians"),
        Action.GUARDIAN_INVITED: _("Invited a guardian"),
        Action.GUARDIAN_ACCEPTED: _("Became a guardian"),
        Action.GUARDIAN_ANSWERED: _("Answered about a guardian"),
        Action.GUARDIAN_ENDED: _("Ended a guardian's access"),
    }[action]


def role_word(role: ViewerRole) -> str:
    """What somebody acted as."""
    return {
        ViewerRole.SELF: _("The learner"),
        ViewerRole.STAFF: _("Staff of a course"),
        ViewerRole.ADVISER: _("Adviser"),
        ViewerRole.GUARDIAN: _("Guardian"),
        ViewerRole.ADMINISTRATOR: _("Administrator"),
        ViewerRole.SERVICE: _("Another system"),
        ViewerRole.OPERATOR: _("Operator"),
    }[role]


def page_word(page: str) -> str:
    """A page by the name that rows have for it."""
    said = {
        "student": _("Learner's page"),
        "classroom": _("Classroom"),
        "courses": _("List of classrooms"),
        "institution": _("Institution"),
        "quality": _("Data quality"),
        "letters": _("Refused events"),
        "audit": _("Audit trail"),
        "caseload": _("Caseload"),
        "guardians": _("Guardians"),
        "own-guardians": _("Who sees my page"),
        "platforms": _("Learning platforms"),
        "sessions": _("Open sessions"),
    }
    return said.get(page, page)


def method_word(method: str | None) -> str | None:
    """How a session was begun."""
    said = {
        "demo": _("demo sign-in"),
        "local": _("own password"),
        "oidc": _("single sign-on"),
        "lti": _("learning system"),
        "link": _("signed link"),
    }
    return said.get(method, method) if method is not None else None


def subject_words(about: str, key: str) -> str:
    """What a row is about that is no person and no course which is known."""
    if about == "organisation":
        return _("The organisation")
    if key.startswith("dead letter "):
        return _("Refused event {number}").format(number=key.removeprefix("dead letter "))
    if key.startswith("replay "):
        return _("Replay {number}").format(number=key.removeprefix("replay "))
    return {"person": _("Somebody unknown"), "course": _("An unknown course")}.get(key, key or "–")


def openings_definition() -> Definition:
    """The words behind the card of openings."""
    return Definition(
        _(
            "Who has opened this page of yours. A quarter of an hour in which the page was open counts once, however"
            " often it updated itself. Staff of your courses are named; of everybody else you see the role."
        ),
        _("The last 90 days"),
        _("Yourself, and pages that show you among others, such as the classroom"),
        _("Audit trail"),
    )


def openings(found: Sequence[Opening], today: date, zone: str) -> Component:
    """The rows of the card: who, how often, when last."""
    if not found:
        text = _("Nobody but you has opened this page in the last 90 days.")
        return html.P(text, className="la-2")
    return html.Ul([_opening(one, today, zone) for one in found], className="la-list la-openings")


def _opening(one: Opening, today: date, zone: str) -> Component:
    role = role_word(one.role) if one.role is not None else _("Somebody")
    who = [html.Bdi(one.name, className="la-m"), html.Span(role, className="la-2")] if one.name else [html.B(role)]
    last = words.local_date(one.last_at, zone)
    times = ngettext("{number} time", "{number} times", one.times).format(number=words.number(one.times))
    when = _("last {day}").format(day=words.ago(last, today))
    return html.Li(
        [html.Div(who), html.Span(times, className="la-small la-num"), html.Span(when, className="la-small la-2")]
    )
