"""What the figures of an institution's page show, in a sentence each. Hidden courses are counted, not described."""

from collections.abc import Sequence

from dashapp import words
from dashapp.domain.views import ActiveSpan, CourseRow, CourseStory, EnrolmentWeek, ProgrammeRow, TypeUse
from dashapp.figures.summary import named, sentences, summary
from dashapp.words import _
from dashapp.words.activity_types import stored_type_word


def active_summary(spans: Sequence[ActiveSpan], names: Sequence[str]) -> str:
    """Learners and courses per week or month."""
    under_way = spans[-1].under_way
    learners = [(name, span.learners) for name, span in zip(names, spans, strict=True)]
    courses = [(name, span.courses) for name, span in zip(names, spans, strict=True)]
    return sentences(
        summary(_("Active learners"), learners, words.number, under_way=under_way),
        summary(_("Courses with activity"), courses, words.number, under_way=under_way),
    )


def _total_and_peak(what: str, points: Sequence[tuple[str, int]]) -> str:
    where, most = max(points, key=lambda point: point[1])
    total = sum(value for _at, value in points)
    if not total:
        return _("{what}: {total} in all").format(what=what, total=words.number(0))
    said = _("{what}: {total} in all, most {most} (week from {day})")
    return said.format(what=what, total=words.number(total), most=words.number(most), day=where)


def enrolment_summary(weeks: Sequence[EnrolmentWeek]) -> str:
    """How many joined and left, and in which week most."""
    days = [words.short_day(week.start) for week in weeks]
    return sentences(
        _total_and_peak(_("Joined"), [(day, week.joined) for day, week in zip(days, weeks, strict=True)]),
        _total_and_peak(_("Left the course"), [(day, week.left) for day, week in zip(days, weeks, strict=True)]),
    )


def programme_summary(known: Sequence[ProgrammeRow]) -> str:
    """Where most and fewest complete and pass, of the programmes that are shown."""
    completed = [(named(row.name), row.completed or 0.0) for row in known]
    passed = [(named(row.name), row.passed or 0.0) for row in known]
    return sentences(
        summary(_("Completed"), completed, words.percent, in_time=False),
        summary(_("Passed"), passed, words.percent, in_time=False),
    )


def adoption_summary(uses: Sequence[TypeUse], courses: int) -> str:
    """In how many courses the types were used in their best week."""
    best = [(stored_type_word(use.activity_type), max(use.weeks, default=0)) for use in uses]
    what = _("Courses of {number} that used the type in its best week").format(number=words.number(courses))
    many = _("Types of activity: {number}").format(number=words.number(len(uses)))
    return sentences(summary(what, best, words.number, in_time=False), many)


def _hidden(count: int) -> str:
    said = words.ngettext("{number} course is hidden for privacy", "{number} courses are hidden for privacy", count)
    return said.format(number=words.number(count)) if count else ""


def retention_summary(stories: Sequence[CourseStory]) -> str:
    """How many stay active until the last four weeks that are over, course by course."""
    name = _("{course}, {day}")
    ends = [
        (name.format(course=named(story.code), day=words.day(story.starts_on)), story.retention[-1])
        for story in stories
        if story.retention
    ]
    said = summary(_("Still active in the last four weeks that are over"), ends, words.percent, in_time=False)
    return sentences(said, _hidden(sum(story.hidden for story in stories)))


def staying_summary(shown: Sequence[CourseStory]) -> str:
    """How many are still enrolled now, course by course."""
    ends = [(named(story.code), story.still_enrolled[-1]) for story in shown]
    return summary(_("Still enrolled"), ends, words.percent, in_time=False)


def tree_summary(courses: Sequence[CourseRow]) -> str:
    """Where the greatest and the smallest share is active, and which course is the largest."""
    known = [course for course in courses if not course.hidden and course.enrolled]
    shares = [(named(course.code), 100 * (course.active_7 or 0) / (course.enrolled or 1)) for course in known]
    largest = max(known, key=lambda course: course.enrolled or 0)
    return sentences(
        summary(_("Active in 7 days"), shares, words.percent, in_time=False),
        _("Largest course: {course}, {number} enrolled").format(
            course=named(largest.code), number=words.number(largest.enrolled or 0)
        ),
        _hidden(sum(course.hidden for course in courses)),
    )
