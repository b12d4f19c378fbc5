"""What each card shows, in words: the metric dictionary as readers see it."""

from dataclasses import dataclass
from enum import StrEnum

from dashapp.words import _


@dataclass(frozen=True, slots=True)
class Definition:
    """What a card says, over which time, what is left out, and from which aggregates it is read."""

    what: str
    span: str
    left_out: str
    source: str


class Subject(StrEnum):
    """What a card can be about."""

    DUE = "due"
    SCORES = "scores"
    RULES = "rules"
    WEEKS = "weeks"
    CALENDAR = "calendar"
    LEARNERS = "learners"
    LEARNER_WEEKS = "learner_weeks"
    ACTIVE_DAYS = "active_days"
    TIME_AND_SCORE = "time_and_score"
    CLASSROOMS = "classrooms"
    CASELOAD = "caseload"
    COURSES = "courses"
    COURSE_WEEKS = "course_weeks"
    COURSE_SCORES = "course_scores"
    QUALITY = "quality"
    VIDEOS = "videos"


def _time_on_task() -> str:
    return _(
        "Time is counted in active minutes: minutes with an event, with gaps of up to 30 minutes filled. Where a source"
        " records days only, there is no time, and events are counted instead."
    )


def _enrolled_only() -> str:
    return _("Teachers, assistants, test users, and learners who are no longer enrolled")


def _of_learner(subject: Subject) -> Definition:
    start = _("From the start of the course to now")
    days = _("Days of each learner in each course")
    texts = {
        Subject.DUE: (
            _("Deadlines to come, the next one first, with the share of the mark that depends on it."),
            _("From now on"),
            _("Activities without a due date"),
            _("Activities and their due dates"),
        ),
        Subject.SCORES: (
            _(
                "Each graded activity: the score, and beside it the median and the middle half of the course: half of"
                " all learners have a score within the bar. The attempt that counts is chosen by the activity's policy."
            ),
            start,
            _("Work that is not graded yet, null and exempt; comparisons with too few others"),
            _("Submissions"),
        ),
        Subject.RULES: (
            _(
                "Each rule gives points when its limit is passed. The points together decide the level. No rule speaks"
                " before teaching starts, in breaks, or after the end."
            ),
            _("Each rule has its own window; the limits stand in the table"),
            _("Everything that is not in the table: nothing else is looked at"),
            _("Days of each learner, submissions, and the academic calendar"),
        ),
        Subject.CASELOAD: (
            _(
                "Your learners, with the most urgent level and its reasons by the rules of each course, the last day"
                " with an event, and the average score."
            ),
            _("The courses under way; each rule has its own window"),
            _("Everybody else of these courses, and what fewer than 5 others would give away"),
            _("Days of each learner, submissions, and the academic calendar"),
        ),
        Subject.WEEKS: (
            _("Activity in each week from Monday on; the mark is the median of the course.") + " " + _time_on_task(),
            start,
            _("Days before enrolment; the median where too few others are in the course"),
            days,
        ),
        Subject.CALENDAR: (
            _("Activity on each day, in the time zone of the institution.") + " " + _time_on_task(),
            start,
            _("Days to come are blank"),
            days,
        ),
    }
    return Definition(*texts[subject])


def _of_course(subject: Subject) -> Definition:
    chosen = _("The chosen dates")
    days = _("Days of each learner in each course")
    texts = {
        Subject.LEARNERS: (
            _(
                "All learners of the choice, those with the most points of the rules first. Every rule that applies is"
                " shown with its value. Last active is the day of the last event."
            ),
            _("Rules: their own windows. Time, events and score: the chosen dates"),
            _enrolled_only(),
            _("Days of each learner, submissions, and the academic calendar"),
        ),
        Subject.LEARNER_WEEKS: (
            _("Activity of each learner in each week, in the order of the list.") + " " + _time_on_task(),
            chosen,
            _enrolled_only(),
            days,
        ),
        Subject.ACTIVE_DAYS: (
            _("Learners with at least one learning event on a day, in the time zone of the institution."),
            chosen,
            _enrolled_only(),
            days,
        ),
        Subject.TIME_AND_SCORE: (
            _("Each learner's activity and average score; the lines are the medians. It shows no cause.")
            + " "
            + _time_on_task(),
            chosen,
            _("Learners without a score"),
            _("Days of each learner, and submissions"),
        ),
        Subject.VIDEOS: (
            _(
                "Each video is cut into at most 40 parts. Grey: learners who watched a part. Blue: how often it was"
                " watched again, by the same learners; peaks are places that are hard, or that matter."
            ),
            chosen,
            _("Players that do not tell which stretch was played; all but the most watched videos"),
            _("Stretches of videos"),
        ),
    }
    return Definition(*texts[subject])


def _of_organisation(subject: Subject) -> Definition:
    small = _("Courses of fewer than 5 learners are hidden for privacy")
    texts = {
        Subject.CLASSROOMS: (
            _(
                "Enrolled learners; those with at least one learning event in the 7 × 24 hours before now; and, for"
                " those who teach the course, how many need help or are to watch by the rules of the course."
            ),
            _("The last 7 days; each rule has its own window"),
            _("Courses that are not under way; for administrators, courses of fewer than 5 learners"),
            _("Days of each learner, submissions, and the academic calendar"),
        ),
        Subject.COURSES: (
            _(
                "Enrolled learners; those with at least one learning event in the 7 × 24 hours before now; events per"
                " week; and the median and middle half of the learners' average scores."
            ),
            _("The last 7 days; scores since the start of each course"),
            small,
            _("Days of each learner, course days, and submissions"),
        ),
        Subject.ACTIVE_DAYS: (
            _("Learners with at least one learning event on a day; one who is active in two courses counts once."),
            _("The last weeks"),
            _enrolled_only(),
            _("Days of the organisation"),
        ),
        Subject.COURSE_WEEKS: (
            _("Events of a week, divided by the learners enrolled, so that large and small courses compare."),
            _("The last full weeks"),
            small,
            _("Days of each course"),
        ),
        Subject.COURSE_SCORES: (
            _("The median and the middle half of the learners' average scores in each course."),
            _("Since the start of each course"),
            small,
            _("Submissions"),
        ),
        Subject.QUALITY: (
            _(
                "What senders send, judged when it comes. The score is the mean of seven parts by their weights; a part"
                " about which nothing came is left out."
            ),
            _("The last 14 days, by the time of arrival; alerts by the last 24 hours"),
            _("From lateness: what is older than a week when it comes, since somebody has brought it in later"),
            _("Hours of each source and course, kept by ingest"),
        ),
    }
    return Definition(*texts[subject])


def definition(subject: Subject, *, organisation: bool = False) -> Definition:
    """The words for a card; `organisation` for a card of the institution's page."""
    if organisation:
        return _of_organisation(subject)
    learner = {Subject.CASELOAD, Subject.DUE, Subject.SCORES, Subject.RULES, Subject.WEEKS, Subject.CALENDAR}
    return _of_learner(subject) if subject in learner else _of_course(subject)
