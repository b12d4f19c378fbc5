"""A whole class behind one address."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.campus import LEARNERS, identifier_of
from tests.security.lti.frame import Frame
from tests.security.lti.test_launches import opened

CLASS = 500


@pytest.mark.long
def test_a_class_of_500_behind_one_address_opens_its_pages_at_once(frame: Callable[[], Frame], joined: None) -> None:
    names = [identifier_of(name).value for name in LEARNERS["algebra"]]

    def launch(number: int) -> str:
        return opened(frame().launch(sub=names[number % len(names)]))

    with ThreadPoolExecutor(12) as pool:
        pages = list(pool.map(launch, range(CLASS)))

    assert [page.partition("?")[0] for page in pages] == ["/embed/me"] * CLASS
