"""What Moodle's events mean here, the same in both forms of the log: by their name in the table, by the wording of
their description in the report. Descriptions are English in every Moodle; names and columns are translated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashapp.domain.events import Verb

BY_TABLES = "grades, completion and enrolments: they are read from their own tables"
NOBODY = "by guests and by the system"
ANONYMOUS = "answers that Moodle keeps anonymous"
MASQUERADE = "done by somebody who was signed in as another person"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event is. `numbered`: its object is an attempt; `posted`: its object is a post."""

    verb: Verb
    numbered: bool = False
    posted: str | None = None
    known: bool = True


VIEWED: Final = Meaning(Verb.VIEWED)
OTHER: Final = Meaning(Verb.INTERACTED, known=False)
_STARTED: Final = Meaning(Verb.STARTED, numbered=True)
_HANDED_IN: Final = Meaning(Verb.SUBMITTED, numbered=True)
_SUBMITTED: Final = Meaning(Verb.SUBMITTED)
_COMPLETED: Final = Meaning(Verb.COMPLETED)
_INTERACTED: Final = Meaning(Verb.INTERACTED)
_OPENED: Final = Meaning(Verb.POSTED, posted="discussion-")
_POSTED: Final = Meaning(Verb.POSTED, posted="")

BY_NAME: Final[Mapping[str, Meaning | None]] = MappingProxyType(
    {
        "\\core\\event\\course_viewed": VIEWED,
        "\\core\\event\\course_completed": _COMPLETED,
        "\\mod_quiz\\event\\attempt_started": _STARTED,
        "\\mod_quiz\\event\\attempt_submitted": _HANDED_IN,
        "\\mod_assign\\event\\assessable_submitted": _SUBMITTED,
        "\\mod_assign\\event\\submission_created": _INTERACTED,
        "\\mod_assign\\event\\submission_updated": _INTERACTED,
        "\\mod_workshop\\event\\submission_created": _SUBMITTED,
        "\\mod_lesson\\event\\lesson_ended": _COMPLETED,
        "\\mod_forum\\event\\discussion_created": _OPENED,
        "\\mod_forum\\event\\post_created": _POSTED,
        "\\core\\event\\user_graded": None,
        "\\core\\event\\course_module_completion_updated": None,
        "\\core\\event\\user_enrolment_created": None,
        "\\core\\event\\user_enrolment_updated": None,
        "\\core\\event\\user_enrolment_deleted": None,
        "\\core\\event\\role_assigned": None,
        "\\core\\event\\role_unassigned": None,
    }
)
"""Name of the event → what it is; None: it is read from another table."""

OF_ANOTHER: Final = frozenset(
    {
        "\\core\\event\\course_completed",
        "\\mod_quiz\\event\\attempt_started",
        "\\mod_quiz\\event\\attempt_submitted",
        "\\mod_assign\\event\\assessable_submitted",
    }
)
"""Events of the person they are related to: the system or a teacher may have caused them."""

_MODULE_WORDS: Final = MappingProxyType({"assignment": "assign"})
_USER = r"^The user with id '(-?\d+)' "
_MODULE = r"with (?:the )?course module id '\d+'"
BY_WORDING: Final[tuple[tuple[re.Pattern[str], Meaning | None, str | None], ...]] = tuple(
    (re.compile(_USER + pattern), meaning, module)
    for pattern, meaning, module in (
        (r"has submitted the attempt with id '(\d+)' for the quiz " + _MODULE, _HANDED_IN, "quiz"),
        (r"has started the attempt with id '(\d+)' for the quiz " + _MODULE, _STARTED, "quiz"),
        (r"has submitted the submission with id '(\d+)' for the assignment " + _MODULE, _SUBMITTED, "assign"),
        (
            r"has created the discussion with id '(\d+)' in the forum " + _MODULE,
            _OPENED,
            "forum",
        ),
        (
            r"has created the post with id '(\d+)' in the discussion",
            _POSTED,
            "forum",
        ),
        (r"completed the course with id", _COMPLETED, None),
        (r"updated the grade with id", None, None),
        (r"(?:updated|overrode) the completion state", None, None),
        (r"(?:un)?enrolled the user with id", None, None),
        (r"updated the (?:user )?enrolment", None, None),
        (r"(?:un)?assigned the role with id", None, None),
    )
)
"""Wording of a description → what it is, and the module that it speaks of. The first group is the person, the second
the object."""
_ABOUT_MODULE: Final = re.compile(
    r"(?:'(\w+)' activity|(?:the|in the) (\w+)(?: activity)?) with (?:the )?course module id '(\d+)'"
)
_ANY_MODULE: Final = re.compile(r"course module id '(\d+)'")
_COURSE: Final = re.compile(r"course with id '(\d+)'|the course id '(\d+)'")
_PERSON: Final = re.compile(r"[Tt]he user with id '(-?\d+)'")
_LOOKS: Final = re.compile(r" (?:has )?viewed ")


@dataclass(frozen=True, slots=True)
class Described:
    """What a description tells."""

    person: int | None
    meaning: Meaning | None
    module: str | None = None
    course_module: int | None = None
    course: int | None = None
    object: int | None = None


def meaning_of(event_name: str, action: str) -> Meaning | None:
    """What an event of the table is; None where another table tells it."""
    if event_name in BY_NAME:
        return BY_NAME[event_name]
    return VIEWED if action == "viewed" else OTHER


def read_description(text: str) -> Described:
    """What the description of an event tells: who, what, and of which activity and course."""
    person = _PERSON.search(text)
    module, number = _module_in(text)
    course = _COURSE.search(text)
    meaning: Meaning | None = VIEWED if _LOOKS.search(text) else OTHER
    about: int | None = None
    for pattern, known, said in BY_WORDING:
        found = pattern.match(text)
        if found is not None:
            meaning = known
            module = said if number is not None and said is not None else module
            about = int(found[2]) if pattern.groups > 1 else None
            break
    return Described(
        None if person is None else int(person[1]),
        meaning,
        module,
        number,
        None if course is None else int(course[1] or course[2]),
        about,
    )


def _module_in(text: str) -> tuple[str | None, int | None]:
    found = _ABOUT_MODULE.search(text)
    if found is not None:
        word = (found[1] or found[2]).lower()
        return _MODULE_WORDS.get(word, word), int(found[3])
    number = _ANY_MODULE.search(text)
    return None, None if number is None else int(number[1])
