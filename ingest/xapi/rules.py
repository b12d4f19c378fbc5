"""The rules of the xAPI specification that types alone cannot say. Each breach is refused with the rule in words."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, UnsetType

from ingest.xapi.forms import (
    COMMON_LANGUAGES,
    broken,
    is_iri,
    is_language,
    is_mailbox,
    is_sha1,
    is_uuid,
    is_version,
    moment_of,
    seconds_of,
)
from ingest.xapi.vocabulary import KNOWN_IRIS
from ingest.xapi.wire import (
    Activities,
    Activity,
    Actor,
    Attachment,
    Component,
    Context,
    ContextActivities,
    Definition,
    Extensions,
    LanguageMap,
    Result,
    Score,
    Verb,
)

MOST_MEMBERS: Final = 1_000
"""Of a group; what a larger one did is nothing that any of its members did."""

_COMPONENTS: Final = (
    ("choices", ("choice", "sequencing")),
    ("scale", ("likert",)),
    ("source", ("matching",)),
    ("target", ("matching",)),
    ("steps", ("performance",)),
)
"""Lists of components, and the interactions that may have them."""


# Pointers are put together where a rule is broken, not before: nearly all statements break none.


def check_iri(value: str, pointer: str, name: str = "") -> None:
    """An IRI with its scheme."""
    if value not in KNOWN_IRIS and not is_iri(value):
        raise broken("an IRI has a scheme, such as https:", pointer + name)


def check_uuid(value: str, pointer: str) -> None:
    """A UUID in its usual form."""
    if not is_uuid(value):
        raise broken("a UUID has 32 hexadecimal digits in five groups", pointer)


def check_texts(texts: LanguageMap | UnsetType, pointer: str, name: str = "") -> None:
    """A language map: its keys are language tags."""
    if texts is UNSET:
        return
    for tag in texts:
        if tag not in COMMON_LANGUAGES and not is_language(tag):
            raise broken("the keys of a language map are RFC 5646 language tags", pointer + name)


def check_extensions(extensions: Extensions | UnsetType, pointer: str, name: str = "/extensions") -> None:
    """Extensions: their keys are IRIs; what they hold is their own business."""
    if extensions is UNSET:
        return
    for key in extensions:
        if key not in KNOWN_IRIS and not is_iri(key):
            raise broken("the keys of extensions are IRIs", pointer + name)


def check_actor(actor: Actor, pointer: str) -> None:
    """An Agent with one identifier; a Group with one, or without but with members."""
    named = (
        (actor.account is not UNSET)
        + (actor.mbox is not UNSET)
        + (actor.mbox_sha1sum is not UNSET)
        + (actor.openid is not UNSET)
    )
    if actor.object_type == "Group":
        _check_group(actor, named, pointer)
    elif named != 1:
        raise broken("an agent has exactly one inverse functional identifier", pointer)
    elif actor.member is not UNSET:
        raise broken("only a group has members", f"{pointer}/member")
    if actor.account is not UNSET:
        if not is_iri(actor.account.home_page):
            raise broken("an account's home page is an IRL", f"{pointer}/account/homePage")
        if not actor.account.name:
            raise broken("an account has a name", f"{pointer}/account/name")
    elif actor.mbox is not UNSET:
        if not is_mailbox(actor.mbox):
            raise broken("an mbox is a mailto: IRI with an address", f"{pointer}/mbox")
    elif actor.mbox_sha1sum is not UNSET:
        if not is_sha1(actor.mbox_sha1sum):
            raise broken("an mbox_sha1sum has 40 hexadecimal digits", f"{pointer}/mbox_sha1sum")
    elif actor.openid is not UNSET and not is_iri(actor.openid):
        raise broken("an openid is a URI", f"{pointer}/openid")


def _check_group(group: Actor, named: int, pointer: str) -> None:
    if named > 1:
        raise broken("a group has at most one inverse functional identifier", pointer)
    if not named and (group.member is UNSET or not group.member):
        raise broken("a group without an identifier has members", pointer)
    if group.member is UNSET:
        return
    if len(group.member) > MOST_MEMBERS:
        raise broken(f"a group of more than {MOST_MEMBERS} members is not taken", f"{pointer}/member")
    for index, member in enumerate(group.member):
        if member.object_type == "Group":
            raise broken("the members of a group are agents", f"{pointer}/member/{index}")
        check_actor(member, f"{pointer}/member/{index}")


def check_verb(verb: Verb, pointer: str) -> None:
    """A verb's id is an IRI."""
    check_iri(verb.id, pointer, "/id")
    check_texts(verb.display, pointer, "/display")


