"""The one way to register a server's callback: with the permission that it demands.

A handler is a plain function `handler(asked, **inputs)`: who asks and with which services comes first, the inputs
follow by name. Inputs are whatever the browser sent, of any type: handlers parse them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dash import Dash, Input, Output, State
from flask import g, has_request_context, request

from dashapp.domain.errors import NotPermitted
from dashapp.domain.principal import Permission, Principal
from dashapp.security.doors import Door, Place
from dashapp.security.guard import Guard, current_principal, permits
from dashapp.services import Services

Handler = Callable[..., Any]
ASKS_AGAIN: Final = "La-Asks-Again"


def asks_again() -> bool:
    """Whether the browser repeats the running request by itself until there is an answer (`assets/ahead.js`)."""
    return has_request_context() and ASKS_AGAIN in request.headers


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: by whom, and what may be used to answer it."""

    principal: Principal
    services: Services


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a handler is connected to, by name; groups of inputs reach it as mappings."""

    output: Output | Mapping[str, Output]
    inputs: Mapping[str, Input | State | Mapping[str, Input | State]]
    refused: Callable[[], Any] | None = None
    """What somebody without the permission gets to see; without it, an error."""
    waits: bool = False
    """Whether it is asked only once an input changes, not as soon as its parts are on the page."""
    running: Sequence[tuple[Output, Any, Any]] = ()
    """What the browser sets while it waits for the answer, and once it has come or failed."""


@dataclass(frozen=True, slots=True)
class CallbackRegistry:
    """Registers the callbacks of one app."""

    app: Dash
    guard: Guard
    services: Services

    def register(self, permission: Permission, handler: Handler, wiring: Wiring) -> None:
        """Connects the handler; a request of somebody without `permission` never reaches it."""
        services = self.services
        called = getattr(handler, "__name__", "answer")

        def answer(**inputs: Any) -> Any:
            g.callback = called
            principal = current_principal()
            if not permits(principal, permission):
                if wiring.refused is None:
                    raise NotPermitted("This page is not yours to open.")
                return wiring.refused()
            return handler(Asked(principal, services), **inputs)

        # Dash names callbacks in its logs and errors by the function.
        answer.__name__ = called
        before = len(self.app.callback_map)
        output = wiring.output if isinstance(wiring.output, Output) else dict(wiring.output)
        more = {"running": list(wiring.running)} if wiring.running else {}
        self.app.callback(output=output, inputs=dict(wiring.inputs), prevent_initial_call=wiring.waits, **more)(answer)
        name, registered = list(self.app.callback_map.items())[-1]
        if len(self.app.callback_map) != before + 1:
            raise ValueError(f"the callback for {name} was registered before")
        self.guard.open_callback(name, door_of(permission, registered))


def door_of(permission: Permission, registered: Mapping[str, Any]) -> Door:
    """The door for a callback as it stands in Dash's map."""
    outputs = registered["output"]
    listed = outputs if isinstance(outputs, list | tuple) else [outputs]
    return Door(
        permission=permission,
        inputs=tuple(_place(one) for one in registered["inputs"]),
        state=tuple(_place(one) for one in registered["state"]),
        outputs=tuple(_place(one.to_dict()) for one in listed),
    )


def _place(dependency: Mapping[str, Any]) -> Place:
    name = dependency["id"]
    # Dash writes a pattern id as JSON.
    return Place(json.loads(name) if name.startswith("{") else name, dependency["property"])
