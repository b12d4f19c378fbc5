"""How a Moodle's people, courses and activities are called here: as its xAPI plugins call them.

So a live feed of statements and the history meet in the same people, courses and activities.
"""

from datetime import UTC, datetime
from typing import Final

from dashapp.domain.events import ActivityType, CourseDescribed, Identifier
from ingest.history.event_ids import named_id
from ingest.native import ACTIVITY_KIND, COURSE_KIND, PERSON_KIND
from ingest.xapi.belonging import OUTSIDE, OUTSIDE_TITLE

SITE_COURSE: Final = 1
"""The course that Moodle's front page is."""
GUEST: Final = 1
"""The account of visitors who have not signed in; accounts below are the system."""
LONG_AGO: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""When a description was made of which nobody knows: any other one holds against it."""
MODULE_TYPES: Final = {
    "assign": ActivityType.ASSIGNMENT,
    "assignment": ActivityType.ASSIGNMENT,
    "bigbluebuttonbn": ActivityType.COLLABORATION,
    "book": ActivityType.PAGE,
    "chat": ActivityType.COLLABORATION,
    "folder": ActivityType.RESOURCE,
    "forum": ActivityType.FORUM,
    "hsuforum": ActivityType.FORUM,
    "lesson": ActivityType.PAGE,
    "lti": ActivityType.EXTERNAL_TOOL,
    "page": ActivityType.PAGE,
    "quiz": ActivityType.QUIZ,
    "resource": ActivityType.RESOURCE,
    "scorm": ActivityType.EXTERNAL_TOOL,
    "turnitintooltwo": ActivityType.ASSIGNMENT,
    "url": ActivityType.RESOURCE,
    "wiki": ActivityType.COLLABORATION,
    "workshop": ActivityType.ASSIGNMENT,
}
"""Module → what it is; any other is `other`. docs/history.md has the same table."""


class Names:
    """The identifiers of one Moodle."""

    def __init__(self, site: str, issuer: str) -> None:
        """`site`: its address, as its plugins send it; `issuer` is the source's, for courses and activities."""
        self.site = site.rstrip("/")
        self._issuer = issuer
        self._outside_told = False
        self._people: dict[int, Identifier] = {}
        self._courses: dict[int, Identifier] = {}
        self._activities: dict[tuple[str, int], Identifier] = {}

    def person(self, number: int) -> Identifier:
        """An account."""
        found = self._people.get(number)
        if found is None:
            found = self._people[number] = Identifier(self.site, PERSON_KIND, str(number))
        return found

    def course(self, number: int) -> Identifier:
        """A course; the front page and what lies in no course are outside of courses."""
        found = self._courses.get(number)
        if found is None:
            value = f"{self.site}/course/view.php?id={number}" if number > SITE_COURSE else OUTSIDE
            found = self._courses[number] = Identifier(self._issuer, COURSE_KIND, value)
        return found

    def outside(self) -> CourseDescribed | None:
        """What is outside of courses is called so; told once."""
        if self._outside_told:
            return None
        self._outside_told = True
        event_id = named_id("moodle-outside", self.site)
        return CourseDescribed(event_id, self.course(SITE_COURSE), LONG_AGO, title=OUTSIDE_TITLE)

    def activity(self, module: str, number: int) -> Identifier:
        """A course module: `number` is its id, not that of the quiz or the page in it."""
        found = self._activities.get((module, number))
        if found is None:
            value = f"{self.site}/mod/{module}/view.php?id={number}"
            found = self._activities[module, number] = Identifier(self._issuer, ACTIVITY_KIND, value)
        return found


def type_of_module(module: str) -> ActivityType:
    """What an activity of a module is."""
    return MODULE_TYPES.get(module, ActivityType.OTHER)
