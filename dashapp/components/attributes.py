"""Attributes whose names hold a dash, which Python's keywords cannot."""

from typing import Any


def attributes(**named: str) -> dict[str, Any]:
    """`**attributes(aria_label="Menu")` gives a component the attribute `aria-label`."""
    return {name.replace("_", "-"): value for name, value in named.items()}
