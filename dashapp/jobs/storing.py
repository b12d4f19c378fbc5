"""Puts a copy into the store of its organisation: its files first, and last of all the manifest that says it is whole.

The names hold the key of the delivery, so that no two copies meet. A copy of which the manifest is there has arrived,
also where the store's answer to it was lost: it is not put a second time.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from dashapp.domain.schedules.runs import File
from dashapp.domain.schedules.stores import StoreError
from dashapp.security.stores import StoreClient, TakenAlready

MANIFEST: Final = "manifest.json"
FILES: Final = "files"
"""Below the copy's own name: so no file of it is ever taken for the manifest."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A copy on its way. `above`: what all names of its objects begin with; `said`: the manifest."""

    above: str
    delivery: UUID
    folder: Path
    files: tuple[File, ...]
    said: Mapping[str, Any]

    def key(self, name: str) -> str:
        """The name of the object of a file."""
        return f"{self.above}/{FILES}/{name}"


def store_copy(client: StoreClient, stored: Stored) -> None:
    """Has the whole copy in the store. Raises StoreError; then nothing of it is left, as far as the store allows, but
    where nobody knows whether the manifest has arrived. Raises OSError where a file of it cannot be read."""
    manifest = f"{stored.above}/{MANIFEST}"
    if client.facts(manifest) is not None:
        return
    # What a process has left that was ended in the middle. Not every key may look for that.
    with suppress(StoreError):
        client.drop_begun(f"{stored.above}/")
    begun: list[str] = []
    try:
        for file in stored.files:
            begun.append(stored.key(file.name))
            _put(client, stored, file)
    except (StoreError, OSError):
        _take_back(client, begun)
        raise
    try:
        body = orjson.dumps(stored.said, option=orjson.OPT_INDENT_2)
        client.put_bytes(manifest, body, "application/json", {"delivery": str(stored.delivery)})
    except TakenAlready:
        # No other delivery has this name: it is this one's, of a try whose answer was lost.
        return
    except StoreError as error:
        if not error.unclear:
            _take_back(client, begun)
        raise


def _put(client: StoreClient, stored: Stored, file: File) -> None:
    key, facts = stored.key(file.name), {"delivery": str(stored.delivery), "sha256": file.sha256}
    try:
        client.put(key, stored.folder / file.name, file.kind, facts)
    except TakenAlready:
        # Left by an earlier try of this very copy, or nothing to touch.
        if (client.facts(key) or {}).get("delivery") != str(stored.delivery):
            raise
        client.put(key, stored.folder / file.name, file.kind, facts, over=True)


def _take_back(client: StoreClient, keys: list[str]) -> None:
    for key in keys:
        with suppress(StoreError):
            client.remove(key)
