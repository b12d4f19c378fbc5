"""Rows of `web_logs`: one per request that a browser has made. Only those that a learner means are counted."""

import re
from collections.abc import Sequence
from typing import Final

from dashapp.domain.events import ActivityType, Event, Identifier, LearningEvent, Verb
from ingest.history.canvas.naming import Names
from ingest.history.event_ids import named_id
from ingest.history.recorded import BadValue, Notes
from ingest.history.values import moment, needed, whole

NEEDED: Final = ("id", "timestamp", "user_id", "course_id", "url", "http_method")
COLUMNS: Final = (
    *NEEDED,
    *("real_user_id", "quiz_id", "discussion_id", "assignment_id", "http_status"),
    *("web_application_controller", "web_application_action", "meta.action"),
)
NOBODY: Final = "requests of nobody who was signed in"
MASQUERADE: Final = "done by somebody who acted as another person"
OUTSIDE: Final = "requests outside of courses"
FAILED: Final = "requests that failed or led elsewhere"
BACKGROUND: Final = "requests that pages make by themselves"
DELETED: Final = "rows that Canvas has deleted"
NAMELESS: Final = "of accounts without the name that people are called by"
_BY_THEMSELVES: Final = frozenset(
    {
        *("ping", "page_views", "unread_count", "todo_item_count", "todo_items", "dashboard_activities", "poll"),
        *("backup", "mark_read", "mark_as_read", "log_event", "activity_stream_summary", "history", "web_app_manifest"),
        *("user_close_notification", "collapse", "toggle_collapse", "assignment_info", "visible_course_nav_tools"),
    }
)
"""Actions of Canvas that nobody has clicked."""
_PAGE: Final = re.compile(r"/courses/\d+/(?:pages|wiki)/([^/?#]+)")
_FILE: Final = re.compile(r"/files/(\d+)")
_TOOL: Final = re.compile(r"/external_tools/(\d+)")


class Requests:
    """Reads requests of one Canvas."""

    def __init__(self, names: Names, origin: str, notes: Notes) -> None:
        """`origin` tells this Canvas's rows from those of another one. Unknown controllers are counted in `notes`."""
        self._names = names
        self._origin = origin
        self._notes = notes

    def read(self, values: Sequence[str]) -> Sequence[Event] | str:
        """The event of a request, or why it is none."""
        number, stamp, user, course, url, method, real, quiz, talk, work, status, controller, action, change = values
        if change == "D":
            return DELETED
        if not user:
            return NOBODY
        if real and real != user:
            return MASQUERADE
        if not course:
            return OUTSIDE
        if status and not status.startswith("2") and status != "304":
            return FAILED
        if action in _BY_THEMSELVES or "/api/" in url or url.startswith("/api"):
            return BACKGROUND
        person = self._names.person(needed(user, "user_id"))
        if person is None:
            return NAMELESS
        at = moment(stamp, "timestamp")
        if at is None:
            raise BadValue("timestamp", "no time stands there")
        if not number:
            raise BadValue("id", "nothing stands there")
        where = needed(course, "course_id")
        activity, kind = self._activity(where, url, (work, quiz, talk))
        verb = Verb.VIEWED if method in ("GET", "HEAD") else Verb.INTERACTED
        if activity is None and controller not in ("courses", "context_modules", "wiki_pages", ""):
            self._notes.unknown[f"{controller}#{action}"] += 1
        return (
            LearningEvent(
                named_id("canvas-request", self._origin, number),
                verb,
                person,
                self._names.course(where),
                at,
                activity=activity,
                activity_type=kind,
            ),
        )

    def _activity(
        self, course: int, url: str, ids: tuple[str, str, str]
    ) -> tuple[Identifier | None, ActivityType | None]:
        """What a request is about. Work that is handed in is called by its assignment, quizzes and discussions too."""
        work, quiz, talk = ids
        names = self._names
        if work and (number := whole(work, "assignment_id")) is not None:
            return names.activity("assignment", number), None
        if quiz and (number := whole(quiz, "quiz_id")) is not None:
            return names.activity("quiz", number), ActivityType.QUIZ
        if talk and (number := whole(talk, "discussion_id")) is not None:
            return names.activity("discussion", number), ActivityType.FORUM
        for pattern, what, kind in (
            (_FILE, "attachment", ActivityType.RESOURCE),
            (_TOOL, "external_tool", ActivityType.EXTERNAL_TOOL),
        ):
            if (found := pattern.search(url)) is not None:
                return names.activity(what, int(found[1][:18])), kind
        if (found := _PAGE.search(url)) is not None:
            return names.page(course, found[1]), ActivityType.PAGE
        return None, None
