from datetime import date

import pytest

from dashapp.data.queries.student import read_student
from dashapp.domain.audience import Comparison
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import AttemptPolicy, Role
from dashapp.domain.filters import Filters
from dashapp.domain.scope import AsOf, scope_for_learner, scope_for_student
from dashapp.domain.views import HandedIn, Level, StudentView
from tests.data.queries.conftest import AS_OF, END, START, World, at, filled

CLASSMATES = ("ben", "cho", "dan", "eve", "fay")


@filled
def campus(world: World) -> World:
    """ALG with six learners and BIO with two of them; Ada's figures are counted by hand below."""
    world.course("ALG")
    world.course("BIO")
    for name in ("ada", *CLASSMATES):
        world.person(name)
    world.learners("ALG", "ada", *CLASSMATES)
    world.learners("BIO", "ada", "ben")
    world.person("tutor")
    world.member("tutor", "ALG", Role.TEACHER)
    world.task("ALG", "one", "04-20 20:00", weight=1.0)
    world.task("ALG", "two", "05-05 20:00", weight=3.0)
    world.task("ALG", "three", "05-20 20:00", weight=4.0)
    # Wednesday 6 May: 8:00, 8:10 and 8:50 UTC are 10 + 1 and 1 minutes; Thursday the 7th one minute.
    world.seen("ada", "ALG", "05-06 08:00", "05-06 08:10", "05-06 08:50", "05-07 07:00")
    # The week before, at the same time in two courses: 20 minutes, not 40.
    world.seen("ada", "ALG", "04-28 09:00", "04-28 09:20")
    world.seen("ada", "BIO", "04-28 09:00", "04-28 09:20")
    for name in CLASSMATES:
        world.seen(name, "ALG", "04-28 12:00", "04-28 12:05", "05-06 12:00")
    world.submitted("ada", "ALG", "one", "04-19 10:00")
    world.graded("ada", "ALG", "one", "04-22 10:00", 9.0)
    world.submitted("ada", "ALG", "two", "05-06 10:00")
    world.graded("ada", "ALG", "two", "05-06 12:00", 5.0)
    for name, score in zip(CLASSMATES, (2.0, 4.0, 6.0, 8.0, 10.0), strict=True):
        world.submitted(name, "ALG", "one", "04-18 10:00", score=score)
    world.write()
    return world


def own_page(world: World, name: str, **filters: object) -> StudentView:
    principal = world.principal(name)
    view: StudentView = world.read(
        read_student, scope_for_student(principal), AS_OF, Filters.parse(**filters), principal.person_id
    )
    return view


def test_weeks_hold_events_active_days_and_time_on_task(campus: World) -> None:
    week = own_page(campus, "ada", course=campus.public_id("ALG")).weeks[-1]
    # Submissions are hers: 8:00 to 8:10, 8:50, submission 10:00 on the 6th, and the 7th. Grades are not.
    assert (week.start, week.events, week.active_days) == (date(2026, 5, 4), 5, 2)
    assert week.minutes == 11 + 1 + 1 + 1
    assert week.under_way


def test_the_same_minutes_in_two_courses_count_once(campus: World) -> None:
    view = own_page(campus, "ada")
    assert view.weeks[-2].minutes == 21
    assert view.weeks[-2].events == 4


def test_days_are_those_with_activity(campus: World) -> None:
    days = {day.day: day for day in own_page(campus, "ada").days}
    assert days[date(2026, 5, 7)].minutes == 1
    assert days[date(2026, 4, 28)].minutes == 21
    assert date(2026, 5, 5) not in days


def test_weeks_are_the_newest_of_the_course_unless_dates_are_chosen(campus: World) -> None:
    view = own_page(campus, "ada")
    assert view.weeks[0].start == START
    assert len(view.weeks) == 10
    chosen = own_page(campus, "ada", first="2026-04-20", last="2026-04-29")
    assert [week.start for week in chosen.weeks] == [date(2026, 4, 20), date(2026, 4, 27)]


def test_medians_are_those_of_one_course_with_at_least_k_others(campus: World) -> None:
    week = own_page(campus, "ada", course=campus.public_id("ALG")).weeks[-2]
    assert (week.median_events, week.median_minutes) == (2, 6)


def test_medians_of_too_few_others_are_hidden(campus: World) -> None:
    view = own_page(campus, "ada", course=campus.public_id("BIO"))
    assert view.comparison is Comparison.HIDDEN
    assert all(week.median_events is None and week.median_minutes is None for week in view.weeks)


def test_medians_of_several_courses_are_not_put_together(campus: World) -> None:
    view = own_page(campus, "ada")
    assert view.comparison is Comparison.SHOWN
    assert all(week.median_events is None for week in view.weeks)


