"""What a request can use, made once by the composition root and handed down: nothing is found by import."""

from dataclasses import dataclass

from dashapp.data.cache import Cache
from dashapp.data.changes import ChangeWatcher
from dashapp.data.database import Database
from dashapp.data.memo import Memo
from dashapp.data.reader import PageReader
from dashapp.data.report_reader import ReportReader
from dashapp.data.viewing import ViewNotes
from dashapp.domain.clock import Clock
from dashapp.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Safe to share between threads."""

    settings: Settings
    database: Database
    cache: Cache
    clock: Clock
    live: ChangeWatcher
    reader: PageReader
    drawn: Memo
    views: ViewNotes
    reports: ReportReader