def check_activity(activity: Activity, pointer: str) -> None:
    """An activity's id is an IRI, and its definition is in order."""
    if not is_iri(activity.id):
        raise broken("the id of an activity is an IRI with a scheme, such as https:", f"{pointer}/id")
    definition = activity.definition
    if definition is UNSET:
        return
    if definition.type is not UNSET and definition.type not in KNOWN_IRIS:
        check_iri(definition.type, pointer, "/definition/type")
    if definition.name is not UNSET:
        check_texts(definition.name, pointer, "/definition/name")
    if definition.description is not UNSET:
        check_texts(definition.description, pointer, "/definition/description")
    if definition.more_info is not UNSET:
        check_iri(definition.more_info, pointer, "/definition/moreInfo")
    if definition.extensions is not UNSET:
        check_extensions(definition.extensions, pointer, "/definition/extensions")
    if definition.interaction_type is not UNSET:
        _check_interaction(definition, pointer)
    elif _is_interaction(definition):
        raise broken("choices, scales, steps and correct responses need an interactionType", f"{pointer}/definition")


def _is_interaction(definition: Definition) -> bool:
    return not (
        definition.correct_responses_pattern is UNSET
        and definition.choices is UNSET
        and definition.scale is UNSET
        and definition.source is UNSET
        and definition.target is UNSET
        and definition.steps is UNSET
    )


def _check_interaction(definition: Definition, pointer: str) -> None:
    for name, interactions in _COMPONENTS:
        components = getattr(definition, name)
        if components is not UNSET:
            here = f"{pointer}/definition/{name}"
            if definition.interaction_type not in interactions:
                raise broken(f"an interaction of this type has no {name}", here)
            _check_components(components, here)


def _check_components(components: Sequence[Component], pointer: str) -> None:
    if len({component.id for component in components}) < len(components):
        raise broken("the ids of interaction components are distinct", pointer)
    for index, component in enumerate(components):
        check_texts(component.description, f"{pointer}/{index}/description")


def check_result(result: Result | UnsetType, pointer: str) -> None:
    """A score within its range, a duration that can be read."""
    if result is UNSET:
        return
    if result.score is not UNSET:
        _check_score(result.score, f"{pointer}/score")
    if result.duration is not UNSET:
        seconds_of(result.duration, f"{pointer}/duration")
    check_extensions(result.extensions, pointer)


def _check_score(score: Score, pointer: str) -> None:
    if score.scaled is not UNSET and not -1 <= score.scaled <= 1:
        raise broken("a scaled score lies between -1 and 1", f"{pointer}/scaled")
    # From 0 to 0 is what a platform says of work that is not marked.
    if score.min is not UNSET and score.max is not UNSET and (score.min > score.max or score.min == score.max != 0):
        raise broken("the minimum of a score is less than its maximum", f"{pointer}/min")
    if score.raw is UNSET:
        return
    if score.min is not UNSET and score.raw < score.min:
        raise broken("a raw score is not less than its minimum", f"{pointer}/raw")
    if score.max is not UNSET and score.raw > score.max:
        raise broken("a raw score is not greater than its maximum", f"{pointer}/raw")


