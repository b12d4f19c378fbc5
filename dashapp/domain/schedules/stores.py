"""The S3-compatible store of an organisation, into which schedules put copies: where it is, and what can be wrong."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from dashapp.domain.errors import AnalyticsError

LONGEST: Final = 200
"""Letters of an address, a prefix or a key."""
_REGION: Final = re.compile(r"[a-z0-9-]{1,40}")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"[A-Za-z0-9!_.*'()/=-]*")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")


class StoreRefused(AnalyticsError):
    """What was entered is no store; `why`: endpoint, region, bucket, prefix, access_key or secret."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The store is refused: {why}.")
        self.why = why


class StoreError(AnalyticsError):
    """The store did not take something. `trouble`: a word for the page, or the store's own code. `passes`: whether it
    may go well later. `unclear`: nobody knows whether the store has done it, since it has not answered."""

    def __init__(self, trouble: str, *, passes: bool = False, unclear: bool = False) -> None:
        super().__init__(f"The store did not take it: {trouble}.")
        self.trouble = trouble
        self.passes = passes
        self.unclear = unclear


@dataclass(frozen=True, slots=True)
class ReportStore:
    """Where copies go. `path_style`: the bucket stands in the path of addresses, not before the host's name."""

    endpoint: str
    region: str
    bucket: str
    prefix: str
    path_style: bool
    access_key: str

    @property
    def place(self) -> str:
        """For people and the audit trail: host, bucket and prefix."""
        parts = (urlsplit(self.endpoint).netloc, self.bucket, self.prefix)
        return "/".join(part for part in parts if part)

    def key(self, *parts: str) -> str:
        """The name of an object below the prefix."""
        return "/".join(part for part in (self.prefix, *parts) if part)


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """A store with the secret that opens it."""

    store: ReportStore
    secret: str = field(repr=False)


def checked_store(store: ReportStore) -> ReportStore:
    """The store without what is written beside the letters that count. Raises StoreRefused."""
    endpoint, prefix = store.endpoint.strip().rstrip("/"), store.prefix.strip().strip("/")
    made = ReportStore(
        endpoint, store.region.strip(), store.bucket.strip(), prefix, store.path_style, store.access_key.strip()
    )
    parts = prefix.split("/")
    for why, fits in (
        ("endpoint", len(endpoint) <= LONGEST and urlsplit(endpoint).path == "" and "?" not in endpoint),
        ("region", _REGION.fullmatch(made.region)),
        ("bucket", _BUCKET.fullmatch(made.bucket) and ".." not in made.bucket),
        ("prefix", len(prefix) <= LONGEST and _PREFIX.fullmatch(prefix) and not {".", ".."} & set(parts)),
        ("prefix", prefix == "" or "" not in parts),
        ("access_key", _KEY.fullmatch(made.access_key)),
    ):
        if not fits:
            raise StoreRefused(why)
    return made


def checked_secret(secret: str) -> str:
    """The secret without what is written beside it. Raises StoreRefused."""
    if not _KEY.fullmatch(secret.strip()):
        raise StoreRefused("secret")
    return secret.strip()
