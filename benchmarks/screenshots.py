"""Pictures of the three dashboards for `docs/screenshots`: `python -m benchmarks.screenshots --data-dir DATA_DIR`.

Of the largest course under way of an existing embedded database, for example one into which the published OULAD archive
was imported (`DATA_DIR=… python -m ingest.oulad ARCHIVE`): whose learners have no names, so that no picture tells of
anybody. Light and dark, on a screen and on a phone.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext
from sqlalchemy import text

from benchmarks.browser import imported_site
from benchmarks.sites import REPOSITORY, Visitor, chromium
from dashapp.data.database import Database
from dashapp.domain.keys import PublicId

MOST_MILLISECONDS = 120_000
PAGES = ("student", "classroom", "institution")
SETTLED = """() => {
  const page = document.querySelector('.la-page:not(.la-loading)');
  const seen = page ? [...page.querySelectorAll('.la-plot')] : [];
  const near = seen.filter((plot) => plot.checkVisibility() && plot.getBoundingClientRect().top < innerHeight);
  return page && near.every((plot) => plot.querySelector('.la-over')?.childElementCount
    || plot.querySelector('.cartesianlayer .trace, .cartesianlayer .hm image'));
}"""
"""Everything that the picture shows is drawn: what lies further down may not be asked for yet."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a page that a picture shows."""

    name: str
    width: int
    height: int


FRAMES = (Frame("desktop", 1280, 1600), Frame("phone", 360, 1600))


def main(arguments: Sequence[str] | None = None) -> int:
    """Takes all pictures and prints their sizes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screenshots", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="DATA_DIR of an existing embedded database")
    parser.add_argument("--to", type=Path, default=REPOSITORY / "docs" / "screenshots", help="the folder for them")
    chosen = parser.parse_args(arguments)
    chosen.to.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, imported_site(chosen.data_dir) as (site, (student, teacher, dean)):
        student = replace(student, public_id=_typical_learner(site.database, student))
        for page, visitor in zip(PAGES, (student, teacher, dean), strict=True):
            for frame in FRAMES:
                for theme in ("light", "dark"):
                    path = chosen.to / f"{page}-{frame.name}-{theme}.png"
                    _take(site.enter(browser, visitor, **_look(frame, theme)), site.base + visitor.path, path)
                    print(f"{path.name}: {path.stat().st_size / 1000:.0f} KB")
    return 0


def _look(frame: Frame, theme: str) -> dict[str, Any]:
    viewport = {"width": frame.width, "height": frame.height}
    return {"viewport": viewport, "color_scheme": theme, "reduced_motion": "reduce"}


def _take(context: BrowserContext, address: str, path: Path) -> None:
    page = context.new_page()
    page.set_default_timeout(MOST_MILLISECONDS)
    page.goto(address)
    page.wait_for_function(SETTLED)
    # What stands below the fold is asked for once it comes near.
    page.wait_for_load_state("networkidle")
    page.wait_for_function(SETTLED)
    page.screenshot(path=path)
    context.close()


def _typical_learner(database: Database, student: Visitor) -> PublicId:
    """Of the learners of the course on the first visitor's page, the one in the middle by days with activity lately."""
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        values = {"organisation": student.organisation_id, "person": student.public_id}
        return PublicId(connection.execute(_TYPICAL, values).scalar_one())


_TYPICAL = text("""
WITH course AS (SELECT m.scope_id AS course_id FROM memberships m JOIN people p USING (organisation_id, person_id)
    WHERE m.organisation_id = :organisation AND p.public_id = :person AND m.scope_kind = 'course' AND m.ends_at IS NULL
    ORDER BY m.starts_at DESC NULLS LAST LIMIT 1),
  active AS (SELECT d.person_id, count(*) AS days FROM learner_course_days d JOIN course USING (course_id)
    JOIN memberships m ON m.organisation_id = d.organisation_id AND m.person_id = d.person_id
      AND m.scope_kind = 'course' AND m.scope_id = d.course_id AND m.role = 'learner' AND m.ends_at IS NULL
    WHERE d.organisation_id = :organisation AND d.day > (SELECT max(day) - 60 FROM learner_course_days x
      WHERE x.organisation_id = :organisation AND x.course_id = d.course_id) GROUP BY 1)
SELECT p.public_id FROM active a JOIN people p ON p.organisation_id = :organisation AND p.person_id = a.person_id
ORDER BY a.days, p.person_id OFFSET (SELECT count(*) / 2 FROM active) LIMIT 1
""")


if __name__ == "__main__":
    raise SystemExit(main())
