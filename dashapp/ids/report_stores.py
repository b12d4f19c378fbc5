"""Ids of the store into which schedules put copies, in the dialog of a report's schedules."""

from typing import Final


class ReportStores:
    """Where copies go, for administrators."""

    PLACE: Final = "report-store-place"
    """Children: which store is set."""
    ENDPOINT: Final = "report-store-endpoint"
    REGION: Final = "report-store-region"
    BUCKET: Final = "report-store-bucket"
    PREFIX: Final = "report-store-prefix"
    STYLE: Final = "report-store-style"
    ACCESS_KEY: Final = "report-store-access-key"
    SECRET: Final = "report-store-secret"
    SAVE: Final = "report-store-save"
    TRY: Final = "report-store-try"
    REMOVE: Final = "report-store-remove"
    SAID: Final = "report-store-said"
