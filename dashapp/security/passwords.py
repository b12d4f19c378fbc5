"""Passwords: which are taken, how they are kept, and how a name is written in one way only.

What is asked for follows NIST SP 800-63B: length, and not being one that everybody tries; no demands on kinds of
letters, and no expiry. Kept is argon2id's hash with the parameters that OWASP names for it.
"""

import gzip
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final, Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashapp.domain.errors import Unavailable
from dashapp.words import _

SHORTEST: Final = 12
"""Characters."""
LONGEST: Final = 256
LONGEST_NAME: Final = 254
"""Characters: the longest e-mail address."""
COMMON: Final = Path(__file__).with_name("common-passwords.txt.gz")
_REST: Final = 4
"""Characters: fewer of them are no word, and no row of keys."""
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "0123456789")

MEMORY_KIB: Final = 19_456
ROUNDS: Final = 2
AT_ONCE: Final = 4
"""Hashes that are computed at the same time: some 20 MB and 30 ms of a processor each."""
WAITING_SECONDS: Final = 5.0


def storable(text: str) -> str:
    """What somebody sent, as the database can take it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def plain_name(name: str) -> str:
    """A sign-in name in the one form in which it is kept: no spaces around it, no capitals, no variants of letters."""
    return unicodedata.normalize("NFKC", storable(name)).strip().casefold()[:LONGEST_NAME]


def plain_password(password: str) -> str:
    """A password as it is hashed: the same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """Which passwords are taken."""

    common: frozenset[str]
    """In lower case."""

    @classmethod
    def load(cls) -> Self:
        """The rules with the published list of common passwords."""
        return cls(_published())

    def objection(self, password: str, about: tuple[str, ...]) -> str | None:
        """Why a new password is not taken, as a sentence; None where it is. `about`: the owner's name, address, …"""
        text = plain_password(password)
        if len(text) < SHORTEST:
            return _("Choose a password with at least {count} characters.").format(count=SHORTEST)
        if len(text) > LONGEST:
            return _("Choose a password with at most {count} characters.").format(count=LONGEST)
        if self._is_guessed_first(text.lower()):
            return _("This password is one of those that are tried first. Several words in a row are harder to guess.")
        rest = text.lower()
        for word in sorted(_words_of(about), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < min(len(text), SHORTEST - _REST):
            return _("Choose a password that is more than your name or address.")
        return None

    def _is_guessed_first(self, text: str) -> bool:
        if text in self.common or len(set(text)) < 5:
            return True
        core = re.sub(r"[\W\d_]+$|^[\W\d_]+", "", text)
        if core in self.common or _is_row(re.sub(r"[\W_]", "", text)):
            return True
        repeated = (text[:size] for size in range(1, len(text) // 2 + 1) if _repeats(text, size))
        return any(len(unit) < SHORTEST // 2 or unit in self.common for unit in repeated)


@cache
def _published() -> frozenset[str]:
    """Read once for all who check passwords."""
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip().lower() for line in lines)


def _repeats(text: str, size: int) -> bool:
    return (text[:size] * (len(text) // size + 1)).startswith(text)


def _bytes_of(password: str) -> bytes:
    return plain_password(password).encode("utf-8", "surrogatepass")


def _words_of(about: tuple[str, ...]) -> set[str]:
    """The words of names and addresses that say something."""
    return {word for text in about for word in re.split(r"[\W_]+", plain_name(text)) if len(word) >= _REST}


def _is_row(text: str) -> bool:
    """Whether it is a row of keys, of digits or of the alphabet, forwards or backwards."""
    return len(text) >= _REST and any(
        text in row * 3 or text in (row * 3)[::-1] or text in row * 3 + row for row in _ROWS
    )


@cache
def _nobodys_hash(memory_kib: int, rounds: int) -> str:
    """A hash to compare with where there is none. It is no secret, so all may have the same one."""
    made = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
    return made.hash("nobody has this password")


class Hasher:
    """Hashes and compares passwords, a few at a time. Safe to share between threads."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS) -> None:
        self._argon2 = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._turns = BoundedSemaphore(AT_ONCE)
        self._nobodys = _nobodys_hash(memory_kib, rounds)

    def hash(self, password: str) -> str:
        """What is kept of a password. Raises Unavailable where too many wait."""
        with self._turn():
            return self._argon2.hash(_bytes_of(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password of the hash. Without a hash it takes as long, and is not."""
        with self._turn():
            try:
                self._argon2.verify(password_hash or self._nobodys, _bytes_of(password[: 2 * LONGEST]))
            except (VerificationError, InvalidHashError):
                return False
            return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash has other parameters than those of today."""
        return self._argon2.check_needs_rehash(password_hash)

    def _turn(self) -> "_Turn":
        return _Turn(self._turns)


@dataclass(frozen=True, slots=True)
class _Turn:
    turns: BoundedSemaphore

    def __enter__(self) -> None:
        if not self.turns.acquire(timeout=WAITING_SECONDS):
            raise Unavailable("Too many people sign in at this moment.")

    def __exit__(self, *_: object) -> None:
        self.turns.release()
