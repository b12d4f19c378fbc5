"""Reports: made, saved with a version for each change, opened by whoever may, deleted and put back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from dashapp.data.queries.described import full_name
from dashapp.data.queries.report_readers import EDITS, IS_THERE, OWNS, READS, name_of, values_of
from dashapp.domain.reports.document import Report, written
from dashapp.domain.reports.keeping import (
    KEPT_DELETED,
    MOST_REPORTS,
    MOST_VERSIONS,
    ListedReport,
    OpenedReport,
    ReportReader,
    ReportVersion,
    SavedReport,
)


def list_reports(connection: Connection, reader: ReportReader) -> tuple[ListedReport, ...]:
    """Those that the reader may read, the latest changed first."""
    rows = connection.execute(_LIST, values_of(reader))
    return tuple(
        ListedReport(
            public_id=row.public_id,
            title=row.title,
            owner=full_name(row.given_name, row.family_name),
            own=row.own,
            may_edit=row.may_edit,
            shares=row.shares,
            changed_at=row.changed_at,
        )
        for row in rows
    )


def open_report(connection: Connection, reader: ReportReader, public_id: UUID) -> OpenedReport | None:
    """One of them; None where it is not there, or not the reader's to read."""
    row = connection.execute(_OPEN, _about(reader, public_id)).one_or_none()
    if row is None:
        return None
    owner = full_name(row.given_name, row.family_name)
    return OpenedReport(row.public_id, row.document, row.revision, row.changed_at, owner, row.own, row.may_edit)


def make_report(connection: Connection, reader: ReportReader, report: Report, at: datetime) -> UUID | None:
    """Keeps a new report of the reader's own. None: there are as many as there may be."""
    _wait_for_turn(connection, reader)
    values = {**values_of(reader), "at": at}
    connection.execute(_FORGET, {**values, "before": at - KEPT_DELETED})
    if connection.execute(_COUNT, values).scalar_one() >= MOST_REPORTS:
        return None
    given = {**values, "title": report.title, "document": written(report)}
    public_id: UUID = connection.execute(_MAKE, given).scalar_one()
    connection.execute(_NOTE, {**given, "report": public_id, "revision": 1})
    return public_id


def save_report(
    connection: Connection, reader: ReportReader, what: tuple[UUID, Report, int], at: datetime
) -> SavedReport | None:
    """Saves (report, document, the revision that it was made from), with a version where it differs from what is kept.

    Where somebody has saved meanwhile nothing is changed, and the answer says so. None: it is not there, or not the
    reader's to change.
    """
    public_id, report, made_from = what
    held = connection.execute(_HOLD, _about(reader, public_id)).one_or_none()
    if held is None:
        return None
    document = written(report)
    if held.document == document:
        return SavedReport(held.revision, held.changed_at)
    if held.revision != made_from:
        return SavedReport(held.revision, held.changed_at, conflict=True)
    revision = held.revision + 1
    given = {**_about(reader, public_id), "title": report.title, "document": document, "revision": revision, "at": at}
    connection.execute(_SAVE, given)
    connection.execute(_NOTE, given)
    connection.execute(_FORGET_VERSIONS, {**given, "until": revision - MOST_VERSIONS})
    return SavedReport(revision, at)


def list_versions(connection: Connection, reader: ReportReader, public_id: UUID) -> tuple[ReportVersion, ...]:
    """What the report was, the latest first; nothing for who may not change it."""
    rows = connection.execute(_VERSIONS, _about(reader, public_id))
    return tuple(
        ReportVersion(row.revision, row.changed_at, full_name(row.given_name, row.family_name)) for row in rows
    )


def read_version(connection: Connection, reader: ReportReader, public_id: UUID, revision: int) -> str | None:
    """The document of a version; None where there is none, or it is not the reader's to change."""
    found = connection.execute(_VERSION, {**_about(reader, public_id), "revision": revision})
    document: str | None = found.scalar_one_or_none()
    return document


def delete_report(connection: Connection, reader: ReportReader, public_id: UUID, at: datetime) -> str | None:
    """The title of what was deleted; None where it is not there, or not the reader's own."""
    title: str | None = connection.execute(_DELETE, {**_about(reader, public_id), "at": at}).scalar_one_or_none()
    return title


