"""The commands about people do what the pages do, and say before a merge what it moves."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.security.__main__ import main
from tests.campus import ADMINISTRATOR, ADVISER, Campus

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def college(new_campus: Campus) -> Campus:
    return new_campus


@pytest.fixture
def run(college: Campus, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", college.database.url.render_as_string(hide_password=False))

    def command(*arguments: str) -> tuple[int, str]:
        said: list[str] = []
        code = main(["people", *arguments, "--organisation", "small", "--by", "Max"], said.append)
        return code, "\n".join(said)

    return command


def actions(campus: Campus) -> list[tuple[str, str]]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        rows = connection.execute(text("SELECT action, actor FROM audit_log ORDER BY audit_id"))
        return [(row.action, row.actor) for row in rows]


def test_people_are_found_and_told(college: Campus, run: Run) -> None:
    ada = str(college.people["Ada Abel"].public_id)

    assert run("find", "abel")[1].startswith(f"{ada}  Ada Abel  ada.abel  learner in 2")
    assert run("find", "--role", "adviser")[1].splitlines()[-1] == "1 fit, page 1 of 1; 16 people in all."
    assert run("find", "--course", "alg", "--role", "teacher")[1].count("staff of 1") == 2
    told = run("show", "ada.abel")[1]
    assert "name  https://lms.example account ada.abel" in told
    assert "learner  ALG 1 · Algebra, Section A" in told


def test_roles_are_given_and_ended(college: Campus, run: Run) -> None:
    code, said = run("grant", "ben.brook", "--role", "assistant", "--course", "BOT", "--section", "Section B")
    assert code == 0
    [number] = re.findall(r"\d+", said)
    assert f"role {number}  assistant  BOT 1 · Botany, Section B" in run("show", "ben.brook")[1]
    assert run("grant", "ben.brook", "--role", "teacher", "--course", "BOT", "--section", "C")[0] == 1
    assert run("grant", "ben.brook", "--role", "teacher", "--course", "1")[0] == 1
    assert run("end", "ben.brook", number) == (0, "Ended.")
    assert run("end", "ada.abel", number)[0] == 1
    assert run("administrator", "theo.tull", "on")[0] == 0
    assert run("administrator", "max.moor", "off")[0] == 0
    assert run("administrator", "theo.tull", "off")[0] == 1
    assert run("advise", ADVISER.lower().replace(" ", "."), "hue.hall", "on") == (0, "Done.")
    assert run("test", "gil.gray", "on")[0] == 0
    assert "Gil Gray" in run("find", "--state", "test")[1]
    assert actions(college)[-1] == ("person.test_changed", "operator:Max")


def test_an_account_is_made_with_a_link_that_is_shown_once(college: Campus, run: Run) -> None:
    code, said = run("account", "dora.dean", "--name", "dora@north.example")

    assert code == 0
    assert "/sign-in/password?organisation=small&key=" in said
    assert run("account", "dora.dean", "--name", "other@north.example")[0] == 1


def test_a_merge_says_what_it_moves_and_is_done_when_it_is_confirmed(college: Campus, run: Run) -> None:
    code, said = run("merge", "ada.abel", "max.moor")
    assert code == 0
    assert "moves: " in said
    assert "One of them is an administrator" in said
    assert said.endswith("Nothing has been changed. With --yes, it is done.")
    assert str(college.people[ADMINISTRATOR].public_id) in run("find", "moor")[1]

    code, said = run("merge", "ada.abel", "max.moor", "--yes")
    assert code == 0
    assert "python -m ingest.joins split" in said
    assert str(college.people["Ada Abel"].public_id) in run("find", "moor")[1]
    assert ("person.merged", "operator:Max") in actions(college)
    assert run("merge", "ada.abel", "max.moor", "--yes")[0] == 1
    assert run("merge", "ada.abel", "nobody")[0] == 1
