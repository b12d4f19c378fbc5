"""Whoever opens a page leaves one row; administrators search the rows, and a learner sees who opened the own page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.openings import Openings
from dashapp.data.queries.organisations import own_address
from dashapp.data.viewing import ViewNotes
from dashapp.domain.errors import Unavailable
from dashapp.domain.principal import Principal
from dashapp.security.devices import network_of
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, ADVISER, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"
SCREEN = {"shell-screen.data": {"theme": "light", "narrow": False}}


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True)).replace("\\u002f", "/")


@pytest.fixture(autouse=True)
def forgetful(application: Application) -> None:
    """Every test begins in a process that has noted nothing."""
    services = application.services
    object.__setattr__(services, "views", ViewNotes(services.database, services.clock))
    object.__setattr__(services.reader, "openings", Openings(services.database))


def below(application: Application) -> str:
    """The callback of what stands below the fold of a learner's page."""
    return next(name for name in application.guard.doors if "student-timeline.figure" in name).lstrip(".")


def wanted(learner: object) -> dict[str, Any]:
    """A question for it; `learner` is None for oneself."""
    address_of = {"id": str(learner) if learner else None, "embedded": False}
    return {"student-further-wanted.data": {"values": {"shell-address": address_of}, "update": False}}


def rows(campus: Campus, where: str = "page IS NOT NULL") -> list[tuple[Any, ...]]:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        found = connection.execute(
            text(f"SELECT actor, subject, page, role, origin FROM audit_log WHERE {where} ORDER BY audit_id")
        )
        return [tuple(row) for row in found]


def of(campus: Campus, name: str, where: str = "page IS NOT NULL") -> list[tuple[Any, ...]]:
    return rows(campus, f"actor = '{campus.people[name].public_id}' AND {where}")


def principal(application: Application, campus: Campus, name: str) -> Principal:
    sessions = application.guard.sessions
    session = sessions.read(sessions.issue(campus.organisation_id, campus.people[name].public_id))
    assert session is not None
    found = application.guard.find_principal(session)
    assert found is not None
    return found


@pytest.fixture
def organisation(application: Application, campus: Campus) -> str:
    return str(own_address(application.services.database, campus.organisation_id))


def test_a_page_that_was_shown_leaves_one_row_however_often_it_asks(campus: Campus, visitor: Strangers) -> None:
    cleo = visitor().sign_in(campus, "Cleo Cole")
    for version in ("1", "2", "3"):
        shown(cleo.ask("student-page", {**address(None), "shell-version.data": version}))

    [row] = of(campus, "Cleo Cole")
    assert row[1] == f"person {campus.people['Cleo Cole'].person_id}"
    assert row[2:] == ("student", "self", "127.0.0.0/24")


