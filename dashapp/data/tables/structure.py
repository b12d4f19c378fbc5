"""What belongs where: programmes, terms, courses, sections, groups, units, activities and outcomes."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import described, metadata, moment, organisation, public_id

programmes = Table(
    "programmes",
    metadata,
    organisation(),
    Column("programme_id", BigInteger, Identity(), nullable=False),
    Column("organisation_unit_id", BigInteger),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "programme_id"),
    UniqueConstraint("organisation_id", "name"),
)
"""Programmes of study, which courses may belong to."""

terms = Table(
    "terms",
    metadata,
    organisation(),
    Column("term_id", BigInteger, Identity(), nullable=False),
    Column("name", Text, nullable=False),
    Column("former_names", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("teaching_starts", Date),
    Column("teaching_ends", Date),
    PrimaryKeyConstraint("organisation_id", "term_id"),
    UniqueConstraint("organisation_id", "name"),
)
"""Terms with their first and last day of teaching. `former_names`: names by which descriptions may still call one. No
name is that of two."""

term_breaks = Table(
    "term_breaks",
    metadata,
    organisation(),
    Column("term_id", BigInteger, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    PrimaryKeyConstraint("organisation_id", "term_id", "first_day"),
)
"""Days without teaching in all courses of the term."""

courses = Table(
    "courses",
    metadata,
    organisation(),
    Column("course_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("code", Text),
    Column("title", Text),
    Column("claimed_title", Text),
    Column("organisation_unit_id", BigInteger),
    Column("programme_id", BigInteger),
    Column("term_id", BigInteger),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("risk_rules", JSONB),
    Column("decided", JSONB, nullable=False, server_default=text("'{}'")),
    Column("said", JSONB),
    Column("provisional", Boolean, nullable=False, server_default=text("true")),
    *described(),
    PrimaryKeyConstraint("organisation_id", "course_id"),
    UniqueConstraint("organisation_id", "public_id"),
)
"""One run of a course in one term. `risk_rules`: the course's own weights and thresholds; null: the defaults.
`claimed_title` is the smallest text by which any learning event has called it: it is shown while no description names
a `title`. `said` is what the description that holds says, by names; `decided` what the administration has decided, by
keys. The columns themselves, and `course_breaks`, are what holds: what is decided, else what is said."""

course_identifiers = Table(
    "course_identifiers",
    metadata,
    organisation(),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "issuer", "kind", "value"),
    ForeignKeyConstraint(["organisation_id", "course_id"], ["courses.organisation_id", "courses.course_id"]),
)
"""How senders name a course."""

course_breaks = Table(
    "course_breaks",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "first_day"),
)
"""Days without teaching in one course."""

sections = Table(
    "sections",
    metadata,
    organisation(),
    Column("section_id", BigInteger, Identity(), nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text),
    Column("said_title", Text),
    Column("decided", JSONB, nullable=False, server_default=text("'{}'")),
    *described(),
    PrimaryKeyConstraint("organisation_id", "section_id"),
    UniqueConstraint("organisation_id", "course_id", "name"),
)
"""Classes of people. `name` is the sender's short id, unique in the course. `title` is what holds: that of `decided`,
where the administration has decided one, else `said_title`."""

learner_groups = Table(
    "learner_groups",
    metadata,
    organisation(),
    Column("group_id", BigInteger, Identity(), nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "group_id"),
    UniqueConstraint("organisation_id", "course_id", "name"),
)
"""Groups of learners within a course, as senders name them."""

units = Table(
    "units",
    metadata,
    organisation(),
    Column("unit_id", BigInteger, Identity(), nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("parent_id", BigInteger),
    Column("name", Text, nullable=False),
    Column("title", Text),
    Column("position", Integer, nullable=False, server_default=text("0")),
    *described(),
    PrimaryKeyConstraint("organisation_id", "unit_id"),
    UniqueConstraint("organisation_id", "course_id", "name"),
)
"""Parts of the content, a tree."""

activities = Table(
    "activities",
    metadata,
    organisation(),
    Column("activity_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("course_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger),
    Column("activity_type", Text, nullable=False, server_default=text("'unknown'")),
    Column("claimed_type", Text, nullable=False, server_default=text("'unknown'")),
    Column("described_type", Text),
    Column("title", Text),
    Column("claimed_title", Text),
    moment("published_at"),
    moment("due_at"),
    Column("max_score", Double),
    Column("weight", Double),
    Column("attempt_policy", Text, nullable=False, server_default=text("'latest'")),
    Column("provisional", Boolean, nullable=False, server_default=text("true")),
    *described(),
    PrimaryKeyConstraint("organisation_id", "activity_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index(None, "organisation_id", "course_id"),
)
"""`activity_type` is what holds: `described_type` where the description that holds names one, else `claimed_type`, the
smallest type that any learning event has claimed (`unknown` loses to all others). So is `claimed_title` the smallest
text by which any learning event has called it; it is shown where no description names a `title`."""

activity_identifiers = Table(
    "activity_identifiers",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "issuer", "kind", "value"),
    ForeignKeyConstraint(["organisation_id", "activity_id"], ["activities.organisation_id", "activities.activity_id"]),
    Index(None, "organisation_id", "activity_id"),
)
"""Within its course: the same identifier in two runs of a course is two activities."""

activity_extensions = Table(
    "activity_extensions",
    metadata,
    organisation(),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    moment("due_at", nullable=False),
    *described(),
    PrimaryKeyConstraint("organisation_id", "activity_id", "person_id"),
)
"""Other due dates of single learners."""

outcomes = Table(
    "outcomes",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    *described(),
    PrimaryKeyConstraint("organisation_id", "course_id", "person_id"),
)
"""How a course ended for a learner."""

structure_changes = Table(
    "structure_changes",
    metadata,
    organisation(),
    Column("change_id", BigInteger, Identity(), nullable=False),
    moment("changed_at", nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("things", JSONB, nullable=False),
    moment("undone_at"),
    PrimaryKeyConstraint("organisation_id", "change_id"),
)
"""What the administration has changed of terms, units, programmes, courses and sections, so that it can be taken back:
each thing as it was before and as it was after. Kept for some days only; who did what stands in the audit trail."""
