"""What learners do, and when."""

from collections.abc import Mapping
from typing import Final

from dashapp.domain.indicators.dictionary.terms import N_, Term

TERMS: Final[Mapping[str, Term]] = {
    "events": Term(
        N_("Events"),
        N_("Learning events of learners."),
        N_("number of learning events in the time range"),
        N_("What others do to a learner's work, such as grading; events of staff and test users"),
    ),
    "active_day": Term(
        N_("Active days"),
        N_("A day with at least one learning event of the learner, in the time zone of the institution."),
        N_("number of local days with at least 1 event"),
    ),
    "last_active": Term(
        N_("Last active"),
        N_("The last active day, and the instant of its last event where a source knows it."),
        N_("latest day with at least 1 event"),
    ),
    "active_7": Term(
        N_("Active in 7 days"),
        N_("Learners with at least one learning event in the 7 × 24 hours before the as-of."),
        N_("number of learners with at least 1 event in 7 × 24 hours; “before”: in the 7 × 24 hours before these"),
    ),
    "active_learners_of_a_day": Term(
        N_("Active learners of a day"),
        N_("Distinct learners with at least one event on the day; one who is active in two courses counts once."),
        N_("number of learners with at least 1 event on the local day; never added up over courses or days"),
    ),
    "time_on_task": Term(
        N_("Time on task"),
        N_(
            "Time is counted in active minutes: minutes with an event, with gaps of up to 30 minutes filled. Where a"
            " source records days only, there is no time, and events are counted instead."
        ),
        N_("minutes with an event + minutes of gaps of at most θ = 30 minutes between two of them"),
        N_("Events whose source knows the day only"),
    ),
    "sessions": Term(
        N_("Sessions"),
        N_("Runs of active minutes with gaps of at most θ. A session belongs to the day on which it begins."),
        N_("number of runs of active minutes with gaps of at most θ = 30 minutes"),
        N_("Events whose source knows the day only"),
    ),
    "trend": Term(
        N_("Trend"),
        N_("Activity of the last 3 teaching weeks against the 3 before."),
        N_("events of the last 3 teaching weeks, against events of the 3 teaching weeks before"),
        N_("Weeks outside of teaching, and breaks"),
    ),
    "adoption": Term(
        N_("Adoption of a type of activity"),
        N_("The number of courses in which an activity of a type was used at all in a week, by events of learners."),
        N_("courses with an event of the type in the week"),
        N_("Staff and test people"),
    ),
    "last_seen": Term(
        N_("Last seen"),
        N_(
            "Learners by the number of local days since their last active day: today, 1, 2 to 3, 4 to 7, 8 to 14, 15"
            " to 21, longer, never."
        ),
        N_("learners by as-of day − last active day"),
    ),
    "active_learners_of_an_hour": Term(
        N_("Active learners of an hour"),
        N_(
            "Distinct learners with at least one event in an hour of the clock, on average over the days of that"
            " weekday in the chosen dates."
        ),
        N_("Σ distinct learners of the hour ÷ days of the weekday"),
        N_("What is known by day only"),
    ),
    "share_of_types": Term(
        N_("Share of a type of activity"),
        N_("Events with one type of activity, of all events of the week."),
        N_("events of the type ÷ events of the week"),
    ),
    "forum_posts": Term(
        N_("Posts"),
        N_("Posts of learners per week: threads begun answer no other post, replies do."),
        N_("posts of learners in the week"),
        N_("Posts of staff; further events about one post"),
    ),
    "unanswered_threads": Term(
        N_("Threads without an answer"),
        N_(
            "Threads begun by learners in the chosen dates that are older than 2 days at the as-of and to whose first"
            " post nobody, staff included, has replied."
        ),
        N_("threads without a reply that are older than 2 days"),
    ),
}
