"""What is wrong with a translation: `faults_of(template, catalogue)` names every message that a reader would miss."""

import gettext
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from babel.dates import parse_pattern
from babel.messages.catalog import Catalog, Message

FIELDS = re.compile(r"\{\w*\}|<[^<>]*>")
SHOWN = 160
"""Characters of a message by which it is named."""


def faults_of(template: Catalog, catalogue: Catalog) -> list[str]:
    """Sentences, each with the message that it is about; empty where the catalogue is complete and fits."""
    form_of = gettext.c2py(catalogue.plural_expr)
    numbers = Counter(form_of(number) for number in range(1000))
    said_of_one = [numbers[form] <= 1 for form in range(catalogue.num_plurals)]
    return [
        f"{fault}: {_named(wanted)}"
        for wanted in template
        if wanted.id
        for fault in _faults(wanted, catalogue.get(_singular(wanted), wanted.context), said_of_one)
    ]


def _singular(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _named(message: Message) -> str:
    context = f"[{message.context}] " if message.context else ""
    return f"{context}{_singular(message)[:SHOWN]!r}"


def _faults(wanted: Message, given: Message | None, said_of_one: Sequence[bool]) -> Iterator[str]:
    if given is None or not given.string or not all(_forms(given)):
        yield "not translated"
        return
    if given.fuzzy:
        yield "fuzzy: somebody has to look at it and take the mark away"
        return
    forms = len(said_of_one) if wanted.pluralizable else 1
    if bool(wanted.pluralizable) != bool(given.pluralizable) or len(_forms(given)) != forms:
        yield f"{forms} forms are needed, of which each has to be said"
        return
    if wanted.context == "date pattern":
        yield from _faults_of_pattern(_forms(given)[0])
        return
    yield from _faults_of_text(wanted, given, said_of_one if wanted.pluralizable else [False])


def _forms(message: Message) -> list[str]:
    said = message.string
    return [str(form) for form in said] if isinstance(said, tuple | list) else [str(said)]


def _faults_of_pattern(pattern: str) -> Iterator[str]:
    try:
        parse_pattern(pattern)
    except ValueError as error:
        yield f"{error} in {pattern!r}"
    if not re.search("[dLM]", re.sub("'[^']*'", "", pattern)):
        yield f"{pattern!r} shows no day and no month"


def _faults_of_text(wanted: Message, given: Message, said_of_one: Sequence[bool]) -> Iterator[str]:
    sources = [str(one) for one in wanted.id] if wanted.pluralizable else [str(wanted.id)]
    fields = [Counter(FIELDS.findall(source)) for source in sources]
    for form, of_one in zip(_forms(given), said_of_one, strict=True):
        found = Counter(FIELDS.findall(form))
        # A form that is only ever said of one number, of two for example, may go without the number.
        if found not in fields and not (of_one and any((one - found).total() == 1 and found < one for one in fields)):
            yield f"placeholders differ in {form!r}"
        if _edges(form) not in {_edges(source) for source in sources}:
            yield f"spaces at its ends differ in {form!r}"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
