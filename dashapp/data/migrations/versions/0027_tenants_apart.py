"""Organisations are kept apart where they share the installation: what one registers breaks nothing of another."""

from alembic import op

revision = "0027"
down_revision: str | None = "0021"


def upgrade() -> None:
    _only_origins_frame_pages()


def _only_origins_frame_pages() -> None:
    """Each stands in a header as it is; what is none is taken back, since it never framed anything."""
    rule = r"origin ~ '^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$' AND length(origin) < 300"
    op.execute("ALTER TABLE frame_origins NO FORCE ROW LEVEL SECURITY")
    op.execute(f"DELETE FROM frame_origins WHERE NOT ({rule})")
    op.execute(f"ALTER TABLE frame_origins ADD CONSTRAINT ck_frame_origins_origin CHECK ({rule})")
    op.execute("ALTER TABLE frame_origins FORCE ROW LEVEL SECURITY")
