"""With whom reports are shared: decided by their owners alone."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from dashapp.data.folding import folded
from dashapp.data.queries.described import full_name
from dashapp.data.queries.report_readers import IS_THERE, OWNS, name_of, values_of
from dashapp.domain.keys import PersonId, PublicId
from dashapp.domain.reports.keeping import MOST_SHARES, Colleague, ReportReader, ReportShare, ShareRole

MOST_COLLEAGUES: Final = 8


def list_shares(connection: Connection, reader: ReportReader, report: UUID) -> tuple[ReportShare, ...]:
    """Roles first, then people by name; nothing for who is not the owner."""
    rows = connection.execute(_LIST, {**values_of(reader), "report": report})
    return tuple(
        ReportShare(
            public_id=row.public_id,
            role=ShareRole(row.role) if row.role else None,
            name=full_name(row.given_name, row.family_name),
            may_edit=row.may_edit,
        )
        for row in rows
    )


def share(
    connection: Connection,
    reader: ReportReader,
    what: tuple[UUID, ShareRole | PersonId, bool],
    at: datetime,
) -> bool:
    """Shares (report, role or person, whether they may change it), or changes what they may.

    False: it is not there, not the reader's own, or shared with as many as it may be.
    """
    report, other, may_edit = what
    values: dict[str, Any] = {**values_of(reader), "report": report, "may_edit": may_edit, "at": at}
    values |= {"role": other.value, "person": None} if isinstance(other, ShareRole) else {"role": None, "person": other}
    return connection.execute(_SHARE, {**values, "most": MOST_SHARES}).rowcount > 0


def end_share(connection: Connection, reader: ReportReader, report: UUID, share_id: UUID) -> bool:
    """False: there is no such share, or the report is not the reader's own."""
    return connection.execute(_END, {**values_of(reader), "report": report, "share": share_id}).rowcount > 0


def find_colleagues(connection: Connection, reader: ReportReader, words: str) -> tuple[Colleague, ...]:
    """Staff of courses and administrators whose names hold all the words, the reader left out."""
    patterns = [_pattern(word) for word in folded(words).split()]
    if not patterns:
        return ()
    rows = connection.execute(_COLLEAGUES, {**values_of(reader), "patterns": patterns, "limit": MOST_COLLEAGUES})
    return tuple(Colleague(PublicId(row.public_id), full_name(row.given_name, row.family_name)) for row in rows)


def find_colleague(connection: Connection, reader: ReportReader, public_id: UUID) -> PersonId | None:
    """The key of one of them; None for whoever is not staff now."""
    found = connection.execute(_COLLEAGUE, {**values_of(reader), "colleague": public_id}).scalar_one_or_none()
    return None if found is None else PersonId(found)


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


_OWN: Final = f"""SELECT 1 FROM reports r WHERE {IS_THERE} AND r.public_id = :report AND {OWNS}"""
_LIST: Final = text(f"""
    SELECT s.public_id, s.role, s.may_edit, n.given_name, n.family_name FROM report_shares s {name_of("s.person_id")}
    WHERE s.organisation_id = :organisation AND s.report_id = :report AND EXISTS ({_OWN})
    ORDER BY s.role NULLS LAST, n.family_name, n.given_name, s.public_id""")
_SHARE: Final = text(f"""
    INSERT INTO report_shares (organisation_id, report_id, role, person_id, may_edit, shared_at)
    SELECT :organisation, :report, CAST(:role AS text), CAST(:person AS bigint), :may_edit, :at
    WHERE EXISTS ({_OWN}) AND (SELECT count(*) FROM report_shares
        WHERE organisation_id = :organisation AND report_id = :report) < :most
    ON CONFLICT (organisation_id, report_id, role, person_id) DO UPDATE SET may_edit = excluded.may_edit""")
_END: Final = text(f"""
    DELETE FROM report_shares WHERE organisation_id = :organisation AND report_id = :report AND public_id = :share
        AND EXISTS ({_OWN})""")
_STAFF: Final = """p.organisation_id = :organisation AND p.merged_into IS NULL AND p.person_id <> :reader
    AND p.person_id IN (
        SELECT coalesce(h.merged_into, h.person_id) FROM memberships m
        JOIN people h ON h.organisation_id = m.organisation_id AND h.person_id = m.person_id
        WHERE m.organisation_id = :organisation AND m.role <> 'learner'
            AND (m.role IN ('teacher', 'assistant') AND m.scope_kind IN ('course', 'section')
                OR m.role = 'administrator' AND m.scope_kind = 'organisation' AND m.granted_by <> 'event')
            AND (m.starts_at IS NULL OR m.starts_at <= clock_timestamp())
            AND (m.ends_at IS NULL OR m.ends_at > clock_timestamp()))"""
_COLLEAGUES: Final = text(f"""
    SELECT p.public_id, d.given_name, d.family_name FROM people p
    JOIN people d ON d.organisation_id = p.organisation_id AND d.person_id = coalesce(p.described_as, p.person_id)
    WHERE {_STAFF} AND d.folded LIKE ALL (CAST(:patterns AS text[]))
    ORDER BY d.folded COLLATE "C", p.person_id LIMIT :limit""")
_COLLEAGUE: Final = text(f"SELECT p.person_id FROM people p WHERE {_STAFF} AND p.public_id = :colleague")
