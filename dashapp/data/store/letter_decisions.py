"""What an administrator decides about dead letters, and takes back. In transactions of la_web, each with an audit."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, text, update

from dashapp.data.store import audit
from dashapp.data.store.letter_choice import conditions, to_json
from dashapp.data.tables import dead_letters
from dashapp.domain.keys import OrganisationId
from dashapp.domain.letters import LetterChoice, LetterState


def dismiss(
    connection: Connection, organisation: OrganisationId, choice: LetterChoice, actor: audit.Actor | str
) -> tuple[int, datetime]:
    """Dismisses the chosen letters that are open; how many, and the instant by which `reopen` knows them.

    They are kept to their end; the same bytes, when they come again, raise the count of the dismissed letter.
    """
    now = datetime.now(UTC)
    chosen = replace(choice, organisation_id=organisation, state=LetterState.OPEN)
    changed = connection.execute(
        update(dead_letters)
        .where(*conditions(chosen))
        .values(state=LetterState.DISMISSED.value, decided_by=str(actor), decided_at=now)
    ).rowcount
    if changed:
        what = {"subject": now.isoformat(), "letters": changed, "chosen": to_json(chosen)}
        audit.record(connection, organisation, actor, audit.Action.DISMISSED, what)
    return changed, now


def reopen(connection: Connection, organisation: OrganisationId, at: datetime, actor: audit.Actor | str) -> int:
    """Takes back what the same person dismissed at that instant; how many letters are open again."""
    changed = connection.execute(_REOPEN, {"organisation": organisation, "at": at, "actor": str(actor)}).rowcount
    if changed:
        what = {"subject": at.isoformat(), "letters": changed}
        audit.record(connection, organisation, actor, audit.Action.REOPENED, what)
    return changed


_REOPEN: Final = text(
    "UPDATE dead_letters SET state = 'open', decided_by = NULL, decided_at = NULL"
    " WHERE organisation_id = :organisation AND state = 'dismissed' AND decided_at = :at AND decided_by = :actor"
)
