from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import pytest
import redis
from flask_caching.backends import SimpleCache

from dashapp.data import cache as cache_module
from dashapp.data.cache import Cache, Form, Question, build_cache
from dashapp.domain.audience import Audience
from dashapp.domain.errors import Unavailable
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import ClassroomView, CoursesView, Freshness, InstitutionView, StudentView
from dashapp.settings import Settings
from tests.servers import free_port

NOON = datetime(2026, 5, 7, 12, 0, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that has been computed."""

    text: str
    days: tuple[date, ...] = ()
    owner: PublicId | None = None


FORM = Form.of(Answer)
SCOPE = Scope(OrganisationId(1), PersonId(7), Audience.SELF, frozenset({CourseId(3)}), frozenset({PersonId(7)}))
QUESTION = Question("page", SCOPE, Filters(), 7, "v1", AsOf(NOON))


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest, make_settings: Callable[..., Settings]) -> Cache:
    """An empty cache of each kind."""
    if request.param == "memory":
        return build_cache(make_settings())
    url = request.getfixturevalue("redis_url")
    redis.Redis.from_url(url).flushdb()
    return build_cache(make_settings(redis_url=url))


class Counted:
    """Computes an answer, and counts how often it was asked to."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.times = 0
        self.answer = answer or Answer("hello")

    def __call__(self) -> Answer:
        self.times += 1
        return self.answer


def test_the_same_question_is_computed_once(cache: Cache) -> None:
    compute = Counted(Answer("é" * 9000, (date(2026, 5, 7),)))
    assert cache.answer(QUESTION, FORM, compute) == compute.answer
    assert cache.answer(QUESTION, FORM, compute) == compute.answer
    assert compute.times == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, name="other"),
        replace(QUESTION, subject=8),
        replace(QUESTION, version="v2"),
        replace(QUESTION, filters=Filters(section="a")),
        replace(QUESTION, filters=Filters(first=date(2026, 5, 1))),
        replace(QUESTION, filters=Filters(unit="a")),
        replace(QUESTION, as_of=AsOf(NOON + timedelta(minutes=1))),
        replace(QUESTION, scope=replace(SCOPE, viewer=PersonId(8))),
        replace(QUESTION, scope=replace(SCOPE, organisation_id=OrganisationId(2))),
        replace(QUESTION, scope=replace(SCOPE, audience=Audience.NAMED)),
        replace(QUESTION, scope=replace(SCOPE, courses=None)),
        replace(QUESTION, scope=replace(SCOPE, courses=frozenset())),
        replace(QUESTION, scope=replace(SCOPE, courses=frozenset({CourseId(3), CourseId(4)}))),
        replace(QUESTION, scope=replace(SCOPE, learners=None)),
        replace(QUESTION, scope=replace(SCOPE, minimum_group=6)),
    ],
)
def test_two_questions_that_differ_anywhere_share_no_answer(other: Question, make_settings: Any) -> None:
    cache = build_cache(make_settings())
    cache.answer(QUESTION, FORM, Counted(Answer("of the first")))
    assert cache.answer(other, FORM, Counted(Answer("of the other"))).text == "of the other"


def test_who_looked_before_another_ones_answer_was_kept_takes_it_all_the_same(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute, board = Counted(), cache._board

    def board_late(key: str) -> object:
        monkeypatch.setattr(cache, "_board", board)
        cache.answer(QUESTION, FORM, compute)
        return board(key)

    monkeypatch.setattr(cache, "_board", board_late)
    assert cache.answer(QUESTION, FORM, compute) == compute.answer
    assert compute.times == 1


def test_within_a_minute_the_answer_is_kept(cache: Cache) -> None:
    compute = Counted()
    cache.answer(QUESTION, FORM, compute)
    cache.answer(replace(QUESTION, as_of=AsOf(NOON + timedelta(seconds=50))), FORM, compute)
    assert compute.times == 1


def test_many_who_ask_at_once_wait_for_one_computation(cache: Cache) -> None:
    started, released, times = Event(), Event(), []

    def compute() -> Answer:
        times.append(1)
        started.set()
        assert released.wait(30)
        return Answer("once")

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(cache.answer, QUESTION, FORM, compute)
        assert started.wait(30)
        others = [pool.submit(cache.answer, QUESTION, FORM, compute) for _ in range(7)]
        released.set()
        answers = [one.result(30) for one in (first, *others)]
    assert {one.text for one in answers} == {"once"}
    assert len(times) == 1


def test_those_who_wait_get_the_error_and_the_next_one_tries_again(make_settings: Any) -> None:
    cache = build_cache(make_settings())
    started, released = Event(), Event()

    def fail() -> Answer:
        started.set()
        assert released.wait(30)
        raise Unavailable("The database is away.")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.answer, QUESTION, FORM, fail)
        assert started.wait(30)
        second = pool.submit(cache.answer, QUESTION, FORM, fail)
        released.set()
        for one in (first, second):
            with pytest.raises(Unavailable):
                one.result(30)
    assert cache.answer(QUESTION, FORM, Counted()).text == "hello"


