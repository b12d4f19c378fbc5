"""What an administrator decides about somebody, each with what takes it back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from dash import Input, Output, State, ctx, no_update

from dashapp import ids
from dashapp.components import person
from dashapp.components.people_words import refusal_words
from dashapp.components.person_rows import END, LEAVE, link_words
from dashapp.domain.audit import ViewerRole
from dashapp.domain.errors import NotFound
from dashapp.domain.events import Role
from dashapp.domain.parsing import uuid_of
from dashapp.domain.people import CannotChange, Refusal, WantedRole
from dashapp.domain.principal import Permission
from dashapp.security.acting import acting
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.people import PeopleAdministration
from dashapp.words import _

Person: Final = ids.Person
_BUTTONS: Final = (
    *(Person.TEST_ON, Person.TEST_OFF, Person.TEST_FREE, Person.ADMIN_ON, Person.ADMIN_OFF, Person.GIVE),
    *(Person.ACCOUNT_OPEN, Person.ACCOUNT_CLOSE, Person.ACCOUNT_LINK, Person.ADVISE, Person.CONFIRM, Person.UNDO),
)
_GIVEN: Final = {
    "role": Person.GIVE_ROLE,
    "course": Person.GIVE_COURSE,
    "section": Person.GIVE_SECTION,
    "from": Person.GIVE_FROM,
    "to": Person.GIVE_TO,
    "account": Person.ACCOUNT_NAME,
    "account_hint": Person.ACCOUNT_NAME,
    "learner": Person.LEARNER,
}
MERGED_BY_HAND: Final = "merged by the administration"
"""The reason of a merge, for the audit and for the list of merges."""

Undo = dict[str, Any] | None
"""What takes an action back: its name, and what it needs."""
Done = tuple[str, Undo]
"""(words, undo)"""


def decide(asked: Asked, pressed: Mapping[str, object], given: Mapping[str, object], held: Mapping[str, Any]) -> Any:
    """Does what the pressed button says; the words say what came of it."""
    quiet = dict.fromkeys(("said", "undo", "decision", "link", "other", "learner", "account"), no_update)
    button, who = ctx.triggered_id, uuid_of(held.get("who"))
    if who is None or not _is_pressed(button, pressed):
        return quiet
    link: Any = None
    try:
        if button == Person.ACCOUNT_LINK:
            link = link_words(administration(asked).password_link(who))
            said, undo = _("The address stands below the account. It is shown this once."), None
        else:
            said, undo = _act(asked, who, given, held)
    except CannotChange as error:
        said, undo = refusal_words(error.refusal), None
    except NotFound:
        said, undo = refusal_words(Refusal.NOBODY), None
    before = held.get("decision")
    number = before.get("number") if isinstance(before, Mapping) else None
    count = number + 1 if isinstance(number, int) and 0 <= number < 2**31 else 1
    decision = {"undo": undo, "number": count}
    cleared = {"other": None, "learner": None, "account": ""}
    return {"said": said, "undo": undo is None, "decision": decision, "link": link, **cleared}


def _act(asked: Asked, who: UUID, given: Mapping[str, object], held: Mapping[str, Any]) -> Done:
    acts, button = administration(asked), ctx.triggered_id
    if button == Person.ROW:
        row = held.get("row")
        return _on_row(acts, who, row if isinstance(row, Mapping) else {})
    if button == Person.UNDO:
        decision = held.get("decision")
        undo = decision.get("undo") if isinstance(decision, Mapping) else None
        return _take_back(acts, who, undo if isinstance(undo, Mapping) else {}), None
    if button == Person.CONFIRM:
        plan = held.get("plan")
        return _carry_out(acts, plan if isinstance(plan, Mapping) else {})
    if button in (Person.TEST_ON, Person.TEST_OFF, Person.TEST_FREE):
        return _set_test(acts, who, {Person.TEST_ON: True, Person.TEST_OFF: False}.get(str(button)))
    return _SIMPLE[str(button)](acts, who, given)


# ------------------------------------------------------------------ one by one


def _set_test(acts: PeopleAdministration, who: UUID, is_test: bool | None) -> Done:
    before = acts.set_test(who, is_test)
    said = {
        True: _("They are a test person now: figures leave them out."),
        False: _("They are no test person now: figures count them."),
        None: _("What sources say holds again."),
    }[is_test]
    return said, {"do": "test", "value": before}


def _make_administrator(acts: PeopleAdministration, who: UUID, _given: Mapping[str, object]) -> Done:
    made = acts.make_administrator(who)
    if not made:
        return _("They are an administrator already."), None
    return _("They are an administrator now."), {"do": "end_administrator"}


def _end_administrator(acts: PeopleAdministration, who: UUID, _given: Mapping[str, object]) -> Done:
    acts.end_administrator(who)
    said = _("They are no administrator any more, unless single sign-on makes them one again.")
    return said, {"do": "make_administrator"}


def _give(acts: PeopleAdministration, who: UUID, given: Mapping[str, object]) -> Done:
    course, section = uuid_of(given.get("course")), str(given.get("section") or person.WHOLE)
    role = next((one for one in Role if one.value == given.get("role")), None)
    if course is None or (section != person.WHOLE and not is_key(section)):
        raise CannotChange(Refusal.NO_PLACE)
    if role is None:
        return _("Choose a role first."), None
    days = _day(given.get("from")), _day(given.get("to"))
    membership = acts.grant(who, WantedRole(role, course, int(section) if section != person.WHOLE else None, *days))
    return _("The role is given."), {"do": "withdraw", "membership": membership}


def _open_account(acts: PeopleAdministration, who: UUID, given: Mapping[str, object]) -> Done:
    said = given.get("account") or given.get("account_hint")
    acts.open_account(who, said if isinstance(said, str) else "")
    return _("The account is open. Make a link, so that they can set a password."), {"do": "close_account"}


def _close_account(acts: PeopleAdministration, who: UUID, _given: Mapping[str, object]) -> Done:
    closed = acts.close_account(who)
    said = _("The account is closed, and its sessions have ended.")
    return said, {"do": "open_account", "name": closed[0]}


def _advise(acts: PeopleAdministration, who: UUID, given: Mapping[str, object]) -> Done:
    learner = uuid_of(given.get("learner"))
    if learner is None:
        return _("Search for a learner and choose one first."), None
    if not acts.advise(who, learner, advised=True):
        return _("They are in the caseload already."), None
    return _("The learner is in the caseload now."), {"do": "leave", "learner": str(learner)}


_SIMPLE: Final[Mapping[str, Callable[[PeopleAdministration, UUID, Mapping[str, object]], Done]]] = {
    Person.ADMIN_ON: _make_administrator,
    Person.ADMIN_OFF: _end_administrator,
    Person.GIVE: _give,
    Person.ACCOUNT_OPEN: _open_account,
    Person.ACCOUNT_CLOSE: _close_account,
    Person.ADVISE: _advise,
}


def _on_row(acts: PeopleAdministration, who: UUID, row: Mapping[str, object]) -> Done:
    kind, key = row.get("kind"), str(row.get("row"))
    if kind == END and is_key(key):
        before = acts.end(who, int(key))
        ends_at = None if before is None else before.isoformat()
        return _("The role has ended."), {"do": "restore", "membership": int(key), "ends_at": ends_at}
    named = uuid_of(key)
    if kind != LEAVE or named is None:
        raise CannotChange(Refusal.NOBODY)
    acts.advise(who, named, advised=False)
    return _("The learner is out of the caseload."), {"do": "advise", "learner": str(named)}


def _carry_out(acts: PeopleAdministration, plan: Mapping[str, Any]) -> Done:
    """Merges or splits, as it was looked at."""
    state = plan.get("state")
    if not isinstance(state, str):
        raise CannotChange(Refusal.MEANWHILE)
    if plan.get("kind") == "merge":
        pair = uuid_of(plan.get("kept")), uuid_of(plan.get("absorbed"))
        if pair[0] is None or pair[1] is None:
            raise CannotChange(Refusal.NOBODY)
        merge_id = acts.merge(pair[0], pair[1], state, MERGED_BY_HAND)
        return _("They are one person now. Both addresses lead here."), {"do": "split", "merge": merge_id}
    merge = plan.get("merge")
    if not isinstance(merge, int) or not 0 < merge < 2**63:
        raise CannotChange(Refusal.SPLIT_ALREADY)
    done = acts.split(merge, state)
    pair_again = {"kept": str(done.staying.public_id), "absorbed": str(done.moving.public_id)}
    return _("They are two people again."), {"do": "merge", **pair_again}


def _take_back(acts: PeopleAdministration, who: UUID, undo: Mapping[str, Any]) -> str:
    """Every undo is an action that an administrator could take anyway, so what the browser keeps gives no power."""
    match undo.get("do"), undo:
        case "test", {"value": True | False | None as value}:
            acts.set_test(who, value)
        case "end_administrator", _:
            acts.end_administrator(who)
        case "make_administrator", _:
            acts.make_administrator(who)
        case "withdraw", {"membership": int(membership)} if 0 < membership < 2**63:
            acts.withdraw(who, membership)
        case "restore", {"membership": int(membership), "ends_at": ends_at} if 0 < membership < 2**63:
            acts.change_end(who, membership, _instant(ends_at))
        case "close_account", _:
            acts.close_account(who)
        case "open_account", {"name": str(name)}:
            acts.open_account(who, name)
        case "leave" | "advise" as kind, {"learner": learner} if (named := uuid_of(learner)) is not None:
            acts.advise(who, named, advised=kind == "advise")
        case "split", {"merge": int(merge)} if 0 < merge < 2**63:
            acts.split(merge)
        case "merge", {"kept": kept, "absorbed": absorbed}:
            pair = uuid_of(kept), uuid_of(absorbed)
            if pair[0] is None or pair[1] is None:
                raise CannotChange(Refusal.NOBODY)
            acts.merge(pair[0], pair[1], None, MERGED_BY_HAND)
        case _:
            return _("There is nothing to take back.")
    return _("It is as before.")


# ------------------------------------------------------------------ what the browser sent


def administration(asked: Asked) -> PeopleAdministration:
    """What the administrator who asks may do."""
    services, principal = asked.services, asked.principal
    return PeopleAdministration(
        services.database,
        services.clock,
        services.settings.public_url,
        principal.organisation_id,
        acting(principal, ViewerRole.ADMINISTRATOR),
        principal.person_id,
    )


def _is_pressed(button: object, pressed: Mapping[str, object]) -> bool:
    return button in (*_BUTTONS, Person.ROW) and bool(pressed.get(str(button)))


def is_key(text: str) -> bool:
    """Whether a text is a key of a row, as far as its form goes."""
    return text.isascii() and text.isdecimal() and 0 < int(text[:20]) < 2**63


def _day(text: object) -> date | None:
    """A day as a date field gives it. Raises CannotChange for one that is far from any term."""
    if not isinstance(text, str) or not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CannotChange(Refusal.DATES) from None
    if not 1970 <= day.year <= 2200:
        raise CannotChange(Refusal.DATES)
    return day


def _instant(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        given = None
    if given is None or given.tzinfo is None:
        raise CannotChange(Refusal.ROLE_ENDED)
    return given


def register_decisions(registry: CallbackRegistry) -> None:
    """Connects the buttons."""
    decided = Wiring(
        output={
            "said": Output(Person.SAID, "children"),
            "undo": Output(Person.UNDO, "hidden"),
            "decision": Output(Person.DECISION, "data"),
            "link": Output(Person.LINK, "children"),
            "other": Output(Person.OTHER, "value"),
            "learner": Output(Person.LEARNER, "value"),
            "account": Output(Person.ACCOUNT_NAME, "value"),
        },
        inputs={
            "pressed": {
                **{button: Input(button, "n_clicks") for button in _BUTTONS},
                Person.ROW: Input(Person.ROW, "data"),
            },
            "given": {
                name: State(control, "placeholder" if name == "account_hint" else "value")
                for name, control in _GIVEN.items()
            },
            "held": {
                "who": State(Person.WHO, "data"),
                "decision": State(Person.DECISION, "data"),
                "plan": State(Person.PLAN, "data"),
                "row": State(Person.ROW, "data"),
            },
        },
    )
    registry.register(Permission.ADMINISTRATION_PAGE, decide, decided)
