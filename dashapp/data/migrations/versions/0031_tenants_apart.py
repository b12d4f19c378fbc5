"""Organisations are kept apart where they share the installation: what one registers breaks nothing of another."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision: str | None = "0030"


def upgrade() -> None:
    _only_origins_frame_pages()
    _platforms_by_organisation()


def _only_origins_frame_pages() -> None:
    """Each stands in a header as it is; what is none is taken back, since it never framed anything."""
    rule = r"origin ~ '^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$' AND length(origin) < 300"
    op.execute("ALTER TABLE frame_origins NO FORCE ROW LEVEL SECURITY")
    op.execute(f"DELETE FROM frame_origins WHERE NOT ({rule})")
    op.execute(f"ALTER TABLE frame_origins ADD CONSTRAINT ck_frame_origins_origin CHECK ({rule})")
    op.execute("ALTER TABLE frame_origins FORCE ROW LEVEL SECURITY")


def _platforms_by_organisation() -> None:
    """One organisation neither takes a registration away from another by making it first, nor makes its logins
    ambiguous. What was registered when all had one address for logins is found there before whatever came later."""
    op.drop_constraint("uq_lti_platforms_issuer_client_id", "lti_platforms", type_="unique")
    op.create_unique_constraint(
        "uq_lti_platforms_organisation_id_issuer_client_id",
        "lti_platforms",
        ["organisation_id", "issuer", "client_id"],
    )
    # The rows that are there get the first default, those to come the second one.
    op.add_column("lti_platforms", sa.Column("shared_login", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.alter_column("lti_platforms", "shared_login", server_default=sa.false())
    op.execute(
        """
        CREATE OR REPLACE FUNCTION find_lti_platform(wanted_issuer text, wanted_client text)
        RETURNS TABLE (organisation_id bigint, platform_id bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = analytics, pg_temp AS $$
            WITH named AS (
                SELECT p.organisation_id, p.platform_id, p.shared_login FROM lti_platforms p
                WHERE p.issuer = wanted_issuer AND p.enabled
                    AND (wanted_client IS NULL OR p.client_id = wanted_client)),
            first AS (
                SELECT n.organisation_id, n.platform_id FROM named n
                WHERE n.shared_login = (SELECT bool_or(o.shared_login) FROM named o))
            SELECT f.organisation_id, f.platform_id FROM first f WHERE 1 = (SELECT count(*) FROM first)
        $$
        """
    )
