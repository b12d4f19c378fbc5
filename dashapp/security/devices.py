"""What is kept of where a request comes from: the browser in two words, so that somebody recognises their own sessions,
and the network. The rest of what they say is not kept."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

KEPT_BITS: Final = {4: 24, 6: 48}
"""Of an address. The rest would name a household or a single machine; what is kept tells the campus from elsewhere."""

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


def network_of(address: str | None) -> str | None:
    """The network of an address, such as 192.0.2.0/24; None where it is no address."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    # An address may name an interface of this machine behind a %.
    text = str(found).partition("%")[0]
    return str(ip_network(f"{text}/{KEPT_BITS[found.version]}", strict=False))
