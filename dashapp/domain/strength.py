"""Whether a key of the service can be guessed."""

from typing import Final

SHORTEST: Final = 32
"""Characters; a random key of 32 hexadecimal digits holds 128 bits."""
FEWEST_LETTERS: Final = 8
"""Different characters: of 32 random hexadecimal digits fewer are met once in some 25 million keys."""


def is_short(key: str) -> bool:
    """Whether it has too few characters, wherever it is used."""
    return len(key) < SHORTEST


def is_monotonous(key: str) -> bool:
    """Whether it repeats a few characters, as no random one does."""
    return len(set(key)) < FEWEST_LETTERS
