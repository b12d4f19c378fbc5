"""How often one address may open links and ask for tickets."""

from collections.abc import Callable

import pytest

from dashapp.data.database import Database
from tests.campus import Campus
from tests.served import Visitor, application_on


@pytest.mark.parametrize(("method", "path"), [("get", "/embed-link/none"), ("post", "/tickets"), ("post", "/tab")])
def test_an_entrance_is_closed_for_a_minute_to_who_knocks_all_the_time(
    module_database: Database, campus: Campus, method: str, path: str
) -> None:
    with application_on(module_database, campus) as application:
        ask: Callable[[str], object] = getattr(Visitor(application.server.test_client(), application).client, method)
        answers = [getattr(ask(path), "status_code", 0) for _ in range(301)]

    assert answers[-1] == 429
    assert 429 not in answers[:300]
