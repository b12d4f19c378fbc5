"""Signing in at a provider of OpenID Connect: what is believed, and everything that is not."""

import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.join_rules import add_rule
from dashapp.data.store.organisations import create_organisation
from dashapp.data.tables import memberships, person_identifiers
from dashapp.domain.joins import JoinRule
from dashapp.domain.keys import OrganisationId
from dashapp.web.application import Application
from tests.campus import ISSUER, Campus
from tests.security.loopback import Reply
from tests.security.provider import (
    CLIENT,
    SECRET,
    START,
    Hours,
    Provider,
    begin,
    come_back,
    is_refused,
    running_provider,
    sign_in,
    signed_with_the_client_secret,
    signed_with_the_public_key,
    trust,
    unsigned,
)
from tests.served import Visitor, address, application_on

Strangers = Callable[[], Visitor]
REFERENCE = re.compile(r"reference [A-Z0-9-]+", re.IGNORECASE)


@pytest.fixture
def provider(module_database: Database, campus: Campus) -> Iterator[Provider]:
    """A provider that the small campus trusts."""
    with running_provider() as running:
        trust(running, module_database, campus.organisation_id)
        yield running


@pytest.fixture(scope="module")
def module_clock() -> Hours:
    return Hours()


@pytest.fixture
def clock(module_clock: Hours) -> Hours:
    module_clock.ahead = timedelta()
    return module_clock


@pytest.fixture(scope="module")
def application(module_database: Database, campus: Campus, module_clock: Hours) -> Iterator[Application]:
    """An app that may ask the loopback. Each test has a provider of its own, so nothing is remembered of another."""
    settings: dict[str, Any] = {"outgoing_networks": "127.0.0.0/8", "openid_client_secrets": f"small/campus={SECRET}"}
    with application_on(module_database, campus, clock=module_clock, **settings) as made:
        yield made


@pytest.fixture(autouse=True)
def from_the_beginning(clock: Hours) -> None:
    """Every test begins at the present."""


def roles_of(database: Database, organisation: OrganisationId, provider: Provider, subject: str) -> list[Any]:
    """(role, granted by, whether it has ended) of the person of a subject."""
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        rows = connection.execute(
            select(memberships.c.role, memberships.c.granted_by, memberships.c.ends_at.is_not(None))
            .join(
                person_identifiers,
                (person_identifiers.c.organisation_id == memberships.c.organisation_id)
                & (person_identifiers.c.person_id == memberships.c.person_id),
            )
            .where(
                person_identifiers.c.issuer == provider.issuer,
                person_identifiers.c.kind == "oidc",
                person_identifiers.c.value == subject,
            )
        )
        return [tuple(row) for row in rows]


# ------------------------------------------------------------------ what works


def test_who_signs_in_at_the_provider_is_somebody_here(provider: Provider, visitor: Strangers) -> None:
    person = visitor()
    provider.subject = "new-one"

    answer = sign_in(person, provider)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(cookie.startswith("la_session=") for cookie in cookies)
    assert any(cookie.startswith("la_openid_") and "Expires=Thu, 01 Jan 1970" in cookie for cookie in cookies)
    # A person without any role: signed in, and shown nothing.
    assert person.ask("courses-page", address(None)).status_code == 200


def test_the_request_carries_pkce_nonce_and_state(provider: Provider, visitor: Strangers) -> None:
    first, second = begin(visitor()), begin(visitor())

    assert first["code_challenge_method"] == "S256"
    assert (first["response_type"], first["client_id"], first["scope"]) == ("code", CLIENT, "openid profile email")
    assert first["redirect_uri"] == "http://127.0.0.1:3007/sign-in/openid/small/campus/back"
    assert not {first[name] for name in ("state", "nonce", "code_challenge")} & set(second.values())


def test_a_claim_joins_the_learner_whom_events_know(
    provider: Provider, visitor: Strangers, campus: Campus, module_database: Database
) -> None:
    rule = JoinRule(provider.issuer, "preferred_username", ISSUER, "account")
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        add_rule(connection, campus.organisation_id, rule, "a test", datetime.now(UTC))
    provider.subject, provider.claims = "ada-subject", {"preferred_username": "ada.abel"}
    person = visitor()

    sign_in(person, provider)

    session = person.application.guard.sessions.read(person.client.get_cookie("la_session").value)  # type: ignore[union-attr]
    assert session is not None
    assert session.person == campus.people["Ada Abel"].public_id


