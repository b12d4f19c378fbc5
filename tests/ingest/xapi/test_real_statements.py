"""A week of a real platform's video players, out of order and with repetitions, from the transport to the tables."""

import gzip
import random
from collections.abc import Callable

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.recount import differences
from dashapp.settings import Settings
from ingest.loop import Ingest
from tests.ingest.conftest import Campus, put
from tests.shared import shared_file
from tests.waiting import await_that

STATEMENTS = "xapi-video-statements.json.gz"


def statements() -> list[bytes]:
    """All statements of the file."""
    path = shared_file(STATEMENTS)
    with gzip.open(path) as lines:
        return [line.rstrip(b"\n") for line in lines]


def test_every_statement_of_a_real_platform_is_counted_once(
    campus: Campus,
    make_settings: Callable[..., Settings],
    run_ingest: Callable[[Settings, Database], Ingest],
) -> None:
    whole = statements()
    sent = whole + random.Random(7).sample(whole, len(whole) // 10)
    random.Random(8).shuffle(sent)
    # One half statement by statement, the other in arrays of a hundred.
    half = len(sent) // 2
    arrays = [b"[" + b",".join(sent[start : start + 100]) + b"]" for start in range(half, len(sent), 100)]
    put(campus, sent[:half] + arrays)
    ingest = run_ingest(make_settings(data_retention_days=36_500, aggregate_retention_days=36_500), campus.database)
    await_that(lambda: ingest.status().committed_events == len(sent), "all statements are written")

    assert campus.letters() == []
    assert campus.counted() == len(whole) == 22_000
    assert campus.scalar("SELECT count(*) FROM event_ledger") == 22_000
    assert campus.scalar("SELECT count(*) FROM people") == 1_452
    assert campus.scalar("SELECT count(DISTINCT person_id) FROM learner_course_days") == 1_452
    assert campus.scalar("SELECT count(*) FROM courses") == 2
    assert campus.rows("SELECT activity_type, count(*) FROM activities GROUP BY 1") == [("video", 10)]
    sessions = "SELECT count(DISTINCT convert_from(body, 'UTF8')::json ->> 'session') FROM raw_events"
    assert campus.scalar(sessions) == 3_656
    stretches = "SELECT count(*), min(position_to - position_from) > 0 FROM video_segments"
    assert campus.rows(stretches) == [(11_103, True)]
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        assert differences(connection, campus.organisation_id) == {}
