"""`python -m dashapp.jobs verify-audit`: whether the chains of the audit trail hold, and what is not sealed yet."""

import argparse
import sys

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.chain import Head, Verdict, chain_of, chains, verify_chain
from dashapp.domain.errors import NotFound

UNKNOWN = (
    "No organisation of this installation has the head that was named. Was it noted here, and is it whole? Only then"
    " does it show that the trail was changed."
)
OPERATORS = "(no organisation)"
"""What operators do over all of them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--organisation", help="the short name of one organisation; without it all of them")
    parser.add_argument(
        "--expect",
        type=_head,
        metavar="POSITION:HASH",
        help="a head of the organisation's chain that was noted elsewhere, as this command and the log tell it",
    )


def _head(text: str) -> Head:
    try:
        return Head.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a head reads position:hash") from None


def verify(database: Database, options: argparse.Namespace) -> int:
    """Prints a sentence per chain; 0 where all of them hold, 1 where one does not. Raises NotFound, Unavailable."""
    if options.expect is not None and options.organisation is None:
        raise NotFound("Say with --organisation whose head it is.")
    failed = False
    for organisation, name in _chains(database, options.organisation):
        strange = None if options.expect is None else _strange(database, options.expect, organisation)
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            verdict = verify_chain(connection, organisation, None if strange else options.expect)
        failed |= verdict.broken is not None or strange is not None
        said = sentences(name, verdict)
        if strange:
            said.append(f"{name}: {strange}")
        elif verdict.broken is not None and options.expect is not None:
            said.append(f"{name}: {UNKNOWN}")
        for sentence in said:
            sys.stdout.write(f"{sentence}\n")
    return int(failed)


def _strange(database: Database, expected: Head, organisation: int) -> str | None:
    """Says so where the head stands in the chain of another organisation: that is a mistake of who asks, and no change
    of the trail."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        owner = chain_of(connection, expected)
        names = dict(chains(connection))
    if owner is None or owner == organisation:
        return None
    return f"nothing was compared: the head that you name is one of {names.get(owner) or OPERATORS}, not of this one."


def _chains(database: Database, wanted: str | None) -> list[tuple[int, str]]:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        known = chains(connection)
    found = [(key, name or OPERATORS) for key, name in known if wanted in (None, name)]
    if not found:
        raise NotFound(f"There is no organisation named {wanted}.")
    return found


def sentences(name: str, verdict: Verdict) -> list[str]:
    """What was found, in words for an operator."""
    said = []
    if verdict.broken is None:
        said.append(f"{name}: intact. Sealed rows: {verdict.head.position}. Head {verdict.head}")
    else:
        row = f" (row {verdict.broken.audit_id})" if verdict.broken.audit_id is not None else ""
        said.append(f"{name}: BROKEN at position {verdict.broken.position}{row}: {verdict.broken.what}.")
    if (tail := verdict.unsealed) is not None:
        said.append(
            f"{name}: not sealed yet: {tail.rows}, from row {tail.first_id} to {tail.last_id}, the oldest for"
            f" {tail.oldest_seconds:.0f} s."
        )
    return said
