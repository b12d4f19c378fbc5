"""The academic calendar of terms, the language of an organisation, and what the code of the first start is made of."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import READ, protect

revision = "0021"
down_revision: str | None = "0019"


def upgrade() -> None:
    op.create_table(
        "term_breaks",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("term_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "term_id", "first_day", name=op.f("pk_term_breaks")),
    )
    protect("term_breaks", web=READ)
    op.add_column("organisations", sa.Column("language", sa.Text(), server_default=sa.text("'en'"), nullable=False))
    # How many organisations there have ever been: with each, the code of the first start is another one.
    op.execute("GRANT SELECT ON SEQUENCE organisations_organisation_id_seq TO la_jobs")
