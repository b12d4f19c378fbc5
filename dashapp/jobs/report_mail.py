"""The mail that brings a copy of a report: a body in HTML with its charts inline, files attached or linked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Final
from uuid import UUID

from dashapp.domain.messages import one_line
from dashapp.domain.schedules.runs import File, Part
from dashapp.words import _, ngettext

MOST_CARRIED: Final = 7_000_000
"""Bytes of a mail: what is larger is linked. In a mail they grow by a third, and many servers take 10 MB."""
MOST_SHOWN: Final = 2_000_000
"""Bytes of what is read in the mail itself; longer than that it is linked, too."""
LINKS: Final = "<!-- links -->"
"""Stands in the body where its links are to go; without it they go to the end."""


@dataclass(frozen=True, slots=True)
class ReportMail:
    """What a mail is made of. `link`: the address of a file by its place, from 0."""

    public_id: UUID
    address: str
    title: str
    language: str
    at: datetime
    folder: Path
    files: tuple[File, ...]
    link: Callable[[int], str]
    resent: bool = False

    @property
    def shown(self) -> int:
        """Bytes of the body with its pictures; 0 where it is too long to stand in a mail."""
        found = sum(file.bytes for file in self.files if file.part is not Part.ATTACHED)
        return found if found <= MOST_SHOWN else 0

    @property
    def attached(self) -> tuple[File, ...]:
        """The files that go along: all, or none where they are too large together with what is shown."""
        found = tuple(file for file in self.files if file.part is Part.ATTACHED)
        return found if sum(file.bytes for file in found) + self.shown <= MOST_CARRIED else ()

    @property
    def linked(self) -> list[tuple[File, str]]:
        """The files that can be fetched, with their addresses: those to attach, and a body that is too long."""
        parts = (Part.ATTACHED,) if self.shown else (Part.ATTACHED, Part.BODY)
        return [(file, self.link(place)) for place, file in enumerate(self.files) if file.part in parts]


def written_mail(mail: ReportMail, sender: str, host: str) -> EmailMessage:
    """The mail with its headers, in the language that holds. Raises OSError where a file is gone, and ValueError where
    something cannot stand in a header."""
    made = EmailMessage(SMTP)
    name, _at, domain = sender.rpartition("@")
    title = one_line(mail.title) or _("Report")
    made["Subject"] = title
    made["From"] = Address(_("Learning analytics"), name, domain)
    made["To"] = mail.address
    made["Date"] = format_datetime(mail.at)
    # The same in every try: whoever gets it twice after all sees one mail.
    made["Message-ID"] = f"<{mail.public_id}@{host}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_plain(mail, title), cte="quoted-printable")
    made["Content-Language"] = mail.language
    body = next((file for file in mail.files if file.part is Part.BODY), None)
    if body is not None and mail.shown:
        _add_body(made, mail, (mail.folder / body.name).read_text(encoding="utf-8"))
    for file in mail.attached:
        kind, _slash, finer = file.kind.partition(";")[0].partition("/")
        data = (mail.folder / file.name).read_bytes()
        made.add_attachment(data, maintype=kind, subtype=finer, filename=one_line(file.name))
    return made


def _add_body(made: EmailMessage, mail: ReportMail, body: str) -> None:
    links = _links_in_html(mail)
    if LINKS in body:
        whole = body.replace(LINKS, links, 1)
    else:
        head, end, rest = body.rpartition("</body>")
        whole = f"{head}{links}{end}{rest}" if end else f"{body}{links}"
    made.add_alternative(whole, subtype="html", cte="quoted-printable")
    pictures = [file for file in mail.files if file.part is Part.INLINE]
    html = made.get_payload()[-1]  # type: ignore[index]  # add_alternative has made it a list
    for file in pictures:
        kind, _slash, finer = file.kind.partition("/")
        data = (mail.folder / file.name).read_bytes()
        html.add_related(data, maintype=kind, subtype=finer, cid=f"<{file.name}>", disposition="inline")  # type: ignore[union-attr]  # it is a message


def _plain(mail: ReportMail, title: str) -> str:
    linked = mail.linked
    plain = next((file for file in mail.files if file.part is Part.PLAIN), None)
    told = title
    if plain is not None and mail.shown:
        told = (mail.folder / plain.name).read_text(encoding="utf-8").strip()
    lines = [told, ""]
    if mail.resent:
        lines += [_("Somebody has had this report sent again. You may have it already."), ""]
    lines += [_("What you see here is made for you alone, with your own rights."), ""]
    if linked and not (mail.attached and mail.shown):
        lines.append(_("The files are too large for a mail:"))
    lines += [f"{file.name}\n{address}" for file, address in linked]
    return "\n".join([*lines, "", _expiry(len(linked))] if linked else lines)


def _links_in_html(mail: ReportMail) -> str:
    if not mail.linked:
        return ""
    rows = "".join(f'<li><a href="{escape(address)}">{escape(file.name)}</a></li>' for file, address in mail.linked)
    return f"<ul>{rows}</ul><p>{escape(_expiry(len(mail.linked)))}</p>"


def _expiry(count: int) -> str:
    return ngettext(
        "The link works for 14 days. Whoever has it can open the file.",
        "The links work for 14 days. Whoever has one can open its file.",
        count,
    )
