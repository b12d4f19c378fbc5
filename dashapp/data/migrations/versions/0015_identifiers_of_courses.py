"""Pages may read the identifiers of courses: what nobody has described is called by one."""

from dashapp.data.migrations.protection import OWN_ORGANISATION, allow_one

revision = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    allow_one("course_identifiers", "la_web", "SELECT", OWN_ORGANISATION)
