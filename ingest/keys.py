"""`python -m ingest.keys create|list|revoke|allow`: the keys of senders for the collectors, and what they may send."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from dashapp.data.database import Connection, Database, DatabaseRole, act_for
from dashapp.data.store.audit import operator, record
from dashapp.data.store.organisations import (
    NewSource,
    act_for_named,
    create_organisation,
    find_organisation,
    register_source,
)
from dashapp.data.store.source_keys import (
    MARK,
    KnownSource,
    MadeKey,
    change_source,
    find_source,
    list_keys,
    make_key,
    revoke_key,
)
from dashapp.domain.audit import Action
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, SourceId
from dashapp.settings import Settings
from ingest.commanding import run_command
from ingest.sources import ASK_AGAIN_SECONDS

EFFECTIVE_WITHIN: Final = 30
"""Seconds until every process has heard of a revocation, or of what a sender may send."""


def main(arguments: Sequence[str] | None = None, tell: Callable[[str], object] | None = None) -> int:
    """The command line. 0 when it was done, 1 when it could not be, 2 for a wrong setting or argument."""
    say = tell or (lambda sentence: sys.stdout.write(f"{sentence}\n"))
    options = _parser().parse_args(arguments)
    return run_command(lambda settings, database: _COMMANDS[options.command](database, settings, options, say))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest.keys", description="Keys of senders for the collectors.")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make a key, and the sender where there is none of this name")
    create.add_argument("--organisation", required=True, help="its short name")
    create.add_argument("--title", help="makes the organisation where there is none of this name")
    create.add_argument("--zone", default="UTC", help="the time zone of an organisation that is made: Europe/Berlin")
    create.add_argument("--source", required=True, help="the sender's name, unique in the installation")
    create.add_argument("--issuer", help="who gives out the ids that name no issuer; needed for a new sender")
    create.add_argument("--allow", help="what a new sender may send, with commas: learning,user,content (all)")
    create.add_argument("--days", type=int, help="how long the key holds; without it, until it is revoked")
    listing = commands.add_parser("list", help="show all keys of an organisation, without their secrets")
    listing.add_argument("--organisation", required=True)
    revoke = commands.add_parser("revoke", help="end a key")
    revoke.add_argument("--organisation", required=True)
    revoke.add_argument("key", help=f"its beginning, as the list shows it: {MARK}…")
    allow = commands.add_parser("allow", help="change what a sender may send; with Kafka, on the topics that are read")
    allow.add_argument("--organisation", required=True)
    allow.add_argument("--source", required=True, help="the sender's name")
    allow.add_argument(
        "kinds", nargs="?", help="all that it may send from now on, with commas: learning,user,content; else it is told"
    )
    return parser


def _create(database: Database, settings: Settings, options: argparse.Namespace, say: Callable[[str], object]) -> int:
    now = datetime.now(UTC)
    expires_at = None if options.days is None else now + timedelta(days=options.days)
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = _organisation(connection, options.organisation, options.title, options.zone)
        known = find_source(connection, organisation, options.source)
        if known is None:
            source = _make_source(connection, organisation, settings, options)
            _record(connection, organisation, Action.SENDER_SET, f"sender {options.source}")
        else:
            source = known.source_id
            _check_unchanged(known, options)
    if known is None:
        # An ingest that has just looked for senders looks again after this long: nobody gets to send sooner.
        time.sleep(ASK_AGAIN_SECONDS)
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        key = make_key(connection, organisation, source, now, expires_at)
        _record(connection, organisation, Action.KEY_MADE, f"key {MARK}{key.prefix}")
    _show(key, options.source, say)
    return 0


def _organisation(connection: Connection, name: str, title: str | None, zone: str) -> OrganisationId:
    """The organisation of a name, for which the transaction acts from here on; made where a title was given."""
    known = find_organisation(connection, name)
    if known is not None:
        act_for(connection, known)
        return known
    if title is None:
        raise AnalyticsError(f"There is no organisation named {name}. With --title, this command makes one.")
    return create_organisation(connection, name, title, zone)


def _make_source(
    connection: Connection, organisation: OrganisationId, settings: Settings, options: argparse.Namespace
) -> SourceId:
    """A new sender. Raises AnalyticsError where the issuer is missing."""
    if options.issuer is None:
        raise AnalyticsError(f"There is no sender named {options.source}. With --issuer, this command makes one.")
    allowed = frozenset(Topic) if options.allow is None else _kinds(options.allow)
    # Over Kafka the record's header names the sender, and only who is registered for a topic is believed on it.
    topics = settings.kafka_topics if settings.kafka_brokers else ()
    return register_source(connection, organisation, NewSource(options.source, options.issuer, allowed, topics))


def _check_unchanged(known: KnownSource, options: argparse.Namespace) -> None:
    """Raises AnalyticsError where the arguments say something else about a sender than what is known of it."""
    if options.issuer is not None and options.issuer != known.issuer:
        raise AnalyticsError(f"There is a sender named {options.source} already, of the issuer {known.issuer}.")
    if options.allow is not None and _kinds(options.allow) != known.allowed:
        may = ", ".join(sorted(known.allowed))
        words = f"There is a sender named {options.source} already, which may send {may}. The command allow changes it."
        raise AnalyticsError(words)


def _kinds(text: str) -> frozenset[Topic]:
    """The kinds of event that are named. Raises AnalyticsError."""
    try:
        return frozenset(Topic(word.strip()) for word in text.split(","))
    except ValueError:
        raise AnalyticsError(f"What can be allowed is {', '.join(Topic)}, with commas between them.") from None


def _show(key: MadeKey, source: str, say: Callable[[str], object]) -> None:
    say(f"A key of {source}. It is shown this once, and kept nowhere:")
    say("")
    say(f"  Authorization: Bearer {key.whole}")
    say("")
    say("Where a user and a password are asked for:")
    say("")
    say(f"  user      {MARK}{key.prefix}")
    say(f"  password  {key.secret}")


def _list(database: Database, _settings: Settings, options: argparse.Namespace, say: Callable[[str], object]) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        keys = list_keys(connection, act_for_named(connection, options.organisation))
    now = datetime.now(UTC)
    for key in keys:
        if key.revoked_at is not None:
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
        elif key.expires_at is not None and key.expires_at <= now:
            state = f"expired {key.expires_at:%Y-%m-%d %H:%M} UTC"
        elif key.expires_at is not None:
            state = f"until {key.expires_at:%Y-%m-%d %H:%M} UTC"
        else:
            state = "until it is revoked"
        used = "never used" if key.last_used_at is None else f"last used {key.last_used_at:%Y-%m-%d, hour %H} UTC"
        say(f"{MARK}{key.prefix}  {key.source}  made {key.created_at:%Y-%m-%d}, {state}, {used}")
    if not keys:
        say("No keys.")
    return 0


def _revoke(database: Database, _settings: Settings, options: argparse.Namespace, say: Callable[[str], object]) -> int:
    prefix = options.key.removeprefix(MARK).partition("_")[0]
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        if not revoke_key(connection, organisation, prefix, datetime.now(UTC)):
            raise AnalyticsError(f"There is no key {MARK}{prefix} to revoke.")
        _record(connection, organisation, Action.KEY_REVOKED, f"key {MARK}{prefix}")
    say(f"Revoked. No collector takes it any more after {EFFECTIVE_WITHIN} seconds.")
    return 0


def _allow(database: Database, settings: Settings, options: argparse.Namespace, say: Callable[[str], object]) -> int:
    topics = settings.kafka_topics if settings.kafka_brokers else ()
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        known = find_source(connection, organisation, options.source)
        if known is None:
            raise AnalyticsError(f"There is no sender named {options.source}.")
        allowed = known.allowed if options.kinds is None else _kinds(options.kinds)
        if options.kinds is not None:
            change_source(connection, known, allowed, topics)
            _record(connection, organisation, Action.SENDER_SET, f"sender {options.source}", allowed=sorted(allowed))
    since = "" if options.kinds is None else f" That holds everywhere after {EFFECTIVE_WITHIN} seconds."
    say(f"{options.source} may send {', '.join(sorted(allowed))} events.{since}")
    return 0


def _record(
    connection: Connection, organisation: OrganisationId, action: Action, subject: str, **detail: object
) -> None:
    record(connection, organisation, operator(), action, {"subject": subject, **detail})


_COMMANDS: Final = {"create": _create, "list": _list, "revoke": _revoke, "allow": _allow}

if __name__ == "__main__":
    sys.exit(main())
