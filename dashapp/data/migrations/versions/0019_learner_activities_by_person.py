"""What a learner did in the activities of a course lies together: one key, in the order in which events come.

A session of a learner then finds its rows on one page of one index, where two indexes had them on a page each before.
"""

from alembic import op

revision = "0019"
down_revision: str | None = "0018"


def upgrade() -> None:
    op.drop_index("ix_learner_activities_organisation_id_person_id_course_id", table_name="learner_activities")
    op.drop_constraint("pk_learner_activities", "learner_activities", type_="primary")
    op.create_primary_key(
        "pk_learner_activities", "learner_activities", ["organisation_id", "course_id", "person_id", "activity_id"]
    )
