"""`python -m ingest.joins list|add|remove|merges|split`: under which names an institution knows the same people."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import operator, record
from dashapp.data.store.join_rules import HeldRule, add_rule, list_rules, remove_rule
from dashapp.data.store.merge_previews import preview_split
from dashapp.data.store.merge_records import MOST_LISTED, list_merges
from dashapp.data.store.merges import split_people
from dashapp.data.store.organisations import act_for_named
from dashapp.data.store.scope_changes import claim_slot
from dashapp.domain.audit import Action, person_subject
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.joins import EMAIL_KIND, MAILBOX_ISSUER, MAILBOX_KIND, JoinRule, Transform
from dashapp.domain.people import SplitPreview
from ingest.commanding import run_command

_Say = Callable[[str], object]


def main(arguments: Sequence[str] | None = None, tell: _Say | None = None) -> int:
    """The command line. 0 when it was done, 1 when it could not be, 2 for a wrong setting or argument."""
    say = tell or (lambda sentence: sys.stdout.write(f"{sentence}\n"))
    options = _parser().parse_args(arguments)
    return run_command(lambda _settings, database: _COMMANDS[options.command](database, options, say))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest.joins", description="Which names are the same person.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="show the rules of an organisation")
    add = commands.add_parser("add", help="make a rule, and join whom it speaks of among those who are known")
    remove = commands.add_parser("remove", help="take a rule back: whom it has joined stays one until they are split")
    merges = commands.add_parser("merges", help="show which people have been joined, the newest first")
    split = commands.add_parser("split", help="take one of these back; without --yes only say what it would move")
    for command in (listing, add, remove, merges, split):
        command.add_argument("--organisation", required=True, help="its short name")
    for command in (add, remove):
        command.add_argument("--issuer", required=True, help="who gives out the names that the rule speaks of")
        command.add_argument(
            "--kind",
            required=True,
            help=f"their kind: account, caliper, openid; {EMAIL_KIND} also speaks of the addresses in person_described",
        )
    add.add_argument("--same-issuer", help=f"who gives out the other names; without it {MAILBOX_ISSUER}")
    add.add_argument("--same-kind", help=f"the kind of the other names; without it {MAILBOX_KIND}")
    add.add_argument(
        "--transform",
        type=Transform,
        choices=list(Transform),
        default=Transform.SAME,
        help="how a value becomes the value of the other name (same)",
    )
    add.add_argument("--prefix", default="", help="what strip_prefix takes off")
    merges.add_argument("--name", help="only those with a name of this value")
    split.add_argument("merge", type=int, help="its number, as the list of merges shows it")
    split.add_argument("--yes", action="store_true", help="do it")
    add.add_argument("--by", default="administration", help="who decides it, for the list and for the audit")
    return parser


def _list(database: Database, options: argparse.Namespace, say: _Say) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        held = list_rules(connection, act_for_named(connection, options.organisation))
    for one in held:
        say(_sentence(one))
    if not held:
        say("No rules: every name is a person of its own.")
    return 0


def _sentence(held: HeldRule) -> str:
    rule = held.rule
    how = f"{rule.transform} {rule.prefix}".rstrip()
    pairs = f"{rule.issuer} {rule.kind} → {rule.same_issuer} {rule.same_kind}"
    return f"{pairs}  ({how}; by {held.added_by}, {held.added_at:%Y-%m-%d})"


def _add(database: Database, options: argparse.Namespace, say: _Say) -> int:
    same_issuer, same_kind = options.same_issuer, options.same_kind
    if options.transform is Transform.MAILBOX_HASH:
        same_issuer, same_kind = same_issuer or MAILBOX_ISSUER, same_kind or MAILBOX_KIND
    elif same_issuer is None or same_kind is None:
        raise AnalyticsError("A rule needs --same-issuer and --same-kind; only mailbox_hash knows them itself.")
    rule = JoinRule(options.issuer, options.kind, same_issuer, same_kind, options.transform, options.prefix)
    # A place among the writers: pages that show the people whom this joins are to hear of it.
    with claim_slot(database, DatabaseRole.JOBS) as slot, database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        joined = add_rule(connection, organisation, rule, options.by, datetime.now(UTC))
        what = {"subject": f"rule {rule.issuer} {rule.kind}", "joined": len(joined.people)}
        record(connection, organisation, operator(options.by), Action.JOIN_RULE_MADE, what)
        if joined.people:
            slot.record(connection, organisation, joined.courses, joined.people)
    say(f"Made. {len(joined.people)} people who are known already were joined with one another.")
    return 0


def _remove(database: Database, options: argparse.Namespace, say: _Say) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        remove_rule(connection, organisation, (options.issuer, options.kind))
        what = {"subject": f"rule {options.issuer} {options.kind}"}
        record(connection, organisation, operator(), Action.JOIN_RULE_REMOVED, what)
    say("Removed. Whom it has joined stays one person until an administrator splits them.")
    return 0


def _merges(database: Database, options: argparse.Namespace, say: _Say) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        held = list_merges(connection, act_for_named(connection, options.organisation), options.name)
    for one in held:
        why = f"{one.reason}; by {one.by}, {one.at:%Y-%m-%d %H:%M} UTC"
        say(f"{one.merge_id:>8}  {', '.join(one.absorbed)} → {', '.join(one.kept)}  ({why})")
    if not held:
        say("Nobody has been joined." if options.name is None else f"Nobody with the name {options.name} was joined.")
    elif len(held) == MOST_LISTED:
        say(f"These are the newest {MOST_LISTED}. With --name, older ones are found, too.")
    return 0


def split_sentences(preview: SplitPreview) -> list[str]:
    """What a split would move."""
    moving = preview.moving
    names = ", ".join(str(name) for name in moving.names)
    said = [f"{len(moving.names)} names become a person of their own: {names}."]
    said.append(f"{moving.events} events move with them.")
    if preview.older:
        said.append(f"{preview.older} older events have no raw rows any more: what they have counted stays.")
    return said


def _split(database: Database, options: argparse.Namespace, say: _Say) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        preview = preview_split(connection, organisation, options.merge, datetime.now(UTC))
    for sentence in split_sentences(preview):
        say(sentence)
    if not options.yes:
        say("Nothing has been changed. With --yes, it is done.")
        return 0
    by, now = operator(), datetime.now(UTC)
    with claim_slot(database, DatabaseRole.JOBS) as slot, database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        done = split_people(connection, organisation, options.merge, by.key, now)
        what = {"subject": person_subject(done.absorbed), "from": int(done.kept), "merge": options.merge}
        record(connection, organisation, by, Action.SPLIT, what)
        slot.record(connection, organisation, done.courses, [done.kept, done.absorbed])
    say("Split. No rule joins them again.")
    return 0


_COMMANDS: Final = {"list": _list, "add": _add, "remove": _remove, "merges": _merges, "split": _split}

if __name__ == "__main__":
    sys.exit(main())
