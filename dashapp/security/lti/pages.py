"""The short pages between a platform and ours. They hold no data, and need no session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, render_template_string

from dashapp.security.short_pages import refusal_page, short_page, words_page
from dashapp.words import _

_BEGIN: Final = """<main class="la-narrow" data-lti="begin" data-name="{{ name }}" data-binder="{{ binder }}"
 data-go="{{ go }}" data-storage="{{ storage }}" data-origin="{{ origin }}">
<p class="la-2" role="status">{{ title }}</p>
<noscript><p><a href="{{ go }}">{{ go_on }}</a></p></noscript>
</main>"""

_BIND: Final = """<main class="la-narrow" data-lti="bind" data-name="{{ name }}" data-storage="{{ storage }}"
 data-origin="{{ origin }}">
<form method="post" action="{{ base }}/lti/bound">
<input type="hidden" name="id_token" value="{{ token }}"><input type="hidden" name="state" value="{{ state }}">
<input type="hidden" name="binder" value="">
</form>
<div data-lti-late="frame" hidden role="status">
<h1 class="h5">{{ heading }}</h1><p class="la-2">{{ text }}</p>
{% if again %}<p><a class="btn btn-primary" href="{{ again }}" target="_blank" rel="noopener">{{ open }}</a></p>
{% endif %}</div>
<div data-lti-late="window" hidden role="status">
<h1 class="h5">{{ alone_heading }}</h1><p class="la-2">{{ alone }}</p>
</div>
<noscript><h1 class="h5">{{ heading }}</h1><p class="la-2">{{ text }}</p>
{% if again %}<p><a class="btn btn-primary" href="{{ again }}" target="_blank" rel="noopener">{{ open }}</a></p>
{% endif %}</noscript>
</main>"""

_CHOOSE: Final = """<main class="la-page la-sign-in">
<header class="la-head"><div><h1>{{ title }}</h1><p class="la-lead">{{ lead }}</p></div></header>
<form method="post" action="{{ base }}/lti/chosen" class="la-grid">
<input type="hidden" name="choosing" value="{{ choosing }}">
<ul class="la-list la-people s12">{% for one in pages %}
<li><button type="submit" name="page" value="{{ one.value }}" class="la-person">
<span class="la-m">{{ one.label }}</span>
<span class="la-small la-2">{{ one.line }}</span></button></li>{% endfor %}
</ul>
</form>
</main>"""

_SEND: Final = """<main class="la-narrow" data-lti="send">
<form method="post" action="{{ to }}">
<input type="hidden" name="JWT" value="{{ token }}">
<p class="la-2" role="status">{{ title }}</p>
<noscript><button type="submit" class="btn btn-primary">{{ go_on }}</button></noscript>
</form></main>"""

_REGISTER: Final = """<main class="la-narrow"><h1 class="h5">{{ title }}</h1><p class="la-2">{{ text }}</p>
<form method="post" class="la-row">
<input type="hidden" name="openid_configuration" value="{{ configuration }}">
<input type="hidden" name="registration_token" value="{{ token }}">
<p><button type="submit" class="btn btn-primary">{{ connect }}</button></p>
</form></main>"""

_REGISTERED: Final = """<main class="la-narrow" data-lti="close" data-origin="{{ origin }}">
<h1 class="h5">{{ title }}</h1><p class="la-2">{{ text }}</p>
<p><button type="button" class="btn btn-primary" data-lti-close="1">{{ close }}</button></p></main>"""


@dataclass(frozen=True, slots=True)
class Choice:
    """A page that may be embedded."""

    value: str
    label: str
    line: str


@dataclass(frozen=True, slots=True)
class Storage:
    """Where the platform keeps data for a launch: the frame's name (or ""), and the only origin that is listened to."""

    frame: str
    origin: str


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one app. `base`: the path of the service."""

    base: str

    def _answer(self, template: str, title: str, status: int = 200, **values: Any) -> Response:
        # Templates from a string are escaped by Flask, so that names which hold HTML stay names.
        inner = render_template_string(template, title=title, base=self.base, **values)
        return short_page(self.base, title, inner, status, ("lti.js",))

    def refused(self) -> Response:
        """The same short words for everything that is not believed."""
        text = _(
            "Open it anew from your course. If that does not help, your administrators can see why it was refused."
        )
        return refusal_page(self.base, _("This page cannot be opened from here"), text, 403)

    def words(self, title: str, text: str) -> Response:
        """A page that is only words, for somebody who is known."""
        return words_page(self.base, title, text)

    def begin(self, name: str, binder: str, go: str, storage: Storage) -> Response:
        """Keeps the binder in the browser and goes on to the platform."""
        said: dict[str, Any] = {"storage": storage.frame, "origin": storage.origin, "go_on": _("Go on")}
        return self._answer(_BEGIN, _("Opening the page"), name=name, binder=binder, go=go, **said)

    def bind(self, name: str, message: Mapping[str, str], again: str, storage: Storage) -> Response:
        """Finds the binder, or says that the page needs a window of its own; there, that it needs cookies."""
        text = (
            _("Your browser keeps nothing for pages inside of other pages, so it cannot be opened here.")
            if again
            else _(
                "Your browser keeps nothing for pages inside of other pages. Open it from the course in a new window."
            )
        )
        alone = _(
            "It keeps no cookies and no other data of this site, so nothing shows that it was you who opened the page."
            " Let it keep cookies of this site, then open the page anew from your course."
        )
        return self._answer(
            _BIND,
            _("Opening the page"),
            heading=_("This page opens in a window of its own"),
            text=text,
            alone_heading=_("Your browser does not let this page open"),
            alone=alone,
            open=_("Open in a new window"),
            name=name,
            again=again,
            storage=storage.frame,
            origin=storage.origin,
            token=message["id_token"],
            state=message["state"],
        )

    def choose(self, choosing: str, course: str, pages: Sequence[Choice]) -> Response:
        """Has a teacher choose a page."""
        lead = (
            _("It opens inside {course}. Each person sees only what they may see.").format(course=course)
            if course
            else _("Each person sees only what they may see.")
        )
        return self._answer(_CHOOSE, _("Which page do you want to embed?"), lead=lead, choosing=choosing, pages=pages)

    def send(self, to: str, token: str) -> Response:
        """Takes the choice back to the platform."""
        return self._answer(_SEND, _("Going back to your course"), to=to, token=token, go_on=_("Go on"))

    def register(self, host: str, configuration: str, token: str) -> Response:
        """Asks whether a platform is to be registered."""
        return self._answer(
            _REGISTER,
            _("Connect this learning platform?"),
            text=_("Afterwards {host} can open pages of this service, as soon as you switch it on there.").format(
                host=host
            ),
            configuration=configuration,
            token=token,
            connect=_("Connect"),
        )

    def registered(self, origin: str) -> Response:
        """Says what is left to be done."""
        text = _(
            "It waits for two things: switch it on under Learning platforms in this service, and activate the tool in"
            " the learning platform."
        )
        title = _("The learning platform is connected")
        return self._answer(_REGISTERED, title, origin=origin, text=text, close=_("Close"))
