"""What the data callbacks of all pages have in common: one batched answer per page, or words in its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from dash import Input, Output, ctx, get_relative_path, no_update, set_props

from callbacks.unchanged import SHOWN, differing, names_of
from dashapp import ids
from dashapp.components import card, shell
from dashapp.components.links import Links
from dashapp.components.slots import Slot
from dashapp.data.database import DatabaseRole
from dashapp.data.store.identified import newest_zone
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.domain.parsing import uuid_of
from dashapp.domain.quality import QualityView
from dashapp.domain.views import (
    CaseloadView,
    ClassroomView,
    ClassroomWorkView,
    CoursesView,
    Freshness,
    HindsightView,
    InstitutionFurtherView,
    InstitutionView,
    StudentView,
)
from dashapp.domain.views.student_further import StudentFurtherView
from dashapp.figures import Screen
from dashapp.figures.drawing import written
from dashapp.observability.logging import get_logger
from dashapp.observability.references import new_reference
from dashapp.security.acting import note_view
from dashapp.security.callbacks import Asked, asks_again
from dashapp.security.guard import stands_alone
from dashapp.security.topics import Topic, Topics, news_of
from dashapp.words import _, current_locale

log = get_logger(__name__)

AS_OF: Final = "asof"
"""The slot of the as-of lines."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

View = TypeVar(
    "View",
    StudentView,
    StudentFurtherView,
    ClassroomView,
    ClassroomWorkView,
    InstitutionView,
    InstitutionFurtherView,
    CoursesView,
    CaseloadView,
    QualityView,
    HindsightView,
)
Values = Mapping[str, Any]
"""By the names of a page's slots."""

PAGE_INPUTS: Final = {
    "address": Input(ids.Shell.ADDRESS, "data"),
    "screen": Input(ids.Shell.SCREEN, "data"),
    "version": Input(ids.Shell.VERSION, "data"),
}
"""What every data callback hears besides its page's own controls."""


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Where a page stands and for which screen it is drawn: parsed from what the browser sent."""

    has_id: bool
    """False for `/me`, which names nobody."""
    public_id: UUID | None
    embedded: bool
    screen: Screen
    preview: bool = False
    """Whether it is the page of nobody: what students of the course in the address see."""

    @classmethod
    def parse(cls, page: Mapping[str, object]) -> Self:
        """From the values of `PAGE_INPUTS`; an id that is none of ours is None."""
        address = page.get("address")
        given = address if isinstance(address, Mapping) else {}
        named = given.get("id")
        screen = Screen.parse(page.get("screen"))
        return cls(
            named is not None, uuid_of(named), given.get("embedded") is True, screen, given.get("preview") is True
        )

    def required_id(self) -> UUID:
        """The id in the address. Raises NotFound where it is not the form of one."""
        if self.public_id is None:
            raise NotFound("The address holds no id.")
        return self.public_id


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a page shows, and the topic by which it hears of changes."""

    values: Values
    topic: Topic
    version: str
    """The topic's version, taken before the data were read: the page is never older than it says."""
    freshness: Freshness
    about: Topic | None = None
    """What the audit trail says that the page is about, where it is not the topic."""
    called: str = ""
    """The course, learner or organisation by name, as it stands on files of the page's cards."""


def was_pressed() -> bool:
    """Whether somebody has pressed a button: those that have just been drawn trigger as well, without a click."""
    return any(isinstance(one, dict) and one.get("value") for one in ctx.triggered)


def outputs_of(slots: Mapping[str, Slot]) -> dict[str, Output]:
    """The slots as outputs of one batched callback."""
    return {name: Output(slot.id, slot.property) for name, slot in slots.items()}


def resting(freshness: Freshness) -> Freshness:
    """Without the moment at which something was read, and how late that was: what is drawn of it stays until something
    else differs."""
    return replace(freshness, as_of=BEGINNING, behind_seconds=0.0, transport_away=False, late=False)


def drawn(asked: Asked, at: PageAddress, view: View, fill: Callable[[], Values], **more: object) -> dict[str, Any]:
    """The values of a page as ready-made JSON, drawn anew only where something differs that they depend on.

    `more` names what `fill` depends on besides view, screen, links and language. The as-of lines are always new.
    """
    return {name: orjson.Fragment(part) for name, part in _parts(asked, at, view, fill, more).items()}


