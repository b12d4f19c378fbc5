"""`python -m ingest.replay`: what was refused, listed, looked at, and sent through the transport again.

python -m ingest.replay --list --reason unknown_source
python -m ingest.replay --source lms --since 2026-03-01 --dry-run
python -m ingest.replay --source lms --since 2026-03-01
"""

import argparse
import getpass
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final, TextIO

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.queries.letters import count_letters, list_letters, look_at
from dashapp.data.store import letter_replays
from dashapp.data.store.organisations import find_organisation
from dashapp.domain.errors import NotFound
from dashapp.domain.events import RefusalReason
from dashapp.domain.letters import LetterChoice, LetterState, Replay, ReplayState
from dashapp.ending import Waiting
from dashapp.settings import Settings
from ingest.commanding import run_until_asked
from ingest.letters import LetterMover, Producer

BAR: Final = 30
LISTED: Final = 1_000
LOOK_SECONDS: Final = 0.5
"""Between two looks at how far the ingest is with what was moved."""
WAIT_SECONDS: Final = 60.0
"""How long the command waits for the ingest to take up what was moved, without any change, before it goes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 0: done; 1: stopped, or something is away; 2: a wrong setting or argument."""
    options = _parser().parse_args(arguments)
    return run_until_asked(
        lambda settings, database, stopping: Command(settings, database, stopping, sys.stdout).run(options)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest.replay",
        description="Sends refused events through the transport again: those that are chosen, else all that are open.",
    )
    parser.add_argument("--reason", type=RefusalReason, choices=list(RefusalReason), metavar="REASON")
    parser.add_argument("--source", help="the name of the sender")
    parser.add_argument("--topic")
    parser.add_argument("--organisation", help="the short name of one organisation; else of all, and of none")
    parser.add_argument("--since", type=_instant, help="last seen at or after this: 2026-03-01, or with a time")
    parser.add_argument("--id", type=int, action="append", dest="ids", help="one letter; may be given several times")
    parser.add_argument("--dry-run", action="store_true", help="only say how many it would be")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="list the letters and replay nothing")
    what.add_argument("--show", type=int, metavar="ID", help="print the bytes of a letter; this is recorded")
    what.add_argument("--stop", type=int, metavar="REPLAY", help="stop a replay that is running")
    what.add_argument("--resume", type=int, metavar="REPLAY", help="go on with a replay that was stopped")
    return parser


def _instant(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date: write it like 2026-03-01 or 2026-03-01T10:00") from None
    return given if given.tzinfo is not None else given.replace(tzinfo=UTC)


class Command:
    """One run of the command."""

    def __init__(self, settings: Settings, database: Database, stopping: Waiting, out: TextIO) -> None:
        self._settings = settings
        self._database = database
        self._stopping = stopping
        self._out = out
        self._actor = f"operator:{getpass.getuser()}"

    def run(self, options: argparse.Namespace) -> int:
        """Does what the options ask for; gives the exit code."""
        if options.show is not None:
            return self._show(options.show)
        if options.stop is not None:
            return self._stop(options.stop)
        if options.resume is not None:
            with self._transaction() as connection:
                if not letter_replays.resume_replay(connection, options.resume, self._actor):
                    raise NotFound(f"Replay {options.resume} has not been stopped.")
            return self._work(options.resume)
        choice = self._choice(options)
        if options.list:
            return self._list(choice)
        if options.dry_run:
            with self._transaction() as connection:
                whole, cut = count_letters(connection, choice)
            self._say(f"{whole} letters would be replayed." + (f" {cut} were not kept whole." if cut else ""))
            return 0
        with self._transaction() as connection:
            replay_id = letter_replays.request_replay(connection, choice, self._actor)
        if replay_id is None:
            self._say("There is nothing to replay.")
            return 0
        return self._work(replay_id)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return self._database.transaction(DatabaseRole.JOBS, None)

    def _choice(self, options: argparse.Namespace) -> LetterChoice:
        organisation = None
        if options.organisation is not None:
            with self._transaction() as connection:
                organisation = find_organisation(connection, options.organisation)
            if organisation is None:
                raise NotFound(f"There is no organisation named {options.organisation}.")
        return LetterChoice(
            organisation_id=organisation,
            reason=options.reason,
            sender=options.source,
            topic=options.topic,
            state=LetterState.OPEN,
            since=options.since,
            ids=None if options.ids is None else tuple(options.ids),
        )

    def _list(self, choice: LetterChoice) -> int:
        with self._transaction() as connection:
            rows = list_letters(connection, choice, LISTED)
        if not rows:
            self._say("Nothing was refused.")
        for row in rows:
            seen = f"{row.last_seen_at:%Y-%m-%d %H:%M:%S}"
            where = f"{row.sender or '?'} on {row.topic}"
            self._say(f"{row.letter_id:>8}  {seen}  {row.count:>6} x  {row.reason:<20}  {where}  {row.detail}")
        return 0

    def _show(self, letter_id: int) -> int:
        with self._transaction() as connection:
            letter = look_at(connection, None, letter_id, self._actor)
        row = letter.row
        self._say(f"{row.reason}: {row.detail}")
        self._say(f"{row.count} x from {row.sender or 'an unknown sender'} on {row.topic}, {letter.body_bytes} bytes")
        # A terminal obeys control characters: they are written as escapes.
        self._say(letter.body.decode("utf-8", "backslashreplace").encode("unicode_escape").decode())
        return 0

    def _stop(self, replay_id: int) -> int:
        with self._transaction() as connection:
            if not letter_replays.stop_replay(connection, replay_id, self._actor):
                raise NotFound(f"Replay {replay_id} is not running.")
        self._say(f"Replay {replay_id} is stopped. --resume {replay_id} goes on with it.")
        return 0

    def _work(self, replay_id: int) -> int:
        """Moves the letters, then waits until the ingest has decided about them."""
        producer = Producer(self._settings)
        mover = LetterMover(self._settings, self._database, producer)
        try:
            while not self._stopping.is_set():
                letter_replays.move_portion(self._database, DatabaseRole.JOBS, replay_id, mover.move)
                replay = self._read(replay_id)
                self._draw(replay)
                if replay.state is not ReplayState.RUNNING:
                    return self._await(replay)
        finally:
            producer.close()
        self._out.write("\n")
        return self._stop(replay_id) or 1

    def _await(self, replay: Replay) -> int:
        changed_at = time.monotonic()
        while replay.under_way and not self._stopping.wait(LOOK_SECONDS):
            found = self._read(replay.replay_id)
            if found.under_way != replay.under_way:
                changed_at = time.monotonic()
            replay = found
            self._draw(replay)
            if time.monotonic() - changed_at > WAIT_SECONDS:
                break
        self._out.write("\n")
        self._say(f"Replay {replay.replay_id}: {replay.came_through} came through, {replay.refused} refused again.")
        if replay.under_way:
            self._say(f"{replay.under_way} are in the transport: the ingest decides about them when it takes them.")
        return 0

    def _read(self, replay_id: int) -> Replay:
        with self._transaction() as connection:
            return letter_replays.read_replay(connection, replay_id)

    def _draw(self, replay: Replay) -> None:
        done = replay.came_through + replay.refused
        share = min(1.0, (replay.moved + done) / max(1, 2 * replay.total))
        bar = "#" * int(BAR * share)
        words = f"{replay.moved} of {replay.total} moved, {replay.came_through} through, {replay.refused} refused"
        self._out.write(f"\r[{bar:<{BAR}}] {words}")
        self._out.flush()

    def _say(self, sentence: str) -> None:
        self._out.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
