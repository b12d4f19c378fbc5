"""What learners want to reach."""

from sqlalchemy import BigInteger, CheckConstraint, Column, PrimaryKeyConstraint, SmallInteger, Table

from dashapp.data.tables.columns import metadata, moment, organisation

learner_goals = Table(
    "learner_goals",
    metadata,
    organisation(),
    Column("person_id", BigInteger, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("goal", SmallInteger, nullable=False),
    moment("set_at", nullable=False),
    CheckConstraint("goal BETWEEN 0 AND 100", name="ck_learner_goals_goal"),
    PrimaryKeyConstraint("organisation_id", "person_id", "course_id"),
)
"""The score in % that a learner wants to reach in a course, as they set it on their own page. Nobody else sees it. The
key of the person is that under which they were signed in: after a merge the newest of all that are one holds."""
