"""`python -m dashapp.security people <command>`: the pages about people from a terminal, on the same functions."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.migrations import check_migrated
from dashapp.data.queries.people_list import find_courses, read_people
from dashapp.data.queries.person import read_person, sections_of
from dashapp.data.store.audit import operator
from dashapp.data.store.caseloads import people_called
from dashapp.data.store.organisations import act_for_named
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.errors import NotFound
from dashapp.domain.events import Role
from dashapp.domain.keys import OrganisationId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.people import (
    HeldBy,
    MergePreview,
    PeopleFilters,
    PersonState,
    Side,
    WantedRole,
)
from dashapp.domain.views import Freshness
from dashapp.security.people import PeopleAdministration
from dashapp.settings import Settings

Say = Callable[[str], object]
ON: Final = "on"
OFF: Final = "off"
SOURCES: Final = "sources"


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """What a command works with."""

    database: Database
    options: argparse.Namespace
    say: Say
    organisation: OrganisationId
    acts: PeopleAdministration
    clock: Clock

    def person(self, called: str) -> UUID:
        """Somebody by the public id, or by an account as sources write it. Raises NotFound."""
        named = uuid_of(called)
        if named is not None:
            return named
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            found = people_called(connection, self.organisation, [called])
        if called not in found:
            raise NotFound(f"{called} names nobody, or several people.")
        return found[called].public_id

    def freshness(self) -> Freshness:
        """Nothing is shown that could be late."""
        return Freshness(self.clock(), 0.0)


def find(desk: PeopleDesk) -> None:
    """Lists people by words, role, state and course, a page at a time."""
    given = desk.options
    filters = PeopleFilters.parse(
        {
            "search": given.words,
            "role": given.role,
            "state": given.state,
            "course": _course(desk, given.course) if given.course else None,
            "page": str(given.page),
        }
    )
    with desk.database.transaction(DatabaseRole.JOBS, desk.organisation) as connection:
        view = read_people(connection, desk.organisation, filters, desk.freshness())
    for row in view.rows:
        known = [part for part in (row.email, row.known_as) if part]
        states = [word for word, holds in (("events only", not row.described), ("test", row.is_test)) if holds]
        roles = [role.value for role in row.roles] + [f"learner in {row.learns}"] * bool(row.learns)
        roles += [f"staff of {row.teaches}"] * bool(row.teaches)
        desk.say("  ".join([str(row.public_id), row.name or "-", *known, ", ".join(roles + states)]))
    desk.say(f"{view.total} fit, page {view.page} of {view.pages}; {view.everybody} people in all.")


def show(desk: PeopleDesk) -> None:
    """Tells names, roles, accounts and merges of somebody."""
    person = desk.person(desk.options.person)
    with desk.database.transaction(DatabaseRole.JOBS, desk.organisation) as connection:
        view = read_person(connection, desk.organisation, person, desk.clock(), desk.freshness())
    desk.say(f"{view.public_id}  {view.name or '-'}  {view.email or '-'}{'  test person' if view.is_test else ''}")
    for name in view.names:
        desk.say(f"  name  {name}{'' if name.merge_id is None else f'  (merge {name.merge_id})'}")
    for role in view.roles:
        place = ", ".join(part for part in (role.place, role.section) if part) or role.scope_kind
        span = " to ".join("-" if each is None else f"{each:%Y-%m-%d %H:%M}" for each in (role.starts_at, role.ends_at))
        desk.say(f"  role {role.membership_id}  {role.role}  {place}  {span}  {role.source or role.granted_by}")
    for account in view.accounts:
        desk.say(f"  account  {account.sign_in_name}  {'open' if account.enabled else 'closed'}")
    for learner in view.advised:
        desk.say(f"  advises  {learner.public_id}  {learner.name or '-'}")


def set_test(desk: PeopleDesk) -> None:
    """Says that somebody is a test person or none, or lets sources say so again."""
    desk.acts.set_test(desk.person(desk.options.person), {ON: True, OFF: False}.get(desk.options.value))
    desk.say("Done. Figures follow.")


def grant(desk: PeopleDesk) -> None:
    """Gives somebody a role in a course or in one of its sections."""
    given = desk.options
    person, course = desk.person(given.person), UUID(_course(desk, given.course))
    section = None
    if given.section is not None:
        with desk.database.transaction(DatabaseRole.JOBS, desk.organisation) as connection:
            sections = {title: key for key, title in sections_of(connection, desk.organisation, course)}
        if given.section not in sections:
            raise NotFound(f"The course has no section {given.section}: there are {', '.join(sections) or 'none'}.")
        section = sections[given.section]
    wanted = WantedRole(given.role, course, section, given.first, given.last)
    desk.say(f"Given: role {desk.acts.grant(person, wanted)}.")


def end(desk: PeopleDesk) -> None:
    """Ends a role that the administration gave; its number is told by show."""
    desk.acts.end(desk.person(desk.options.person), desk.options.membership)
    desk.say("Ended.")


def administrator(desk: PeopleDesk) -> None:
    """Makes somebody an administrator, or ends that role."""
    person = desk.person(desk.options.person)
    if desk.options.value == ON:
        made = desk.acts.make_administrator(person)
        desk.say("They are an administrator now." if made else "They were one already.")
    else:
        desk.acts.end_administrator(person)
        desk.say("They are no administrator any more.")


def advise(desk: PeopleDesk) -> None:
    """Puts a learner into the caseload of an adviser, or takes them out."""
    pair = desk.person(desk.options.person), desk.person(desk.options.learner)
    changed = desk.acts.advise(*pair, advised=desk.options.value == ON)
    desk.say("Done." if changed else "It was so already.")


def open_account(desk: PeopleDesk) -> None:
    """Gives somebody an account, and shows the link with which they set their password."""
    person = desk.person(desk.options.person)
    desk.acts.open_account(person, desk.options.name)
    desk.say("With this link a password is set once, within three days. It is shown this once, and kept nowhere:")
    desk.say("")
    desk.say(f"  {desk.acts.password_link(person)}")


def merge(desk: PeopleDesk) -> None:
    """Makes two people one; without --yes only says what would move."""
    pair = desk.person(desk.options.kept), desk.person(desk.options.absorbed)
    seen = desk.acts.preview_merge(*pair)
    for sentence in merge_sentences(seen):
        desk.say(sentence)
    if not desk.options.yes:
        desk.say("Nothing has been changed. With --yes, it is done.")
        return
    merge_id = desk.acts.merge(*pair, seen.state, desk.options.reason)
    desk.say(f"Merged. `python -m ingest.joins split {merge_id}` takes it back.")


def merge_sentences(seen: MergePreview) -> list[str]:
    """What a merge would move, and what to think of first."""
    said = [f"stays: {_side(seen.kept)}", f"moves: {_side(seen.absorbed)}"]
    if seen.gives_administration:
        said.append("One of them is an administrator: whoever signs in as the other will be one, too.")
    if seen.both_sign_in:
        said.append("Both have an account; both will open the same pages.")
    return said


def _side(side: Side) -> str:
    names = ", ".join(str(name) for name in side.names)
    return (
        f"{side.public_id} {side.name or '-'} ({names}): {side.events} events kept, {side.active_days} active days in"
        f" {len(side.courses)} courses, {side.submissions} submissions"
    )


def _course(desk: PeopleDesk, said: str) -> str:
    """The public id of a course by that id, or by words that only one course has. Raises NotFound."""
    if uuid_of(said) is not None:
        return said
    with desk.database.transaction(DatabaseRole.JOBS, desk.organisation) as connection:
        found = find_courses(connection, desk.organisation, said)
    if len(found) != 1:
        names = "; ".join(f"{one.public_id} {one.name}" for one in found)
        raise NotFound(f"{said} names {'no course' if not found else f'several courses: {names}'}.")
    return str(found[0].public_id)


# ------------------------------------------------------------------ the command line


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _at_desk(run: Callable[[PeopleDesk], None]) -> Callable[[Settings, Database, argparse.Namespace, Say], None]:
    def command(settings: Settings, database: Database, options: argparse.Namespace, say: Say) -> None:
        check_migrated(database, DatabaseRole.JOBS)
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            organisation = act_for_named(connection, options.organisation)
        clock = system_clock
        acts = PeopleAdministration(database, clock, settings.public_url, organisation, operator(options.by))
        run(PeopleDesk(database, options, say, organisation, acts, clock))

    return command


def add_people_commands(commands: Commands) -> None:
    """Adds `people` with its commands. Each sets `run(settings, database, options, say)`."""
    people = commands.add_parser("people", help="find, open, give roles, merge").add_subparsers(required=True)

    def command(name: str, run: Callable[[PeopleDesk], None], *positional: str) -> argparse.ArgumentParser:
        made = people.add_parser(name, help=(run.__doc__ or "").partition(".")[0])
        for each in positional:
            made.add_argument(each, help='a public id, an account "issuer kind value", or the value alone')
        made.add_argument("--organisation", required=True, help="its short name")
        made.add_argument("--by", default="", help="who decides it, for the audit")
        made.set_defaults(run=_at_desk(run))
        return made

    listing = command("find", find)
    listing.add_argument("words", nargs="?", default="", help="parts of names, an address, a sender's name, an id")
    listing.add_argument("--role", choices=[role.value for role in HeldBy])
    listing.add_argument("--state", choices=[state.value for state in PersonState])
    listing.add_argument("--course", help="a public id, or words that only one course has")
    listing.add_argument("--page", type=int, default=1)
    command("show", show, "person")
    command("test", set_test, "person").add_argument("value", choices=[ON, OFF, SOURCES])
    given = command("grant", grant, "person")
    given.add_argument("--role", required=True, type=Role, choices=list(Role))
    given.add_argument("--course", required=True, help="a public id, or words that only one course has")
    given.add_argument("--section", help="what it is called; without it, the whole course")
    given.add_argument("--from", dest="first", type=date.fromisoformat, help="the first day; without it, from now on")
    given.add_argument("--to", dest="last", type=date.fromisoformat, help="the last day; without it, until it is ended")
    command("end", end, "person").add_argument("membership", type=int, help="its number, as show tells it")
    command("administrator", administrator, "person").add_argument("value", choices=[ON, OFF])
    command("advise", advise, "person", "learner").add_argument("value", choices=[ON, OFF])
    command("account", open_account, "person").add_argument("--name", required=True, help="with which they sign in")
    merging = command("merge", merge, "kept", "absorbed")
    merging.add_argument("--reason", default="merged by the administration", help="for the list of merges")
    merging.add_argument("--yes", action="store_true", help="do it")
