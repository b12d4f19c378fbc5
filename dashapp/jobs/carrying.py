"""Carries copies that are made to where they go: by mail, to another program, into a folder or a store, or to be
fetched."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import copyfile, copytree, rmtree
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

from dashapp.data.received_files import ReceivedFiles
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.domain.messages import Outcome
from dashapp.domain.reports.document import Report
from dashapp.domain.schedules.runs import (
    AWAY,
    FILES_KEPT,
    LONGEST_WAIT,
    Copy,
    CopyState,
    Part,
    Settled,
    Way,
    next_try,
)
from dashapp.domain.schedules.stores import StoreAccess, StoreError
from dashapp.jobs.mail import MailServer
from dashapp.jobs.report_mail import ReportMail, written_mail
from dashapp.jobs.storing import FILES, Stored, store_copy
from dashapp.jobs.webhooks import Hook, call_hook
from dashapp.security.hooks import signing_keys
from dashapp.security.outgoing import Outgoing
from dashapp.security.received import ReceivedFile, ReceivedLinks
from dashapp.security.stores import StoreClient
from dashapp.settings import Settings
from dashapp.words import use_locale
from dashapp.words.reports import locale_of

_COMING: Final = ".part"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A copy with what is known of it. `address`: of the recipient's mail or of the other program."""

    organisation: OrganisationId
    copy: Copy
    report: Report
    address: str | None
    home: UUID
    """The public id of the organisation."""
    schedule: UUID
    folder: Path
    due_at: datetime
    as_of: datetime
    store: StoreAccess | None = None
    """With Way.STORE, where one is set that can be opened."""

    @property
    def title(self) -> str:
        """As it stands in the copy: the report may be called otherwise by now."""
        return self.report.title if self.copy.title is None else self.copy.title

    @property
    def locale(self) -> str:
        """The language of the copy."""
        return self.copy.locale or self.report.locale


