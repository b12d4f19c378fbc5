"""What is said of a metric, and how its texts are marked for translation."""

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 # the name by which gettext's tools know it
    """Marks a message that is translated where it is shown: the domain itself speaks no language."""
    return message


@dataclass(frozen=True, slots=True)
class Term:
    """A metric in words. All are messages in English; who shows one translates it at that moment."""

    name: str
    definition: str
    formula: str
    left_out: str = ""
    """What does not count, beyond what is common to all metrics."""
