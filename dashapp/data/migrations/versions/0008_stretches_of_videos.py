"""Several stretches of a video per event, with the session of the player."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"

_KEY = ("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id")


def upgrade() -> None:
    op.add_column("video_segments", sa.Column("number", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("video_segments", sa.Column("session", sa.Text()))
    op.drop_constraint("pk_video_segments", "video_segments", type_="primary")
    op.create_primary_key("pk_video_segments", "video_segments", [*_KEY, "number"])