def put_back(connection: Connection, reader: ReportReader, public_id: UUID, at: datetime) -> str | None:
    """The title of what is there again; None where it is not deleted, is gone for good, or not the reader's own."""
    since = {"since": at - KEPT_DELETED}
    title: str | None = connection.execute(_PUT_BACK, {**_about(reader, public_id), **since}).scalar_one_or_none()
    return title


def forget_deleted(connection: Connection, before: datetime) -> int:
    """Throws away what was deleted before an instant, of the transaction's organisation; how many reports went."""
    return connection.execute(_FORGET_ALL, {"before": before}).rowcount


def _about(reader: ReportReader, public_id: UUID) -> Mapping[str, Any]:
    return {**values_of(reader), "report": public_id}


def _wait_for_turn(connection: Connection, reader: ReportReader) -> None:
    """Two windows of one person may make reports at once; the limit holds for both together."""
    connection.execute(_TAKE_TURNS, {"kind": _KIND, "key": int(reader.person) % 2**31})


_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(:kind, :key)")
_KIND: Final = 0x5A72
_THIS: Final = "r.public_id = :report"
_LIST: Final = text(f"""
    SELECT r.public_id, r.title, r.changed_at, {OWNS} AS own, {EDITS} AS may_edit, n.given_name, n.family_name,
        (SELECT count(*) FROM report_shares h
            WHERE h.organisation_id = r.organisation_id AND h.report_id = r.public_id) AS shares
    FROM reports r {name_of("r.owner_id")}
    WHERE {IS_THERE} AND {READS} ORDER BY r.changed_at DESC, r.public_id""")
_OPEN: Final = text(f"""
    SELECT r.public_id, r.document, r.revision, r.changed_at, {OWNS} AS own, {EDITS} AS may_edit,
        n.given_name, n.family_name
    FROM reports r {name_of("r.owner_id")} WHERE {IS_THERE} AND {_THIS} AND {READS}""")
_COUNT: Final = text(f"SELECT count(*) FROM reports r WHERE r.organisation_id = :organisation AND {OWNS}")
_MAKE: Final = text("""
    INSERT INTO reports (organisation_id, owner_id, title, document, revision, created_at, changed_at)
    VALUES (:organisation, :reader, :title, :document, 1, :at, :at) RETURNING public_id""")
_NOTE: Final = text("""
    INSERT INTO report_versions (organisation_id, report_id, revision, document, changed_at, author_id)
    VALUES (:organisation, :report, :revision, :document, :at, :reader)""")
_HOLD: Final = text(f"""
    SELECT r.document, r.revision, r.changed_at FROM reports r WHERE {IS_THERE} AND {_THIS} AND {EDITS} FOR UPDATE""")
_SAVE: Final = text(f"""
    UPDATE reports r SET title = :title, document = :document, revision = :revision, changed_at = :at
    WHERE r.organisation_id = :organisation AND {_THIS}""")
_FORGET_VERSIONS: Final = text("""
    DELETE FROM report_versions
    WHERE organisation_id = :organisation AND report_id = :report AND revision <= :until""")
_VERSIONS: Final = text(f"""
    SELECT v.revision, v.changed_at, n.given_name, n.family_name
    FROM report_versions v
    JOIN reports r ON r.organisation_id = v.organisation_id AND r.public_id = v.report_id
    {name_of("v.author_id")} WHERE {IS_THERE} AND {_THIS} AND {EDITS} ORDER BY v.revision DESC""")
_VERSION: Final = text(f"""
    SELECT v.document FROM report_versions v
    JOIN reports r ON r.organisation_id = v.organisation_id AND r.public_id = v.report_id
    WHERE {IS_THERE} AND {_THIS} AND {EDITS} AND v.revision = :revision""")
_DELETE: Final = text(f"""
    UPDATE reports r SET deleted_at = :at WHERE {IS_THERE} AND {_THIS} AND {OWNS} RETURNING r.title""")
_PUT_BACK: Final = text(f"""
    UPDATE reports r SET deleted_at = NULL
    WHERE r.organisation_id = :organisation AND {_THIS} AND {OWNS} AND r.deleted_at > :since RETURNING r.title""")
_FORGET: Final = text(f"""
    DELETE FROM reports r WHERE r.organisation_id = :organisation AND {OWNS} AND r.deleted_at <= :before""")
_FORGET_ALL: Final = text("DELETE FROM reports WHERE deleted_at <= :before")
