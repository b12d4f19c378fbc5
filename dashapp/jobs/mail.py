"""The way of a mail to the mail server, by the standard library: one mail per learner, over one connection."""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from dashapp.domain.errors import Unavailable
from dashapp.domain.messages import Mail, Outcome
from dashapp.settings import Settings

SECONDS: Final = 20.0
"""For the connection, and for each answer of the server."""
_MAIL_OPTIONS: Final = ("BODY=8BITMIME",)


def mail_of(mail: Mail, sender: str, host: str) -> EmailMessage:
    """The mail with its headers: EmailMessage refuses line ends in them, and encodes what is not ASCII."""
    name, _, domain = sender.rpartition("@")
    made = EmailMessage(SMTP)
    made["Subject"] = mail.subject
    made["From"] = Address(mail.reply_to[0] if mail.reply_to else "", name, domain)
    made["To"] = mail.address
    if mail.reply_to is not None:
        local, _, at = mail.reply_to[1].rpartition("@")
        made["Reply-To"] = Address(mail.reply_to[0], local, at)
    made["Date"] = format_datetime(mail.created_at)
    # A learner who gets it twice after all sees one mail: programs of mail go by this.
    made["Message-ID"] = f"<{mail.public_id}@{host}>"
    made.set_content(mail.body, cte="quoted-printable")
    # Only now: setting the content throws away what was said of another one.
    made["Content-Language"] = mail.language
    return made


class MailServer:
    """A connection to the mail server of the settings, opened on entering. Raises Unavailable where it is away."""

    def __init__(self, settings: Settings) -> None:
        """Connects to nothing yet. The settings name a mail server."""
        if settings.smtp_host is None or settings.smtp_from is None:
            raise ValueError("no mail server is set")
        self._settings = settings
        self._host, self._sender = settings.smtp_host, settings.smtp_from
        self._own = urlsplit(settings.public_url).hostname or "localhost"
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        try:
            self._smtp = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            # The text of the error may hold what the server has said, so only its kind is told.
            raise Unavailable(f"The mail server cannot be used: {type(error).__name__}.") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._smtp is not None:
            self._smtp.close()

    def _connected(self) -> smtplib.SMTP:
        settings, context = self._settings, _trust(self._settings)
        at = (self._host, settings.smtp_port)
        if settings.smtp_security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(*at, local_hostname=self._own, timeout=SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(*at, local_hostname=self._own, timeout=SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            if settings.smtp_security == "starttls":
                smtp.starttls(context=context)
            if settings.smtp_username is not None and settings.smtp_password is not None:
                smtp.login(settings.smtp_username, settings.smtp_password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def send(self, mail: Mail) -> tuple[Outcome, str]:
        """Hands one mail over; what came of it, with the server's reply code. Raises Unavailable before the server has
        been told of the mail: then it can be sent again without harm."""
        try:
            made = mail_of(mail, self._sender, self._own)
        except ValueError:
            return Outcome.REFUSED, "unwritable"
        return self.hand_over(made, mail.address)

    @property
    def signed(self) -> tuple[str, str]:
        """The address that mails come from, and the name of the host in their Message-IDs."""
        return self._sender, self._own

    def hand_over(self, made: EmailMessage, address: str) -> tuple[Outcome, str]:
        """The same for a mail that is made already."""
        smtp = self._smtp
        if smtp is None:
            raise ValueError("not connected")
        try:
            whole = made.as_bytes()
        except ValueError:
            return Outcome.REFUSED, "unwritable"
        try:
            # What a mail before this one has left is forgotten.
            smtp.rset()
            options = _MAIL_OPTIONS if smtp.has_extn("8bitmime") else ()
            for code, _said in (smtp.mail(self._sender, options), smtp.rcpt(address)):
                if code not in (250, 251):
                    return _refused(code)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"The mail server has gone: {type(error).__name__}.") from None
        return _handed_over(smtp, whole)


def _handed_over(smtp: smtplib.SMTP, whole: bytes) -> tuple[Outcome, str]:
    try:
        code, _said = smtp.data(whole)
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code)
    except (OSError, smtplib.SMTPException) as error:
        # The server may have taken it before its answer was lost.
        return Outcome.UNKNOWN, type(error).__name__
    return (Outcome.SENT, "") if code == 250 else _refused(code)


def _refused(code: int) -> tuple[Outcome, str]:
    return (Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED), str(code)


def _trust(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.outgoing_ca_file is not None:
        context.load_verify_locations(settings.outgoing_ca_file)
    return context
