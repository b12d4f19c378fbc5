"""Local accounts: who a name and a password are, and how a password is set.

Nobody learns here whether a name exists: a name without an account is counted, locked and compared like any other one,
in the same statements and with the same work. A try is counted before it is made, so that many at once are not more
than many after each other.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.queries.people import find_person
from dashapp.data.store.accounts import (
    Account,
    account_of_link,
    account_of_person,
    count_try,
    create_account,
    create_person,
    find_account,
    forget_tries,
    make_link,
    note_refused,
    person_of_account,
    renew_hash,
    set_password,
    wait_briefly,
)
from dashapp.data.store.audit import record
from dashapp.data.store.organisations import find_organisation
from dashapp.domain.audit import UNKNOWN_ACTOR, Action, Actor, ViewerRole, person_subject
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.sessions import SignInMethod
from dashapp.security.passwords import LONGEST_NAME, Hasher, PasswordRules, plain_name, storable

LONGEST_LOCK: Final = 900.0
"""Seconds. Whoever knows a name can lock it: not for longer than this, and a link from an administrator opens it."""
LINK_HOLDS: Final = timedelta(hours=72)
NOWHERE: Final = OrganisationId(0)
"""Stands for an organisation that does not exist, so that tries there cost as much."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has proved who they are."""

    organisation_id: OrganisationId
    person: PublicId


class Accounts:
    """The local accounts of all organisations. Safe to share between threads.

    Every method raises Unavailable while the database is away.
    """

    def __init__(self, database: Database, clock: Clock, secret_keys: Sequence[str], hasher: Hasher) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher
        self._rules = PasswordRules.load()
        # Names that were tried are kept in this form only: a password typed into the wrong field is a name, too.
        self._key = hmac.digest(secret_keys[-1].encode(), b"sign-in tries", "sha256")

    def sign_in(self, organisation: str, name: str, password: str, origin: str | None = None) -> SignedIn | None:
        """Who that is; None for a wrong password, a name that nobody has, and while the name is locked.

        `origin`: the network that it is tried from.
        """
        known, name = self._find_organisation(organisation), plain_name(name)
        acting = NOWHERE if known is None else known
        name_hash = self._name_hash(acting, name)
        with self._database.transaction(DatabaseRole.JOBS, acting) as connection:
            wait_briefly(connection)
            counted = count_try(connection, acting, name_hash, (self._clock(), LONGEST_LOCK))
            account = find_account(connection, acting, name)
        matches = self._hasher.matches(account.password_hash if account else None, password)
        if account is None or account.password_hash is None or not (matches and counted):
            self._note_refused(acting, name, Actor(UNKNOWN_ACTOR, None, origin), counted=counted)
            return None
        with self._database.transaction(DatabaseRole.JOBS, acting) as connection:
            forget_tries(connection, acting, name_hash)
            if self._hasher.is_outdated(account.password_hash):
                renew_hash(connection, acting, account, self._hasher.hash(password))
        return SignedIn(acting, account.person)

    def has_account(self, organisation: OrganisationId, person: PublicId) -> bool:
        """Whether a person signs in with a password of this service."""
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            return account_of_person(connection, organisation, person) is not None

    def person_id(self, who: SignedIn) -> PersonId:
        """The key of a person. Raises NotFound."""
        with self._database.transaction(DatabaseRole.WEB, who.organisation_id) as connection:
            return find_person(connection, who.organisation_id, who.person)

    def change_password(self, who: SignedIn, old: str, new: str, actor: Actor) -> str | None:
        """Gives a signed-in person a new password; the objection as a sentence where that was not done."""
        with self._database.transaction(DatabaseRole.JOBS, who.organisation_id) as connection:
            wait_briefly(connection)
            account = account_of_person(connection, who.organisation_id, who.person)
            counted = account is not None and count_try(
                connection,
                who.organisation_id,
                self._name_hash(who.organisation_id, account.sign_in_name),
                (self._clock(), LONGEST_LOCK),
            )
        if not self._hasher.matches(account.password_hash if account else None, old) or account is None or not counted:
            if account is not None:
                self._note_refused(who.organisation_id, account.sign_in_name, actor, counted=counted)
            return WRONG
        objection = self._rules.objection(new, (account.sign_in_name,))
        if objection is None:
            password_hash = self._hasher.hash(new)
            with self._database.transaction(DatabaseRole.JOBS, who.organisation_id) as connection:
                self._write(connection, who.organisation_id, account, password_hash)
                _note_set(connection, who.organisation_id, account, actor)
        return objection

    def link_holds(self, organisation: str, secret: str) -> bool:
        """Whether a link to set a password can still be used."""
        known = self._find_organisation(organisation)
        if known is None:
            return False
        with self._database.transaction(DatabaseRole.JOBS, known) as connection:
            return account_of_link(connection, known, secret, self._clock()) is not None

    def set_password_by_link(
        self, organisation: str, secret: str, new: str, origin: str | None = None
    ) -> SignedIn | str:
        """Sets a password and uses the link up; the objection as a sentence where that was not done.

        `origin`: the network that it comes from.
        """
        known = self._find_organisation(organisation)
        if known is None:
            return LINK_ENDED
        with self._database.transaction(DatabaseRole.JOBS, known) as connection:
            wait_briefly(connection)
            account = account_of_link(connection, known, secret, self._clock())
            if account is None:
                return LINK_ENDED
            objection = self._rules.objection(new, (account.sign_in_name, organisation))
            if objection is not None:
                return objection
            self._write(connection, known, account, self._hasher.hash(new))
            by_link = Actor(str(account.person), ViewerRole.SELF, origin, SignInMethod.LINK.value)
            _note_set(connection, known, account, by_link)
        return SignedIn(known, account.person)

    def _note_refused(self, organisation: OrganisationId, name: str, actor: Actor, *, counted: bool) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            wait_briefly(connection)
            note_refused(connection, organisation, name, actor, counted=counted)

    def _write(
        self, connection: Connection, organisation: OrganisationId, account: Account, password_hash: str
    ) -> None:
        set_password(connection, organisation, account.account_id, password_hash, self._clock())
        forget_tries(connection, organisation, self._name_hash(organisation, account.sign_in_name))

    def _find_organisation(self, name: str) -> OrganisationId | None:
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            return find_organisation(connection, storable(name).strip()[:LONGEST_NAME])

    def _name_hash(self, organisation: OrganisationId, name: str) -> bytes:
        return hmac.digest(self._key, f"{int(organisation)} {name}".encode("utf-8", "surrogatepass"), sha256)


