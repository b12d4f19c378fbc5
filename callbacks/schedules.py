"""The dialog of a report's schedules: lists, saves, pauses, runs and ends them, and decides about copies."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Final
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, get_relative_path, no_update

from callbacks.answering import PageAddress, was_pressed
from dashapp import ids
from dashapp.components import schedule_rows, schedules
from dashapp.components.schedules import FormFacts
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.parsing import clock_of, uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.reports.document import NotAReport, Report, read
from dashapp.domain.schedules.rhythm import Every, Rhythm
from dashapp.domain.schedules.runs import FORMATS, ScheduleState, Way
from dashapp.domain.schedules.views import ScheduleView
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.hooks import signing_keys
from dashapp.security.reports import ReportDesk
from dashapp.security.schedules import MOST_TARGETS, Plan, ScheduleRefused, Scheduling, Wish
from dashapp.words import _, ngettext, number

Names: Final = ids.Schedules
_ACTS: Final = ("run", "pause", "resume", "edit", "end", "undo", "send", "keep", "withdraw")
_STATES: Final = {"pause": ScheduleState.PAUSED, "resume": ScheduleState.ACTIVE, "end": ScheduleState.ENDED}


def keep_schedules(
    asked: Asked,
    pressed: Mapping[str, object],
    form: Mapping[str, object],
    page: Mapping[str, object],
) -> dict[str, Any]:
    """Does what the pressed button says, and lists the schedules as they are then."""
    del pressed  # which of them it was is `ctx.triggered_id`
    button = ctx.triggered_id
    if not was_pressed() and button != Names.TICK:
        return dict.fromkeys(("rows", "said", "tick", "editing"), no_update)
    desk, edit = Scheduling(asked.services, asked.principal), no_update
    try:
        key = PageAddress.parse(page).required_id()
        said, edit = _act(desk, (key, _report_of(asked, key)), button, form)
    except ScheduleRefused as error:
        said = refusal(error.why)
    except (NotFound, NotPermitted, NotAReport):
        return {"rows": [], "said": refusal("gone"), "tick": True, "editing": no_update}
    views = desk.schedules(key)
    if button == Names.TICK and not schedule_rows.is_under_way(views):
        said = _("It has been made. What has come of it stands above.")
    rows = schedule_rows.schedule_rows(views, get_relative_path("/"))
    return {"rows": rows, "said": said, "tick": not schedule_rows.is_under_way(views), "editing": edit}


def _report_of(asked: Asked, key: UUID) -> Report:
    """The report of the page, as the reader may read it. Raises NotFound, NotAReport."""
    return read(ReportDesk(asked).opened(key).document)


def _act(desk: Scheduling, report: tuple[UUID, Report], button: object, form: Mapping[str, object]) -> tuple[Any, Any]:
    """What is said, and what the form is about then."""
    editing = form.get("editing")
    if button == Names.SAVE:
        desk.save((report[1], report[0]), plan_of(form), wishes_of(form), _edited(editing))
        return _("The schedule is saved."), _form_about(None, editing, shown=False)
    if button == Names.NEW:
        return "", _form_about(None, editing, shown=True)
    if button == Names.TICK:
        return no_update, no_update
    if not isinstance(button, Mapping):
        return "", _form_about(None, editing, shown=False)
    row, what = uuid_of(button.get("row")), str(button.get("type")).removeprefix("schedules-")
    if row is None:
        raise ScheduleRefused("gone")
    if what == "edit":
        return "", _form_about(row, editing, shown=True)
    return _do(desk, what, row), no_update


def _do(desk: Scheduling, what: str, row: UUID) -> str:
    if what == "run":
        desk.run_now(row)
        return _("It is being made now.")
    if what in _STATES:
        desk.set_state(row, _STATES[what])
        return {
            "pause": _("It is paused. What it would have sent meanwhile is not made up."),
            "resume": _("It goes on."),
            "end": _("It has ended. What was delivered stays where it is."),
        }[what]
    if what == "undo":
        return ended_words(desk.end_and_withdraw(row))
    if what == "withdraw":
        desk.withdraw(row)
        return _("It is withdrawn: its links and downloads end. What a mail brought along stays where it is.")
    desk.decide(row, send=what == "send")
    return _("It is sent.") if what == "send" else _("It is left as it is.")


def ended_words(withdrawn: int) -> str:
    """What has come of ending a schedule together with its copies."""
    said = ngettext(
        "It has ended, and {number} copy is withdrawn.", "It has ended, and {number} copies are withdrawn.", withdrawn
    )
    return said.format(number=number(withdrawn))


def refusal(why: str) -> str:
    """Why something cannot be saved or done."""
    return {
        "nobody": _("Choose at least one recipient, and how it reaches them."),
        "many": _("There are more recipients than a schedule takes."),
        "person": _("Somebody among the recipients may not get it. Choose them anew."),
        "address": _("One of the e-mail addresses is none."),
        "hook": _("The webhook's address cannot be used: it has to begin with https:// and be public."),
        "store": _("No store is set. Enter it below the choice, and save it."),
        "way": _("Webhooks, folders, the store and people without an account are for administrators."),
        "zone": _("There is no such time zone. Write it like Europe/Berlin."),
        "formats": _("Choose at least one format."),
        "time": _("There is no such time. At most once an hour, and on a day that exists."),
        "gone": _("It is not there any more, or not yours to change."),
        "author": _("They may have no reports: choose somebody of the staff."),
        "theirs": _("They have as many as there may be."),
        "report": _("Its report cannot be read by this version of the service."),
        "busy": _("It is being made already."),
        "full": _("You have as many schedules as there may be. End one that nobody needs any more."),
    }[why]


# ------------------------------------------------------------------ the form


def _form_about(row: UUID | None, editing: object, *, shown: bool) -> dict[str, object]:
    """The value of the Store: with a number that differs, so that the form is filled anew."""
    before = editing.get("number") if isinstance(editing, Mapping) else None
    return {"row": str(row) if row else None, "shown": shown, "number": before + 1 if isinstance(before, int) else 1}


def _edited(editing: object) -> UUID | None:
    return uuid_of(editing.get("row")) if isinstance(editing, Mapping) else None


def fill_schedule_form(asked: Asked, editing: object, page: Mapping[str, object]) -> dict[str, Any]:
    """The form of a new schedule, or of the one that is to be changed."""
    if not isinstance(editing, Mapping) or editing.get("shown") is not True:
        return {**dict.fromkeys(_FORM_OUTPUTS, no_update), "hidden": True}
    desk, row = Scheduling(asked.services, asked.principal), _edited(editing)
    try:
        key = PageAddress.parse(page).required_id()
        report = _report_of(asked, key)
        view = _view_of(desk, key, row)
    except (NotFound, NotPermitted, NotAReport):
        return {**dict.fromkeys(_FORM_OUTPUTS, no_update), "hidden": True}
    administers = asked.principal.administers
    keys = signing_keys(asked.services.settings.secret_keys, row) if row and administers else ()
    facts = FormFacts(
        view,
        desk.addressees(),
        str(asked.principal.public_id),
        report.time_zone,
        administers,
        keys[0] if keys else None,
    )
    return {**schedules.form_values(facts), "hidden": False}


def _view_of(desk: Scheduling, report: UUID, row: UUID | None) -> ScheduleView | None:
    if row is None:
        return None
    found = next((one for one in desk.schedules(report) if one.public_id == row), None)
    if found is None:
        raise NotFound("There is no such schedule.")
    return found


def plan_of(form: Mapping[str, object]) -> Plan:
    """When and in which formats, from what the browser sent. Raises ScheduleRefused."""
    zone, given = form.get("zone"), form.get("formats")
    formats = tuple(one for one in FORMATS if isinstance(given, list) and one.value in given)
    return Plan(_cron_of(form), zone.strip() if isinstance(zone, str) else "", formats)


def _cron_of(form: Mapping[str, object]) -> str:
    every = next((one for one in Every if one.value == form.get("every")), None)
    if every is None:
        raise ScheduleRefused("time")
    if every is Every.OTHERWISE:
        said = form.get("cron")
        return said.strip() if isinstance(said, str) else ""
    at, day, days = clock_of(form.get("time")), form.get("day"), form.get("weekdays")
    if at is None or at != replace_seconds(at):
        raise ScheduleRefused("time")
    chosen = frozenset(int(one) for one in days if one in tuple("0123456")) if isinstance(days, list) else frozenset()
    try:
        return Rhythm(every, at, chosen, day if isinstance(day, int) else None).cron()
    except ValueError:
        raise ScheduleRefused("time") from None


def replace_seconds(at: time) -> time:
    """The minute of a time of day, without a zone."""
    return at.replace(second=0, microsecond=0, tzinfo=None)


def wishes_of(form: Mapping[str, object]) -> list[Wish]:
    """To whom and how, from what the browser sent. Raises ScheduleRefused."""
    people, ways = form.get("people"), form.get("ways")
    named = [uuid_of(one) for one in people[: MOST_TARGETS + 1]] if isinstance(people, list) else []
    if None in named:
        raise ScheduleRefused("person")
    chosen = [way for way in schedules.PEOPLE_WAYS if isinstance(ways, list) and way.value in ways]
    found = [Wish(way, person) for person in named for way in chosen]
    hook, addresses = form.get("hook"), form.get("addresses")
    if isinstance(hook, str) and hook.strip():
        found.append(Wish(Way.WEBHOOK, address=hook))
    if form.get("folder") == ["folder"]:
        found.append(Wish(Way.FOLDER))
    if form.get("store") == ["store"]:
        found.append(Wish(Way.STORE))
    if isinstance(addresses, str):
        lines = (line.strip() for line in addresses[: schedules.LONGEST_ADDRESSES].splitlines())
        found.extend(Wish(Way.OUTSIDE, address=line) for line in lines if line)
    return found


_FORM_OUTPUTS: Final[Mapping[str, tuple[str, str]]] = {
    "hidden": (Names.FORM, "hidden"),
    "head": (Names.HEAD, "children"),
    "every": (Names.EVERY, "value"),
    "time": (Names.TIME, "value"),
    "weekdays": (Names.WEEKDAYS, "value"),
    "day": (Names.DAY, "value"),
    "cron": (Names.CRON, "value"),
    "zone": (Names.ZONE, "value"),
    "formats": (Names.FORMATS, "value"),
    "options": (Names.PEOPLE, "options"),
    "people": (Names.PEOPLE, "value"),
    "ways": (Names.WAYS, "value"),
    "outside": (Names.OUTSIDE, "hidden"),
    "hook": (Names.HOOK, "value"),
    "key": (Names.KEY, "children"),
    "folder": (Names.FOLDER, "value"),
    "store": (Names.STORE, "value"),
    "addresses": (Names.ADDRESSES, "value"),
}
_NOT_READ: Final = ("hidden", "head", "options", "outside", "key")


def register(registry: CallbackRegistry) -> None:
    """Connects the dialog on the page of a report."""
    page = {"address": State(ids.Shell.ADDRESS, "data")}
    kept = Wiring(
        output={
            "rows": Output(Names.ROWS, "children"),
            "said": Output(Names.SAID, "children"),
            "tick": Output(Names.TICK, "disabled"),
            "editing": Output(Names.EDITING, "data"),
        },
        inputs={
            "pressed": {
                "open": Input(Names.OPEN, "n_clicks"),
                "new": Input(Names.NEW, "n_clicks"),
                "save": Input(Names.SAVE, "n_clicks"),
                "tick": Input(Names.TICK, "n_intervals"),
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in _ACTS},
            },
            "form": {
                **{name: State(*place) for name, place in _FORM_OUTPUTS.items() if name not in _NOT_READ},
                "editing": State(Names.EDITING, "data"),
            },
            "page": page,
        },
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, keep_schedules, kept)
    filled = Wiring(
        output={name: Output(*place) for name, place in _FORM_OUTPUTS.items()},
        inputs={"editing": Input(Names.EDITING, "data"), "page": page},
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, fill_schedule_form, filled)
