"""How often somebody may ask, by the address from which they do: on top of what each part counts for itself.

The counts are kept in Redis where there is one, so that all web processes count together, else in each process.
"""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit

from dashapp.security.short_pages import asks_for_page, refusal_page
from dashapp.settings import Settings
from dashapp.words import _

SIGN_INS: Final = "60 per minute; 600 per hour"
"""A whole computer room may stand behind one address; a single name is locked much sooner."""
PASSWORDS: Final = "20 per minute; 100 per hour"
STARTS: Final = "300 per minute"
"""Of sign-ins at a provider, which checks the password itself, of embed links, and of tickets."""
LAUNCHES: Final = "2000 per minute"
"""Of each step of a launch from a learning platform: a class of 500 behind one address opens its pages at once, some of
them twice."""
REGISTRATIONS: Final = "60 per minute"
"""Of platforms that register themselves; each attempt may have the service ask the platform."""
SERVICE_READS: Final = "600 per minute"

View = Callable[..., Any]


class Rates:
    """The limits of one app. A view is limited by handing it through one of the methods."""

    def __init__(self, server: Flask, settings: Settings) -> None:
        self._limiter = Limiter(
            key_func=sender,
            app=server,
            storage_uri=settings.redis_url or "memory://",
            strategy="moving-window",
            key_prefix="la-rates",
            # While Redis is away, each process counts for itself.
            in_memory_fallback_enabled=settings.redis_url is not None,
            on_breach=_refusal(urlsplit(settings.public_url).path),
        )

    def of_sign_ins(self, view: View) -> View:
        """For a name with a password."""
        return self._limited(view, SIGN_INS)

    def of_passwords(self, view: View) -> View:
        """For setting a password."""
        return self._limited(view, PASSWORDS)

    def of_starts(self, view: View) -> View:
        """For what sends people to a provider, or receives them from there or from a page that frames ours."""
        return self._limited(view, STARTS)

    def of_launches(self, view: View) -> View:
        """For what a learning platform asks, or has its people ask."""
        return self._limited(view, LAUNCHES)

    def of_registrations(self, view: View) -> View:
        """For platforms that register themselves."""
        return self._limited(view, REGISTRATIONS)

    def of_service_reads(self, view: View) -> View:
        """For other services that read from the API."""
        return self._limited(view, SERVICE_READS)

    def _limited(self, view: View, limits: str) -> View:
        def limited(*args: Any, **named: Any) -> Any:
            return view(*args, **named)

        # The limiter counts by the name of the view.
        limited.__name__ = limited.__qualname__ = getattr(view, "__qualname__", "view").replace(".", "_")
        found: View = self._limiter.limit(limits)(limited)
        return found


def sender() -> str:
    """Who asks, as far as limits go: an IPv4 address, or the network of an IPv6 address, which one machine owns."""
    try:
        address = ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _refusal(base: str) -> Callable[[RequestLimit], Response]:
    """What somebody hears who asks too often. `base`: the path of the service."""

    def refuse(_limit: RequestLimit) -> Response:
        words = _("Too many requests came from your network. Wait a minute, then try again.")
        if asks_for_page():
            answer = refusal_page(base, _("Too many at once"), words, 429)
        else:
            answer = Response(words, status=429, mimetype="text/plain")
        answer.headers["Retry-After"] = "60"
        return answer

    return refuse
