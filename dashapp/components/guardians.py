"""Guardians: the rule of an organisation with its invitations, what a learner sees of it, and where a code is used."""

from collections.abc import Sequence

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.slots import Slot
from dashapp.domain.guardians import AGES, CODE_LASTS, OF_AGE, GuardianRule, Guardianship, GuardianState, GuardiansView
from dashapp.domain.keys import PublicId
from dashapp.ids import Guardians, Invitation, OwnGuardians
from dashapp.words import _, ngettext

BY_AGE, BY_CONSENT = "age", "consent"
"""The choices of the rule."""
_SMALL = "la-2 la-small"


def _button(name: str | dict[str, object], label: str, *, accent: bool = False) -> Component:
    kind = "btn-primary" if accent else "btn-outline-secondary"
    return html.Button(label, id=name, type="button", className=f"btn btn-sm {kind}", n_clicks=0)


def _section(title: str, line: str, body: Sequence[Component], width: str) -> Component:
    """A card whose words are its own explanation."""
    head = html.Header([html.H2(title), html.P(line)], className="la-card-h")
    content = [head, html.Div(list(body), className="la-body la-form")]
    return html.Section(content, className=f"la-card {width}")


def _said(name: str) -> Component:
    return html.Div(id=name, role="status", className="la-form-said")


def _head(title: str, lead: str) -> Component:
    parts = [html.H1(card.skeleton(), id=title), html.P(card.skeleton("60%"), id=lead, className="la-lead")]
    return html.Header(html.Div(parts), className="la-head")


def _field(control: Component, label: str, hint: str = "") -> Component:
    said = html.Span(hint, className=_SMALL) if hint else None
    return html.Label([html.Span(label, className="la-m"), control, said], className="la-field")


# ------------------------------------------------------------------ the administration's page


def body() -> Component:
    """The empty page of an organisation."""
    waiting = html.Div(html.Span(className="la-sk block"), id=Guardians.LIST, style={"minBlockSize": "6rem"})
    listed = _section(
        _("Who sees whose page?"),
        _("An invitation that is ended cannot be taken up again; make a new one."),
        [waiting],
        "s12",
    )
    return html.Main(
        [
            _head(Guardians.TITLE, Guardians.LEAD),
            html.Div([_rule(), _inviting(), listed], className="la-grid"),
            dcc.Store(id=Guardians.DONE, data=0),
        ],
        id=Guardians.PAGE,
        className="la-page la-loading",
    )


def _rule() -> Component:
    choices = dbc.Checklist(
        id=Guardians.RULE,
        options=[
            {"label": _("of learners who are under age, until the day on which they are not"), "value": BY_AGE},
            {"label": _("of learners who have agreed, for as long as they agree"), "value": BY_CONSENT},
        ],
        value=[],
    )
    age = dbc.Select(
        id=Guardians.AGE,
        options=[{"label": words.number(each), "value": str(each)} for each in AGES],
        value=str(OF_AGE),
    )
    return _section(
        _("May guardians see the page of a learner?"),
        _("With nothing chosen nobody may. A change holds at once, for those who are guardians already, too."),
        [
            html.Div(choices, role="group", **attributes(aria_label=_("Guardians may see the page"))),
            _field(age, _("Of age with")),
            html.Div([_button(Guardians.SAVE, _("Save the rule"), accent=True)], className="la-row"),
            _said(Guardians.RULE_SAID),
        ],
        "s6",
    )


