"""The views that somebody keeps of a course's page: listed, saved, renamed, deleted and put back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar
from uuid import UUID

import dash
from dash import Input, Output, State, ctx, no_update

from callbacks.answering import PageAddress, was_pressed
from dashapp import ids
from dashapp.components import saved_views
from dashapp.data.database import DatabaseRole
from dashapp.data.store import saved_views as store
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.saved_views import MOST_VIEWS, SavedView, ViewsOf, filters_of, name_of
from dashapp.domain.scope import scope_for_classroom
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.words import _

T = TypeVar("T")
NOTHING: Final = ("list", "said", "name", "undo", "deleted")


def keep_views(
    asked: Asked, pressed: Mapping[str, Any], given: Mapping[str, Any], controls: Mapping[str, object], page: Any
) -> dict[str, Any]:
    """Does what the pressed button says, and lists the views as they are then."""
    del pressed  # which of them it was is `ctx.triggered_id`
    nothing: dict[str, Any] = dict.fromkeys(NOTHING, no_update)
    if not was_pressed():
        return nothing
    try:
        owner = views_of(asked, PageAddress.parse(page))
    except (NotFound, NotPermitted):
        return nothing
    done = _do(asked, owner, given, controls)
    return {**nothing, **done, "list": saved_views.rows(_ask(asked, owner, store.read_views))}


def _ask(asked: Asked, owner: ViewsOf, question: Callable[..., T], *given: object) -> T:
    with asked.services.database.transaction(DatabaseRole.WEB, owner.organisation) as connection:
        return question(connection, owner, *given)


def views_of(asked: Asked, at: PageAddress) -> ViewsOf:
    """Whose views of which course are asked for. Raises NotFound or NotPermitted for who may not open its page."""
    principal = asked.principal
    course = asked.services.reader.find_course(principal, at.required_id())
    scope_for_classroom(principal, course)
    return ViewsOf(principal.organisation_id, principal.person_id, course)


def named_view(asked: Asked, at: PageAddress, text: object) -> SavedView | None:
    """The view that "view:<id>" names; None where it is nobody's, or somebody else's."""
    given = str(text)
    key = uuid_of(given.removeprefix("view:")) if given.startswith("view:") else None
    if key is None:
        return None
    return _ask(asked, views_of(asked, at), store.find_view, key)


def with_view(asked: Asked, at: PageAddress, filters: Filters) -> tuple[Filters, str]:
    """The filters with those of the saved view that they compare with in its place, and what it is called.

    Who names the view of another finds nothing.
    """
    kept = named_view(asked, at, filters.against)
    return (replace(filters, against=f"query:{kept.query}"), kept.name) if kept else (filters, "")


def _do(asked: Asked, owner: ViewsOf, given: Mapping[str, Any], controls: Mapping[str, object]) -> dict[str, Any]:
    button, name = ctx.triggered_id, name_of(given.get("name"))
    if button == ids.SavedViews.UNDO:
        return _put_back(asked, owner, given.get("deleted"))
    if button in (ids.SavedViews.SAVE, ids.SavedViews.NAME):
        return _save(asked, owner, (name, Filters.parse(**controls).to_query()))
    key = uuid_of(button.get("row")) if isinstance(button, Mapping) else None
    if key is None:
        return {"said": "", "undo": True}
    if button.get("type") == ids.SavedViews.rename("")["type"]:
        return _rename(asked, owner, key, name)
    gone = _ask(asked, owner, store.delete_view, key)
    if gone is None:
        return {"said": ""}
    said = _("“{name}” is deleted.").format(name=gone.name)
    return {"said": said, "undo": False, "deleted": {"name": gone.name, "query": gone.query}}


def _save(asked: Asked, owner: ViewsOf, said: tuple[str, str]) -> dict[str, Any]:
    if not said[0]:
        return {"said": _("Write a name first.")}
    if not _ask(asked, owner, store.save_view, said, asked.services.clock()):
        return {"said": _("There are {number} views already: delete one first.").format(number=MOST_VIEWS)}
    return {"said": _("“{name}” is saved.").format(name=said[0]), "name": "", "undo": True}


def _rename(asked: Asked, owner: ViewsOf, key: UUID, name: str) -> dict[str, Any]:
    if not name:
        return {"said": _("Write the new name first.")}
    if not _ask(asked, owner, store.rename_view, key, name):
        return {"said": _("Another view has this name.")}
    return {"said": _("It is called “{name}” now.").format(name=name), "name": "", "undo": True}


def _put_back(asked: Asked, owner: ViewsOf, deleted: object) -> dict[str, Any]:
    """What was deleted comes from the browser again, so it is parsed like everything else."""
    given = deleted if isinstance(deleted, Mapping) else {}
    name, query = name_of(given.get("name")), filters_of(str(given.get("query"))).to_query()
    done = _save(asked, owner, (name, query)) if name else {"said": ""}
    return {**done, "undo": True, "deleted": None}


def register(registry: CallbackRegistry) -> None:
    """Connects the menu."""
    names, room = ids.SavedViews, ids.Classroom
    wiring = Wiring(
        output={
            "list": Output(names.LIST, "children"),
            "said": Output(names.SAID, "children"),
            "name": Output(names.NAME, "value"),
            "undo": Output(names.UNDO, "hidden"),
            "deleted": Output(names.DELETED, "data"),
        },
        inputs={
            "pressed": {
                "open": Input(names.OPEN, "n_clicks"),
                "save": Input(names.SAVE, "n_clicks"),
                "enter": Input(names.NAME, "n_submit"),
                "undo": Input(names.UNDO, "n_clicks"),
                "rename": Input(names.rename(dash.ALL), "n_clicks"),
                "delete": Input(names.delete(dash.ALL), "n_clicks"),
            },
            "given": {"name": State(names.NAME, "value"), "deleted": State(names.DELETED, "data")},
            "controls": {
                "section": State(room.SECTION, "value"),
                "group": State(room.GROUP, "value"),
                "span": State(room.RANGE, "value"),
                "first": State(room.FIRST, "value"),
                "last": State(room.LAST, "value"),
                "activity": State(room.ACTIVITY, "value"),
                "seen": State(room.SEEN, "value"),
                "score": State(room.SCORE, "value"),
                "level": State(room.LEVEL, "value"),
            },
            "page": {"address": State(ids.Shell.ADDRESS, "data")},
        },
    )
    registry.register(Permission.CLASSROOM_PAGE, keep_views, wiring)
