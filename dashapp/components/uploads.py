"""Where an administrator drops files or chooses them: `assets/uploads.js` sends them, one after the other.

A page's callback goes on when the Store holds them: a list of `{"key", "name", "bytes"}`, in the order in which they
have arrived. What a browser holds can be forged: `find_uploads` says which of the keys are the organisation's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from dash import dcc, html
from dash.development.base_component import Component

from dashapp.components.attributes import attributes
from dashapp.domain.parsing import uuid_of
from dashapp.domain.uploads import Purpose
from dashapp.words import _

MOST_FILES: Final = 100
"""At once, in one place."""


@dataclass(frozen=True, slots=True)
class UploadPlace:
    """A place for files. `box` and `store` are ids; `organisation` the public id that the page's address names;
    `accept`: endings that the browser offers, with commas between them."""

    box: str
    store: str
    organisation: str
    purpose: Purpose
    hint: str
    accept: str = ""
    several: bool = True


def upload_place(place: UploadPlace) -> Component:
    """The empty place, with the Store that takes what has arrived."""
    told = {
        "data_la_upload": place.store,
        "data_organisation": place.organisation,
        "data_purpose": place.purpose.value,
        "data_accept": place.accept,
        "data_several": "1" if place.several else "",
        "data_words": _client_words(),
    }
    choose = _("Choose files") if place.several else _("Choose a file")
    return html.Div(
        [
            html.Div(
                [
                    html.Button(choose, type="button", className="btn btn-sm btn-outline-secondary"),
                    html.Span(_("or drop them here") if place.several else _("or drop it here"), className="la-2"),
                    html.Span(place.hint, className="la-small la-3"),
                ],
                className="la-drop",
            ),
            # The script fills these; Dash never draws them again.
            html.Ul(className="la-list la-uploads"),
            html.P(className="la-small la-upload-said", role="status"),
            dcc.Store(id=place.store, data=[]),
        ],
        id=place.box,
        className="la-upload",
        role="group",
        **attributes(aria_label=choose, **told),
    )


def sent_keys(held: object) -> tuple[UUID, ...]:
    """The keys in a place's Store, as far as they are any."""
    listed = held[:MOST_FILES] if isinstance(held, list) else []
    found = (uuid_of(one.get("key")) for one in listed if isinstance(one, Mapping))
    return tuple(dict.fromkeys(key for key in found if key is not None))


def _client_words() -> str:
    """What the script says, as JSON, in the reader's language."""
    return json.dumps(
        {
            "waits": _("Waits"),
            "sends": _("{percent} · {done} of {total} · {left} left"),
            "begins": _("{percent} · {done} of {total}"),
            "keeps": _("Has arrived, is being written to the disk"),
            "arrived": _("{total} · has arrived"),
            "cancel": _("Cancel"),
            "cancelNamed": _("Cancel: {name}"),
            "remove": _("Remove"),
            "removeNamed": _("Remove: {name}"),
            "again": _("Try again"),
            "againNamed": _("Try again: {name}"),
            "cancelled": _("Cancelled. Nothing of it has been kept."),
            "someArrived": _("{name} has arrived."),
            "empty": _("The file is empty."),
            "kind": _("Another kind of file is expected here: {kinds}"),
            "many": _("These are too many files at once. Put them into one zip file."),
            "broken": _("The connection broke. Nothing of it has been kept; try again."),
            "slow": _("Nothing came for a minute, so it was given up. Try again."),
            "large": _("The file is larger than {limit}, which is the most that this service takes."),
            "full": _("There is not enough space on the disk of the service. Ask its operators, then try again."),
            "busy": _("Several files are arriving already. Try again in a moment."),
            "closed": _("You may not send files here any more. Load the page again."),
            "other": _("It could not be taken. Try again, or ask the operators of the service."),
        },
        ensure_ascii=False,
    )