def test_nobody_waits_for_ever(make_settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "LONGEST_WAIT", 0.01)
    cache = build_cache(make_settings())
    started, released = Event(), Event()

    def hang() -> Answer:
        started.set()
        assert released.wait(30)
        return Answer("late")

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.answer, QUESTION, FORM, hang)
        assert started.wait(30)
        with pytest.raises(Unavailable):
            cache.answer(QUESTION, FORM, hang)
        released.set()
        assert first.result(30).text == "late"


def test_a_redis_that_is_away_costs_speed_and_no_answer(make_settings: Any) -> None:
    cache = build_cache(make_settings(redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    compute = Counted()
    assert cache.answer(QUESTION, FORM, compute).text == "hello"
    assert cache.answer(QUESTION, FORM, compute).text == "hello"
    assert compute.times == 2


def test_two_processes_share_what_redis_keeps(redis_url: str, make_settings: Any) -> None:
    redis.Redis.from_url(redis_url).flushdb()
    one, two = (build_cache(make_settings(redis_url=redis_url)) for _ in range(2))
    compute = Counted()
    one.answer(QUESTION, FORM, compute)
    two.answer(QUESTION, FORM, compute)
    assert compute.times == 1


def test_redis_holds_no_pickles_and_forgets_after_ten_minutes(redis_url: str, make_settings: Any) -> None:
    client = redis.Redis.from_url(redis_url)
    client.flushdb()
    build_cache(make_settings(redis_url=redis_url)).answer(QUESTION, FORM, Counted())
    (key,) = client.keys("la:page:*")
    value = client.get(key)
    assert isinstance(value, bytes)
    assert value[:1] == b"p"
    assert 0 < client.ttl(key) <= 600


@pytest.mark.parametrize("foreign", [b"", b"!\x80\x04.", b"pnonsense", b"znonsense", b"p\x80"])
def test_bytes_that_are_no_answer_are_computed_anew(foreign: bytes, redis_url: str, make_settings: Any) -> None:
    client = redis.Redis.from_url(redis_url)
    client.flushdb()
    cache = build_cache(make_settings(redis_url=redis_url))
    cache.answer(QUESTION, FORM, Counted())
    (key,) = client.keys()
    client.set(key, foreign)
    compute = Counted(Answer("anew"))
    assert cache.answer(QUESTION, FORM, compute).text == "anew"
    assert cache.answer(QUESTION, FORM, compute).text == "anew"
    assert compute.times == 1


def test_an_answer_of_another_form_is_not_met() -> None:
    @dataclass(frozen=True, slots=True)
    class Newer:
        text: str
        days: tuple[date, ...] = ()
        more: int = 0

    assert QUESTION.key(Form.of(Newer).shape) != QUESTION.key(FORM.shape)


def test_a_value_that_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch, make_settings: Any) -> None:
    monkeypatch.setattr(cache_module, "LARGEST_VALUE", 10)
    cache, compute = build_cache(make_settings()), Counted(Answer("longer than ten bytes"))
    cache.answer(QUESTION, FORM, compute)
    cache.answer(QUESTION, FORM, compute)
    assert compute.times == 2


def test_a_kept_answer_is_read_once_and_again_when_its_bytes_change(redis_url: str, make_settings: Any) -> None:
    redis.Redis.from_url(redis_url).flushdb()
    one, other = (build_cache(make_settings(redis_url=redis_url)) for _ in range(2))
    one.answer(QUESTION, FORM, Counted(Answer("first")))
    read = other.answer(QUESTION, FORM, Counted())
    assert read == Answer("first")
    assert other.answer(QUESTION, FORM, Counted()) is read

    redis.Redis.from_url(redis_url).flushdb()
    one.answer(QUESTION, FORM, Counted(Answer("second")))
    assert other.answer(QUESTION, FORM, Counted()) == Answer("second")


def test_answers_that_are_kept_as_read_stay_within_a_bound(monkeypatch: pytest.MonkeyPatch, make_settings: Any) -> None:
    monkeypatch.setattr(cache_module, "MOST_READ", 100)
    cache = build_cache(make_settings())
    for subject in range(20):
        question = replace(QUESTION, subject=subject)
        for _ in range(2):
            assert cache.answer(question, FORM, Counted(Answer("x" * 40 + str(subject)))).text.endswith(str(subject))
    first, last = (replace(QUESTION, subject=subject) for subject in (0, 19))
    assert cache.answer(first, FORM, Counted()) is not cache.answer(last, FORM, Counted())
    assert cache.answer(last, FORM, Counted()) is cache.answer(last, FORM, Counted())
    assert cache._read._bytes <= 100


def test_the_memory_holds_a_bounded_number_of_answers() -> None:
    backend = SimpleCache(threshold=20, default_timeout=600)
    cache = Cache(backend)
    for number in range(100):
        cache.answer(replace(QUESTION, subject=number), FORM, Counted())
    assert len(backend._cache) <= 21


@pytest.mark.parametrize("kind", [StudentView, ClassroomView, CoursesView, InstitutionView, Freshness])
def test_every_view_has_a_form(kind: type[Any]) -> None:
    assert Form.of(kind).kind is kind
