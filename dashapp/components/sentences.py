"""A page opens with its answer: a title that is a sentence from the data, and a line below that says why."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from dash.development.base_component import Component

from dashapp import words
from dashapp.components import to_come
from dashapp.components.differences import Parts, emphasised
from dashapp.components.reasons import applies, reasons_words
from dashapp.domain.views import (
    ClassroomView,
    CourseRow,
    CoursesView,
    Due,
    InstitutionView,
    LearnerRow,
    Level,
    Rule,
    StudentView,
)
from dashapp.figures.summary import named
from dashapp.words import _, ngettext

DAYS_BACK = 7
SCORE_GAP = 10
"""Points between a last score and the own average before it from which on it is worth a word."""
LOSS = 1 / 6
"""A course that lost so much of its active learners in a week is named; fewer than 5 never are."""


def due_sentence(due: Due | None, today: date, zone: str) -> str:
    """ "Assignment 2 is due in 8 days." or nothing."""
    if due is None:
        return ""
    when = words.local_date(due.due_at, zone)
    return _("{activity} is due {when}.").format(activity=named(due.activity), when=words.in_days(when, today))


def _silent_sentence(view: StudentView) -> str:
    """No rule speaks (before teaching starts, in breaks, after the end): a fact instead of a verdict."""
    if not view.days:
        return _("Nothing has been recorded yet")
    recent = {day.day for day in view.days if day.events and 0 <= (view.today - day.day).days < DAYS_BACK}
    said = ngettext("Active on {number} of the last 7 days", "Active on {number} of the last 7 days", len(recent))
    return said.format(number=words.number(len(recent)))


def student_sentence(view: StudentView, *, own: bool = True) -> str:
    """The title of a learner's page: to the learner in the second person, to others by name."""
    reasons = [reason for _course, given in view.reasons for reason in given]
    if not any(reason.value is not None for reason in reasons):
        return _silent_sentence(view)
    course, worst = max(view.reasons, key=lambda given: sum(reason.points for reason in given[1]))
    why = reasons_words(worst)
    if view.level is Level.CALM or not why:
        opening = _calm_opening(view, own)
        open_due = next((due for due in view.due if due.state != "submitted"), None)
        return " ".join(part for part in (opening, due_sentence(open_due, view.today, view.freshness.zone)) if part)
    concerned = sum(1 for _course, given in view.reasons if any(applies(reason) for reason in given))
    if concerned > 1:
        return _several_sentence(view, words.number(concerned), f"{course}: {why}", own=own)
    if view.level is Level.HELP:
        opening = _("You may need help: {why}") if own else _("{name} needs help: {why}")
    else:
        opening = _("Something to watch: {why}") if own else _("{name}, to watch: {why}")
    return opening.format(name=view.name, why=why)


def _calm_opening(view: StudentView, own: bool) -> str:
    """No rule applies. That is not "on course" of who is far behind the plan, of which no rule speaks."""
    behind = view.content.behind
    if not behind:
        return _("You are on course.") if own else _("{name} is on course.").format(name=view.name)
    said = (
        ngettext(
            "You are {number} activity behind the plan.",
            "You are {number} activities behind the plan.",
            behind,
        )
        if own
        else ngettext(
            "{name} is {number} activity behind the plan.",
            "{name} is {number} activities behind the plan.",
            behind,
        )
    )
    return said.format(name=view.name, number=words.number(behind))


def _several_sentence(view: StudentView, number: str, most: str, *, own: bool) -> str:
    """The title where rules apply in several courses: all their reasons would be a paragraph, the card has them."""
    if view.level is Level.HELP:
        opening = (
            _("You may need help in {number} courses, most in {most}")
            if own
            else _("{name} needs help in {number} courses, most in {most}")
        )
    else:
        opening = (
            _("Something to watch in {number} courses, most in {most}")
            if own
            else _("{name}, to watch in {number} courses, most in {most}")
        )
    return opening.format(name=view.name, number=number, most=most)


