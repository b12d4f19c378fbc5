from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.saved_views import delete_view, find_view, read_views, rename_view, save_view
from dashapp.domain.filters import Filters, Seen
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.saved_views import LONGEST_NAME, MOST_VIEWS, SavedView, ViewsOf, name_of
from tests.data.conftest import make_organisation

NOW = datetime(2026, 5, 7, tzinfo=UTC)


def test_views_are_kept_renamed_deleted_and_put_back_by_their_owner_alone(database: Database) -> None:
    north, south = make_organisation(database, "north"), make_organisation(database, "south")
    mine = ViewsOf(north, PersonId(1), CourseId(7))
    strangers = [
        ViewsOf(north, PersonId(2), CourseId(7)),
        ViewsOf(north, PersonId(1), CourseId(8)),
        ViewsOf(south, PersonId(1), CourseId(7)),
    ]
    with database.transaction(DatabaseRole.WEB, north) as connection:
        assert save_view(connection, mine, ("Quiet ones", "seen=longer"), NOW)
        assert save_view(connection, mine, ("at risk", "level=help"), NOW)
        assert save_view(connection, mine, ("Quiet ones", "seen=never"), NOW)
        first, second = read_views(connection, mine)
        assert (first.name, second.name, second.query) == ("at risk", "Quiet ones", "seen=never")
        assert second.filters() == Filters(seen=Seen.NEVER)
        assert not rename_view(connection, mine, first.public_id, "Quiet ones")
        assert not rename_view(connection, mine, uuid4(), "Nobody's")
        assert rename_view(connection, mine, first.public_id, "Now")
        gone = delete_view(connection, mine, second.public_id)
        assert gone == second
        assert delete_view(connection, mine, second.public_id) is None
        assert save_view(connection, mine, (gone.name, gone.query), NOW)
        assert {view.name for view in read_views(connection, mine)} == {"Now", "Quiet ones"}
    for stranger in strangers:
        with database.transaction(DatabaseRole.WEB, stranger.organisation) as connection:
            assert read_views(connection, stranger) == ()
            assert find_view(connection, stranger, first.public_id) is None
            assert not rename_view(connection, stranger, first.public_id, "taken over")
            assert delete_view(connection, stranger, first.public_id) is None
    with database.transaction(DatabaseRole.WEB, OrganisationId(south)) as connection:
        assert find_view(connection, mine, first.public_id) is None


def test_there_are_never_more_views_than_a_list_can_show(database: Database) -> None:
    owner = ViewsOf(make_organisation(database, "north"), PersonId(1), CourseId(7))
    with database.transaction(DatabaseRole.WEB, owner.organisation) as connection:
        kept = [save_view(connection, owner, (f"view {number}", ""), NOW) for number in range(MOST_VIEWS + 2)]
        assert kept == [True] * MOST_VIEWS + [False] * 2
        assert save_view(connection, owner, ("view 3", "level=help"), NOW)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("  Quiet   ones ", "Quiet ones"),
        ("<b>x</b>", "<b>x</b>"),
        ("a\u202eb\0c\nd", "a b c d"),
        ("مجموعة", "مجموعة"),
        ("x" * 5000, "x" * LONGEST_NAME),
        (None, ""),
        (["x"], ""),
        ("\ud800", ""),
    ],
)
def test_a_name_is_one_line_that_everybody_sees(given: object, name: str) -> None:
    assert name_of(given) == name


def test_a_query_that_can_no_longer_be_understood_chooses_everybody() -> None:
    assert SavedView(UUID(int=1), "old", "level=worst&range=9d&learners=x&%ff&&==").filters() == Filters()
