"""Which locale holds now, and how a message is looked up in it.

English is the language of the source. `en_XA` is the pseudo-locale: every message accented and in brackets, so that a
text which did not pass through here stands out, to the eye and to the tests.
"""

import gettext as gettext_module
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale, negotiate_locale

SOURCE_LOCALE: Final = "en"
PSEUDO_LOCALE: Final = "en_XA"
DOMAIN: Final = "messages"
TRANSLATIONS: Final = Path(__file__).parent / "translations"

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


@cache
def _translations(locale: str) -> gettext_module.NullTranslations:
    if locale == PSEUDO_LOCALE:
        return PseudoTranslations()
    return gettext_module.translation(DOMAIN, TRANSLATIONS, languages=[locale], fallback=True)


@cache
def available_locales() -> tuple[str, ...]:
    """The locales that have a compiled catalogue, English first."""
    found = sorted(path.parts[-3] for path in TRANSLATIONS.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LOCALE, *(name for name in found if name != SOURCE_LOCALE))


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


def language_tag() -> str:
    """For the `lang` attribute: "en", "pt-BR"."""
    return current_locale().replace("_", "-")


def text_direction() -> str:
    """For the `dir` attribute: "ltr" or "rtl"."""
    return str(babel_locale().text_direction)


def _(message: str) -> str:
    """The message in the current locale."""
    return _translations(current_locale()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that goes with `count`; the caller fills the number in."""
    return _translations(current_locale()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """The message in the current locale, where the same English words need a context to be translated well."""
    return _translations(current_locale()).pgettext(context, message)