def student_lead(view: StudentView, *, own: bool = True) -> Parts:
    """The line below: the last score against the own average before it, else what has been recorded so far."""
    if view.scores and view.earlier_score is not None:
        last = max(view.scores, key=lambda score: score.at)
        gap = last.score - view.earlier_score
        whose = _("your own average before it") if own else _("their own average before it")
        name = f"{named(last.course)} {named(last.activity)}".strip()
        if abs(gap) < SCORE_GAP:
            text = _("The last score, {score} in {activity}, is about the same as {average}.")
            return (text.format(score=words.percent(last.score), activity=name, average=whose),)
        template = _("The last score, {score} in {activity}, is {bold} {average}.")
        direction = _("{points} above") if gap > 0 else _("{points} below")
        filled = template.replace("{score}", words.percent(last.score)).replace("{activity}", name)
        return emphasised(filled.replace("{average}", whose), direction.format(points=words.percent_points(gap)))
    if not view.days:
        return (_("The page fills within seconds of the first activity."),)
    active = len({day.day for day in view.days if day.events})
    first = min(day.day for day in view.days)
    said = ngettext("Active on {number} day since {day}.", "Active on {number} days since {day}.", active)
    return (said.format(number=words.number(active), day=words.day(first, view.today)),)


def level_counts(learners: Sequence[LearnerRow]) -> Counter[Level]:
    """How many learners stand at each level."""
    return Counter(row.level for row in learners)


def learners_counted(view: ClassroomView) -> int:
    """How many learners the figures are of, whether or not the reader may see each of them by name."""
    return len(view.learners) if view.named else view.enrolled or 0


def classroom_sentence(view: ClassroomView) -> str:
    """ "8 of 28 learners need help, 8 more to watch"."""
    if view.hidden:
        return _("The figures of {course} are hidden for privacy").format(course=view.course.code)
    if view.to_come is not None:
        return to_come.title()
    total = learners_counted(view)
    if total == 0:
        said = _("No learner of {course} matches these filters")
        return (said if view.unmatched else _("No learner is enrolled in {course} yet")).format(course=view.course.code)
    if not view.speaking or not view.named:
        said = ngettext(
            "{active} of {total} learner was active in the last 7 days",
            "{active} of {total} learners were active in the last 7 days",
            total,
        )
        return said.format(active=words.number(view.figures.active_7), total=words.number(total))
    counts = level_counts(view.learners)
    if counts[Level.HELP] == 0:
        if counts[Level.WATCH] == 0:
            return _("No learner needs help now")
        said = ngettext(
            "No learner needs help now, {watch} to watch",
            "No learner needs help now, {watch} to watch",
            counts[Level.WATCH],
        )
        return said.format(watch=words.number(counts[Level.WATCH]))
    said = ngettext("{help} of {total} learners needs help", "{help} of {total} learners need help", counts[Level.HELP])
    opening = said.format(help=words.number(counts[Level.HELP]), total=words.number(total))
    if counts[Level.WATCH] == 0:
        return opening
    return _("{opening}, {watch} more to watch").format(opening=opening, watch=words.number(counts[Level.WATCH]))


def _most_frequent(learners: Sequence[LearnerRow]) -> tuple[Rule, int] | None:
    counted = Counter(
        reason.rule for row in learners if row.level is not Level.CALM for reason in row.reasons if applies(reason)
    )
    return counted.most_common(1)[0] if counted else None


def classroom_lead(view: ClassroomView) -> Parts:
    """Why: the most frequent reason with its number of learners, then the next deadline."""
    if view.to_come is not None:
        return (to_come.lead(view.to_come, view.today),)
    parts: Parts = ()
    if not view.named:
        parts = (_("Administrators see groups only; single learners are shown to those who teach the course."),)
    elif not view.speaking:
        parts = (_("No rule speaks before teaching starts, in breaks, or after the end."),)
    else:
        frequent = _most_frequent(view.learners)
        if frequent:
            rule, count = frequent
            name = {
                Rule.AWAY: _("away from the course"),
                Rule.LITTLE_ACTIVITY: _("little activity last week"),
                Rule.LOW_SCORE: _("a low score"),
                Rule.MISSED_DEADLINE: _("a missed deadline"),
            }[rule]
            bold = ngettext("{number} learner", "{number} learners", count).format(number=words.number(count))
            template = _("Most frequent reason: {reason}, {bold}.").replace("{reason}", name)
            parts = emphasised(template, bold)
    if view.next_due is not None:
        when = words.local_date(view.next_due.due_at, view.freshness.zone)
        said = _("{activity} is due on {when}.").format(
            activity=named(view.next_due.activity), when=words.day_with_distance(when, view.today)
        )
        parts = (*parts, " ", said) if parts else (said,)
    return parts


