"""Gives out the scripts and style sheets that were joined at the start (`dashapp.security.assets`)."""

from typing import Final

from flask import Flask, Response, abort

from dashapp.security.assets import JOINED, joined_files
from dashapp.security.guard import Access, Guard

ENDPOINT: Final = "joined_assets"


def install_joined(server: Flask, guard: Guard, prefix: str) -> None:
    """Adds and opens the route of the joined files, which are the same for everybody."""
    files = joined_files()

    def give(name: str) -> Response:
        found = files.get(name)
        if found is None:
            abort(404)
        response = Response(found.body, mimetype=found.mimetype)
        response.set_etag(name)
        return response

    server.add_url_rule(f"{prefix}/assets/{JOINED}/<name>", ENDPOINT, give)
    guard.open_route(ENDPOINT, Access.PUBLIC)
