"""The page of learning platforms: what there is, and what administrators decide about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from dash import Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    freshness_of,
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import platforms
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.learning_platforms import find_learners, read_view
from dashapp.data.store.frame_origins import FramesFull
from dashapp.data.store.lti.members import limits_from
from dashapp.data.store.lti.platforms import NewPlatform, PlatformError
from dashapp.data.viewing import Viewing
from dashapp.domain.audit import Action, ViewerRole, person_subject
from dashapp.domain.errors import NotFound
from dashapp.domain.lti import plain
from dashapp.domain.parsing import uuid_of
from dashapp.domain.platforms import ContextKey
from dashapp.domain.principal import Permission
from dashapp.security.acting import acting
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.lti.administration import CannotLink, PlatformAdministration
from dashapp.security.lti.places import Places
from dashapp.security.lti.registration import Codes, RegistrationRefused
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.outgoing import Outgoing
from dashapp.security.signing import Signer
from dashapp.security.topics import Topic
from dashapp.words import _

Names: Final = ids.Platforms
_BUTTONS: Final = (
    *(Names.SWITCH_ON, Names.SWITCH_OFF, Names.REMOVE, Names.CONFIRM, Names.WITHDRAW, Names.MAKE_CODE, Names.ADD),
    *(Names.LINK_PERSON, Names.LINK_COURSE, Names.ROTATE),
)
_CHOSEN: Final = {
    "platform": Names.PLATFORM,
    "deployment": Names.DEPLOYMENT,
    "person": Names.PERSON,
    "learner": Names.LEARNER,
    "context": Names.CONTEXT,
    "course": Names.COURSE,
}
_FIELDS: Final = dict(
    zip(
        (
            *("title", "issuer", "client_id", "deployment", "authorization_url", "token_url", "keyset_url"),
            *("pages_url", "events_issuer"),
        ),
        Names.FORM,
        strict=True,
    )
)
"""The parts of a platform, and where they are entered."""
LONGEST: Final = 2000
MOST_FOUND: Final = 300
"""People whom one administrator finds in a quarter of an hour: to link a class takes fewer, to read out everybody more.
The searches that are under way at once may go a little beyond it."""
_NAME: Final = Names.PAGE.removesuffix("-page")
"""How the audit trail names the page."""


def show_platforms(asked: Asked, done: object, page: Mapping[str, object]) -> Any:
    """Everything on the page."""
    del done  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        organisation, services = asked.principal.organisation_id, asked.services
        own = services.reader.own_address(organisation)
        if own != at.required_id():
            raise NotFound("There is no such organisation.")
        topic = Topic(organisation, asked.principal.public_id)
        version = version_of(asked, topic)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_view(connection, organisation, services.clock())
        places = Places(services.settings.public_url)
        told = {
            _("Login address"): places.login(own),
            _("Launch and redirect address"): places.launch,
            _("Key set address"): places.keys(own),
        }
        return PageAnswer(platforms.fill(view, told), topic, version, freshness_of(asked))

    return answered(asked, Names.PAGE, read)


def find(asked: Asked, search: object) -> Any:
    """Learners whom events know, for the words that somebody types; each is noted in the audit trail before."""
    wanted = search if isinstance(search, str) else ""
    organisation, views = asked.principal.organisation_id, asked.services.views
    actor = acting(asked.principal, ViewerRole.ADMINISTRATOR)
    if wanted and views.found_by(organisation, actor) >= MOST_FOUND:
        return platforms.no_more_options()
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        found = find_learners(connection, organisation, wanted)
    for person in found:
        views.note(Viewing(organisation, actor, person_subject(person), _NAME, Action.PERSON_FOUND))
    return platforms.learner_options(list(found.values()))


@dataclass(frozen=True, slots=True)
class _Given:
    """What the controls hold, parsed."""

    platform: UUID | None
    deployment: str
    person: UUID | None
    learner: UUID | None
    context: ContextKey | None
    course: UUID | None

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> "_Given":
        return cls(
            uuid_of(given.get("platform")),
            _text(given.get("deployment")),
            uuid_of(given.get("person")),
            uuid_of(given.get("learner")),
            ContextKey.parse(given.get("context")),
            uuid_of(given.get("course")),
        )


def decide(
    asked: Asked, pressed: Mapping[str, object], given: Mapping[str, object], form: Mapping[str, object], done: object
) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    button = str(ctx.triggered_id)
    kept: dict[str, Any] = dict.fromkeys(Names.FORM, no_update)
    quiet = {"said": no_update, "done": no_update, "code": no_update, **kept}
    if button not in _BUTTONS or not pressed.get(button):
        return quiet
    code: Any = no_update
    try:
        said, made = _act(asked, button, _Given.parse(given), form)
        code = made if made is not None else no_update
        if button == Names.ADD:
            kept = dict.fromkeys(Names.FORM, "")
    except (PlatformError, RegistrationRefused, CannotLink, FramesFull) as error:
        said = _refusal(error)
    except NotFound:
        said = _("Choose first what this is about.")
    return {"said": said, "done": done + 1 if isinstance(done, int) else 1, "code": code, **kept}


def _act(asked: Asked, button: str, given: _Given, form: Mapping[str, object]) -> tuple[str, Component | None]:
    """(words, the address that was made)"""
    deciding = administration(asked)
    if button == Names.MAKE_CODE:
        return _("The address stands below. It is shown this once."), platforms.new_code(deciding.make_code())
    if button == Names.ADD:
        deciding.add(_new_platform(asked, form))
        return _("The platform is connected and switched on."), None
    if button == Names.ROTATE:
        settings = asked.services.settings
        keys = SigningKeys(asked.services.database, settings.secret_keys, asked.services.clock)
        keys.rotate(asked.principal.organisation_id, acting(asked.principal, ViewerRole.ADMINISTRATOR))
        return _("The key is changed. Platforms that remember the old one ask again within minutes."), None
    return _on_platform(deciding, button, given), None


def _on_platform(acting: PlatformAdministration, button: str, given: _Given) -> str:
    if button in (Names.SWITCH_ON, Names.SWITCH_OFF):
        acting.switch(_needed(given.platform), enabled=button == Names.SWITCH_ON)
        return _("The platform is switched on.") if button == Names.SWITCH_ON else _("The platform is switched off.")
    if button == Names.REMOVE:
        acting.remove(_needed(given.platform))
        return _("The platform is removed, and every role that it gave has ended.")
    if button in (Names.CONFIRM, Names.WITHDRAW):
        return _on_deployment(acting, _needed(given.platform), given.deployment, believed=button == Names.CONFIRM)
    if button == Names.LINK_PERSON:
        acting.link_person(_needed(given.person), _needed(given.learner))
        return _("Linked. Their page opens at the next visit.")
    if given.context is None:
        raise NotFound("No course was chosen.")
    acting.link_course(given.context, _needed(given.course))
    return _("Linked. The roster is read at the next visit.")


def _on_deployment(acting: PlatformAdministration, platform: UUID, deployment: str, *, believed: bool) -> str:
    if not deployment:
        return _("Enter the id of the deployment, or choose one that waits.")
    acting.confirm(platform, deployment, enabled=believed)
    return _("The deployment is confirmed.") if believed else _("The deployment is withdrawn: it opens no page.")


def _refusal(error: Exception) -> str:
    """What was refused, in words of the reader's language."""
    if isinstance(error, CannotLink):
        return _(
            "These two cannot be linked. Who is known from the platform must wait in the list, with no account and no"
            " role beyond that of a learner; whom events know must be no administrator, adviser or guardian. Nobody"
            " links themself."
        )
    if isinstance(error, PlatformError):
        return _("This platform is connected already, or claims an issuer that is connected with another key set.")
    if isinstance(error, FramesFull):
        return _("Too many hosts may show pages in a frame already: switch a platform off or remove it first.")
    field = error.field if isinstance(error, RegistrationRefused) else None
    if field == "client_id":
        return _("The client id is missing, or cannot be one.")
    said = platforms.labels()[_FIELDS[field]] if field else _("One of the addresses")
    return _("{field}: it has to begin with https://, and to be reachable from here.").format(field=said)