def test_a_claim_makes_an_administrator_and_its_absence_ends_that(
    provider: Provider, visitor: Strangers, campus: Campus, module_database: Database
) -> None:
    provider.subject, provider.claims = "chief", {"realm_access": {"roles": ["staff", "analytics-admin"]}}
    sign_in(visitor(), provider)
    sign_in(visitor(), provider)
    first = roles_of(module_database, campus.organisation_id, provider, "chief")

    provider.claims = {"realm_access": {"roles": ["staff"]}}
    sign_in(visitor(), provider)

    assert first == [("administrator", "sign_in", False)]
    assert roles_of(module_database, campus.organisation_id, provider, "chief") == [("administrator", "sign_in", True)]


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": ["analytics-admin"]},
        {"realm_access": "analytics-admin"},
        {"realm_access": {"roles": "admin"}},
        {"realm_access": {"roles": [["analytics-admin"]]}},
    ],
)
def test_no_other_claim_makes_an_administrator(
    claims: dict[str, Any], provider: Provider, visitor: Strangers, campus: Campus, module_database: Database
) -> None:
    provider.subject, provider.claims = "hopeful", claims

    assert sign_in(visitor(), provider).status_code == 303
    assert roles_of(module_database, campus.organisation_id, provider, "hopeful") == []


def test_a_claim_that_names_another_organisation_changes_nothing(
    provider: Provider, visitor: Strangers, campus: Campus, module_database: Database
) -> None:
    with module_database.transaction(DatabaseRole.JOBS, None) as connection:
        other = create_organisation(connection, f"other-{provider.issuer[-5:]}", "Other", "UTC")
    provider.claims = {
        "organisation": "other",
        "organisation_id": int(other),
        "org": "other",
        "tenant": str(other),
        "realm_access": {"roles": ["analytics-admin"]},
    }
    person = visitor()

    sign_in(person, provider)

    session = person.application.guard.sessions.read(person.client.get_cookie("la_session").value)  # type: ignore[union-attr]
    assert session is not None
    assert session.organisation_id == campus.organisation_id
    with module_database.transaction(DatabaseRole.JOBS, other) as connection:
        assert connection.execute(text("SELECT count(*) FROM people")).scalar_one() == 0


def test_an_address_that_nobody_has_checked_is_not_kept(
    provider: Provider, visitor: Strangers, campus: Campus, module_database: Database
) -> None:
    for subject, verified in (("checked", True), ("typed", False), ("text", "true")):
        provider.subject = subject
        provider.claims = {"email": f"{subject}@x.example", "email_verified": verified, "name": "<b>Eve</b>"}
        sign_in(visitor(), provider)

    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        kept = connection.execute(text("SELECT email FROM people WHERE email LIKE '%@x.example'")).scalars().all()
    assert kept == ["checked@x.example"]


# ------------------------------------------------------------------ what does not


def test_a_state_that_this_browser_has_not_begun_is_refused(provider: Provider, visitor: Strangers) -> None:
    # Somebody signs in at the provider and hands the way back to another person's browser.
    attackers = provider.address_back(begin(visitor()))
    victim, busy = visitor(), visitor()
    begin(busy)

    assert is_refused(come_back(victim, attackers))
    assert is_refused(come_back(busy, attackers))


def test_a_way_back_is_gone_once(provider: Provider, visitor: Strangers) -> None:
    person = visitor()
    back = provider.address_back(begin(person))
    kept = {cookie.key: cookie.value for cookie in (person.client._cookies or {}).values()}

    assert come_back(person, back).status_code == 303
    assert is_refused(come_back(person, back))
    # Even where somebody puts the cookie back, the code is used up.
    for name, value in kept.items():
        person.client.set_cookie(name, value, path="/sign-in/openid")
    assert is_refused(come_back(person, back))


def test_what_was_begun_long_ago_is_not_finished(provider: Provider, visitor: Strangers, clock: Hours) -> None:
    person = visitor()
    back = provider.address_back(begin(person))
    clock.ahead = timedelta(minutes=11)

    assert is_refused(come_back(person, back))


def test_a_forged_cookie_or_query_signs_nobody_in(provider: Provider, visitor: Strangers) -> None:
    person = visitor()
    asked = begin(person)
    name = f"la_openid_{asked['state'][:8]}"

    assert is_refused(come_back(person, f"{START}/back?code=x"))
    assert is_refused(come_back(person, f"{START}/back?error=access_denied&state={asked['state']}"))
    begin(person)
    for forged in ("", "x", "eyJ9.AAAAAAAAAAAAAAAAAAAAAAAA", "a.b.c" * 500):
        person.client.set_cookie(name, forged, path="/sign-in/openid")
        assert is_refused(come_back(person, f"{START}/back?code=x&state={asked['state']}"))


