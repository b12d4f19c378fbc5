"""Dynamic Registration: one address, once, at hosts that may be asked, for the host's own issuer only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from dashapp.data.database import DatabaseRole
from dashapp.data.store.lti.codes import keep_code
from dashapp.security.lti import registration
from dashapp.security.lti.places import Places
from dashapp.security.lti.registration import Codes, new_code
from dashapp.security.signing import Signer
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.lti.frame import TOOL
from tests.security.lti.platform import Platform
from tests.security.lti.test_launches import is_refused
from tests.served import application_on

OWN = {"Origin": TOOL, "Sec-Fetch-Site": "same-origin"}
MakeAddress = Callable[[], str]


@pytest.fixture
def address(application: Application, campus: Campus) -> MakeAddress:
    """Makes registration addresses, as the administration page does."""
    settings, clock = application.services.settings, application.services.clock

    def make() -> str:
        code = Codes(Signer(settings.secret_keys, "lti code")).make(campus.organisation_id)
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
            keep_code(connection, campus.organisation_id, new_code(code, "an administrator", clock()))
        return Places("").register(code)

    return make


@pytest.fixture
def client(application: Application) -> FlaskClient:
    return application.server.test_client()


def press(client: FlaskClient, address: str, configuration: str, **headers: str) -> TestResponse:
    """Presses the button on the page of the address."""
    form = {"openid_configuration": configuration, "registration_token": "the-token"}
    return client.post(address, data=form, headers={**OWN, **headers}, base_url=TOOL)


def platforms_of(campus: Campus, platform: Platform) -> list[Any]:
    query = text("SELECT issuer, client_id, enabled, keyset_url FROM lti_platforms WHERE issuer = :issuer")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return list(connection.execute(query, {"issuer": platform.url}).all())


def test_a_platform_registers_itself_and_waits_to_be_switched_on(
    client: FlaskClient, address: MakeAddress, campus: Campus, platform: Platform
) -> None:
    configuration = f"{platform.url}/description"
    made = address()
    page = client.get(made, query_string={"openid_configuration": configuration}, base_url=TOOL)
    answer = press(client, made, configuration)

    assert "Connect this learning platform?" in page.text
    assert "The learning platform is connected" in answer.text
    assert [tuple(row) for row in platforms_of(campus, platform)] == [
        (platform.url, "given", False, f"{platform.url}/keys")
    ]
    query = text("SELECT action, actor, role, origin FROM audit_log ORDER BY audit_id DESC LIMIT 1")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        last = tuple(connection.execute(query).one())
    assert last == ("platform.added", "an administrator", "administrator", "127.0.0.0/24")
    [said] = platform.registered
    assert said["token"] == "Bearer the-token"
    assert said["redirect_uris"] == [f"{TOOL}/lti/launch"]
    assert said["token_endpoint_auth_method"] == "private_key_jwt"


def test_an_address_works_once(client: FlaskClient, address: MakeAddress, campus: Campus, platform: Platform) -> None:
    made = address()
    assert not is_refused(press(client, made, f"{platform.url}/description"))

    assert is_refused(press(client, made, f"{platform.url}/description"))
    assert is_refused(client.get(made, query_string={"openid_configuration": platform.url}, base_url=TOOL))
    assert len(platform.registered) == 1


def test_a_code_that_nobody_has_made_opens_nothing(
    client: FlaskClient, address: MakeAddress, platform: Platform
) -> None:
    made = address()
    for forged in (made[:-3], made + "x", "/lti/register/1.x", "/lti/register/x"):
        assert is_refused(press(client, forged, f"{platform.url}/description"))
    assert platform.registered == []


def test_a_code_is_over_after_a_day(
    client: FlaskClient, address: MakeAddress, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registration, "CODE_HOLDS", timedelta(seconds=-1))

    assert is_refused(press(client, address(), f"{platform.url}/description"))


def test_another_site_cannot_press_the_button(client: FlaskClient, address: MakeAddress, platform: Platform) -> None:
    made = address()

    assert is_refused(press(client, made, f"{platform.url}/description", Origin="https://evil.example"))
    assert platform.registered == []


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"issuer": "https://known.example"}, id="another host's issuer"),
        pytest.param({"issuer": "javascript:alert(1)"}, id="no issuer of the web"),
        pytest.param({"authorization_endpoint": "javascript:alert(1)"}, id="a script"),
        pytest.param({"token_endpoint": "http://169.254.169.254/latest"}, id="link-local token"),
        pytest.param({"jwks_uri": "file:///etc/passwd"}, id="a file as keys"),
        pytest.param({"registration_endpoint": "http://169.254.169.254/"}, id="link-local registration"),
        pytest.param({"registration_endpoint": None}, id="no registration"),
    ],
)
def test_a_platform_that_describes_itself_dishonestly_is_not_registered(
    client: FlaskClient, address: MakeAddress, campus: Campus, platform: Platform, changed: dict[str, Any]
) -> None:
    platform.configuration = changed

    assert is_refused(press(client, address(), f"{platform.url}/description"))
    assert platforms_of(campus, platform) == []


def test_a_known_issuer_cannot_be_taken_over(
    client: FlaskClient, address: MakeAddress, campus: Campus, platform: Platform, registered: int
) -> None:
    platform.configuration = {"jwks_uri": f"{platform.url}/register"}

    assert is_refused(press(client, address(), f"{platform.url}/description"))
    assert len(platforms_of(campus, platform)) == 1


@pytest.mark.parametrize(
    "configuration",
    [
        "http://127.0.0.1:1/description",
        "http://localhost/description",
        "http://[::1]/description",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/",
        "https://10.0.0.1/description",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "",
    ],
)
def test_nothing_of_this_machine_is_asked_in_production(
    campus: Campus, address: MakeAddress, configuration: str, strict: Application
) -> None:
    client = strict.server.test_client()

    assert is_refused(press(client, address(), configuration))


@pytest.fixture(scope="module")
def strict(campus: Campus) -> Any:
    """The same service, which may ask public addresses only."""
    with application_on(campus.database, campus, public_url=TOOL) as made:
        yield made


def test_a_redirect_leads_to_nothing_that_may_not_be_asked(
    client: FlaskClient, address: MakeAddress, platform: Platform
) -> None:
    platform.keys_answer = lambda: Response(status=302, headers={"Location": "http://169.254.169.254/"})

    assert is_refused(press(client, address(), f"{platform.url}/keys"))
