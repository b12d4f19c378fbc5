"""Answers that have been computed once: flask-caching in memory, or on Redis for all processes together.

Values are bytes (MessagePack of a view, compressed), never pickles: whoever can write to the Redis may then change a
figure, but not run a program here. flask-caching's backends are used without its decorators, which want a Flask request
and know neither scope nor data version.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Event, Lock
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
import redis
import zstandard
from cachelib.serializers import RedisSerializer
from flask_caching.backends import RedisCache, SimpleCache

from dashapp.domain.errors import Unavailable
from dashapp.domain.filters import Filters
from dashapp.domain.scope import AsOf, Scope
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

KEPT_SECONDS: Final = 600
"""Shorter than the hour for which `scope_changes` are kept: a version that was forgotten must not meet an old value."""
MOST_VALUES: Final = 500
LARGEST_VALUE: Final = 1_000_000
"""Bytes, compressed. With `MOST_VALUES` the bound of the memory; a course of 2,300 learners takes 80,000."""
MOST_READ: Final = 1_000_000
"""Bytes, compressed, of the answers that are kept as read: some 60 times that in memory."""
LONGEST_WAIT: Final = 15.0
"""Seconds that a request waits for another one's computation; a statement is ended after five."""
_REDIS_TIMEOUT = 0.25
_COMPRESS_FROM = 4096
_PLAIN, _ZSTANDARD = b"p", b"z"

T = TypeVar("T")


class CacheSettings(Protocol):
    """What is needed of the settings."""

    @property
    def redis_url(self) -> str | None:
        """The Redis to share with other processes; None: the memory of this one."""


class Backend(Protocol):
    """What is used of flask-caching's backends."""

    def get(self, key: str) -> Any:
        """The value, None where there is none."""

    def set(self, key: str, value: Any, timeout: int | None = None) -> bool | None:
        """Keeps a value for so many seconds."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer depends on, all of it: two questions that differ anywhere never share an answer."""

    name: str
    """The query."""
    scope: Scope
    filters: Filters
    subject: int
    """The course or person that it is about; 0: the whole organisation."""
    version: str
    """The data's, taken before the data are read: an answer is then never older than its version."""
    as_of: AsOf

    def key(self, shape: str) -> str:
        """The key under which the answer is kept; `shape` names the form of the answer."""
        scope = self.scope
        parts = (
            shape,
            self.name,
            scope.organisation_id,
            scope.viewer,
            scope.audience,
            None if scope.courses is None else sorted(scope.courses),
            None if scope.learners is None else sorted(scope.learners),
            scope.minimum_group,
            sorted(scope.sections),
            None if scope.visibility is None else scope.visibility.key(),
            self.filters.key(),
            self.subject,
            self.version,
            self.as_of.bucket().isoformat(),
        )
        return f"{self.name}:{blake2b(msgspec.json.encode(parts), digest_size=20).hexdigest()}"


@dataclass(slots=True)
class _Flight:
    """One computation that others wait for."""

    done: Event = field(default_factory=Event)
    value: bytes | None = None
    error: BaseException | None = None


_SHAPES: Final[dict[type[Any], str]] = {}
"""By kind: describing them takes longer than all else that a cache begins with."""


def _shape_of(kind: type[Any]) -> str:
    if kind not in _SHAPES:
        schema = msgspec.json.encode(msgspec.json.schema(kind))
        _SHAPES[kind] = blake2b(schema, digest_size=8).hexdigest()
    return _SHAPES[kind]


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How answers of one type are written and read. A changed type has another `shape`, so old answers are not met."""

    kind: type[T]
    shape: str
    decoder: msgspec.msgpack.Decoder[T]

    @classmethod
    def of(cls, kind: type[T]) -> "Form[T]":
        """The form of a frozen dataclass."""
        return cls(kind, _shape_of(kind), msgspec.msgpack.Decoder(kind))

    def write(self, answer: T) -> bytes:
        """The answer as bytes."""
        plain = msgspec.msgpack.encode(answer)
        if len(plain) < _COMPRESS_FROM:
            return _PLAIN + plain
        return _ZSTANDARD + zstandard.ZstdCompressor(level=1).compress(plain)

    def read(self, value: bytes) -> T:
        """The answer; raises ValueError where the bytes are none of this form."""
        try:
            plain = zstandard.ZstdDecompressor().decompress(value[1:]) if value[:1] == _ZSTANDARD else value[1:]
            return self.decoder.decode(plain)
        except (msgspec.MsgspecError, zstandard.ZstdError) as error:
            raise ValueError("the bytes are no answer of this form") from error


class _ReadLast:
    """The answers that were read last from their bytes: reading a course of 160 learners takes a millisecond.

    Answers are frozen, so all may have the same one. It is bounded by the bytes that they were read from.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes, Any]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def of(self, key: str, value: bytes, read: Callable[[bytes], T]) -> T:
        """The answer that the bytes are. Raises what `read` raises."""
        with self._lock:
            last = self._kept.get(key)
            if last is not None and last[0] == value:
                self._kept.move_to_end(key)
                answer: T = last[1]
                return answer
        answer = read(value)
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += len(value) - (len(before[0]) if before else 0)
            self._kept[key] = value, answer
            while self._bytes > MOST_READ and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1][0])
        return answer


