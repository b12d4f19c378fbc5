"""The errors of this service: raised where a rule is known, caught at the boundaries."""

from typing import Self

from dashapp.domain.events import RefusalReason


class AnalyticsError(Exception):
    """The root. Its text is a sentence for the person who meets it, without personal data."""


class SettingsError(AnalyticsError):
    """A setting is invalid or contradicts another; the process ends with exit code 2."""


class NotPermitted(AnalyticsError):
    """The principal may not see what it asked for. Pages answer it like an unknown address."""


class NotFound(AnalyticsError):
    """The public id names nothing that the principal can see."""


class Unavailable(AnalyticsError):
    """The database or the broker cannot be reached now; trying again later may work."""


class Refused(AnalyticsError):
    """An event that can never be taken: it goes to the dead letters with `reason` and the text as detail.

    `body`: the part of the record that is refused, where the record holds other events too; None: all of it.
    """

    def __init__(self, reason: RefusalReason, detail: str, body: bytes | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.body = body

    def bare(self) -> Self:
        """Itself, without where it was raised. For who keeps it: a traceback holds its frames, and through them whole
        records, until the garbage collector comes by."""
        self.__traceback__ = self.__context__ = self.__cause__ = None
        return self
