"""The parts of pages that are read when they come near: how they are asked for, and how they are answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from dash import ClientsideFunction, Input, Output, no_update, set_props

from callbacks.answering import PAGE_INPUTS, PageAddress, Values
from dashapp import ids
from dashapp.components import card
from dashapp.components.further import FILLED
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.domain.principal import Permission
from dashapp.observability.logging import get_logger
from dashapp.observability.references import new_reference
from dashapp.security.acting import note_view
from dashapp.security.callbacks import Asked, CallbackRegistry, Handler, Wiring, asks_again
from dashapp.security.topics import Topic

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FurtherAsked:
    """What a part is asked for, parsed from what the browser sent."""

    at: PageAddress
    controls: Mapping[str, object]
    """By the names under which the page's own callback hears them."""
    update: bool
    """Whether only the data have changed: what is on the screen is then still true."""

    @classmethod
    def parse(cls, wanted: object, controls: Mapping[str, Input]) -> Self:
        """From the Store that `assets/further.js` fills; what is not there is None."""
        given = wanted if isinstance(wanted, Mapping) else {}
        found = given.get("values")
        values = found if isinstance(found, Mapping) else {}
        page = {name: values.get(one.component_id) for name, one in PAGE_INPUTS.items()}
        named = {name: values.get(one.component_id) for name, one in controls.items()}
        return cls(PageAddress.parse(page), named, given.get("update") is True)


@dataclass(frozen=True, slots=True)
class Further:
    """A part of a page: its name, which permission it needs, and what its answer depends on besides the page."""

    page: str
    """The id of the page, under whose name the audit trail knows it."""
    part: str
    permission: Permission
    output: Mapping[str, Output]
    controls: Mapping[str, Input]


def register_further(registry: CallbackRegistry, further: Further, answer: Handler) -> None:
    """Connects a part. `answer(asked, wanted)` is called with a `FurtherAsked` in place of the Store's value."""
    part = further.part
    # The first says whether the part is near; the rest, what its answer depends on.
    depends_on = [Input(ids.near_of(part), "data"), *PAGE_INPUTS.values(), *further.controls.values()]
    registry.app.clientside_callback(
        ClientsideFunction("further", "ask"), Output(ids.wanted_of(part), "data"), *depends_on
    )

    def show(asked: Asked, wanted: object) -> Any:
        return answer(asked, FurtherAsked.parse(wanted, further.controls)) if wanted else no_update

    show.__name__ = answer.__name__
    wiring = Wiring(
        output=further.output,
        inputs={"wanted": Input(ids.wanted_of(part), "data")},
        refused=lambda: _hidden(part),
    )
    registry.register(further.permission, show, wiring)


def answered_further(
    asked: Asked, further: Further, wanted: FurtherAsked, read: Callable[[], tuple[Values, Topic]]
) -> Any:
    """The values of a part and what they are about; words in its place where it cannot be read.

    What may not be seen is left out: the page itself has the words for it. What is shown is noted in the audit trail
    first, as for the page. Raises Unavailable as the page does.
    """
    part = further.part
    try:
        values, about = read()
        note_view(asked, further.page, about)
    except (NotPermitted, NotFound):
        return _hidden(part)
    except Exception as error:
        if isinstance(error, Unavailable) and asks_again():
            raise
        reference = new_reference()
        log.error("part.failed", part=part, reference=reference, exc_info=error)
        if not wanted.update:
            set_props(ids.state_of(part), {"children": card.failed(reference)})
            _hidden(part)
        return no_update
    set_props(part, {"hidden": False})
    return dict(values)


def _hidden(part: str) -> Any:
    # Nothing is awaited in it any more.
    set_props(part, {"hidden": True, "className": FILLED["filled"]})
    return no_update
