"""The page of rosters: files are checked, looked at, taken in and taken back; what takes long is done by a job."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.administration import own_organisation
from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    freshness_of,
    links_for,
    outputs_of,
    refused,
    version_of,
    was_pressed,
)
from dashapp import ids
from dashapp.components import roster_settings, rosters
from dashapp.components.uploads import sent_keys
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.rosters import RowChoice, read_rosters
from dashapp.data.store.rosters.sources import roster_senders
from dashapp.domain.events import Role
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.roster_changes import Thing
from dashapp.domain.roster_runs import RowPart
from dashapp.domain.rosters import (
    PLAIN_FIELDS,
    Classes,
    Naming,
    RosterError,
    RosterForm,
    RosterSettings,
    RosterSource,
    WrongSettings,
)
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.rosters import RosterAdministration, RosterRefused
from dashapp.security.topics import Topic
from dashapp.words import _
from dashapp.words.roster_runs import objection

Names: Final = ids.Rosters
_CHOICE: Final = {"part": Names.PART, "thing": Names.THING, "number": Names.PAGE_NUMBER}
_MOST_PAGES: Final = 100_000
_LONGEST: Final = 2_000
"""Characters of a setting."""


def show_rosters(
    asked: Asked,
    when: Mapping[str, object],
    source: object,
    choice: Mapping[str, object],
    page: Mapping[str, object],
) -> Any:
    """Everything on the page but what the form holds."""
    del when  # it only says that something has been decided, or that time has passed
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own, services, organisation = own_organisation(asked, at), asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        name, chosen = source if isinstance(source, str) else "", _choice(choice)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_rosters(connection, organisation, name, chosen, services.clock())
        values = rosters.fill(view, links_for(asked, at), (own, freshness.zone), (name, chosen))
        return PageAnswer(values, topic, version, freshness)

    return answered(asked, Names.PAGE, read)


def _choice(given: Mapping[str, object]) -> RowChoice:
    part = next((each for each in RowPart if each.value == given.get("part")), None)
    thing = next((each.value for each in Thing if each.value == given.get("thing")), "")
    number = given.get("number")
    digits = isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 10
    return RowChoice(part, thing, min(max(int(str(number)), 1), _MOST_PAGES) if digits else 1)


def fill_form(asked: Asked, source: object, page: Mapping[str, object]) -> dict[str, Any]:
    """The settings of the chosen sender, as they are; what is being typed is never replaced by an update."""
    del page
    found = _chosen(asked, source)
    values = roster_settings.values_of(found.settings if found is not None else RosterSettings())
    return {name: values[name] for name in roster_settings.CONTROLS}


def _chosen(asked: Asked, source: object) -> RosterSource | None:
    """The sender of this name, or the first one, as on the page."""
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        senders = roster_senders(connection, organisation)
    return next((each for each in senders if each.name == source), senders[0] if senders else None)


def decide(
    asked: Asked,
    pressed: Mapping[str, object],
    held: Mapping[str, object],
    form: Mapping[str, object],
    done: object,
) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    del pressed  # which one it was, and whether it was, says the context
    button = ctx.triggered_id
    if button is None or not was_pressed():
        return dict.fromkeys(("said", "done", "endings", "conflicts", "place"), no_update)
    accepted: Any = no_update
    place: Any = no_update
    try:
        said = _act(asked, button, held, form)
        # What was agreed to was agreed to once.
        accepted = []
        if button == Names.CHECK:
            # What is sent next is another roster.
            place = rosters.place_for_files(str(asked.services.reader.own_address(asked.principal.organisation_id)))
    except RosterRefused as error:
        said = _refusal(error)
    except WrongSettings as error:
        said = objection(error)
    except RosterError:
        said = _("There is no such sender any more, or it may not speak of people. Choose another one.")
    counted = done + 1 if isinstance(done, int) else 1
    return {"said": said, "done": counted, "endings": accepted, "conflicts": accepted, "place": place}


def _act(asked: Asked, button: object, held: Mapping[str, object], form: Mapping[str, object]) -> str:
    deciding = RosterAdministration(asked.services.database, asked.services.clock, asked.principal)
    source = _chosen(asked, held.get("source"))
    if source is None or source.name != held.get("source"):
        # Another sender than the one on the page is never meant.
        raise RosterError("There is no such sender.")
    run = uuid_of(held.get("run"))
    if button == Names.CHECK:
        deciding.check(source.name, sent_keys(held.get("sent")))
        return _("The files are being checked. Nothing changes by that.")
    if button == Names.SAVE:
        deciding.save(source.name, settings_from(form))
        return _("Saved. Check the files again to see what that changes.")
    if button == Names.APPLY:
        if run is None:
            raise RosterRefused("gone")
        endings, conflicts = (_is_checked(held.get(name)) for name in ("endings", "conflicts"))
        deciding.apply(run, accept_endings=endings, accept_conflicts=conflicts)
        return _("The roster is being taken in. You can leave this page: it goes on.")
    kind, row = (button.get("type"), button.get("row")) if isinstance(button, dict) else (None, None)
    if kind == "rosters-undo":
        deciding.undo(source.name, int(row) if isinstance(row, str) and row.isascii() and row.isdigit() else 0)
        return _("The last import is being taken back.")
    named = uuid_of(row)
    if named is None:
        raise RosterRefused("gone")
    if kind == "rosters-again":
        deciding.check_again(named)
        return _("The files are being checked again.")
    deciding.cancel(named)
    return _("Cancelled. Nothing has changed.")


def _is_checked(value: object) -> bool:
    return isinstance(value, list) and "yes" in value


def _refusal(error: RosterRefused) -> str:
    return {
        "under_way": _("Something is under way for this sender already. Wait until it is done, or cancel it."),
        "files": _("Send files first, and wait until all of them have arrived."),
        "gone": _("That is not there any more. The page shows what is."),
        "endings": _("More would end than may end without being asked for. Say above that this is meant."),
        "conflicts": _("There are conflicts. Say above that they are to stay as they are, or settle them first."),
    }[error.why]


def settings_from(form: Mapping[str, object]) -> RosterSettings:
    """The settings that a form holds. Raises WrongSettings."""
    said = {name: value.strip()[:_LONGEST] if isinstance(value, str) else "" for name, value in form.items()}
    return RosterSettings(
        form=RosterForm.CSV if said["form"] == RosterForm.CSV.value else RosterForm.ONEROSTER,
        people=_naming("people", said),
        courses=_naming("courses", said),
        classes=Classes.SECTION if said["classes"] == Classes.SECTION.value else Classes.COURSE,
        most_ended=_number(form["most-ended"], "share"),
        columns={name: said[f"column-{name}"] for name in PLAIN_FIELDS if said[f"column-{name}"]},
        roles=_roles(said["roles"]),
        whole=said["whole"] == "1",
        folder=said["folder"] or None,
        address=said["address"] or None,
        every_minutes=_number(form["every"], "often"),
    )


def _naming(which: str, said: Mapping[str, str]) -> Naming | None:
    parts = [said[f"{which}-{part}"] for part in ("column", "issuer", "kind")]
    if not any(parts):
        return None
    if not all(parts):
        raise WrongSettings("naming", "A naming has a column, an issuer and a kind.")
    return Naming(*parts)


def _number(value: object, why: str) -> int:
    # A number field gives a number or its text, as the browser pleases.
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise WrongSettings(why, "This is no number.")
    return int(text)


def _roles(text: str) -> dict[str, str]:
    known = {role.value for role in (Role.LEARNER, Role.TEACHER, Role.ASSISTANT)}
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        word, sign, role = (part.strip() for part in line.rpartition("="))
        if not sign or role not in known:
            raise WrongSettings("roles", "Each line should read WORD = ROLE.")
        found[word.casefold()] = role
    return found


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(rosters.slots()),
        inputs={
            "when": {"done": Input(Names.DONE, "data"), "tick": Input(Names.TICK, "n_intervals")},
            "source": Input(Names.SOURCE, "value"),
            "choice": {name: Input(control, "value") for name, control in _CHOICE.items()},
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_rosters, shown)
    form = {name: Names.setting(name) for name in roster_settings.CONTROLS}
    filled = Wiring(
        output={name: Output(control, "value") for name, control in form.items()},
        inputs={"source": Input(Names.SOURCE, "value"), "page": {"address": Input(ids.Shell.ADDRESS, "data")}},
        refused=lambda: dict.fromkeys(form, no_update),
    )
    registry.register(permission, fill_form, filled)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "done": Output(Names.DONE, "data"),
            "endings": Output(Names.ENDINGS, "value"),
            "conflicts": Output(Names.CONFLICTS, "value"),
            "place": Output(Names.FILES, "children"),
        },
        inputs={
            "pressed": {
                **{button: Input(button, "n_clicks") for button in (Names.CHECK, Names.SAVE, Names.APPLY)},
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in ("cancel", "again", "undo")},
            },
            "held": {
                "source": State(Names.SOURCE, "value"),
                "sent": State(Names.SENT, "data"),
                "run": State(Names.RUN, "data"),
                "endings": State(Names.ENDINGS, "value"),
                "conflicts": State(Names.CONFLICTS, "value"),
            },
            "form": {name: State(control, "value") for name, control in form.items()},
            "done": State(Names.DONE, "data"),
        },
    )
    registry.register(permission, decide, decided)
    registry.app.clientside_callback(
        ClientsideFunction("letters", "turn"),
        Output(Names.PAGE_NUMBER, "value"),
        Input(Names.PREVIOUS, "n_clicks"),
        Input(Names.NEXT, "n_clicks"),
        *(Input(control, "value") for control in (Names.SOURCE, Names.PART, Names.THING)),
        State(Names.PAGE_NUMBER, "value"),
        prevent_initial_call=True,
    )
