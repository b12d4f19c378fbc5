"""Local accounts: made, found and given passwords, in transactions of la_jobs that act for the organisation."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, func, insert, select, text

from dashapp.data.queries.described import names_of
from dashapp.data.tables import accounts, password_links, people
from dashapp.domain.audit import Action, Actor
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.sessions import SignInMethod

LINK_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Account:
    """A local account as the sign-in needs it."""

    account_id: int
    person: PublicId
    """Of the person who stands for the account's owner now."""
    person_id: PersonId
    sign_in_name: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as an administrator sees it."""

    sign_in_name: str
    name: str
    enabled: bool
    has_password: bool
    created_at: datetime


_HURRY: Final = text("SET LOCAL statement_timeout = 5000; SET LOCAL lock_timeout = 2000")


def wait_briefly(connection: Connection) -> None:
    """Somebody stands at the door: this transaction gives up soon rather than wait for others."""
    connection.execute(_HURRY)


def find_account(connection: Connection, organisation: OrganisationId, sign_in_name: str) -> Account | None:
    """The account of a name, if there is one that may be used."""
    return _find(connection, organisation, sign_in_name=sign_in_name)


def account_of_person(connection: Connection, organisation: OrganisationId, person: PublicId) -> Account | None:
    """The account with which a person signs in, if they have one."""
    return _find(connection, organisation, person=person)


def create_account(
    connection: Connection, organisation: OrganisationId, person: PersonId, sign_in_name: str, at: datetime
) -> None:
    """Gives a person an account without a password; again without effect."""
    connection.execute(_CREATE, {"organisation": organisation, "person": person, "name": sign_in_name, "at": at})


def person_of_account(connection: Connection, organisation: OrganisationId, sign_in_name: str) -> PersonId | None:
    """Whose account has this name, enabled or not."""
    found = connection.execute(
        select(accounts.c.person_id).where(
            accounts.c.organisation_id == organisation, accounts.c.sign_in_name == sign_in_name
        )
    ).scalar_one_or_none()
    return None if found is None else PersonId(found)


def create_person(
    connection: Connection, organisation: OrganisationId, names: tuple[str, str | None], email: str | None
) -> PersonId:
    """A person whom only an account knows: without an identifier no event can name them. `names`: given, family."""
    values = {
        "organisation_id": organisation,
        "given_name": names[0],
        "family_name": names[1],
        "email": email,
        "provisional": False,
    }
    return PersonId(connection.execute(insert(people).values(values).returning(people.c.person_id)).scalar_one())


def set_password(
    connection: Connection, organisation: OrganisationId, account: int, password_hash: str, at: datetime
) -> None:
    """Replaces the hash; every link that could still set a password is used up with it."""
    connection.execute(
        accounts.update()
        .where(accounts.c.organisation_id == organisation, accounts.c.account_id == account)
        .values(password_hash=password_hash, password_set_at=at)
    )
    connection.execute(
        password_links.update()
        .where(
            password_links.c.organisation_id == organisation,
            password_links.c.account_id == account,
            password_links.c.used_at.is_(None),
        )
        .values(used_at=at)
    )


def renew_hash(connection: Connection, organisation: OrganisationId, account: Account, password_hash: str) -> None:
    """The same password in the form of today, unless it was changed in between."""
    connection.execute(
        accounts.update()
        .where(
            accounts.c.organisation_id == organisation,
            accounts.c.account_id == account.account_id,
            accounts.c.password_hash == account.password_hash,
        )
        .values(password_hash=password_hash)
    )


def enable_account(connection: Connection, organisation: OrganisationId, sign_in_name: str, enabled: bool) -> bool:
    """Opens or closes an account; whether there is one of this name."""
    changed = connection.execute(
        accounts.update()
        .where(accounts.c.organisation_id == organisation, accounts.c.sign_in_name == sign_in_name)
        .values(enabled=enabled)
    )
    return changed.rowcount > 0


def accounts_of(connection: Connection, organisation: OrganisationId, person: PersonId) -> dict[str, bool]:
    """The names with which a person (canonical key) signs in → whether each may be used now."""
    values = {"organisation": organisation, "person": person}
    return {row.sign_in_name: row.enabled for row in connection.execute(_OF_PERSON, values)}


def list_accounts(connection: Connection, organisation: OrganisationId) -> list[ListedAccount]:
    """All accounts of an organisation, by name."""
    rows = connection.execute(
        select(accounts, func.concat_ws(" ", *names_of(people)).label("name"))
        .join(
            people,
            (people.c.organisation_id == accounts.c.organisation_id) & (people.c.person_id == accounts.c.person_id),
        )
        .where(accounts.c.organisation_id == organisation)
        .order_by(accounts.c.sign_in_name)
    )
    return [
        ListedAccount(row.sign_in_name, row.name, row.enabled, row.password_hash is not None, row.created_at)
        for row in rows
    ]


# ------------------------------------------------------------------ links


def make_link(
    connection: Connection, organisation: OrganisationId, account: int, made_by: str, span: tuple[datetime, timedelta]
) -> str:
    """The secret of a link with which the owner sets a password once. `span`: now, and how long it holds."""
    secret = secrets.token_urlsafe(LINK_BYTES)
    now, holds = span
    connection.execute(
        insert(password_links).values(
            organisation_id=organisation,
            secret_hash=_hash_of(secret),
            account_id=account,
            made_by=made_by,
            made_at=now,
            expires_at=now + holds,
        )
    )
    return secret


def account_of_link(connection: Connection, organisation: OrganisationId, secret: str, now: datetime) -> Account | None:
    """Whose password the link sets, while it holds. Locks the link, so that of two who use it at once one is first."""
    found = connection.execute(
        select(password_links.c.account_id)
        .where(
            password_links.c.organisation_id == organisation,
            password_links.c.secret_hash == _hash_of(secret),
            password_links.c.used_at.is_(None),
            password_links.c.expires_at > now,
        )
        .with_for_update()
    ).scalar_one_or_none()
    return None if found is None else _find(connection, organisation, account=found)


def _hash_of(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


# ------------------------------------------------------------------ tries


def count_try(
    connection: Connection, organisation: OrganisationId, name_hash: bytes, span: tuple[datetime, float]
) -> bool:
    """Counts one try to sign in, before it is made; whether it may be made.

    `span`: now, and the longest lock in seconds. Two at once are counted one after the other, so nobody gets more
    tries by sending them together.
    """
    now, longest = span
    values = {"organisation": organisation, "name": name_hash, "now": now, "longest": longest}
    connection.execute(_FORGET, {"organisation": organisation, "now": now})
    return connection.execute(_COUNT, values).first() is not None


def forget_tries(connection: Connection, organisation: OrganisationId, name_hash: bytes) -> None:
    """After a success, or for a new password."""
    connection.execute(_SUCCEEDED, {"organisation": organisation, "name": name_hash})


def note_refused(
    connection: Connection, organisation: OrganisationId, sign_in_name: str, actor: Actor, *, counted: bool
) -> None:
    """Leaves a row of the audit trail where the name is an account's, open or closed, and the try was counted.

    So the growing lock bounds the rows, too. The statement is the same for every name, and nobody waits for its disk:
    else the time would tell which names there are.
    """
    values = {
        "organisation": organisation,
        "name": sign_in_name,
        "counted": counted,
        "actor": actor.key,
        "action": Action.SIGN_IN_REFUSED.value,
        "role": actor.role.value if actor.role is not None else None,
        "origin": actor.origin,
        "method": SignInMethod.LOCAL.value,
    }
    connection.execute(_NOT_WAITED_FOR)
    connection.execute(_NOTE_REFUSED, values)


def _find(connection: Connection, organisation: OrganisationId, **wanted: object) -> Account | None:
    kept = people.alias()
    statement = (
        select(*(accounts.c[name] for name in _ACCOUNT), kept.c.public_id, kept.c.person_id)
        .join(
            people,
            (people.c.organisation_id == accounts.c.organisation_id) & (people.c.person_id == accounts.c.person_id),
        )
        .join(
            kept,
            (kept.c.organisation_id == people.c.organisation_id)
            & (kept.c.person_id == func.coalesce(people.c.merged_into, people.c.person_id)),
        )
        .where(accounts.c.organisation_id == organisation, accounts.c.enabled)
        .order_by(accounts.c.account_id)
        .limit(1)
    )
    columns = {
        "sign_in_name": accounts.c.sign_in_name,
        "person": kept.c.public_id,
        "account": accounts.c.account_id,
    }
    for name, value in wanted.items():
        statement = statement.where(columns[name] == value)
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    person = PersonId(row.person_id)
    return Account(row.account_id, PublicId(row.public_id), person, row.sign_in_name, row.password_hash)


_ACCOUNT: Final = ("account_id", "sign_in_name", "password_hash")
_OF_PERSON: Final = text(
    "SELECT a.sign_in_name, a.enabled FROM accounts a"
    " JOIN people p ON p.organisation_id = a.organisation_id AND p.person_id = a.person_id"
    " WHERE a.organisation_id = :organisation AND (p.person_id = :person OR p.merged_into = :person) ORDER BY 1"
)
_CREATE: Final = text(
    "INSERT INTO accounts (organisation_id, person_id, sign_in_name, created_at)"
    " VALUES (:organisation, :person, :name, :at) ON CONFLICT DO NOTHING"
)
_NOT_WAITED_FOR: Final = text("SET LOCAL synchronous_commit = off")
_NOTE_REFUSED: Final = text(
    "INSERT INTO audit_log (organisation_id, at, actor, action, subject, detail, role, origin, method)"
    " SELECT organisation_id, clock_timestamp(), :actor, :action, 'person ' || person_id, '{}', :role, :origin, :method"
    " FROM accounts WHERE organisation_id = :organisation AND sign_in_name = :name AND :counted"
)
_FREE_TRIES: Final = 5
"""Before the first lock: typing errors."""
_COUNT: Final = text(
    # The lock after the n-th try is 2^(n - 5) · 15 s, up to the longest; what comes while it holds is not counted.
    "INSERT INTO sign_in_tries AS t (organisation_id, name_hash, tries, locked_until, last_at)"
    " VALUES (:organisation, :name, 1, :now, :now)"
    " ON CONFLICT (organisation_id, name_hash) DO UPDATE SET tries = t.tries + 1, last_at = :now,"
    f" locked_until = CASE WHEN t.tries + 1 < {_FREE_TRIES} THEN :now ELSE :now"
    f" + least(15 * power(2, least(t.tries + 1 - {_FREE_TRIES}, 20)), :longest) * interval '1 second' END"
    " WHERE t.locked_until <= :now RETURNING tries"
)
_SUCCEEDED: Final = text("DELETE FROM sign_in_tries WHERE organisation_id = :organisation AND name_hash = :name")
_FORGET: Final = text(
    "DELETE FROM sign_in_tries WHERE organisation_id = :organisation"
    " AND last_at < cast(:now AS timestamptz) - interval '1 day'"
)
