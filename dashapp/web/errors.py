"""What a person sees of an error is a sentence and a reference number; the cause is in the log under that number."""

from dash import set_props
from dash.exceptions import DependencyException, InvalidCallbackReturnValue, InvalidResourceError
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from dashapp import ids
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.observability.logging import get_logger
from dashapp.observability.references import new_reference
from dashapp.security.callbacks import asks_again
from dashapp.security.short_pages import asks_for_page, refusal_page
from dashapp.words import _

log = get_logger(__name__)

AGAIN_SECONDS = 10
"""After so long a browser that was to show a page asks for it once more."""


def on_callback_error(error: Exception) -> None:
    """Dash asks this when a handler raised: the page keeps what it shows, and says so in a line above.

    Where the browser asks again by itself, it is raised on, and answered as every request that cannot be served now.
    """
    if isinstance(error, Unavailable) and asks_again():
        raise error
    reference = new_reference()
    if isinstance(error, NotPermitted | NotFound):
        # Nothing has failed: somebody asked for what is not theirs. A trace for each would be theirs to multiply.
        log.info("callback.refused", reference=reference, callback=g.get("callback"))
    else:
        log.error("callback.failed", reference=reference, exc_info=error)
    said = _("Something could not be read. Reference {reference}").format(reference=reference)
    set_props(ids.Shell.NOTICE, {"children": said})


def install_error_pages(server: Flask, base: str) -> None:
    """Answers what goes wrong outside of callbacks in plain words. `base`: the path of the service."""

    def say(title: str, words: str, status: int) -> Response:
        # In a frame a browser shows an error of its own where it may not show ours.
        if asks_for_page():
            return refusal_page(base, title, words, status)
        return Response(words, status=status, mimetype="text/plain")

    def refuse(error: HTTPException) -> Response:
        if isinstance(error.response, Response):
            return error.response  # whoever raised it has said it in words: a limit, for example
        words = _("There is nothing at this address.") if error.code == 404 else (error.name or "")
        return Response(words, status=error.code or 500, mimetype="text/plain")

    def not_ours(error: DependencyException | InvalidResourceError) -> Response:
        del error  # an address below Dash's own files that names none of them
        return Response(_("There is nothing at this address."), status=404, mimetype="text/plain")

    def mismatched(_error: InvalidCallbackReturnValue) -> Response:
        # The request named another number of components than its page has. The error's text quotes the answer, so it
        # is neither told nor logged.
        log.warning("callback.mismatched", callback=g.get("callback"))
        return Response(status=400)

    def unavailable(error: Unavailable) -> Response:
        reference = new_reference()
        log.warning("request.unavailable", reference=reference, error=str(error))
        words = _("The data cannot be reached now. Try again in a moment. Reference {reference}")
        response = say(_("This page does not open now"), words.format(reference=reference), 503)
        if request.method == "GET" and asks_for_page():
            response.headers["Refresh"] = str(AGAIN_SECONDS)
        return response

    def fail(error: Exception) -> Response:
        reference = new_reference()
        log.error("request.failed", reference=reference, exc_info=error)
        words = _("Something went wrong. Reference {reference}").format(reference=reference)
        return say(_("This page does not open"), words, 500)

    server.register_error_handler(HTTPException, refuse)
    server.register_error_handler(DependencyException, not_ours)
    server.register_error_handler(InvalidResourceError, not_ours)
    server.register_error_handler(InvalidCallbackReturnValue, mismatched)
    server.register_error_handler(Unavailable, unavailable)
    server.register_error_handler(Exception, fail)
