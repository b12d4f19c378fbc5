"""The translations: complete, with the right placeholders, and read as they stand."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from dashapp import words
from dashapp.words import available_locales, use_locale
from dashapp.words.catalogue import TRANSLATIONS, read_catalogue, says_drafted
from tests.words.faults import faults_of

TRANSLATED = [locale for locale in available_locales() if locale != "en"]

SOURCE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Active days"
msgstr ""

msgid "{number} day"
msgid_plural "{number} days"
msgstr[0] ""
msgstr[1] ""

msgctxt "date pattern"
msgid "EEE d MMM"
msgstr ""

msgid "{day}, <b>{time}</b>"
msgstr ""
"""

ARABIC = """
# Drafted, not yet reviewed by a native reader.
msgid ""
msgstr ""
"Language: ar\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\\n"

msgid "Active days"
msgstr "الأيام النشطة"

msgid "{number} day"
msgid_plural "{number} days"
msgstr[0] "{number} يوم"
msgstr[1] "يوم واحد"
msgstr[2] "يومان"
msgstr[3] "{number} أيام"
msgstr[4] "{number} يومًا"
msgstr[5] "{number} يوم"

msgctxt "date pattern"
msgid "EEE d MMM"
msgstr "EEE d MMM"

msgid "{day}, <b>{time}</b>"
msgstr "{day}، <b>{time}</b>"
"""


def _read(text: str, locale: str | None = None) -> Catalog:
    return read_po(BytesIO(text.encode()), locale=locale)


def _faults(*changes: tuple[str, str]) -> list[str]:
    said = ARABIC
    for before, after in changes:
        assert before in said
        said = said.replace(before, after)
    return faults_of(_read(SOURCE), _read(said, "ar"))


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated(template: Catalog, locale: str) -> None:
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=locale)
    faults = faults_of(template, catalogue)
    assert not faults, f"{len(faults)} in {locale}:\n" + "\n".join(faults)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('msgstr "الأيام النشطة"', 'msgstr ""', "not translated: 'Active days'"),
        ('msgid "Active days"', 'msgid "Days of activity"', "not translated: 'Active days'"),
        ('msgid "Active days"', '#, fuzzy\nmsgid "Active days"', "fuzzy: somebody has to look at it"),
        ('msgstr[2] "يومان"', 'msgstr[2] ""', "not translated: '{number} day'"),
        ('msgstr[5] "{number} يوم"\n', "", "not translated: '{number} day'"),
        ("، <b>{time}</b>", "، {time}", "placeholders differ"),
        ("{number} أيام", "{count} أيام", "placeholders differ"),
        ("{number} أيام", "أيام", "placeholders differ"),
        ('"الأيام النشطة"', '"الأيام النشطة "', "spaces at its ends differ"),
        ('msgstr "EEE d MMM"', 'msgstr "EEE d q MMMMMMM"', "Invalid length for field"),
        ('msgstr "EEE d MMM"', 'msgstr "y"', "shows no day and no month"),
    ],
)
def test_what_a_reader_would_miss_is_named(before: str, after: str, fault: str) -> None:
    assert _faults() == []
    found = _faults((before, after))
    assert len(found) == 1
    assert fault in found[0]


def test_a_catalogue_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "messages.po"
    file.write_text(ARABIC)
    arabic = read_catalogue(file)
    assert arabic.gettext("Active days") == "الأيام النشطة"
    assert [arabic.ngettext("{number} day", "{number} days", count) for count in (0, 1, 2, 3, 11, 100)] == [
        "{number} يوم",
        "يوم واحد",
        "يومان",
        "{number} أيام",
        "{number} يومًا",
        "{number} يوم",
    ]
    assert arabic.gettext("A text that is not in it") == "A text that is not in it"


def test_a_catalogue_says_at_its_head_that_nobody_has_reviewed_it_yet() -> None:
    assert says_drafted(ARABIC.lstrip())
    assert says_drafted("# Spanish.\n# Drafted, not yet\n# reviewed by a native reader.\n#\n" + SOURCE)
    assert not says_drafted("# Reviewed by a native reader.\n" + SOURCE)
    assert not says_drafted(SOURCE.replace('msgid "Active days"', '# not yet reviewed\nmsgid "Active days"'))


def test_a_language_is_named_in_its_own_words() -> None:
    names = [words.language_name(locale) for locale in ("en", "de", "es", "fr", "ar")]
    assert names == ["English", "Deutsch", "Español", "Français", "العربية"]


def test_the_week_of_a_calendar_begins_where_readers_begin_it() -> None:
    begun = {}
    for locale in ("en", "de", "es", "fr", "ar", "en_US"):
        with use_locale(locale):
            begun[locale] = words.first_weekday()
    assert begun == {"en": 0, "de": 0, "es": 0, "fr": 0, "ar": 5, "en_US": 6}


def test_the_browser_writes_the_same_digits_as_the_server() -> None:
    with use_locale("ar"):
        assert (words.number(5965), words.number_locale(), words.text_direction()) == ("5,965", "ar-u-nu-latn", "rtl")
