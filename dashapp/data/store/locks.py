"""Advisory locks of the write side. All but the lead of the jobs are held to the end of the transaction.

Who takes several takes them in ascending order, and nobody who holds one shared asks for it alone: both would end in a
deadlock.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from dashapp.domain.keys import OrganisationId, PersonId, SourceId

_ORGANISATIONS = 7311
"""The first of the two numbers of a lock: what kind of thing is locked. The second is its key."""
_DEAD_LETTERS = 7316
_FIRST_START = 7322
_SESSIONS = 7318
_ROSTERS = 7319
_FRAMES = 7321
_MESSAGES = 7324

_SHARE = text("SELECT pg_advisory_xact_lock_shared(:kind, :key)")
_OWN = text("SELECT pg_advisory_xact_lock(:kind, :key)")
_TRY = text("SELECT pg_try_advisory_xact_lock(:kind, :key)")
_LEAD = text("SELECT pg_try_advisory_lock(:lock)")
_LEAD_OF_JOBS = 7_311_005
_THERE = text("SELECT 1")


def share_organisations(connection: Connection, organisations: Iterable[OrganisationId]) -> None:
    """Waits until nobody changes the structure of these organisations, and keeps everybody from doing so."""
    for organisation in sorted(set(organisations)):
        connection.execute(_SHARE, {"kind": _ORGANISATIONS, "key": _narrow(organisation)})


def own_organisation(connection: Connection, organisation: OrganisationId) -> None:
    """Waits until nobody writes events of this organisation, and keeps everybody from doing so: for a change of its
    structure, which must raise `organisations.structure_epoch` in the same transaction."""
    connection.execute(_OWN, {"kind": _ORGANISATIONS, "key": _narrow(organisation)})


def own_dead_letters(connection: Connection) -> None:
    """Waits until nobody else writes dead letters: so counting them is exact, and nobody meets their rows in another
    order. Asked for after every lock of an organisation, late in the transaction; the web takes rows without it."""
    connection.execute(_OWN, {"kind": _DEAD_LETTERS, "key": 0})


def own_frames(connection: Connection, organisation: OrganisationId) -> None:
    """Waits until nobody else says whose pages may frame those of the organisation. Nothing else is locked after it."""
    connection.execute(_OWN, {"kind": _FRAMES, "key": _narrow(organisation)})


def own_messages(connection: Connection, author: PersonId) -> None:
    """Waits until nobody else queues messages of this author: so counting them is exact. Nothing is locked after it."""
    connection.execute(_OWN, {"kind": _MESSAGES, "key": _narrow(author)})


def own_first_start(connection: Connection) -> None:
    """Waits until nobody else sets the installation up, and keeps others from it."""
    connection.execute(_OWN, {"kind": _FIRST_START, "key": 0})


def share_sessions(connection: Connection, organisation: OrganisationId) -> None:
    """Waits until nobody ends sessions of this organisation, or changes on whose word they begin, and keeps everybody
    from it: before it is asked whether what a new session rests on still lasts."""
    connection.execute(_SHARE, {"kind": _SESSIONS, "key": _narrow(organisation)})


def own_sessions(connection: Connection, organisation: OrganisationId) -> None:
    """Waits until no session of this organisation begins that rests on something, and keeps everybody from it: before
    that ends, and in the same transaction the sessions that rest on it."""
    connection.execute(_OWN, {"kind": _SESSIONS, "key": _narrow(organisation)})


def try_roster(connection: Connection, source: SourceId) -> bool:
    """Whether nobody else takes a roster of this source in or back at this moment; asked before all other locks."""
    return bool(connection.execute(_TRY, {"kind": _ROSTERS, "key": source}).scalar_one())


def try_to_lead(connection: Connection) -> bool:
    """Whether this session leads the jobs from now on, until it ends; False while another one does."""
    return bool(connection.execute(_LEAD, {"lock": _LEAD_OF_JOBS}).scalar_one())


def is_there(connection: Connection) -> None:
    """Asks whether the session, and with it what it holds, still lives. Raises the driver's error where it does not."""
    connection.execute(_THERE)


def _narrow(key: int) -> int:
    """A lock's key has 31 bits; two organisations that fall on one number only wait for each other without need."""
    return key & 0x7FFFFFFF
