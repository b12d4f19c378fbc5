"""From a Caliper event to the LearningEvent that it is: what was done, by whom, to what."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from dashapp.domain.events import ActivityType, Identifier, LearningEvent, Precision, Verb
from ingest.caliper.naming import activity, course, entity_iri, person, reference, refuse, title
from ingest.caliper.vocabulary import ACTIVITY_TYPES, GENERIC, NO_ACTIVITIES, RULES, Reading, Rule
from ingest.caliper.wire import Agent, Event, Session, Thing
from ingest.native.decoding import EARLIEST_YEAR, LATEST_YEAR

LONGEST_RESPONSE: Final = 4000
LONGEST_TERM: Final = 1_000
_HIGHEST_SCORE: Final = 1e9
_LAST_SECOND: Final = 1e7
_MOST_ATTEMPTS: Final = 100_000
_ZERO: Final = timedelta(0)


class _Read(NamedTuple):
    """What is read from an event by its rule."""

    who: Agent | str | None
    who_at: str
    what: Thing | str | None
    what_at: str
    more: dict[str, Any]
    by_id: ActivityType | None = None
    """What the activity is taken for where it is named by its id alone."""


def learning_event(event: Event, event_id: str, issuer: str) -> LearningEvent | None:
    """What the event says of a learner; None where it says nothing of a learner that it names. Raises Refused."""
    rule = RULES.get(event.type)
    if rule is None:
        rule, verb = GENERIC, Verb.INTERACTED
        if not event.action:
            refuse("an event has an `action`", "/action")
    else:
        found = rule.actions.get(event.action)
        if found is None:
            refuse(f"the `action` of this type of event is one of {', '.join(sorted(rule.actions))}", "/action")
        verb = found
    read = _READERS[rule.reading](event, rule)
    if read.who is None:
        return None
    who = person(read.who, issuer, read.who_at)
    if who is None:
        return None
    where, course_title = course(event, issuer)
    what, kind, name = _activity(read, issuer)
    verb = read.more.pop("verb", verb)
    return LearningEvent(
        id=event_id,
        verb=verb,
        person=who,
        course=where,
        occurred_at=_time(event.event_time),
        activity=what,
        activity_type=kind,
        activity_title=name,
        course_title=course_title,
        session=_session(event),
        term=f"{event.type} {event.action}"[:LONGEST_TERM] if verb is Verb.INTERACTED else None,
        **read.more,
    )


def _time(moment: datetime) -> datetime:
    """Raises Refused for a time with another offset than that of UTC, or none, or of another century."""
    if moment.tzinfo is None or moment.utcoffset() != _ZERO:
        refuse("a time is in UTC, written with `Z`", "/eventTime")
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        refuse(f"a time is between the years {EARLIEST_YEAR} and {LATEST_YEAR}", "/eventTime")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _activity(read: _Read, issuer: str) -> tuple[Identifier | None, ActivityType | None, str | None]:
    what = read.what
    if what is None:
        return None, None, None
    found = activity(what, issuer, read.what_at)
    if found is None:
        return None, None, None
    if isinstance(what, str) or not what.type:
        return found, read.by_id, None if isinstance(what, str) else title(what.name)
    return found, ACTIVITY_TYPES.get(what.type, ActivityType.OTHER), title(what.name)


def _session(event: Event) -> str | None:
    """The id of the session; an event about a session is one of that session."""
    session: Session | Thing | str | None = event.session
    if session is None and event.type == "SessionEvent":
        session = event.generated or event.target or (event.object if event.action == "TimedOut" else None)
    return None if session is None else reference(session)


def _plain(event: Event, rule: Rule) -> _Read:
    what = event.object
    if not isinstance(what, str) and what.type in NO_ACTIVITIES:
        return _Read(event.actor, "/actor", None, "", {})
    return _Read(event.actor, "/actor", what, "/object", {}, rule.by_id)


def _generic(event: Event, rule: Rule) -> _Read:
    what = event.object
    if not isinstance(what, str) and what.type == "Entity":
        # Platforms tell of enrolments and the like so.
        return _Read(event.actor, "/actor", None, "", {})
    if not isinstance(what, str) and what.type == "Attempt":
        return _work(event, rule)
    return _plain(event, rule)


def _media(event: Event, rule: Rule) -> _Read:
    at = None
    target = event.target
    if target is not None and not isinstance(target, str) and target.current_time is not None:
        at = target.current_time.total_seconds()
        if not 0 <= at <= _LAST_SECOND:
            refuse(f"a position is from 0 to {_LAST_SECOND:.0f} s", "/target/currentTime")
    elif event.action in ("Started", "Restarted"):
        at = 0.0
    more: dict[str, Any] = {}
    if at is not None:
        more["position_to" if event.action in ("ForwardedTo", "JumpedTo") else "position_from"] = at
    return _Read(event.actor, "/actor", event.object, "/object", more, rule.by_id)


def _work(event: Event, rule: Rule) -> _Read:
    what: Thing | str | None = event.object
    at = "/object"
    if isinstance(what, Thing) and what.type == "Attempt":
        return _Read(event.actor, "/actor", what.assignable, f"{at}/assignable", _attempt(what, at), rule.by_id)
    attempt = event.generated if isinstance(event.generated, Thing) else None
    return _Read(event.actor, "/actor", what, at, _attempt(attempt, "/generated"), rule.by_id)


def _attempt(attempt: Thing | None, pointer: str) -> dict[str, Any]:
    """The number of an attempt, else its id, and how long it took, where there is one."""
    if attempt is None:
        return {}
    lasted = None if attempt.duration is None else _seconds(attempt.duration, f"{pointer}/duration")
    if attempt.count is None:
        return {"registration": reference(attempt), "duration": lasted}
    if not 1 <= attempt.count <= _MOST_ATTEMPTS:
        refuse(f"the `count` of an attempt is from 1 to {_MOST_ATTEMPTS}", f"{pointer}/count")
    return {"attempt": attempt.count, "duration": lasted}


def _seconds(said: str, pointer: str) -> float:
    try:
        lasted: float = msgspec.convert(said, timedelta).total_seconds()
    except msgspec.ValidationError:
        refuse("a duration is written as ISO 8601", pointer)
    if not 0 <= lasted <= _LAST_SECOND:
        refuse(f"a duration is from 0 to {_LAST_SECOND:.0f} s", pointer)
    return lasted


def _item(event: Event, rule: Rule) -> _Read:
    item: Thing | str | None = event.object
    at = "/object"
    made = event.generated if isinstance(event.generated, Thing) else None
    attempt, attempt_at = made, "/generated"
    if isinstance(item, Thing) and item.type == "Attempt":
        attempt, attempt_at, item, at = item, at, item.assignable, f"{at}/assignable"
    elif made is not None and made.type != "Attempt":
        attempt, attempt_at = (made.attempt if isinstance(made.attempt, Thing) else None), "/generated/attempt"
    # The attempt at the item is part of the attempt at the whole, which is the one that counts.
    if attempt is not None and isinstance(attempt.is_part_of, Thing):
        attempt, attempt_at = attempt.is_part_of, f"{attempt_at}/isPartOf"
    more = _attempt(attempt, attempt_at)
    if item is not None:
        more["item"] = entity_iri(item, at)
    if made is not None and event.action == "Completed":
        more["response"] = _response(made)
    if isinstance(item, Thing) and item.is_part_of is not None:
        return _Read(event.actor, "/actor", item.is_part_of, f"{at}/isPartOf", more, rule.by_id)
    return _Read(event.actor, "/actor", item, at, more, rule.by_id)


def _response(made: Thing) -> str | None:
    """A response as text: what was entered or chosen, several answers parted by commas."""
    for said in (made.values, made.selections, made.value, made.date_time_selected):
        if said is None:
            continue
        if isinstance(said, list):
            return ", ".join(_plain_text(each) for each in said)[:LONGEST_RESPONSE]
        return _plain_text(said)[:LONGEST_RESPONSE]
    return None


def _plain_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _grade(event: Event, rule: Rule) -> _Read:
    score = event.generated if isinstance(event.generated, Thing) else None
    attempt: Thing | str = event.object
    at = "/object"
    if isinstance(attempt, str) and score is not None and isinstance(score.attempt, Thing):
        attempt, at = score.attempt, "/generated/attempt"
    if isinstance(attempt, str):
        refuse("a graded attempt by its id alone names neither its assignee nor its activity", at)
    who, who_at = attempt.assignee, f"{at}/assignee"
    if who is None:
        refuse("a graded attempt names its assignee", who_at)
    what, what_at = attempt.assignable, f"{at}/assignable"
    if what is None:
        what, what_at = (attempt.is_part_of, f"{at}/isPartOf") if attempt.is_part_of else (attempt, at)
    more = {**_attempt(attempt, at), **_mark(score, what)}
    if isinstance(what, Thing) and what.type == "AssessmentItem" and what.is_part_of is not None:
        more |= _graded_item(what, what_at, more)
        what, what_at = what.is_part_of, f"{what_at}/isPartOf"
    return _Read(who, who_at, what, what_at, more, rule.by_id)


def _mark(score: Thing | None, what: Thing | str | None) -> dict[str, Any]:
    """Points and the most that there were, of the score or else of the activity. A maximum of 0 says nothing."""
    if score is None:
        return {}
    given = next(
        (
            each
            for each in (score.score_given, score.result_score, score.total_score, score.normal_score)
            if each is not None
        ),
        None,
    )
    most = score.max_score or score.max_result_score or (what.max_score if isinstance(what, Thing) else None)
    for value, field in ((given, "scoreGiven"), (most, "maxScore")):
        if value is not None and abs(value) > _HIGHEST_SCORE:
            refuse(f"a score is not beyond {_HIGHEST_SCORE:.0f}", f"/generated/{field}")
    return {"score": given, "max_score": most if most is not None and most > 0 else None}


def _graded_item(item: Thing, pointer: str, mark: Mapping[str, Any]) -> dict[str, Any]:
    """A score of one item belongs to the item's answer. When it was marked is no time of the learner's."""
    score, most = mark.get("score"), mark.get("max_score")
    return {
        "verb": Verb.ANSWERED,
        "item": entity_iri(item, pointer),
        "correct": None if score is None or most is None else score >= most,
        "precision": Precision.DAY,
    }


def _forum(event: Event, rule: Rule) -> _Read:
    said = event.object
    more: dict[str, Any] = {}
    if event.type == "MessageEvent":
        more["post"] = entity_iri(said, "/object")
        if isinstance(said, Thing) and said.reply_to is not None:
            more["reply_to"] = entity_iri(said.reply_to, "/object/replyTo")
    what, at = _forum_of(said, event.type == "MessageEvent")
    return _Read(event.actor, "/actor", what, at, more, rule.by_id)


def _forum_of(said: Thing | str, message: bool) -> tuple[Thing | str | None, str]:
    """The forum around what is said, else its thread; None for a message of which only the id is known."""
    node: Thing | str | None = said
    at = "/object"
    if message:
        node, at = (said.is_part_of, "/object/isPartOf") if isinstance(said, Thing) else (None, at)
    while isinstance(node, Thing) and node.type != "Forum" and node.is_part_of is not None:
        if isinstance(node.is_part_of, Thing) and node.is_part_of.type in NO_ACTIVITIES:
            break
        node, at = node.is_part_of, f"{at}/isPartOf"
    return node, at


def _sign_in(event: Event, _rule: Rule) -> _Read:
    if event.action != "TimedOut":
        return _Read(event.actor, "/actor", None, "", {})
    # Nobody did anything at this time: it makes no minute active.
    more = {"precision": Precision.DAY}
    if isinstance(event.object, Thing) and event.object.user is not None:
        return _Read(event.object.user, "/object/user", None, "", more)
    return _Read(event.actor, "/actor", None, "", more)


def _tool(event: Event, rule: Rule) -> _Read:
    what, at = event.object, "/object"
    if event.type == "ToolLaunchEvent" and event.target is not None:
        what, at = event.target, "/target"
    return _Read(event.actor, "/actor", what, at, {}, rule.by_id)


_READERS: Final[Mapping[Reading, Callable[[Event, Rule], _Read]]] = MappingProxyType(
    {
        Reading.PLAIN: _plain,
        Reading.GENERIC: _generic,
        Reading.MEDIA: _media,
        Reading.WORK: _work,
        Reading.ITEM: _item,
        Reading.GRADE: _grade,
        Reading.FORUM: _forum,
        Reading.SESSION: _sign_in,
        Reading.TOOL: _tool,
    }
)
