"""The tables and lists of somebody's entry."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.links import Links
from dashapp.components.people_words import granted_words, place_words, role_name, span_words
from dashapp.domain.keys import PublicId
from dashapp.domain.people import HeldName, HeldRole, OwnMerge, PersonView
from dashapp.ids import Person
from dashapp.words import _, ngettext

Cell = Component | str | Sequence[Component | str]


END, LEAVE = "end", "leave"
"""What the button of a row does: ends a role, takes a learner out of the caseload."""


def _row_button(told: dict[str, str], label: str, about: str) -> Component:
    """`told`: the store that hears of a press, and what it hears (`assets/people.js`)."""
    return html.Button(
        label,
        type="button",
        className="btn btn-sm btn-outline-secondary",
        **attributes(aria_label=f"{label}: {about}", **{f"data_la_{name}": value for name, value in told.items()}),
    )


def _table(heads: Sequence[tuple[str, str | None]], rows: Sequence[Component], label: str) -> Component:
    cells = [html.Th(text, className=kind, **attributes(scope="col")) for text, kind in heads]
    table = html.Table([html.Thead(html.Tr(cells)), html.Tbody(list(rows))], className="la-table")
    return html.Div(table, className="la-scroll", tabIndex=0, role="group", **attributes(aria_label=label))


# ------------------------------------------------------------------ who it is


def facts(view: PersonView, links: Links, organisation: PublicId) -> list[Component]:
    """What is known, as pairs."""
    test = _("yes") if view.is_test else _("no")
    by = _("said by the administration") if view.said_by_administration else _("as sources say")
    sessions = ngettext("signed in at {number} place", "signed in at {number} places", view.sessions)
    signed_in = html.A(
        sessions.format(number=words.number(view.sessions)),
        href=links.sessions(organisation),
        **attributes(data_la_follow="1"),
    )
    pairs: list[tuple[str, Cell]] = [
        (_("Name"), html.Bdi(view.name or _("No source has told it"))),
        (_("Address"), html.Bdi(view.email or "–")),
        (_("Id"), html.Code(str(view.public_id))),
        (_("Test person"), f"{test}, {by}"),
        (_("Account"), _accounts(view)),
        (_("Sessions"), signed_in if view.sessions else _("not signed in")),
    ]
    return [part for label, value in pairs for part in (html.Dt(label), html.Dd(value))]


def _accounts(view: PersonView) -> Cell:
    if not view.accounts:
        return _("none: no sign-in with a password of this service")
    said: list[Component] = []
    for account in view.accounts:
        state = _("open") if account.enabled else _("closed")
        if account.enabled and not account.has_password:
            state = _("open, no password set yet")
        said.append(html.Div([html.Bdi(account.sign_in_name), html.Span(state, className="la-2 la-apart")]))
    return said


def link_words(address: str) -> Component:
    """The address to set a password at, once."""
    text = _("With this address they set a password once, within three days. It is shown this once.")
    return html.Div([html.P(text, className="la-small"), html.Code(address, className="la-wrap")], className="la-code")


# ------------------------------------------------------------------ roles


def role_rows(view: PersonView, links: Links) -> Component:
    """The roles, those that hold first."""
    if not view.roles:
        return card.state("none", _("No role"), _("Give a role in a course below, or wait for a roster."))
    heads = (
        (_("Role"), None),
        (_("Where"), None),
        (_("When"), "hide-phone"),
        (_("From whom"), "hide-phone"),
        (_("End"), "visually-hidden"),
    )
    return _table(heads, [_role(role, view, links) for role in view.roles], _("Roles"))


def _role(role: HeldRole, view: PersonView, links: Links) -> Component:
    when = span_words(role, view.now, view.freshness.zone)
    place: Component = html.Bdi(place_words(role))
    if role.place_id is not None and role.scope_kind in ("course", "section", "group"):
        place = html.A(place, href=links.course(role.place_id), **attributes(data_la_follow="1"))
    below = html.Span(f"{when} · {granted_words(role)}", className="la-2 la-below")
    ending = None
    if role.by_administration and role.scope_kind in ("course", "section") and not role.has_ended(view.now):
        about = f"{role_name(role.role)}, {place_words(role)}"
        ending = _row_button({"tells": Person.ROW, "kind": END, "row": str(role.membership_id)}, _("End"), about)
    return html.Tr(
        [
            html.Td(role_name(role.role), className="la-m"),
            html.Td([place, below]),
            html.Td(when, className="la-2 hide-phone la-when"),
            html.Td(granted_words(role), className="la-2 hide-phone"),
            html.Td(ending, className="fit"),
        ],
        className=None if role.holds(view.now) else "la-past",
    )


# ------------------------------------------------------------------ names and merges


def name_rows(view: PersonView) -> Component:
    """Who calls them what."""
    if not view.names:
        text = _("No source has named them: they sign in with an account only.")
        return card.state("none", _("No name of a source"), text)
    heads = ((_("Name"), None), (_("Given out by"), None), (_("Came by"), "hide-phone"))
    return _table(heads, [_name(name, view) for name in view.names], _("Names"))


def _name(name: HeldName, view: PersonView) -> Component:
    came: Cell = "–"
    if name.merged_at is not None:
        today = words.local_date(view.now, view.freshness.zone)
        day = words.day(words.local_date(name.merged_at, view.freshness.zone), today)
        came = _("merged {day}: {reason}").format(day=day, reason=name.reason or "–")
    return html.Tr(
        [
            html.Td(html.Bdi(name.value, className="la-m"), className="la-wrap"),
            html.Td([html.Bdi(name.issuer), html.Span(name.kind, className="la-3 la-apart")], className="la-2 la-wrap"),
            html.Td(came, className="la-2 hide-phone"),
        ]
    )


def merge_rows(view: PersonView) -> Component | None:
    """Who has been merged into this entry, each with a way to look at the split."""
    if not view.merges:
        return html.P(_("This entry stands for one. Look for another entry of the same person:"), className="la-2")
    return html.Ul([_merge(merge, view) for merge in view.merges], className="la-list")


def _merge(merge: OwnMerge, view: PersonView) -> Component:
    names = ", ".join(name.value for name in merge.names) or _("an entry without a name")
    today = words.local_date(view.now, view.freshness.zone)
    day = words.day(words.local_date(merge.at, view.freshness.zone), today)
    said = _("merged {day}: {reason}").format(day=day, reason=merge.reason)
    return html.Li(
        html.Div(
            [
                html.Div([html.Bdi(names, className="la-m"), html.Div(said, className="la-small la-2")]),
                _row_button({"tells": Person.LOOK, "row": str(merge.merge_id)}, _("Look at a split"), names),
            ],
            className="la-row la-between",
        )
    )


# ------------------------------------------------------------------ the caseload


def advised_rows(view: PersonView, links: Links, organisation: PublicId) -> Component:
    """The learners of the caseload."""
    if not view.advised:
        return card.state("none", _("No learner"), _("Add the learners whose pages this person may open as adviser."))
    items = []
    for one in view.advised:
        name = one.name or str(one.public_id)[:8]
        link = html.A(html.Bdi(name), href=links.person(organisation, one.public_id), **attributes(data_la_follow="1"))
        told = {"tells": Person.ROW, "kind": LEAVE, "row": str(one.public_id)}
        items.append(html.Li([link, _row_button(told, _("Remove"), name)]))
    parts: list[Component] = [html.Ul(items, className="la-advised")]
    if view.advised_total > len(view.advised):
        said = _("The first {number} of {total}. The others are changed by the command that sets a whole caseload.")
        text = said.format(number=words.number(len(view.advised)), total=words.number(view.advised_total))
        parts.append(html.P(text, className="la-small la-2"))
    return html.Div(parts)
