"""Progress is one metric: a learner's own page, their row in the classroom and what is written down after a message say
the same, whatever completed an activity."""

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.situations import Sight, read_situations
from dashapp.domain.events import ActivityType, Verb
from tests.data.queries.conftest import NAMES, NOW, World, room
from tests.data.queries.test_content import content

WORK = ("four", "five", "six", "seven", "eight")


def study(campus: World) -> None:
    """What completes an activity, each in its way and some in two."""
    for name in WORK:
        campus.task("ALG", name, "05-20 20:00")
    campus.graded("ada", "ALG", "three", "05-05 10:00", score=7.0)  # a score, and nobody has seen it handed in
    campus.graded("ada", "ALG", "four", "05-05 10:00", score=None, exempt=True)
    campus.graded("ada", "ALG", "five", "05-05 10:00", score=4.0, exempt=True)
    campus._learning("ada", "ALG", Verb.COMPLETED, "05-05 11:00", activity=campus._named("activity", "five"))
    campus._learning("ada", "ALG", Verb.COMPLETED, "05-05 11:00", activity=campus._named("activity", "six"))
    campus.submitted("ada", "ALG", "seven", "05-05 11:00")
    campus._learning("ada", "ALG", Verb.COMPLETED, "05-05 11:00", activity=campus._named("activity", "seven"))
    campus.seen("ada", "ALG", "05-05 12:00", activity=campus._named("activity", "eight"))  # looked at, not done
    campus.seen(
        "ada", "ALG", "05-05 12:00", activity=campus._named("activity", "leaf"), activity_type=ActivityType.PAGE
    )
    campus.write()


def test_every_page_counts_the_same_activities_as_completed(campus: World) -> None:
    study(campus)
    (own,) = content(campus, "ada").progress
    rows: dict[object, float | None] = {row.public_id: row.progress for row in room(campus).learners}
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        keys = {campus.person_id(name) for name in NAMES}
        then = read_situations(connection, campus.organisation, Sight(campus.course_id("ALG"), NOW), keys)

    # one to seven and the page; of nine, since "eight" is still to do.
    assert (own.done, own.published) == (8, 9)
    assert rows[campus.public_id("ada")] == 100 * 8 / 9
    assert {person: each.progress for person, each in then.items()} == {
        campus.person_id(name): rows[campus.public_id(name)] for name in NAMES
    }
