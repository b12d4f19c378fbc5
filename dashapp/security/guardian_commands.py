"""The command about guardians: who waits to be confirmed, and confirming them."""

import argparse
from typing import Any
from uuid import UUID

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import operator, record
from dashapp.data.store.guardians import confirm, list_unconfirmed
from dashapp.data.store.organisations import act_for_named
from dashapp.domain.audit import Action, person_subject
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import PublicId
from dashapp.security.account_commands import Commands, Say
from dashapp.settings import Settings


def add_guardian_command(commands: Commands) -> None:
    """Adds `guardians`, which sets `run(settings, database, options, say)`."""
    made = commands.add_parser("guardians", help="guardians whose account a code has made: who waits, and confirm one")
    made.add_argument("--organisation", required=True, help="its short name")
    made.add_argument("--confirm", metavar="INVITATION", help="its id, as the list shows it")
    made.set_defaults(run=_run)


def _run(_settings: Settings, database: Database, options: argparse.Namespace, say: Say) -> None:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        if options.confirm is None:
            waiting = list_unconfirmed(connection, organisation)
            for one in waiting:
                say(f"{one.public_id}  account {one.sign_in_name}, since {one.accepted_at:%Y-%m-%d}")
            if not waiting:
                say("No guardian waits to be confirmed.")
            return
        actor = operator()
        try:
            row = PublicId(UUID(options.confirm))
            learner, guardian = confirm(connection, organisation, row, actor.key, system_clock())
        except (ValueError, NotFound):
            raise AnalyticsError("No guardian with this id waits to be confirmed.") from None
        what: dict[str, Any] = {"subject": person_subject(learner), "for": person_subject(guardian), "begins": True}
        record(connection, organisation, actor, Action.GUARDIAN_CONFIRMED, {**what, "invitation": str(row)})
    say("The guardian is confirmed.")
