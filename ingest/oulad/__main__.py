"""`python -m ingest.oulad ARCHIVE`: replays the published OULAD archive into an organisation of its own."""

import argparse
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

from tqdm import tqdm

from dashapp.data.database import database_from
from dashapp.data.migrations import migrate
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import AnalyticsError, SettingsError
from dashapp.settings import load_settings
from ingest.history.terminal import INTERRUPTED, Terminal, interruptible
from ingest.history.ways import Refusal, Through
from ingest.oulad.archive import ArchiveError, open_archive
from ingest.oulad.importing import Importer, Tally, Wishes


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when all is in, 1 where the database or the broker is away, 2 for a wrong archive, wish or setting,
    130 when it was interrupted; the same command goes on then."""
    chosen = _parser().parse_args(arguments)
    try:
        archive = open_archive(chosen.archive)
        settings = load_settings()
        with closing(database_from(settings)) as database:
            if settings.database_url is None:
                migrate(database)
            importer = Importer(settings, database, archive, _wishes(chosen), system_clock)
            with (
                interruptible(importer.stop),
                tqdm(total=importer.rows(), initial=importer.rows_done(), unit=" rows", mininterval=0.5) as bar,
            ):
                tally = importer.run(Terminal(bar, lambda tally: tally.rows))
            print(_summary(tally))
            return 0 if tally.finished else INTERRUPTED
    except (ArchiveError, Refusal, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    except AnalyticsError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest.oulad", description=__doc__)
    parser.add_argument(
        "archive", type=Path, metavar="ARCHIVE", help="the directory or zip file of the seven CSV files"
    )
    parser.add_argument(
        "--shift-to",
        type=date.fromisoformat,
        metavar="DATE",
        help="the last presentation ends in the week before this day; by default yesterday",
    )
    parser.add_argument("--speed", type=_speed, default=None, metavar="N", help="at most N events a second, or max")
    parser.add_argument("--only", type=_modules, default=frozenset(), metavar="MODULE,…", help="only these modules")
    parser.add_argument("--organisation", default="oulad", metavar="NAME", help="short name of the organisation")
    parser.add_argument("--administrator", metavar="NAME", help="makes somebody of this name administrator of it")
    parser.add_argument(
        "--through",
        type=Through,
        choices=list(Through),
        help="by default kafka where KAFKA_BROKERS is set, else here: counted by this process",
    )
    return parser


def _wishes(chosen: argparse.Namespace) -> Wishes:
    return Wishes(
        organisation=chosen.organisation,
        last_day=chosen.shift_to,
        only=chosen.only,
        speed=chosen.speed,
        administrator=chosen.administrator,
        through=chosen.through,
    )


def _speed(word: str) -> int | None:
    if word == "max":
        return None
    speed = int(word)
    if speed < 1:
        raise ValueError
    return speed


def _modules(word: str) -> frozenset[str]:
    return frozenset(module.strip() for module in word.split(",") if module.strip())


def _summary(tally: Tally) -> str:
    counted = f"{tally.new:,} new events, {tally.seen:,} known already, {tally.refused:,} refused."
    sentences = [f"{tally.sent:,} events sent." if tally.sent else counted]
    if tally.held_back:
        sentences.append(
            f"{tally.held_back:,} rows lie after today by the shift and were left out;"
            " an earlier --shift-to takes them in."
        )
    if not tally.finished:
        sentences.append("Interrupted: the same command goes on from here.")
    return " ".join(sentences)


if __name__ == "__main__":
    sys.exit(main())