def test_a_teacher_who_opens_a_learner_and_a_classroom_leaves_a_row_of_each(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    theo = visitor().sign_in(campus, "Theo Tull")
    [course] = principal(application, campus, "Theo Tull").teaches_in
    [room] = application.services.reader.classrooms(principal(application, campus, "Theo Tull"))
    shown(theo.ask("student-page", address(campus.people["Jon Jade"].public_id)))
    shown(theo.ask("classroom-page", address(room.public_id)))

    assert [row[1:4] for row in of(campus, "Theo Tull")] == [
        (f"person {campus.people['Jon Jade'].person_id}", "student", "staff"),
        (f"course {course}", "classroom", "staff"),
    ]


def test_a_learner_who_lists_the_own_sessions_is_recorded_as_themself(campus: Campus, visitor: Strangers) -> None:
    shown(visitor().sign_in(campus, "Cleo Cole").ask("sessions-page", address(None)))

    [row] = of(campus, "Cleo Cole", "page = 'sessions'")
    assert row[1:4] == (f"person {campus.people['Cleo Cole'].person_id}", "sessions", "self")


def test_the_pages_of_guardians_and_of_a_caseload_are_opened_as_what_they_are_for(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    shown(visitor().sign_in(campus, ADMINISTRATOR).ask("guardians-page", address(organisation)))
    shown(visitor().sign_in(campus, ADVISER).ask("caseload-page", address(None)))

    [opened] = of(campus, ADMINISTRATOR, "page = 'guardians'")
    assert opened[1:4] == ("organisation", "guardians", "administrator")
    [listed] = of(campus, ADVISER, "page = 'caseload'")
    assert listed[1:4] == ("organisation", "caseload", "adviser")


def test_what_is_refused_leaves_no_row(campus: Campus, visitor: Strangers) -> None:
    gil = visitor().sign_in(campus, "Gil Gray")

    assert NOTHING_HERE in shown(gil.ask("student-page", address(campus.people["Ben Brook"].public_id)))
    assert of(campus, "Gil Gray") == []


def test_what_cannot_be_recorded_is_not_shown(
    application: Application, campus: Campus, visitor: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise Unavailable("The database is away.")

    monkeypatch.setattr(ViewNotes, "_write", away)

    answer = shown(visitor().sign_in(campus, "Hue Hall").ask("student-page", address(None)))

    assert "student-title" not in answer
    assert "could not be read" in answer


def test_live_ticks_leave_no_row(application: Application, campus: Campus, visitor: Strangers) -> None:
    before = len(rows(campus))
    eli = visitor().sign_in(campus, "Eli Ellis")
    shown(eli.ask("student-page", address(None)))
    assert len(rows(campus)) == before + 1
    # `/live` is answered before Flask, which alone can write rows.
    assert "/live" not in {rule.rule for rule in application.server.url_map.iter_rules()}


def test_an_administrator_finds_rows_by_the_name_of_staff_and_by_a_public_id(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    shown(tess.ask("student-page", address(campus.people["Dora Dean"].public_id)))
    shown(visitor().sign_in(campus, "Fay Ford").ask("student-page", address(None)))
    max_ = visitor().sign_in(campus, ADMINISTRATOR)
    dora = str(campus.people["Dora Dean"].public_id)

    by_name = shown(max_.ask("audit-page", {**address(organisation), "audit-person.value": "thorne"}))
    by_id = shown(max_.ask("audit-page", {**address(organisation), "audit-person.value": dora}))
    by_page = shown(max_.ask("audit-page", {**address(organisation), "audit-opened.value": "audit"}))

    for found in (by_name, by_id):
        assert "Tess Thorne" in found
        assert dora in found
        assert str(campus.people["Fay Ford"].public_id) not in found
    assert dora not in by_page
    assert "Audit trail" in by_page


def test_no_learner_is_named_to_an_administrator_who_does_not_teach_them(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    shown(visitor().sign_in(campus, "Ada Abel").ask("student-page", address(None)))
    max_ = visitor().sign_in(campus, ADMINISTRATOR)

    everything = shown(max_.ask("audit-page", address(organisation)))
    searched = shown(max_.ask("audit-page", {**address(organisation), "audit-person.value": "Abel"}))

    assert str(campus.people["Ada Abel"].public_id) in everything
    assert "Abel" not in everything
    assert "Nothing fits the choice" in searched


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne"])
def test_nobody_else_opens_the_trail(campus: Campus, visitor: Strangers, organisation: str, name: str) -> None:
    assert NOTHING_HERE in shown(visitor().sign_in(campus, name).ask("audit-page", address(organisation)))
    assert of(campus, name, "page = 'audit'") == []


def test_the_trail_of_another_organisation_is_not_there(campus: Campus, visitor: Strangers) -> None:
    max_ = visitor().sign_in(campus, ADMINISTRATOR)
    other = address("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")

    assert NOTHING_HERE in shown(max_.ask("audit-page", other))


@pytest.mark.parametrize("value", [7, ["x"] * 9, {"a": 1}, "x" * 10_000, "%", "\\", "'; DROP TABLE", "\0", None])
def test_whatever_stands_in_the_filters_is_only_looked_for(
    campus: Campus, visitor: Strangers, organisation: str, value: object
) -> None:
    names = ("audit-person", "audit-action", "audit-opened", "audit-first", "audit-last", "audit-page-number")
    given = {f"{name}.value": value for name in names}

    answer = visitor().sign_in(campus, ADMINISTRATOR).ask("audit-page", {**address(organisation), **given})

    assert "audit-title" in shown(answer)


def test_the_list_is_turned_page_by_page(
    campus: Campus, visitor: Strangers, organisation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("dashapp.data.queries.audit", "callbacks.audit"):
        monkeypatch.setattr(f"{module}.PAGE_ROWS", 2)
    for name in ("Ada Abel", "Ben Brook", "Cleo Cole"):
        shown(visitor().sign_in(campus, name).ask("student-page", address(None)))
    max_ = visitor().sign_in(campus, ADMINISTRATOR)

    first = shown(max_.ask("audit-page", {**address(organisation), "audit-page-number.value": "1"}))
    second = shown(max_.ask("audit-page", {**address(organisation), "audit-page-number.value": "2"}))
    beyond = shown(max_.ask("audit-page", {**address(organisation), "audit-page-number.value": "99999"}))

    assert "1 to 2 of" in first
    assert "3 to 4 of" in second
    assert "Nothing fits" not in beyond


def test_a_learner_sees_the_names_of_own_staff_and_of_others_the_role(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    ivy = campus.people["Ivy Ives"]
    shown(visitor().sign_in(campus, "Theo Tull").ask("student-page", address(ivy.public_id)))
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        for actor, role in ((campus.people[ADMINISTRATOR].public_id, "administrator"), ("operator:root", "operator")):
            connection.execute(
                text(
                    "INSERT INTO audit_log (organisation_id, at, actor, action, subject, detail, page, role, quarter)"
                    " VALUES (:own, clock_timestamp(), :actor, 'page.viewed', :subject, '{}', 'student', :role, now())"
                ),
                {"own": campus.organisation_id, "actor": actor, "subject": f"person {ivy.person_id}", "role": role},
            )

    answer = shown(visitor().sign_in(campus, "Ivy Ives").ask(below(application), wanted(None)))

    assert "Theo Tull" in answer
    assert "Administrator" in answer
    assert "Operator" in answer
    assert ADMINISTRATOR not in answer
    assert "operator:root" not in answer


def test_a_teacher_does_not_see_who_else_opened_a_learner(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    ada = campus.people["Ada Abel"].public_id
    shown(visitor().sign_in(campus, "Theo Tull").ask("student-page", address(ada)))

    tess = visitor().sign_in(campus, "Tess Thorne")
    assert "Theo Tull" not in shown(tess.ask("student-page", address(ada)))
    assert "Theo Tull" not in shown(tess.ask(below(application), wanted(ada)))


def test_who_opened_the_page_is_forgotten_by_the_card_after_ninety_days(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    fay = principal(application, campus, "Fay Ford")
    shown(visitor().sign_in(campus, "Tess Thorne").ask("student-page", address(fay.public_id)))
    now = application.services.clock()

    def seen_at(days: int) -> list[str | None]:
        return [one.name for one in Openings(campus.database).of(fay, now + timedelta(days=days))]

    assert (seen_at(1), seen_at(91)) == (["Tess Thorne"], [])


@pytest.mark.parametrize(
    ("address_of", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::1", "::/48"),
        ("nonsense", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_cut_to_its_network(address_of: str | None, network: str | None) -> None:
    assert network_of(address_of) == network
