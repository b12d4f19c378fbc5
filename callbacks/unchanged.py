"""Parts of a page that stand as they are: what has not changed is not sent again.

Dash builds what it is sent anew, whether or not it differs, so that a menu that somebody has just opened would close.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from dash import no_update

from dashapp.figures.drawing import written

SHOWN: Final = "shown"
"""The name of the value that says what the page holds: a Store that belongs to it, of which the next round is told."""


def changed_only(values: Mapping[str, object], shown: object) -> dict[str, Any]:
    """The values that differ from what the page holds, and under `SHOWN` what it holds from now on."""
    names = names_of({name: written(value) for name, value in values.items()})
    return {**differing(values, names, shown), SHOWN: names}


def names_of(parts: Mapping[str, bytes], about: str = "") -> dict[str, str]:
    """Short names of what is sent: others for other contents, and for another thing that the page is `about`."""
    seed = about.encode()
    return {name: blake2b(seed + part, digest_size=8).hexdigest() for name, part in parts.items()}


def differing(values: Mapping[str, object], names: Mapping[str, str], shown: object) -> dict[str, Any]:
    """The values; in place of those that the page holds under the same name, nothing that would be sent."""
    known = shown if isinstance(shown, Mapping) else {}
    return {name: no_update if known.get(name) == names[name] else value for name, value in values.items()}
