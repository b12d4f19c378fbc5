"""Reference numbers: a person reads one out, an operator finds the cause in the log under it."""

import secrets
from typing import Final

REFERENCE_BYTES: Final = 4


def new_reference() -> str:
    """Eight letters and digits."""
    return secrets.token_hex(REFERENCE_BYTES)
