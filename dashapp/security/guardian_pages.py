"""Where a guardian who has no account makes one with the code of an invitation: `/guardian/account`."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import all_organisations
from dashapp.domain.sessions import SignInMethod
from dashapp.observability.logging import get_logger
from dashapp.security.devices import network_of
from dashapp.security.forms import Forms, ended_form
from dashapp.security.guard import Access
from dashapp.security.guardian_accounts import GUARDIAN_ACCOUNT_PATH, GuardianAccounts, NewGuardian
from dashapp.security.passwords import LONGEST, SHORTEST
from dashapp.security.rates import Rates
from dashapp.security.set_up import Objection
from dashapp.words import _

LONGEST_FIELD: Final = 1000
KEPT: Final = ("organisation", "code", "given", "family", "email")
"""What stands in the form again after an objection; passwords do not."""

log = get_logger(__name__)

PAGE: Final = """
{% macro field(name, label, type="text", help="") %}
<label for="{{ name }}">{{ label }}</label>
<input class="form-control" id="{{ name }}" name="{{ name }}" type="{{ type }}" value="{{ given.get(name, "") }}"
 maxlength="254"{% if wrong == name %} aria-invalid="true" aria-describedby="form-error" autofocus{% endif %}
 {{ kwargs.get("more", "")|safe }}>
{% if help %}<p class="la-small la-2">{{ help }}</p>{% endif %}
{% endmacro %}
<p class="la-lead">{{ words.lead }}</p>
<section class="la-card la-door">
<form method="post" action="{{ base }}/guardian/account">
<input type="hidden" name="form" value="{{ form }}">
{% if asks_organisation %}{{ field("organisation", words.organisation, help=words.organisation_help,
   more='required autocapitalize="none" spellcheck="false"') }}
{% else %}<input type="hidden" name="organisation" value="{{ given.organisation }}">
{% endif %}{{ field("code", words.code, help=words.code_help,
   more='required autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"') }}
{{ field("given", words.given, more='required autocomplete="given-name"') }}
{{ field("family", words.family, more='autocomplete="family-name"') }}
{{ field("email", words.email, "email", more='required autocomplete="username"') }}
{{ field("password", words.password, "password", words.password_help,
   more='required autocomplete="new-password" minlength="%d"' % shortest) }}
{{ field("again", words.again, "password", more='required autocomplete="new-password"') }}
<button type="submit" class="btn btn-primary">{{ words.make }}</button>
</form>
</section>
<p class="la-small"><a href="{{ base }}/sign-in?next={{ base }}/guardian">{{ words.has_account }}</a></p>
"""


@dataclass(frozen=True, slots=True)
class GuardianPages:
    """The route. `install` adds and opens it."""

    forms: Forms
    accounts: GuardianAccounts
    database: Database
    rates: Rates

    def install(self, server: Flask) -> None:
        """Adds `/guardian/account`, below the path of the public address."""
        path = f"{self.forms.prefix}{GUARDIAN_ACCOUNT_PATH}"
        server.add_url_rule(path, "guardian_account", self._show, methods=["GET"])
        server.add_url_rule(path, "make_guardian_account", self.rates.of_passwords(self._make), methods=["POST"])
        for endpoint in ("guardian_account", "make_guardian_account"):
            self.forms.guard.open_route(endpoint, Access.PUBLIC)

    def _show(self) -> BaseResponse:
        return self._page({"organisation": request.args.get("organisation", "")[:LONGEST_FIELD]})

    def _make(self) -> BaseResponse:
        given = {name: request.form.get(name, "")[:LONGEST_FIELD] for name in (*KEPT, "password", "again")}
        if not self.forms.sent_by_own_page():
            return self._page(given, Objection("", ended_form()))
        done = self.accounts.make(NewGuardian(**given), network_of(request.remote_addr))
        if isinstance(done, Objection):
            log.info("guardian_account.refused", field=done.field)
            return self._page(given, done)
        log.info("guardian_account.made", organisation_id=int(done.organisation_id))
        response = self.forms.message(
            _("Your account is made, and you are signed in"),
            _(
                "Before you see anything, an administrator of the institution confirms you, or the learner agrees. From"
                " then on you find the page here whenever you sign in."
            ),
            (_("Go to my first page"), f"{self.forms.prefix}/"),
        )
        self.forms.guard.begin(response, done, SignInMethod.LOCAL)
        return response

    def _page(self, given: dict[str, str], objection: Objection | None = None) -> BaseResponse:
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            every = all_organisations(connection)
        named = given.get("organisation") or (every[0][1] if len(every) == 1 else "")
        kept = {name: given.get(name, "") for name in KEPT} | {"organisation": named}
        return self.forms.page(
            PAGE,
            200 if objection is None else 422,
            title=_("An account for a guardian"),
            error=objection.words if objection is not None else None,
            wrong=objection.field if objection is not None else "",
            given=kept,
            asks_organisation=not named or (objection is not None and objection.field == "code" and len(every) > 1),
            shortest=SHORTEST,
            longest=LONGEST,
            words=_words(),
        )


def _words() -> dict[str, str]:
    return {
        "lead": _("With the code that you have from the institution of the learner. It can be used once."),
        "organisation": _("Organisation"),
        "organisation_help": _("The short name of the institution: it stands beside your code."),
        "code": _("Code"),
        "code_help": _("Sixteen letters and digits"),
        "given": _("Given name"),
        "family": _("Family name"),
        "email": _("E-mail address"),
        "password": _("Password"),
        "password_help": _("At least {count} characters. Several words in a row are easy to keep in mind.").format(
            count=SHORTEST
        ),
        "again": _("The password once more"),
        "make": _("Make the account"),
        "has_account": _("You can sign in here already? Sign in, and enter the code then."),
    }
