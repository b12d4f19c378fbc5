"""Join rules: under which other name an institution knows the same person.

A rule holds for all identifiers of one (issuer, kind) and gives each of them another name, under a second (issuer,
kind), by one of a few transforms. It is one step: a name that rules lead to is never led on by a further rule, so that
what a name leads to can be seen from one line, and the order of rules never matters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Identifier

MAILBOX_ISSUER: Final = "mailto"
MAILBOX_KIND: Final = "mbox_sha1sum"
"""The issuer and the kind of identifiers that are the hash of a mailbox, whoever sends them."""
EMAIL_KIND: Final = "email"
"""The kind of a rule that speaks of e-mail addresses: those in identifiers of this kind, and those in descriptions."""

Pair = tuple[str, str]
"""(issuer, kind)"""


class JoinRuleError(AnalyticsError):
    """Such a rule cannot be made, or is not there; the text says why."""


class Transform(StrEnum):
    """How a value becomes the value of the other name."""

    SAME = "same"
    STRIP_PREFIX = "strip_prefix"
    """Without the rule's prefix; a value that does not begin with it has no other name."""
    LAST_SEGMENT = "last_segment"
    """The last part of the path of an IRI: https://lms.example/users/42 → 42. One with a query or a fragment has no
    other name: user.php?id=1 and user.php?id=2 would become the same."""
    LOWER_CASE = "lower_case"
    MAILBOX_HASH = "mailbox_hash"
    """The hash of an e-mail address, as `mailbox_hash` computes it."""


def mailbox_hash(address: str) -> str | None:
    """The hexadecimal SHA-1 of the mailto IRI of an address, as xAPI's `mbox_sha1sum`; None where it is no address.

    The address is taken in lower case: no mail provider tells its letters apart, and people write them either way.
    """
    plain = address.strip().removeprefix("mailto:").strip().lower()
    before, at, after = plain.rpartition("@")
    if not (before and at and after) or any(letter.isspace() for letter in plain):
        return None
    digest = sha1(f"mailto:{plain}".encode("utf-8", "surrogatepass"), usedforsecurity=False)
    return digest.hexdigest()


def last_segment(iri: str) -> str | None:
    """The last part of the path of an IRI; None where it has no path, or a query or a fragment behind it."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return None
    if not parts.scheme or not parts.netloc or "?" in iri or "#" in iri:
        return None
    return parts.path.rstrip("/").rpartition("/")[2] or None


@dataclass(frozen=True, slots=True)
class JoinRule:
    """An identifier of (issuer, kind) is the same person as that of (same_issuer, same_kind) with its value changed."""

    issuer: str
    kind: str
    same_issuer: str
    same_kind: str
    transform: Transform = Transform.SAME
    prefix: str = ""
    """What `STRIP_PREFIX` takes off."""

    @property
    def pair(self) -> Pair:
        """Whose identifiers it speaks of."""
        return self.issuer, self.kind

    @property
    def same_pair(self) -> Pair:
        """What it leads to."""
        return self.same_issuer, self.same_kind

    def other_value(self, value: str) -> str | None:
        """The value of the other name; None where this one has none."""
        match self.transform:
            case Transform.SAME:
                return value
            case Transform.STRIP_PREFIX:
                return value.removeprefix(self.prefix) or None if value.startswith(self.prefix) else None
            case Transform.LAST_SEGMENT:
                return last_segment(value)
            case Transform.LOWER_CASE:
                return value.lower()
            case Transform.MAILBOX_HASH:
                return mailbox_hash(value)


class JoinRules:
    """The rules of one organisation. Immutable; safe to share between threads."""

    __slots__ = ("_attesting", "_by_pair", "mailboxes")

    def __init__(self, rules: Iterable[JoinRule] = ()) -> None:
        """Of one (issuer, kind) there is one rule."""
        self._by_pair: Mapping[Pair, JoinRule] = MappingProxyType({rule.pair: rule for rule in rules})
        self.mailboxes: Mapping[str, Pair] = MappingProxyType(
            {rule.issuer: rule.same_pair for rule in self._by_pair.values() if _is_of_mailboxes(rule)}
        )
        """Issuer whose described addresses join people → what their hashes lead to."""
        attesting: dict[Pair, list[str]] = {}
        for issuer, pair in self.mailboxes.items():
            attesting.setdefault(pair, []).append(issuer)
        self._attesting = attesting

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._by_pair)

    def other_name(self, name: Identifier) -> Identifier | None:
        """The name under which the same person is known by a rule; None where no rule gives one."""
        rule = self._by_pair.get((name.issuer, name.kind))
        value = None if rule is None else rule.other_value(name.value)
        return None if rule is None or value is None else Identifier(rule.same_issuer, rule.same_kind, value)

    def attesting(self, pair: Pair) -> list[str]:
        """The issuers whose described addresses lead to names of this pair."""
        return self._attesting.get(pair, [])

    def check(self, new: JoinRule) -> None:
        """Raises JoinRuleError where a new rule would not fit to these."""
        if not all((new.issuer, new.kind, new.same_issuer, new.same_kind)):
            raise JoinRuleError("A rule needs an issuer and a kind on both sides.")
        if (new.transform is Transform.STRIP_PREFIX) != bool(new.prefix):
            raise JoinRuleError("A prefix belongs to strip_prefix, and to no other transform.")
        if new.pair in self._by_pair:
            raise JoinRuleError(f"There is a rule for {_shown(new.pair)} already: remove it first.")
        if new.pair == new.same_pair:
            raise JoinRuleError(f"{_shown(new.pair)} cannot be joined with itself.")
        if (back := self._by_pair.get(new.same_pair)) is not None:
            if back.same_pair == new.pair:
                raise JoinRuleError(f"{_shown(new.same_pair)} leads to {_shown(new.pair)} already: that is a circle.")
            raise JoinRuleError(
                f"{_shown(new.same_pair)} leads on to {_shown(back.same_pair)}: rules cannot be chained. Join"
                f" {_shown(new.pair)} with {_shown(back.same_pair)} itself."
            )
        if any(rule.same_pair == new.pair for rule in self._by_pair.values()):
            raise JoinRuleError(f"Another rule leads to {_shown(new.pair)}: rules cannot be chained.")


def _is_of_mailboxes(rule: JoinRule) -> bool:
    return rule.kind == EMAIL_KIND and rule.transform is Transform.MAILBOX_HASH


def _shown(pair: Pair) -> str:
    return f"({pair[0]}, {pair[1]})"
