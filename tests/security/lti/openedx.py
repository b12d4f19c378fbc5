"""Open edX as a platform: its own code (lti-consumer-xblock), stand-alone under Django's settings, over HTTP."""

import html
import warnings
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import django
from django.conf import settings
from flask import Flask, Response, jsonify, request
from joserfc.jwk import RSAKey

CONTEXT = "course-v1:Small+ALG+1"
CLIENT = "open-edx-client"
DEPLOYMENT = "1"


def platform_code(module: str) -> Any:
    """A module of the platform's code, which wants Django to be configured."""
    if not settings.configured:
        settings.configure(
            PLATFORM_NAME="Small College",
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            INSTALLED_APPS=["django.contrib.contenttypes", "lti_consumer"],
            USE_TZ=True,
        )
        # Its dependencies use what Python has deprecated.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            django.setup()
            import_module("lti_consumer.lti_1p3.consumer")
            import_module("lti_consumer.lti_1p3.extensions.rest_framework.serializers")
    return import_module(f"lti_consumer.{module}")


@dataclass
class OpenEdx:
    """The platform: who is there, and what its own code makes of it."""

    tool: str
    tool_keys: str
    tool_login: str
    url: str = ""
    consumer: Any = None
    items: list[dict[str, Any]] = field(default_factory=list)
    """What a teacher has chosen to embed."""
    members: list[dict[str, Any]] = field(default_factory=list)

    def start(self, url: str) -> None:
        """Makes the platform's side of the connection, when its own address is known."""
        consumer = platform_code("lti_1p3.consumer").LtiAdvantageConsumer
        self.url = url
        pem = RSAKey.generate_key(2048).as_pem(private=True).decode()
        self.consumer = consumer(
            iss=url,
            lti_oidc_url=self.tool_login,
            lti_launch_url=f"{self.tool}/lti/launch",
            client_id=CLIENT,
            deployment_id=DEPLOYMENT,
            rsa_key=pem,
            rsa_key_id="open-edx-key",
            redirect_uris=[f"{self.tool}/lti/launch"],
            tool_keyset_url=self.tool_keys,
        )
        self.consumer.enable_deep_linking(f"{self.tool}/lti/launch", f"{url}/return")
        self.consumer.enable_nrps(f"{url}/roster")

    def preflight(self, user: str, role: str, message: str = "LtiResourceLinkRequest", **named: str) -> str:
        """The address with which a launch begins."""
        consumer = self.consumer
        consumer.set_user_data(user_id=user, role=role, full_name=named.get("name"), email_address=named.get("email"))
        consumer.set_resource_link_claim("block-1", title="Learning analytics")
        consumer.set_launch_presentation_claim(document_target="iframe")
        consumer.set_context_claim(CONTEXT, context_title="Algebra", context_label="ALG 1")
        data = platform_code("data").Lti1p3LaunchData(
            user_id=user, user_role=role, config_id="config", resource_link_id="block-1", message_type=message
        )
        return str(consumer.prepare_preflight_url(data))

    def open_item(self, item: dict[str, Any]) -> None:
        """Has the next launch be that of a link which was chosen."""
        self.consumer.set_dl_content_launch_parameters(url=item["url"], custom=item.get("custom"))

    def server(self) -> Flask:
        """The views, which hand over to the platform's code."""
        server = Flask("open-edx")
        server.add_url_rule("/keys", "keys", lambda: jsonify(self.consumer.get_public_keyset()))
        server.add_url_rule("/token", "token", self._token, methods=["POST"])
        server.add_url_rule("/auth", "auth", self._authorize)
        server.add_url_rule("/roster", "roster", self._roster)
        server.add_url_rule("/return", "return", self._return, methods=["POST"])
        return server

    def answer(self, asked: dict[str, str]) -> dict[str, str]:
        """The message with which the platform answers a login."""
        made: dict[str, str] = self.consumer.generate_launch_request(asked)
        return made

    def _authorize(self) -> str:
        made = self.answer(request.args.to_dict())
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in made.items()
        )
        action = f"{self.tool}/lti/launch"
        script = "<script>document.forms[0].submit()</script>"
        return f'<!doctype html><form method="post" action="{action}">{fields}</form>{script}'

    def _token(self) -> Any:
        return jsonify(self.consumer.access_token(request.form.to_dict()))

    def _roster(self) -> Any:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        scope = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
        if scheme != "Bearer" or not self.consumer.check_token(token, [scope]):
            return Response(status=401)
        serializers = platform_code("lti_1p3.extensions.rest_framework.serializers")
        said = serializers.LtiNrpsContextMembershipPIISerializer(
            {"id": request.url, "context": {"id": CONTEXT}, "members": self.members}
        ).data
        members = [{**member, "roles": sorted(member["roles"])} for member in said["members"]]
        return jsonify({"id": said["id"], "context": {"id": CONTEXT}, "members": members})

    def _return(self) -> str:
        self.items = self.consumer.check_and_decode_deep_linking_token(request.form["JWT"])
        return "taken"
