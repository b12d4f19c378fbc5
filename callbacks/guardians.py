"""Guardians: the administration's page, the learner's own, and where a code is used."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from dash import Input, Output, State, ctx, get_relative_path, no_update

from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    Values,
    answered,
    freshness_of,
    links_for,
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import guardians
from dashapp.components.links import Links
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.guardians import read_guardians, read_rule
from dashapp.data.store import guardians as store
from dashapp.data.store.audit import Action, record
from dashapp.data.store.organisations import read_short_name
from dashapp.domain.audience import Audience
from dashapp.domain.audit import ORGANISATION_SUBJECT, ViewerRole, person_subject
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.guardians import AGES, OF_AGE, GuardianRule, Guardianship, GuardiansView
from dashapp.domain.keys import PersonId, PublicId
from dashapp.domain.parsing import day_of, uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.scope import AsOf, Scope, scope_for_institution, scope_for_student
from dashapp.security.acting import acting
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.guardian_accounts import GUARDIAN_ACCOUNT_PATH
from dashapp.security.topics import Topic
from dashapp.words import _

LONGEST_ACCOUNT: Final = 200


def show_guardians(asked: Asked, done: object, page: Mapping[str, object]) -> Any:
    """The rule in a sentence and all invitations of the organisation."""
    del done  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        if not _is_own_address(asked, at):
            raise NotFound("There is no such organisation.")
        overview = links_for(asked, at).administration(PublicId(at.required_id()))
        fill = partial(guardians.fill, reader=asked.principal.public_id, overview=overview)
        return _answer(asked, fill, scope_for_institution(asked.principal), everybody=True)

    return answered(asked, ids.Guardians.PAGE, read)


def show_rule(asked: Asked, page: Mapping[str, object]) -> dict[str, Any]:
    """The rule in its controls, once: what somebody is choosing is not taken back by an update."""
    if not _is_own_address(asked, PageAddress.parse(page)):
        return {"rule": no_update, "age": no_update}
    with asked.services.database.transaction(DatabaseRole.WEB, asked.principal.organisation_id) as connection:
        rule = read_rule(connection, asked.principal.organisation_id)
    chosen = [name for name, on in ((guardians.BY_AGE, rule.by_age), (guardians.BY_CONSENT, rule.by_consent)) if on]
    return {"rule": chosen, "age": str(rule.age)}


def decide(asked: Asked, pressed: Mapping[str, Any], given: Mapping[str, Any], page: Mapping[str, object]) -> Any:
    """Saves the rule, makes a code, ends an invitation: what the pressed button says."""
    said: dict[str, Any] = dict.fromkeys(("rule", "invite", "account", "until", "done"), no_update)
    button = ctx.triggered_id
    if not _is_own_address(asked, PageAddress.parse(page)):
        return said
    if button == ids.Guardians.SAVE and pressed.get("save"):
        said["rule"] = _save(asked, given)
    elif button == ids.Guardians.INVITE and pressed.get("invite"):
        made = _invite(asked, given)
        said["invite"] = made
        if not isinstance(made, str):
            said |= {"account": "", "until": ""}
    elif isinstance(button, Mapping) and _is_pressed():
        confirms = button.get("type") == ids.Guardians.confirm("")["type"]
        said["rule"] = (_confirm if confirms else _end)(asked, uuid_of(button.get("row")))
    else:
        return said
    said["done"] = _next(given.get("done"))
    return said


def _save(asked: Asked, given: Mapping[str, Any]) -> str:
    chosen, age = given.get("rule"), str(given.get("age"))
    names = chosen if isinstance(chosen, list) else []
    years = int(age) if age.isascii() and age.isdigit() and len(age) < 4 and int(age) in AGES else OF_AGE
    rule = GuardianRule(guardians.BY_AGE in names, guardians.BY_CONSENT in names, years)
    organisation, now = asked.principal.organisation_id, asked.services.clock()
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        store.set_rule(connection, organisation, rule, now)
        kept = {"by_age": rule.by_age, "by_consent": rule.by_consent, "age": rule.age}
        _record(connection, asked, Action.GUARDIAN_RULE, {"subject": ORGANISATION_SUBJECT, **kept})
    return _("The rule is saved.")


def _invite(asked: Asked, given: Mapping[str, Any]) -> Any:
    account, organisation, now = given.get("account"), asked.principal.organisation_id, asked.services.clock()
    nobody = _("Nobody of this name is in a course here. Write it exactly as a source does.")
    if not isinstance(account, str) or not account.strip() or len(account) > LONGEST_ACCOUNT or "\0" in account:
        return nobody
    until = day_of(given.get("until"))
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        rule = read_rule(connection, organisation)
        if until is None and not rule.by_consent:
            return _("Name the day on which the learner comes of age: without it the rule lets nobody see the page.")
        if until is not None and not now.date() < until <= _years_later(now.date(), rule.age):
            return _("This day lies in the past, or too far ahead.")
        try:
            learner = store.find_learner(connection, organisation, account.strip(), now)
            asked_for = store.Invitation(learner, until if rule.by_age else None, asked.principal.public_id)
            code = store.invite(connection, organisation, asked_for, now)
        except NotFound:
            return nobody
        about = Scope(organisation, asked.principal.person_id, Audience.ONE, None, frozenset({learner}))
        rows, name = read_guardians(connection, about, AsOf(now)).rows, read_short_name(connection, organisation)
        _record(connection, asked, Action.GUARDIAN_INVITED, {"subject": person_subject(learner)})
    address = f"{asked.services.settings.public_url}{Links().invitation()}"
    with_account = f"{asked.services.settings.public_url}{GUARDIAN_ACCOUNT_PATH}?organisation={quote(name)}"
    return guardians.code_words(code, rows[0].learner_name, address, with_account)


def _end(asked: Asked, row: PublicId | None) -> str:
    organisation, now = asked.principal.organisation_id, asked.services.clock()
    try:
        if row is None:
            raise NotFound("The button names no invitation.")
        with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            learner, guardian = store.end(connection, organisation, row, "administration", now)
            _record(connection, asked, Action.GUARDIAN_ENDED, _between(learner, guardian, row, begins=False))
    except NotFound:
        return _("There is no such invitation any more.")
    return _("It is ended.")


def _confirm(asked: Asked, row: PublicId | None) -> str:
    principal, now = asked.principal, asked.services.clock()
    organisation = principal.organisation_id
    try:
        if row is None:
            raise NotFound("The button names no invitation.")
        with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            learner, guardian = store.confirm(connection, organisation, row, str(principal.public_id), now)
            _record(connection, asked, Action.GUARDIAN_CONFIRMED, _between(learner, guardian, row, begins=True))
    except NotFound:
        return _("There is nobody to be confirmed any more.")
    except NotPermitted:
        return _("Somebody else than who has invited has to confirm a guardian.")
    return _("The guardian is confirmed.")


# ------------------------------------------------------------------ the learner's own page


def show_own_guardians(asked: Asked, done: object, page: Mapping[str, object]) -> Any:
    """Who sees the reader's page as their guardian."""
    del done, page
    return answered(
        asked,
        ids.OwnGuardians.PAGE,
        lambda: _answer(asked, guardians.own_fill, scope_for_student(asked.principal)),
    )


