"""The commands of embedding without LTI: signed links, and the origins whose pages may show ours in a frame."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import find_person, principal_for
from dashapp.data.store.audit import operator, record
from dashapp.data.store.frame_origins import named_frame_origins, register_frame_origin, withdraw_frame_origins
from dashapp.data.store.organisations import act_for_named
from dashapp.data.store.sessions import Ender, SessionChoice, end_sessions
from dashapp.domain.audit import Action, person_subject
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.sessions import SignInMethod
from dashapp.security.embed_links import USUAL_LIFETIME, EmbedLinks
from dashapp.security.frames import origin_of
from dashapp.settings import Settings

Say = Callable[[str], object]


def add_embed_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `embed-link` and `frame-origin`; each sets `run(settings, database, options, say)`."""
    link = commands.add_parser("embed-link", help="a short-lived address that opens one page in a frame")
    link.add_argument("--organisation", required=True, help="its short name")
    link.add_argument("--person", required=True, help="the public id of the teacher or administrator whose page it is")
    what = link.add_mutually_exclusive_group(required=True)
    what.add_argument("--page", help="for example /embed/courses/<id>")
    what.add_argument("--end", action="store_true", help="ends all links of the person, and what they have opened")
    minutes = int(USUAL_LIFETIME.total_seconds() // 60)
    link.add_argument("--minutes", type=int, default=minutes, help=f"how long it can be opened ({minutes})")
    link.set_defaults(run=_link)
    origin = commands.add_parser("frame-origin", help="whose pages may show ours in a frame")
    origin.add_argument("--organisation", required=True, help="its short name")
    change = origin.add_mutually_exclusive_group()
    change.add_argument("--add", metavar="ADDRESS", help="such as https://portal.example.edu")
    change.add_argument("--remove", metavar="ADDRESS", help="takes back what --add has allowed")
    origin.set_defaults(run=_origin)


def _link(settings: Settings, database: Database, options: argparse.Namespace, say: Say) -> None:
    try:
        person = UUID(options.person)
    except ValueError:
        raise AnalyticsError("--person should be the public id of a person, as addresses of pages show it.") from None
    organisation = _organisation(database, options.organisation)
    if options.end:
        _end_links(database, organisation, PublicId(person), say)
        return
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        principal = principal_for(connection, organisation, person, system_clock())
    links = EmbedLinks(settings.secret_keys, system_clock, settings.public_url, database)
    made = links.make(principal, options.page, timedelta(minutes=options.minutes))
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        what = {"subject": person_subject(principal.person_id), "only": options.page, "minutes": options.minutes}
        record(connection, organisation, operator(), Action.EMBED_LINK, what)
    say(made)


def _end_links(database: Database, organisation: OrganisationId, person: PublicId, say: Say) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        theirs = SessionChoice(person_id=find_person(connection, organisation, person), method=SignInMethod.LINK)
        ended = end_sessions(connection, organisation, theirs, Ender(operator()))
    say(f"Links that were made for them open nothing any more; {len(ended)} pages that they had opened are closed.")


def _origin(settings: Settings, database: Database, options: argparse.Namespace, say: Say) -> None:
    organisation = _organisation(database, options.organisation)
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        if options.add:
            origin = origin_of(options.add, plain=not settings.production)
            register_frame_origin(connection, organisation, origin, _by_hand(origin), datetime.now(UTC))
            record(connection, organisation, operator(), Action.FRAMES, {"subject": f"origin {origin}", "added": True})
            say(f"Pages of {origin} may show ours in a frame, in a few seconds.")
        elif options.remove:
            origin = origin_of(options.remove, plain=True)
            gone = withdraw_frame_origins(connection, organisation, _by_hand(origin))
            if gone:
                what = {"subject": f"origin {origin}", "added": False}
                record(connection, organisation, operator(), Action.FRAMES, what)
            say(f"{origin} is taken back." if gone else f"{origin} was not added by this command.")
        else:
            named = named_frame_origins(connection, organisation)
            for origin, source in named:
                say(f"{origin}  ({source})")
            if not named:
                say("No pages but our own may show ours in a frame.")


def _by_hand(origin: str) -> str:
    return f"by hand: {origin}"


def _organisation(database: Database, name: str) -> OrganisationId:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        return act_for_named(connection, name)
