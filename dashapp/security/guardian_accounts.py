"""An account for a guardian who has no other way to sign in: the code of an invitation makes it, once.

Whoever has the code may be the administrator who made it, so such a guardian sees nothing before somebody else stands
for them: another administrator, the learner who agrees, or an operator.
"""

from dataclasses import dataclass
from typing import Final

from dashapp.data.database import Connection, Database, DatabaseRole, act_for
from dashapp.data.store import guardians
from dashapp.data.store.accounts import (
    create_account,
    create_person,
    find_account,
    person_of_account,
    set_password,
    wait_briefly,
)
from dashapp.data.store.audit import record
from dashapp.data.store.organisations import find_organisation
from dashapp.domain.audit import Action, Actor, ViewerRole, person_subject
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.sessions import SignInMethod
from dashapp.security.accounts import SignedIn
from dashapp.security.passwords import LONGEST_NAME, Hasher, PasswordRules, plain_name, storable
from dashapp.security.set_up import LONGEST_TITLE, Objection
from dashapp.words import _

GUARDIAN_ACCOUNT_PATH: Final = "/guardian/account"


@dataclass(frozen=True, slots=True)
class NewGuardian:
    """What somebody has typed."""

    organisation: str
    """Its short name."""
    code: str
    given: str
    family: str
    email: str
    password: str
    again: str


class _NameTaken(Exception):
    """Takes back what the transaction has begun."""


class GuardianAccounts:
    """Makes these accounts. Safe to share between threads."""

    def __init__(self, database: Database, clock: Clock, hasher: Hasher) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher
        self._rules = PasswordRules.load()

    def make(self, entered: NewGuardian, origin: str | None) -> SignedIn | Objection:
        """Makes the account and uses the code up: both or neither. `origin`: the network that it comes from.

        Whether a name is an account's is told to those only who have a code. Raises Unavailable.
        """
        given, family = (_plain(text) for text in (entered.given, entered.family))
        email = plain_name(entered.email)
        if not given:
            return Objection("given", _("Enter your name: the learner sees it."))
        if email.count("@") != 1 or any(letter.isspace() for letter in email) or len(entered.email) > LONGEST_NAME:
            return Objection("email", _("Enter your e-mail address: you sign in with it."))
        if (wrong := self._rules.objection(entered.password, (email, given, family, entered.organisation))) is not None:
            return Objection("password", wrong)
        if entered.password != entered.again:
            return Objection("again", _("The two passwords differ."))
        password_hash = self._hasher.hash(entered.password)
        try:
            with self._database.transaction(DatabaseRole.JOBS, None) as connection:
                wait_briefly(connection)
                return self._write(connection, entered, (given, family, email), (password_hash, origin))
        except NotFound:
            return Objection("code", _("This code is not known, or has been used, or its time is over."))
        except _NameTaken:
            return Objection("email", _("This account is there already: sign in with it, and enter the code."))

    def _write(
        self, connection: Connection, entered: NewGuardian, who: tuple[str, str, str], proof: tuple[str, str | None]
    ) -> SignedIn:
        organisation = find_organisation(connection, storable(entered.organisation).strip()[:LONGEST_NAME])
        if organisation is None:
            raise NotFound("There is no such organisation.")
        act_for(connection, organisation)
        given, family, email = who
        person = create_person(connection, organisation, (given, family or None), email)
        now = self._clock()
        row, learner = guardians.accept(connection, organisation, entered.code, person, now)
        guardians.note_needs_confirming(connection, organisation, row)
        if person_of_account(connection, organisation, email) is not None:
            raise _NameTaken
        create_account(connection, organisation, person, email, now)
        account = find_account(connection, organisation, email)
        if account is None or account.person_id != person:
            raise _NameTaken  # somebody else was first
        password_hash, origin = proof
        set_password(connection, organisation, account.account_id, password_hash, now)
        actor = Actor(str(account.person), ViewerRole.GUARDIAN, origin, SignInMethod.LOCAL.value)
        self._note(connection, organisation, actor, (person, learner, str(row)))
        return SignedIn(organisation, account.person)

    def _note(
        self, connection: Connection, organisation: OrganisationId, actor: Actor, about: tuple[PersonId, PersonId, str]
    ) -> None:
        person, learner, row = about
        for action in (Action.ACCOUNT_OPENED, Action.PASSWORD_SET):
            record(connection, organisation, actor, action, {"subject": person_subject(person)})
        towards = {"subject": person_subject(learner), "for": person_subject(person), "begins": True}
        record(connection, organisation, actor, Action.GUARDIAN_ACCEPTED, {**towards, "invitation": row})


def _plain(text: str) -> str:
    return " ".join(storable(text).split())[:LONGEST_TITLE]
