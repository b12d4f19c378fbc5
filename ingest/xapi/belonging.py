"""What a statement belongs to: the course, the activity in it, the item or the post, the number of the attempt."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, Struct

from dashapp.domain.events import ActivityType, Identifier
from ingest.native.wire import ACTIVITY_KIND, COURSE_KIND
from ingest.xapi.people import bounded
from ingest.xapi.vocabulary import (
    ACTIVITY_TYPES,
    ATTEMPT_NUMBER,
    ATTEMPT_TYPES,
    CMI5_CATEGORY,
    COURSE_TYPES,
    H5P_LIBRARY,
    PART_TYPES,
    PLATFORM_TYPES,
    POST_TYPES,
    Meaning,
)
from ingest.xapi.wire import Activities, Activity, ContextActivities, LanguageMap

OUTSIDE: Final = "outside-of-courses"
"""The course of what is done outside of any course."""
OUTSIDE_TITLE: Final = "Outside of courses"
LONGEST_TITLE: Final = 1_000
LARGEST_ATTEMPT: Final = 2**31 - 1

_OPENEDX_COURSE: Final = re.compile(r"(?:.*/courses?/)?course-v1:[^/?#\s]+/?")
_MOODLE_COURSE: Final = "/course/view.php?"
_MOODLE_QUERY: Final = re.compile(r"(?:.*&)?id=\d+")
_ATTEMPT: Final = re.compile(r"[?&]attempt=(\d{1,10})(?!\d)")


class Place(Struct, frozen=True, gc=False):
    """Where a statement belongs."""

    course: Identifier
    course_title: str | None
    is_course: bool = False
    """Whether the statement is about the course itself."""
    activity: Identifier | None = None
    activity_type: ActivityType | None = None
    activity_title: str | None = None
    item: str | None = None
    """The question or the post, where that is what the statement is about."""
    attempt: int = 1


def place_of(
    about: Activity | None, activities: ContextActivities, language: str | None, meaning: Meaning, issuer: str
) -> Place:
    """Where a statement about `about` belongs; without a course it belongs to `OUTSIDE`."""
    kind = None if about is None else type_of(about)
    if about is not None and kind in COURSE_TYPES:
        return Place(_course_name(about.id, issuer), title_of(about, language), True)
    around = _around(activities)
    course = _course(around, activities)
    if course is None and about is not None and kind is None and _names_course(about.id):
        return Place(_course_name(about.id, issuer), title_of(about, language), True)
    named, titled = (OUTSIDE, OUTSIDE_TITLE) if course is None else (course.id, title_of(course, language))
    if about is None:
        return Place(_course_name(named, issuer), titled)
    whole, item = about, None
    if kind in PART_TYPES or kind in ATTEMPT_TYPES or kind in POST_TYPES or meaning is Meaning.ANSWER:
        whole = _whole(about, around, activities, course) or about
        item = about.id if kind not in ATTEMPT_TYPES else None
    elif meaning is Meaning.POST:
        item = about.id
    return Place(
        course=_course_name(named, issuer),
        course_title=titled,
        activity=Identifier(issuer, ACTIVITY_KIND, bounded(whole.id)),
        activity_type=_kind(whole),
        activity_title=title_of(whole, language),
        item=None if item is None else bounded(item),
        attempt=_attempt(about, around, activities),
    )


def _names_course(iri: str) -> bool:
    """Whether an id is one that Open edX or Moodle gives to a course: for senders that leave the type out."""
    if _OPENEDX_COURSE.fullmatch(iri):
        return True
    # Apart from the query, since a pattern for both would look at each mark with each query behind it.
    _, mark, query = iri.rpartition(_MOODLE_COURSE)
    return bool(mark) and _MOODLE_QUERY.fullmatch(query) is not None


def _course_name(value: str, issuer: str) -> Identifier:
    return Identifier(issuer, COURSE_KIND, bounded(value))


def type_of(activity: Activity) -> str | None:
    """The type that is said of an activity."""
    definition = activity.definition
    return None if definition is UNSET or definition.type is UNSET else definition.type


def title_of(activity: Activity, language: str | None) -> str | None:
    """The name of an activity in the statement's language, else in English, else in the first there is."""
    definition = activity.definition
    if definition is UNSET or definition.name is UNSET or not definition.name:
        return None
    return _best(definition.name, language)[:LONGEST_TITLE].strip() or None


def _best(names: LanguageMap, language: str | None) -> str:
    if len(names) == 1:
        return next(iter(names.values()))
    primary = [] if language is None else [language.split("-")[0]]
    for wanted in ([language, *primary], ["en-US", "en", "en-GB"]):
        for tag in wanted:
            if tag in names:
                return names[tag]
        for tag in sorted(names):
            if wanted[1:] and tag.startswith(f"{wanted[1]}-"):
                return names[tag]
    return names[min(names)]


def _kind(activity: Activity) -> ActivityType | None:
    said = type_of(activity)
    return None if said is None else ACTIVITY_TYPES.get(said, ActivityType.OTHER)


def _each(activities: Activities) -> Sequence[Activity]:
    if activities is UNSET:
        return ()
    return (activities,) if isinstance(activities, Activity) else activities


def _around(activities: ContextActivities) -> Sequence[Activity]:
    """What a statement's activity is part of, the nearest first."""
    return (*_each(activities.parent), *_each(activities.grouping))


def _course(around: Sequence[Activity], activities: ContextActivities) -> Activity | None:
    """The course around an activity: by its type, else by its id, else, as cmi5 has it, the first grouping."""
    for activity in around:
        if type_of(activity) in COURSE_TYPES:
            return activity
    for activity in around:
        if type_of(activity) is None and _names_course(activity.id):
            return activity
    if _has_category(activities, CMI5_CATEGORY):
        return next((one for one in _each(activities.grouping) if type_of(one) is None), None)
    return None


def _has_category(activities: ContextActivities, prefix: str) -> bool:
    return any(activity.id.startswith(prefix) for activity in _each(activities.category))


def _whole(
    about: Activity, around: Sequence[Activity], activities: ContextActivities, course: Activity | None
) -> Activity | None:
    """What a question, an attempt or a post is part of."""
    wanted = ActivityType.FORUM if type_of(about) in POST_TYPES else None
    of_library = _has_category(activities, H5P_LIBRARY)
    for activity in around:
        said = type_of(activity)
        if said in COURSE_TYPES or said in PLATFORM_TYPES or said in ATTEMPT_TYPES or activity is course:
            continue
        if said is None and not of_library:
            continue
        if activity.id != about.id and said not in POST_TYPES and wanted in (None, _kind(activity)):
            return activity
    return None


def _attempt(about: Activity, around: Sequence[Activity], activities: ContextActivities) -> int:
    """The number of the attempt where a statement says one: Open edX as an extension, Moodle in an address."""
    definition = about.definition
    if definition is not UNSET and definition.extensions is not UNSET:
        told = definition.extensions.get(ATTEMPT_NUMBER)
        if isinstance(told, int) and not isinstance(told, bool) and 1 <= told <= LARGEST_ATTEMPT:
            return told
    return max(_numbered(one) for one in (about, *around, *_each(activities.other)))


def _numbered(activity: Activity) -> int:
    definition = activity.definition
    if definition is UNSET or definition.type not in ATTEMPT_TYPES:
        return 1
    found = _ATTEMPT.search(activity.id)
    return 1 if found is None else max(1, min(int(found[1]), LARGEST_ATTEMPT))
