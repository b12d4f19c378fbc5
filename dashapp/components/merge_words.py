"""What a merge or a split would do, in words, before it is done."""

from collections.abc import Callable, Sequence
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.people_words import role_name, side_name
from dashapp.domain.people import MergePreview, Side, SplitPreview
from dashapp.words import _, ngettext

MOST_NAMED: Final = 3
"""Courses and names beyond that are counted."""


def merge_words(preview: MergePreview) -> Component:
    """Both sides beside each other, who stands for both, and what to think of first."""
    kept, absorbed = preview.kept, preview.absorbed
    stands = _("{kept} stands for both. Everything of {absorbed} moves there; both addresses lead there.").format(
        kept=side_name(kept), absorbed=side_name(absorbed)
    )
    called = _("They will be called {name}, as described last.").format(name=preview.described_as)
    return html.Div(
        [
            html.P(stands, className="la-m"),
            _table([(_("stays"), kept), (_("moves"), absorbed)]),
            html.P(called, className="la-small la-2") if preview.described_as else None,
            _warnings(merge_warnings(preview)),
        ],
        className="la-preview",
    )


def split_words(preview: SplitPreview) -> Component:
    """What becomes a person of its own, and what stays."""
    moving = preview.moving
    said = _("{name} becomes a person of their own again, and no rule joins the two any more.").format(
        name=", ".join(name.value for name in moving.names[:MOST_NAMED]) or side_name(moving)
    )
    return html.Div(
        [
            html.P(said, className="la-m"),
            _table([(_("stays"), preview.staying), (_("moves"), moving)]),
            _warnings(split_warnings(preview)),
        ],
        className="la-preview",
    )


def merge_warnings(preview: MergePreview) -> list[str]:
    """What an administrator should think of before this merge."""
    said = []
    kept, absorbed = preview.kept, preview.absorbed
    if preview.gives_administration:
        administrator, other = (kept, absorbed) if kept.administers else (absorbed, kept)
        said.append(
            _("{administrator} is an administrator: whoever signs in as {other} will be one, too.").format(
                administrator=side_name(administrator), other=side_name(other)
            )
        )
    if preview.both_sign_in:
        said.append(
            _("Both have an account: {one} and {other} will open the same pages. Close one of them afterwards.").format(
                one=kept.account, other=absorbed.account
            )
        )
    roles = [role for role in absorbed.roles if role not in kept.roles and role != "administrator"]
    if roles:
        listed = words.listing([role_name(role) for role in roles])
        said.append(_("Roles that the administration gave go along: {roles}.").format(roles=listed))
    if kept.is_test != absorbed.is_test:
        said.append(_("One of them is a test person: what holds for the one who stands for both decides for both."))
    return said


def split_warnings(preview: SplitPreview) -> list[str]:
    """What an administrator should know before this split."""
    said = []
    if preview.older:
        text = ngettext(
            "{number} older event is known by its count only: it stays with who is left.",
            "{number} older events are known by their counts only: they stay with who is left.",
            preview.older,
        )
        said.append(text.format(number=words.number(preview.older)))
    if preview.moving.account is not None:
        said.append(_("The account {name} goes along, with whatever it may see.").format(name=preview.moving.account))
    return said


def _warnings(said: Sequence[str]) -> Component | None:
    if not said:
        return None
    return html.Ul([html.Li(text, className="la-level watch") for text in said], className="la-warnings")


def _table(sides: Sequence[tuple[str, Side]]) -> Component:
    rows: tuple[tuple[str, Callable[[Side], str]], ...] = (
        (_("Called"), side_name),
        (_("Address"), lambda side: side.email or "–"),
        (_("Names of sources"), lambda side: _some([name.value for name in side.names])),
        (_("Events kept"), lambda side: words.number(side.events)),
        (_("Active days"), lambda side: words.number(side.active_days)),
        (_("Courses"), lambda side: _some(side.courses)),
        (_("Submissions"), lambda side: words.number(side.submissions)),
        (_("Account"), lambda side: side.account or "–"),
        (_("Given roles"), lambda side: words.listing([role_name(role) for role in side.roles]) or "–"),
    )
    head = [html.Th(html.Span(_("What"), className="visually-hidden"), **attributes(scope="col"))]
    head += [html.Th(label, **attributes(scope="col")) for label, _side in sides]
    lines = [
        html.Tr(
            [
                html.Th(label, **attributes(scope="row")),
                *(html.Td(html.Bdi(told(side)), className="la-wrap") for _label, side in sides),
            ]
        )
        for label, told in rows
    ]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(lines)], className="la-table la-sides")


def _some(names: Sequence[str]) -> str:
    """The first few by name, the others by number."""
    if not names:
        return "–"
    shown = ", ".join(names[:MOST_NAMED])
    rest = len(names) - MOST_NAMED
    return _("{names} and {number} more").format(names=shown, number=words.number(rest)) if rest > 0 else shown
