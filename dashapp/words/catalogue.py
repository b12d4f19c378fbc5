"""Which locale holds now, and how a message is looked up in it.

English is the language of the source. The others are catalogues, `translations/<locale>/LC_MESSAGES/messages.po`, read
as they stand when a process first needs them: nothing is compiled, so nothing can be older than its source. `en_XA` is
the pseudo-locale: every message accented and in brackets, so that a text which did not pass through here stands out, to
the eye and to the tests.
"""

import gettext as gettext_module
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale, negotiate_locale
from babel.core import get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LOCALE: Final = "en"
PSEUDO_LOCALE: Final = "en_XA"
DOMAIN: Final = "messages"
TRANSLATIONS: Final = Path(__file__).parent / "translations"

DRAFTED: Final = "not yet reviewed"
"""Where this stands among the comments at the head of a catalogue, no native reader has looked at it yet."""

_KEEP = re.compile(r"(\{[^{}]*\}|<[^<>]*>)")
_ACCENTS = str.maketrans("aceginorsuyzACEGINORSUYZ", "áćéğíñóřšúýžÁĆÉĞÍÑÓŘŠÚÝŽ")
_locale: ContextVar[str] = ContextVar("locale", default=SOURCE_LOCALE)


class PseudoTranslations(gettext_module.NullTranslations):
    """Answers every message with itself, accented and in brackets; placeholders and tags stay as they are."""

    def gettext(self, message: str) -> str:
        """The message, marked."""
        parts = _KEEP.split(message)
        return "[" + "".join(p if _KEEP.fullmatch(p) else p.translate(_ACCENTS) for p in parts) + "]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The singular or the plural, marked."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """The message, marked; a pattern of dates is for Babel, not for readers, and stays."""
        return message if context.endswith("pattern") else self.gettext(message)


def _file_of(locale: str) -> Path:
    return TRANSLATIONS / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def _translations(locale: str) -> gettext_module.NullTranslations:
    if locale == PSEUDO_LOCALE:
        return PseudoTranslations()
    if locale == SOURCE_LOCALE or locale not in available_locales():
        return gettext_module.NullTranslations()
    return read_catalogue(_file_of(locale))


def read_catalogue(file: Path) -> gettext_module.NullTranslations:
    """The translations of a `.po` file, as gettext looks them up; what is empty or fuzzy in it stays English."""
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


@cache
def available_locales() -> tuple[str, ...]:
    """The locales that have a catalogue, English first."""
    found = sorted(path.parts[-3] for path in TRANSLATIONS.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return (SOURCE_LOCALE, *(name for name in found if name != SOURCE_LOCALE))


@cache
def is_draft(locale: str) -> bool:
    """Whether no native reader has reviewed the catalogue of one of `available_locales` yet."""
    return locale != SOURCE_LOCALE and says_drafted(_file_of(locale).read_text(encoding="utf-8"))


def says_drafted(catalogue: str) -> bool:
    """Whether the comments at the head of a catalogue say that it is a draft."""
    head = catalogue.partition("msgid")[0]
    return DRAFTED in " ".join(line.lstrip("# ") for line in head.splitlines() if line.startswith("#")).lower()


def language_name(locale: str) -> str:
    """A language in its own words: "Deutsch"."""
    name = str(Locale.parse(locale).get_language_name(locale) or locale)
    return name[:1].upper() + name[1:]


def best_locale(accept_language: str | None, asked: str | None = None) -> str:
    """The locale for a request: the one asked for where it is known, else the best of the Accept-Language header.

    Answers English where nothing fits. The pseudo-locale is given to those who ask for it by name.
    """
    known = available_locales()
    if asked and (asked in known or asked == PSEUDO_LOCALE):
        return asked
    weighted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:200].split(","):
        tag, _sep, quality = part.strip().partition(";q=")
        try:
            weighted.append((float(quality or 1), tag.replace("-", "_")))
        except ValueError:
            continue
    preferred = [tag for _weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if tag]
    return negotiate_locale(preferred, known) or SOURCE_LOCALE


def current_locale() -> str:
    """The locale of the running request or report."""
    return _locale.get()


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Let `locale` hold for what runs inside."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


@cache
def _babel_locale(locale: str) -> Locale:
    # The source is written in British order: "Fri 15 May".
    return Locale.parse("en_GB" if locale in (SOURCE_LOCALE, PSEUDO_LOCALE) else locale)


def babel_locale() -> Locale:
    """What Babel formats numbers and dates with."""
    return _babel_locale(current_locale())


@cache
def _first_weekday(locale: Locale) -> int:
    if locale.territory is None:
        # "ar" alone is taken for "ar_Arab_EG", as browsers take it: most who read it begin their week there.
        territory = str(get_global("likely_subtags").get(str(locale), "")).rpartition("_")[2]
        if territory:
            locale = Locale(locale.language, territory=territory)
    return locale.first_week_day


def first_weekday() -> int:
    """The day on which a calendar's week begins: 0 is Monday, 6 Sunday. Totals of weeks begin on Mondays everywhere."""
    return _first_weekday(babel_locale())


def number_locale() -> str:
    """For the browser's own formats: the language with the digits 0 to 9, as the server writes them, "ar-u-nu-latn"."""
    return f"{language_tag()}-u-nu-latn"


def language_tag() -> str:
    """For the `lang` attribute: "en", "pt-BR"."""
    return current_locale().replace("_", "-")


@cache
def _text_direction(locale: str) -> str:
    return str(_babel_locale(locale).text_direction)


def text_direction() -> str:
    """For the `dir` attribute: "ltr" or "rtl"."""
    return _text_direction(current_locale())


def _(message: str) -> str:
    """The message in the current locale."""
    return _translations(current_locale()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that goes with `count`; the caller fills the number in."""
    return _translations(current_locale()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """The message in the current locale, where the same English words need a context to be translated well."""
    return _translations(current_locale()).pgettext(context, message)
