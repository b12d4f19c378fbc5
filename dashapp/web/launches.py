"""Puts the launches of learning platforms together: what they are made of, and how a launch becomes a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import Flask, Response, request

from dashapp.data.store.lti.members import limits_from
from dashapp.data.store.sessions import NotBelieved
from dashapp.domain.keys import PublicId
from dashapp.domain.lti import LaunchRefused
from dashapp.domain.person_settings import NOTHING_CHOSEN
from dashapp.domain.sessions import Carrier, SignInMethod, Voucher
from dashapp.security.devices import device_of, network_of
from dashapp.security.embedding import Embedding, Look
from dashapp.security.guard import Guard
from dashapp.security.lti.choosing import DeepLinking
from dashapp.security.lti.keysets import PlatformKeys
from dashapp.security.lti.launching import Arrival, Launches
from dashapp.security.lti.pages import Pages
from dashapp.security.lti.places import Places
from dashapp.security.lti.registration import Codes, Registration
from dashapp.security.lti.rosters import Rosters
from dashapp.security.lti.routes import LtiRoutes
from dashapp.security.lti.services import PlatformServices
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.lti.states import States
from dashapp.security.outgoing import Outgoing
from dashapp.security.principals import Principals
from dashapp.security.rates import Rates
from dashapp.security.sessions import Manner
from dashapp.security.signing import Signer
from dashapp.services import Services


@dataclass(frozen=True, slots=True)
class Opening:
    """What becomes of somebody whom a platform has launched."""

    principals: Principals
    embedding: Embedding
    rates: Rates


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Signs in whom a platform has launched, for the frame that they launched, and answers with the page."""

    guard: Guard
    opening: Opening
    rosters: Rosters

    def __call__(self, arrival: Arrival, path: str) -> Response:
        """The page at `path`, which begins with the service's own path. Raises LaunchRefused where the platform is not
        believed any more by now."""
        organisation, person = arrival.platform.organisation_id, arrival.person.public_id
        # What was remembered of them may be older than the role that this launch has given.
        self.opening.principals.forget(organisation, person)
        device, origin = device_of(request.headers.get("User-Agent")), network_of(request.remote_addr)
        voucher = Voucher.platform(arrival.platform.public_id, arrival.launch.deployment_id)
        manner = Manner(carrier=Carrier.BEARER, device=device, origin=origin, voucher=voucher)
        try:
            text = self.guard.sessions.issue(organisation, person, SignInMethod.LTI, manner)
        except NotBelieved:
            raise LaunchRefused("the platform was switched off meanwhile") from None
        if arrival.context is not None and arrival.course is not None:
            self.rosters.sync_soon(arrival.platform, replace(arrival.context, course_id=arrival.course.course_id))
        return self.opening.embedding.bearer_answer(organisation, text, path, self._look(arrival))

    def _look(self, arrival: Arrival) -> Look:
        """As the person has chosen, else as the platform says."""
        organisation, person = arrival.platform.organisation_id, arrival.person.public_id
        found = self.opening.principals.read_all(organisation, [person]).get(person)
        holds = found.settings if found is not None else NOTHING_CHOSEN
        theme = holds.theme.value if holds.theme else arrival.launch.theme
        return Look(holds.language or arrival.launch.locale, theme)


def install_launches(server: Flask, guard: Guard, services: Services, opening: Opening) -> Rosters:
    """Adds everything that platforms ask; the rosters are to be closed with the app."""
    principals = opening.principals
    settings, database, clock = services.settings, services.database, services.clock
    places, outgoing = Places(settings.public_url), Outgoing(settings)
    pages = Pages(places.path)
    limits = limits_from(settings.data_retention_days, settings.future_tolerance)
    keys = SigningKeys(database, settings.secret_keys, clock)
    rosters = Rosters(database, clock, PlatformServices(outgoing, keys, clock), limits)
    launches = Launches(database, clock, places, PlatformKeys(outgoing).find, limits)
    deep_linking = DeepLinking(
        database,
        clock,
        places,
        pages,
        launches,
        keys,
        Signer(settings.secret_keys, "lti deep link"),
        _courses_of(services, principals),
    )
    open_page = OpenPage(guard, opening, rosters)
    states = States(settings.secret_keys)
    routes = LtiRoutes(guard, database, clock, states, places, pages, launches, deep_linking, keys, open_page)
    routes.install(server, opening.rates)
    codes = Codes(Signer(settings.secret_keys, "lti code"))
    Registration(guard, database, clock, codes, places, pages, outgoing).install(server, opening.rates)
    return rosters


def _courses_of(services: Services, principals: Principals) -> Callable[[Arrival], Sequence[tuple[PublicId, str]]]:
    """The classrooms that somebody teaches, by their names."""

    def courses(arrival: Arrival) -> Sequence[tuple[PublicId, str]]:
        principals.forget(arrival.platform.organisation_id, arrival.person.public_id)
        principal = principals.of(arrival.platform.organisation_id, arrival.person.public_id)
        if principal is None or not principal.teaches_in:
            return ()
        rooms = services.reader.classrooms(principal)
        return [(room.public_id, " · ".join(filter(None, (room.code, room.title)))) for room in rooms]

    return courses
