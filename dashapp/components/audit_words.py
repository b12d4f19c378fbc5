"""Actions, roles and pages of the audit trail in words, and the card that tells a learner who opened their page."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.domain.audit import Action, Opening, ViewerRole
from dashapp.words import _, ngettext

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
    "administration",
    "people",
    "person",
    "connections",
    "visibility",
    "terms",
    "units",
    "course-list",
    "history",
    "signin",
    "leaving",
    "rosters",
    "reports",
    "report",
    "schedulelist",
)
"""The pages that leave rows, as these name them."""


def action_word(action: Action) -> str:
    """What somebody did."""
    return {**_words_of_access(), **_words_of_administration(), **_words_of_leaving(), **_words_of_schedules()}[action]


def _words_of_access() -> dict[Action, str]:
    """Pages, sign-in, and who sees whom."""
    return {
        Action.VIEWED: _("Opened a page"),
        Action.LOOKED: _("Looked at a refused event"),
        Action.LISTED: _("Listed refused events"),
        Action.REPLAYED: _("Replayed refused events"),
        Action.STOPPED: _("Stopped a replay"),
        Action.RESUMED: _("Went on with a replay"),
        Action.DISMISSED: _("Dismissed refused events"),
        Action.REOPENED: _("Took a dismissal back"),
        Action.EXPORTED: _("Downloaded what a page shows"),
        Action.REPORT_EXPORTED: _("Made a file of a report"),
        Action.REPORT_TAKEN: _("Downloaded a file of a report"),
        Action.CASELOAD: _("Changed a caseload"),
        Action.MESSAGE_QUEUED: _("Wrote to a learner"),
        Action.MESSAGE_TAKEN_BACK: _("Took a message back"),
        Action.GUARDIAN_RULE: _("Changed the rule about guardians"),
        Action.GUARDIAN_INVITED: _("Invited a guardian"),
        Action.GUARDIAN_ACCEPTED: _("Became a guardian"),
        Action.GUARDIAN_ANSWERED: _("Answered about a guardian"),
        Action.GUARDIAN_CONFIRMED: _("Confirmed a guardian"),
        Action.GUARDIAN_ENDED: _("Ended a guardian's access"),
        Action.SIGNED_IN: _("Signed in"),
        Action.SIGN_IN_REFUSED: _("Sign-in refused"),
        Action.SESSION_ENDED: _("Signed out or ended a session"),
        Action.PASSWORD_SET: _("Set a password"),
        Action.PASSWORD_LINK: _("Made a link to set a password"),
        Action.ACCOUNT_OPENED: _("Opened an account"),
        Action.ACCOUNT_CLOSED: _("Closed an account"),
        Action.ADMINISTRATOR_MADE: _("Made an administrator"),
        Action.ADMINISTRATOR_ENDED: _("Ended an administrator's role"),
    }


def _words_of_administration() -> dict[Action, str]:
    """Platforms, people, senders, rosters and what an organisation decides."""
    return {
        Action.PROVIDER_SET: _("Set up a sign-in provider"),
        Action.PROVIDER_REMOVED: _("Removed a sign-in provider"),
        Action.PLATFORM_ADDRESS: _("Made an address for registration"),
        Action.PLATFORM_ADDED: _("Connected a learning platform"),
        Action.PLATFORM_ON: _("Switched a learning platform on"),
        Action.PLATFORM_OFF: _("Switched a learning platform off"),
        Action.PLATFORM_REMOVED: _("Removed a learning platform"),
        Action.DEPLOYMENT_CONFIRMED: _("Confirmed a deployment"),
        Action.DEPLOYMENT_WITHDRAWN: _("Withdrew a deployment"),
        Action.PLATFORM_KEY: _("Changed the key for learning platforms"),
        Action.PERSON_FOUND: _("Found somebody by a search"),
        Action.PERSON_LINKED: _("Linked a learner"),
        Action.COURSE_LINKED: _("Linked a course"),
        Action.KEY_MADE: _("Made a key"),
        Action.KEY_REVOKED: _("Revoked a key"),
        Action.SENDER_SET: _("Changed what a sender may send"),
        Action.SENDER_ON: _("Switched a sender on"),
        Action.SENDER_OFF: _("Switched a sender off"),
        Action.JOIN_RULE_MADE: _("Made a join rule"),
        Action.JOIN_RULE_REMOVED: _("Removed a join rule"),
        Action.EMBED_LINK: _("Made a signed link to a page"),
        Action.FRAMES: _("Changed who may frame pages"),
        Action.SPLIT: _("Split a person in two"),
        Action.MERGED: _("Merged two people"),
        Action.TEST_PERSON: _("Changed who is a test person"),
        Action.ROLE_GRANTED: _("Gave a role in a course"),
        Action.ROLE_ENDED: _("Changed when a role ends"),
        **_words_of_structure(),
        Action.VISIBILITY: _("Changed what students see"),
        Action.FILE_SENT: _("Sent a file"),
        Action.ROSTER_SET: _("Changed how a roster is read"),
        Action.ROSTER_APPLIED: _("Took a roster in"),
        Action.ROSTER_UNDONE: _("Took a roster back"),
        **_words_of_history(),
        **_words_of_reports(),
    }


def _words_of_schedules() -> dict[Action, str]:
    """Reports that are made again and again, and their copies."""
    return {
        Action.SCHEDULE_SAVED: _("Saved a schedule of a report"),
        Action.SCHEDULE_PAUSED: _("Paused a schedule of a report"),
        Action.SCHEDULE_RESUMED: _("Had a schedule of a report go on"),
        Action.SCHEDULE_ENDED: _("Ended a schedule of a report"),
        Action.SCHEDULE_RUN: _("Had a scheduled report made at once"),
        Action.SCHEDULE_HANDED_OVER: _("Gave a schedule of a report to somebody else"),
        Action.SCHEDULE_WITHDRAWN: _("Withdrew a copy of a scheduled report"),
        Action.SCHEDULE_DELIVERED: _("Delivered a scheduled report"),
        Action.SCHEDULE_TAKEN: _("Opened a file of a scheduled report"),
        Action.SCHEDULE_DECIDED: _("Decided about a copy of a scheduled report"),
        Action.STORE_SET: _("Set the store for scheduled reports"),
        Action.STORE_REMOVED: _("Took the store for scheduled reports away"),
    }


def _words_of_structure() -> dict[Action, str]:
    return {
        Action.ORGANISATION_MADE: _("Set the organisation up"),
        Action.TIME_ZONE_SET: _("Changed the time zone of the organisation"),
        Action.TERM_SET: _("Set a term's calendar"),
        Action.TERM_REMOVED: _("Removed a term"),
        Action.UNIT_SET: _("Changed a unit of the organisation"),
        Action.UNIT_REMOVED: _("Removed a unit of the organisation"),
        Action.PROGRAMME_SET: _("Changed a programme"),
        Action.PROGRAMME_REMOVED: _("Removed a programme"),
        Action.COURSES_SET: _("Decided about courses"),
        Action.COURSES_RELEASED: _("Let the source's word about a course hold again"),
        Action.SECTION_SET: _("Changed a section"),
        Action.SECTION_REMOVED: _("Removed a section"),
        Action.STRUCTURE_UNDONE: _("Took a change of courses or the calendar back"),
    }


def _words_of_history() -> dict[Action, str]:
    """What happened before, from files."""
    return {
        Action.HISTORY_ASKED: _("Had files of history read"),
        Action.HISTORY_BEGUN: _("Had a history brought in"),
        Action.HISTORY_CANCELLED: _("Cancelled an import of history"),
        Action.HISTORY_IMPORTED: _("Brought a history in"),
    }


def _words_of_reports() -> dict[Action, str]:
    return {
        Action.REPORT_MADE: _("Made a report"),
        Action.REPORT_SHARED: _("Shared a report"),
        Action.REPORT_UNSHARED: _("Stopped sharing a report"),
        Action.REPORT_DELETED: _("Deleted a report"),
        Action.REPORT_PUT_BACK: _("Put a deleted report back"),
    }


def _words_of_leaving() -> dict[Action, str]:
    """Exports of everything, and the deletion of an organisation."""
    return {
        Action.EXPORT_REQUESTED: _("Asked for an export of everything"),
        Action.EXPORT_CANCELLED: _("Cancelled an export of everything"),
        Action.EXPORT_WRITTEN: _("Exported everything"),
        Action.EXPORT_TAKEN: _("Downloaded an export of everything"),
        Action.DELETION_REQUESTED: _("Asked for the deletion of the organisation"),
        Action.DELETION_CANCELLED: _("Cancelled the deletion of the organisation"),
        Action.DELETION_BEGUN: _("Began to delete the organisation"),
        Action.DELETED: _("Deleted the organisation"),
    }


def action_groups() -> dict[str, tuple[Action, ...]]:
    """The actions as people look for them: by what they are about."""
    said = {
        _("Pages"): ("page",),
        _("Reports"): ("report", "schedule"),
        _("Sign-in"): ("session", "password", "account", "administrator", "provider"),
        _("Who sees whom"): (
            *("caseload", "guardians", "guardian", "person", "role", "course", "join_rule", "visibility"),
        ),
        _("Messages"): ("message",),
        _("Learning platforms"): ("platform",),
        _("Rosters and history"): ("roster", "history"),
        _("Keys, senders and frames"): ("key", "sender", "embed_link", "frame_origins"),
        _("Organisation and calendar"): (
            *("organisation", "term", "unit", "programme", "courses", "section", "structure"),
        ),
        _("Refused events"): ("dead_letter", "dead_letters"),
    }
    return {
        title: tuple(action for action in Action if action.value.partition(".")[0] in kinds)
        for title, kinds in said.items()
    }


def role_word(role: ViewerRole) -> str:
    """What somebody acted as."""
    return {
        ViewerRole.SELF: _("Themself"),
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
        "administration": _("Administration"),
        "people": _("People"),
        "person": _("Entry of a person"),
        "connections": _("Connections"),
        "visibility": _("Visibility"),
        "terms": _("Terms"),
        "units": _("Units and programmes"),
        "course-list": _("Administration of courses"),
        "history": _("History"),
        "signin": _("Sign-in and keys"),
        "leaving": _("Leaving"),
        "rosters": _("Rosters"),
        "reports": _("List of reports"),
        "report": _("Report"),
        "schedulelist": _("List of schedules"),
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
    for kind, said in _numbered().items():
        if key.startswith(f"{kind} "):
            return said.format(name=key.removeprefix(f"{kind} "))
    return {"person": somebody_unknown(), "course": _("An unknown course")}.get(key, key or "–")


def somebody_unknown() -> str:
    """Whoever acted without having proved who they are, or is not known any more."""
    return _("Somebody unknown")


def _numbered() -> dict[str, str]:
    """Kinds of things that are known by a number or a name of their own, which is no person's."""
    return {
        "dead letter": _("Refused event {name}"),
        "replay": _("Replay {name}"),
        "platform": _("Learning platform {name}"),
        "provider": _("Provider {name}"),
        "key": _("Key {name}"),
        "sender": _("Sender {name}"),
        "rule": _("Join rule {name}"),
        "origin": _("Pages of {name}"),
        "term": _("Term {name}"),
        "unit": _("Unit {name}"),
        "programme": _("Programme {name}"),
        "section": _("Section {name}"),
        "change": _("Change {name}"),
        "report": _("Report {name}"),
    }


