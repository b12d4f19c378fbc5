"""`python -m dashapp.security.caseload`: whom an adviser looks after, from a list of the learners' accounts."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dashapp.data.database import Connection, DatabaseRole, database_from
from dashapp.data.store.audit import Action, operator, record
from dashapp.data.store.caseloads import people_called, set_caseload
from dashapp.data.store.organisations import act_for_named
from dashapp.domain.audit import person_subject
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.settings import load_settings

MOST_LEARNERS: Final = 100_000


def main(arguments: Sequence[str] | None = None, say: Callable[[str], object] | None = None) -> int:
    """The command line. 0 when it was done, 1 when it could not be, 2 for a wrong setting or argument."""
    tell = say or (lambda sentence: sys.stdout.write(f"{sentence}\n"))
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        wanted = list(_accounts(options.learners))
    except (AnalyticsError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    database = None
    try:
        database = database_from(settings)
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            organisation = act_for_named(connection, options.organisation)
            tell(_set(connection, organisation, (options.adviser, wanted), options.by))
    except AnalyticsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    else:
        return 0
    finally:
        if database is not None:
            database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dashapp.security.caseload",
        description="Makes a list of learners the caseload of an adviser; who is not in it any more leaves it.",
    )
    parser.add_argument("--organisation", required=True, help="its short name")
    parser.add_argument("--adviser", required=True, help='an account: "issuer kind value", or the value alone')
    parser.add_argument("--learners", required=True, help="a file with one account a line; - is the standard input")
    parser.add_argument("--by", default="administration", help="who decides it, for the audit")
    return parser


def _accounts(name: str) -> Iterable[str]:
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    return (line.strip() for line in text.splitlines() if line.strip())


def _set(connection: Connection, organisation: OrganisationId, asked: tuple[str, Sequence[str]], by: str) -> str:
    adviser, learners = asked
    found = people_called(connection, organisation, [adviser, *learners[:MOST_LEARNERS]])
    unknown = [account for account in (adviser, *learners) if account not in found]
    if unknown:
        raise NotFound(f"Nothing was changed: {len(unknown)} accounts name nobody, or several people: {unknown[0]} …")
    keys = {PersonId(found[account].person_id) for account in learners}
    added, ended = set_caseload(connection, organisation, found[adviser].person_id, keys, datetime.now(UTC))
    advising, actor = person_subject(found[adviser].person_id), operator(by)
    what = {"subject": advising, "added": len(added), "ended": len(ended)}
    record(connection, organisation, actor, Action.CASELOAD, what)
    # A row of each learner, too: who asks later who could see somebody looks for that somebody.
    for begins, people in ((True, added), (False, ended)):
        for learner in people:
            of_one = {"subject": person_subject(learner), "for": advising, "begins": begins}
            record(connection, organisation, actor, Action.CASELOAD, of_one)
    return f"{len(keys)} learners: {len(added)} added, {len(ended)} ended."


if __name__ == "__main__":
    sys.exit(main())
