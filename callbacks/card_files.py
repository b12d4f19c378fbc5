"""Files of cards: what an entry of a card's menu asks for is made here, from data that are read anew for the reader.

The browser names a card, a form, and the order of a table's rows. Nothing that it sends is ever drawn or written.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.answering import PAGE_INPUTS, PageAddress
from callbacks.card_parts import ROOMS, Read, Room
from dashapp import ids
from dashapp.components.card_reading import Card, NothingToTake, card_of
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.course_names import read_organisation_title
from dashapp.data.store import audit
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, course_subject, person_subject
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.observability.logging import get_logger
from dashapp.observability.references import new_reference
from dashapp.security.acting import acting, role_towards
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic
from dashapp.words import _
from exports.cards.making import CardForm, file_of_card
from exports.cards.told import Told
from exports.pictures import NoBrowser, PictureError
from exports.studio import Busy, Studio
from exports.typesetting import TypesettingError

log = get_logger(__name__)

MOST_ROWS: Final = 6_000
"""Whose order a browser can say; of more, all are written as the page has them by itself."""
MOST_NUMBERED: Final = 2**53
"""Beyond it a browser cannot count."""
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an entry of a menu asks for."""

    card: str
    form: CardForm
    order: tuple[str, ...]
    number: object
    """Given back, so that the browser knows which click is answered."""

    @classmethod
    def parse(cls, given: object) -> Self | None:
        """None where it is no question of ours."""
        if not isinstance(given, Mapping):
            return None
        form = next((one for one in CardForm if one.value == given.get("form")), None)
        card, order, number = given.get("card"), given.get("order"), given.get("number")
        if form is None or not isinstance(card, str):
            return None
        rows = order[:MOST_ROWS] if isinstance(order, list) else []
        known = type(number) is int and 0 <= number < MOST_NUMBERED
        return cls(card, form, tuple(str(one) for one in rows), number if known else 0)


@dataclass(frozen=True, slots=True)
class CardFiles:
    """Makes the files of the cards of one kind of page."""

    room: Room
    studio: Studio

    def answer(
        self,
        asked: Asked,
        wanted: object,
        page: Mapping[str, object],
        controls: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        """The file, or why there is none. `controls`: as the page's own callbacks hear them."""
        want = Wanted.parse(wanted)
        if want is None:
            return no_update
        try:
            made = self._made(asked, want, controls, PageAddress.parse(page))
        except Exception as error:
            made = {"said": _why(error, want)}
        return {"number": want.number, **made}

    def _made(self, asked: Asked, want: Wanted, controls: Mapping[str, Any], at: PageAddress) -> Answer:
        read = self.room.read(asked, at, controls, want.card)
        card = card_of(read.part, want.card, want.form.value, want.order)
        told = Told(read.of, read.filters, read.freshness, _source(asked, read))
        reader = (asked.principal.organisation_id, asked.principal.person_id)
        body = file_of_card(card, told, want.form, lambda figure, size: self.studio.drawing(reader, figure, size))
        # What leaves the service always stands in the audit trail; where that cannot be, nothing leaves.
        _record(asked, read.topic, (self.room.name, card, want.form))
        name = f"{want.card}-{told.day.isoformat()}.{want.form.value}"
        return {"name": name, "media": want.form.media, "body": b64encode(body).decode()}


def _source(asked: Asked, read: Read) -> str:
    """The organisation, and where the page is."""
    with asked.services.database.transaction(DatabaseRole.JOBS, asked.principal.organisation_id) as connection:
        title = read_organisation_title(connection, asked.principal)
    address = f"{asked.services.settings.public_url.rstrip('/')}{read.path}"
    return f"{title}, {address}" if title != read.of else address


def _record(asked: Asked, topic: Topic, what: tuple[str, Card, CardForm]) -> None:
    page, card, form = what
    subject = ORGANISATION_SUBJECT
    if topic.person is not None:
        subject = person_subject(topic.person)
    elif topic.course is not None:
        subject = course_subject(topic.course)
    told = {"subject": subject, "page": page, "card": card.name, "form": form.value, "count": len(card.numbers.rows)}
    principal = asked.principal
    with asked.services.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
        actor = acting(principal, role_towards(principal, topic))
        audit.record(connection, principal.organisation_id, actor, Action.EXPORTED, told)


def _why(error: Exception, want: Wanted) -> str:
    """What is told of an error, in words that say what can be done."""
    match error:
        case NothingToTake():
            return _("There is nothing to download yet")
        case NotFound() | NotPermitted():
            return _("There is nothing here for you")
        case Busy():
            return _("Other pictures are being drawn at this moment: try again in a few seconds")
        case NoBrowser():
            log.warning("card.no_browser")
            return _(
                "Pictures of charts need Chromium or Chrome on the server, and it has none; the numbers as CSV can be"
                " downloaded"
            )
        case PictureError() | TypesettingError():
            log.warning("card.not_drawn", card=want.card, reason=str(error))
            return _("The picture could not be drawn: try again, or download the numbers as CSV")
        case _:
            reference = new_reference()
            log.error("card.failed", card=want.card, reference=reference, exc_info=error)
            return _("The file could not be made. Reference {reference}").format(reference=reference)


def register(registry: CallbackRegistry, studio: Studio) -> None:
    """Connects the menus of all kinds of pages that have any."""
    for room in ROOMS:
        files = CardFiles(room, studio)

        def take_card(asked: Asked, files: CardFiles = files, **given: Any) -> Any:
            return files.answer(asked, **given)

        wiring = Wiring(
            output=Output(ids.card_file_of(room.name), "data"),
            inputs={
                "wanted": Input(ids.card_asked_of(room.name), "data"),
                "page": _states(PAGE_INPUTS),
                **({"controls": _states(room.controls)} if room.controls else {}),
            },
            refused=lambda: no_update,
            waits=True,
            running=((Output(ids.card_busy_of(room.name), "data"), True, False),),
        )
        registry.register(room.permission, take_card, wiring)
        for name, store in (("take", ids.card_file_of(room.name)), ("busy", ids.card_busy_of(room.name))):
            registry.app.clientside_callback(
                ClientsideFunction("cards", name), Input(store, "data"), prevent_initial_call=True
            )


def _states(inputs: Mapping[str, Input]) -> dict[str, State]:
    return {name: State(one.component_id, one.component_property) for name, one in inputs.items()}
