"""Rows of `logstore_standard_log`. Everything of an event comes from its row alone, so that it is the same event
whichever other tables are at hand."""

from collections.abc import Sequence
from typing import Final

from dashapp.domain.events import Event
from ingest.history.event_ids import RisingIds, origin_of
from ingest.history.moodle.happened import Happened
from ingest.history.moodle.kinds import ANONYMOUS, BY_TABLES, MASQUERADE, NOBODY, OF_ANOTHER, meaning_of
from ingest.history.moodle.naming import GUEST, Names
from ingest.history.recorded import BadValue, Notes
from ingest.history.values import needed, seconds, whole

NEEDED: Final = (
    *("id", "eventname", "component", "action", "contextlevel", "contextinstanceid", "userid", "courseid"),
    *("timecreated",),
)
COLUMNS: Final = (*NEEDED, "objectid", "relateduserid", "anonymous", "realuserid")
CONTEXT_MODULE: Final = "70"
"""The level of what happens in an activity."""
_OWNERS: Final = {"assignsubmission": "assign", "assignfeedback": "assign", "quizaccess": "quiz", "booktool": "book"}
"""Kind of a part of a module → the module."""


class Log:
    """Reads rows of the log of one Moodle."""

    def __init__(self, names: Names, notes: Notes) -> None:
        """Kinds that nobody knows are counted in `notes`."""
        self._names = names
        self._notes = notes
        self._ids = RisingIds(origin_of("moodle", names.site), 1)
        self._modules: dict[str, str | None] = {}

    def read(self, values: Sequence[str]) -> Sequence[Event] | str:
        """The event of a row, or why it is none."""
        number, name, component, action, level, instance, user, course, created, about, related, hidden, real = values
        meaning = meaning_of(name, action)
        if meaning is None:
            return BY_TABLES
        if hidden == "1":
            return ANONYMOUS
        # Looked at as text first: nearly always there is nothing to read.
        if real and (whole(real, "realuserid") or 0) > 0 and real != user:
            return MASQUERADE
        person = needed(user, "userid")
        if name in OF_ANOTHER:
            person = whole(related, "relateduserid") or person
        if person <= GUEST:
            return NOBODY
        at = seconds(created, "timecreated")
        if at is None:
            raise BadValue("timecreated", "no time stands there")
        module = self._module(component) if level == CONTEXT_MODULE else None
        if not meaning.known:
            self._notes.unknown[name] += 1
        row = needed(number, "id")
        if row < 1:
            raise BadValue("id", "no number of a row")
        number_of_module = 0 if module is None else needed(instance, "contextinstanceid")
        about_number = whole(about, "objectid") if meaning.numbered or meaning.posted is not None else None
        happened = Happened(meaning, person, whole(course, "courseid") or 0, module, number_of_module)
        return happened.events(self._ids.at(row), self._names, at, about_number)

    def _module(self, component: str) -> str | None:
        """The module of a component: `mod_quiz`, or a part of one such as `assignsubmission_file`."""
        if component not in self._modules:
            kind, _, rest = component.partition("_")
            self._modules[component] = rest if kind == "mod" and rest else _OWNERS.get(kind)
        return self._modules[component]
