"""The sign-in page: local accounts, the providers of the organisation, and in development the demo campus's people.

A sign-in proves who somebody is and nothing else: what they may do is read from their memberships.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store.identified import all_organisations
from dashapp.data.store.identity_providers import IdentityProvider, list_providers
from dashapp.data.store.organisations import find_organisation
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.sessions import SignInMethod
from dashapp.observability.logging import get_logger
from dashapp.security.accounts import Accounts, SignedIn
from dashapp.security.devices import network_of
from dashapp.security.forms import Forms
from dashapp.security.guard import Access
from dashapp.security.guardian_accounts import GUARDIAN_ACCOUNT_PATH
from dashapp.security.rates import Rates
from dashapp.security.set_up import SET_UP_PATH, FirstStart
from dashapp.words import _

SIGN_IN_PATH: Final = "/sign-in"
SIGN_OUT_PATH: Final = "/sign-out"
NEW_PASSWORD: Final = "new-password"
"""The parameter of the sign-in's address after a password was changed."""
OPENID_PATH: Final = "/sign-in/openid"
LONGEST_FIELD: Final = 1000

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo campus whom one may become. `role`: student, teacher or administrator."""

    organisation_id: OrganisationId
    public_id: PublicId
    role: str
    name: str
    detail: str
    """What tells them from the others of their role: the courses, the faculty."""


ListPeople = Callable[[], Sequence[DemoPerson]]

PAGE: Final = """
{% if said %}<p class="la-form-done" role="status">{{ said }}</p>{% endif %}
<section class="la-card la-door">
{% for button in buttons %}<a class="btn btn-outline-secondary" href="{{ button.href }}">{{ button.words }}</a>
{% endfor %}{% if buttons %}<p class="la-or la-small la-2"><span>{{ words.other }}</span></p>{% endif %}
<form method="post" action="{{ base }}/sign-in">
<input type="hidden" name="form" value="{{ form }}"><input type="hidden" name="next" value="{{ next }}">
{% if not place.settled %}<label for="organisation">{{ words.organisation }}</label>
<input class="form-control" id="organisation" name="organisation" value="{{ place.organisation }}" required
 maxlength="254" autocomplete="organization" autocapitalize="none" spellcheck="false"
 aria-describedby="organisation-help">
<p class="la-small la-2" id="organisation-help">{{ words.organisation_help }}</p>
{% else %}<input type="hidden" name="organisation" value="{{ place.organisation }}">
{% endif %}<label for="name">{{ words.name }}</label>
<input class="form-control" id="name" name="name" value="{{ name }}" required maxlength="254" autocomplete="username"
 autocapitalize="none" spellcheck="false"{% if error %} aria-describedby="form-error" aria-invalid="true"{% endif %}>
<label for="password">{{ words.password }}</label>
<input class="form-control" id="password" name="password" type="password" required maxlength="256"
 autocomplete="current-password"{% if error %} aria-describedby="form-error" aria-invalid="true" autofocus{% endif %}>
<button type="submit" class="btn btn-primary">{{ words.sign_in }}</button>
</form>
{% if guardian %}<p class="la-small"><a href="{{ guardian }}">{{ words.guardian }}</a></p>
{% endif %}</section>
{% if demo %}<section class="la-demo"><header class="la-head"><div><h2>{{ words.demo }}</h2>
<p class="la-lead">{{ words.demo_help }}</p></div></header>
{% if not groups %}<p class="la-card" role="status">{{ words.empty }}</p>{% endif %}
<form method="post" action="{{ base }}/sign-in" class="la-grid">
<input type="hidden" name="form" value="{{ form }}"><input type="hidden" name="next" value="{{ next }}">
{% for group in groups %}<section class="la-card s4">
<header class="la-card-h"><h3>{{ group.title }}</h3><p>{{ group.line }}</p></header>
<ul class="la-list la-people">{% for person in group.people %}
<li><button type="submit" name="person" value="{{ person.public_id }}" class="la-person">
<span class="la-m">{{ person.name }}</span>
<span class="la-small la-2">{{ person.detail }}</span></button></li>{% endfor %}
</ul></section>
{% endfor %}</form></section>{% endif %}
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """For whom the page is."""

    organisation: str
    """Its short name as far as it is known."""
    settled: bool
    """Whether there is no other one, so that it need not be shown."""
    providers: tuple[IdentityProvider, ...]


