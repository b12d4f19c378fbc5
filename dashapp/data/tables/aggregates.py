"""What the pages read. Every row follows from raw events and can be recounted from them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.tables.columns import metadata, moment, organisation
from dashapp.domain.localtime import MINUTES_PER_DAY

PEOPLE_PER_BLOCK = 2048
"""Of how many keys of people, one after the other, a row of `course_day_people` or `activity_people` tells."""

learner_course_days = Table(
    "learner_course_days",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    Column("minutes", BIT(MINUTES_PER_DAY)),
    moment("first_at"),
    moment("last_at"),
    PrimaryKeyConstraint("organisation_id", "course_id", "person_id", "day"),
    Index(None, "organisation_id", "day", "course_id", "person_id"),
)
"""`minutes`: bit i is set when an event fell into the i-th minute after the day's first instant; null, with `first_at`
and `last_at`, where only the day is known."""

learner_course_day_types = Table(
    "learner_course_day_types",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("activity_type", Text, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "person_id", "day", "activity_type"),
)
"""What a learner did on a local day, by the type of activity."""

learner_activities = Table(
    "learner_activities",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    moment("first_at"),
    moment("last_at"),
    moment("completed_at"),
    Column("events", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "person_id", "activity_id"),
)
"""What a learner has done with an activity so far."""

submissions = Table(
    "submissions",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    moment("submitted_at"),
    moment("graded_at"),
    Column("score", Double),
    Column("max_score", Double),
    Column("exempt", Boolean, nullable=False),
    Column("banked", Boolean, nullable=False),
    Column("day_precision", Boolean, nullable=False),
    moment("received_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id"),
    Index(None, "organisation_id", "person_id", "course_id"),
)
"""Append-only: one row per submitted or graded event. A submitted event may carry its score. The state of an attempt
is its earliest `submitted_at` and the score of its row with the greatest (graded_at, event_id); the latest attempt is
the greatest (attempt, submitted_at, event_id)."""

item_responses = Table(
    "item_responses",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("item", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    moment("answered_at", nullable=False),
    Column("response", Text),
    Column("correct", Boolean),
    Column("score", Double),
    Column("max_score", Double),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id"),
)
"""One row per answer to a question of a quiz."""

video_segments = Table(
    "video_segments",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("number", SmallInteger, nullable=False, server_default=text("0")),
    Column("position_from", Double, nullable=False),
    Column("position_to", Double, nullable=False),
    Column("session", Text),
    moment("watched_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id", "number"),
)
"""One row per stretch that an event tells of; `number` tells those of one event apart. `session`: the player's. Players
repeat in later statements of a session what they said in earlier ones, so stretches of the same person, session and
ends are one stretch; without a session each row is one."""

forum_posts = Table(
    "forum_posts",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("post", Text, nullable=False),
    Column("reply_to", Text),
    moment("posted_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id"),
)
"""One row per post that an event tells of."""

course_hours = Table(
    "course_hours",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    moment("hour", nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "hour"),
)
"""Per hour in UTC; fed by events of instant precision only."""

course_days = Table(
    "course_days",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    Column("learners", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "day"),
    Index(None, "organisation_id", "day"),
)
"""`learners`: rows of learner_course_days of that course and day whose person is not staff then."""

activity_days = Table(
    "activity_days",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "day"),
)
"""Per activity and local day, without staff."""

organisation_days = Table(
    "organisation_days",
    metadata,
    organisation(),
    Column("day", Date, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "day", "slot"),
)
"""Summed over slots on reading; slot = course_id mod 8, so that two writers seldom wait for one row. Distinct learners
are never added up: they come from learner rows."""

course_day_people = Table(
    "course_day_people",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("block", Integer, nullable=False),
    Column("people", BIT(PEOPLE_PER_BLOCK), nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "day", "block"),
)
"""Who did anything in a course on a local day, staff and test people too: bit i of `people` is set for the person whose
key is `block` * PEOPLE_PER_BLOCK + i. It follows from `learner_course_days`; who is not enrolled is left out on
reading, so that no membership changes it."""

activity_people = Table(
    "activity_people",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("block", Integer, nullable=False),
    Column("seen", BIT(PEOPLE_PER_BLOCK), nullable=False),
    Column("completed", BIT(PEOPLE_PER_BLOCK), nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "block"),
)
"""Who did anything with an activity so far, and of whom an event said that they completed it; bits as in
`course_day_people`. It follows from `learner_activities`."""

ROLL_UPS = (course_hours, course_days, activity_days, organisation_days)
"""These leave out staff: events on a local day that overlaps an interval in which the person is teacher or assistant of
the course, and all events of test persons. They are recomputed for the touched (course, day) pairs when such a
membership changes."""
