"""What a page holds already is not sent again, so that a menu that is open stays open."""

from dash import no_update

from callbacks.unchanged import SHOWN, changed_only
from tests.callbacks.people import Strangers, answer_of
from tests.callbacks.reports import BY_COURSE, imported
from tests.campus import Campus
from tests.served import address


def test_only_what_differs_is_sent() -> None:
    first = changed_only({"rows": ["a"], "said": "one"}, None)
    assert (first["rows"], first["said"]) == (["a"], "one")

    second = changed_only({"rows": ["a"], "said": "two"}, first[SHOWN])
    assert second["rows"] is no_update
    assert second["said"] == "two"

    assert changed_only({"rows": ["b"], "said": "two"}, second[SHOWN])["rows"] == ["b"]


def test_a_store_that_holds_anything_else_has_all_sent() -> None:
    assert changed_only({"rows": 1}, "forged")["rows"] == 1
    assert changed_only({"rows": 1}, {"rows": 7})["rows"] == 1


def test_the_lists_of_reports_and_of_schedules_send_their_rows_once(visitor: Strangers, campus: Campus) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    imported(tess, BY_COURSE)
    for page, name in (("reports-page", "reports"), ("schedulelist-page", "schedulelist")):
        first = answer_of(tess.ask(page, address(None)))
        assert f"{name}-rows" in first

        held = {f"{name}-shown.data": first[f"{name}-shown"]["data"]}
        assert f"{name}-rows" not in answer_of(tess.ask(page, {**address(None), **held}))

    imported(tess, BY_COURSE)
    held = {"reports-shown.data": answer_of(tess.ask("reports-page", address(None)))["reports-shown"]["data"]}
    imported(tess, BY_COURSE)
    assert "reports-rows" in answer_of(tess.ask("reports-page", {**address(None), **held}))
