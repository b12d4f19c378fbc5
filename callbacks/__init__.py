"""What fills the pages: plain typed handlers, each registered with the permission that it demands."""

from callbacks import (
    administration,
    audit,
    card_files,
    caseload,
    classroom,
    classroom_courses,
    classroom_work,
    connections,
    contacts,
    course_list,
    courses,
    data_quality,
    frame,
    guardians,
    hindsight,
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
    report_preview,
    report_sharing,
    report_stores,
    reports,
    rosters,
    saved_views,
    schedule_list,
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
from exports.studio import Studio

__all__ = ["register_all"]


def register_all(registry: CallbackRegistry, studio: Studio) -> None:
    """Registers the callbacks of all pages on one app. `studio`: draws the pictures of their cards."""
    own = (student, student_further, student_goal, caseload, guardians)
    learners = (*own, contacts, classroom, classroom_courses, classroom_work, hindsight, saved_views, messages, courses)
    decided = (people, person, sign_in, connections, history, platforms, terms, visibility, rosters, leaving)
    teaching = (course_list, units)
    administrators = (administration, *decided, data_quality, letters, audit, sessions)
    built = (report_builder, report_preview, report_downloads, report_extracts, report_sharing)
    reporting = (reports, *built, schedules, schedule_list, report_stores)
    pages = (*learners, institution, institution_further, *administrators, *teaching, *reporting)
    for room in (frame, palette, home, *pages, live):
        room.register(registry)
    card_files.register(registry, studio)
