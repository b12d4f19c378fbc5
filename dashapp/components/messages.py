"""The dialog in which staff of a course write to learners: to whom, with which words, and what came of it."""

from collections.abc import Sequence
from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.message_templates import template_word
from dashapp.components.reasons import reasons_words
from dashapp.domain.messages import LONGEST_BODY, LONGEST_SUBJECT, Draft, Template, filled
from dashapp.domain.views import CourseChoice, LearnerRow
from dashapp.ids import Messages
from dashapp.words import _, ngettext

MOST_COPIED: Final = 1_000_000
"""Characters of the texts for all learners together."""
MOST_NAMED: Final = 5
"""Names in a sentence; the rest is counted."""


def bar() -> Component:
    """The buttons above the list of learners, and the dialog."""
    opens = attributes(data_la_opens=Messages.DIALOG)
    selected = html.Button(
        _("Message the selected"),
        id=Messages.SELECTED,
        type="button",
        disabled=True,
        className="btn btn-outline-secondary btn-sm",
        **opens,
    )
    everybody = html.Button(
        _("Message all who need help"),
        id=Messages.HELP,
        type="button",
        className="btn btn-outline-secondary btn-sm",
        **opens,
    )
    return html.Div([html.Div([selected, everybody], className="la-row la-messages-bar"), _dialog()])


def _dialog() -> Component:
    title = f"{Messages.DIALOG}-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    return html.Dialog(
        [
            html.Div([html.H2(_("Message to learners"), id=title), close], className="la-dialog-h"),
            dcc.Store(id=Messages.PICKED),
            dcc.Store(id=Messages.WHO),
            dcc.Store(id=Messages.SENT),
            dcc.Store(id=Messages.COPIED),
            html.Div(id=Messages.TO, role="status"),
            _form(),
            html.H3(_("As the first learner reads it")),
            html.Div(id=Messages.PREVIEW, className="la-message-preview"),
            _decision(),
        ],
        id=Messages.DIALOG,
        className="la-dialog wide la-messages",
        **attributes(aria_labelledby=title),
    )


def _form() -> Component:
    templates = [{"label": template_word(one), "value": one.value} for one in Template]
    hint = _("{name}, {course} and {reason} are filled in for each learner.")
    return html.Div(
        [
            html.Label(
                [html.Span(_("Template")), dbc.Select(id=Messages.TEMPLATE, options=templates, value="")],
                className="la-field",
                htmlFor=Messages.TEMPLATE,
            ),
            html.Label(
                [
                    html.Span(_("Subject")),
                    dbc.Input(id=Messages.SUBJECT, type="text", value="", maxLength=LONGEST_SUBJECT, debounce=True),
                ],
                className="la-field",
                htmlFor=Messages.SUBJECT,
            ),
            html.Label(
                [
                    html.Span(_("Text")),
                    dbc.Textarea(id=Messages.BODY, value="", rows=9, maxLength=LONGEST_BODY, debounce=True),
                ],
                className="la-field",
                htmlFor=Messages.BODY,
            ),
            html.P(hint, className="la-small la-2"),
        ],
        className="la-message-form",
    )


def _decision() -> Component:
    def button(name: str, text: str, kind: str, **more: Any) -> Component:
        return html.Button(text, id=name, type="button", className=f"btn {kind}", **more)

    asked = [
        html.Span(id=f"{Messages.ASKED}-words"),
        button(Messages.SEND, _("Send now"), "btn-primary"),
        button(Messages.NOT_YET, _("Not yet"), "btn-outline-secondary"),
    ]
    return html.Div(
        [
            html.Div(
                [
                    button(Messages.ASK, _("Send…"), "btn-primary", disabled=True),
                    button(Messages.COPY, _("Copy the text for each"), "btn-outline-secondary"),
                ],
                className="la-row",
            ),
            html.Div(asked, id=Messages.ASKED, className="la-row", hidden=True),
            html.Div(
                [
                    html.Div(id=Messages.SAID, role="status"),
                    button(Messages.UNDO, _("Take it back"), "btn-outline-secondary", hidden=True),
                ],
                className="la-row",
            ),
        ],
        className="la-message-decision",
    )


