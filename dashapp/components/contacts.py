"""What has been done for a learner: who wrote when and why, and what the days before and after were like."""

from collections.abc import Sequence
from typing import Final

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.downloads import listed
from dashapp.components.further import FILLED, further
from dashapp.components.further import slots as further_slots
from dashapp.components.marks import level_word
from dashapp.components.reasons import first_upper
from dashapp.components.slots import Slot
from dashapp.domain.indicators.follow_up import Span
from dashapp.domain.messages import MailState
from dashapp.domain.views import Freshness, Level
from dashapp.domain.views.contacts import Contact
from dashapp.ids import Contacts, asof_of, line_of
from dashapp.words import _, ngettext

PART: Final = Contacts.PART
CARDS: Final = (Contacts.LIST,)
"""In the order in which they stand on the page."""


def body() -> Component:
    """The empty part."""
    said = Definition(
        _(
            "Messages that staff of the course have written to the learner, each with the reason of that moment."
            " Beside it: active days and events in the 7 days before, in the 7 days after, and in the 7 after those."
            " What changed may have other causes."
        ),
        _("The last 50 messages; the day of a message counts on neither side"),
        _("Messages that were taken back, and what was written or said elsewhere"),
        _("Messages, learner-days"),
    )
    frame = Frame(PART, Contacts.LIST, _("What has been done, and what came after?"), "s12", said, "", listed=True)
    rows = html.Div(html.Span(className="la-sk block"), id=Contacts.LIST, style={"minBlockSize": "6rem"})
    return further(PART, [html.Div(card.card(frame, [rows]), className="la-grid")])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        **further_slots(PART),
        "list": Slot(Contacts.LIST, "children"),
        "line": Slot(line_of(Contacts.LIST), "children"),
        "asof": Slot(asof_of(PART, dash.ALL), "children"),
    }


def state_word(state: str) -> str:
    """What became of a mail."""
    said = {
        MailState.WAITING: _("waiting to be sent"),
        MailState.SENDING: _("being sent"),
        MailState.SENT: _("sent"),
        MailState.FAILED: _("not delivered: the mail server refused it"),
        MailState.UNKNOWN: _("not known whether it arrived"),
        MailState.NO_ADDRESS: _("not sent: no address is known"),
    }
    return said.get(MailState(state), state)


def _span(span: Span | None) -> str:
    if span is None:
        return _("not over yet")
    days = ngettext("{number} active day", "{number} active days", span.active_days)
    events = ngettext("{number} event", "{number} events", span.events)
    return words.listing(
        [days.format(number=words.number(span.active_days)), events.format(number=words.number(span.events))]
    )


def _then(contact: Contact) -> str:
    said = [first_upper(contact.reason)] if contact.reason else []
    said.append(_("then: {level}").format(level=level_word(Level(contact.level))))
    if contact.score is not None:
        said.append(_("average score {score}").format(score=words.percent(contact.score)))
    return " · ".join(said)


def _spans_of(contact: Contact | None) -> list[tuple[str, Span | None]]:
    """The spans before and after by their names."""
    names = _("7 days before"), _("7 days after"), _("8 to 14 days after")
    if contact is None:
        return [(name, None) for name in names]
    follow = contact.follow_up
    return list(zip(names, (follow.before, follow.after_7, follow.after_14), strict=True))


def _row(contact: Contact, zone: str) -> Component:
    author = contact.author or _("Somebody of the staff")
    who = [html.Bdi(author, className="la-m"), html.Span(f" · {contact.course} · {words.moment(contact.at, zone)}")]
    spans = [
        part for name, span in _spans_of(contact) for part in (html.Dt(name), html.Dd(_span(span), className="la-num"))
    ]
    lines = [
        html.P(who),
        html.P([html.Span(_then(contact), dir="auto"), f" · {state_word(contact.state)}"], className="la-small la-2"),
        html.Dl(spans, className="la-contact-spans la-small"),
    ]
    return html.Li(html.Div(lines))


def fill(found: Sequence[Contact], freshness: Freshness) -> dict[str, object]:
    """The values of the part by the names of `slots`."""
    nothing = card.no_data(_("Messages that you or your colleagues write from the list of the course appear here."))
    head = (_("When"), _("Who wrote"), _("Course"), _("Then"), _("Mail"), *(name for name, _part in _spans_of(None)))
    cells = [
        (
            words.moment(one.at, freshness.zone),
            one.author or _("Somebody of the staff"),
            one.course,
            _then(one),
            state_word(one.state),
            *(_span(span) for _name, span in _spans_of(one)),
        )
        for one in found
    ]
    rows = html.Ul([_row(one, freshness.zone) for one in found], className="la-list la-contacts", **listed(head, cells))
    return {
        **FILLED,
        "list": rows if found else nothing,
        "line": _("Active days and events in this course before and after each message; other causes are possible"),
        "asof": [card.asof_words(freshness)] * len(CARDS),
    }
