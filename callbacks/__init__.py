"""What fills the pages: plain typed handlers, each registered with the permission that it demands."""

from callbacks import (
    administration,
    audit,
    caseload,
    classroom,
    connections,
    courses,
    data_quality,
    frame,
    guardians,
    home,
    institution,
    leaving,
    letters,
    live,
    people,
    person,
    platforms,
    rosters,
    sessions,
    student,
    terms,
    visibility,
)
from dashapp.security.callbacks import CallbackRegistry

__all__ = ["register_all"]


def register_all(registry: CallbackRegistry) -> None:
    """Registers the callbacks of all pages on one app."""
    learners = (student, caseload, guardians, classroom, courses)
    decided = (people, person, connections, platforms, terms, visibility, rosters, leaving)
    administrators = (administration, *decided, data_quality, letters, audit, sessions)
    pages = (*learners, institution, *administrators)
    for room in (frame, home, *pages, live):
        room.register(registry)
