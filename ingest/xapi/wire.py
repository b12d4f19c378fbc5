"""xAPI statements as they travel: 1.0.3 and IEEE 9274.1.1 (2.0). What the types here cannot say stands in `rules`.

Unlike native events a statement may have no property that the specification does not name, and no null outside of
extensions.
"""

from typing import Any, Literal

from msgspec import UNSET, Raw, Struct, UnsetType, field

LanguageMap = dict[str, str]
Extensions = dict[str, Any]


class _Wire(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Base of everything below."""


class Account(_Wire, frozen=True):
    """Somebody's account on a system."""

    name: str
    home_page: str = field(name="homePage")


class Actor(_Wire, frozen=True):
    """An Agent, or a Group where `object_type` says so."""

    account: Account | UnsetType = UNSET
    mbox: str | UnsetType = UNSET
    mbox_sha1sum: str | UnsetType = UNSET
    openid: str | UnsetType = UNSET
    object_type: Literal["Agent", "Group"] | UnsetType = field(default=UNSET, name="objectType")
    name: str | UnsetType = UNSET
    member: "list[Actor] | UnsetType" = UNSET


class Verb(_Wire, frozen=True):
    """What was done."""

    id: str
    display: LanguageMap | UnsetType = UNSET


class Component(_Wire, frozen=True):
    """A choice, a step or a point of a scale of an interaction."""

    id: str
    description: LanguageMap | UnsetType = UNSET


InteractionType = Literal[
    "true-false",
    "choice",
    "fill-in",
    "long-fill-in",
    "matching",
    "performance",
    "sequencing",
    "likert",
    "numeric",
    "other",
]


class Definition(_Wire, frozen=True, rename="camel"):
    """What an activity is."""

    name: LanguageMap | UnsetType = UNSET
    description: LanguageMap | UnsetType = UNSET
    type: str | UnsetType = UNSET
    more_info: str | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET
    interaction_type: InteractionType | UnsetType = UNSET
    correct_responses_pattern: list[str] | UnsetType = UNSET
    choices: list[Component] | UnsetType = UNSET
    scale: list[Component] | UnsetType = UNSET
    source: list[Component] | UnsetType = UNSET
    target: list[Component] | UnsetType = UNSET
    steps: list[Component] | UnsetType = UNSET


class Activity(_Wire, frozen=True):
    """Something that people do or look at."""

    id: str
    definition: Definition | UnsetType = UNSET
    object_type: Literal["Activity"] | UnsetType = field(default=UNSET, name="objectType")


class StatementRef(_Wire, frozen=True):
    """Another statement."""

    id: str
    object_type: Literal["StatementRef"] = field(name="objectType")


class Score(_Wire, frozen=True):
    """How well it was done."""

    scaled: float | UnsetType = UNSET
    raw: float | UnsetType = UNSET
    min: float | UnsetType = UNSET
    max: float | UnsetType = UNSET


class Result(_Wire, frozen=True):
    """What came of it."""

    score: Score | UnsetType = UNSET
    success: bool | UnsetType = UNSET
    completion: bool | UnsetType = UNSET
    response: str | UnsetType = UNSET
    duration: str | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET


Activities = list[Activity] | Activity | UnsetType
"""One activity without its array is allowed for the sake of version 0.95."""


class ContextActivities(_Wire, frozen=True):
    """What the activity belongs to."""

    parent: Activities = UNSET
    grouping: Activities = UNSET
    category: Activities = UNSET
    other: Activities = UNSET


class ContextAgent(_Wire, frozen=True, rename="camel"):
    """Somebody else who took part (2.0)."""

    object_type: Literal["contextAgent"]
    agent: Actor
    relevant_types: list[str] | UnsetType = UNSET


class ContextGroup(_Wire, frozen=True, rename="camel"):
    """A group that took part (2.0)."""

    object_type: Literal["contextGroup"]
    group: Actor
    relevant_types: list[str] | UnsetType = UNSET


class Context(_Wire, frozen=True, rename="camel"):
    """Where and with whom it was done."""

    registration: str | UnsetType = UNSET
    instructor: Actor | UnsetType = UNSET
    team: Actor | UnsetType = UNSET
    context_activities: ContextActivities | UnsetType = UNSET
    context_agents: list[ContextAgent] | UnsetType = UNSET
    context_groups: list[ContextGroup] | UnsetType = UNSET
    revision: str | UnsetType = UNSET
    platform: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    statement: StatementRef | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET


class Attachment(_Wire, frozen=True, rename="camel"):
    """A file that goes with the statement; only described here, never kept."""

    usage_type: str
    display: LanguageMap
    content_type: str
    length: int
    sha2: str
    description: LanguageMap | UnsetType = UNSET
    file_url: str | UnsetType = UNSET


class _Statement(_Wire, frozen=True, kw_only=True):
    actor: Actor
    verb: Verb
    id: str | UnsetType = UNSET
    result: Result | UnsetType = UNSET
    context: Context | UnsetType = UNSET
    timestamp: str | UnsetType = UNSET
    stored: str | UnsetType = UNSET
    authority: Actor | UnsetType = UNSET
    version: str | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET


class ActivityStatement(_Statement, frozen=True, kw_only=True):
    """A statement about an activity, as nearly all are."""

    object: Activity


class AnyStatement(_Statement, frozen=True, kw_only=True):
    """A statement about anything."""

    object: Raw


class ObjectKind(Struct, frozen=True, gc=False):
    """What an object says that it is."""

    object_type: str | UnsetType = field(default=UNSET, name="objectType")


class ActorObject(Actor, frozen=True):
    """An Agent or a Group as the object of a statement."""


class _SubStatement(_Wire, frozen=True, kw_only=True):
    object_type: Literal["SubStatement"] = field(name="objectType")
    actor: Actor
    verb: Verb
    object: Raw
    result: Result | UnsetType = UNSET
    context: Context | UnsetType = UNSET
    timestamp: str | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET


class SubStatement(_SubStatement, frozen=True, kw_only=True):
    """A statement as the object of another, such as a plan."""
