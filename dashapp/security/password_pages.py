"""Setting the own password: by a one-time link, and when signed in."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.domain.sessions import SignInMethod
from dashapp.observability.logging import get_logger
from dashapp.security.accounts import LINK_ENDED, LINK_PATH, WRONG, Accounts, SignedIn
from dashapp.security.acting import acting
from dashapp.security.devices import network_of
from dashapp.security.forms import Forms, ended_form
from dashapp.security.guard import Access, current_principal
from dashapp.security.passwords import LONGEST, SHORTEST
from dashapp.security.rates import Rates
from dashapp.security.sign_in import NEW_PASSWORD, SIGN_IN_PATH
from dashapp.words import _

OWN_PASSWORD_PATH: Final = "/account/password"

log = get_logger(__name__)

PAGE: Final = """
<section class="la-card la-door">
<form method="post" action="{{ base }}{{ action }}">
<input type="hidden" name="form" value="{{ form }}">
{% if organisation %}<input type="hidden" name="organisation" value="{{ organisation }}">
<input type="hidden" name="key" value="{{ key }}">
{% else %}<label for="old">{{ words.old }}</label>
<input class="form-control" id="old" name="old" type="password" required maxlength="{{ longest }}"
 autocomplete="current-password">
{% endif %}<label for="new">{{ words.new }}</label>
<input class="form-control" id="new" name="new" type="password" required minlength="{{ shortest }}"
 maxlength="{{ longest }}" autocomplete="new-password" aria-describedby="new-help{% if error %} form-error{% endif %}">
<p class="la-small la-2" id="new-help">{{ words.help }}</p>
<label for="again">{{ words.again }}</label>
<input class="form-control" id="again" name="again" type="password" required maxlength="{{ longest }}"
 autocomplete="new-password">
<button type="submit" class="btn btn-primary">{{ words.set }}</button>
</form>
</section>
"""


@dataclass(frozen=True, slots=True)
class PasswordPages:
    """The routes on which passwords are set. `install` adds and opens them."""

    forms: Forms
    accounts: Accounts
    rates: Rates

    def install(self, server: Flask) -> None:
        """Adds `/sign-in/password` for links, and `/account/password` for who is signed in."""
        prefix = self.forms.prefix
        change, by_link = self.rates.of_passwords(self._change), self.rates.of_passwords(self._set_by_link)
        server.add_url_rule(f"{prefix}{LINK_PATH}", "password_link", self._show_link, methods=["GET"])
        server.add_url_rule(f"{prefix}{LINK_PATH}", "set_password", by_link, methods=["POST"])
        server.add_url_rule(f"{prefix}{OWN_PASSWORD_PATH}", "own_password", self._show_own, methods=["GET"])
        server.add_url_rule(f"{prefix}{OWN_PASSWORD_PATH}", "change_password", change, methods=["POST"])
        for endpoint in ("password_link", "set_password"):
            self.forms.guard.open_route(endpoint, Access.PUBLIC)
        for endpoint in ("own_password", "change_password"):
            self.forms.guard.open_route(endpoint, Access.SHELL)

    # ------------------------------------------------------------------ by a link

    def _show_link(self) -> BaseResponse:
        organisation, key = request.args.get("organisation", ""), request.args.get("key", "")
        if not self.accounts.link_holds(organisation, key):
            return self._link_ended()
        return self._link_page(organisation, key)

    def _set_by_link(self) -> BaseResponse:
        organisation, key = request.form.get("organisation", ""), request.form.get("key", "")
        new, again = request.form.get("new", ""), request.form.get("again", "")
        if not self.forms.sent_by_own_page():
            return self._link_page(organisation, key, ended_form())
        if new != again:
            return self._link_page(organisation, key, _("The two passwords differ."))
        origin = network_of(request.remote_addr)
        done = self.accounts.set_password_by_link(organisation, key, new, origin)
        if isinstance(done, str):
            return self._link_ended() if done == LINK_ENDED else self._link_page(organisation, key, done)
        log.info("password.set_by_link", organisation_id=int(done.organisation_id))
        by_link = Actor(str(done.person), ViewerRole.SELF, origin, SignInMethod.LINK.value)
        self._sign_out_everywhere(done, by_link)
        return self.forms.message(
            _("Your password is set"), _("Sign in with it from now on."), (_("Sign in"), f"{self.forms.prefix}/sign-in")
        )

    def _link_page(self, organisation: str, key: str, error: str | None = None) -> BaseResponse:
        return self._page(_("Choose a password"), LINK_PATH, error, organisation=organisation, key=key)

    def _link_ended(self) -> BaseResponse:
        words = _("It has been used, or it is too old. Ask an administrator of your organisation for a new one.")
        link = (_("To the sign-in"), f"{self.forms.prefix}/sign-in")
        return self.forms.message(_("This link cannot be used any more"), words, link, 404)

    # ------------------------------------------------------------------ when signed in

    def _show_own(self) -> BaseResponse:
        principal = current_principal()
        if not self.accounts.has_account(principal.organisation_id, principal.public_id):
            words = _("You do not sign in with a password of this service, so there is none to change here.")
            return self.forms.message(_("Your password"), words, (_("Back"), f"{self.forms.prefix}/"))
        return self._page(_("Change your password"), OWN_PASSWORD_PATH, None)

    def _change(self) -> BaseResponse:
        principal = current_principal()
        old, new, again = (request.form.get(field, "") for field in ("old", "new", "again"))
        title = _("Change your password")
        if not self.forms.sent_by_own_page():
            return self._page(title, OWN_PASSWORD_PATH, ended_form())
        if new != again:
            return self._page(title, OWN_PASSWORD_PATH, _("The two passwords differ."))
        who = SignedIn(principal.organisation_id, principal.public_id)
        actor = acting(principal, ViewerRole.SELF)
        objection = self.accounts.change_password(who, old, new, actor)
        if objection == WRONG:
            objection = _("The old password is not right, or there were too many tries.")
        if objection is not None:
            return self._page(title, OWN_PASSWORD_PATH, objection)
        log.info("password.changed", organisation_id=int(who.organisation_id))
        self._sign_out_everywhere(who, actor)
        response = redirect(f"{self.forms.prefix}{SIGN_IN_PATH}?{NEW_PASSWORD}=1", code=303)
        self.forms.guard.finish(response)
        return response

    def _sign_out_everywhere(self, who: SignedIn, actor: Actor) -> None:
        """Whoever knew the old password may be signed in with it."""
        person = self.accounts.person_id(who)
        self.forms.guard.sessions.end(who.organisation_id, SessionChoice(person_id=person), Ender(actor, person))

    def _page(self, title: str, action: str, error: str | None, **values: str) -> BaseResponse:
        words = {
            "old": _("The password that you have now"),
            "new": _("New password"),
            "again": _("The new password once more"),
            "help": _("At least {count} characters. Several words in a row are easy to keep in mind.").format(
                count=SHORTEST
            ),
            "set": _("Set the password"),
        }
        status = 200 if error is None else 422
        return self.forms.page(
            PAGE,
            status,
            title=title,
            action=action,
            error=error,
            words=words,
            **{"shortest": SHORTEST, "longest": LONGEST, **values},
        )
