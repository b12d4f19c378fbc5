"""The store into which schedules put copies: shown, saved, tried and taken away in the dialog of schedules."""

from collections.abc import Mapping
from typing import Any, Final

from dash import Input, Output, State, ctx, no_update

from callbacks.answering import was_pressed
from dashapp import ids
from dashapp.components import report_stores, schedule_words
from dashapp.domain.errors import NotPermitted
from dashapp.domain.principal import Permission
from dashapp.domain.schedules.stores import LONGEST, ReportStore, StoreError, StoreRefused
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.report_stores import StoreDesk
from dashapp.words import _

Names: Final = ids.ReportStores
_FIELDS: Final[Mapping[str, str]] = {
    "endpoint": Names.ENDPOINT,
    "region": Names.REGION,
    "bucket": Names.BUCKET,
    "prefix": Names.PREFIX,
    "style": Names.STYLE,
    "access_key": Names.ACCESS_KEY,
    "secret": Names.SECRET,
}
_OUTPUTS: Final = ("place", *_FIELDS, "said")


def keep_store(
    asked: Asked, opened: object, pressed: Mapping[str, object], form: Mapping[str, object]
) -> dict[str, Any]:
    """Fills the form when a schedule's form is opened, and does what the pressed button says."""
    del pressed  # which of them it was is `ctx.triggered_id`
    unchanged: dict[str, Any] = dict.fromkeys(_OUTPUTS, no_update)
    desk, button = StoreDesk(asked.services, asked.principal), ctx.triggered_id
    try:
        if button == ids.Schedules.EDITING:
            if not isinstance(opened, Mapping) or opened.get("shown") is not True:
                return unchanged
            return {**report_stores.store_values(desk.store()), "said": ""}
        if not was_pressed():
            return unchanged
        said = _act(desk, button, form)
    except StoreRefused as error:
        return {**unchanged, "said": report_stores.refusal_words(error.why)}
    except NotPermitted:
        return unchanged
    return {**report_stores.store_values(desk.store()), "said": said}


def _act(desk: StoreDesk, button: object, form: Mapping[str, object]) -> str:
    if button == Names.REMOVE:
        desk.remove()
        return _("The store is taken away, with its secret.")
    saved = button == Names.SAVE
    if saved:
        desk.set(_store_of(form), _text(form, "secret"))
    try:
        tidy = desk.try_out()
    except StoreError as error:
        why = schedule_words.trouble_words(error.trouble)
        return _("The store is saved, but does not work: {why}").format(why=why) if saved else why
    if not tidy:
        return _("It works. The small file of the try could not be taken away: the key may not delete.")
    return _("The store is saved, and works.") if saved else _("It works.")


def _store_of(form: Mapping[str, object]) -> ReportStore:
    """What the browser sent; the desk checks it."""
    style = form.get("style")
    endpoint, region, bucket, prefix = (_text(form, name) for name in ("endpoint", "region", "bucket", "prefix"))
    by_path = isinstance(style, list) and report_stores.PATH_STYLE in style
    return ReportStore(endpoint, region, bucket, prefix, by_path, _text(form, "access_key"))


def _text(form: Mapping[str, object], name: str) -> str:
    """Raises StoreRefused where it is longer than the control lets anybody write."""
    said = form.get(name)
    if isinstance(said, str) and len(said) > LONGEST:
        raise StoreRefused(name)
    return said if isinstance(said, str) else ""


def register(registry: CallbackRegistry) -> None:
    """Connects the form."""
    kept = Wiring(
        output={
            "place": Output(Names.PLACE, "children"),
            **{name: Output(each, "value") for name, each in _FIELDS.items()},
            "said": Output(Names.SAID, "children"),
        },
        inputs={
            "opened": Input(ids.Schedules.EDITING, "data"),
            "pressed": {
                "save": Input(Names.SAVE, "n_clicks"),
                "try": Input(Names.TRY, "n_clicks"),
                "remove": Input(Names.REMOVE, "n_clicks"),
            },
            "form": {name: State(each, "value") for name, each in _FIELDS.items()},
        },
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, keep_store, kept)
