"""The keys with which this tool signs for an organisation: made when needed, rotated, sealed where they are kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.lti.tool_keys import KeptKey, keep_key, own_keys, read_keys, retire_older_keys
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, Actor
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.security.sealing import Seals

SIGNS_FOR: Final = timedelta(days=90)
VERIFIED_FOR: Final = timedelta(days=2)
"""A key that no longer signs is still shown: what it signed last may be on its way."""
SHOWN_BEFORE: Final = timedelta(hours=1)
"""A new key is shown that long before it signs, since platforms remember key sets; the very first one at once."""
_ALGORITHM: Final = "RS256"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The own keys of all organisations. Safe to share between threads."""

    database: Database
    secret_keys: Sequence[str]
    clock: Clock

    def public_keys(self, organisation: OrganisationId) -> list[Mapping[str, Any]]:
        """The JWKs that platforms may find; a key is made where there is none."""
        self._current(organisation)
        return [json.loads(key.public_key) for key in self.kept(organisation)]

    def kept(self, organisation: OrganisationId) -> list[KeptKey]:
        """The keys that sign or can still be verified, newest first."""
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            return read_keys(connection, organisation, self.clock() - VERIFIED_FOR)

    def sign(self, organisation: OrganisationId, claims: Mapping[str, Any]) -> str:
        """A token with these claims, signed with the key that signs now."""
        key = self._current(organisation)
        return jwt.encode({"alg": _ALGORITHM, "kid": key.kid}, dict(claims), key, algorithms=[_ALGORITHM])

    def rotate(self, organisation: OrganisationId, by: Actor) -> None:
        """Makes a new key that signs at once, and has all others sign no more: after a loss."""
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            own_keys(connection, organisation)
            made = self._made()
            keep_key(connection, organisation, made)
            retire_older_keys(connection, organisation, made, self.clock())
            record(connection, organisation, by, Action.PLATFORM_KEY, {"subject": ORGANISATION_SUBJECT})

    def _current(self, organisation: OrganisationId) -> RSAKey:
        now = self.clock()
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            usable = self._usable(read_keys(connection, organisation, now))
        if usable and now - usable[0][0].made_at <= SIGNS_FOR and _signing(usable, now) is usable[-1]:
            return usable[-1][1]
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            own_keys(connection, organisation)
            usable = self._usable(read_keys(connection, organisation, now))
            if not usable or now - usable[0][0].made_at > SIGNS_FOR:
                made = self._made()
                keep_key(connection, organisation, made)
                usable = [*self._usable([made]), *usable]
            kept, key = _signing(usable, now)
            retire_older_keys(connection, organisation, kept, now)
        return key

    def _usable(self, keys: Sequence[KeptKey]) -> list[tuple[KeptKey, RSAKey]]:
        """The keys that are not retired and can be opened, newest first."""
        opened = ((key, self._opened(key)) for key in keys if key.retired_at is None)
        return [(kept, key) for kept, key in opened if key is not None]

    def _made(self) -> KeptKey:
        key = RSAKey.generate_key(2048, {"use": "sig", "alg": _ALGORITHM}, auto_kid=True)
        public = json.dumps(key.as_dict(private=False))
        sealed = self._seals.seal(json.dumps(key.as_dict(private=True)))
        return KeptKey(key.kid or "", public, sealed, self.clock(), None)

    def _opened(self, key: KeptKey) -> RSAKey | None:
        """The private key; None where it was sealed with a secret that is known no more."""
        opened = self._seals.open(key.private_key)
        try:
            return None if opened is None else RSAKey.import_key(json.loads(opened))
        except (JoseError, ValueError):
            return None

    @property
    def _seals(self) -> Seals:
        return Seals(b"lti tool keys", self.secret_keys)


def _signing(usable: Sequence[tuple[KeptKey, RSAKey]], now: datetime) -> tuple[KeptKey, RSAKey]:
    """The newest key that has been shown for long enough, else the oldest."""
    return next((one for one in usable if now - one[0].made_at >= SHOWN_BEFORE), usable[-1])
