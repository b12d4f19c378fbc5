"""The app as the tool of a platform on the loopback, with the small campus whose courses the platform launches."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.join_rules import add_rule
from dashapp.data.store.lti.platforms import NewPlatform, add_platform
from dashapp.domain.joins import JoinRule
from dashapp.domain.lti import PERSON_KIND
from dashapp.web.application import Application
from tests.campus import ISSUER, Campus, build_campus
from tests.security.loopback import certificate_for
from tests.security.lti.course import SLOW, Course, listening, register
from tests.security.lti.firefox import OpenFirefox, opened
from tests.security.lti.frame import TOOL, Frame, login_path
from tests.security.lti.platform import CLIENT, DEPLOYMENT, Platform, Platforms, served, server_of
from tests.security.lti.sites import Sites, two_sites
from tests.served import application_on, serving, web_settings
from tests.servers import TestDatabases, free_port


@pytest.fixture(scope="package")
def platforms() -> Iterator[Platforms]:
    """A server on the loopback for platforms."""
    known: dict[str, Platform] = {}
    with served(server_of(known)) as url:
        yield Platforms(url, known)


@pytest.fixture
def platform(platforms: Platforms) -> Platform:
    """A platform that answers over HTTP."""
    return platforms.make()


@pytest.fixture(scope="package")
def launch_database(embedded_postgres: str, databases_of: Callable[[str], TestDatabases]) -> Iterator[Database]:
    """One database for all tests of launches."""
    with databases_of(embedded_postgres).fresh() as fresh:
        yield fresh


@pytest.fixture(scope="package")
def campus(launch_database: Database) -> Campus:
    """The small campus, loaded once; every test has a platform of its own."""
    return build_campus(web_settings(launch_database), launch_database)


@pytest.fixture(scope="package")
def application(launch_database: Database, campus: Campus) -> Iterator[Application]:
    """The app at https://tool.example, which may ask the loopback."""
    values: dict[str, Any] = {"public_url": TOOL, "outgoing_networks": "127.0.0.0/8"}
    with application_on(launch_database, campus, **values) as made:
        yield made
        made.rosters.close()


@pytest.fixture(scope="package")
def sites(launch_database: Database, campus: Campus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """A platform and the app on two sites over HTTPS, for browsers."""
    with two_sites(launch_database, campus, tmp_path_factory.mktemp("sites")) as both:
        yield both


@pytest.fixture
def firefox(sites: Sites, tmp_path: Path) -> Iterator[OpenFirefox]:
    """Opens a Firefox with a profile of its own; errors of its pages fail the test."""
    with ExitStack() as stack:
        yield lambda **preferences: stack.enter_context(opened(sites.authority, tmp_path, preferences))


@pytest.fixture
def registered(campus: Campus, platform: Platform) -> int:
    """The platform's registration; events name its courses by the issuer of the campus."""
    new = NewPlatform(
        title="Test platform",
        issuer=platform.url,
        client_id=CLIENT,
        authorization_url=f"{platform.url}/auth",
        token_url=f"{platform.url}/token",
        keyset_url=f"{platform.url}/keys",
        added_by="a test",
        added_at=datetime.now(UTC),
        enabled=True,
        events_issuer=ISSUER,
        deployments=(DEPLOYMENT,),
    )
    platform.login = login_path(campus)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return add_platform(connection, campus.organisation_id, new)


@pytest.fixture
def joined(campus: Campus, platform: Platform, registered: int) -> None:
    """The administration's rule: what the platform calls somebody is what events call them."""
    rule = JoinRule(platform.url, PERSON_KIND, ISSUER, "account")
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        add_rule(connection, campus.organisation_id, rule, "a test", datetime.now(UTC))


@pytest.fixture
def frame(application: Application, platform: Platform, registered: int) -> Callable[[], Frame]:
    """Opens a frame in a further browser."""
    return lambda: Frame(application.server.test_client(), platform)


@pytest.fixture(scope="package")
def course(launch_database: Database, campus: Campus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The platform and a stranger on 127.0.0.1, the tool on 127.0.0.2, which is another site; all behind TLS."""
    folder, port = tmp_path_factory.mktemp("course"), free_port()
    chain, tls = certificate_for(folder)
    made = Course(Platform(), f"https://127.0.0.2:{port}")
    values: dict[str, Any] = {"public_url": made.tool, "outgoing_networks": "127.0.0.0/8", "outgoing_ca_file": chain}
    server = made.server()
    expect.set_options(timeout=SLOW)
    with listening(server, tls) as made.platform.url, listening(server, tls) as made.stranger:
        register(campus, made.platform)
        with application_on(launch_database, campus, **values) as tool, serving(tool, port, "127.0.0.2", folder):
            yield made
            tool.rosters.close()
