"""The ids of components, `<page>-<thing>`: the only place where they are written down.

A chart named `X` owns three ids: `X` (the graph), `state_of(X)` (words that cover it when there is nothing to draw) and
`line_of(X)` (what is drawn, and its unit).
"""

from dashapp.ids.administration import (
    Administration,
    Audit,
    Connections,
    Guardians,
    Letters,
    Platforms,
    Quality,
    Sessions,
    Terms,
    Visibility,
)
from dashapp.ids.classroom import Classroom, Courses, SavedViews
from dashapp.ids.classroom_work import ClassroomWork
from dashapp.ids.guardians import Caseload, Invitation, OwnGuardians
from dashapp.ids.history import History
from dashapp.ids.institution import Institution
from dashapp.ids.keyboard import Keyboard
from dashapp.ids.leaving import Leaving
from dashapp.ids.messages import Contacts, Messages
from dashapp.ids.people import People, Person
from dashapp.ids.report_stores import ReportStores
from dashapp.ids.reports import Extracts, Report, Reports
from dashapp.ids.rosters import Rosters
from dashapp.ids.schedule_list import ScheduleList
from dashapp.ids.schedules import Received, Schedules
from dashapp.ids.shell import Home, Shell
from dashapp.ids.sign_in import SignIn
from dashapp.ids.structure import CourseList, CourseOpened, Units
from dashapp.ids.student import Student

__all__ = [
    "Administration",
    "Audit",
    "Caseload",
    "Classroom",
    "ClassroomWork",
    "Connections",
    "Contacts",
    "CourseList",
    "CourseOpened",
    "Courses",
    "Extracts",
    "Guardians",
    "History",
    "Home",
    "Institution",
    "Invitation",
    "Keyboard",
    "Leaving",
    "Letters",
    "Messages",
    "OwnGuardians",
    "People",
    "Person",
    "Platforms",
    "Quality",
    "Received",
    "Report",
    "ReportStores",
    "Reports",
    "Rosters",
    "SavedViews",
    "ScheduleList",
    "Schedules",
    "Sessions",
    "Shell",
    "SignIn",
    "Student",
    "Terms",
    "Units",
    "Visibility",
    "asof_of",
    "card_asked_of",
    "card_busy_of",
    "card_file_of",
    "file_of",
    "fresh_of",
    "holds_of",
    "line_of",
    "narrowed_of",
    "near_of",
    "state_of",
    "wanted_of",
]


def state_of(chart: str) -> str:
    """The id of the words that stand in place of a chart: no data yet, hidden, failed."""
    return f"{chart}-state"


def line_of(chart: str) -> str:
    """The id of the line below the title of a card."""
    return f"{chart}-line"


def holds_of(control: str) -> str:
    """The id of the day that holds while nobody has chosen one."""
    return f"{control}-holds"


def fresh_of(chart: str) -> str:
    """The id of the Store through which a new figure comes to a chart whose axes can be zoomed."""
    return f"{chart}-fresh"


def narrowed_of(grid: str) -> str:
    """The id of the Store that says which rows of a grid are shown: their ids under `ids`, None for all."""
    return f"{grid}-narrowed"


def file_of(card: str) -> str:
    """The id of the link in a card's menu that downloads its numbers."""
    return f"{card}-file"


def card_asked_of(page: str) -> str:
    """The id of the Store by which an entry of a card's menu asks for a file. `page`: how the page's ids begin."""
    return f"{page}-card-asked"


def card_file_of(page: str) -> str:
    """The id of the Store to which the file comes."""
    return f"{page}-card-file"


def card_busy_of(page: str) -> str:
    """The id of the Store that says whether one is being made."""
    return f"{page}-card-busy"


def near_of(part: str) -> str:
    """The id of the Store that turns True when the part of a page comes near what the reader sees."""
    return f"{part}-near"


def wanted_of(part: str) -> str:
    """The id of the Store by which the browser asks for the part, with all that its answer depends on."""
    return f"{part}-wanted"


def asof_of(page: str, card: object) -> dict[str, object]:
    """The id of a card's as-of line; with `dash.ALL` as the card, all those of a page."""
    return {"type": "asof", "page": page, "card": card}