def test_another_provider_that_answers_is_refused(provider: Provider, visitor: Strangers) -> None:
    person = visitor()
    back = provider.address_back(begin(person))

    assert is_refused(come_back(person, back.replace("iss=", "iss=https%3A%2F%2Fother.example&was=")))


def test_unknown_places_look_alike(provider: Provider, visitor: Strangers) -> None:
    answers = [visitor().client.get(f"/sign-in/openid/{path}") for path in ("small/other", "nowhere/campus", "%00/%00")]

    assert all(is_refused(answer) for answer in answers)
    assert len({REFERENCE.sub("", answer.get_data(as_text=True)) for answer in answers}) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"iss": "https://other.example"},
        {"iss": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "soon"},
        {"iat": None},
        {"iat": 1},
        {"iat": 99999999999},
        {"sub": None},
        {"sub": ""},
        {"sub": ["subject-1"]},
        {"sub": "x" * 300},
        {"sub": "a\0b"},
        {"exp": math.nan},
        {"iat": math.nan},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_not_believed(
    claims: dict[str, Any], provider: Provider, visitor: Strangers
) -> None:
    provider.claims = claims

    assert is_refused(sign_in(visitor(), provider))


def test_only_a_signature_by_the_providers_own_key_is_believed(provider: Provider, visitor: Strangers) -> None:
    own = provider.key
    for sign in (unsigned, signed_with_the_client_secret, signed_with_the_public_key(provider)):
        provider.sign = sign
        assert is_refused(sign_in(visitor(), provider))
    provider.sign = None
    provider.published, provider.key = [own], ECKey.generate_key("P-256", {"kid": "first"})
    assert is_refused(sign_in(visitor(), provider))
    provider.key = own
    assert sign_in(visitor(), provider).status_code == 303


def test_a_token_with_rsa_is_believed_too(provider: Provider, visitor: Strangers) -> None:
    provider.key, provider.algorithm = RSAKey.generate_key(2048, {"kid": "rsa"}), "RS256"

    assert sign_in(visitor(), provider).status_code == 303


def test_a_new_key_is_looked_up_and_an_unknown_one_asks_once_a_minute(
    provider: Provider, visitor: Strangers, clock: Hours
) -> None:
    provider.clock = lambda: clock().timestamp()
    assert sign_in(visitor(), provider).status_code == 303
    clock.ahead = timedelta(minutes=2)
    provider.key = ECKey.generate_key("P-256", {"kid": "second"})
    assert sign_in(visitor(), provider).status_code == 303

    provider.published, provider.key = [provider.key], ECKey.generate_key("P-256", {"kid": "nobodys"})
    before = sum(asked.path == "/keys" for asked in provider.host.asked)
    for _ in range(3):
        assert is_refused(sign_in(visitor(), provider))
    assert sum(asked.path == "/keys" for asked in provider.host.asked) == before


def test_keys_that_cannot_be_read_sign_nobody_in(provider: Provider, visitor: Strangers) -> None:
    answers: list[Reply] = [
        (500, {}, b""),
        (200, {}, b"{}"),
        (200, {}, b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "first"}]}'),
        (200, {}, b'{"keys": [{"kty": "EC"}, 7, null]}'),
        (200, {}, b"[" + b" " * 2_000_000 + b"]"),
    ]
    for reply in answers:
        provider.keys_reply = lambda reply=reply: reply
        assert is_refused(sign_in(visitor(), provider))


def test_keys_that_were_read_serve_for_a_day_while_the_provider_is_away(
    provider: Provider, visitor: Strangers, clock: Hours
) -> None:
    provider.clock = lambda: clock().timestamp()
    sign_in(visitor(), provider)
    provider.keys_reply = lambda: (503, {}, b"")

    clock.ahead = timedelta(hours=3)
    assert sign_in(visitor(), provider).status_code == 303
    clock.ahead = timedelta(hours=30)
    assert is_refused(sign_in(visitor(), provider))


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_description_that_does_not_fit_is_not_followed(
    said: dict[str, Any], provider: Provider, visitor: Strangers
) -> None:
    provider.description = said

    assert is_refused(visitor().client.get(START))


def test_a_description_cannot_make_this_service_ask_private_addresses(provider: Provider, visitor: Strangers) -> None:
    provider.description = {"token_endpoint": "https://169.254.169.254/token", "jwks_uri": "https://10.0.0.1/keys"}

    assert is_refused(sign_in(visitor(), provider))
