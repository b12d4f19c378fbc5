"""Which reports somebody may read or change, as SQL that the store of reports and its lists share.

Keys of people who were merged into somebody stand for that person: what they own or is shared with them is theirs.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from dashapp.domain.reports.keeping import ReportReader

SELVES: Final = """(SELECT CAST(:reader AS bigint) UNION ALL SELECT person_id FROM people
    WHERE organisation_id = :organisation AND merged_into = :reader)"""
OWNS: Final = f"r.owner_id IN {SELVES}"
_SHARED: Final = f"""EXISTS (SELECT FROM report_shares s
    WHERE s.organisation_id = r.organisation_id AND s.report_id = r.public_id
        AND (s.role = ANY(CAST(:roles AS text[])) OR s.person_id IN {SELVES})"""
READS: Final = f"({OWNS} OR {_SHARED}))"
EDITS: Final = f"({OWNS} OR {_SHARED} AND s.may_edit))"
"""Of rows `r` of reports, on the parameters of `values_of`."""
IS_THERE: Final = "r.organisation_id = :organisation AND r.deleted_at IS NULL"


_READABLE: Final = text(f"""
    SELECT r.public_id FROM reports r
    WHERE {IS_THERE} AND {READS} AND r.public_id = ANY(CAST(:reports AS uuid[]))""")


def values_of(reader: ReportReader) -> dict[str, Any]:
    """The parameters of the conditions above."""
    roles = [role.value for role in reader.roles]
    return {"organisation": reader.organisation, "reader": reader.person, "roles": roles}


def readable(connection: Connection, reader: ReportReader, reports: Sequence[UUID]) -> frozenset[UUID]:
    """Those of some reports that the reader may read."""
    given = {**values_of(reader), "reports": [str(one) for one in reports]}
    return frozenset(UUID(str(found)) for found in connection.execute(_READABLE, given).scalars())


def name_of(person: str) -> str:
    """The columns `given_name` and `family_name` of a person's latest description, as a lateral join `n`."""
    return f"""LEFT JOIN LATERAL (SELECT d.given_name, d.family_name FROM people p
        JOIN people k ON k.organisation_id = p.organisation_id AND k.person_id = coalesce(p.merged_into, p.person_id)
        JOIN people d ON d.organisation_id = k.organisation_id AND d.person_id = coalesce(k.described_as, k.person_id)
        WHERE p.organisation_id = :organisation AND p.person_id = {person}) n ON true"""
