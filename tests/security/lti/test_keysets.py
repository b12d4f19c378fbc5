"""Key sets of platforms, asked by many at once."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from time import monotonic
from typing import Any

from dashapp.security.lti.keysets import PlatformKeys
from tests.security.lti.platform import first_key

URL = "https://platform.example/keys"


class SlowPlatform:
    """Answers when as many have come as it waits for."""

    def __init__(self, visitors: int) -> None:
        self.all_there, self.asked = Event(), 0
        self._visitors, self._arrivals = visitors, count(1)

    def clock(self) -> float:
        """Whoever comes looks at the clock first."""
        if next(self._arrivals) == self._visitors:
            self.all_there.set()
        return monotonic()

    def get_json(self, url: str, headers: Mapping[str, str] | None = None, limit: int = 0) -> Any:
        """The key set."""
        self.asked += 1
        assert self.all_there.wait(20)
        return {"keys": [first_key().as_dict(private=False)]}


def test_who_comes_while_the_keys_are_being_read_waits_for_them() -> None:
    platform = SlowPlatform(visitors=6)
    keys = PlatformKeys(platform, platform.clock)

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: keys.find(URL, first_key().kid), range(6)))

    assert {key.kid for key in found} == {first_key().kid}
    assert platform.asked == 1
