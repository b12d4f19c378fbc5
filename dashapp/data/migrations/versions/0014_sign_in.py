"""Local accounts with links to set a password, tries to sign in, providers of identity, and keys of services.

Only la_jobs reads and writes them: what pages read with has no way to a password's hash.
"""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import allow, protect

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    _accounts()
    _password_links()
    _sign_in_tries()
    _identity_providers()
    _service_keys()
    for table in ("accounts", "password_links", "sign_in_tries", "identity_providers"):
        protect(table)
    # A service shows its key before anybody knows of which organisation it is.
    op.execute("ALTER TABLE service_keys ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE service_keys FORCE ROW LEVEL SECURITY")
    allow("service_keys", "la_jobs", "SELECT, INSERT, UPDATE, DELETE", "true")


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("sign_in_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("organisation_id", "sign_in_name", name=op.f("uq_accounts_organisation_id_sign_in_name")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "person_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_accounts_people"),
        ),
    )


def _password_links() -> None:
    op.create_table(
        "password_links",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "secret_hash", name=op.f("pk_password_links")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["accounts.organisation_id", "accounts.account_id"],
            name=op.f("fk_password_links_accounts"),
        ),
    )


def _sign_in_tries() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "name_hash", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_last_at"), "sign_in_tries", ["last_at"], unique=False)


def _identity_providers() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("join_claim", sa.Text(), nullable=True),
        sa.Column("administrator_claim", sa.Text(), nullable=True),
        sa.Column("administrator_values", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "name", name=op.f("pk_identity_providers")),
        sa.UniqueConstraint("organisation_id", "issuer", name=op.f("uq_identity_providers_organisation_id_issuer")),
    )


def _service_keys() -> None:
    op.create_table(
        "service_keys",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "prefix", name=op.f("pk_service_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_service_keys_prefix")),
    )
