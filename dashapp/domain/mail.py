"""What a mail server and an address have to be like."""

import re
from ipaddress import ip_address
from typing import Final

LONGEST_ADDRESS: Final = 254
_ADDRESS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
"""Nothing in it has a meaning in a header or in SMTP: no space, bracket, comma, colon, quote or line end."""


def usable_address(text: str | None) -> str | None:
    """The address as a mail can go to it; None where there is none, or where SMTP would not take it as it stands."""
    given = (text or "").strip()
    return given if len(given) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(given) else None


def is_loopback(host: str) -> bool:
    """Whether what is sent there stays on this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_mail_server(
    host: str | None, security: str, credentials: tuple[str | None, str | None], sender: str | None
) -> None:
    """Raises ValueError with one sentence where the settings of the mail server contradict each other."""
    username, password = credentials
    if (username is None) != (password is None):
        raise ValueError("SMTP_USERNAME and SMTP_PASSWORD belong together, so set both or none")
    if host is None:
        return
    if sender is None:
        raise ValueError("SMTP_FROM is needed beside SMTP_HOST: the address that messages come from")
    if usable_address(sender) is None:
        raise ValueError("SMTP_FROM should be an address alone, such as analytics@example.edu")
    if security == "none" and not is_loopback(host):
        raise ValueError("SMTP_SECURITY=none is for a mail server on this machine only, so set starttls or tls")
