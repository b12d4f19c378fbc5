"""Markdown of text blocks: read into plain nodes, or written as HTML. HTML in it stands there as it is written."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_KINDS: Final = {
    "paragraph": "paragraph",
    "heading": "title",
    "bullet_list": "list",
    "ordered_list": "numbers",
    "list_item": "item",
    "blockquote": "quote",
    "em": "emphasis",
    "strong": "strong",
    "link": "link",
}
Node = dict[str, Any]
"""`kind`, and either `text` or `parts`; a link has its `address`."""


def nodes_of(text: str) -> list[Node]:
    """The blocks of a text, whose parts are nodes again."""
    return _nodes(SyntaxTreeNode(_markdown().parse(text)).children)


def html_of(text: str) -> str:
    """The text as HTML of which nothing but what Markdown means is markup."""
    return str(_markdown().render(text))


class _Reader(MarkdownIt):
    """Lets links lead where documents may lead, and nowhere else."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the library's name
        """Whether it is an address of the web or of e-mail."""
        try:
            return urlsplit(url).scheme in _SCHEMES
        except ValueError:
            return False


@cache
def _markdown() -> MarkdownIt:
    # Pictures would be fetched from wherever they say.
    return _Reader("commonmark", {"html": False}).disable("image")


def _nodes(children: Iterable[SyntaxTreeNode]) -> list[Node]:
    return [node for child in children for node in _node(child)]


def _node(node: SyntaxTreeNode) -> list[Node]:
    match node.type:
        case "inline":
            return _nodes(node.children)
        case "text":
            return [{"kind": "text", "text": node.content}]
        case "softbreak":
            return [{"kind": "text", "text": " "}]
        case "hardbreak":
            return [{"kind": "break"}]
        case "hr":
            return [{"kind": "rule"}]
        case "code_inline":
            return [{"kind": "code", "text": node.content}]
        case "fence" | "code_block":
            return [{"kind": "lines", "text": node.content.rstrip("\n")}]
    found: Node = {"kind": _KINDS.get(node.type, "paragraph"), "parts": _nodes(node.children)}
    if node.type == "link":
        found["address"] = str(node.attrs["href"])
    return [found]
