"""Rows of a Moodle's log in both of its forms: as the table, and as the report that Moodle makes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.ingest.history.written_out import LOG, write_table

REPORT = (
    *("Time", "User full name", "Affected user", "Event context", "Component", "Event name", "Description", "Origin"),
    "IP address",
)
ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Row:
    """One row of the log, with the words of its description."""

    number: int
    name: str
    says: str
    """The description; {user}, {related}, {object}, {module}, {course} are filled in."""
    at: int
    user: int = 5
    course: int = 3
    module: int | None = None
    about: int | None = None
    related: int | None = None
    real: int | None = None
    anonymous: int = 0

    def as_table(self) -> Sequence[object]:
        component, _, _ = self.name.lstrip("\\").partition("\\")
        action = self.name.rpartition("_")[2]
        level, instance = (70, self.module) if self.module is not None else (50, self.course)
        return (
            *(self.number, self.name, component, action, "target", "", self.about or "", "r", 2, 100 + self.number),
            *(level, instance, self.user, self.course, self.related or "", self.anonymous, "N;", self.at, "web"),
            *("192.0.2.1", self.real or ""),
        )

    def as_report(self, form: str = "%d/%m/%y, %H:%M:%S") -> Sequence[object]:
        local = datetime.fromtimestamp(self.at, ZONE)
        who = f"User {self.user}" if self.real is None else f"User {self.real} as User {self.user}"
        affected = "-" if self.related in (None, self.user) else f"User {self.related}"
        says = self.says.format(
            user=self.user, related=self.related, object=self.about, module=self.module, course=self.course
        )
        return local.strftime(form), who, affected, "Course: C", "System", self.name, says, "web", "192.0.2.1"


def write_log(path: Path, rows: Iterable[Row]) -> Path:
    return write_table(path, LOG, [row.as_table() for row in rows])


def write_report(path: Path, rows: Iterable[Row], form: str = "%d/%m/%y, %H:%M:%S") -> Path:
    """Moodle shows the newest first."""
    return write_table(path, REPORT, [row.as_report(form) for row in sorted(rows, key=lambda row: -row.at)])


_BEGIN = 1_772_440_200
"""2 March 2026, 9:30 in Berlin."""


_VIEWED = "The user with id '{user}' viewed the '%s' activity with course module id '{module}'."
_ATTEMPT = (
    "The user with id '{related}' has %s the attempt with id '{object}' for the quiz with course module id '{module}'."
)
_KINDS: list[tuple[str, str, dict[str, int]]] = [
    *[
        ("\\core\\event\\course_viewed", "The user with id '{user}' viewed the course with id '{course}'.", {}),
        *[
            (f"\\mod_{name}\\event\\course_module_viewed", _VIEWED % name, {"module": number, "about": number})
            for number, name in enumerate(("quiz", "forum", "page", "assign", "resource"), 20)
        ],
    ]
    * 3,
    ("\\mod_quiz\\event\\attempt_started", _ATTEMPT % "started", {"module": 20, "about": 812, "related": -1}),
    ("\\mod_quiz\\event\\attempt_submitted", _ATTEMPT % "submitted", {"module": 20, "about": 812, "related": -1}),
    (
        "\\mod_assign\\event\\assessable_submitted",
        "The user with id '{user}' has submitted the submission with id '{object}' for the assignment with course"
        " module id '{module}'.",
        {"module": 23, "about": 9},
    ),
    (
        "\\mod_forum\\event\\discussion_created",
        "The user with id '{user}' has created the discussion with id '{object}' in the forum with course module id"
        " '{module}'.",
        {"module": 21, "about": 4},
    ),
    (
        "\\mod_forum\\event\\post_created",
        "The user with id '{user}' has created the post with id '{object}' in the discussion with id '4' in the forum"
        " with course module id '{module}'.",
        {"module": 21, "about": 44},
    ),
    (
        "\\mod_forum\\event\\discussion_subscription_created",
        "The user with id '{user}' subscribed the user with id '{user}' to the discussion with id '4' in the forum with"
        " the course module id '{module}'.",
        {"module": 21},
    ),
    (
        "\\core\\event\\course_completed",
        "The user with id '{related}' completed the course with id '{course}'.",
        {"related": -1},
    ),
    (
        "\\core\\event\\user_graded",
        "The user with id '{user}' updated the grade with id '8' for the user with id '6' for the grade item with id"
        " '2'.",
        {},
    ),
    (
        "\\core\\event\\course_module_completion_updated",
        "The user with id '{user}' updated the completion state for the course module with id '{module}' for the user"
        " with id '{user}'.",
        {"module": 22},
    ),
    (
        "\\core\\event\\user_enrolment_created",
        "The user with id '{user}' enrolled the user with id '9' using the enrolment method 'manual' in the course with"
        " id '{course}'.",
        {},
    ),
]
"""Names and descriptions as Moodle writes them. `related` -1: the person."""


def week() -> list[Row]:
    """Some of everything that the log of a course has, by three people, with repetitions within a second."""
    rows: list[Row] = []
    for name, says, more in _KINDS:
        for user in (5, 6, 7):
            number = len(rows) + 1
            given = {"related": user} if "related" in more else {}
            rows.append(Row(number, name, says, _BEGIN + 37 * number, user, **{**more, **given}))
    # The same second, the same page, twice and three times: all of them happened.
    again = [row for row in rows if "forum" in row.name and "viewed" in row.name]
    for row in [*again, *again[:2]]:
        rows.append(Row(len(rows) + 1, row.name, row.says, row.at, row.user, module=row.module, about=row.about))
    viewed = rows[0]
    rows.append(Row(len(rows) + 1, viewed.name, viewed.says, _BEGIN + 5, 1))
    rows.append(Row(len(rows) + 1, viewed.name, viewed.says, _BEGIN + 6, 0))
    rows.append(Row(len(rows) + 1, viewed.name, viewed.says, _BEGIN + 7, 5, real=2))
    return rows
