"""The page of the first start: `/set-up`, opened by the code from the log as long as there is no organisation."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import available_timezones

from flask import Flask, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.domain.sessions import SignInMethod
from dashapp.observability.logging import get_logger
from dashapp.security.devices import network_of
from dashapp.security.forms import Forms, ended_form
from dashapp.security.guard import Access
from dashapp.security.passwords import LONGEST, SHORTEST
from dashapp.security.rates import Rates
from dashapp.security.set_up import LONGEST_TITLE, SET_UP_PATH, Entered, Objection, SetUp
from dashapp.words import _, available_locales, language_name

BREAKS: Final = 4
"""As many fit the page; the others are entered on the page of terms."""
LONGEST_FIELD: Final = 1000

log = get_logger(__name__)

NAME_MORE: Final = 'required pattern="[a-z0-9]([a-z0-9\\-]{0,61}[a-z0-9])?" autocapitalize="none" spellcheck="false"'
CODE_PAGE: Final = """
<section class="la-card la-door">
<p>{{ words.lead }}</p>
<form method="post" action="{{ base }}/set-up">
<input type="hidden" name="form" value="{{ form }}">
<label for="code">{{ words.code }}</label>
<input class="form-control" id="code" name="code" required maxlength="64" autocomplete="one-time-code" autofocus
 autocapitalize="characters" spellcheck="false" aria-describedby="code-help{% if error %} form-error{% endif %}">
