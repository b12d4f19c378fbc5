"""Launches: who comes in, which page opens, and what is not believed."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.people import principal_for
from dashapp.data.store.identified import find_people
from dashapp.data.store.join_rules import add_rule
from dashapp.data.store.lti.platforms import NewPlatform, PlatformError, add_platform
from dashapp.domain.events import Identifier
from dashapp.domain.joins import JoinRule
from dashapp.domain.keys import CourseId
from dashapp.domain.lti import PERSON_KIND
from dashapp.domain.principal import Principal
from dashapp.security.lti import states
from dashapp.security.lti.places import origin_of
from dashapp.web.application import Application
from tests.campus import ISSUER, Campus
from tests.security.lti.frame import TOOL, Begun, Frame
from tests.security.lti.platform import DEPLOYMENT, INSTRUCTOR, LEARNER, Platform

Frames = Callable[[], Frame]
Changed = dict[str, Any]
REFUSED = "This page cannot be opened from here"
ADDRESS = re.compile(r'"address": "([^"]+)"')
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"


def opened(answer: TestResponse) -> str:
    """The address of the page that a launch has opened."""
    found = ADDRESS.search(answer.text)
    assert found is not None, answer.text
    return str(json.loads(f'"{found[1]}"'))


def is_refused(answer: TestResponse) -> bool:
    """Whether it is the one short answer, and gives no session."""
    return answer.status_code == 403 and REFUSED in answer.text and "bearer" not in answer.text


def principal_of(campus: Campus, platform: Platform, sub: str) -> Principal:
    name = Identifier(platform.url, PERSON_KIND, sub)
    organisation = campus.organisation_id
    with campus.database.transaction(DatabaseRole.INGEST, organisation) as connection:
        person = find_people(connection, organisation, [name])[name]
    with campus.database.transaction(DatabaseRole.WEB, organisation) as connection:
        return principal_for(connection, organisation, person.public_id, datetime.now(UTC))


def course_id(campus: Campus, code: str) -> CourseId:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return CourseId(
            connection.execute(text("SELECT course_id FROM courses WHERE code = :code"), {"code": code}).scalar_one()
        )


# ------------------------------------------------------------------ who comes in


def test_a_teacher_comes_to_the_classroom_of_the_course(frame: Frames, campus: Campus, platform: Platform) -> None:
    answer = frame().launch(sub="t-1", roles=[INSTRUCTOR], given_name="Tea", family_name="Cher")

    assert opened(answer).startswith("/embed/courses/")
    found = principal_of(campus, platform, "t-1")
    assert (found.name, set(found.teaches_in), found.administers) == ("Tea Cher", {course_id(campus, "ALG 1")}, False)


def test_a_learner_whom_a_rule_joins_comes_to_the_own_page(
    frame: Frames, campus: Campus, platform: Platform, joined: None
) -> None:
    answer = frame().launch(sub="ada.abel")

    assert opened(answer).startswith("/embed/me?course=")
    found = principal_of(campus, platform, "ada.abel")
    assert found.public_id == campus.people["Ada Abel"].public_id
    assert len(found.learns_in) == 2


def test_a_learner_whom_a_rule_joins_by_what_the_student_system_calls_them(
    frame: Frames, campus: Campus, platform: Platform
) -> None:

    rule = JoinRule(platform.url, "lis_person_sourcedid", ISSUER, "account")
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        add_rule(connection, campus.organisation_id, rule, "a test", datetime.now(UTC))

    answer = frame().launch(sub="9", lis={"person_sourcedid": "ben.brook"})

    assert opened(answer).startswith("/embed/me")
    assert principal_of(campus, platform, "9").public_id == campus.people["Ben Brook"].public_id


def test_a_learner_whom_nobody_has_linked_reads_so_and_gets_no_session(frame: Frames, platform: Platform) -> None:
    answer = frame().launch(sub="unknown-1")

    assert answer.status_code == 200
    assert "Your account is not linked yet" in answer.text
    assert "bearer" not in answer.text


def test_a_course_that_events_do_not_know_says_so(frame: Frames) -> None:
    answer = frame().launch(roles=[INSTRUCTOR], context={"id": "physics", "title": "Physics"})

    assert "This course is not linked yet" in answer.text


@pytest.mark.parametrize(
    "roles",
    [
        [f"{INSTITUTION}Instructor"],
        [f"{INSTITUTION}Administrator", "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"],
        ["http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"],
        ["http://purl.imsglobal.org/vocab/lis/v2/membership#Administrator"],
        ["Administrator", "Guardian", "administrator"],
        [],
        [{"role": INSTRUCTOR}, 7, None],
    ],
)
def test_a_role_outside_of_the_course_opens_no_course_and_no_organisation(
    frame: Frames, campus: Campus, platform: Platform, roles: list[object]
) -> None:
    answer = frame().launch(sub="somebody", roles=roles)

    assert "Your role in this course opens no page" in answer.text
    found = principal_of(campus, platform, "somebody")
    assert (found.teaches_in, found.learns_in, found.administers) == (frozenset(), frozenset(), False)


def test_a_teacher_who_comes_back_as_a_learner_teaches_no_more(
    frame: Frames, campus: Campus, platform: Platform
) -> None:
    frame().launch(sub="t-2", roles=[INSTRUCTOR])
    frame().launch(sub="t-2", roles=[LEARNER])

    found = principal_of(campus, platform, "t-2")
    assert (set(found.teaches_in), set(found.learns_in)) == (set(), {course_id(campus, "ALG 1")})


def test_a_platform_ends_only_the_roles_that_it_gave(
    frame: Frames, campus: Campus, platform: Platform, joined: None
) -> None:
    before = principal_of_name(campus, "Tess Thorne")
    frame().launch(sub="tess.thorne", roles=[f"{INSTITUTION}Instructor"])

    assert principal_of_name(campus, "Tess Thorne").teaches_in == before.teaches_in != frozenset()


def principal_of_name(campus: Campus, name: str) -> Principal:

    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return principal_for(connection, campus.organisation_id, campus.people[name].public_id, datetime.now(UTC))


def test_what_events_say_of_a_person_is_not_pushed_aside_by_a_launch(
    frame: Frames, campus: Campus, joined: None
) -> None:
    frame().launch(sub="cleo.cole", given_name="<b>Cleo</b>", family_name="=HYPERLINK()")

    assert principal_of_name(campus, "Cleo Cole").name == "Cleo Cole"


def test_hostile_names_are_only_names(frame: Frames, campus: Campus, platform: Platform) -> None:
    title = "</script><script>alert(1)</script>"
    answer = frame().launch(
        sub="h-1", roles=[INSTRUCTOR], given_name="<img src=x onerror=alert(1)>\u202e\x00", family_name="=1+1",
        context={"id": "algebra", "title": title, "label": title}, resource_link={"id": "x", "title": title},
    )  # fmt: skip

    assert "<script>alert" not in answer.text
    name = principal_of(campus, platform, "h-1").name
    assert name == "<img src=x onerror=alert(1)> =1+1"


# ------------------------------------------------------------------ the state


def test_a_state_opens_one_page_and_no_second_one(frame: Frames) -> None:
    one = frame()
    begun = one.begin()
    token = one.platform.sign(one.platform.claims(begun.nonce, roles=[INSTRUCTOR]))

    first, again = one.post(begun, token), replay(one, begun, token)

    assert opened(first)
    assert is_refused(again)


def replay(one: Frame, begun: Begun, token: str) -> TestResponse:
    """Posts the same once more, with the binder in the cookie again."""
    form = {"id_token": token, "state": begun.state, "binder": begun.binder}
    return one.client.post("/lti/bound", data=form, headers=one.own, base_url=TOOL)


def test_of_many_that_come_at_once_one_is_launched(frame: Frames) -> None:
    one = frame()
    begun = one.begin()
    token = one.platform.sign(one.platform.claims(begun.nonce, sub="t-9", roles=[INSTRUCTOR]))
    form = {"id_token": token, "state": begun.state, "binder": begun.binder}
    clients = [one.client.application.test_client() for _ in range(6)]

    def post(client: Any) -> TestResponse:
        return client.post("/lti/bound", data=form, headers=one.own, base_url=TOOL)  # type: ignore[no-any-return]  # Any

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, clients))

    assert sorted(is_refused(answer) for answer in answers) == [False] + [True] * 5


def test_an_unknown_and_an_altered_state_are_refused(frame: Frames) -> None:
    one = frame()
    begun = one.begin()
    token = one.platform.sign(one.platform.claims(begun.nonce))
    altered = f"{'a' if begun.state[5] != 'a' else 'b'}".join((begun.state[:5], begun.state[6:]))

    for state in ("", "unknown", altered, begun.state + "x", "ü"):
        assert is_refused(one.post(Begun({**begun.asked, "state": state}, begun.binder, begun.name), token))


def test_a_state_is_over_after_ten_minutes(frame: Frames, monkeypatch: pytest.MonkeyPatch) -> None:

    one = frame()
    monkeypatch.setattr(states, "LIFETIME", timedelta(seconds=-1))
    begun = one.begin()
    monkeypatch.undo()

    assert is_refused(one.post(begun, one.platform.sign(one.platform.claims(begun.nonce))))


def test_the_unused_message_of_somebody_else_signs_nobody_in(frame: Frames) -> None:
    attacker, victim = frame(), frame()
    begun = attacker.begin()
    token = attacker.platform.sign(attacker.platform.claims(begun.nonce, roles=[INSTRUCTOR]))

    answer = victim.post(begun, token)

    assert "This page opens in a window of its own" in answer.text
    assert "bearer" not in answer.text
    form = {"id_token": token, "state": begun.state, "binder": ""}
    assert is_refused(victim.client.post("/lti/bound", data=form, headers=victim.own, base_url=TOOL))


def test_a_page_of_another_site_cannot_post_the_binder(frame: Frames) -> None:
    one = frame()
    begun = one.begin()
    token = one.platform.sign(one.platform.claims(begun.nonce, roles=[INSTRUCTOR]))
    form = {"id_token": token, "state": begun.state, "binder": begun.binder}
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    assert is_refused(one.client.post("/lti/bound", data=form, headers=foreign, base_url=TOOL))


def test_without_the_cookie_the_page_itself_brings_the_binder(frame: Frames) -> None:
    one, bare = frame(), frame()
    begun = one.begin()
    token = one.platform.sign(one.platform.claims(begun.nonce, roles=[INSTRUCTOR]))

    between = bare.post(begun, token)

    assert 'data-lti="bind"' in between.text
    assert opened(replay(bare, begun, token))


def test_the_new_window_begins_the_same_login_anew(frame: Frames) -> None:
    one, bare = frame(), frame()
    begun = one.begin()
    between = bare.post(begun, one.platform.sign(one.platform.claims(begun.nonce)))
    link = re.search(r'href="(/lti/login/[0-9a-f-]+\?[^"]+)"', between.text)
    assert link is not None

    answer = bare.client.get(link[1].replace("&amp;", "&"), base_url=TOOL)

    assert answer.status_code == 200
    assert 'data-lti="begin"' in answer.text


# ------------------------------------------------------------------ the login


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"iss": "https://unknown.example"}, id="unknown issuer"),
        pytest.param({"iss": ""}, id="no issuer"),
        *(pytest.param({name: "x\0"}, id=f"{name} that no database takes") for name in ("iss", "client_id")),
        pytest.param({"lti_message_hint": "a\r\nb"}, id="a hint of two lines"),
        pytest.param({"client_id": "other"}, id="unknown client"),
        pytest.param({"login_hint": ""}, id="nobody"),
        pytest.param({"target": "https://evil.example/"}, id="foreign target"),
        pytest.param({"target": f"{TOOL}/lti/open/unknown"}, id="unknown page"),
        pytest.param({"target": ""}, id="no target"),
        pytest.param({"lti_message_hint": "x" * 5000}, id="endless hint"),
    ],
)
def test_a_login_that_is_not_ours_is_refused(frame: Frames, said: dict[str, str]) -> None:
    assert is_refused(frame().login(**said))


def test_two_registrations_of_one_issuer_are_told_apart_by_their_client(
    frame: Frames, campus: Campus, platform: Platform
) -> None:
    register_again(campus, platform)
    one = frame()

    assert is_refused(one.login(client_id=""))
    begun = one.begin()
    token = platform.sign(platform.claims(begun.nonce, roles=[INSTRUCTOR]))
    assert opened(one.post(begun, token))
    other = one.begin(client_id="client-2")
    assert is_refused(one.post(other, platform.sign(platform.claims(other.nonce, roles=[INSTRUCTOR]))))


def register_again(campus: Campus, platform: Platform, **changed: Any) -> None:
    new = NewPlatform(
        "Second", platform.url, "client-2", f"{platform.url}/auth", f"{platform.url}/token", f"{platform.url}/keys",
        "a test", datetime.now(UTC), True,
    )  # fmt: skip
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        add_platform(connection, campus.organisation_id, replace(new, **changed))


def test_a_known_issuer_cannot_be_registered_with_other_keys(
    campus: Campus, platform: Platform, registered: int
) -> None:

    with pytest.raises(PlatformError):
        register_again(campus, platform, keyset_url="https://evil.example/keys")


def test_an_unconfirmed_deployment_is_noted_for_the_administration(
    frame: Frames, campus: Campus, registered: int
) -> None:
    assert is_refused(frame().launch(deployment_id="deployment-9"))

    query = text("SELECT deployment_id, enabled FROM lti_deployments WHERE platform_id = :platform ORDER BY 1")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        rows = connection.execute(query, {"platform": registered}).all()
    assert [tuple(row) for row in rows] == [(DEPLOYMENT, True), ("deployment-9", False)]


def test_the_cookie_of_a_login_is_of_this_frame_only(frame: Frames) -> None:
    cookie = frame().login().headers["Set-Cookie"]

    assert cookie.startswith("__Host-la_lti_")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"):
        assert word in cookie


def test_only_the_platform_may_frame_the_pages_of_its_launch(frame: Frames, platform: Platform) -> None:
    policy = frame().login().headers["Content-Security-Policy"]

    assert f"frame-ancestors 'self' {origin_of(platform.url)}" in policy
    assert (
        "frame-ancestors 'self' https"
        not in frame().login(iss="https://unknown.example").headers["Content-Security-Policy"]
    )


def test_nothing_of_a_launch_is_in_an_address(frame: Frames) -> None:
    answer = frame().launch(roles=[INSTRUCTOR])

    assert "Location" not in answer.headers
    assert "?" not in opened(answer) or "bearer" not in opened(answer)


def test_the_page_of_a_link_to_another_course_opens_that_course(
    frame: Frames, campus: Campus, platform: Platform
) -> None:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        botany = connection.execute(text("SELECT public_id FROM courses WHERE code = 'BOT 1'")).scalar_one()

    answer = frame().launch(f"{TOOL}/lti/open/classroom.{botany}", roles=[INSTRUCTOR])

    assert opened(answer) == f"/embed/courses/{botany}"


def test_an_administrator_of_the_organisation_is_none_inside_a_platform(
    frame: Frames, campus: Campus, joined: None, application: Application
) -> None:
    answer = frame().launch(sub="max.moor", roles=[INSTRUCTOR])
    bearer = re.search(r'"bearer": "([^"]+)"', answer.text)
    assert bearer is not None
    session = application.guard.sessions.read(bearer[1])
    assert session is not None

    found = application.guard.find_principal(session)
    assert found is not None
    assert found.public_id == campus.people["Max Moor"].public_id
    assert principal_of_name(campus, "Max Moor").administers
    assert not found.administers
