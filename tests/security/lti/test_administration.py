"""What administrators decide about platforms, and that nobody else does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.learning_platforms import find_learners, read_view
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.frame_origins import FramesFull, read_frame_origins
from dashapp.data.store.lti.members import limits_from
from dashapp.data.store.lti.platforms import NewPlatform
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.domain.platforms import PlatformsView
from dashapp.security.lti.administration import CannotLink, PlatformAdministration
from dashapp.security.lti.places import Places, origin_of
from dashapp.security.lti.registration import Codes, RegistrationRefused
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.outgoing import Outgoing
from dashapp.security.signing import Signer
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.lti.frame import TOOL, Frame
from tests.security.lti.platform import INSTRUCTOR, Platform
from tests.security.lti.test_launches import course_id, is_refused, opened, principal_of, principal_of_name
from tests.served import Visitor, address

Frames = Callable[[], Frame]


@pytest.fixture
def acting(application: Application, campus: Campus) -> PlatformAdministration:
    """What the page does for the administrator of the campus."""
    services, settings = application.services, application.services.settings
    codes = Codes(Signer(settings.secret_keys, "lti code"))
    administrator = principal_of_name(campus, "Max Moor")
    limits = limits_from(365, 300)
    places = Places(TOOL)
    return PlatformAdministration(
        campus.database, services.clock, places, codes, Outgoing(settings), limits, administrator
    )


def by_hand(now: datetime) -> NewPlatform:
    """A platform at nobody's host, which may be asked in these tests."""
    url = "http://127.0.0.1:9"
    return NewPlatform("By hand", url, "by-hand", f"{url}/auth", f"{url}/token", f"{url}/keys", "a test", now, True)


def platform_named(campus: Campus, title: str) -> object:
    query = text("SELECT public_id FROM lti_platforms WHERE title = :title")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return connection.execute(query, {"title": title}).scalar_one()


def framers(application: Application) -> str:
    """Who may frame the empty page."""
    answer = application.server.test_client().get("/embed/me", base_url=TOOL)
    return str(answer.headers["Content-Security-Policy"]).partition("frame-ancestors ")[2]


def view(campus: Campus, application: Application) -> PlatformsView:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return read_view(connection, campus.organisation_id, application.services.clock())


def test_a_learner_who_was_linked_once_opens_the_own_page(
    frame: Frames, acting: PlatformAdministration, campus: Campus, application: Application, platform: Platform
) -> None:
    assert "not linked yet" in frame().launch(sub="dora-9", given_name="Dora", family_name="Dean").text
    [waiting] = [one for one in view(campus, application).people if one.name == "Dora Dean"]
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = find_learners(connection, campus.organisation_id, "dora")
    [dora] = found.values()
    assert dora.name == "Dora Dean"

    acting.link_person(waiting.public_id, dora.public_id)

    assert opened(frame().launch(sub="dora-9")).startswith("/embed/me")
    assert principal_of(campus, platform, "dora-9").public_id == campus.people["Dora Dean"].public_id
    with pytest.raises(CannotLink):
        acting.link_person(waiting.public_id, dora.public_id)


def test_a_course_that_was_linked_once_opens_its_classroom(
    frame: Frames, acting: PlatformAdministration, campus: Campus, application: Application
) -> None:
    said: dict[str, Any] = {"roles": [INSTRUCTOR], "sub": "t-7", "context": {"id": "bot-2", "title": "Plants"}}
    assert "This course is not linked yet" in frame().launch(**said).text
    now = view(campus, application)
    [waiting] = [one for one in now.contexts if one.name == "Plants"]
    [botany] = [one for one in now.courses if "Botany" in one.name]

    acting.link_course(waiting.key, botany.public_id)

    assert opened(frame().launch(**said)) == f"/embed/courses/{botany.public_id}"


def test_a_platform_that_is_removed_launches_nobody_and_its_roles_end(
    frame: Frames, acting: PlatformAdministration, campus: Campus, platform: Platform, registered: int
) -> None:
    frame().launch(sub="t-8", roles=[INSTRUCTOR])
    assert principal_of(campus, platform, "t-8").teaches_in == {course_id(campus, "ALG 1")}
    query = text("SELECT public_id FROM lti_platforms WHERE platform_id = :platform")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        public_id = connection.execute(query, {"platform": registered}).scalar_one()

    acting.switch(public_id, enabled=True)
    with campus.database.transaction(DatabaseRole.WEB, None) as connection:
        assert (campus.organisation_id, origin_of(platform.url)) in read_frame_origins(connection)
    acting.switch(public_id, enabled=False)
    assert is_refused(frame().login())
    acting.remove(public_id)

    assert is_refused(frame().login())
    assert principal_of(campus, platform, "t-8").teaches_in == frozenset()


@pytest.mark.parametrize("field", ["issuer", "pages_url"])
@pytest.mark.parametrize(
    "address",
    [
        *("https://x *", "https://a;sandbox", "https://b,c", "https://straße.example", "https://user@a.example"),
        *("http://plain.example", "https://a.example/\ud83d", "javascript:alert(1)", "https://a.example/\0"),
    ],
)
def test_a_platform_with_an_address_that_no_header_could_name_is_not_added(
    acting: PlatformAdministration, campus: Campus, application: Application, field: str, address: str
) -> None:
    before = framers(application)
    with pytest.raises(RegistrationRefused) as refusal:
        acting.add(replace(by_hand(application.services.clock()), **cast(dict[str, Any], {field: address})))
    assert refusal.value.field == field
    application.embedding.origins.forget()
    assert framers(application) == before


