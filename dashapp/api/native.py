"""`POST /api/v1/events`: events in the native format, or in any other that is told by its shape."""

from typing import Final

from dashapp.api.answers import ItemError, json_answer, told_errors
from dashapp.api.items import Examined, Limits, cut_array, cut_lines, examine_item, refuse
from dashapp.api.requests import JSON, Request, check_media_type
from dashapp.data.store.senders import RegisteredSource
from ingest.depositing import Deposit

NDJSON: Final = "application/x-ndjson"
_LINES: Final = (NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonlines")


class EventCollector:
    """One event, an array of events, or one event a line."""

    name: Final = "events"

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def check(self, request: Request) -> None:
        """See `Collector.check`."""
        check_media_type(request, JSON, *_LINES)

    def examine(self, request: Request, body: bytes, holder: RegisteredSource) -> Examined:
        """See `Collector.examine`. All events are taken or none, unless the sender asks for the good ones."""
        cut = cut_lines if request.media_type in _LINES else cut_array
        deposits: list[Deposit] = []
        errors: list[ItemError] = []
        refused = 0
        for index, item in enumerate(cut(body, self._limits)):
            deposit, _, wrong = examine_item(item, index, holder, self._limits)
            if deposit is not None:
                deposits.append(deposit)
            else:
                errors += wrong
                refused += 1
        told: dict[str, object] = {"accepted": len(deposits), "refused": refused}
        if not errors:
            return Examined(json_answer(202, told), deposits)
        if not deposits or ("partial", "true") not in request.query:
            raise refuse(errors, _sentence(errors, refused, refused + len(deposits)), 422)
        return Examined(json_answer(202, told | told_errors(errors, len(errors))), deposits, refused)


def _sentence(errors: list[ItemError], refused: int, items: int) -> str:
    if items > 1:
        return f"{refused} of {items} events are refused, and none was taken."
    if "trailing characters" in errors[0].refused.detail:
        return f"The event is refused. Events that stand one a line are sent as {NDJSON}."
    return "The event is refused."
