"""A browser in two words, so that somebody recognises their own sessions; the rest of what it says is not kept."""

from typing import Final

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order, since most browsers also name the ones they want to be taken for."""
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str | None) -> str:
    """Browser and system, such as "Firefox, Linux"; what is not known is left out, so it may be empty."""
    said = (user_agent or "")[:500]
    found = (next((name for mark, name in marks if mark in said), None) for marks in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in found if name)
