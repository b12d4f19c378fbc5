"""Makes one file of a report: whole, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from dashapp.domain.reports.exports import ExportFormat, Trouble
from dashapp.words import _, use_locale
from dashapp.words.reports import locale_of
from exports.content import Content, is_drawn, omitted_words, state_words
from exports.documents.html import write_html
from exports.documents.pdf import write_pdf
from exports.manifest import Manifest, file_of, manifest_of
from exports.packing import ZIP, ExportError, Part, in_words, packed, sealed
from exports.pictures import Gallery, NoBrowser, PictureError, PictureForm, Size
from exports.svg_fonts import with_fonts
from exports.tables.parquet_files import write_parquet
from exports.tables.sheets import Sheet, TableError, plain_name
from exports.tables.text_files import write_csv, write_json
from exports.tables.xlsx_files import Notes, write_xlsx
from exports.typesetting import TypesettingError

PICTURE_SIZE: Final = Size(960, 480, 2)
MEDIA: Final = {
    ExportFormat.PDF: "application/pdf",
    ExportFormat.HTML: "text/html; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.PNG: "image/png",
    ExportFormat.SVG: "image/svg+xml",
}

Watch = Callable[[int, int], None]
"""Is told how many of how many blocks are done; what it raises ends the making."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is there whole."""

    path: Path
    name: str
    """What it is to be called where somebody keeps it."""
    media: str
    manifest: Manifest
    bytes: int
    sha256: str


def make(content: Content, form: ExportFormat, gallery: Gallery, where: Path, watch: Watch) -> Made:
    """Writes the file `where`, into a folder that is there; in the language of the report. Nothing is left of it where
    it fails.

    Raises ExportError with a sentence, and what `watch` raises.
    """
    try:
        with (
            use_locale(locale_of(content.report.locale)),
            TemporaryDirectory(dir=where.parent, prefix=".making-") as folder,
        ):
            name = plain_name(content.report.title) or "report"
            maker = _Maker(content, gallery, Path(folder), watch)
            parts = maker.parts(form, name)
            return _finished(parts, maker.manifest, form, (where, f"{content.as_of:%Y-%m-%d}-{name}"))
    except OSError as error:
        raise in_words(error, where.parent) from error
    except TableError as error:
        raise ExportError(error.trouble, str(error)) from error
    except NoBrowser as error:
        raise ExportError(Trouble.BROWSER, str(error)) from error
    except (PictureError, TypesettingError) as error:
        raise ExportError(Trouble.PICTURE, str(error)) from error


def _finished(parts: list[Part], manifest: Manifest, form: ExportFormat, target: tuple[Path, str]) -> Made:
    where, name = target
    whole = parts[0].path
    if len(parts) == 1:
        name, media = f"{name}{whole.suffix}", MEDIA[form]
        manifest = manifest.model_copy(update={"files": (file_of(whole, name, parts[0].table),)})
    else:
        whole = whole.with_name(".whole.zip")
        manifest, name, media = packed(parts, manifest, whole), f"{name}.zip", ZIP
    sealed(whole)
    own = file_of(whole, name)
    whole.replace(where)
    return Made(where, name, media, manifest, own.bytes, own.sha256)


@dataclass(slots=True)
class _Maker:
    """Writes the parts of one export into a folder of its own."""

    content: Content
    gallery: Gallery
    folder: Path
    watch: Watch
    letters_missing: str = ""

    @property
    def manifest(self) -> Manifest:
        """What the export says of itself."""
        return manifest_of(self.content).model_copy(update={"letters_missing": self.letters_missing})

    def parts(self, form: ExportFormat, name: str) -> list[Part]:
        """The files, at least one."""
        match form:
            case ExportFormat.CSV | ExportFormat.PARQUET:
                return self._tables(form, name)
            case ExportFormat.PNG | ExportFormat.SVG:
                return self._pictures(PictureForm(form.value))
            case ExportFormat.JSON:
                write_json(*self._told(), path := self.folder / f"{name}.json")
            case ExportFormat.XLSX:
                write_xlsx(
                    [sheet for _b, sheet in self.content.sheets()], self._notes(), path := self._path(name, form)
                )
            case ExportFormat.HTML:
                write_html(self.content, self.gallery, path := self._path(name, form), self.watch)
            case ExportFormat.PDF:
                path = self._path(name, form)
                self.letters_missing = write_pdf(self.content, self.gallery, path, self.watch)
        return [Part(path)]

    def _path(self, name: str, form: ExportFormat) -> Path:
        return self.folder / f"{name}.{form.value}"

    def _tables(self, form: ExportFormat, name: str) -> list[Part]:
        sheets, parts = self.content.sheets(), []
        for place, (_block, sheet) in enumerate(sheets):
            path = self.folder / f"{name if len(sheets) == 1 else sheet.name}.{form.value}"
            (write_csv if form is ExportFormat.CSV else write_parquet)(sheet, path)
            parts.append(Part(path, place))
            self.watch(place + 1, len(sheets))
        if not parts:
            raise ExportError(Trouble.ERROR, "The report asks no question, so that there are no rows of it.")
        return parts

    def _pictures(self, form: PictureForm) -> list[Part]:
        drawn = [
            (block, sheet) for block, sheet in self.content.sheets() if is_drawn(block, self.content.answer(block))
        ]
        parts = []
        for place, (block, sheet) in enumerate(drawn):
            figure = self.content.draw(block, self.content.answer(block)).to_bytes()
            path = self.folder / f"{sheet.name}.{form.value}"
            drawn_as = self.gallery.picture(figure, form, PICTURE_SIZE)
            path.write_bytes(with_fonts(drawn_as) if form is PictureForm.SVG else drawn_as)
            parts.append(Part(path))
            self.watch(place + 1, len(drawn))
        if not parts:
            raise ExportError(Trouble.ERROR, "There is no chart in the report that shows anything.")
        return parts

    def _told(self) -> tuple[dict[str, object], list[tuple[dict[str, object], Sheet]]]:
        told = self.manifest.model_dump(mode="json", exclude={"tables", "files"})
        about = [
            {"count": table.rows, **table.model_dump(mode="json", exclude={"rows", "columns"})}
            for table in self.manifest.tables
        ]
        return told, list(zip(about, (sheet for _block, sheet in self.content.sheets()), strict=True))

    def _notes(self) -> Notes:
        content = self.content
        lines = [
            (_("Report"), content.report.title),
            (_("Organisation"), content.organisation),
            (_("As of"), f"{content.as_of_words()} ({content.report.time_zone})"),
            (_("Instants"), _("In UTC, to the second.")),
        ]
        for block, sheet in content.sheets():
            answer = content.answer(block)
            said = [content.told(block), state_words(answer), *omitted_words(answer)]
            lines.append((sheet.title, "\n".join(part for part in said if part)))
        return Notes(_("Notes"), tuple(lines))
