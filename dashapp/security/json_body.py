"""What a request says as JSON."""

from flask import request


def json_body() -> object:
    """The body as JSON; None where it is none, and where it is nested far deeper than anything of ours."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None
