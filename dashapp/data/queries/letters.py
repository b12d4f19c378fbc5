"""Dead letters as they are read: counts, a page of a list, and one with its bytes, which leaves a row in the audit."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.letter_choice import can_be_replayed, conditions
from dashapp.data.store.letter_replays import latest_replay
from dashapp.data.store.structure import read_days
from dashapp.data.tables import audit_log, dead_letters, people
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.events import RefusalReason
from dashapp.domain.keys import OrganisationId
from dashapp.domain.letters import Letter, LetterChoice, LetterFilters, LetterRow, LetterState, LettersView
from dashapp.domain.localtime import LocalDays
from dashapp.domain.principal import Principal
from dashapp.domain.views import Freshness

PAGE_ROWS: Final = 50
MOST_NAMES: Final = 100
"""Senders and topics that a filter offers."""
LOOKS_SHOWN: Final = 3

letters = dead_letters.c
_LISTED: Final = (
    letters.dead_letter_id,
    letters.reason,
    letters.detail,
    letters.sender,
    letters.topic,
    letters.state,
    letters["count"].label("times"),
    letters.attempts,
    letters.first_seen_at,
    letters.last_seen_at,
)


def list_letters(connection: Connection, choice: LetterChoice, limit: int, offset: int = 0) -> list[LetterRow]:
    """Chosen letters without their bytes, the one seen last first."""
    rows = connection.execute(
        select(*_LISTED)
        .where(*conditions(choice))
        .order_by(letters.last_seen_at.desc(), letters.dead_letter_id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_row(row) for row in rows]


def count_letters(connection: Connection, choice: LetterChoice) -> tuple[int, int]:
    """How many of the chosen letters can be replayed, and how many cannot."""
    rows = connection.execute(
        select(can_be_replayed().label("whole"), func.count()).where(*conditions(choice)).group_by("whole")
    )
    found = {bool(whole): int(count) for whole, count in rows}
    return found.get(True, 0), found.get(False, 0)


def look_at(
    connection: Connection, organisation: OrganisationId | None, letter_id: int, actor: audit.Actor | str
) -> Letter:
    """One letter with its bytes, in a transaction that may write: the look is recorded in it. Raises NotFound.

    `organisation`: whose letters may be looked at; None, for operators only: all.
    """
    statement = select(
        *_LISTED,
        letters.organisation_id,
        letters.transport,
        letters.partition,
        letters.record_offset,
        letters.body,
        letters.body_bytes,
        letters.decided_by,
        letters.decided_at,
    ).where(letters.dead_letter_id == letter_id)
    if organisation is not None:
        statement = statement.where(letters.organisation_id == organisation)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no such letter.")
    owner = None if row.organisation_id is None else OrganisationId(row.organisation_id)
    subject = f"dead letter {letter_id}"
    looks = _looks(connection, subject)
    audit.record(connection, owner, actor, audit.Action.LOOKED, {"subject": subject})
    return Letter(
        row=_row(row),
        transport=row.transport,
        partition=row.partition,
        offset=row.record_offset,
        body=bytes(row.body),
        body_bytes=row.body_bytes,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        looked_at=looks,
    )


def _looks(connection: Connection, subject: str) -> tuple[tuple[str, datetime], ...]:
    rows = connection.execute(
        select(audit_log.c.actor, audit_log.c.at)
        .where(audit_log.c.subject == subject, audit_log.c.action == audit.Action.LOOKED.value)
        .order_by(audit_log.c.audit_id.desc())
        .limit(LOOKS_SHOWN)
    )
    return tuple((row.actor, row.at) for row in rows)


def _row(row: Any) -> LetterRow:
    return LetterRow(
        letter_id=row.dead_letter_id,
        reason=RefusalReason(row.reason),
        detail=row.detail,
        sender=row.sender,
        topic=row.topic,
        state=LetterState(row.state),
        count=row.times,
        attempts=row.attempts,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
    )


@dataclass(frozen=True, slots=True)
class LetterReader:
    """Reads dead letters for administrators of an organisation. Raises NotPermitted for anybody else."""

    database: Database

    def choice(self, principal: Principal, filters: LetterFilters) -> LetterChoice:
        """The letters that the filters of a page mean, in the days of the organisation."""
        organisation = _administered(principal)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            return _choice(organisation, filters, read_days(connection, organisation))

    def view(self, principal: Principal, filters: LetterFilters, freshness: Freshness) -> LettersView:
        """The page of the letters; a page behind the last one is the last one."""
        organisation = _administered(principal)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            days = read_days(connection, organisation)
            choice = _choice(organisation, filters, days)
            reasons = _reasons(connection, replace(choice, reason=None))
            chosen = [one for one in reasons if filters.reason in (None, one[0])]
            total = sum(letters_of for _, letters_of, _ in chosen)
            pages = max(1, ceil(total / PAGE_ROWS))
            page = min(filters.page, pages)
            return LettersView(
                rows=tuple(list_letters(connection, choice, PAGE_ROWS, (page - 1) * PAGE_ROWS)),
                total=total,
                times=sum(times for _, _, times in chosen),
                page=page,
                pages=pages,
                reasons=reasons,
                senders=_names(connection, organisation, select(letters.sender)),
                topics=_names(connection, organisation, select(letters.topic)),
                replay=latest_replay(connection, organisation),
                open_letters=_open(connection, organisation),
                freshness=replace(freshness, zone=str(days.zone_at(freshness.as_of.timestamp()))),
            )

    def letter(self, principal: Principal, letter_id: int, actor: audit.Actor | None = None) -> Letter:
        """One letter with its bytes; the look of `actor`, by default the principal, is recorded. Raises NotFound."""
        organisation = _administered(principal)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            letter = look_at(connection, organisation, letter_id, actor or str(principal.public_id))
            names = _people(connection, organisation, {actor for actor, _ in letter.looked_at})
            looks = tuple((names.get(actor, actor), at) for actor, at in letter.looked_at)
            return replace(letter, looked_at=looks)

    def zone(self, principal: Principal) -> str:
        """The organisation's time zone now."""
        organisation = _administered(principal)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            return str(read_days(connection, organisation).zone_at(datetime.now(UTC).timestamp()))


