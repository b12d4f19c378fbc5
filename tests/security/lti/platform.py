"""A learning platform on the loopback that says whatever a test wants it to say."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from dashapp.domain.lti import CLAIM, DEEP_LINKING_CLAIM, ROSTER_CLAIM

INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
CLIENT = "client-1"
DEPLOYMENT = "deployment-1"


def new_key(key_id: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": key_id})


@cache
def first_key() -> RSAKey:
    """The key with which every platform begins."""
    return new_key("key-1")


@dataclass
class Platform:
    """Its address, its keys, and what it answers."""

    url: str = ""
    login: str = "/lti/login"
    """Where it begins at the service: the organisation's own address, once it is told of it."""
    key: RSAKey = field(default_factory=first_key)
    shown: list[dict[str, Any]] = field(default_factory=list)
    """The key set, where it is another one than that of `key`."""
    keys_answer: Any = None
    """Another answer to who asks for the key set: called, and its result sent."""
    keys_asked: int = 0
    roster: list[dict[str, Any]] = field(default_factory=list)
    roster_page: int = 0
    """Members on a page; 0: all."""
    roster_status: int = 200
    roster_context: str = "algebra"
    assertions: list[str] = field(default_factory=list)
    configuration: dict[str, Any] = field(default_factory=dict)
    """What differs from an honest description."""
    registered: list[dict[str, Any]] = field(default_factory=list)

    def claims(self, nonce: str, /, **changed: Any) -> dict[str, Any]:
        """An honest message of a learner in algebra; `changed` by the last part of a claim's name, None: left out."""
        now = int(time.time())
        said: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT,
            "azp": CLIENT,
            "sub": "42",
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "given_name": "Ada",
            "family_name": "Abel",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "https://tool.example/lti/launch",
            f"{CLAIM}roles": [LEARNER],
            f"{CLAIM}context": {"id": "algebra", "title": "Algebra", "label": "ALG 1"},
            f"{CLAIM}resource_link": {"id": "link-1", "title": "Learning analytics"},
            ROSTER_CLAIM: {"context_memberships_url": f"{self.url}/roster", "service_versions": ["2.0"]},
        }
        for name, value in changed.items():
            full = name if name in said or name in ("nbf", "name", "email") else f"{CLAIM}{name}"
            said[full] = value
        return {name: value for name, value in said.items() if value is not None}

    def deep_link(self, nonce: str, /, **changed: Any) -> dict[str, Any]:
        """An honest message of a teacher who wants to choose."""
        said = self.claims(nonce, **{"roles": [INSTRUCTOR], "message_type": "LtiDeepLinkingRequest", **changed})
        del said[f"{CLAIM}resource_link"]
        said[f"{DEEP_LINKING_CLAIM}deep_linking_settings"] = {
            "deep_link_return_url": f"{self.url}/return",
            "accept_types": ["link", "ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
            "data": "what-was-asked",
        }
        return said

    def sign(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None, key: Any = None) -> str:
        """A token, with the platform's own key unless a test wants another."""
        said = {"alg": "RS256", "kid": self.key.kid, **(header or {})}
        return jwt.encode(said, dict(claims), key or self.key, algorithms=[said["alg"]])

    def answer(self, part: str) -> Any:
        """What it answers at one of its addresses."""
        answers = {
            "keys": self._keys,
            "token": self._token,
            "roster": self._roster,
            "description": self._describe,
            "register": self._register,
        }
        return answers[part]()

    def _keys(self) -> Any:
        self.keys_asked += 1
        if self.keys_answer is not None:
            return self.keys_answer()
        return jsonify({"keys": self.shown or [self.key.as_dict(private=False)]})

    def _token(self) -> Any:
        self.assertions.append(request.form["client_assertion"])
        return jsonify({"access_token": "the-token", "token_type": "bearer", "expires_in": 3600})

    def _roster(self) -> Response:
        if request.headers.get("Authorization") != "Bearer the-token":
            return Response(status=401)
        if self.roster_status != 200:
            return Response(status=self.roster_status)
        first = int(request.args.get("first", 0))
        size = self.roster_page or len(self.roster)
        said = {
            "id": request.url,
            "context": {"id": self.roster_context},
            "members": self.roster[first : first + size],
        }
        answer = Response(json.dumps(said), mimetype="application/vnd.ims.lti-nrps.v2.membershipcontainer+json")
        if first + size < len(self.roster):
            answer.headers["Link"] = f'<{self.url}/roster?first={first + size}>; rel="next"'
        return answer

    def _describe(self) -> Any:
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "registration_endpoint": f"{self.url}/register",
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {"product_family_code": "tested"},
        }
        return jsonify({**said, **self.configuration})

    def _register(self) -> Any:
        self.registered.append({"token": request.headers.get("Authorization"), **request.get_json()})
        tool = {"deployment_id": DEPLOYMENT}
        return jsonify({"client_id": "given", "https://purl.imsglobal.org/spec/lti-tool-configuration": tool})


@dataclass
class Platforms:
    """Many platforms behind one server, each below a path of its own."""

    url: str
    known: dict[str, Platform] = field(default_factory=dict)

    def make(self) -> Platform:
        """A further one."""
        name = f"platform-{len(self.known)}"
        self.known[name] = Platform(f"{self.url}/{name}")
        return self.known[name]


def server_of(known: dict[str, Platform]) -> Flask:
    """Answers for all of them."""
    server = Flask("platforms")

    @server.route("/<name>/<part>", methods=["GET", "POST"])
    def answer(name: str, part: str) -> Any:
        return known[name].answer(part)

    return server


@contextmanager
def served(server: Flask) -> Iterator[str]:
    """A Flask on a free port of the loopback; gives its address."""
    listening = make_server("127.0.0.1", 0, server, threaded=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
