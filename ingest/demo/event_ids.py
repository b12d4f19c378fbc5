"""Event ids of the demo: UUIDs of version 7, made from a moment and from chance that can be repeated."""

from random import Random


def event_id(epoch: float, rng: Random) -> str:
    """A version 7 UUID whose clock stands at `epoch` (seconds since 1970); the same state of `rng` gives it again."""
    chance = rng.getrandbits(74)
    number = int(epoch * 1000) << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0x2 << 62 | chance & 0x3FFF_FFFF_FFFF_FFFF
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
