"""The page of history: its files are read, brought in, paused, gone on with and cancelled."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from dash import ALL, Input, Output, State, ctx, no_update

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
from dashapp.components import controls, history
from dashapp.components.uploads import sent_keys
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.history import read_history
from dashapp.data.store.uploads import find_uploads
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.history import HistoryKind, HistoryRefused, mapping_of_columns
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.uploads import Purpose
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.history import HistoryAdministration
from dashapp.security.topics import Topic
from dashapp.words import _
from ingest.history.heads import Head, head_of
from ingest.text_files import FileError

Names: Final = ids.History
_ACTS: Final = ("begin", "pause", "go-on", "cancel")
_FORM: Final = {
    "kind": Names.KIND,
    "source": Names.SOURCE,
    "zone": Names.ZONE,
    "until": Names.UNTIL,
    "site": Names.SITE,
    "course": Names.COURSE,
    "shard": Names.SHARD,
    "people": Names.PEOPLE,
    "verb": Names.VERB,
    "format": Names.FORMAT,
    "course_named": Names.COURSE_NAMED,
    "activity_type": Names.ACTIVITY_TYPE,
}


def show_history(asked: Asked, done: object, tick: object, page: Mapping[str, object]) -> Any:
    """Everything on the page."""
    del done, tick  # they only say that something has been decided, or that time has passed
    at = PageAddress.parse(page)
    links = links_for(asked, at)

    def read() -> PageAnswer:
        own = own_organisation(asked, at)
        services, organisation = asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version = version_of(asked, topic)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_history(connection, organisation)
        return PageAnswer(
            history.fill(view, services.clock(), partial(links.history_problems, own)),
            topic,
            version,
            freshness_of(asked),
        )

    return answered(asked, Names.PAGE, read)


def show_options(asked: Asked, kind: object, files: object) -> dict[str, Any]:
    """The options of the chosen kind; of a table its columns, as its first file has them."""
    shown = {
        "moodle": kind != HistoryKind.MOODLE.value,
        "canvas": kind != HistoryKind.CANVAS.value,
        "table": kind != HistoryKind.CSV.value,
    }
    columns: list[controls.Option] = [controls.option("", "–")]
    sample: Any = _("Give the file first: its columns are then offered here.")
    if kind == HistoryKind.CSV.value and (keys := sent_keys(files)):
        try:
            head = _head(asked, keys[:1])
            columns += [controls.option(name, name) for name in head.columns]
            sample = history.sample(head.columns, head.rows)
        except (FileError, OSError) as error:
            sample = str(error) if isinstance(error, FileError) else _("The file is not there any more. Send it again.")
    return {**shown, **{f"column_{field}": columns for field in history.FIELDS}, "sample": sample}


def _head(asked: Asked, keys: tuple[Any, ...]) -> Head:
    services, organisation = asked.services, asked.principal.organisation_id
    with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        found = find_uploads(connection, organisation, keys, Purpose.HISTORY)
    if not found:
        raise FileNotFoundError
    own = services.reader.own_address(organisation)
    return head_of(UploadFolder.below(services.settings.data_dir).file(own, found[0].key))


def decide(
    asked: Asked, pressed: Mapping[str, object], form: Mapping[str, object], files: object, done: object
) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    button = ctx.triggered_id
    if not was_pressed():
        return {"said": no_update, "done": no_update, "place": no_update}
    place: Any = no_update
    try:
        said = _act(asked, button, form, files)
        if button == Names.READ:
            own = asked.services.reader.own_address(asked.principal.organisation_id)
            place = history.place_for_files(str(own))
    except HistoryRefused as error:
        said = _refusal(error)
    return {"said": said, "done": done + 1 if isinstance(done, int) else 1, "place": place}


def _act(asked: Asked, button: object, form: Mapping[str, object], files: object) -> str:
    deciding = HistoryAdministration(asked.services.database, asked.services.clock, asked.principal)
    if button == Names.READ:
        return _ask(deciding, form, files)
    kind, row = (button.get("type"), uuid_of(button.get("row"))) if isinstance(button, dict) else (None, None)
    if row is None:
        raise HistoryRefused("gone")
    if kind == "history-begin":
        deciding.begin(row)
        return _("It is being brought in. You can leave this page: it goes on.")
    if kind == "history-pause":
        deciding.pause(row)
        return _("It pauses after the batch in hand. What is in stays in.")
    if kind == "history-go-on":
        deciding.go_on(row)
        return _("It goes on where it was left.")
    deciding.cancel(row)
    return _("It is cancelled, and its files are removed. What was in already stays in.")


def _ask(deciding: HistoryAdministration, form: Mapping[str, object], files: object) -> str:
    kind = next((one for one in HistoryKind if one.value == form.get("kind")), HistoryKind.MOODLE)
    source = form.get("source")
    if not isinstance(source, str) or not source.isdecimal():
        raise HistoryRefused("source")
    names = {
        HistoryKind.MOODLE: ("zone", "until", "site", "course"),
        HistoryKind.CANVAS: ("zone", "until", "shard", "people"),
    }.get(kind, ("zone", "until"))
    options: dict[str, Any] = {name: _plain(form.get(name)) for name in names}
    if kind is HistoryKind.CSV:
        columns = {field: form.get(f"column_{field}") for field in history.FIELDS}
        said = {name: form.get(name) for name in ("verb", "format", "course_named", "activity_type")}
        options["mapping"] = mapping_of_columns(
            columns, {name: str(_plain(value) or "") for name, value in said.items()}
        )
    deciding.ask(int(source), kind, sent_keys(files), options)
    return _("The files are being read. Nothing is written before you say so.")


def _plain(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _refusal(error: HistoryRefused) -> str:
    return {
        "files": _("Give the files first, and wait until they have arrived."),
        "source": _("Choose the sender that they belong to. A new one is made under Connections."),
        "under_way": _("An import of this sender is under way. Bring it to its end or cancel it first."),
        "gone": _("That is not there any more. The page shows how it stands."),
        "zone": _("There is no such time zone. Write it as Europe/Berlin, or leave it empty."),
        "until": _("That is no day. Write it as 2026-03-01, or leave it empty."),
        "site": _("The address should read https://moodle.example.edu, or be left empty."),
        "number": _("Write whole numbers only, or leave the field empty."),
        "options": _("One of the fields holds something that it cannot. Put it right, or leave it empty."),
        "columns": _("Say which columns hold the time, the person and the activity, and which course it is."),
    }[error.why]


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(history.slots()),
        inputs={"done": Input(Names.DONE, "data"), "tick": Input(Names.TICK, "n_intervals"), "page": PAGE_INPUTS},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_history, shown)
    options = Wiring(
        output={
            "moodle": Output(Names.MOODLE, "hidden"),
            "canvas": Output(Names.CANVAS, "hidden"),
            "table": Output(Names.TABLE, "hidden"),
            **{f"column_{field}": Output(Names.column(field), "options") for field in history.FIELDS},
            "sample": Output(Names.SAMPLE, "children"),
        },
        inputs={"kind": Input(Names.KIND, "value"), "files": Input(Names.FILES, "data")},
    )
    registry.register(permission, show_options, options)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "done": Output(Names.DONE, "data"),
            "place": Output(Names.PLACE, "children"),
        },
        inputs={
            "pressed": {
                "read": Input(Names.READ, "n_clicks"),
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in _ACTS},
            },
            "form": {
                **{name: State(control, "value") for name, control in _FORM.items()},
                **{f"column_{field}": State(Names.column(field), "value") for field in history.FIELDS},
            },
            "files": State(Names.FILES, "data"),
            "done": State(Names.DONE, "data"),
        },
    )
    registry.register(permission, decide, decided)
