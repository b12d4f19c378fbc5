"""The files and columns of OneRoster's CSV bindings 1.1 and 1.2, as far as this service reads them.

Written down from the tables of the specifications; `tests/ingest/roster/test_rules.py` tries each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Form(Enum):
    """What a cell has to look like."""

    TEXT = auto()
    ID = auto()
    """An identifier of a row: at most 255 characters."""
    WORD = auto()
    """One of a list; `ext:` begins a word of the institution's own where the list may be extended."""
    DATE = auto()
    TIME = auto()
    YEAR = auto()
    BOOLEAN = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file."""

    name: str
    form: Form = Form.TEXT
    required: bool = False
    """Whether each row has to say something in it."""
    there: bool = True
    """Whether its head has to be there, be the cells as empty as they may."""
    words: tuple[str, ...] = ()
    extensible: bool = False
    refers_to: str | None = None
    """The file, without `.csv`, whose ids it holds."""
    many: bool = False
    """Whether it may hold several, with commas between them."""


STATUS: Final = "status"
DELETED: Final = "tobedeleted"
STATUSES: Final = ("active", DELETED, "inactive")
"""`inactive` is of 1.0; 1.1 calls it out of use and 1.2 does not know it: it means the same as `tobedeleted` here."""
BOOLEANS: Final = ("true", "false")
MANIFEST: Final = "manifest"
MODES: Final = ("absent", "bulk", "delta")
VERSIONS: Final = ("1.1", "1.2")

ORGS: Final = "orgs"
SESSIONS: Final = "academicSessions"
COURSES: Final = "courses"
CLASSES: Final = "classes"
USERS: Final = "users"
ROLES: Final = "roles"
ENROLLMENTS: Final = "enrollments"

_RECORD: Final = (Column("sourcedId", Form.ID, required=True), Column(STATUS), Column("dateLastModified"))
_USER_ROLES_11: Final = ("administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher")
_USER_ROLES_12: Final = (
    *("aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative"),
    *("siteAdministrator", "student", "systemAdministrator", "teacher"),
)
_ENROLMENT_ROLES_12: Final = ("administrator", "proctor", "student", "teacher")


def _word(name: str, words: tuple[str, ...], version: str, *, required: bool = True) -> Column:
    # The vocabularies of 1.2 may be extended by words that begin with `ext:`.
    return Column(name, Form.WORD, required=required, words=words, extensible=version == "1.2")


def _reference(name: str, file: str, *, required: bool = True, many: bool = False) -> Column:
    return Column(name, Form.ID, required=required, refers_to=file, many=many)


def _orgs(version: str) -> tuple[Column, ...]:
    kinds = ("department", "school", "district", "local", "state", "national")
    return (
        *_RECORD,
        Column("name", required=True),
        _word("type", kinds, version),
        Column("identifier"),
        _reference("parentSourcedId", ORGS, required=False),
    )


def _sessions(version: str) -> tuple[Column, ...]:
    return (
        *_RECORD,
        Column("title", required=True),
        _word("type", ("gradingPeriod", "semester", "schoolYear", "term"), version),
        Column("startDate", Form.DATE, required=True),
        Column("endDate", Form.DATE, required=True),
        _reference("parentSourcedId", SESSIONS, required=False),
        Column("schoolYear", Form.YEAR, required=True),
    )


def _courses() -> tuple[Column, ...]:
    return (
        *_RECORD,
        _reference("schoolYearSourcedId", SESSIONS, required=False),
        Column("title", required=True),
        Column("courseCode"),
        Column("grades", many=True),
        _reference("orgSourcedId", ORGS),
        Column("subjects", many=True),
        Column("subjectCodes", many=True),
    )


def _classes(version: str) -> tuple[Column, ...]:
    return (
        *_RECORD,
        Column("title", required=True),
        Column("grades", many=True),
        _reference("courseSourcedId", COURSES),
        Column("classCode"),
        _word("classType", ("homeroom", "scheduled"), version),
        Column("location"),
        _reference("schoolSourcedId", ORGS),
        _reference("termSourcedIds", SESSIONS, many=True),
        Column("subjects", many=True),
        Column("subjectCodes", many=True),
        Column("periods", many=True),
    )


def _users(version: str) -> tuple[Column, ...]:
    first = (*_RECORD, Column("enabledUser", Form.BOOLEAN, required=True))
    named = (
        Column("username", required=True),
        Column("userIds", many=True),
        Column("givenName", required=True),
        Column("familyName", required=True),
        Column("middleName"),
        Column("identifier"),
        Column("email"),
        Column("sms"),
        Column("phone"),
        # Agents are guardians as a rule: they may be in no file of a roster that is about learners and teachers.
        Column("agentSourcedIds", Form.ID, many=True),
        Column("grades", many=True),
        Column("password"),
    )
    if version == "1.1":
        belongs = _reference("orgSourcedIds", ORGS, many=True)
        return (*first, belongs, _word("role", _USER_ROLES_11, version), *named)
    further = ("userMasterIdentifier", "resourceSourcedIds", "preferredGivenName", "preferredMiddleName")
    return (
        *first,
        *named,
        # 1.2.1 has added columns at the end: files of 1.2 need not have them.
        *(Column(name, there=False) for name in (*further, "preferredFamilyName")),
        Column("primaryOrgSourcedId", Form.ID, refers_to=ORGS, there=False),
        Column("pronouns", there=False),
    )


def _roles(version: str) -> tuple[Column, ...]:
    return (
        *_RECORD,
        _reference("userSourcedId", USERS),
        _word("roleType", ("primary", "secondary"), "1.1"),
        _word("role", _USER_ROLES_12, version),
        Column("beginDate", Form.DATE),
        Column("endDate", Form.DATE),
        _reference("orgSourcedId", ORGS),
        Column("userProfileSourcedId", Form.ID),
    )


def _enrollments(version: str) -> tuple[Column, ...]:
    return (
        *_RECORD,
        _reference("classSourcedId", CLASSES),
        _reference("schoolSourcedId", ORGS),
        _reference("userSourcedId", USERS),
        _word("role", _USER_ROLES_11 if version == "1.1" else _ENROLMENT_ROLES_12, version),
        Column("primary", Form.BOOLEAN),
        Column("beginDate", Form.DATE),
        Column("endDate", Form.DATE),
    )


def _files(version: str) -> dict[str, tuple[Column, ...]]:
    files = {ORGS: _orgs(version), SESSIONS: _sessions(version), COURSES: _courses(), CLASSES: _classes(version)}
    files[USERS] = _users(version)
    if version == "1.2":
        files[ROLES] = _roles(version)
    files[ENROLLMENTS] = _enrollments(version)
    return files


FILES: Final[Mapping[str, Mapping[str, tuple[Column, ...]]]] = {version: _files(version) for version in VERSIONS}
"""Version → file without `.csv` → its columns, in an order in which each file refers to those before it."""

OTHERS: Final = frozenset(
    {
        *("demographics", "userProfiles", "userResources", "resources", "classResources", "courseResources"),
        *("categories", "lineItems", "lineItemLearningObjectiveIds", "lineItemScoreScales", "scoreScales"),
        *("results", "resultLearningObjectiveIds", "resultScoreScales"),
    }
)
"""Files of the specification that no roster needs: they are not read, whatever they hold."""
