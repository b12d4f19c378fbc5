"""How rosters are read, set in the browser: columns from the file itself, and nothing that cannot be."""

from dashapp.domain.roster_runs import RunState
from dashapp.domain.rosters import PLAIN_FIELDS, Naming
from ingest.roster.plain import FIELDS
from tests.callbacks.rosters import Desk, application, desk, own

__all__ = ["application", "desk", "own"]


def test_columns_are_chosen_from_the_head_of_the_file_that_was_checked(desk: Desk) -> None:
    assert desk.press("save", form="csv", roles="Dozent = teacher\n= learner").startswith("Saved.")
    path = desk.folder / "enrolments.csv"
    path.write_text("Nummer;Name;Modul;Funktion\n1;Abel;ALG;\n2;Brook;ALG;Dozent\n", encoding="utf-8")
    desk.send(path)

    run = desk.check()
    assert run.report is not None
    assert run.report.stops
    assert run.report.heads == ("Nummer", "Name", "Modul", "Funktion")
    assert '"Funktion"' in desk.shown()
    chosen = {"person": "Nummer", "family_name": "Name", "course": "Modul", "role": "Funktion"}
    saved = desk.press("save", **{f"column_{name}": column for name, column in chosen.items()})
    assert saved.startswith("Saved.")
    desk.press("again", run.key)
    desk.work()

    assert desk.run.report is not None
    assert not desk.run.report.stops
    assert desk.apply().state is RunState.DONE
    assert desk.roles() == 2
    assert (desk.settings.columns, desk.settings.roles) == (chosen, {"dozent": "teacher", "": "learner"})


def test_settings_that_cannot_be_are_refused_in_words_and_nothing_is_saved(desk: Desk) -> None:
    before = desk.settings
    for held, said in (
        ({"most_ended": "101"}, "The share that may end is between 0 and 100"),
        ({"most_ended": "many"}, "The share that may end is between 0 and 100"),
        ({"most_ended": True}, "The share that may end is between 0 and 100"),
        ({"every": 2}, "The schedule looks every five minutes"),
        ({"folder": "a", "address": "https://sis.example"}, "Either a folder is looked into"),
        ({"address": "file:///etc/passwd"}, "An address begins with https://."),
        ({"people_column": "username"}, "To know somebody by a column, all three are needed"),
        ({"roles": "Chef = administrator"}, "Each line should read"),
    ):
        assert desk.press("save", **held).startswith(said), held
    assert desk.settings == before

    assert desk.press("save", whole="0").startswith("Saved.")
    assert desk.settings.whole is False
    naming = {"people_column": "username", "people_issuer": "https://lms.example", "people_kind": "account"}
    assert desk.press("save", **naming).startswith("Saved.")
    assert desk.settings.people == Naming("username", "https://lms.example", "account")


def test_the_form_offers_what_plain_csv_can_say() -> None:
    assert tuple(FIELDS) == PLAIN_FIELDS
