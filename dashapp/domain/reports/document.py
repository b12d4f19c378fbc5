"""A report as it is kept, sent from browser to server, and imported from JSON: a version and validated blocks."""

import json
import re
from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.reports.questions import Question

VERSION: Final = 1
MOST_BLOCKS: Final = 100
LONGEST_TEXT: Final = 20_000
LONGEST_TITLE: Final = 200
MOST_BYTES: Final = 1_000_000
"""Of a report as JSON."""
_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""As JSON escapes it: no database takes it, and no text needs it."""


class NotAReport(AnalyticsError):
    """What was given as a report is none; the text says what is wrong, and where."""


class Paper(StrEnum):
    """What a document is printed on."""

    A4 = "a4"
    LETTER = "letter"


class Orientation(StrEnum):
    """How the paper lies."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


class Chart(StrEnum):
    """How the answer to a question is shown."""

    KPI = "kpi"
    LINE = "line"
    AREA = "area"
    BAR = "bar"
    SCATTER = "scatter"
    HISTOGRAM = "histogram"
    BOX = "box"
    HEAT_MAP = "heat_map"
    TREE_MAP = "tree_map"
    FUNNEL = "funnel"
    SANKEY = "sankey"
    TABLE = "table"


class Bars(StrEnum):
    """How bars of several series stand."""

    GROUPED = "grouped"
    STACKED = "stacked"
    HORIZONTAL = "horizontal"


class Width(StrEnum):
    """Of the page, in twelfths."""

    THIRD = "4"
    HALF = "6"
    TWO_THIRDS = "8"
    FULL = "12"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    """By which the builder moves it, and a manifest names it."""


class Heading(_Part):
    """A line that opens a part of the document."""

    kind: Literal["heading"] = "heading"
    text: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""
    level: Literal[1, 2, 3] = 1


class Text(_Part):
    """Markdown: paragraphs, emphasis, lists, links; HTML in it stands there as it is written."""

    kind: Literal["text"] = "text"
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class PageBreak(_Part):
    """What follows begins on a new page."""

    kind: Literal["page_break"] = "page_break"


class Data(_Part):
    """The answer to a question, as a figure, a number or a table."""

    kind: Literal["data"] = "data"
    chart: Chart
    title: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""
    """Empty: the question in words."""
    question: Question
    width: Width = Width.FULL
    bars: Bars = Bars.GROUPED
    names_at_ends: bool = True
    one_stands_out: bool = False
    """One colour and greys, in place of a colour for each."""


Block = Annotated[Heading | Text | PageBreak | Data, Field(discriminator="kind")]


class Report(BaseModel):
    """One report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = VERSION
    title: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""
    locale: Annotated[str, Field(pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")] = "en"
    time_zone: str = "UTC"
    paper: Paper = Paper.A4
    orientation: Orientation = Orientation.PORTRAIT
    blocks: Annotated[tuple[Block, ...], Field(max_length=MOST_BLOCKS)] = ()

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no time zone has this name")
        return name

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if len({block.id for block in self.blocks}) != len(self.blocks):
            raise ValueError("two blocks have the same id")
        return self

    def questions(self) -> tuple[Data, ...]:
        """The blocks that ask for data, in their order."""
        return tuple(block for block in self.blocks if isinstance(block, Data))


def written(report: Report) -> str:
    """The report as JSON, as it is kept and handed out."""
    return report.model_dump_json()


def read(said: str | bytes) -> Report:
    """A report of any version that there has been. Raises NotAReport."""
    if len(said) > MOST_BYTES:
        raise NotAReport(f"A report has at most {MOST_BYTES:,} bytes.")
    try:
        text = said if isinstance(said, str) else said.decode()
        return Report.model_validate_json(_NUL.sub(r"\1", text).encode())
    except ValidationError as error:
        raise NotAReport(_first(error)) from None
    except UnicodeError:
        raise NotAReport("A report is a text in UTF-8.") from None


def read_given(given: object) -> Report:
    """The same of what a browser sent, parsed already. Raises NotAReport."""
    try:
        said = json.dumps(given)
    except (TypeError, ValueError, RecursionError):
        raise NotAReport("A report is a JSON object.") from None
    return read(said)


def _first(error: ValidationError) -> str:
    """The first of what is wrong, without what was given: it may be anything."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = "$" + "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in first["loc"])
    return f"{first['msg']} - at `{place}`"
