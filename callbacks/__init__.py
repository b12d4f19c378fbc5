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
    institution_further,
    leaving,
    letters,
    live,
    messages,
    palette,
    people,
    person,
    platforms,
    report_builder,
    report_downloads,
    report_extracts,
    report_sharing,
    report_stores,
    reports,
    rosters,
    saved_views,
    schedules,
    sessions,
    sign_in,
    student,
    student_further,
    student_goal,
    terms,
    units,
    visibility,
)
from dashapp.security.callbacks import CallbackRegistry

__all__ = ["register_all"]


def register_all(registry: CallbackRegistry) -> None:
    """Registers the callbacks of all pages on one app."""
    own = (student, student_further, student_goal, caseload, guardians)
    learners = (*own, contacts, classroom, classroom_work, saved_views, messages, courses)
    decided = (people, person, sign_in, connections, history, platforms, terms, visibility, rosters, leaving)
    teaching = (course_list, units)
    administrators = (administration, *decided, data_quality, letters, audit, sessions)
    reporting = (reports, report_builder, report_downloads, report_extracts, report_sharing, schedules, report_stores)
    pages = (*learners, institution, institution_further, *administrators, *teaching, *reporting)
    for room in (frame, palette, home, *pages, live):
        room.register(registry)
