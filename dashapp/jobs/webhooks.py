"""Hands a copy to another program by HTTPS: signed, so that it can tell who sends it and that nothing was changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from dashapp.security.hooks import signature
from dashapp.security.outgoing import AddressRefused, Outgoing, OutgoingError, Question

SECONDS: Final = 20.0
_LARGEST_ANSWER: Final = 65_536


@dataclass(frozen=True, slots=True)
class Hook:
    """Where it goes, and by which keys it is signed."""

    url: str
    delivery: UUID
    keys: tuple[str, ...]


def call_hook(outgoing: Outgoing, hook: Hook, said: dict[str, Any], at: datetime) -> tuple[bool | None, str]:
    """Whether the receiver took it, with its status; None: not now, it may be tried again. The delivery's own key
    comes along each time, so that whoever hears of it twice knows."""
    body = orjson.dumps(said)
    headers = {
        "Content-Type": "application/json",
        "Analytics-Delivery": str(hook.delivery),
        "Analytics-Signature": signature(hook.keys, at, body),
    }
    question = Question(hook.url, "POST", headers, body, _LARGEST_ANSWER, SECONDS)
    try:
        status = outgoing.ask(question).status
    except AddressRefused:
        return False, "address"
    except OutgoingError as error:
        return (None, "unreachable") if error.status is None else (False, str(error.status))
    if 200 <= status < 300:
        return True, ""
    return (None if status >= 500 or status in (408, 425, 429) else False), str(status)
