"""Whatever a roster said before: after the next one roles are what that one says; taken back, it has said nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashapp.data.database import Database
from dashapp.data.store.audit import operator
from dashapp.data.store.rosters.undoing import undo
from dashapp.domain.rosters import Classes, RosterSettings
from tests.data.store.conftest import Campus
from tests.data.store.test_any_order import empty
from tests.ingest.roster.archives import ISSUER, Rows, enrolment, school, user
from tests.ingest.roster.conftest import T1, T2, T3, Sis, make_roster_source
from tests.ingest.roster.test_joining import NAMED

MOMENT = timedelta(seconds=1)
roles = st.sampled_from(["student", "student", "teacher", "proctor"])
# Days that are over, that hold, and that are still to come at the time of both imports.
spans = [("", ""), ("2026-02-02", ""), ("2026-02-02", "2026-02-20"), ("", "2026-06-01"), ("2026-05-01", "")]
enrolments = st.dictionaries(
    st.tuples(st.sampled_from(["u1", "u2", "u3", "u4"]), st.sampled_from(["c1", "c2"])),
    st.tuples(roles, st.sampled_from(spans), st.integers(0, 9)),
    max_size=6,
)


@st.composite
def schools(draw: st.DrawFn) -> dict[str, Rows]:
    """A school with any enrolments, some of whose ids go from one to another between two of them."""
    files = school()
    said = draw(enrolments)
    files["enrollments"] = []
    taken: set[str] = set()
    for (who, where), (role, (begins, ends), number) in said.items():
        name = f"e{number}"
        while name in taken:
            name += "x"
        taken.add(name)
        files["enrollments"].append(enrolment(name, where, who, role, beginDate=begins, endDate=ends))
    if draw(st.booleans()):
        files["users"].append(user("u9", "Zoe", username=draw(st.sampled_from(["zoe", "ada-2"]))))
    files["users"][0]["familyName"] = draw(st.sampled_from(["Ash", "Lovelace"]))
    return files


@pytest.fixture(scope="module")
def any_campus(module_database: Database) -> Campus:
    return Campus(module_database)


@settings(max_examples=max(1, (settings.default.max_examples if settings.default else 50) // 3))
@given(
    first=schools(),
    second=schools(),
    how=st.sampled_from([RosterSettings(), NAMED, RosterSettings(classes=Classes.SECTION)]),
)
def test_roles_are_what_the_last_roster_says_and_taken_back_it_has_said_nothing(
    any_campus: Campus,
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[str, Rows],
    second: dict[str, Rows],
    how: RosterSettings,
) -> None:
    folder: Path = tmp_path_factory.mktemp("roster")
    empty(any_campus)
    sis = Sis(any_campus, folder, make_roster_source(any_campus, "sis", ISSUER), how)
    sis.apply(second, T2)
    wanted = [sis.roles(T2 + MOMENT), sis.roles(T3 + timedelta(days=90))]

    empty(any_campus)
    sis.apply(first, T1)
    before = sis.state()
    applied = sis.apply(second, T2, accept_endings=True, accept_conflicts=True)
    assert [sis.roles(T2 + MOMENT), sis.roles(T3 + timedelta(days=90))] == wanted
    assert sis.plan(second, T3).empty
    if not applied.differences.empty:
        undo(any_campus.database, any_campus.organisation, sis.source, operator("test"), T3)
        assert sis.state() == before
    assert any_campus.differences() == {}
