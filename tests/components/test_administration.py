"""Pages of the administration where nothing is there yet: the next step instead of controls without an object."""

from uuid import UUID

import pytest

from dashapp.components import administration, platforms
from dashapp.components.links import Links
from dashapp.domain.administration import SetUpState
from dashapp.domain.keys import PublicId
from dashapp.domain.platforms import NamedRow, PlatformRow, PlatformsView
from tests.components.test_components import text_of

OWN = PublicId(UUID(int=7))
STATE = SetUpState("North", "UTC", None, 0, 0, 0, 1, 0, 0, 0, 0, 0, None, 0, 1, 1, 0)
EMPTY = PlatformsView("UTC", (), (), (), (), (), ())
PLATFORM = PlatformRow(OWN, "Moodle", "https://lms.example", "client", True, (), None, None, None)


def test_without_a_platform_there_is_nothing_to_press_but_what_connects_one() -> None:
    values = platforms.fill(EMPTY, {})

    assert [values[name] for name in ("actions", "person_link", "course_link")] == [True, True, True]
    for name in ("people_words", "course_rows"):
        assert "Connect a learning platform first." in text_of(values[name])


@pytest.mark.parametrize("waits", [False, True])
def test_controls_are_there_with_what_they_are_for(waits: bool) -> None:
    people = (NamedRow(OWN, "Ada Abel", ""),) if waits else ()
    view = PlatformsView("UTC", (PLATFORM,), (), people, (), (), ())

    values = platforms.fill(view, {})

    assert (values["actions"], values["person_link"], values["course_link"]) == (False, not waits, True)
    assert ("Everybody is linked" in text_of(values["people_words"])) is not waits


def test_the_step_that_lets_people_in_leads_to_every_place_where_that_is_done() -> None:
    links = Links("/")
    rows = administration.fill(STATE, links, OWN)["rows"]
    assert isinstance(rows, list)

    said = str(rows[-1])

    assert links.platforms(OWN) in said
    assert links.people(OWN) in said
    assert links.sign_in(OWN) in said