def answer_guardian(asked: Asked, pressed: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The learner agrees, or does not agree any more."""
    del pressed
    button, organisation, now = ctx.triggered_id, asked.principal.organisation_id, asked.services.clock()
    row = uuid_of(button.get("row")) if isinstance(button, Mapping) and _is_pressed() else None
    if row is None:
        return {"said": no_update, "done": no_update}
    agrees = button.get("type") == ids.OwnGuardians.answer(True, "")["type"]
    try:
        with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            learner = asked.principal.person_id
            guardian = store.answer_of_learner(connection, organisation, (row, learner), agrees, now)
            _record(connection, asked, Action.GUARDIAN_ANSWERED, _between(learner, guardian, row, begins=agrees))
    except NotFound:
        return {"said": _("There is no such guardian any more."), "done": _next(given.get("done"))}
    said = _("You have agreed.") if agrees else _("You do not agree any more.")
    return {"said": said, "done": _next(given.get("done"))}


# ------------------------------------------------------------------ where a code is used


def accept_invitation(asked: Asked, pressed: object, code: object) -> Any:
    """Makes the reader the guardian of the learner of the code."""
    if not pressed or not isinstance(code, str) or not code.strip():
        return _("Enter the code.") if pressed else no_update
    principal, now = asked.principal, asked.services.clock()
    organisation = principal.organisation_id
    try:
        with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            row, learner = store.accept(connection, organisation, code, principal.person_id, now)
            what = _between(learner, principal.person_id, row, begins=True)
            _record(connection, asked, Action.GUARDIAN_ACCEPTED, what)
            about = Scope(organisation, principal.person_id, Audience.ONE, None, frozenset({learner}))
            view = read_guardians(connection, about, AsOf(now))
    except NotFound:
        return _("This code is not known, or has been used, or its time is over. Who has made it cannot use it.")
    one = _of(view, row)
    href = get_relative_path(Links().learner(one.learner))
    return guardians.accepted_words(one.state(view.rule, view.now, view.today), one.learner_name, href)


def _of(view: GuardiansView, row: PublicId) -> Guardianship:
    return next(each for each in view.rows if each.public_id == row)


# ------------------------------------------------------------------ in common


def _answer(
    asked: Asked, fill: Callable[[GuardiansView], Values], scope: Scope, *, everybody: bool = False
) -> PageAnswer:
    """A page about guardians. What it hears of is the reader's own news: nothing of it comes from events.

    `everybody`: the page is about the whole organisation.
    """
    principal = asked.principal
    topic = Topic(principal.organisation_id, principal.public_id, person=principal.person_id)
    version = version_of(asked, topic)
    with asked.services.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
        view = read_guardians(connection, scope, AsOf(asked.services.clock()))
    about = Topic(principal.organisation_id, principal.public_id) if everybody else None
    return PageAnswer(fill(view), topic, version, freshness_of(asked), about)


def _record(connection: Any, asked: Asked, action: Action, what: Mapping[str, object]) -> None:
    principal = asked.principal
    role = ViewerRole.ADMINISTRATOR if principal.administers else ViewerRole.GUARDIAN
    if action is Action.GUARDIAN_ANSWERED:
        role = ViewerRole.SELF
    record(connection, principal.organisation_id, acting(principal, role), action, what)


def _between(learner: PersonId, guardian: PersonId | None, row: PublicId, *, begins: bool) -> dict[str, object]:
    """Whose data it is about, and who is to see them from now on, or not any more; `row`: the invitation."""
    towards = {} if guardian is None else {"for": person_subject(guardian), "begins": begins}
    return {"subject": person_subject(learner), **towards, "invitation": str(row)}


def _is_own_address(asked: Asked, at: PageAddress) -> bool:
    return asked.services.reader.own_address(asked.principal.organisation_id) == at.public_id


def _is_pressed() -> bool:
    """Whether the button that triggered was pressed: a new list of buttons triggers, too."""
    return any(isinstance(each.get("value"), int) and each["value"] > 0 for each in ctx.triggered)


def _next(number: object) -> int:
    return number + 1 if isinstance(number, int) and 0 <= number < 2**31 else 1


def _years_later(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28))


def register(registry: CallbackRegistry) -> None:
    """Connects the three pages."""
    _register_administration(registry)
    _register_own(registry)
    used = Wiring(
        output=Output(ids.Invitation.SAID, "children"),
        inputs={
            "pressed": Input(ids.Invitation.ACCEPT, "n_clicks"),
            "code": State(ids.Invitation.CODE, "value"),
        },
    )
    registry.register(Permission.SIGNED_IN, accept_invitation, used)


def _register_administration(registry: CallbackRegistry) -> None:
    names, permission = ids.Guardians, Permission.GUARDIANS_PAGE
    address = {"address": PAGE_INPUTS["address"]}
    shown = Wiring(
        output=outputs_of(guardians.slots()),
        inputs={"done": Input(names.DONE, "data"), "page": PAGE_INPUTS},
        refused=lambda: refused(names.PAGE),
    )
    registry.register(permission, show_guardians, shown)
    ruled = Wiring(
        output={"rule": Output(names.RULE, "value"), "age": Output(names.AGE, "value")}, inputs={"page": address}
    )
    registry.register(permission, show_rule, ruled)
    decided = Wiring(
        output={
            "rule": Output(names.RULE_SAID, "children"),
            "invite": Output(names.INVITE_SAID, "children"),
            "account": Output(names.ACCOUNT, "value"),
            "until": Output(names.UNTIL, "value"),
            "done": Output(names.DONE, "data"),
        },
        inputs={
            "pressed": {
                "save": Input(names.SAVE, "n_clicks"),
                "invite": Input(names.INVITE, "n_clicks"),
                "end": Input(guardians.every(names.end("")), "n_clicks"),
                "confirm": Input(guardians.every(names.confirm("")), "n_clicks"),
            },
            "given": {
                "rule": State(names.RULE, "value"),
                "age": State(names.AGE, "value"),
                "account": State(names.ACCOUNT, "value"),
                "until": State(names.UNTIL, "value"),
                "done": State(names.DONE, "data"),
            },
            "page": {"address": State(ids.Shell.ADDRESS, "data")},
        },
    )
    registry.register(permission, decide, decided)


def _register_own(registry: CallbackRegistry) -> None:
    names, permission = ids.OwnGuardians, Permission.OWN_GUARDIANS_PAGE
    shown = Wiring(
        output=outputs_of(guardians.own_slots()),
        inputs={"done": Input(names.DONE, "data"), "page": PAGE_INPUTS},
        refused=lambda: refused(names.PAGE),
    )
    registry.register(permission, show_own_guardians, shown)
    answers = Wiring(
        output={"said": Output(names.SAID, "children"), "done": Output(names.DONE, "data")},
        inputs={
            "pressed": {
                "agree": Input(guardians.every(names.answer(True, "")), "n_clicks"),
                "withdraw": Input(guardians.every(names.answer(False, "")), "n_clicks"),
            },
            "given": {"done": State(names.DONE, "data")},
        },
    )
    registry.register(permission, answer_guardian, answers)
