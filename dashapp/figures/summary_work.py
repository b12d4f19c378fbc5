"""What the figures below the fold of a classroom's page show, in a sentence each."""

from collections.abc import Sequence
from typing import Final

from dashapp import words
from dashapp.domain.indicators.last_seen import BOUNDS
from dashapp.domain.views.classroom_work import AssignmentWork, ForumWeek, QuestionTries, TypeWeeks, UnitEngagement
from dashapp.figures.summary import named, sentences, summary
from dashapp.words import _
from dashapp.words.activity_types import stored_type_word

TYPES_SAID: Final = 3
HOURS_OF_WEEK: Final = 7 * 24


def hand_in_summary(due: Sequence[AssignmentWork], nameless: str) -> str:
    """How much of what was due came on time, and where most is missing."""
    on_time, late, missing = (
        sum(values) for values in zip(*((one.on_time, one.late, one.missing) for one in due), strict=True)
    )
    total = on_time + late + missing
    if not total:
        to_come = words.number(sum(one.not_yet_due for one in due))
        return _("Handed in: nothing was due yet, {number} to come").format(number=to_come)
    said = _("Handed in: {share} on time of {total} that were due, {late} late, {missing} missing").format(
        share=words.percent(100 * on_time / total),
        total=words.number(total),
        late=words.number(late),
        missing=words.number(missing),
    )
    worst = max(due, key=lambda one: one.missing)
    if not worst.missing:
        return said
    return _("{said}; most missing: {number} ({assignment})").format(
        said=said, number=words.number(worst.missing), assignment=named(worst.title or nameless)
    )


def spread_summary(scored: Sequence[AssignmentWork], nameless: str) -> str:
    """The medians of the assignments, and how many there are."""
    medians = [(named(one.title or nameless), one.median) for one in scored if one.median is not None]
    many = _("Assignments with scores: {number}").format(number=words.number(len(scored)))
    return sentences(summary(_("Median score"), medians, lambda median: words.percent(median, 1), in_time=False), many)


def last_seen_summary(counts: Sequence[int], names: Sequence[str]) -> str:
    """Who is there, who has stayed away, who never came; `names` of the groups in days ago."""
    most = max(range(len(counts)), key=lambda place: counts[place])
    said = _("Last seen, of {total} learners: {today} today, {longer} more than {days} days ago, {never} never")
    return sentences(
        said.format(
            total=words.number(sum(counts)),
            today=words.number(counts[0]),
            longer=words.number(counts[-2]),
            days=words.number(BOUNDS[-1]),
            never=words.number(counts[-1]),
        ),
        _("Most in one column: {number} (days ago: {column})").format(
            number=words.number(counts[most]), column=names[most]
        ),
    )


def unit_summary(units: Sequence[UnitEngagement]) -> str:
    """Which units are touched and completed most and least, of those with anything published."""
    opened = [unit for unit in units if unit.completed_share is not None]
    return sentences(
        summary(_("Touched"), [(named(u.title), u.touched_share) for u in opened], words.percent, in_time=False),
        summary(
            _("Completed"), [(named(u.title), u.completed_share or 0.0) for u in opened], words.percent, in_time=False
        ),
    )


def question_summary(questions: Sequence[QuestionTries], nameless: str) -> str:
    """The hardest and the easiest question at the first try, and in the end."""
    name = _("{quiz}, {item}")
    names = [name.format(quiz=named(one.quiz or nameless), item=named(one.item)) for one in questions]
    first = [(at, one.first_share) for at, one in zip(names, questions, strict=True)]
    eventual = [(at, one.eventual_share) for at, one in zip(names, questions, strict=True)]
    return sentences(
        summary(_("Right at the first try"), first, words.percent, in_time=False),
        summary(_("Right in the end"), eventual, words.percent, in_time=False),
        _("Questions: {number}").format(number=words.number(len(questions))),
    )


def hours_summary(hours: Sequence[Sequence[float]], weekdays: Sequence[str]) -> str:
    """The busiest hour, the busiest weekday, and how many hours are without anybody."""
    by_hour = [(value, weekday, hour) for weekday, day in enumerate(hours) for hour, value in enumerate(day)]
    high, weekday, hour = max(by_hour, key=lambda one: one[0])
    busiest = max(range(len(hours)), key=lambda place: sum(hours[place]))
    said = _(
        "Learners active in the hour, on average: highest {high} ({weekday}, {hour}); busiest weekday {busiest};"
        " nobody in {quiet} of {hours} hours"
    )
    return said.format(
        high=words.number(high, 1),
        weekday=weekdays[weekday],
        hour=f"{hour:02d}:00",
        busiest=weekdays[busiest],
        quiet=words.number(sum(value <= 0 for value, _day, _hour in by_hour)),
        hours=words.number(HOURS_OF_WEEK),
    )


def forum_summary(weeks: Sequence[ForumWeek], names: Sequence[str]) -> str:
    """Posts of all kinds per week, and the week in which most learners wrote."""
    at = [_("week {number}").format(number=name) for name in names]
    written = [(name, week.threads + week.replies) for name, week in zip(at, weeks, strict=True)]
    most = max(range(len(weeks)), key=lambda place: weeks[place].learners)
    writers = _("Most learners who wrote in a week: {number} ({week})").format(
        number=words.number(weeks[most].learners), week=at[most]
    )
    return sentences(summary(_("Posts"), written, words.number), writers)


def type_summary(types: Sequence[TypeWeeks]) -> str:
    """The shares of the most used types in all events of the range."""
    total = sum(sum(one.events) for one in types)
    ordered = sorted(types, key=lambda one: -sum(one.events))[:TYPES_SAID]
    share = _("{type} {share}")
    said = [
        share.format(type=stored_type_word(one.activity_type), share=words.percent(100 * sum(one.events) / total))
        for one in ordered
    ]
    many = _("Types of activity: {number}").format(number=words.number(len(types)))
    return sentences(_("Share of all events: {types}").format(types=words.listing(said)), many)
