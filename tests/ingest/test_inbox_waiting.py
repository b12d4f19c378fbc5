"""The inbox is waited for in a process with any number of connections."""

import os
import resource
from collections.abc import Iterator

import pytest

from dashapp.data.database import Database
from dashapp.settings import load_settings
from ingest.transports.inbox import InboxTransport

FILES = 1_100
"""More than `select` can tell apart."""


@pytest.fixture
def many_files() -> Iterator[None]:
    """The next file that this process opens gets a number over 1,023."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(FILES)]
    yield
    for each in opened:
        os.close(each)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
def test_a_process_with_many_open_pages_waits_for_the_inbox_all_the_same(module_database: Database) -> None:
    module_database.dispose()
    transport = InboxTransport(load_settings(_env_file=None), module_database)
    transport.open()
    try:
        assert transport.poll(10, 0.01) == []
    finally:
        transport.close(0)
