"""Roles, places and refusals of the pages about people, in words."""

from datetime import datetime
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.domain.people import HeldBy, HeldRole, PersonRow, PersonState, Refusal, Side
from dashapp.words import _, ngettext

UNNAMED: Final = "–"


def role_name(role: str) -> str:
    """A role as it is called; a role that this version does not know, as it stands."""
    return {
        HeldBy.LEARNER.value: _("Learner"),
        HeldBy.TEACHER.value: _("Teacher"),
        HeldBy.ASSISTANT.value: _("Assistant"),
        HeldBy.ADMINISTRATOR.value: _("Administrator"),
        HeldBy.ADVISER.value: _("Adviser"),
        HeldBy.GUARDIAN.value: _("Guardian"),
    }.get(role, role)


def state_name(state: PersonState) -> str:
    """What is known of somebody."""
    return {
        PersonState.EVENTS_ONLY: _("Known from events only"),
        PersonState.DESCRIBED: _("Described by a source"),
        PersonState.TEST: _("Test people"),
        PersonState.MERGED: _("Merged from several"),
    }[state]


def refusal_words(refusal: Refusal) -> str:
    """Why something could not be done, and what to do."""
    return {
        Refusal.NOBODY: _("There is no such person here."),
        Refusal.LAST_ADMINISTRATOR: _("This is the last administrator: make another one first."),
        Refusal.OWN_ROLE: _("Nobody ends their own role of an administrator: ask another administrator."),
        Refusal.OWN_MERGE: _("Nobody merges or splits themself: ask another administrator."),
        Refusal.OWN_ACCOUNT: _("Nobody closes their own account: ask another administrator."),
        Refusal.NO_ADMINISTRATOR: _("They are no administrator."),
        Refusal.HELD: _("They have this role there already in that time."),
        Refusal.DATES: _("The role would end before it begins: choose a later last day."),
        Refusal.NO_PLACE: _("Choose a course first."),
        Refusal.FROM_SOURCE: _("A source has given this role, and only that source ends it."),
        Refusal.ROLE_ENDED: _("This role has ended, or is another person's."),
        Refusal.SAME: _("These are one person already."),
        Refusal.MEANWHILE: _("Somebody has merged or split one of them meanwhile: look at the preview again."),
        Refusal.SPLIT_ALREADY: _("This merge has been taken back already."),
        Refusal.HAS_ACCOUNT: _("They have an account already."),
        Refusal.NO_ACCOUNT: _("They have no open account."),
        Refusal.NAME: _("A name to sign in with has no spaces in it, and at most 254 characters."),
        Refusal.NAME_TAKEN: _("Somebody else signs in with this name: choose another one."),
    }[refusal]


def name_or_hint(name: str, known_as: str | None) -> Component:
    """The name; of who is known from events only, what senders call them."""
    if name:
        return html.Bdi(name, className="la-m")
    return html.Span([html.Bdi(known_as or UNNAMED), html.Span(_("no name yet"), className="la-2 la-apart")])


def side_name(side: Side) -> str:
    """How one of two people is called."""
    return side.name or (side.names[0].value if side.names else str(side.public_id)[:8])


def row_roles(row: PersonRow) -> str:
    """What somebody is, now."""
    said = [role_name(role.value) for role in row.roles]
    if row.teaches:
        text = ngettext("Staff of {number} course", "Staff of {number} courses", row.teaches)
        said.append(text.format(number=words.number(row.teaches)))
    if row.learns:
        text = ngettext("Learner in {number} course", "Learner in {number} courses", row.learns)
        said.append(text.format(number=words.number(row.learns)))
    return " · ".join(said) or UNNAMED


def row_hint(row: PersonRow) -> str:
    """What tells somebody from others of the same name."""
    return " · ".join(part for part in (row.email, row.known_as) if part)


def place_words(role: HeldRole) -> str:
    """Where a role holds."""
    if role.scope_kind == "organisation":
        return _("The whole organisation")
    if role.section:
        return _("{course}, {section}").format(course=role.place, section=role.section)
    return role.place or UNNAMED


def granted_words(role: HeldRole) -> str:
    """Who gave a role."""
    if role.source:
        return role.source
    return {
        "administration": _("Administration"),
        "sign_in": _("Single sign-on"),
    }.get(role.granted_by, _("A source"))


def span_words(role: HeldRole, now: datetime, zone: str) -> str:
    """From when to when a role holds."""
    today = words.local_date(now, zone)

    def day(instant: datetime) -> str:
        return words.day(words.local_date(instant, zone), today)

    if role.starts_at is None and role.ends_at is None:
        return _("always")
    if role.ends_at is None:
        assert role.starts_at is not None
        said = _("since {day}") if role.starts_at <= now else _("from {day}")
        return said.format(day=day(role.starts_at))
    until = day(role.ends_at)
    if role.starts_at is None:
        return _("until {day}").format(day=until)
    return _("{first} to {last}").format(first=day(role.starts_at), last=until)
