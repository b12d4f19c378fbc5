"""The ways in: every route by which somebody gets a session, installed on the server before Dash is."""

from collections.abc import Callable, Sequence

from flask import Flask

from dashapp.data.database import Database
from dashapp.security.embed_links import EmbedLinkRoute, EmbedLinks
from dashapp.security.embedding import Embedding
from dashapp.security.guard import Guard
from dashapp.security.sign_in import DemoPerson, DevelopmentSignIn
from dashapp.security.tickets import TicketRoutes, Tickets
from dashapp.services import Services

SIGN_IN_SHEETS = ("bootstrap.min.css", "tokens.css", "look.css")

ListDemoPeople = Callable[[Database], Sequence[DemoPerson]]


def install_entrances(
    server: Flask, guard: Guard, services: Services, embedding: Embedding, demo_people: ListDemoPeople | None
) -> None:
    """Installs the sign-in where the guard leads strangers to one, embed links, and tickets."""
    settings, database, clock = services.settings, services.database, services.clock
    if guard.sign_in_path is not None and demo_people is not None:
        people = demo_people
        DevelopmentSignIn(guard, lambda: people(database), settings.secret_keys, SIGN_IN_SHEETS).install(server)
    EmbedLinkRoute(guard, EmbedLinks(settings.secret_keys, clock, settings.public_url), embedding).install(server)
    TicketRoutes(guard, Tickets(settings.secret_keys, clock, database)).install(server)
