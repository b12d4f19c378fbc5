"""The first start of an empty installation: its first organisation with its administrator and its calendar.

Whoever reads the log of the process may do it, once: the code that stands there opens the page as long as there is no
organisation. It is made of the secret key, so that all processes name the same one and nothing has to be kept.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Event
from typing import Final
from zoneinfo import available_timezones

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.accounts import create_account, create_person, find_account, set_password
from dashapp.data.store.audit import record
from dashapp.data.store.first_start import is_empty, organisations_ever
from dashapp.data.store.locks import own_first_start
from dashapp.data.store.organisations import create_organisation, grant_administrator
from dashapp.data.store.terms import set_term
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, Actor, ViewerRole, person_subject
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.domain.sessions import SignInMethod
from dashapp.domain.terms import Term, TermError, TermFault, checked_term
from dashapp.observability.logging import get_logger
from dashapp.security.accounts import SignedIn
from dashapp.security.passwords import LONGEST_NAME, Hasher, PasswordRules, plain_name, storable
from dashapp.words import _, available_locales
from dashapp.words.terms import term_objection

SET_UP_PATH: Final = "/set-up"
_GROUP: Final = 4
_LETTERS: Final = 3 * _GROUP
"""Of five bits each: with the limit of tries, more than anybody can guess."""
SHORT_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A label of an address: it stands in addresses and in events."""
LONGEST_TITLE: Final = 120
_FIELDS: Final = {
    TermFault.NO_NAME: "term",
    TermFault.NO_START: "starts",
    TermFault.NO_END: "ends",
    TermFault.ENDS_BEFORE_START: "ends",
    TermFault.TOO_LONG: "ends",
}

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why it was not done: a sentence, and the field that it is about."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed into the page, nothing of it checked."""

    title: str
    name: str
    zone: str
    language: str
    given: str
    family: str
    email: str
    password: str
    again: str
    term: str
    starts: date | None
    ends: date | None
    breaks: tuple[tuple[date | None, date | None], ...]

    @property
    def has_term(self) -> bool:
        """Whether anything of a term was entered; it may be left for later."""
        dates = (self.starts, self.ends, *(day for pair in self.breaks for day in pair))
        return bool(self.term.strip()) or any(dates)


class FirstStart:
    """Whether the installation waits to be set up, and the code that opens the page. Safe to share between threads.

    Every method raises Unavailable.
    """

    def __init__(self, database: Database, secret_keys: Sequence[str]) -> None:
        self._database = database
        self._key = secret_keys[0].encode()
        self._announced = Event()

    def is_open(self) -> bool:
        """Whether the installation is still empty."""
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            return is_empty(connection)

    def code(self) -> str | None:
        """The code that opens the page, in groups of four; None once there is an organisation."""
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            return self._code(connection) if is_empty(connection) else None

    def announce(self, public_url: str) -> str | None:
        """Writes the code into the log, once in a process, and gives the address of the page; None where it is closed.

        Whoever can read the log runs the service, so this one secret belongs there.
        """
        code = self.code()
        if code is None:
            return None
        address = f"{public_url}{SET_UP_PATH}"
        if not self._announced.is_set():
            self._announced.set()
            log.warning("set_up.waits", address=address, code=code)
        return address

    def opens(self, given: str) -> bool:
        """Whether what somebody typed is the code."""
        code = self.code()
        return code is not None and hmac.compare_digest(_plain(given), _plain(code))

    def _code(self, connection: Connection) -> str:
        made = organisations_ever(connection)
        digest = hmac.digest(self._key, f"first start {made}".encode(), "sha256")
        letters = b32encode(digest).decode()[:_LETTERS]
        return "-".join(letters[start : start + _GROUP] for start in range(0, _LETTERS, _GROUP))


