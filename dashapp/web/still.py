"""What of a page never changes is handed out as ready-made HTML: definitions, menus, drawings, names of columns.

Dash's renderer looks at every component with every change of any of them. More than half of a page's components
are words that no callback ever touches; as one component for each whole piece they cost what their text costs. They are
written as always: this looks for such pieces in a layout that is about to be sent. `assets/still.js` draws them.
"""

from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

PREFIXES: Final = ("aria-", "data-")
NAMES: Final = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex", "colSpan": "colspan"}
"""HTML's own names, where Dash has others."""
PLAIN: Final = frozenset({"id", "title", "role", "type", "href", "lang", "dir", "scope", "hidden", "disabled", "open"})
NEVER_TOUCHED: Final = ("-definition", "-title")
"""The ends of ids that are for labels, scripts and readers alone, unless a callback names one of them."""
INSIDE_OUT: Final = frozenset({"a", "button", "form", "p"})
"""Elements that HTML closes by itself before some others: a piece that holds one holds nothing but phrases in it."""
PHRASES: Final = frozenset(
    {"abbr", "b", "bdi", "br", "code", "em", "i", "small", "span", "strong", "sub", "sup", "time"}
)
EMPTY: Final = frozenset({"br", "hr"})


class Still(Component):
    """An element with everything in it as HTML. `given`: its attributes, by React's names."""

    _namespace = "la_still"
    _type = "Still"
    _children_props: list[str] = []  # noqa: RUF012  # the declaration of Dash's base class

    tag: str
    given: dict[str, Any]
    markup: str

    def __init__(self, tag: str, given: Mapping[str, Any], markup: str) -> None:
        """`markup` is inserted as it is: who makes it has escaped all texts."""
        self._prop_names = ["tag", "given", "markup"]
        self._valid_wildcard_attributes = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties = []
        super().__init__(tag=tag, given=dict(given), markup=markup)  # type: ignore[no-untyped-call]  # Dash gives it no types


def stilled(layout: Any, named: Callable[[str], bool]) -> Any:
    """The layout, with every piece of two and more components that nothing can change as one.

    `named` says whether some callback names an id.
    """
    if isinstance(layout, (list, tuple)):
        return [stilled(one, named) for one in layout]
    if not isinstance(layout, Component):
        return layout
    if _holds_components(layout) and _is_still(layout, named):
        given = {name: value for name, value in _given(layout).items() if name != "children"}
        return Still(_tag(layout), given, _inside(layout))
    if getattr(layout, "children", None) is not None:
        layout.children = stilled(layout.children, named)
    return layout


def _given(component: Component) -> dict[str, Any]:
    properties: dict[str, Any] = component.to_plotly_json()["props"]
    return {name: value for name, value in properties.items() if value is not None}


def _tag(component: Component) -> str:
    return type(component).__name__.lower()


def _children(component: Component) -> list[Any]:
    children = getattr(component, "children", None)
    return list(children) if isinstance(children, (list, tuple)) else [] if children is None else [children]


def _holds_components(component: Component) -> bool:
    return any(isinstance(child, Component) for child in _children(component))


def _is_still(component: Component, named: Callable[[str], bool], within: str = "") -> bool:
    """Whether nothing changes the component or anything in it, and HTML can say all of it."""
    tag = _tag(component)
    if type(component).__module__ != f"{html.__name__}.{type(component).__name__}":
        return False
    if within in INSIDE_OUT and tag not in PHRASES:
        return False
    for name, value in _given(component).items():
        if name == "id" and not (isinstance(value, str) and value.endswith(NEVER_TOUCHED) and not named(value)):
            return False
        if (
            name not in PLAIN
            and name not in NAMES
            and name not in ("children", "style")
            and not name.startswith(PREFIXES)
        ):
            return False
    inner = tag if tag in INSIDE_OUT else within
    return all(
        _is_still(child, named, inner)
        if isinstance(child, Component)
        else child is None or isinstance(child, (str, int, float))
        for child in _children(component)
    )


def _inside(component: Component) -> str:
    return "".join(
        _markup(child) if isinstance(child, Component) else "" if child is None else escape(str(child), quote=False)
        for child in _children(component)
    )


def _markup(component: Component) -> str:
    tag, attributes = _tag(component), "".join(_attribute(name, value) for name, value in _given(component).items())
    return f"<{tag}{attributes}>" if tag in EMPTY else f"<{tag}{attributes}>{_inside(component)}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    if name == "children" or value is False:
        return ""
    said = _style(value) if name == "style" else "" if value is True else str(value)
    return f' {NAMES.get(name, name)}="{escape(said)}"'


def _style(values: Mapping[str, Any]) -> str:
    return ";".join(f"{_css_name(name)}:{value}" for name, value in values.items())


def _css_name(name: str) -> str:
    return name if name.startswith("--") else "".join(f"-{one.lower()}" if one.isupper() else one for one in name)


def names_of(dependencies: Collection[Mapping[str, Any]]) -> frozenset[str]:
    """The ids that callbacks name, from the list that Dash gives to the browser."""
    found = set()
    for one in dependencies:
        for part in str(one["output"]).strip(".").split("..."):
            found.add(part.rsplit(".", 1)[0])
        for given in (*one["inputs"], *one["state"]):
            found.add(str(given["id"]))
    return frozenset(found)
