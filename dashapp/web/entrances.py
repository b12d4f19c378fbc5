"""The ways in, and out: routes by which somebody gets a session or a file, installed on the server before Dash is."""

from collections.abc import Callable, Sequence

from flask import Flask

from dashapp.api.exports import ExportedFiles
from dashapp.api.files import ClassroomFile
from dashapp.api.history import HistoryProblems
from dashapp.api.leaving import OrganisationFile
from dashapp.api.reading import ReadingApi
from dashapp.api.received import ReceivedFileRoutes
from dashapp.api.rosters import RosterFindings
from dashapp.api.uploads import UploadRoute
from dashapp.data.database import Database
from dashapp.security.accounts import Accounts
from dashapp.security.embed_links import EmbedLinkRoute, EmbedLinks
from dashapp.security.embedding import Embedding
from dashapp.security.forms import Forms
from dashapp.security.guard import Guard
from dashapp.security.guardian_accounts import GuardianAccounts
from dashapp.security.guardian_pages import GuardianPages
from dashapp.security.openid import OpenId
from dashapp.security.openid_pages import OpenIdPages
from dashapp.security.outgoing import Outgoing
from dashapp.security.password_pages import PasswordPages
from dashapp.security.passwords import Hasher
from dashapp.security.rates import Rates
from dashapp.security.service_keys import KnownServices
from dashapp.security.set_up import FirstStart, SetUp
from dashapp.security.set_up_pages import SetUpPages
from dashapp.security.sign_in import DemoPerson, SignIn
from dashapp.security.tickets import TicketRoutes, Tickets
from dashapp.services import Services

ListDemoPeople = Callable[[Database], Sequence[DemoPerson]]


def install_entrances(
    server: Flask, guard: Guard, services: Services, embedding: Embedding, demo_people: ListDemoPeople | None
) -> Rates:
    """Installs the sign-in with what belongs to it, embed links, and tickets; gives the limits, for further ways in."""
    settings, database, clock = services.settings, services.database, services.clock
    rates = Rates(server, settings)
    _install_sign_in(server, guard, services, (rates, demo_people if settings.demo_sign_in else None))
    links = EmbedLinks(settings.secret_keys, clock, settings.public_url, database)
    EmbedLinkRoute(guard, links, embedding, rates).install(server)
    ClassroomFile(guard, services).install(server)
    OrganisationFile(guard, services).install(server)
    ExportedFiles(guard, services).install(server)
    ReceivedFileRoutes(guard, services).install(server)
    HistoryProblems(guard, services).install(server)
    RosterFindings(guard, services).install(server)
    UploadRoute(guard, services).install(server)
    TicketRoutes(guard, Tickets(settings.secret_keys, clock, database), rates).install(server)
    return rates


def _install_sign_in(
    server: Flask, guard: Guard, services: Services, given: tuple[Rates, ListDemoPeople | None]
) -> None:
    """How people and services prove who they are."""
    settings, database, clock = services.settings, services.database, services.clock
    rates, demo_people = given
    forms = Forms(guard, settings.secret_keys)
    hasher = Hasher()
    accounts = Accounts(database, clock, settings.secret_keys, hasher)
    first_start = FirstStart(database, settings.secret_keys)
    set_up = SetUp(database, clock, first_start, hasher)
    list_people = None if demo_people is None else lambda: demo_people(database)
    awaits_people = demo_people is not None and settings.demo
    SignIn(forms, accounts, database, rates, first_start, list_people, awaits_people).install(server)
    SetUpPages(forms, set_up, rates).install(server)
    PasswordPages(forms, accounts, rates).install(server)
    GuardianPages(forms, GuardianAccounts(database, clock, hasher), database, rates).install(server)
    openid = OpenId(Outgoing(settings), clock)
    OpenIdPages(forms, database, clock, rates, openid, settings.openid_client_secret).install(server)
    ReadingApi(KnownServices(database, clock), services.reader, rates, services.views).install(
        server, guard, forms.prefix
    )
