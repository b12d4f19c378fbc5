"""Reasons and states of dead letters in words, and one letter as it is looked at."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.letter_text import Line, lines_of
from dashapp.domain.events import RefusalReason
from dashapp.domain.letters import Letter, LetterState
from dashapp.words import _


def reason_word(reason: RefusalReason) -> str:
    """What is wrong, in a few words."""
    return {
        RefusalReason.NOT_JSON: _("No JSON"),
        RefusalReason.NOT_UTF8: _("No UTF-8"),
        RefusalReason.NUL_CHARACTER: _("NUL character"),
        RefusalReason.WRONG_TYPE: _("Wrong form"),
        RefusalReason.UNKNOWN_TYPE: _("Unknown type"),
        RefusalReason.TOO_LARGE: _("Too large"),
        RefusalReason.IN_THE_FUTURE: _("In the future"),
        RefusalReason.TOO_OLD: _("Too old"),
        RefusalReason.CONFLICT: _("Id used before"),
        RefusalReason.FOREIGN_ORGANISATION: _("Other organisation"),
        RefusalReason.FORBIDDEN_ROLE: _("Forbidden role"),
        RefusalReason.FORBIDDEN_KIND: _("Forbidden kind"),
        RefusalReason.UNKNOWN_SOURCE: _("Unknown source"),
        RefusalReason.INVALID_STATEMENT: _("Invalid statement"),
        RefusalReason.GROUP_ACTOR: _("A group as actor"),
        RefusalReason.NOT_VOIDABLE: _("Cannot be voided"),
        RefusalReason.NOT_STORABLE: _("Cannot be stored"),
    }[reason]


def state_word(state: LetterState) -> str:
    """What has become of letters."""
    return {
        LetterState.OPEN: _("Open"),
        LetterState.REPLAYING: _("On their way"),
        LetterState.REPLAYED: _("Replayed"),
        LetterState.DISMISSED: _("Dismissed"),
    }[state]


def opened(letter: Letter, moment: Mapping[str, str]) -> Component:
    """One letter: what is wrong with it, where it stood, and its bytes as text.

    `moment`: the instants of `facts`, as words in the organisation's time, by name.
    """
    row = letter.row
    facts = [
        (_("State"), state_word(row.state)),
        (_("Source"), row.sender or _("unknown")),
        (_("Topic"), row.topic),
        (_("Place"), _place(letter)),
        (_("Times"), words.number(row.count)),
        (_("First seen"), moment["first"]),
        (_("Last seen"), moment["last"]),
        (_("Replays refused again"), words.number(row.attempts)),
        (_("Size"), _("{number} bytes").format(number=words.number(letter.body_bytes))),
        (_("Looked at before"), moment["looks"] or _("by nobody")),
    ]
    listed = [part for name, text in facts if text for part in (html.Dt(name), html.Dd(text))]
    parts: list[Component] = [
        html.P([html.B(reason_word(row.reason)), html.Br(), html.Span(row.detail, className="la-2")]),
        html.Dl(listed, className="la-facts"),
    ]
    if not letter.complete:
        said = _("Not all of it was kept, so it cannot be replayed: send it again from its source.")
        parts.append(html.P(said, className="la-late"))
    parts.append(_bytes(letter))
    return html.Div(parts, className="la-letter")


def _place(letter: Letter) -> str:
    if letter.partition is None:
        return ""
    return _("partition {partition}, offset {offset}").format(partition=letter.partition, offset=letter.offset)


def _bytes(letter: Letter) -> Component:
    lines: list[Component] = []
    for line in lines_of(letter.body, letter.row.detail):
        lines.append(_line(line))
        if line.marked:
            here = _("Here")
            pointed = f"{here}: {letter.row.detail}"
            lines.append(html.Span([pointed, "\n"], className="la-point"))
    return html.Pre(lines, className="la-bytes", dir="ltr", tabIndex=0, **attributes(aria_label=_("The bytes as text")))


def _line(line: Line) -> Component:
    if not line.marked:
        return html.Span([line.before, "\n"])
    return html.Span([line.before, html.Mark(line.marked), line.after, "\n"], className="la-here")
