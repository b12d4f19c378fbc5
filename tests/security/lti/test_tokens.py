"""Tokens that are not an honest answer to a login, and platforms whose keys cannot be read."""

import hmac
import json
import math
import time
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from flask import Response
from joserfc.jwk import RSAKey

from dashapp.security.lti import keysets
from dashapp.web.application import Application
from tests.security.lti.frame import Frame
from tests.security.lti.platform import CLIENT, INSTRUCTOR, new_key
from tests.security.lti.test_launches import is_refused, opened

Frames = Callable[[], Frame]
Changed = dict[str, Any]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"exp": None}, id="without exp"),
        pytest.param({"iat": None}, id="without iat"),
        pytest.param({"exp": int(time.time()) - 3600}, id="expired"),
        pytest.param({"iat": int(time.time()) - 86_400}, id="made a day ago"),
        pytest.param({"iat": int(time.time()) + 3600}, id="made in an hour"),
        pytest.param({"exp": "soon"}, id="exp is a text"),
        pytest.param({"exp": True}, id="exp is true"),
        pytest.param({"exp": math.nan}, id="exp is no number"),
        pytest.param({"iat": math.nan}, id="iat is no number"),
        pytest.param({"nbf": math.nan}, id="nbf is no number"),
        pytest.param({"nbf": int(time.time()) + 3600}, id="valid in an hour"),
        pytest.param({"iss": "https://other.example"}, id="another issuer"),
        pytest.param({"aud": "somebody"}, id="another audience"),
        pytest.param({"aud": ["somebody"]}, id="another audience in a list"),
        pytest.param({"aud": [CLIENT, "other"], "azp": None}, id="two audiences and no party"),
        pytest.param({"aud": [CLIENT, "other"], "azp": "other"}, id="another party"),
        pytest.param({"azp": "other"}, id="another party for one audience"),
        pytest.param({"nonce": "other"}, id="another nonce"),
        pytest.param({"nonce": None}, id="without a nonce"),
        pytest.param({"deployment_id": "other"}, id="another deployment"),
        pytest.param({"deployment_id": None}, id="without a deployment"),
        pytest.param({"deployment_id": 7}, id="a deployment that is a number"),
        pytest.param({"target_link_uri": "https://tool.example/lti/open/courses"}, id="another target of ours"),
        pytest.param({"target_link_uri": "https://evil.example/"}, id="a foreign target"),
        pytest.param({"target_link_uri": None}, id="without a target"),
        pytest.param({"version": "1.1.0"}, id="another version"),
        pytest.param({"message_type": "LtiStartProctoring"}, id="another message"),
        pytest.param({"resource_link": None}, id="without a link"),
        pytest.param({"resource_link": {"id": ""}}, id="a link without an id"),
        pytest.param({"sub": None}, id="nobody"),
        pytest.param({"sub": ""}, id="an empty name"),
        pytest.param({"sub": "x" * 300}, id="an endless name"),
        pytest.param({"sub": {"id": 1}}, id="a name that is an object"),
    ],
)  # fmt: skip
def test_a_token_that_is_not_an_honest_answer_is_refused(frame: Frames, changed: Changed) -> None:
    assert is_refused(frame().launch(roles=[INSTRUCTOR], **changed))


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:

    parts = ({"alg": algorithm, "typ": "JWT", "kid": "key-1"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def test_a_token_without_a_signature_is_refused(frame: Frames) -> None:
    one = frame()
    begun = one.begin()

    assert is_refused(one.post(begun, unsigned(one.platform.claims(begun.nonce))))


def test_a_token_that_uses_the_public_key_as_a_secret_is_refused(frame: Frames) -> None:

    one = frame()
    begun = one.begin()
    public = one.platform.key.as_pem(private=False)

    head, body, _ = unsigned(one.platform.claims(begun.nonce), "HS256").split(".")
    digest = hmac.digest(public, f"{head}.{body}".encode(), "sha256")
    token = f"{head}.{body}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    assert is_refused(one.post(begun, token))


def test_a_token_of_another_key_with_a_known_id_is_refused(frame: Frames) -> None:
    one = frame()
    begun = one.begin()
    other = new_key("key-1")

    assert is_refused(one.post(begun, one.platform.sign(one.platform.claims(begun.nonce), key=other)))


def test_an_unknown_key_id_is_refused_and_does_not_have_the_platform_asked_each_time(frame: Frames) -> None:
    one = frame()
    for _ in range(4):
        begun = one.begin()
        token = one.platform.sign(one.platform.claims(begun.nonce), {"kid": "invented"})
        assert is_refused(one.post(begun, token))

    assert one.platform.keys_asked == 1


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "ü.ü.ü", "." * 100, "a" * 200_000])
def test_what_is_no_token_is_refused(frame: Frames, token: str) -> None:
    one = frame()

    assert is_refused(one.post(one.begin(), token))


def test_a_rotated_key_is_found_where_the_platform_shows_it(
    frame: Frames, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(keysets, "BETWEEN", 0.0)
    one = frame()
    assert opened(one.launch(roles=[INSTRUCTOR]))
    one.platform.key = new_key("key-2")

    assert opened(one.launch(roles=[INSTRUCTOR]))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda: Response("gone", status=500), id="down"),
        pytest.param(lambda: Response("x" * 400_000), id="huge"),
        pytest.param(lambda: Response("[" * 100_000), id="deep"),
        pytest.param(lambda: Response('{"keys": "none"}'), id="no list"),
        pytest.param(lambda: Response('{"keys": [1, {"kid": "key-1"}, {"kid": "key-1", "kty": "RSA"}]}'), id="no keys"),
        pytest.param(lambda: Response(status=302, headers={"Location": "http://169.254.169.254/keys"}), id="led away"),
    ],
)
def test_a_platform_whose_keys_cannot_be_read_launches_nobody(frame: Frames, answer: Callable[[], Response]) -> None:
    one = frame()
    one.platform.keys_answer = answer

    assert is_refused(one.launch(roles=[INSTRUCTOR]))


def test_keys_that_were_read_before_hold_while_the_platform_is_down(
    frame: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:

    one = frame()
    assert opened(one.launch(roles=[INSTRUCTOR]))
    monkeypatch.setattr(keysets, "FRESH", 0.0)
    monkeypatch.setattr(keysets, "BETWEEN", 0.0)
    one.platform.keys_answer = lambda: Response(status=503)

    assert opened(one.launch(roles=[INSTRUCTOR]))


def test_a_short_key_of_a_platform_is_none(frame: Frames) -> None:

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weak = RSAKey.generate_key(1024, {"use": "sig", "alg": "RS256", "kid": "key-1"})
        one = frame()
        one.platform.key = weak
        assert is_refused(one.launch(roles=[INSTRUCTOR]))