class SetUp:
    """Sets an installation up. Safe to share between threads."""

    def __init__(self, database: Database, clock: Clock, first_start: FirstStart, hasher: Hasher) -> None:
        self.first_start = first_start
        self._database = database
        self._clock = clock
        self._hasher = hasher
        self._rules = PasswordRules.load()

    def begin(self, code: str, entered: Entered, origin: str | None) -> SignedIn | Objection | None:
        """Makes the organisation; None where the code is not right, or somebody else was first.

        `origin`: the network that it comes from. All of it is done or nothing. Raises Unavailable.
        """
        if not self.first_start.opens(code):
            return None
        checked = self._check(entered)
        if isinstance(checked, Objection):
            return checked
        password_hash = self._hasher.hash(entered.password)
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            own_first_start(connection)
            if not is_empty(connection):
                return None
            return self._write(connection, entered, checked, (password_hash, origin))

    def _check(self, entered: Entered) -> "_Checked | Objection":
        title = " ".join(storable(entered.title).split())[:LONGEST_TITLE]
        if not title:
            return Objection("title", _("Enter the name of your organisation."))
        if not SHORT_NAME.fullmatch(entered.name):
            return Objection("name", _("The short name has small letters a to z, digits and hyphens only."))
        if entered.zone not in available_timezones():
            return Objection("zone", _("Choose a time zone from the list."))
        if entered.language not in available_locales():
            return Objection("language", _("Choose a language from the list."))
        given = " ".join(storable(entered.given).split())[:LONGEST_TITLE]
        if not given:
            return Objection("given", _("Enter your name."))
        email = plain_name(entered.email)
        if email.count("@") != 1 or any(letter.isspace() for letter in email) or len(entered.email) > LONGEST_NAME:
            return Objection("email", _("Enter your e-mail address: you sign in with it."))
        family = " ".join(storable(entered.family).split())[:LONGEST_TITLE] or None
        about = (email, given, family or "", title, entered.name)
        if (objection := self._rules.objection(entered.password, about)) is not None:
            return Objection("password", objection)
        if entered.password != entered.again:
            return Objection("again", _("The two passwords differ."))
        try:
            term = (
                checked_term(entered.term, entered.starts, entered.ends, entered.breaks) if entered.has_term else None
            )
        except TermError as error:
            return Objection(_FIELDS.get(error.fault, "breaks"), term_objection(error))
        return _Checked(title, given, family, email, term)

    def _write(
        self, connection: Connection, entered: Entered, checked: "_Checked", proof: tuple[str, str | None]
    ) -> SignedIn:
        password_hash, origin = proof
        now = self._clock()
        organisation = create_organisation(connection, entered.name, checked.title, entered.zone, entered.language)
        names = (checked.given, checked.family)
        person = create_person(connection, organisation, names, checked.email)
        create_account(connection, organisation, person, checked.email, now)
        account = find_account(connection, organisation, checked.email)
        assert account is not None
        set_password(connection, organisation, account.account_id, password_hash, now)
        grant_administrator(connection, organisation, person)
        actor = Actor(str(account.person), ViewerRole.ADMINISTRATOR, origin, SignInMethod.LINK.value)
        record(connection, organisation, actor, Action.ORGANISATION_MADE, {"subject": ORGANISATION_SUBJECT})
        for action in (Action.ACCOUNT_OPENED, Action.PASSWORD_SET, Action.ADMINISTRATOR_MADE):
            record(connection, organisation, actor, action, {"subject": person_subject(person)})
        self._write_term(connection, organisation, checked.term, actor)
        return SignedIn(organisation, account.person)

    def _write_term(
        self, connection: Connection, organisation: OrganisationId, term: Term | None, actor: Actor
    ) -> None:
        if term is not None:
            key = set_term(connection, organisation, term)
            record(connection, organisation, actor, Action.TERM_SET, {"subject": f"term {key}"})


@dataclass(frozen=True, slots=True)
class _Checked:
    title: str
    given: str
    family: str | None
    email: str
    term: Term | None


def _plain(code: str) -> bytes:
    """A code as it is compared: people type it with or without hyphens and capitals."""
    return "".join(letter for letter in code.upper() if letter.isalnum())[:64].encode("utf-8", "surrogatepass")