def courses_sentence(view: CoursesView) -> str:
    """Where most of those are who need help; a plain heading where no rule speaks or the reader sees groups only."""
    spoken = [(each.needs_help, each) for each in view.courses if each.needs_help is not None]
    if not spoken:
        return _("Classrooms")
    number, most = max(spoken, key=lambda pair: pair[0])
    if number == 0:
        return _("No learner needs help now")
    said = ngettext("{number} learner needs help in {course}", "{number} learners need help in {course}", number)
    opening = said.format(number=words.number(number), course=most.course.code)
    # Somebody in two courses is counted in both, so numbers are not added up.
    others = [(other, each) for other, each in spoken if other and each is not most]
    if not others:
        return opening
    number, second = max(others, key=lambda pair: pair[0])
    more = _("{opening}, {number} in {course}")
    return more.format(opening=opening, number=words.number(number), course=second.course.code)


def courses_lead(view: CoursesView) -> Parts:
    """How many courses are under way, and what administrators see of them."""
    count = sum(each.under_way for each in view.courses)
    said = ngettext("{number} course is under way.", "{number} courses are under way.", count)
    parts: Parts = (said.format(number=words.number(count)) if count else _("No course is under way."),)
    if not view.named:
        return (*parts, " ", _("Administrators see groups only; levels are shown to those who teach the course."))
    return parts


def active_share(course: CourseRow) -> float | None:
    """Active in 7 days in % of the enrolled; None where hidden or nobody is enrolled."""
    if course.hidden or course.active_7 is None or not course.enrolled:
        return None
    return 100 * course.active_7 / course.enrolled


def institution_sentence(view: InstitutionView) -> str:
    """The quietest of several courses, or how many are active in all."""
    if view.to_come is not None:
        return to_come.title()
    shares = [(share, course) for course in view.courses if (share := active_share(course)) is not None]
    if len(shares) > 1 and any(share > 0 for share, _course in shares):
        share, course = min(shares, key=lambda pair: (pair[0], pair[1].code))
        said = _("{course} is the quietest of {count} courses: {share} active in 7 days")
        return said.format(course=course.code, count=words.number(len(shares)), share=words.percent(share))
    if view.hidden or view.active_7 is None:
        if not shares:
            return _("The figures are hidden for privacy")
        share, course = shares[0]
        return _("{share} of {course} were active in 7 days").format(share=words.percent(share), course=course.code)
    if not view.enrolled:
        return _("No learner is enrolled yet")
    said = ngettext(
        "{active} of {total} learner was active in 7 days",
        "{active} of {total} learners were active in 7 days",
        view.enrolled,
    )
    return said.format(active=words.number(view.active_7), total=words.number(view.enrolled))


def institution_lead(view: InstitutionView) -> Parts:
    """Which courses lost and which gained active learners since the week before."""
    if view.to_come is not None:
        return (to_come.lead(view.to_come, view.today),)
    changes = [
        (course.active_7 - course.active_7_before, course)
        for course in view.courses
        if not course.hidden and course.active_7 is not None and course.active_7_before
    ]
    if view.courses and all(course.hidden for course in view.courses):
        return (_("Every course has fewer than 5 learners, or would give a smaller one away."),)
    lost = [(-gap, course) for gap, course in changes if -gap >= max(5, LOSS * (course.active_7_before or 0))]
    parts: list[str | Component] = []
    if lost:
        number, course = max(lost, key=lambda pair: pair[0])
        said = ngettext("{number} active learner fewer", "{number} active learners fewer", number)
        template = _("{course} has {bold} than the week before.").replace("{course}", course.code)
        parts += emphasised(template, said.format(number=words.number(number)))
    gained = [(gap, course) for gap, course in changes if gap > 0]
    if gained:
        number, course = max(gained, key=lambda pair: pair[0])
        said = ngettext("{course} gained {number} active learner.", "{course} gained {number} active learners.", number)
        parts.append((" " if parts else "") + said.format(course=course.code, number=words.number(number)))
    if not parts:
        same = _("The number of active learners of each course is about the same as in the week before.")
        parts.append(same if changes else _("There is no week before to compare with yet."))
    return tuple(parts)
