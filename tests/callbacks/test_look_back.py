"""How right the list was: for staff of the course, and for nobody else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor

Strangers = Callable[[], Visitor]


@pytest.mark.parametrize(
    ("name", "sees"), [("Tess Thorne", True), ("Theo Tull", False), ("Ada Abel", False), (ADMINISTRATOR, False)]
)
def test_who_sees_the_learners_is_told_and_nobody_else(
    visitor: Strangers, campus: Campus, application: Any, name: str, sees: bool
) -> None:
    principal = application.guard.find_principal.of(campus.organisation_id, campus.people[ADMINISTRATOR].public_id)
    courses = application.services.reader.classrooms(principal)
    algebra = next(str(one.public_id) for one in courses if one.code == "ALG 1")
    wanted = {"values": {"shell-address": {"id": algebra, "embedded": False}}, "update": False}
    answer = (
        visitor()
        .sign_in(campus, name)
        .ask("classroom-look-back.className", {"classroom-look-back-wanted.data": wanted})
    )

    assert answer.status_code in (200, 204, 403)
    assert ('"className":"la-further"' in answer.text) is sees
