"""What the administration has decided of a course goes before what a roster says, and stays when that is taken back."""

from datetime import date

from dashapp.data.store.audit import operator
from dashapp.data.store.rosters.undoing import undo
from dashapp.domain.clock import system_clock
from dashapp.domain.structure import Field
from dashapp.domain.terms import Term
from dashapp.security.structure.courses import CourseAdministration
from dashapp.security.structure.desk import Desk
from dashapp.security.structure.terms import TermAdministration
from dashapp.security.structure.units import UnitAdministration
from tests.ingest.roster.archives import class_, school
from tests.ingest.roster.conftest import T1, T2, T3, Sis

FIRST = """SELECT {} FROM courses c LEFT JOIN organisation_units u USING (organisation_id, organisation_unit_id)
    JOIN course_identifiers i USING (organisation_id, course_id) WHERE i.value = 'c1'"""


DAYS = "SELECT teaching_starts, teaching_ends FROM terms WHERE name = :name"


def desk_of(sis: Sis) -> Desk:
    return Desk(sis.campus.database, system_clock, sis.campus.organisation, operator("tests"))


def test_a_later_roster_and_its_undo_leave_what_is_decided(sis: Sis) -> None:
    sis.apply(school())
    deciding = CourseAdministration(desk_of(sis))
    [(course, said)] = sis.campus.rows(FIRST.format("c.public_id, c.title"))
    deciding.decide(course, {Field.TITLE: "Algebra for beginners"})
    before = sis.state()

    files = school()
    files["classes"][0] = class_("c1", title="Algebra I", classCode="ALG-ONE")
    sis.apply(files, T2)

    assert sis.campus.rows(FIRST.format("c.title, c.code")) == [("Algebra for beginners", "ALG-ONE")]
    deciding.release(course, [Field.TITLE])
    assert sis.campus.rows(FIRST.format("c.title")) == [("Algebra I",)]
    deciding.decide(course, {Field.TITLE: "Algebra for beginners"})

    undo(sis.campus.database, sis.campus.organisation, sis.source, operator("test"), T3)

    assert sis.state() == before
    deciding.release(course, [Field.TITLE])
    assert sis.campus.rows(FIRST.format("c.title")) == [(said,)]


def test_days_of_a_term_that_the_administration_has_set_stay_and_others_follow(sis: Sis) -> None:
    days = (date(2026, 3, 2), date(2026, 7, 17))
    TermAdministration(desk_of(sis)).add(Term("Spring", *days, ()))
    sis.apply(school())
    assert sis.campus.rows(DAYS, name="Spring") == [days]
    [year] = sis.campus.rows(DAYS, name="2026")

    files = school()
    files["academicSessions"][0]["endDate"] = "2026-08-15"
    files["academicSessions"][1]["endDate"] = "2026-08-15"
    sis.apply(files, T2)

    assert sis.campus.rows(DAYS, name="Spring") == [days]
    assert sis.campus.rows(DAYS, name="2026") != [year]


def test_a_unit_that_was_renamed_is_the_one_that_rosters_mean(sis: Sis) -> None:
    sis.apply(school(), T1)
    [(unit, name)] = sis.campus.rows(FIRST.format("c.organisation_unit_id, u.name"))
    parent = sis.campus.value("SELECT parent_id FROM organisation_units WHERE organisation_unit_id = :unit", unit=unit)
    UnitAdministration(desk_of(sis)).change(unit, "School of the North", parent)
    files = school()
    files["classes"].append(class_("c9", title="New here"))

    sis.apply(files, T2)

    assert sis.campus.rows("SELECT count(*) FROM organisation_units WHERE name = :name", name=name) == [(0,)]
    found = FIRST.replace("'c1'", "'c9'").format("u.name")
    assert sis.campus.rows(found) == [("School of the North",)]