def test_a_host_in_letters_of_any_script_frames_pages_by_the_name_that_browsers_send(
    acting: PlatformAdministration, campus: Campus, application: Application
) -> None:
    new = replace(
        by_hand(application.services.clock()), title="Abroad", client_id="idna", pages_url="https://例え.jp/moodle"
    )
    acting.add(new)
    application.embedding.origins.forget()
    assert "https://xn--r8jz45g.jp" in framers(application).split()


def test_a_platform_whose_hosts_no_header_bears_any_more_is_neither_added_nor_switched_on(
    acting: PlatformAdministration, campus: Campus, application: Application
) -> None:
    full = partial(replace, by_hand(application.services.clock()))
    hosts = [".".join(f"{number:02}{'x' * 58}" for _ in range(4)) for number in range(9)]
    acting.add(full(title="Waits", client_id="waits", pages_url=f"https://{hosts[8]}", enabled=False))
    with pytest.raises(FramesFull):
        for number, host in enumerate(hosts[:8]):
            acting.add(full(title=f"Full {number}", client_id=f"full-{number}", pages_url=f"https://{host}"))
    with pytest.raises(FramesFull):
        acting.switch(cast(UUID, platform_named(campus, "Waits")), enabled=True)

    names = text("SELECT title, enabled FROM lti_platforms WHERE title LIKE 'Full%' OR title = 'Waits' ORDER BY 1")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        added = [tuple(row) for row in connection.execute(names)]
    assert 2 < len(added) < 9
    assert added == [*((f"Full {number}", True) for number in range(len(added) - 1)), ("Waits", False)]
    for title, _enabled in added:
        acting.remove(cast(UUID, platform_named(campus, title)))


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne"])
def test_nobody_but_administrators_sees_the_page_or_decides(
    application: Application, campus: Campus, name: str
) -> None:
    somebody = Visitor(application.server.test_client(), application).sign_in(campus, name)
    own = own_address(campus.database, campus.organisation_id)

    shown = somebody.ask("platforms-page", address(own))
    decided = somebody.ask("platforms-said", {})

    assert "There is nothing here for you" in shown.text
    assert decided.status_code != 200 or "register" not in decided.text


def test_what_administrators_decide_about_platforms_is_in_the_trail(
    frame: Frames, acting: PlatformAdministration, campus: Campus, application: Application, registered: int
) -> None:
    services, organisation = application.services, campus.organisation_id
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        first = connection.execute(text("SELECT coalesce(max(audit_id), 0) FROM audit_log")).scalar_one()
        query = text("SELECT public_id FROM lti_platforms WHERE platform_id = :platform")
        public_id = connection.execute(query, {"platform": registered}).scalar_one()
    frame().launch(sub="fay-9", given_name="Fay", family_name="Ford")
    frame().launch(roles=[INSTRUCTOR], sub="t-9", context={"id": "bot-9", "title": "More plants"})
    [waiting] = [one for one in view(campus, application).people if one.name == "Fay Ford"]
    [context] = [one for one in view(campus, application).contexts if one.name == "More plants"]
    [botany] = [one for one in view(campus, application).courses if "Botany" in one.name]

    acting.make_code()
    acting.add(by_hand(services.clock()))
    signing = SigningKeys(campus.database, services.settings.secret_keys, services.clock)
    signing.rotate(organisation, Actor(str(acting.principal.public_id), ViewerRole.ADMINISTRATOR))
    acting.link_person(waiting.public_id, campus.people["Fay Ford"].public_id)
    acting.link_course(context.key, botany.public_id)
    opened(frame().launch(sub="fay-9"))
    acting.confirm(public_id, "another-deployment")
    acting.confirm(public_id, "another-deployment", enabled=False)
    acting.switch(public_id, enabled=False)
    acting.switch(public_id, enabled=True)
    acting.remove(public_id)

    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        rows = text("SELECT action, subject, actor, role FROM audit_log WHERE audit_id > :first ORDER BY audit_id")
        written = [tuple(row) for row in connection.execute(rows, {"first": first})]
    fay, own = campus.people["Fay Ford"], (str(campus.people["Max Moor"].public_id), "administrator")
    platform_row = f"platform {public_id}"
    assert written == [
        ("platform.address_made", "organisation", *own),
        ("platform.added", f"platform {platform_named(campus, 'By hand')}", *own),
        ("platform.key_changed", "organisation", *own),
        ("person.linked", f"person {fay.person_id}", *own),
        ("course.linked", f"course {course_id(campus, 'BOT 1')}", *own),
        ("session.begun", f"person {fay.person_id}", str(fay.public_id), "self"),
        ("platform.deployment_confirmed", platform_row, *own),
        ("platform.deployment_withdrawn", platform_row, *own),
        ("platform.switched_off", platform_row, *own),
        ("session.ended", f"person {fay.person_id}", *own),
        ("platform.switched_on", platform_row, *own),
        ("platform.switched_off", platform_row, *own),
        ("platform.removed", platform_row, *own),
    ]