def drawn_anew(
    asked: Asked, at: PageAddress, view: View, fill: Callable[[], Values], shown: object, **more: object
) -> dict[str, Any]:
    """The same for a page that says what it holds (`unchanged.SHOWN`): without what it holds already."""
    about = str(at.public_id)

    def fill_and_name() -> Values:
        values = fill()
        parts = {name: written(value) for name, value in values.items() if name != AS_OF}
        names = written(names_of(parts, about)).decode()
        return {**{name: orjson.Fragment(part) for name, part in parts.items()}, SHOWN: names}

    parts = dict(_parts(asked, at, view, fill_and_name, {**more, "about": about}))
    names = parts.pop(SHOWN)
    values = {name: orjson.Fragment(part) for name, part in parts.items()}
    named, held = _names_in(orjson.loads(names)), _names_in(shown)
    # Whoever looks otherwise is filled anew.
    known = held if held.get("page") == named["page"] else {}
    return {**differing(values, named, known), SHOWN: orjson.Fragment(names)}


def _names_in(said: object) -> dict[str, Any]:
    """What a page says that it holds; nothing where that is none of our words."""
    try:
        names = orjson.loads(said) if isinstance(said, str) else None
    except orjson.JSONDecodeError:
        return {}
    return names if isinstance(names, dict) else {}


def _parts(
    asked: Asked, at: PageAddress, view: View, fill: Callable[[], Values], more: Mapping[str, object]
) -> Mapping[str, bytes]:
    memo = asked.services.drawn
    contents = memo.digests.of(view, "freshness")
    told = resting(view.freshness)
    depends_on = (contents, told, at.screen, at.embedded, stands_alone(), current_locale(), more)
    return memo.parts(depends_on, lambda: {name: written(value) for name, value in fill().items() if name != AS_OF})


def as_of_lines(view: View, cards: Sequence[str]) -> list[Any]:
    """The feet of a page's cards, as ready-made JSON: all of them say the same."""
    return [orjson.Fragment(written(card.asof_words(view.freshness)))] * len(cards)


def freshness_of(asked: Asked) -> Freshness:
    """How fresh the data are, with the organisation's time zone, in which pages show clocks and days."""
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        zone = newest_zone(connection, organisation)
    return replace(asked.services.live.freshness(), zone=zone)


def version_of(asked: Asked, topic: Topic) -> str:
    """The version that `/live` would name now."""
    return news_of(topic, asked.services.live)


def links_for(asked: Asked, at: PageAddress) -> Links:
    """Addresses below the service's own path, inside or outside of a frame."""
    return Links(f"{urlsplit(asked.services.settings.public_url).path}/", at.embedded, stands_alone())


def answered(asked: Asked, page: str, read: Callable[[], PageAnswer]) -> Any:
    """The values of a page; words in its place where it cannot be shown or read.

    `page` is the id of the page's outermost element. Whether somebody may not see it or it does not exist looks alike.
    What is shown is noted in the audit trail first: where that cannot be, it is not shown. Raises Unavailable where
    the browser asks again by itself: what it shows until then, and in which words, it knows best.
    """
    try:
        answer = read()
        note_view(asked, page, answer.about or answer.topic)
    except (NotPermitted, NotFound):
        return refused(page)
    except Exception as error:
        if isinstance(error, Unavailable) and asks_again():
            raise
        return _failed(page, error)
    topics = Topics(asked.services.settings.secret_keys)
    told = {"token": topics.sign(answer.topic), "version": answer.version, "zone": answer.freshness.zone}
    set_props(ids.Shell.TOPIC, {"data": told})
    set_props(ids.Shell.ABOUT, {"children": answer.called})
    set_props(ids.Shell.NOTICE, {"children": shell.notice(answer.freshness)})
    return dict(answer.values)


def refused(page: str) -> Any:
    """The same friendly words for "not permitted" and "not found"."""
    start = (_("Go to my first page"), get_relative_path("/"))
    title, text = _("There is nothing here for you"), _("The address may be wrong, or not yours to open.")
    _replace(page, shell.message(title, text, start))
    # What is not shown has no news.
    set_props(ids.Shell.TOPIC, {"data": None})
    return no_update


def _failed(page: str, error: Exception) -> Any:
    reference = new_reference()
    log.error("page.failed", page=page, reference=reference, exc_info=error)
    if _is_update():
        # What is on the screen is still true, so it stays.
        said = _("The page could not be updated. Reference {reference}").format(reference=reference)
        set_props(ids.Shell.NOTICE, {"children": said})
    else:
        _replace(page, card.failed(reference))
    return no_update


def _is_update() -> bool:
    return set(ctx.triggered_prop_ids) == {f"{ids.Shell.VERSION}.data"}


def _replace(page: str, words: object) -> None:
    set_props(page, {"hidden": True})
    set_props(ids.Shell.REFUSAL, {"children": words})