@dataclass(frozen=True, slots=True)
class SignIn:
    """The routes of the sign-in page. `install` adds and opens them."""

    forms: Forms
    accounts: Accounts
    database: Database
    rates: Rates
    first_start: FirstStart
    list_people: ListPeople | None
    """The people of the demo campus; None outside of development."""
    awaits_people: bool = False
    """Whether the demo campus is being made as long as it has no people."""

    def install(self, server: Flask) -> None:
        """Adds `/sign-in` and `/sign-out`, below the path of the public address."""
        prefix = self.forms.prefix
        sign_in = self.rates.of_sign_ins(self._sign_in)
        server.add_url_rule(f"{prefix}{SIGN_IN_PATH}", "sign_in", self._show, methods=["GET"])
        server.add_url_rule(f"{prefix}{SIGN_IN_PATH}", "sign_in_as", sign_in, methods=["POST"])
        server.add_url_rule(f"{prefix}{SIGN_OUT_PATH}", "sign_out", self._sign_out, methods=["GET", "POST"])
        for endpoint in ("sign_in", "sign_in_as", "sign_out"):
            self.forms.guard.open_route(endpoint, Access.PUBLIC)

    def _show(self) -> BaseResponse:
        if not self.awaits_people and self.first_start.is_open():
            return redirect(f"{self.forms.prefix}{SET_UP_PATH}", code=303)
        changed = NEW_PASSWORD in request.args
        said = _("Your password was changed; sign in with the new one.") if changed else None
        return self._page(request.args.get("organisation"), request.args.get("next"), said=said)

    def _page(
        self, organisation: str | None, wanted: str | None, *, said: str | None = None, refused: str | None = None
    ) -> BaseResponse:
        """`said`: what has just been done; `refused`: the name that was not signed in."""
        place = self._place((organisation or "")[:LONGEST_FIELD].strip())
        people = self.list_people() if self.list_people is not None else ()
        onward = local_path(wanted, self.forms.prefix)
        error = None if refused is None else refused_words()
        return self.forms.page(
            PAGE,
            200 if refused is None else 401,
            title=_("Sign in"),
            error=error,
            said=said,
            wide=self.list_people is not None,
            reload=self.awaits_people and not people and not error,
            next=onward,
            guardian=self._for_guardian(place.organisation) if onward == f"{self.forms.prefix}/guardian" else None,
            name=refused or "",
            place=place,
            buttons=[self._button(place.organisation, one, onward) for one in place.providers],
            words=_words(),
            demo=bool(people) or self.awaits_people,
            groups=[group for group in _groups(people) if group["people"]],
        )

    def _place(self, organisation: str) -> "_Place":
        """Whose people sign in here. In an installation with one organisation nobody is asked for its name."""
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            every = all_organisations(connection)
            only = every[0][1] if len(every) == 1 else None
            name = organisation or only or ""
            known = find_organisation(connection, name.replace("\0", ""))
            if known is None:
                return _Place(organisation, False, ())
            act_for(connection, known)
            return _Place(name, name == only, tuple(list_providers(connection, known)))

    def _for_guardian(self, organisation: str) -> str:
        """Where somebody with a code and no account makes one."""
        return f"{self.forms.prefix}{GUARDIAN_ACCOUNT_PATH}?organisation={quote(organisation, safe='')}"

    def _button(self, organisation: str, provider: IdentityProvider, onward: str) -> dict[str, str]:
        place = f"{quote(organisation, safe='')}/{quote(provider.name, safe='')}"
        return {
            "href": f"{self.forms.prefix}{OPENID_PATH}/{place}?next={quote(onward)}",
            "words": _("Continue with {provider}").format(provider=provider.title),
        }

    def _sign_in(self) -> BaseResponse:
        if not self.forms.sent_by_own_page():
            # An old tab, or somebody else's page: the form is shown again, nothing is signed in.
            return redirect(f"{self.forms.prefix}{SIGN_IN_PATH}", code=303)
        if "person" in request.form:
            return self._become(request.form["person"])
        organisation, name, password = (
            request.form.get(field, "")[:LONGEST_FIELD] for field in ("organisation", "name", "password")
        )
        who = self.accounts.sign_in(organisation, name, password, network_of(request.remote_addr))
        wanted = request.form.get("next")
        if who is None:
            log.info("sign_in.refused")
            return self._page(organisation, wanted, refused=name)
        response = redirect(local_path(wanted, self.forms.prefix), code=303)
        self.forms.guard.begin(response, who, SignInMethod.LOCAL)
        log.info("sign_in.local", organisation_id=int(who.organisation_id))
        return response

    def _become(self, wanted: str) -> BaseResponse:
        people = self.list_people() if self.list_people is not None else ()
        person = next((one for one in people if str(one.public_id) == wanted), None)
        if person is None:
            return Response(_("Nobody of the demo campus has this name."), status=404, mimetype="text/plain")
        response = redirect(local_path(request.form.get("next"), self.forms.prefix), code=303)
        self.forms.guard.begin(response, SignedIn(person.organisation_id, person.public_id), SignInMethod.DEMO)
        log.info("sign_in.demo", organisation_id=int(person.organisation_id), role=person.role)
        return response

    def _sign_out(self) -> BaseResponse:
        response = redirect(f"{self.forms.prefix}{SIGN_IN_PATH}", code=303)
        if self.forms.guard.same_origin():
            self.forms.guard.finish(response)
        return response


def refused_words() -> str:
    """The one answer to whoever cannot be signed in, whatever the reason."""
    return _(
        "That did not work: the name or the password is not right, or there were too many tries. After several tries,"
        " wait a few minutes."
    )


def local_path(wanted: str | None, prefix: str) -> str:
    """An address on this service to go on to: what was wanted if it is one, else the start."""
    start = f"{prefix}/"
    if not wanted or not wanted.startswith(start) or wanted[1:2] in ("/", "\\") or len(wanted) > 2000:
        return start
    if any(ord(letter) < 32 or letter == "\\" for letter in wanted):
        return start
    return start if wanted.startswith((f"{prefix}{SIGN_IN_PATH}", f"{prefix}{SIGN_OUT_PATH}")) else wanted


def _words() -> dict[str, str]:
    return {
        "other": _("or with a password"),
        "organisation": _("Organisation"),
        "organisation_help": _("The short name of your organisation: ask its administrator for it."),
        "name": _("Name or e-mail address"),
        "password": _("Password"),
        "sign_in": _("Sign in"),
        "guardian": _("You have a guardian's code and no account here? Make one with it."),
        "demo": _("The demo campus"),
        "demo_help": _("This part is for development only: choose who you want to be."),
        "empty": _("The demo campus is being made. This page shows it in a few seconds."),
    }


def _groups(people: Sequence[DemoPerson]) -> list[dict[str, object]]:
    titles = {
        "student": (_("A student"), _("sees their own page")),
        "teacher": (_("A teacher"), _("sees the classrooms of their courses")),
        "administrator": (_("An administrator"), _("sees the whole institution")),
    }
    return [
        {"title": title, "line": line, "people": [one for one in people if one.role == role]}
        for role, (title, line) in titles.items()
    ]