def test_scores_stand_beside_the_quartiles_of_enough_others(campus: World) -> None:
    one, two = own_page(campus, "ada").scores
    assert (one.activity, one.score, one.at) == ("Task one", 90.0, at("04-22 10:00"))
    assert (one.quartile_1, one.median, one.quartile_3) == (45.0, 70.0, 87.5)
    assert (two.activity, two.score, two.median) == ("Task two", 50.0, None)


def test_the_average_weighs_graded_work(campus: World) -> None:
    assert own_page(campus, "ada").average_score == pytest.approx((1 * 90 + 3 * 50) / 4)


def test_the_average_before_the_newest_score_leaves_it_out(campus: World) -> None:
    # Task one, 90 %, came before task two; of the classmates each has one score alone.
    assert own_page(campus, "ada").earlier_score == pytest.approx(90)
    assert own_page(campus, "ben").earlier_score is None


def test_work_is_on_time_late_or_to_come(campus: World) -> None:
    assert own_page(campus, "ada").handed_in == HandedIn(on_time=1, late=1, missing=0, not_yet_due=1)
    assert own_page(campus, "ben").handed_in == HandedIn(on_time=1, late=0, missing=1, not_yet_due=1)


def test_what_is_due_says_its_share_and_whether_it_was_opened(campus: World) -> None:
    (due,) = own_page(campus, "ada").due
    assert (due.course, due.activity, due.due_at, due.weight_share) == ("ALG", "Task three", at("05-20 20:00"), 50.0)
    assert due.state == "not_started"


def test_an_extension_moves_the_deadline_of_one_learner(campus: World) -> None:
    campus.extended("ben", "ALG", "two", "05-30 20:00")
    campus.write()
    assert own_page(campus, "ben").handed_in.missing == 0
    assert [due.activity for due in own_page(campus, "ben").due] == ["Task three", "Task two"]
    assert own_page(campus, "cho").handed_in.missing == 1


def test_reasons_and_level_are_those_of_the_course(campus: World) -> None:
    ada, ben = own_page(campus, "ada", course=campus.public_id("ALG")), own_page(campus, "ben")
    assert ada.level is Level.CALM
    (code, reasons), _other = ben.reasons
    assert code == "ALG"
    assert [reason.value for reason in reasons] == [1, 100, 20, 1]
    assert [reason.points for reason in reasons] == [0, 0, 3, 2]
    assert ben.level is Level.HELP


def test_the_level_over_several_courses_is_the_most_urgent_one(campus: World) -> None:
    # In BIO Ada was last seen nine days ago.
    assert own_page(campus, "ada", course=campus.public_id("BIO")).level is Level.WATCH
    both = own_page(campus, "ada")
    assert both.level is Level.WATCH
    assert dict(zip((code for code, _reasons in both.reasons), both.levels, strict=True))["BIO"] is Level.WATCH


def test_a_page_shows_the_courses_under_way_unless_one_is_chosen(campus: World) -> None:
    campus.course("OLD", starts_on=date(2025, 9, 1), ends_on=date(2026, 2, 1))
    campus.learners("OLD", "ada", occurred_at=at("01-01 08:00"))
    campus.write()
    view = own_page(campus, "ada")
    assert [choice.code for choice in view.courses] == ["ALG", "BIO", "OLD"]
    assert [code for code, _reasons in view.reasons] == ["ALG", "BIO"]
    assert len(view.levels) == 2
    assert view.chosen is None
    old = own_page(campus, "ada", course=campus.public_id("OLD"))
    assert [code for code, _reasons in old.reasons] == ["OLD"]
    assert old.chosen == campus.public_id("OLD")


def test_a_course_that_is_not_the_learners_cannot_be_chosen(campus: World) -> None:
    campus.course("SECRET")
    campus.write()
    view = own_page(campus, "cho", course=campus.public_id("SECRET"))
    assert view.chosen is None
    assert [code for code, _reasons in view.reasons] == ["ALG"]


def test_a_source_that_knows_days_only_gives_no_minutes(world: World) -> None:
    world.course("ALG")
    world.learners("ALG", "ada")
    world.seen_on("ada", "ALG", "05-05", "05-06")
    world.write()
    view = own_page(world, "ada")
    assert not view.minutes_recorded
    assert view.weeks[-1].minutes is None
    assert (view.weeks[-1].events, view.weeks[-1].active_days) == (2, 2)
    assert all(day.minutes is None for day in view.days)


def test_a_learner_without_any_activity_has_an_empty_page(world: World) -> None:
    world.course("ALG")
    world.learners("ALG", "ada")
    world.write()
    view = own_page(world, "ada")
    assert (view.days, view.scores, view.due) == ((), (), ())
    assert view.average_score is None
    assert [week.events for week in view.weeks] == [0] * 10


