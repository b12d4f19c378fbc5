"""What a statement belongs to: the course, the activity in it, the item or the post, the number of the attempt."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, Struct, UnsetType

from dashapp.domain.events import ActivityType
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
from ingest.xapi.wire import Activities, Activity, Context, LanguageMap

OUTSIDE: Final = "outside-of-courses"
"""The course of what is done outside of any course."""
OUTSIDE_TITLE: Final = "Outside of courses"
LONGEST_TITLE: Final = 1_000
LARGEST_ATTEMPT: Final = 2**31 - 1

_COURSE_ID: Final = re.compile(r"(?:.*/courses?/)?course-v1:[^/?#\s]+/?|.*/course/view\.php\?(?:.*&)?id=\d+")
"""How Open edX and Moodle name a course: for senders that leave the type out."""
_ATTEMPT: Final = re.compile(r"[?&]attempt=(\d{1,10})(?!\d)")


class Belonging(Struct, frozen=True, gc=False):
    """Where a statement belongs."""

    course: str
    course_title: str | None
    is_course: bool
    """Whether the statement is about the course itself."""
    activity: str | None
    activity_type: ActivityType | None
    activity_title: str | None
    item: str | None
    """The question or the post, where that is what the statement is about."""
    attempt: int


def belonging(about: Activity | None, context: Context | UnsetType, meaning: Meaning) -> Belonging:
    """Where a statement about `about` belongs; without a course it belongs to `OUTSIDE`."""
    language = None if context is UNSET or context.language is UNSET else context.language
    kind = None if about is None else type_of(about)
    if about is not None and kind in COURSE_TYPES:
        return Belonging(about.id, title_of(about, language), True, None, None, None, None, 1)
    around = _around(context)
    course = _course(around, context)
    if course is None and about is not None and kind is None and _COURSE_ID.fullmatch(about.id):
        return Belonging(about.id, title_of(about, language), True, None, None, None, None, 1)
    named, titled = (OUTSIDE, OUTSIDE_TITLE) if course is None else (course.id, title_of(course, language))
    if about is None:
        return Belonging(named, titled, False, None, None, None, None, 1)
    whole, item = about, None
    if kind in PART_TYPES or kind in ATTEMPT_TYPES or kind in POST_TYPES or meaning is Meaning.ANSWER:
        whole = _whole(about, around, context, course) or about
        item = about.id if kind not in ATTEMPT_TYPES else None
    elif meaning is Meaning.POST:
        item = about.id
    attempt = _attempt(about, around, context)
    return Belonging(named, titled, False, whole.id, _kind(whole), title_of(whole, language), item, attempt)


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


def _around(context: Context | UnsetType) -> Sequence[Activity]:
    """What a statement's activity is part of, the nearest first."""
    if context is UNSET or context.context_activities is UNSET:
        return ()
    parent, grouping = context.context_activities.parent, context.context_activities.grouping
    if grouping is UNSET:
        return _each(parent)
    return _each(grouping) if parent is UNSET else (*_each(parent), *_each(grouping))


def _course(around: Sequence[Activity], context: Context | UnsetType) -> Activity | None:
    """The course around an activity: by its type, else by its id, else, as cmi5 has it, the first grouping."""
    for activity in around:
        definition = activity.definition
        if definition is not UNSET and definition.type in COURSE_TYPES:
            return activity
    for activity in around:
        if type_of(activity) is None and _COURSE_ID.fullmatch(activity.id):
            return activity
    if around and _has_category(context, CMI5_CATEGORY):
        assert context is not UNSET
        assert context.context_activities is not UNSET
        return next((one for one in _each(context.context_activities.grouping) if type_of(one) is None), None)
    return None


def _has_category(context: Context | UnsetType, prefix: str) -> bool:
    if context is UNSET or context.context_activities is UNSET:
        return False
    return any(activity.id.startswith(prefix) for activity in _each(context.context_activities.category))


def _whole(
    about: Activity, around: Sequence[Activity], context: Context | UnsetType, course: Activity | None
) -> Activity | None:
    """What a question, an attempt or a post is part of."""
    wanted = ActivityType.FORUM if type_of(about) in POST_TYPES else None
    for activity in around:
        said = type_of(activity)
        if said in COURSE_TYPES or said in PLATFORM_TYPES or said in ATTEMPT_TYPES or activity is course:
            continue
        if said is None and not _has_category(context, H5P_LIBRARY):
            continue
        if activity.id != about.id and said not in POST_TYPES and wanted in (None, _kind(activity)):
            return activity
    return None


def _attempt(about: Activity, around: Sequence[Activity], context: Context | UnsetType) -> int:
    """The number of the attempt where a statement says one: Open edX as an extension, Moodle in an address."""
    definition = about.definition
    if definition is not UNSET and definition.extensions is not UNSET:
        told = definition.extensions.get(ATTEMPT_NUMBER)
        if isinstance(told, int) and not isinstance(told, bool) and 1 <= told <= LARGEST_ATTEMPT:
            return told
    found = _numbered(about)
    for activity in around:
        found = max(found, _numbered(activity))
    if context is not UNSET and context.context_activities is not UNSET:
        for activity in _each(context.context_activities.other):
            found = max(found, _numbered(activity))
    return found


def _numbered(activity: Activity) -> int:
    definition = activity.definition
    if definition is UNSET or definition.type not in ATTEMPT_TYPES:
        return 1
    found = _ATTEMPT.search(activity.id)
    return 1 if found is None else max(1, min(int(found[1]), LARGEST_ATTEMPT))
