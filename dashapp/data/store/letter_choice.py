"""Which dead letters are meant, as a condition and as JSON that a replay keeps."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func

from dashapp.data.tables import dead_letters
from dashapp.domain.letters import LetterChoice

letters = dead_letters.c


def conditions(choice: LetterChoice) -> list[ColumnElement[bool]]:
    """What a letter has to fulfil. Row-level security restricts pages to their organisation besides."""
    equal = {
        letters.organisation_id: choice.organisation_id,
        letters.reason: None if choice.reason is None else choice.reason.value,
        letters.sender: choice.sender,
        letters.topic: choice.topic,
        letters.state: None if choice.state is None else choice.state.value,
    }
    wanted = [column == value for column, value in equal.items() if value is not None]
    if choice.since is not None:
        wanted.append(letters.last_seen_at >= choice.since)
    if choice.until is not None:
        wanted.append(letters.last_seen_at < choice.until)
    if choice.ids is not None:
        wanted.append(letters.dead_letter_id.in_(choice.ids))
    return wanted


def can_be_replayed() -> ColumnElement[bool]:
    """Whether all bytes were kept, and they came by a transport."""
    return (letters.body_bytes == func.octet_length(letters.body)) & (letters.body_bytes > 0)


def to_json(choice: LetterChoice) -> Any:
    """What `from_json` reads."""
    return msgspec.to_builtins(choice)


def from_json(said: Any) -> LetterChoice:
    """The choice that a replay keeps."""
    return msgspec.convert(said, LetterChoice)