def administration(asked: Asked) -> PlatformAdministration:
    """What the administrator who asks may do."""
    services, settings = asked.services, asked.services.settings
    return PlatformAdministration(
        services.database,
        services.clock,
        Places(settings.public_url),
        Codes(Signer(settings.secret_keys, "lti code")),
        Outgoing(settings),
        limits_from(settings.data_retention_days, settings.future_tolerance),
        asked.principal,
    )


def _new_platform(asked: Asked, form: Mapping[str, object]) -> NewPlatform:
    said = [_text(form.get(name)) for name in Names.FORM]
    title, issuer, client, deployment, authorization, token, keyset, pages, events = said
    return NewPlatform(
        title=plain(title) or issuer,
        issuer=issuer,
        client_id=client,
        authorization_url=authorization,
        token_url=token,
        keyset_url=keyset,
        added_by=str(asked.principal.public_id),
        added_at=asked.services.clock(),
        enabled=True,
        pages_url=pages or None,
        events_issuer=events or None,
        deployments=(deployment,) if deployment else (),
    )


def _needed(chosen: UUID | None) -> UUID:
    if chosen is None:
        raise NotFound("Nothing was chosen.")
    return chosen


def _text(given: object) -> str:
    return given.strip()[:LONGEST] if isinstance(given, str) else ""


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.PLATFORMS_PAGE
    shown = Wiring(
        output=outputs_of(platforms.slots()),
        inputs={"done": Input(Names.DONE, "data"), "page": PAGE_INPUTS},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_platforms, shown)
    found = Wiring(output=Output(Names.LEARNER, "options"), inputs={"search": Input(Names.SEARCH, "value")})
    registry.register(permission, find, found)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "done": Output(Names.DONE, "data"),
            "code": Output(Names.CODE, "children"),
            **{name: Output(name, "value") for name in Names.FORM},
        },
        inputs={
            "pressed": {button: Input(button, "n_clicks") for button in _BUTTONS},
            "given": {name: State(control, "value") for name, control in _CHOSEN.items()},
            "form": {name: State(name, "value") for name in Names.FORM},
            "done": State(Names.DONE, "data"),
        },
    )
    registry.register(permission, decide, decided)