def openings(found: Sequence[Opening], today: date, zone: str) -> Component:
    """The rows of the card: who, how often, when last."""
    if not found:
        text = _("Nobody but you has opened this page in the last 90 days.")
        return html.P(text, className="la-2")
    return html.Ul([_opening(one, today, zone) for one in found], className="la-list la-openings")


def opening_rows(found: Sequence[Opening], today: date, zone: str) -> list[tuple[str, str, str]]:
    """The same for a file: who, how often, when last."""
    return [
        (
            ", ".join(filter(None, (one.name, role_word(one.role) if one.role is not None else _("Somebody")))),
            ngettext("{number} time", "{number} times", one.times).format(number=words.number(one.times)),
            _("last {day}").format(day=words.ago(words.local_date(one.last_at, zone), today)),
        )
        for one in found
    ]


def _opening(one: Opening, today: date, zone: str) -> Component:
    role = role_word(one.role) if one.role is not None else _("Somebody")
    who = [html.Bdi(one.name, className="la-m"), html.Span(role, className="la-2")] if one.name else [html.B(role)]
    last = words.local_date(one.last_at, zone)
    times = ngettext("{number} time", "{number} times", one.times).format(number=words.number(one.times))
    when = _("last {day}").format(day=words.ago(last, today))
    return html.Li(
        [html.Div(who), html.Span(times, className="la-small la-num"), html.Span(when, className="la-small la-2")]
    )