class Cache:
    """Keeps answers for ten minutes, and computes each only once at a time in this process.

    A backend that is away costs speed, never an answer. Safe to share between threads.
    """

    def __init__(self, backend: Backend, ping: Callable[[], object] | None = None) -> None:
        """`ping` asks a backend that is another process whether it is there, and raises RedisError where it is not."""
        self._backend = backend
        self._ping = ping
        self._flights: dict[str, _Flight] = {}
        self._lock = Lock()
        self._read = _ReadLast()

    def is_reachable(self) -> bool:
        """Whether answers can be kept now; waits a quarter of a second at most."""
        try:
            if self._ping is not None:
                self._ping()
        except redis.RedisError:
            return False
        return True

    def answer(self, question: Question, form: Form[T], compute: Callable[[], T]) -> T:
        """The kept answer, else what `compute` gives.

        Others who ask the same meanwhile wait for it, and get its error if it fails. Raises what `compute` raises, and
        Unavailable where another one's computation takes too long.
        """
        key = question.key(form.shape)
        kept = self._kept(key, form)
        if kept is not None:
            return kept[1]
        flight, mine = self._board(key)
        return self._fly(key, flight, form, compute) if mine else self._wait(flight, form)

    def _board(self, key: str) -> tuple[_Flight, bool]:
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = _Flight()
            return flight, True

    def _fly(self, key: str, flight: _Flight, form: Form[T], compute: Callable[[], T]) -> T:
        try:
            # Between our look and our flight another one may have landed.
            landed = self._kept(key, form)
            if landed is not None:
                flight.value, answer = landed
                return answer
            answer = compute()
            flight.value = form.write(answer)
            # Kept before the flight ends, so that nobody comes between the two and computes it again.
            self._set(key, flight.value)
        except BaseException as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                del self._flights[key]
            flight.done.set()
        return answer

    def _wait(self, flight: _Flight, form: Form[T]) -> T:
        if not flight.done.wait(LONGEST_WAIT):
            raise Unavailable("The answer takes too long; please try again in a moment.")
        if flight.value is None:
            raise flight.error or Unavailable("The answer could not be computed.")
        return form.read(flight.value)

    def _kept(self, key: str, form: Form[T]) -> tuple[bytes, T] | None:
        kept = self._get(key)
        if kept is None:
            return None
        try:
            return kept, self._read.of(key, kept, form.read)
        except ValueError:
            log.warning("cache.unreadable")
            return None

    def _get(self, key: str) -> bytes | None:
        try:
            value = self._backend.get(key)
        except redis.RedisError as error:
            log.warning("cache.away", error=type(error).__name__)
            return None
        return value if isinstance(value, bytes) else None

    def _set(self, key: str, value: bytes) -> None:
        if len(value) > LARGEST_VALUE:
            log.warning("cache.too_large", bytes=len(value))
            return
        try:
            self._backend.set(key, value, timeout=KEPT_SECONDS)
        except redis.RedisError as error:
            log.warning("cache.away", error=type(error).__name__)


class _Bytes(RedisSerializer):
    """Writes bytes as they are, in place of the library's pickles."""

    def dumps(self, value: Any, protocol: int = 0) -> bytes:
        return bytes(value)

    def loads(self, value: bytes | None) -> bytes | None:
        return value


def build_cache(settings: CacheSettings) -> Cache:
    """A cache on the Redis of the settings, else in memory. A Redis that is away is found out at the first use."""
    if settings.redis_url is None:
        return Cache(SimpleCache(threshold=MOST_VALUES, default_timeout=KEPT_SECONDS))
    client = redis.Redis.from_url(
        settings.redis_url, socket_timeout=_REDIS_TIMEOUT, socket_connect_timeout=_REDIS_TIMEOUT
    )
    backend = RedisCache(host=client, key_prefix="la:", default_timeout=KEPT_SECONDS)
    backend.serializer = _Bytes()
    return Cache(backend, client.ping)
