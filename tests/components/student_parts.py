"""What stands below the fold of a learner's page, filled in the ways in which readers meet it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from dash.development.base_component import Component

from dashapp.components import student_further
from dashapp.components.links import Links
from dashapp.components.student_further import OwnPart
from dashapp.domain.audit import Opening, ViewerRole
from dashapp.domain.views import StudentView
from dashapp.domain.views.student_further import OwnState, Stored, StudentFurtherView, WatchedVideo
from dashapp.figures import Screen
from tests.components import samples
from tests.components.student_samples import outlook

VIDEOS = (WatchedVideo("CCC", "Loops", 540.0, 720.0), WatchedVideo("EEE", "Recursion", 300.0, None))
STORED = Stored(date(2026, 2, 2), days=48, events=412, activities=56, submissions=5, answers=40, stretches=3)


class OWN_PAGE_PART:  # noqa: N801 # stands where the other parts are modules
    """The part as it stands on one's own page."""

    PART = student_further.PART
    CARDS = student_further.CARDS
    slots = staticmethod(student_further.slots)

    @staticmethod
    def body() -> Component:
        return student_further.body(own=True)


def own(goal: int | None = 70, *, spread: bool = True, stored: Stored = STORED) -> OwnPart:
    goals = ((samples.CCC.public_id, goal),) if goal is not None else ()
    opened = tuple(
        Opening(ViewerRole.STAFF, name, datetime(2026, 5, 5, 9, tzinfo=UTC), 2) for name in samples.NAMES[:4]
    )
    return OwnPart(OwnState(stored, goals), opened, spread, 365)


def one_course() -> StudentView:
    """The same learner with one course in view."""
    view = samples.student()
    return replace(view, chosen=samples.CCC.public_id, content=replace(view.content, outlooks=(outlook(),)))


def filled(
    view: StudentView | None = None,
    part: OwnPart | None = None,
    videos: tuple[WatchedVideo, ...] = VIDEOS,
    screen: Screen | None = None,
) -> Mapping[str, Any]:
    page = view or one_course()
    found = StudentFurtherView(samples.FRESH, videos)
    return student_further.fill(found, page, screen or Screen(), Links(), part)


def filled_everyhow(screen: Screen) -> list[Mapping[str, Any]]:
    """With and without a goal, for oneself and for others, full and empty."""
    several = replace(one_course(), content=replace(one_course().content, outlooks=(outlook(), outlook())))
    changes: tuple[dict[str, float | bool], ...] = (
        {"rest": 0.0},
        {"missing": 10.0, "weighted": False},
        {"earned": 0.0, "graded": 0.0, "rest": 0.0},
    )
    views = [
        replace(one_course(), content=replace(one_course().content, outlooks=(outlook(**each),))) for each in changes
    ]
    parts = [own(), own(None, spread=False), own(stored=Stored()), None]
    pages = [filled(view, part, screen=screen) for view in (one_course(), several, *views) for part in parts]
    return [*pages, filled(samples.new_student(), own(None), (), screen)]


def filled_parts() -> dict[str, tuple[Any, Mapping[str, Any]]]:
    empty = own(None, spread=False, stored=Stored())
    found = {
        "own further": filled(part=own()),
        "further by name": filled(),
        "new student further": filled(samples.new_student(), empty, ()),
    }
    return {name: (OWN_PAGE_PART, values) for name, values in found.items()}
