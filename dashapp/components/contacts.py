"""What has been done for a learner: who wrote when and why, and how the learner stood then and later."""

from collections.abc import Callable, Sequence
from datetime import timedelta
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
from dashapp.domain.indicators.follow_up import STEPS, Situation
from dashapp.domain.messages import MailState
from dashapp.domain.views import Freshness, Level
from dashapp.domain.views.contacts import Contact, Look, Standing
from dashapp.ids import Contacts, asof_of, line_of
from dashapp.words import _, ngettext

PART: Final = Contacts.PART
CARDS: Final = (Contacts.LIST,)
"""In the order in which they stand on the page."""
LOOKED_AFTER: Final = tuple(days for days in STEPS if days)
"""Days after a mail."""


def body() -> Component:
    """The empty part."""
    said = Definition(
        _(
            "Messages that staff of the course have written to the learner, each with the reason of that moment."
            " Beside it: level, average score, progress and what was done in the 7 days before, as of the moment of"
            " writing and as of the end of the 7th and the 14th day after the mail. What changed may have other causes."
        ),
        _("The last 50 messages; the day of a message counts on neither side"),
        _("Messages that were taken back, and what was written or said elsewhere"),
        _("Messages, learner-days, submissions"),
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


def _then(contact: Contact) -> str:
    said = [first_upper(contact.reason)] if contact.reason else []
    if contact.level is None:
        said.append(_("level hidden for privacy: it compares with a few learners of other sections"))
    else:
        said.append(_("then: {level}").format(level=level_word(Level(contact.level))))
    if contact.score is not None:
        said.append(_("average score {score}").format(score=words.percent(contact.score)))
    return " · ".join(said)


def _after(days: int) -> str:
    return ngettext("after {number} day", "after {number} days", days).format(number=words.number(days))


def _head(standing: Standing, zone: str) -> Component:
    name = _after(standing.days_after) if standing.days_after else _("then")
    day = words.local_date(standing.as_of, zone)
    if standing.days_after:
        day -= timedelta(days=1)  # as of its end
    return html.Th([name, html.Span(words.short_day(day), className="la-small la-2")], scope="col")


def _missing(look: Look) -> str:
    said = {
        Look.NOT_DUE: _("not yet due"),
        Look.NOT_YET: _("written down within minutes"),
        Look.NO_DATA: _("no data: not in the course then"),
    }
    return said[look]


def _percent(value: float | None) -> str:
    return "–" if value is None else words.percent(value)


def _amount(situation: Situation) -> str:
    if situation.minutes is not None:
        return words.duration(situation.minutes)
    number = ngettext("{number} event", "{number} events", situation.events)
    return number.format(number=words.number(situation.events))


def _level(situation: Situation) -> str:
    return _("no rule spoke") if situation.level is None else level_word(situation.level)


def _lines(contact: Contact) -> list[tuple[str, Callable[[Situation], str]]]:
    """What is told of a learner, line by line."""
    known = [one.situation for one in contact.standings if one.situation is not None]
    timed = any(one.minutes is not None for one in known)
    levels = [] if contact.level is None else [(_("Level"), _level)]
    return [
        *levels,
        (_("Average score"), lambda one: _percent(one.score)),
        (_("Progress"), lambda one: _percent(one.progress)),
        (_("Time in the 7 days before") if timed else _("Events in the 7 days before"), _amount),
        (_("Active days of these 7"), lambda one: words.number(one.active_days)),
    ]


def _values(contact: Contact, zone: str) -> Component:
    """Then, after 7 and after 14 days, beside each other; what is not known is said once for the whole column."""
    lines = _lines(contact)
    head = html.Tr([html.Td(), *(_head(one, zone) for one in contact.standings)])
    rows = []
    for place, (name, told) in enumerate(lines):
        cells: list[Component] = []
        for one in contact.standings:
            if one.situation is not None:
                cells.append(html.Td(told(one.situation), className="la-num"))
            elif place == 0:
                cells.append(html.Td(_missing(one.look), rowSpan=len(lines), className="la-2"))
        rows.append(html.Tr([html.Th(name, scope="row"), *cells]))
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="la-contact-values la-small")
    return html.Div(table, className="la-contact-scroll")


def _written(contact: Contact) -> list[str]:
    """How the learner stood after 7 and 14 days, a text each."""
    lines, told = _lines(contact), {one.days_after: one for one in contact.standings}
    cells = []
    for days in LOOKED_AFTER:
        one = told.get(days)
        if one is None:
            cells.append("")
        elif one.situation is None:
            cells.append(_missing(one.look))
        else:
            situation = one.situation
            cells.append(" · ".join(f"{name}: {tell(situation)}" for name, tell in lines))
    return cells


def _row(contact: Contact, zone: str) -> Component:
    author = contact.author or _("Somebody of the staff")
    who = [html.Bdi(author, className="la-m"), html.Span(f" · {contact.course} · {words.moment(contact.at, zone)}")]
    lines: list[Component] = [
        html.P(who),
        html.P([html.Span(_then(contact), dir="auto"), f" · {state_word(contact.state)}"], className="la-small la-2"),
    ]
    if contact.standings:
        lines.append(_values(contact, zone))
    return html.Li(html.Div(lines))


def fill(found: Sequence[Contact], freshness: Freshness) -> dict[str, object]:
    """The values of the part by the names of `slots`."""
    nothing = card.no_data(_("Messages that you or your colleagues write from the list of the course appear here."))
    head = (_("When"), _("Who wrote"), _("Course"), _("Then"), _("Mail"), *(_after(days) for days in LOOKED_AFTER))
    cells = [
        (
            words.moment(one.at, freshness.zone),
            one.author or _("Somebody of the staff"),
            one.course,
            _then(one),
            state_word(one.state),
            *_written(one),
        )
        for one in found
    ]
    rows = html.Ul([_row(one, freshness.zone) for one in found], className="la-list la-contacts", **listed(head, cells))
    return {
        **FILLED,
        "list": rows if found else nothing,
        "line": _(
            "How the learner stood in the course then, and 7 and 14 days after the mail; other causes are possible"
        ),
        "asof": [card.asof_words(freshness)] * len(CARDS),
    }