<p class="la-small la-2" id="code-help">{{ words.code_help }}</p>
<button type="submit" class="btn btn-primary">{{ words.go_on }}</button>
</form>
</section>
"""
PAGE: Final = """
{% macro field(name, label, type="text", help="") %}
<div class="la-field{% if wrong == name %} la-wrong{% endif %}"><label for="{{ name }}">{{ label }}</label>
<input class="form-control" id="{{ name }}" name="{{ name }}" type="{{ type }}" value="{{ given.get(name, "") }}"
 maxlength="{{ longest }}"{% if wrong == name %} aria-invalid="true" aria-describedby="form-error" autofocus{% endif %}
 {{ kwargs.get("more", "")|safe }}>
{% if help %}<p class="la-small la-2">{{ help }}</p>{% endif %}</div>
{% endmacro %}
{% macro choice(name, label, options, chosen) %}
<div class="la-field"><label for="{{ name }}">{{ label }}</label>
<select class="form-select" id="{{ name }}" name="{{ name }}">
{% for value, text in options %}<option value="{{ value }}"{% if value == chosen %} selected{% endif %}>{{ text }}
</option>{% endfor %}</select></div>
{% endmacro %}
<link rel="stylesheet" href="{{ base }}/assets/{{ asset("set_up.css") }}">
<p class="la-lead">{{ words.lead }}</p>
<form method="post" action="{{ base }}/set-up" class="la-set-up" id="set-up">
<input type="hidden" name="form" value="{{ form }}"><input type="hidden" name="code" value="{{ given.code }}">
<fieldset class="la-card"><legend>{{ words.organisation }}</legend>
{{ field("title", words.title, more='required autocomplete="organization"') }}
{{ field("name", words.name, help=words.name_help, more=name_more) }}
{{ choice("zone", words.zone, zones, given.zone) }}
{{ choice("language", words.language, languages, given.language) }}
</fieldset>
<fieldset class="la-card"><legend>{{ words.you }}</legend><p class="la-small la-2">{{ words.you_help }}</p>
{{ field("given", words.given, more='required autocomplete="given-name"') }}
{{ field("family", words.family, more='autocomplete="family-name"') }}
{{ field("email", words.email, "email", more='required autocomplete="username"') }}
{{ field("password", words.password, "password", words.password_help,
   more='required autocomplete="new-password" minlength="%d"' % shortest) }}
{{ field("again", words.again, "password", more='required autocomplete="new-password"') }}
</fieldset>
<fieldset class="la-card la-wide-set"><legend>{{ words.term }}</legend>
<p class="la-small la-2">{{ words.term_help }}</p>
{{ field("term", words.term_name) }}
{{ field("starts", words.starts, "date") }}
{{ field("ends", words.ends, "date") }}
<div class="la-breaks{% if wrong == "breaks" %} la-wrong{% endif %}" role="group" aria-labelledby="breaks">
<p id="breaks" class="la-m">{{ words.breaks }}</p>
{% for number in numbers %}<div class="la-break"><span class="la-small la-2">{{ number }}</span>
{{ field("from%d" % number, words.first_day, "date") }}{{ field("to%d" % number, words.last_day, "date") }}</div>
{% endfor %}</div>
</fieldset>
<div class="la-set-up-end"><button type="submit" class="btn btn-primary">{{ words.begin }}</button></div>
</form>
<script src="{{ base }}/assets/{{ asset("set_up.js") }}"></script>
"""


@dataclass(frozen=True, slots=True)
class SetUpPages:
    """The routes of the first start. `install` adds and opens them."""

    forms: Forms
    set_up: SetUp
    rates: Rates

    def install(self, server: Flask) -> None:
        """Adds `/set-up`, below the path of the public address."""
        path = f"{self.forms.prefix}{SET_UP_PATH}"
        server.add_url_rule(path, "set_up", self._show, methods=["GET"])
        server.add_url_rule(path, "begin_set_up", self.rates.of_passwords(self._take), methods=["POST"])
        for endpoint in ("set_up", "begin_set_up"):
            self.forms.guard.open_route(endpoint, Access.PUBLIC)

    def _show(self) -> BaseResponse:
        if self.set_up.first_start.announce(self.forms.guard.public_url) is None:
            return self._done()
        return self._code_page()

    def _take(self) -> BaseResponse:
        if not self.set_up.first_start.is_open():
            return self._done()
        if not self.forms.sent_by_own_page():
            return self._code_page(ended_form())
        given = {name: text[:LONGEST_FIELD] for name, text in request.form.items()}
        code = given.get("code", "")
        if not self.set_up.first_start.opens(code):
            log.info("set_up.refused")
            return self._code_page(_("That is not the code. It stands in the newest start of the service's log."))
        if "title" not in given:
            return self._page({"code": code})
        done = self.set_up.begin(code, _entered(given), network_of(request.remote_addr))
        if isinstance(done, Objection):
            kept = {name: text for name, text in given.items() if name not in ("password", "again", "form")}
            return self._page(kept, done)
        if done is None:
            return self._done()
        response = redirect(f"{self.forms.prefix}/", code=303)
        self.forms.guard.begin(response, done, SignInMethod.LOCAL)
        log.info("set_up.done", organisation_id=int(done.organisation_id))
        return response

    def _done(self) -> BaseResponse:
        return redirect(f"{self.forms.prefix}/sign-in", code=303)

    def _code_page(self, error: str | None = None) -> BaseResponse:
        words = {
            "lead": _("This installation is empty. Whoever runs it sets it up."),
            "code": _("Code of the first start"),
            "code_help": _(
                "It stands in the log of the service. The operator can also read it with"
                " “python -m dashapp.security set-up-code”."
            ),
            "go_on": _("Go on"),
        }
        title = _("Set the service up")
        return self.forms.page(CODE_PAGE, 422 if error else 200, title=title, error=error, words=words)

    def _page(self, given: dict[str, str], objection: Objection | None = None) -> BaseResponse:
        return self.forms.page(
            PAGE,
            422 if objection else 200,
            title=_("Set your organisation up"),
            error=objection.words if objection else None,
            wrong=objection.field if objection else None,
            wide=True,
            words=_words(),
            given={"zone": "UTC", "language": available_locales()[0], **given},
            zones=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
            languages=[(name, language_name(name)) for name in available_locales()],
            numbers=range(1, BREAKS + 1),
            name_more=NAME_MORE,
            shortest=SHORTEST,
            longest=max(LONGEST, LONGEST_TITLE),
        )


def _entered(given: dict[str, str]) -> Entered:
    def text(name: str) -> str:
        return given.get(name, "")

    numbers = range(1, BREAKS + 1)
    return Entered(
        title=text("title"),
        name=text("name").strip().lower(),
        zone=text("zone"),
        language=text("language"),
        given=text("given"),
        family=text("family"),
        email=text("email"),
        password=text("password"),
        again=text("again"),
        term=text("term"),
        starts=_day(text("starts")),
        ends=_day(text("ends")),
        breaks=tuple((_day(text(f"from{number}")), _day(text(f"to{number}"))) for number in numbers),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _words() -> dict[str, Any]:
    return {
        "lead": _("You become the first administrator. People and terms can be changed later."),
        "organisation": _("Your organisation"),
        "title": _("Name"),
        "name": _("Short name"),
        "name_help": _("Stands in addresses and in events: small letters, digits and hyphens, such as north-college."),
        "zone": _("Time zone: its days are the days of all figures"),
        "language": _("Language of reports"),
        "you": _("Your account"),
        "you_help": _("Others sign in with accounts, with your single sign-on, or from your learning platform."),
        "given": _("Given name"),
        "family": _("Family name"),
        "email": _("E-mail address"),
        "password": _("Password"),
        "password_help": _("At least {count} characters. Several words in a row are easy to keep in mind.").format(
            count=SHORTEST
        ),
        "again": _("The password once more"),
        "term": _("The term that runs now"),
        "term_help": _(
            "Nobody is said to be away before teaching starts, in breaks, or after the end. Leave it empty to do it"
            " later."
        ),
        "term_name": _("Name, such as Autumn 2026"),
        "starts": _("Teaching starts"),
        "ends": _("Teaching ends"),
        "breaks": _("Breaks"),
        "first_day": _("First day"),
        "last_day": _("Last day"),
        "begin": _("Set up and sign in"),
    }