def names(rows: Sequence[LearnerRow]) -> str:
    """Some of the learners by name, the rest as a number."""
    shown = [row.name or _("a learner without a name") for row in rows[:MOST_NAMED]]
    left = len(rows) - len(shown)
    if left:
        shown.append(ngettext("{number} more", "{number} more", left).format(number=words.number(left)))
    return words.listing(shown)


def mails(number: int) -> str:
    """How many mails go out."""
    return ngettext("{number} mail", "{number} mails", number).format(number=words.number(number))


def too_many(most: int) -> list[Component]:
    """What is said where more learners are chosen than one message can go to."""
    sentence = _("One message goes to {most} learners at most. Choose fewer, by the filters or the search.")
    return [html.P(sentence.format(most=words.number(most)))]


def to_whom(reachable: Sequence[LearnerRow], without: Sequence[LearnerRow], recently: int) -> list[Component]:
    """Who gets it, who cannot, and who was written to a short while ago."""
    if not reachable and not without:
        return [html.P(_("Nobody is chosen, or nobody needs help by the rules."))]
    said: list[Component] = []
    if reachable:
        sentence = _("{count}, one for each: {names}.")
        said.append(html.P(sentence.format(count=mails(len(reachable)), names=names(reachable))))
    if without:
        sentence = _("No address is known of {names}: they get no mail.")
        said.append(html.P(sentence.format(names=names(without)), className="la-message-without"))
    if recently:
        sentence = ngettext(
            "{number} of them got a mail within the last 14 days.",
            "{number} of them got a mail within the last 14 days.",
            recently,
        )
        said.append(html.P(sentence.format(number=words.number(recently)), className="la-2"))
    return said


def not_set_up() -> Component:
    """What somebody reads where no mail server is set."""
    sentence = _(
        "Sending is not set up here. Whoever runs this service can name a mail server for it. Until then the text can"
        " be copied."
    )
    return html.P(sentence, className="la-message-without")


def reason_of(row: LearnerRow) -> str:
    """The reason in the words of a mail; a plain one where no rule speaks."""
    return reasons_words(row.reasons) or _("I would like to hear how you are getting on")


def _filled(draft: Draft, row: LearnerRow, course: CourseChoice) -> tuple[str, str]:
    """Subject and text as one learner reads them."""
    values = {"name": row.name, "course": course.title or course.code, "reason": reason_of(row)}
    return filled(draft.subject, values), filled(draft.body, values)


def texts(draft: Draft, rows: Sequence[LearnerRow], course: CourseChoice) -> str | None:
    """What is copied: for each learner the name, the subject and the text, apart from one another; None where that
    would be more than a clipboard is for, as with a text that is made of placeholders."""
    nameless = _("a learner without a name")
    blocks, length = [], 0
    for row in rows:
        blocks.append("\n".join([row.name or nameless, *_filled(draft, row, course)]))
        length += len(blocks[-1])
        if length > MOST_COPIED:
            return None
    return "\n\n----\n\n".join(blocks)


def copied(rows: Sequence[LearnerRow]) -> str:
    """What is said once the texts are in the clipboard."""
    said = ngettext("Copied: the text for {names}.", "Copied: {number} texts, for {names}.", len(rows))
    return said.format(number=words.number(len(rows)), names=names(rows))


def not_copied() -> str:
    """What is said where the browser does not let the page write into the clipboard."""
    return _("The browser did not let it be copied. The text for the first learner stands above.")


def preview(draft: Draft | None, row: LearnerRow | None, course: CourseChoice | None) -> Sequence[Component]:
    """The text as one learner reads it."""
    if draft is None:
        return [html.P(_("A message needs a subject and a text."), className="la-2")]
    if row is None or course is None:
        return []
    subject, body = _filled(draft, row, course)
    return [html.B(subject, dir="auto"), html.P(body, className="la-message-text", dir="auto")]
