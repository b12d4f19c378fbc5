"""What people have sent outlives a new version of the service."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import make_url, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.migrations import _become_owner, _configuration, is_migrated, migrate
from dashapp.data.migrations.roles import ensure_roles
from dashapp.data.store.lti.platforms import find_shared_platform


@pytest.fixture
def older(empty_database_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database that an older version of the service has migrated, up to the revision that the test names."""
    database = Database(make_url(empty_database_url))
    with database.administration() as connection:
        ensure_roles(connection)
        _become_owner(connection)
        command.upgrade(_configuration(connection), request.param)
    yield database
    database.dispose()


@pytest.mark.parametrize("older", ["0011"], indirect=True)
def test_dead_letters_from_before_stay_and_those_that_say_the_same_become_one(older: Database) -> None:
    letter = text(
        "INSERT INTO analytics.dead_letters (transport, topic, reason, detail, body, body_bytes, received_at)"
        " VALUES ('inbox', 'learning', 'no_json', '', :body, 1, CAST(:at AS timestamptz))"
    )
    with older.administration() as connection:
        for body, day in ((b"{", 1), (b"{", 3), (b"[", 2)):
            connection.execute(letter, {"body": body, "at": f"2026-03-0{day}T12:00:00Z"})
        connection.commit()
    migrate(older)
    assert is_migrated(older, DatabaseRole.WEB)
    found = text(
        "SELECT convert_from(body, 'UTF8'), count, extract(day FROM first_seen_at AT TIME ZONE 'UTC')::int,"
        " extract(day FROM last_seen_at AT TIME ZONE 'UTC')::int FROM analytics.dead_letters ORDER BY first_seen_at"
    )
    forced = text("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'analytics.dead_letters'::regclass")
    with older.administration() as connection:
        assert [tuple(row) for row in connection.execute(found)] == [("{", 2, 1, 3), ("[", 1, 2, 2)]
        assert connection.execute(forced).scalar_one() is True


@pytest.mark.parametrize("older", ["0021"], indirect=True)
def test_platforms_of_before_are_found_at_the_address_that_all_organisations_had(older: Database) -> None:
    platform = text(
        "INSERT INTO analytics.lti_platforms (organisation_id, title, issuer, client_id, authorization_url, token_url,"
        " keyset_url, source_id, enabled, added_by, added_at)"
        " VALUES (:organisation, 'x', 'https://lms.example', :client, 'a', 't', 'k', 1, true, 'x', now())"
    )
    with older.administration() as connection:
        for organisation in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO analytics.organisations (organisation_id, name, title, created_at)"
                    " OVERRIDING SYSTEM VALUE VALUES (:key, 'o' || :key, 'x', now())"
                ),
                {"key": organisation},
            )
        connection.execute(platform, {"organisation": 1, "client": "first"})
        connection.commit()
    migrate(older)
    with older.administration() as connection:
        for client in ("first", "second"):
            connection.execute(platform, {"organisation": 2, "client": client})
        connection.commit()
    with older.transaction(DatabaseRole.WEB, None) as connection:
        for named in ("first", None):
            found = find_shared_platform(connection, "https://lms.example", named)
            assert found is not None
            assert found[0] == 1
        assert find_shared_platform(connection, "https://lms.example", "second") is not None


@pytest.mark.parametrize("older", ["0021"], indirect=True)
def test_what_is_no_origin_of_before_frames_nothing_and_the_others_stay(older: Database) -> None:
    origin = text(
        "INSERT INTO analytics.frame_origins (organisation_id, origin, source, added_at)"
        " VALUES (1, :origin, 'x', now())"
    )
    kept = ["http://localhost:8080", "https://[2001:db8::1]", "https://lms.example.edu"]
    with older.administration() as connection:
        for one in (*kept, "https://x *", "https://a;sandbox", "https://例え.jp"):
            connection.execute(origin, {"origin": one})
        connection.commit()
    migrate(older)
    found = text("SELECT origin FROM analytics.frame_origins ORDER BY origin")
    forced = text("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'analytics.frame_origins'::regclass")
    with older.administration() as connection:
        assert list(connection.execute(found).scalars()) == kept
        assert connection.execute(forced).scalar_one() is True


@pytest.mark.parametrize("older", ["0034"], indirect=True)
def test_what_sources_have_said_of_courses_is_known_as_theirs(older: Database) -> None:
    made = """
        INSERT INTO organisations (organisation_id, name, title, created_at) OVERRIDING SYSTEM VALUE
            VALUES (1, 'north', 'North', now());
        INSERT INTO terms (organisation_id, term_id, name) OVERRIDING SYSTEM VALUE VALUES (1, 5, 'Autumn');
        INSERT INTO courses (organisation_id, course_id, code, term_id, starts_on, described_at)
            OVERRIDING SYSTEM VALUE VALUES (1, 7, 'ALG 1', 5, '2026-09-07', now()), (1, 8, NULL, NULL, NULL, NULL);
        INSERT INTO course_breaks VALUES (1, 7, '2026-10-26', '2026-10-30');
        INSERT INTO sections (organisation_id, course_id, name, title) VALUES (1, 7, 'a', 'Section A');
    """
    with older.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        connection.execute(text(made))
        connection.commit()
    migrate(older)
    with older.administration() as connection:
        found = connection.execute(text("SELECT said, decided FROM analytics.courses ORDER BY course_id")).all()
        section = connection.execute(text("SELECT title, said_title, decided FROM analytics.sections")).one()
    said = {"code": "ALG 1", "title": None, "term": "Autumn", "unit": None, "starts_on": "2026-09-07", "ends_on": None}
    assert [tuple(row) for row in found] == [({**said, "breaks": [["2026-10-26", "2026-10-30"]]}, {}), (None, {})]
    assert tuple(section) == ("Section A", "Section A", {})


@pytest.mark.parametrize("older", ["0043"], indirect=True)
def test_sets_of_people_are_made_of_the_rows_of_before(older: Database) -> None:
    with older.administration() as connection:
        for person in (3, 5, 2048 + 7):
            connection.execute(
                text(
                    "INSERT INTO analytics.learner_course_days (organisation_id, course_id, person_id, day, events,"
                    " clicks) VALUES (1, 2, :person, '2026-03-02', 1, 1)"
                ),
                {"person": person},
            )
        connection.execute(
            text(
                "INSERT INTO analytics.learner_activities (organisation_id, course_id, activity_id, person_id,"
                " first_day, last_day, completed_at, events, clicks)"
                " VALUES (1, 2, 9, 3, '2026-03-02', '2026-03-02', now(), 1, 1),"
                " (1, 2, 9, 5, '2026-03-02', '2026-03-02', NULL, 1, 1)"
            )
        )
        connection.commit()
    migrate(older)
    days = text(
        "SELECT block, bit_count(people), get_bit(people, 3) + get_bit(people, 5), get_bit(people, 7)"
        " FROM analytics.course_day_people ORDER BY block"
    )
    done = text(
        "SELECT block, bit_count(seen), get_bit(completed, 3), bit_count(completed) FROM analytics.activity_people"
    )
    with older.administration() as connection:
        assert [tuple(row) for row in connection.execute(days)] == [(0, 2, 2, 0), (1, 1, 0, 1)]
        assert [tuple(row) for row in connection.execute(done)] == [(0, 2, 1, 1)]
