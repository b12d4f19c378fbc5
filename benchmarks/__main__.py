"""Measures everything that docs/performance.md states, one benchmark after the other: `python -m benchmarks [NAME]`."""

import sys

from benchmarks import (
    administration,
    answers,
    audit,
    beside_exports,
    bodies,
    browser,
    cards,
    collector,
    crowd,
    dashboards,
    drain,
    exports,
    guard,
    history,
    latency,
    launch,
    pages,
    painting,
    people,
    rebuild,
    report_builder,
    roster,
    schedules,
    school,
    starting,
)

ALL = {
    "drain": drain.main,
    "latency": latency.main,
    "rebuild": rebuild.main,
    "collector": collector.main,
    "bodies": bodies.main,
    "pages": pages.main,
    "dashboards": dashboards.main,
    "crowd": crowd.main,
    "browser": browser.main,
    "painting": painting.main,
    "report_builder": report_builder.main,
    "launch": launch.main,
    "starting": starting.main,
    "guard": guard.main,
    "audit": audit.main,
    "roster": roster.main,
    "history": history.main,
    "school": school.main,
    "people": people.main,
    "administration": administration.main,
    "exports": exports.main,
    "beside_exports": beside_exports.main,
    "cards": cards.main,
    "answers": answers.main,
    "schedules": schedules.main,
}


def main(names: list[str]) -> int:
    """Runs the named ones, or all; gives how many of them failed."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. There are {', '.join(ALL)}.", file=sys.stderr)
        return 2
    failed = 0
    for name in names or ALL:
        print(f"\n=== {name}", flush=True)
        failed += ALL[name]([]) != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