def _administered(principal: Principal) -> OrganisationId:
    if not principal.administers:
        raise NotPermitted("Only administrators see what was refused.")
    return principal.organisation_id


def _choice(organisation: OrganisationId, filters: LetterFilters, days: LocalDays) -> LetterChoice:
    def begin(day: date | None) -> datetime | None:
        return None if day is None else days.first_instant(day).astimezone(UTC)

    return LetterChoice(
        organisation_id=organisation,
        reason=filters.reason,
        sender=filters.sender,
        topic=filters.topic,
        state=filters.state,
        since=begin(filters.first),
        until=begin(filters.last + timedelta(days=1) if filters.last else None),
    )


def _reasons(connection: Connection, choice: LetterChoice) -> tuple[tuple[RefusalReason, int, int], ...]:
    """(reason, letters, how often they came), the most letters first."""
    rows = connection.execute(
        select(letters.reason, func.count(), func.sum(letters["count"]))
        .where(*conditions(choice))
        .group_by(letters.reason)
        .order_by(func.count().desc(), letters.reason)
    )
    return tuple((RefusalReason(reason), int(found), int(times)) for reason, found, times in rows)


def _names(connection: Connection, organisation: OrganisationId, chosen: Select[Any]) -> tuple[str, ...]:
    statement = chosen.where(letters.organisation_id == organisation).distinct().order_by(chosen.selected_columns[0])
    return tuple(str(name) for (name,) in connection.execute(statement.limit(MOST_NAMES)) if name is not None)


def _open(connection: Connection, organisation: OrganisationId) -> int:
    found = connection.execute(
        select(func.count()).where(letters.organisation_id == organisation, letters.state == LetterState.OPEN.value)
    )
    return int(found.scalar_one())


def _people(connection: Connection, organisation: OrganisationId, public_ids: set[str]) -> dict[str, str]:
    """Public id → name, of those that are people of the organisation."""
    wanted = [one for one in public_ids if not one.startswith("operator:")]
    rows = connection.execute(
        select(people.c.public_id, people.c.given_name, people.c.family_name).where(
            people.c.organisation_id == organisation, people.c.public_id.in_(wanted)
        )
    )
    return {str(row.public_id): " ".join(filter(None, (row.given_name, row.family_name))) for row in rows}
