"""Names and titles as they can be shown: whatever a source has put into them, they say nothing but themselves."""

import re
from typing import Final

_BREAKS: Final = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2067\ufeff\ufff9-\ufffb]")
"""Signs of control, also those that turn the direction of what follows, and those without a form. Joiners stay, since
they make other letters (in Persian, in Hindi, in emoji), and the isolates that the service itself sets."""
_WITHOUT_FORM: Final = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2068\u2069\u3164\ufe00-\ufe0f\uffa0]*"
)
"""Signs that are seen only beside others."""


def legible(text: str) -> str:
    """The text without signs of control; lines and tabulators become blanks, all other blanks stay as they are."""
    if text.isprintable():
        # A sign that combines with others is one of these, and no sign of control.
        return text
    return _UNSEEN.sub("", _BREAKS.sub(" ", text))


def shown(name: str) -> str:
    """A name that is legible, with single blanks only; empty where nothing of it would be seen."""
    if name.isascii() and name.isprintable() and "  " not in name and name == name.strip():
        return name
    seen = " ".join(legible(name).split())
    return "" if _WITHOUT_FORM.fullmatch(seen) else seen