def check_context(context: Context | UnsetType, pointer: str, *, of_activity: bool) -> None:
    """Everything in a context. `of_activity`: whether the statement's object is an activity."""
    if context is UNSET:
        return
    if context.context_activities is not UNSET:
        check_all_activities(context.context_activities, pointer)
    check_extensions(context.extensions, pointer)
    if context.registration is not UNSET:
        check_uuid(context.registration, f"{pointer}/registration")
    if context.instructor is not UNSET:
        check_actor(context.instructor, f"{pointer}/instructor")
    if context.team is not UNSET:
        if context.team.object_type != "Group":
            raise broken("a team is a group", f"{pointer}/team")
        check_actor(context.team, f"{pointer}/team")
    if context.language is not UNSET and not is_language(context.language):
        raise broken("a language is an RFC 5646 language tag", f"{pointer}/language")
    if context.statement is not UNSET:
        check_uuid(context.statement.id, f"{pointer}/statement/id")
    if not of_activity:
        for name in ("revision", "platform"):
            if getattr(context, name) is not UNSET:
                raise broken(f"only a statement about an activity has a {name}", f"{pointer}/{name}")
    _check_others(context, pointer)


def _check_others(context: Context, pointer: str) -> None:
    """Agents and groups that took part (2.0)."""
    if context.context_agents is not UNSET:
        for index, one in enumerate(context.context_agents):
            here = f"{pointer}/contextAgents/{index}"
            if one.agent.object_type == "Group":
                raise broken("a context agent is an agent", f"{here}/agent")
            check_actor(one.agent, f"{here}/agent")
            _check_types(one.relevant_types, here)
    if context.context_groups is not UNSET:
        for index, group in enumerate(context.context_groups):
            here = f"{pointer}/contextGroups/{index}"
            if group.group.object_type != "Group":
                raise broken("a context group is a group", f"{here}/group")
            check_actor(group.group, f"{here}/group")
            _check_types(group.relevant_types, here)


def _check_types(types: Sequence[str] | UnsetType, pointer: str) -> None:
    if types is UNSET:
        return
    if not types:
        raise broken("relevant types are not empty", f"{pointer}/relevantTypes")
    for number, iri in enumerate(types):
        check_iri(iri, f"{pointer}/relevantTypes/{number}")


def check_all_activities(activities: ContextActivities, pointer: str) -> None:
    """All activities around the one that a statement is about."""
    check_activities(activities.parent, pointer, "parent")
    check_activities(activities.grouping, pointer, "grouping")
    check_activities(activities.category, pointer, "category")
    check_activities(activities.other, pointer, "other")


def check_activities(activities: Activities, pointer: str, name: str) -> None:
    """Activities of the context, or one without its array."""
    if activities is UNSET:
        return
    here = f"{pointer}/contextActivities/{name}"
    if isinstance(activities, Activity):
        check_activity(activities, here)
        return
    for index, activity in enumerate(activities):
        check_activity(activity, f"{here}/{index}")


def check_attachments(attachments: Sequence[Attachment] | UnsetType, pointer: str) -> None:
    """What is said of attachments."""
    if attachments is UNSET:
        return
    for index, attachment in enumerate(attachments):
        here = f"{pointer}/{index}"
        check_iri(attachment.usage_type, f"{here}/usageType")
        check_texts(attachment.display, f"{here}/display")
        check_texts(attachment.description, f"{here}/description")
        if attachment.file_url is not UNSET:
            check_iri(attachment.file_url, f"{here}/fileUrl")


def check_rest(stored: str | UnsetType, version: str | UnsetType, authority: Actor | UnsetType) -> None:
    """What a record store has said, of which nothing is taken over."""
    if stored is not UNSET:
        moment_of(stored, "/stored")
    if version is not UNSET and not is_version(version):
        raise broken("the version is 1.0.x or 2.0.x", "/version")
    if authority is UNSET:
        return
    check_actor(authority, "/authority")
    if authority.object_type == "Group" and (authority.member is UNSET or len(authority.member) != 2):
        raise broken("a group as authority has exactly two members", "/authority/member")