def _note_set(connection: Connection, organisation: OrganisationId, account: Account, actor: Actor) -> None:
    record(connection, organisation, actor, Action.PASSWORD_SET, {"subject": person_subject(account.person_id)})


def open_account(
    connection: Connection, organisation: OrganisationId, sign_in_name: str, clock: Clock, by: Actor
) -> tuple[PersonId, Account]:
    """The account of this name, made with a person where there is none, and whose it is.

    In a transaction of la_jobs that acts for the organisation. Raises AnalyticsError for a name that is none.
    """
    name = plain_name(sign_in_name)
    if not name or len(sign_in_name.strip()) > LONGEST_NAME or any(letter.isspace() for letter in name):
        raise AnalyticsError("A name to sign in with has no spaces in it, and at most 254 characters.")
    person = person_of_account(connection, organisation, name)
    if person is None:
        person = create_person(connection, organisation, (name.partition("@")[0], None), name if "@" in name else None)
        create_account(connection, organisation, person, name, clock())
        record(connection, organisation, by, Action.ACCOUNT_OPENED, {"subject": person_subject(person)})
    account = find_account(connection, organisation, name)
    if account is None:
        raise AnalyticsError("This account is closed: open it again first.")
    return person, account


def link_to_set_password(
    connection: Connection, place: tuple[str, OrganisationId, str], account: Account, by: Actor, clock: Clock
) -> str:
    """The address at which the owner sets a password once. `place`: public URL, organisation and its short name."""
    public_url, organisation, name = place
    secret = make_link(connection, organisation, account.account_id, by.key, (clock(), LINK_HOLDS))
    record(connection, organisation, by, Action.PASSWORD_LINK, {"subject": person_subject(account.person_id)})
    return f"{public_url}{LINK_PATH}?organisation={name}&key={secret}"


LINK_PATH: Final = "/sign-in/password"
WRONG: Final = "wrong"
"""The old password is not right, or there were too many tries."""
LINK_ENDED: Final = "ended"
"""The link has been used, is too old, or never was one."""
