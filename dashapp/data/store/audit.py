"""Who looked at personal data that no page shows by itself, and who decided about it. Rows are added only."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Connection, insert, text

from dashapp.data.tables import audit_log
from dashapp.domain.keys import OrganisationId


class Action(StrEnum):
    """What somebody did."""

    LOOKED = "dead_letter.looked_at"
    LISTED = "dead_letters.listed"
    REPLAYED = "dead_letters.replayed"
    STOPPED = "dead_letters.replay_stopped"
    RESUMED = "dead_letters.replay_resumed"
    DISMISSED = "dead_letters.dismissed"
    REOPENED = "dead_letters.reopened"


def record(
    connection: Connection, organisation: OrganisationId | None, actor: str, action: Action, what: Mapping[str, object]
) -> None:
    """Adds a row, in the transaction in which it is done. `actor`: a person's public id, or an operator's login.

    `what["subject"]`: what it was done to; the rest is the detail: keys and counts, never a body.
    """
    detail = {name: value for name, value in what.items() if name != "subject"}
    connection.execute(
        insert(audit_log).values(
            organisation_id=organisation,
            at=text("clock_timestamp()"),
            actor=actor,
            action=action.value,
            subject=str(what.get("subject", "")),
            detail=detail,
        )
    )