def _inviting() -> Component:
    account = dbc.Input(id=Guardians.ACCOUNT, type="text", autocomplete="off", maxLength=200)
    until = dbc.Input(id=Guardians.UNTIL, type="date")
    return _section(
        _("Invite a guardian"),
        _("The code makes whoever signs in with it a guardian of this one learner. It is shown once."),
        [
            html.Div(id=Guardians.UNINVITED),
            html.Div(
                [
                    _field(
                        account,
                        _("Account name, number or address of the learner"),
                        _("Exactly as a source names them"),
                    ),
                    _field(until, _("Of age from"), _("Leave it empty where the learner has to agree")),
                    html.Div([_button(Guardians.INVITE, _("Make a code"), accent=True)], className="la-row"),
                    _said(Guardians.INVITE_SAID),
                ],
                id=Guardians.INVITING,
                className="la-form",
                hidden=True,
            ),
        ],
        "s6",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go."""
    return {
        "page": Slot(Guardians.PAGE, "className"),
        "title": Slot(Guardians.TITLE, "children"),
        "lead": Slot(Guardians.LEAD, "children"),
        "inviting": Slot(Guardians.INVITING, "hidden"),
        "uninvited": Slot(Guardians.UNINVITED, "children"),
        "listed": Slot(Guardians.LIST, "children"),
    }


def fill(view: GuardiansView, reader: PublicId | None = None, overview: str = "") -> dict[str, object]:
    """The values of the page by the names of `slots`. `reader`: who cannot confirm whom they have invited; `overview`:
    the address of the page with the steps that come first."""
    count = sum(each.state(view.rule, view.now, view.today) is GuardianState.SEES for each in view.rows)
    said = ngettext("{number} guardian sees a learner's page", "{number} guardians see a learner's page", count)
    return {
        "page": "la-page",
        "title": said.format(number=words.number(count)) if view.rule.open else _("Guardians see nothing here"),
        "lead": rule_words(view.rule),
        "inviting": not (view.rule.open and view.anybody_learns),
        "uninvited": _uninvited(view, overview),
        "listed": _table(view, reader),
    }


def _uninvited(view: GuardiansView, overview: str) -> list[Component]:
    """Why nobody can be invited yet, and what comes first."""
    if not view.anybody_learns:
        text = _(
            "Nobody learns in a course here. Learners come with a roster, or with the events of a learning system."
        )
        state = card.state("none", _("No learner yet"), text)
        return [state, html.P(html.A(_("See what comes first"), href=overview, **attributes(data_la_follow="1")))]
    if not view.rule.open:
        return [card.state("none", _("Choose a rule first"), _("While guardians may see nobody, nobody is invited."))]
    return []


def rule_words(rule: GuardianRule) -> str:
    """Whose pages guardians may see, in a sentence."""
    age = words.number(rule.age)
    if rule.by_age and rule.by_consent:
        return _("Guardians may see the pages of learners under {age}, and of those who have agreed.").format(age=age)
    if rule.by_age:
        return _("Guardians may see the pages of learners under {age}.").format(age=age)
    if rule.by_consent:
        return _("Guardians may see the pages of learners who have agreed.")
    return _("The organisation lets no guardian in. Choose a rule to begin.")


def _state(one: Guardianship, view: GuardiansView) -> str:
    state = one.state(view.rule, view.now, view.today)
    if state is GuardianState.WAITS and one.consented_at is None and view.rule.by_consent:
        return _("waits for the learner to agree")
    return {
        GuardianState.INVITED: _("invited, the code is not used yet"),
        GuardianState.EXPIRED: _("the code has expired"),
        GuardianState.WAITS: _("not let by the rule"),
        GuardianState.UNCONFIRMED: _("somebody else than who invited has to confirm them"),
        GuardianState.SEES: _("sees the page"),
        GuardianState.ENDED: _("ended"),
    }[state]


def _basis(one: Guardianship, view: GuardiansView) -> str:
    parts = []
    if one.under_age_until is not None:
        parts.append(_("of age from {day}").format(day=words.day(one.under_age_until, view.today)))
    if one.consented_at is not None:
        agreed = words.day(words.local_date(one.consented_at, view.zone), view.today)
        parts.append(_("agreed on {day}").format(day=agreed))
    return words.listing(parts) if parts else "–"


def _row(one: Guardianship, view: GuardiansView, reader: PublicId | None) -> Component:
    invited = words.day(words.local_date(one.invited_at, view.zone), view.today)
    end = None
    if one.ended_at is None:
        sure = _button(Guardians.end(str(one.public_id)), _("End it now"))
        label = _("End: {name}").format(name=one.learner_name)
        end = html.Details(
            [html.Summary(_("End"), **attributes(aria_label=label)), html.Div(sure, className="la-pop")],
            className="la-menu la-end",
        )
    return html.Tr(
        [
            html.Td(html.B(one.learner_name or _("A learner without a name"), className="la-m")),
            html.Td(one.guardian_name or "–"),
            html.Td([_state(one, view), *_confirming(one, view, reader)]),
            html.Td(_basis(one, view), className="la-2 hide-phone"),
            html.Td(invited, className="la-2 hide-phone"),
            html.Td(end, className="fit"),
        ]
    )


def _confirming(one: Guardianship, view: GuardiansView, reader: PublicId | None) -> list[Component]:
    """The button of another administrator; who has invited cannot confirm."""
    if one.state(view.rule, view.now, view.today) is not GuardianState.UNCONFIRMED or str(reader) == one.invited_by:
        return []
    label = _("Confirm: {name}").format(name=one.guardian_name or _("Somebody without a name"))
    button = html.Button(
        _("Confirm"),
        id=Guardians.confirm(str(one.public_id)),
        type="button",
        className="btn btn-sm btn-outline-secondary",
        n_clicks=0,
        **attributes(aria_label=label),
    )
    return [html.Div(button)]


def _table(view: GuardiansView, reader: PublicId | None) -> Component:
    if not view.rows:
        text = _("An invitation appears here as soon as you make a code for it.")
        return card.state("none", _("Nobody is invited"), text)
    heads = [
        html.Th(_("Learner"), scope="col"),
        html.Th(_("Guardian"), scope="col"),
        html.Th(_("State"), scope="col"),
        html.Th(_("Why it may be"), scope="col", className="hide-phone"),
        html.Th(_("Invited"), scope="col", className="hide-phone"),
        html.Th(html.Span(_("End"), className="visually-hidden"), scope="col"),
    ]
    rows = [_row(each, view, reader) for each in view.rows]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="la-table")


def code_words(code: str, learner: str, address: str, account_address: str) -> list[Component]:
    """The code, once, with what to do with it. The addresses: for who can sign in here, and for everybody else."""
    days = words.number(CODE_LASTS.days)
    lines = (
        _("For a guardian of {name}, within {days} days.").format(name=learner, days=days),
        _("Whoever can sign in here enters it at {address}.").format(address=address),
        _("Whoever cannot makes an account at {address}, which another administrator than you confirms.").format(
            address=account_address
        ),
    )
    return [html.P([html.Code(code, className="la-once")]), *(html.P(line, className=_SMALL) for line in lines)]


# ------------------------------------------------------------------ the learner's page


def own_body() -> Component:
    """The empty page of a learner."""
    waiting = html.Div(html.Span(className="la-sk block"), id=OwnGuardians.LIST, style={"minBlockSize": "6rem"})
    line = _("A guardian reads the same page as you, and can change nothing on it.")
    return html.Main(
        [
            _head(OwnGuardians.TITLE, OwnGuardians.LEAD),
            html.Div(
                [_section(_("Who reads it as your guardian?"), line, [waiting, _said(OwnGuardians.SAID)], "s12")],
                className="la-grid",
            ),
            dcc.Store(id=OwnGuardians.DONE, data=0),
        ],
        id=OwnGuardians.PAGE,
        className="la-page la-loading",
    )


def own_slots() -> dict[str, Slot]:
    """Where the values of `own_fill` go."""
    return {
        "page": Slot(OwnGuardians.PAGE, "className"),
        "title": Slot(OwnGuardians.TITLE, "children"),
        "lead": Slot(OwnGuardians.LEAD, "children"),
        "listed": Slot(OwnGuardians.LIST, "children"),
    }


def own_fill(view: GuardiansView) -> dict[str, object]:
    """The values of the page by the names of `own_slots`."""
    shown = [each for each in view.rows if each.accepted_at is not None and each.ended_at is None]
    count = sum(each.state(view.rule, view.now, view.today) is GuardianState.SEES for each in shown)
    said = ngettext("{number} guardian sees your page", "{number} guardians see your page", count)
    return {
        "page": "la-page",
        "title": said.format(number=words.number(count)) if count else _("No guardian sees your page"),
        "lead": _("Your teachers see it too, and your adviser where you have one."),
        "listed": _own_list(shown, view),
    }


def _own_list(shown: Sequence[Guardianship], view: GuardiansView) -> Component:
    if not shown:
        return card.state("none", _("Nobody"), _("A guardian appears here before they see anything."))
    rows = []
    for one in shown:
        agreed = one.consented_at is not None
        label = _("Do not agree any more") if agreed else _("Agree")
        button = _button(OwnGuardians.answer(not agreed, str(one.public_id)), label, accent=not agreed)
        name = html.B(one.guardian_name or _("Somebody without a name"), className="la-m")
        waits = one.state(view.rule, view.now, view.today) is GuardianState.WAITS and view.rule.by_consent
        said = [_("waits for you to agree") if waits else _state(one, view), _basis(one, view)]
        state = html.P(" · ".join(part for part in said if part != "–"), className=_SMALL)
        parts = [html.Div([name, state])]
        # Who is under age is not asked: then the button would promise what it cannot keep.
        if view.rule.by_consent and (one.under_age_until is None or one.under_age_until <= view.today or agreed):
            parts.append(html.Div(button, className="la-push"))
        rows.append(html.Li(html.Div(parts, className="la-row")))
    return html.Ul(rows, className="la-list")


# ------------------------------------------------------------------ where a code is used


def invitation_body() -> Component:
    """The page where somebody becomes a guardian; the same for everybody."""
    code = dbc.Input(id=Invitation.CODE, type="text", autocomplete="off", maxLength=64)
    section = _section(
        _("Enter your code"),
        _("You have it from the institution of the learner. It can be used once."),
        [
            _field(code, _("Code"), _("Sixteen letters and digits")),
            html.Div([_button(Invitation.ACCEPT, _("Become the guardian"), accent=True)], className="la-row"),
            _said(Invitation.SAID),
        ],
        "s6",
    )
    lead = _("A guardian reads the page of one learner. The learner sees who is their guardian.")
    head = html.Header(
        html.Div([html.H1(_("Become a learner's guardian")), html.P(lead, className="la-lead")]), className="la-head"
    )
    return html.Main([head, html.Div([section], className="la-grid")], className="la-page")


def accepted_words(state: GuardianState, learner: str, href: str) -> list[Component]:
    """What came of a code that was used."""
    if state is GuardianState.SEES:
        said = _("You are a guardian of {name} now.").format(name=learner)
        return [html.P(said), html.P(dcc.Link(_("Open the page of {name}").format(name=learner), href=href))]
    if state is GuardianState.UNCONFIRMED:
        waits = _(
            "You are noted as a guardian of {name}. Another administrator has to confirm it before you see anything."
        )
        return [html.P(waits.format(name=learner))]
    return [html.P(_("You are noted as a guardian of {name}. They have to agree before you see anything.").format(
        name=learner
    ))]  # fmt: skip


def every(pattern: dict[str, object]) -> dict[str, object]:
    """The pattern of all buttons of a kind."""
    return {**pattern, "row": dash.ALL}
