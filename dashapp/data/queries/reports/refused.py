"""A question that makes sense, but cannot be answered for this reader or these data."""

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.reports.reasons import Reason


class Refused(AnalyticsError):
    """Why, for the answer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason
