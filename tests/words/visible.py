"""Which texts of a page a person sees, and whether each of them went through gettext.

`untranslated(tree, names)` walks components, figures and rows of grids that were made under the pseudo-locale, and
answers the texts in which letters remain once brackets, and the names that come from data, are taken out. Use it for
a new page: `with use_locale(PSEUDO_LOCALE): assert untranslated(layout(), names) == []`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.figures.drawing import Drawing

SEEN_PROPERTIES = ("children", "title", "label", "placeholder", "alt", "aria-label", "headerName", "options")
SEEN_DATA = ("data-la-title", "data-la-close", "data-la-empty", "data-words")
FIGURE_TEXTS = ("text", "ticktext", "customdata", "name", "head", "rows", "summary")
ROW_TEXTS = ("_text", "why")
TAG = re.compile(r"<[^<>]*>")
BRACKETS = re.compile(r"\[[^\[\]]*\]")
LETTER = re.compile(r"[^\W\d_]{2,}")
"""Two letters together: a single one may be a unit of plotly or a formula."""


def texts_of(thing: Any) -> Iterator[str]:
    """Every text that a person can see or hear."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Drawing):
        yield from _figure_texts(thing.to_plotly_json())
    elif isinstance(thing, Component):
        yield from _component_texts(thing)
    elif isinstance(thing, Mapping):
        yield from _mapping_texts(thing)
    elif isinstance(thing, Iterable):
        for part in _joined(thing):
            yield from texts_of(part)


def _joined(parts: Iterable[Any]) -> Iterator[Any]:
    """Texts and the bold words between them are one sentence."""
    sentence = ""
    for part in parts:
        if isinstance(part, str) or (isinstance(part, html.B | html.Small) and isinstance(part.children, str)):
            sentence += part if isinstance(part, str) else str(part.children)
            continue
        if sentence:
            yield sentence
        sentence = ""
        yield part
    if sentence:
        yield sentence


def _component_texts(component: Component) -> Iterator[str]:
    if isinstance(component, html.Code):
        # The name of a table or of a command is the same in every language.
        return
    properties = component.to_plotly_json()["props"]
    for name, value in properties.items():
        if name in SEEN_PROPERTIES:
            yield from texts_of(value)
        elif name == "data-words":
            # JSON by the names of its patterns: the values are what a script shows.
            yield from re.findall(r': "([^"]*)"', value)
        elif name in SEEN_DATA:
            yield value
        elif name in ("columnDefs", "rowData"):
            yield from texts_of(value)


def _mapping_texts(mapping: Mapping[str, Any]) -> Iterator[str]:
    for name, value in mapping.items():
        if name in ("label", "headerName") or name.endswith(ROW_TEXTS):
            yield from texts_of(value)


def _figure_texts(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "template":
                continue
            if name in FIGURE_TEXTS:
                yield from texts_of(value)
            elif name == "hovertemplate":
                yield re.sub(r"%\{[^}]*\}", "", value)
            else:
                yield from _figure_texts(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _figure_texts(each)


def _without_brackets(text: str) -> str:
    before = None
    while before != text:
        before, text = text, BRACKETS.sub(" ", text)
    return text


def untranslated(tree: Any, names: Iterable[str] = ()) -> list[str]:
    """The texts that did not come from gettext; `names` come from data and are nobody's to translate."""
    longest_first = sorted(names, key=len, reverse=True)
    found = []
    for text in texts_of(tree):
        rest = TAG.sub("", _without_brackets(text))
        for name in longest_first:
            rest = rest.replace(name, " ")
        if LETTER.search(rest):
            found.append(text)
    return found
