"""What fills the pages: plain typed handlers, each registered with the permission that it demands."""

from callbacks import (
    administration,
    audit,
    caseload,
    classroom,
    classroom_work,
    connections,
    contacts,
    course_list,
    courses,
    data_quality,
    frame,
    guardians,
    history,
    home,
    institution,
    leaving,
    letters,
    live,
    messages,
    people,
    person,
    platforms,
    rosters,
    sessions,
    sign_in,
    student,
    terms,
    units,
    visibility,
)
from dashapp.security.callbacks import CallbackRegistry

__all__ = ["register_all"]


def register_all(registry: CallbackRegistry) -> None:
    """Registers the callbacks of all pages on one app."""
    learners = (student, contacts, caseload, guardians, classroom, classroom_work, messages, courses)
    decided = (people, person, sign_in, connections, history, platforms, terms, visibility, rosters, leaving)
    teaching = (course_list, units)
    administrators = (administration, *decided, data_quality, letters, audit, sessions)
    pages = (*learners, institution, *administrators, *teaching)
    for room in (frame, home, *pages, live):
        room.register(registry)
