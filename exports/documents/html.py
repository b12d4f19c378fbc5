"""The report as one page of HTML that e-mail programs show: tables and inline styles, pictures attached or inside."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup, escape

from dashapp.domain.reports.document import Data, Text
from dashapp.words import _, language_tag, text_direction, use_locale
from dashapp.words.reports import locale_of
from exports.content import Content
from exports.documents.cells import plain_text
from exports.documents.laid import Layout
from exports.documents.limits import demand_few_rows
from exports.documents.markdown import html_of
from exports.pictures import Gallery, PictureForm, Size

WIDTH: Final = 640
"""CSS pixels: what e-mail programs show without moving sideways."""
CHART: Final = Size(592, 260, 2)
_FONT: Final = "font-family:'IBM Plex Sans',Segoe UI,Helvetica,Arial,sans-serif"
_SMALL: Final = "color:#646b79;font-size:12px;line-height:16px;margin:2px 0 6px"
_CELL: Final = "padding:6px 8px;border-bottom:1px solid #e2e5ea;vertical-align:top"
_HEAD: Final = "padding:6px 8px;border-bottom:1px solid #646b79;color:#4e5461;vertical-align:bottom"

Watch = Callable[[int, int], None]


def unwatched(_done: int, _all: int) -> None:
    """Tells nobody how many of how many blocks are done."""


@dataclass(frozen=True, slots=True)
class EmailBody:
    """What an e-mail says: as HTML, as plain text, and the pictures that the HTML names by `cid:` and their key."""

    html: str
    text: str
    images: Mapping[str, bytes]


def email_of(content: Content, gallery: Gallery, domain: str = "report", watch: Watch = unwatched) -> EmailBody:
    """The report as the body of an e-mail, in its own language. `domain`: the latter half of the pictures' ids.

    Raises NoBrowser and PictureError where a chart cannot be drawn, ExportError where there is too much for a page, and
    what `watch` raises.
    """
    demand_few_rows(content)
    images: dict[str, bytes] = {}

    def attach(block: Data, png: bytes) -> str:
        images[f"{block.id}@{domain}"] = png
        return f"cid:{block.id}@{domain}"

    with use_locale(locale_of(content.report.locale)):
        page = _Page(content, gallery, attach)
        return EmailBody(page.html(watch), page.text(), images)


def write_html(content: Content, gallery: Gallery, path: Path, watch: Watch) -> None:
    """The report as a file of its own, pictures included. Raises as `email_of`, and OSError."""
    demand_few_rows(content)
    page = _Page(content, gallery, lambda _block, png: f"data:image/png;base64,{b64encode(png).decode()}")
    path.write_text(page.html(watch), encoding="utf-8")


@dataclass(slots=True)
class _Page:
    """Writes one page. `source` says by what address a picture is found."""

    content: Content
    gallery: Gallery
    source: Callable[[Data, bytes], str]
    _said: list[str] = field(default_factory=list)

    def html(self, watch: Watch) -> str:
        """The whole page."""
        report = self.content.report
        title = plain_text(report.title) or _("Report")
        rows = Layout(self.content, self._drawn).rows(watch)
        texts = iter([block for block in report.blocks if isinstance(block, Text)])
        body = Markup("").join(self._part(part, texts) for row in rows for part in row)
        as_of = f"{self.content.as_of_words()} ({report.time_zone})"
        # The reader's own device chooses the font where it does not have ours: an e-mail brings none along.
        return str(
            Markup(
                '<!DOCTYPE html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8"><title>{title}</title>'
                '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"></head>'
                '<body style="margin:0;background:#f5f6f8;color:#15181e;{font};font-size:14px;line-height:20px">'
                '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">'
                '<table role="presentation" width="{width}" cellpadding="0" cellspacing="0" style="max-width:100%;'
                'background:#ffffff"><tr><td style="padding:24px;text-align:start">'
                '<p style="{small}">{organisation}</p><h1 style="font-size:24px;line-height:30px;margin:0 0 6px">'
                '{title}</h1><p style="{small}">{as_of}</p>{body}</td></tr></table></td></tr></table></body></html>'
            ).format(
                lang=language_tag(),
                dir=text_direction(),
                title=title,
                font=Markup(_FONT),
                width=WIDTH,
                small=_SMALL,
                organisation=plain_text(self.content.organisation),
                as_of=_("As of {moment}").format(moment=as_of),
                body=body,
            )
        )

    def text(self) -> str:
        """The same for programs that show no HTML; after `html`."""
        report = self.content.report
        head = [report.title or _("Report"), f"{self.content.as_of_words()} ({report.time_zone})", ""]
        return "\n".join([*head, *self._said])

    def _drawn(self, block: Data, figure: bytes, _span: int) -> dict[str, Any]:
        return {"source": self.source(block, self.gallery.picture(figure, PictureForm.PNG, CHART))}

    def _part(self, part: dict[str, Any], texts: Any) -> Markup:
        match part["kind"]:
            case "heading":
                self._said += ["", part["text"], ""]
                return Markup('<h2 style="font-size:18px;line-height:24px;margin:24px 0 4px">{}</h2>').format(
                    part["text"]
                )
            case "text":
                source = next(texts).text
                self._said += [source, ""]
                return Markup(html_of(source))  # nothing in it is markup but what Markdown means
            case "page_break":
                return Markup('<hr style="border:0;border-top:1px solid #e2e5ea;margin:24px 0">')
        shown = {"value": self._value, "figure": self._figure, "table": self._table}.get(part["kind"], self._empty)
        notes = Markup("").join(Markup('<p style="{}">{}</p>').format(_SMALL, note) for note in part["notes"])
        self._said += ["", part["title"], part["told"]]
        inner = shown(part)
        self._said += part["notes"]
        head = Markup('<h3 style="font-size:15px;line-height:20px;margin:20px 0 0">{}</h3><p style="{}">{}</p>')
        return head.format(part["title"], _SMALL, part["told"]) + inner + notes

    def _value(self, part: dict[str, Any]) -> Markup:
        shown = []
        for value in part["values"]:
            self._said.append(f"{value['label']}: {value['value']} {value['before']}".strip())
            shown.append(
                Markup(
                    '<p style="margin:0"><b style="font-size:24px;line-height:30px">{value}</b> {label}</p>'
                    '<p style="{small}">{before}</p>'
                ).format(**value, small=_SMALL)
            )
        return Markup("").join(shown)

    def _figure(self, part: dict[str, Any]) -> Markup:
        self._said.append(part["alt"])
        return Markup('<img src="{}" width="{}" alt="{}" style="max-width:100%;height:auto;border:0">').format(
            part["source"], CHART.width, part["alt"]
        )

    def _empty(self, part: dict[str, Any]) -> Markup:
        self._said.append(part["words"])
        return Markup('<p style="background:#f5f6f8;padding:10px;color:#4e5461">{}</p>').format(part["words"])

    def _table(self, part: dict[str, Any]) -> Markup:
        sides = ["end" if head["right"] else "start" for head in part["heads"]]
        heads = Markup("").join(
            Markup('<th scope="col" style="{};text-align:{}">{}</th>').format(_HEAD, side, head["label"])
            for side, head in zip(sides, part["heads"], strict=True)
        )
        cell = '<td style="{};text-align:{}">{}</td>'
        rows = "".join(
            f"<tr>{''.join(cell.format(_CELL, side, escape(text)) for side, text in zip(sides, row, strict=True))}</tr>"
            for row in part["rows"]
        )
        self._said += ["\t".join(head["label"] for head in part["heads"]), *("\t".join(row) for row in part["rows"])]
        return Markup(
            '<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:13px;'
            'line-height:18px"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
        ).format(heads, Markup(rows))  # each text in it has been escaped
