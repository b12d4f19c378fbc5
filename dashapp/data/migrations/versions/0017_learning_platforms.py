"""Learning platforms that launch pages."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import protect

revision = "0017"
down_revision: str | None = "0016"


def _moment(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _organisation() -> "sa.Column[int]":
    return sa.Column("organisation_id", sa.BigInteger(), nullable=False)


def _of_platform(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "platform_id"],
        ["lti_platforms.organisation_id", "lti_platforms.platform_id"],
        name=op.f(f"fk_{table}_lti_platforms"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    _platforms()
    _launches()
    _keys()
    _policies()
    _find_platform()


def _platforms() -> None:
    op.create_table(
        "lti_platforms",
        _organisation(),
        sa.Column("platform_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("title", "issuer", "client_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("authorization_url", "token_url")),
        sa.Column("token_audience", sa.Text(), nullable=True),
        sa.Column("keyset_url", sa.Text(), nullable=False),
        sa.Column("pages_url", sa.Text(), nullable=True),
        sa.Column("events_issuer", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        _moment("added_at", nullable=False),
        _moment("last_launch_at"),
        sa.Column("last_refusal", sa.Text(), nullable=True),
        _moment("last_refusal_at"),
        sa.PrimaryKeyConstraint("organisation_id", "platform_id", name=op.f("pk_lti_platforms")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_lti_platforms_organisation_id_public_id")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_lti_platforms_issuer_client_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.organisation_id"], name=op.f("fk_lti_platforms_organisations")
        ),
    )
    op.create_table(
        "lti_deployments",
        _organisation(),
        sa.Column("platform_id", sa.BigInteger(), nullable=False),
        sa.Column("deployment_id", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _moment("seen_at", nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "platform_id", "deployment_id", name=op.f("pk_lti_deployments")),
        _of_platform("lti_deployments"),
    )


def _launches() -> None:
    op.create_table(
        "lti_used_states",
        _organisation(),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        _moment("expires_at", nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "state_hash", name=op.f("pk_lti_used_states")),
    )
    op.create_table(
        "lti_contexts",
        _organisation(),
        sa.Column("platform_id", sa.BigInteger(), nullable=False),
        sa.Column("deployment_id", sa.Text(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("course_id", sa.BigInteger(), nullable=True),
        sa.Column("roster_url", sa.Text(), nullable=True),
        _moment("last_launch_at", nullable=False),
        _moment("roster_tried_at"),
        _moment("roster_read_at"),
        sa.Column("roster_members", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "organisation_id", "platform_id", "deployment_id", "context_id", name=op.f("pk_lti_contexts")
        ),
        _of_platform("lti_contexts"),
    )
    op.create_table(
        "lti_resource_links",
        _organisation(),
        sa.Column("platform_id", sa.BigInteger(), nullable=False),
        sa.Column("deployment_id", sa.Text(), nullable=False),
        sa.Column("resource_link_id", sa.Text(), nullable=False),
        sa.Column("context_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("page", sa.Text(), nullable=False),
        _moment("last_launch_at", nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "platform_id", "deployment_id", "resource_link_id", name=op.f("pk_lti_resource_links")
        ),
        _of_platform("lti_resource_links"),
    )


def _keys() -> None:
    op.create_table(
        "lti_keys",
        _organisation(),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key_id", "public_key", "private_key")),
        _moment("made_at", nullable=False),
        _moment("retired_at"),
        sa.PrimaryKeyConstraint("organisation_id", "key_id", name=op.f("pk_lti_keys")),
    )
    op.create_table(
        "lti_registration_codes",
        _organisation(),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        _moment("made_at", nullable=False),
        _moment("expires_at", nullable=False),
        _moment("used_at"),
        sa.Column("platform_id", sa.BigInteger(), nullable=True),
        sa.Column("failed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "code_hash", name=op.f("pk_lti_registration_codes")),
    )


def _policies() -> None:
    """A launch notes that it happened, where and from which course. Whom to believe is decided by the administration,
    in transactions of la_jobs."""
    for table in ("lti_platforms", "lti_deployments"):
        protect(table, web="SELECT")
    op.execute("GRANT UPDATE (last_launch_at, last_refusal, last_refusal_at) ON lti_platforms TO la_web")
    op.execute("GRANT INSERT ON lti_deployments TO la_web")
    protect("lti_used_states", web="SELECT, INSERT, DELETE")
    protect("lti_contexts", web="SELECT, INSERT")
    op.execute(
        "GRANT UPDATE (title, label, course_id, roster_url, last_launch_at, roster_tried_at, roster_read_at,"
        " roster_members) ON lti_contexts TO la_web"
    )
    protect("lti_resource_links", web="SELECT, INSERT, UPDATE")
    protect("lti_keys", web="SELECT, INSERT, UPDATE")
    protect("lti_registration_codes", web="SELECT")


def _find_platform() -> None:
    """A login knows a platform before it knows an organisation: one name in, at most one answer out, no list."""
    op.execute("CREATE POLICY la_owner_select ON lti_platforms FOR SELECT TO la_owner USING (true)")
    op.execute(
        """
        CREATE FUNCTION find_lti_platform(wanted_issuer text, wanted_client text)
        RETURNS TABLE (organisation_id bigint, platform_id bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = analytics, pg_temp AS $$
            SELECT p.organisation_id, p.platform_id FROM lti_platforms p
            WHERE p.issuer = wanted_issuer AND p.enabled AND (wanted_client IS NULL OR p.client_id = wanted_client)
                AND (wanted_client IS NOT NULL OR 1 = (
                    SELECT count(*) FROM lti_platforms o WHERE o.issuer = wanted_issuer AND o.enabled))
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION find_organisation_by_public_id(wanted uuid) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = analytics, pg_temp AS $$
            SELECT organisation_id FROM organisations WHERE public_id = wanted
        $$
        """
    )
    for function in ("find_lti_platform(text, text)", "find_organisation_by_public_id(uuid)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO la_web, la_jobs")