@dataclass(slots=True)
class Carrier:
    """Carries the copies of an organisation; holds its connection to the mail server. Enter it first."""

    settings: Settings
    outgoing: Outgoing
    links: ReceivedLinks
    clock: Clock
    files: ReceivedFiles
    _stack: ExitStack = field(default_factory=ExitStack)
    _server: MailServer | None = None
    _away: bool = False
    """One that could not be reached is not asked again for each copy: each would wait for it anew."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def ready(self, way: Way) -> None:
        """Opens what is needed to carry that way. Raises Unavailable: then nobody was told of anything."""
        if way in (Way.MAIL, Way.OUTSIDE) and self._server is None:
            if self.settings.smtp_host is None or self._away:
                raise Unavailable("There is no mail server.")
            opened: AbstractContextManager[MailServer] = MailServer(self.settings)
            try:
                self._server = self._stack.enter_context(opened)
            except Unavailable:
                self._away = True
                raise

    def carry(self, parcel: Parcel) -> Settled:
        """What came of it. Raises Unavailable where nobody was told of it."""
        match parcel.copy.way:
            case Way.DOWNLOAD:
                return Settled(CopyState.SENT)
            case Way.FOLDER:
                return self._into_folder(parcel)
            case Way.STORE:
                return self._into_store(parcel)
            case Way.WEBHOOK:
                return self._to_program(parcel)
            case Way.MAIL | Way.OUTSIDE:
                return self._by_mail(parcel)

    def waits(self, parcel: Parcel) -> Settled:
        """What becomes of a copy that nobody could be told of: it waits, until that has gone on for too long."""
        now = self.clock()
        if now - parcel.due_at > LONGEST_WAIT:
            return Settled(CopyState.FAILED, "unreachable")
        return Settled(CopyState.WAITING, "unreachable", now + AWAY)

    def _by_mail(self, parcel: Parcel) -> Settled:
        server = self._server
        if parcel.address is None or server is None:
            return Settled(CopyState.NO_ADDRESS)
        try:
            with use_locale(locale_of(parcel.locale)):
                mail = ReportMail(
                    parcel.copy.public_id, parcel.address, parcel.title, parcel.locale, parcel.as_of,
                    parcel.folder, parcel.copy.files, lambda place: self._link(parcel, place), parcel.copy.is_resent,
                )  # fmt: skip
                made = written_mail(mail, *server.signed)
        except (OSError, ValueError):
            return Settled(CopyState.FAILED, "unwritable")
        try:
            outcome, code = server.hand_over(made, parcel.address)
        except Unavailable:
            # This connection is of no use to the next mail either.
            self._close()
            raise
        if outcome is Outcome.UNKNOWN:
            self._close()
            return Settled(CopyState.UNCERTAIN, code)
        return self._settled(parcel, {Outcome.SENT: True, Outcome.LATER: None, Outcome.REFUSED: False}[outcome], code)

    def _to_program(self, parcel: Parcel) -> Settled:
        keys = signing_keys(self.settings.secret_keys, parcel.schedule)
        files = [
            {**asdict(file), "url": self._link(parcel, place)}
            for place, file in enumerate(parcel.copy.files)
            if file.part is Part.ATTACHED
        ]
        said = _told(parcel, files)
        hook = Hook(parcel.address or "", parcel.copy.public_id, keys)
        taken, code = call_hook(self.outgoing, hook, said, self.clock())
        return self._settled(parcel, taken, code)

    def _into_folder(self, parcel: Parcel) -> Settled:
        try:
            named = f"{parcel.as_of:%Y-%m-%dT%H%MZ}-{parcel.copy.public_id.hex[:8]}"
            place = self.files.drop(parcel.home, parcel.schedule, named)
            coming = place.with_name(f"{place.name}{_COMING}")
            rmtree(coming, ignore_errors=True)
            copytree(parcel.folder, coming, copy_function=_copied)
            coming.chmod(0o750)
            if place.exists():
                rmtree(place)
            coming.rename(place)
        except OSError:
            return self._settled(parcel, None, "full")
        return Settled(CopyState.SENT)

    def _into_store(self, parcel: Parcel) -> Settled:
        if parcel.store is None:
            return Settled(CopyState.FAILED, "no_store")
        copy, store = parcel.copy, parcel.store.store
        above = store.key(str(parcel.schedule), f"{parcel.as_of:%Y-%m-%dT%H%MZ}-{copy.public_id}")
        files = [{**asdict(file), "key": f"{above}/{FILES}/{file.name}"} for file in copy.files]
        stored = Stored(above, copy.public_id, parcel.folder, copy.files, _told(parcel, files))
        try:
            store_copy(StoreClient(self.outgoing, parcel.store), stored)
        except StoreError as error:
            return self._settled(parcel, None if error.passes else False, error.trouble)
        except OSError:
            return self._settled(parcel, None, "full")
        return Settled(CopyState.SENT)

    def _settled(self, parcel: Parcel, taken: bool | None, trouble: str) -> Settled:
        """By whether it was taken; None: not now."""
        if taken:
            return Settled(CopyState.SENT)
        again = next_try(parcel.copy.attempts + 1, self.clock()) if taken is None else None
        return Settled(CopyState.FAILED, trouble) if again is None else Settled(CopyState.WAITING, trouble, again)

    def _link(self, parcel: Parcel, place: int) -> str:
        until = self.clock() + FILES_KEPT
        return self.links.link(ReceivedFile(parcel.organisation, parcel.copy.public_id, place), until)

    def _close(self) -> None:
        self._stack.close()
        self._server = None


def _told(parcel: Parcel, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What programs hear of a copy."""
    return {
        "event": "report.delivered",
        "delivery": str(parcel.copy.public_id),
        "title": parcel.title,
        "due_at": parcel.due_at,
        "as_of": parcel.as_of,
        "files": files,
    }


def _copied(source: str, target: str) -> None:
    """A file that the group may read, by which another program takes it."""
    copyfile(source, target)
    Path(target).chmod(0o640)
