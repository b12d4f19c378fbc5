"""Numbers, dates and messages in the words of a locale."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from dashapp import words
from dashapp.words import PSEUDO_LOCALE, best_locale, use_locale
from dashapp.words.catalogue import read_catalogue
from tests.shared import REPOSITORY

TODAY = date(2026, 5, 7)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (45, "45 min"), (59.6, "1 h"), (60, "1 h"), (179, "2 h 59 min"), (6001, "100 h")],
)
def test_minutes_are_said_as_people_say_them(minutes: float, said: str) -> None:
    assert words.duration(minutes) == said.replace(" min", "\u00a0min").replace(" h", "\u00a0h")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-1, "0.0 s"), (0.42, "0.4 s"), (12, "12 s"), (2820, "47 min"), (11_100, "3 h 5 min"), (400_000, "4 days")],
)
def test_a_lag_is_said_in_the_unit_that_fits(seconds: float, said: str) -> None:
    assert words.lag(seconds).replace("\u00a0", " ") == said


def test_thousands_are_parted_by_a_narrow_space_and_units_by_one_that_does_not_break() -> None:
    assert words.number(5965) == "5\u202f965"
    assert words.percent(78.4) == "78\u00a0%"
    assert words.percent_points(-23.2) == "23\u00a0points"


@pytest.mark.parametrize(("value", "said"), [(950, "950"), (12_000, "12 k"), (14_900, "14.9 k"), (3_400_000, "3.4 M")])
def test_large_numbers_are_short_on_an_axis(value: float, said: str) -> None:
    assert words.compact(value).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 5, 15), "Fri 15 May, in 8 days"),
        (date(2026, 5, 8), "Fri 8 May, tomorrow"),
        (date(2026, 5, 7), "Thu 7 May, today"),
        (date(2026, 5, 6), "Wed 6 May, yesterday"),
        (date(2026, 4, 26), "Sun 26 Apr, 11 days ago"),
        (date(2027, 5, 7), "7 May 2027, in 365 days"),
    ],
)
def test_a_day_is_said_with_its_distance(day: date, said: str) -> None:
    assert words.day_with_distance(day, TODAY) == said


def test_a_clock_and_a_deadline_stand_in_the_institutions_time_zone() -> None:
    late = datetime(2026, 5, 15, 22, 30, tzinfo=UTC)
    assert words.local_date(late, "Europe/Berlin") == date(2026, 5, 16)
    assert words.clock(late, "Europe/Berlin") == "00:30:00"


def test_the_week_starts_with_monday() -> None:
    assert words.weekdays() == ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    assert words.date_span(date(2026, 2, 2), TODAY) == "2 Feb to 7 May"


def test_numbers_and_dates_are_german_in_german() -> None:
    with use_locale("de"):
        assert words.number(1_234_567.25, 1) == "1.234.567,2"
        assert words.percent(78.4, 1) == "78,4\u00a0%"
        assert words.duration(179) == "2\u00a0h 59\u00a0min"
        assert words.day_with_distance(date(2026, 5, 15), TODAY) == "Fr. 15. Mai, in 8 Tagen"
        assert words.day(date(2027, 5, 7), TODAY) == "7. Mai 2027"
        assert words.weekdays() == ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
        assert words.hour_of_day(time(7, 30)) == "07:30"
        assert words.listing(["a", "b"]) == "a und b"


@pytest.mark.parametrize(
    ("locale", "two", "four"),
    [
        ("en", "a, {b}", "a, {b}, c, d"),
        ("de", "a und {b}", "a, {b}, c und d"),
        ("es", "a y {b}", "a, {b}, c y d"),
        ("fr", "a et {b}", "a, {b}, c et d"),
        ("ar", "a و{b}", "a و{b} وc وd"),
    ],
)
def test_things_are_listed_as_a_language_lists_them(locale: str, two: str, four: str) -> None:
    with use_locale(locale):
        assert words.listing([]) == ""
        assert words.listing(["a"]) == "a"
        assert words.listing(["a", "{b}"]) == two
        assert words.listing(["a", "{b}", "c", "d"]) == four


def test_the_locale_holds_inside_of_its_block_only() -> None:
    with use_locale(PSEUDO_LOCALE):
        assert words._("today") == "[ţódáý]".replace("ţ", "t")
        assert words.language_tag() == "en-XA"
    assert words._("today") == "today"
    assert words.text_direction() == "ltr"


def test_placeholders_and_tags_survive_the_pseudo_locale() -> None:
    with use_locale(PSEUDO_LOCALE):
        assert words._("<b>{number}</b> days").format(number=3) == "[<b>3</b> dáýš]"
        assert words.ngettext("{number} day", "{number} days", 1).format(number=1) == "[1 dáý]"
        assert words.pgettext("date pattern", "d MMM") == "d MMM"
        assert words.pgettext("rate of updates", "Paused") == "[Páúšéd]"


@pytest.mark.parametrize(
    ("header", "asked", "chosen"),
    [
        (None, None, "en"),
        ("de;q=0.9, en;q=0.8", None, "de"),
        ("pt-BR, de-AT;q=0.7, en;q=0.1", None, "de"),
        ("it", "es", "es"),
        ("en-GB,en;q=0.5", None, "en"),
        ("x;q=nonsense,,;", None, "en"),
        ("en", PSEUDO_LOCALE, PSEUDO_LOCALE),
        ("en", "../../etc", "en"),
    ],
)
def test_a_request_gets_a_locale_that_exists(header: str | None, asked: str | None, chosen: str) -> None:
    assert best_locale(header, asked) == chosen


def test_every_message_can_be_extracted_and_keeps_its_placeholders_in_the_plural(template: Catalog) -> None:
    messages = [message for message in template if message.id]
    assert len(messages) > 200
    fields = re.compile(r"\{(\w+)\}")
    for message in messages:
        if isinstance(message.id, tuple):
            singular, plural = message.id
            assert set(fields.findall(singular)) <= set(fields.findall(plural)), message.id
        else:
            assert not str(message.id).endswith("!"), "a page does not shout"


@pytest.mark.long
def test_one_command_collects_the_texts_and_brings_a_translation_up_to_date(tmp_path: Path) -> None:
    def collect() -> str:
        # The environment is there, or this test would not run.
        command = ["make", "--assume-old=environment-dev", "words", f"WORDS={tmp_path}"]
        return subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout

    assert "There is no translation yet" in collect()
    begin = ["init", "-i", str(tmp_path / "messages.pot"), "-d", str(tmp_path), "-l", "de"]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *begin], check=True, capture_output=True)
    catalogue = tmp_path / "de" / "LC_MESSAGES" / "messages.po"
    said = catalogue.read_text().replace('msgid "Active days"\nmsgstr ""', 'msgid "Active days"\nmsgstr "Aktive Tage"')
    assert "Aktive Tage" in said
    catalogue.write_text(said + '\nmsgid "A text of yesterday"\nmsgstr "Von gestern"\n')

    collect()

    translated = read_catalogue(catalogue)
    assert translated.gettext("Active days") == "Aktive Tage"
    assert "A text of yesterday" not in catalogue.read_text()
    with catalogue.open("rb") as file:
        assert len(read_po(file)) > 200


def test_what_is_kept_of_one_language_is_not_said_in_another() -> None:
    """Texts are kept by language: the same values, asked for in turn."""
    said = []
    for locale in ("en", "de", "en", "de", "en_XA"):
        with use_locale(locale):
            several = words.listing(["a", "b", "c"])
            said.append((words.duration(190), words.percent(44.4, 1), words.short_day(date(2026, 5, 15)), several))
    assert said[0] == said[2]
    assert said[1] == said[3]
    assert len(set(said)) == 3
    assert said[1][1:3] == ("44,4\u00a0%", "15. Mai")
