"""What kinds of activity are called."""

from dashapp.domain.events import ActivityType
from dashapp.words.catalogue import _


def type_word(kind: ActivityType) -> str:
    """A kind of activity."""
    return {
        ActivityType.UNKNOWN: _("unknown"),
        ActivityType.PAGE: _("page"),
        ActivityType.RESOURCE: _("resource"),
        ActivityType.VIDEO: _("video"),
        ActivityType.QUIZ: _("quiz"),
        ActivityType.ASSIGNMENT: _("assignment"),
        ActivityType.EXAM: _("exam"),
        ActivityType.FORUM: _("forum"),
        ActivityType.COLLABORATION: _("collaboration"),
        ActivityType.EXTERNAL_TOOL: _("external tool"),
        ActivityType.COURSE_HOME: _("course home"),
        ActivityType.OTHER: _("something else"),
    }[kind]


def stored_type_word(stored: str) -> str:
    """The same for the value that a table holds."""
    known = stored in {one.value for one in ActivityType}
    return type_word(ActivityType(stored) if known else ActivityType.OTHER)