def test_staff_see_a_learner_in_their_own_courses_only(campus: World) -> None:
    tutor = campus.principal("tutor")
    ada = campus.person_id("ada")
    view = campus.read(read_student, scope_for_learner(tutor, ada), AS_OF, Filters(), ada)
    assert view.name == "Ada Example"
    assert [choice.code for choice in view.courses] == ["ALG"]


def test_a_learner_is_held_against_nobody_where_too_few_others_are_in_the_course(campus: World) -> None:
    """Algebra without Fay and with a score of hers that nobody else has: four others."""
    campus.member("fay", "ALG", Role.LEARNER, active=False, occurred_at=at("05-06 08:00"))
    campus.write()

    own = own_page(campus, "ben", course=campus.public_id("ALG"))

    _away, little, low, missed = own.reasons[0][1]
    assert (little.value, little.points, little.comparison) == (None, 0, Comparison.HIDDEN)
    assert (low.value, low.limit, low.points, low.comparison) == (None, None, 0, Comparison.HIDDEN)
    assert missed.value == 1
    assert own.comparison is Comparison.HIDDEN
    assert [(score.median, score.comparison) for score in own.scores] == [(None, Comparison.HIDDEN)]
    tutor, ben = campus.principal("tutor"), campus.person_id("ben")
    by_tutor = campus.read(read_student, scope_for_learner(tutor, ben), AS_OF, Filters(), ben)
    assert [reason.value for reason in by_tutor.reasons[0][1]] == [1, 100, 20, 1]
    assert by_tutor.scores[0].median is not None


def test_staff_see_the_comparison_of_a_small_group_unless_it_means_nothing(campus: World) -> None:
    campus.person("bio-tutor")
    campus.member("bio-tutor", "BIO", Role.ASSISTANT)
    campus.write()
    ada = campus.person_id("ada")
    scope = scope_for_learner(campus.principal("bio-tutor"), ada)
    view = campus.read(read_student, scope, AS_OF, Filters(), ada)
    assert view.comparison is Comparison.TOO_FEW
    assert view.weeks[-2].median_events is None
    campus.learners("BIO", "cho", "dan")
    campus.write()
    view = campus.read(read_student, scope, AS_OF, Filters(), ada)
    assert view.comparison is Comparison.SHOWN
    assert view.weeks[-2].median_events == 0


def test_staff_may_not_open_a_learner_of_another_course(campus: World) -> None:
    campus.course("ART")
    campus.person("artist")
    campus.member("artist", "ART", Role.TEACHER)
    campus.write()
    ada = campus.person_id("ada")
    scope = scope_for_learner(campus.principal("artist"), ada)
    with pytest.raises(NotPermitted):
        campus.read(read_student, scope, AS_OF, Filters(), ada)


def test_a_scope_for_one_learner_opens_no_other(campus: World) -> None:
    scope = scope_for_student(campus.principal("ada"))
    with pytest.raises(NotPermitted):
        campus.read(read_student, scope, AS_OF, Filters(), campus.person_id("ben"))


def test_a_teacher_who_is_no_learner_has_no_page_and_a_learner_opens_nobody_elses(campus: World) -> None:
    with pytest.raises(NotPermitted):
        scope_for_student(campus.principal("tutor"))
    with pytest.raises(NotPermitted):
        scope_for_learner(campus.principal("ada"), campus.person_id("ben"))


def test_who_has_left_is_no_longer_of_the_course(campus: World) -> None:
    campus.member("ben", "ALG", active=False, occurred_at=at("05-01 08:00"))
    campus.write()
    assert [choice.code for choice in own_page(campus, "ben").courses] == ["BIO"]
    ben = campus.person_id("ben")
    with pytest.raises(NotPermitted):
        campus.read(read_student, scope_for_learner(campus.principal("tutor"), ben), AS_OF, Filters(), ben)


def test_the_attempt_policy_of_the_activity_is_kept(campus: World) -> None:
    campus.task("ALG", "quiz", weight=1.0, attempt_policy=AttemptPolicy.BEST)
    campus.submitted("cho", "ALG", "quiz", "05-01 10:00", score=8.0, attempt=1)
    campus.submitted("cho", "ALG", "quiz", "05-02 10:00", score=3.0, attempt=2)
    campus.write()
    assert own_page(campus, "cho").scores[-1].score == 80


def test_after_the_end_no_rule_speaks(campus: World) -> None:
    principal = campus.principal("ben")
    later = AsOf(at("08-03 10:00"))
    view = campus.read(read_student, scope_for_student(principal), later, Filters(), principal.person_id)
    assert view.level is Level.CALM
    assert all(reason.points == 0 for _code, reasons in view.reasons for reason in reasons)
    assert view.weeks[-1].start <= END
