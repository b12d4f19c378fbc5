"""Valid native events, from the types of which the published schemas are made, and valid Caliper envelopes: another one
for each seed."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, get_args
from uuid import UUID

from msgspec import inspect

from ingest.caliper.vocabulary import RULES, Reading
from ingest.native import wire
from tests.ingest.caliper.samples import ANNA, GROUP, SECTION, V1P1, V1P2

CHARACTERS: Final = "aZ09 .,:;/?&=#%\\\"'<>{}[]\t\n\x01\x7f\u0085é\u2028\u202e漢😀\ufffe"
EARLY: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
LATE: Final = datetime(2026, 9, 7, 8, tzinfo=UTC)
_BEGINS: Final = ("time", "starts_on", "position_from")
"""Fields that lie before others of the same event: where they are told, those are not less."""


def a_text(chance: random.Random, least: int = 1, most: int = 40) -> str:
    """Any characters but NUL, within the length; now and then of the greatest."""
    length = most if chance.random() < 0.05 else chance.randint(least, max(least, min(most, 12)))
    return "".join(chance.choices(CHARACTERS, k=length))


# ------------------------------------------------------------------ native


def a_native_event(seed: int) -> dict[str, Any]:
    """An event that its JSON Schema allows, of any type; fields are left out or null as it may be."""
    chance = random.Random(seed)
    struct = chance.choice(get_args(wire.WireEvent))
    said: dict[str, Any] = _object(chance, inspect.type_info(struct))
    said["type"] = struct.__struct_config__.tag
    if said.get("section") is not None and said.get("group") is not None:
        del said["group"]  # the one or the other, which the schema cannot say
    return said | {"organisation": "campus"} if "organisation" in said else said


def _object(chance: random.Random, kind: Any) -> dict[str, Any]:
    said = {
        field.encode_name: _value(chance, field.type, field.encode_name)
        for field in kind.fields
        if field.required or chance.random() < 0.5
    }
    if chance.random() < 0.1:
        said["newer"] = {"": [None, 10**40, {"x": "y"}]}
    names = list(said)
    chance.shuffle(names)
    return {name: said[name] for name in names}


def _value(chance: random.Random, kind: Any, name: str) -> Any:
    match kind:
        case inspect.StrType():
            return a_text(chance, kind.min_length or 0, kind.max_length or 40)
        case inspect.IntType():
            assert kind.ge is not None
            assert kind.le is not None
            return chance.choice([kind.ge, kind.le, chance.randint(kind.ge, kind.le)])
        case inspect.FloatType():
            return _number(chance, kind, name)
        case inspect.BoolType():
            return chance.random() < 0.5
        case inspect.NoneType():
            return None
        case inspect.EnumType():
            return chance.choice(list(kind.cls)).value
        case inspect.LiteralType():
            return chance.choice(kind.values)
        case inspect.DateTimeType():
            return _moment(chance, EARLY if name in _BEGINS else LATE)
        case inspect.DateType():
            return _day(chance, EARLY if name in _BEGINS else LATE)
        case inspect.VarTupleType():
            return [[_day(chance, EARLY), _day(chance, LATE)] for _ in range(chance.choice([0, 1, 100]))]
        case inspect.Metadata():
            return _value(chance, kind.type, name)
        case inspect.UnionType():
            return _value(chance, chance.choice(kind.types), name)
        case inspect.StructType():
            return _object(chance, kind)
    raise AssertionError(kind)


def _number(chance: random.Random, kind: inspect.FloatType, name: str) -> float | int:
    lowest = kind.ge if kind.ge is not None else 5e-324
    assert kind.le is not None
    highest = 100.0 if name in _BEGINS else kind.le
    if name == "position_to":
        lowest = 100.0
    return chance.choice([lowest, highest, int(highest), chance.uniform(lowest, highest)])


def _moment(chance: random.Random, around: datetime) -> str:
    at = around + timedelta(seconds=chance.randrange(10**6), microseconds=chance.randrange(10**6))
    offset = chance.choice(["Z", "z", "+00:00", "+14:00", "-12:00", "+05:45"])
    return at.strftime(chance.choice(["%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"])) + offset


def _day(chance: random.Random, around: datetime) -> str:
    return (date(around.year, around.month, 1) + timedelta(days=chance.randrange(20))).isoformat()


# ------------------------------------------------------------------ Caliper


def a_caliper_event(seed: int) -> dict[str, Any]:
    """An event of a person, of any type and action of the standard, whose entities are by value or by id."""
    chance = random.Random(seed)
    kind = chance.choice([*RULES, "Event", "SomethingNewEvent"])
    rule = RULES.get(kind)
    reading = Reading.GENERIC if rule is None else rule.reading
    whole = {
        "@context": [V1P1, V1P2],
        "id": chance.choice(["urn:uuid:", "URN:UUID:", ""]) + str(UUID(int=chance.getrandbits(128))),
        "type": kind,
        "actor": chance.choice([ANNA, {"id": ANNA, "type": "Person", "name": a_text(chance)}]),
        "action": "Used" if rule is None else chance.choice(sorted(rule.actions)),
        "object": _acted_on(chance, reading),
        "eventTime": _utc(chance),
        **_around(chance, reading),
        "extensions": {a_text(chance): [None, 10**40, {"": 1e300}]},
    }
    return {name: value for name, value in whole.items() if chance.random() < 0.9 or name not in _LEFT_OUT}


_LEFT_OUT: Final = ("@context", "target", "group", "membership", "session", "extensions")


def a_caliper_envelope(seed: int) -> tuple[dict[str, Any], list[str]]:
    """An envelope, and the ids of the events of a person in it; it describes entities, too."""
    chance = random.Random(seed)
    events = [a_caliper_event(chance.getrandbits(32)) for _ in range(chance.randint(1, 5))]
    described: list[dict[str, Any]] = [
        {"id": ANNA, "type": "Person", "name": a_text(chance)},
        {**GROUP, "dateModified": _utc(chance)},
        {"id": "_:nobody", "type": chance.choice(["Group", "Document", "NewThing"]), "name": None},
        _entity(chance, "Assessment"),
    ]
    items = [*events, *(one for one in described if chance.random() < 0.5)]
    chance.shuffle(items)
    said = {
        "sensor": "https://lms.example/sensors/1",
        "sendTime": _utc(chance),
        "dataVersion": chance.choice([V1P1, V1P2, f"{V1P2}/"]),
        "data": items,
    }
    return said, [one["id"].lower().removeprefix("urn:uuid:") for one in items if "eventTime" in one]


def _utc(chance: random.Random) -> str:
    at = EARLY + timedelta(seconds=chance.randrange(10**6))
    return at.strftime("%Y-%m-%dT%H:%M:%S") + chance.choice(["", ".250", ".123456"]) + "Z"


def _entity(chance: random.Random, kind: str, **more: Any) -> dict[str, Any]:
    whole = {
        "id": f"{SECTION}/things/{chance.randrange(9)}",
        "type": kind,
        "name": chance.choice([None, "", a_text(chance)]),
        "isPartOf": chance.choice([None, SECTION, GROUP, {"id": f"{SECTION}/parts/1", "type": "Forum"}]),
        "maxScore": chance.choice([None, 0, 12.5]),
        "dateCreated": chance.choice([None, _utc(chance)]),
        "dateToSubmit": chance.choice([None, _utc(chance)]),
        "otherIdentifiers": [{"type": "SystemIdentifier", "identifier": "x", "identifierType": "SystemId"}],
        "extensions": {"deep": [[[[{}]]]]},
        **more,
    }
    return {name: value for name, value in whole.items() if name in ("id", "type", *more) or chance.random() < 0.5}


def _attempt(chance: random.Random, of: Any) -> dict[str, Any]:
    more = {"count": chance.choice([1, 100_000]), "duration": "PT1H30M", "isPartOf": _entity(chance, "Attempt")}
    chosen = {name: value for name, value in more.items() if chance.random() < 0.5}
    return _entity(chance, "Attempt", isPartOf=None, assignee=ANNA, assignable=of) | chosen


def _acted_on(chance: random.Random, reading: Reading) -> Any:
    by_id = f"{SECTION}/things/{chance.randrange(9)}"
    match reading:
        case Reading.GRADE:
            return _attempt(chance, chance.choice([by_id, _entity(chance, "AssessmentItem"), _entity(chance, "Forum")]))
        case Reading.WORK | Reading.ITEM:
            thing = chance.choice([by_id, _entity(chance, "Assessment"), _entity(chance, "AssessmentItem")])
            return chance.choice([thing, _attempt(chance, thing)])
        case Reading.FORUM:
            kind = chance.choice(["Forum", "Thread", "Message"])
            return chance.choice([by_id, _entity(chance, kind), _entity(chance, kind, replyTo=by_id)])
        case Reading.SESSION:
            return chance.choice([by_id, _entity(chance, "Session", user=ANNA)])
    return chance.choice([by_id, *(_entity(chance, kind) for kind in ("Page", "VideoObject", "Frame", "Unheard"))])


def _around(chance: random.Random, reading: Reading) -> dict[str, Any]:
    """What stands besides, where its kind of event may have it."""
    more: dict[str, Any] = {
        "group": chance.choice([SECTION, GROUP, {"id": "https://lms.example/g", "type": "Group"}]),
        "membership": {"member": ANNA, "organization": chance.choice([SECTION, GROUP]), "roles": ["Learner", "Guest"]},
        "session": chance.choice([None, "urn:uuid:x", {"id": "https://lms.example/s", "type": "Session"}]),
        "target": chance.choice([None, "https://lms.example/t", _entity(chance, "Frame", currentTime="PT12.5S")]),
    }
    if reading is Reading.GRADE:
        more["generated"] = _entity(chance, "Score", scoreGiven=chance.choice([0, -1, 3.5]), maxScore=5)
    elif reading is Reading.ITEM:
        more["generated"] = chance.choice([_attempt(chance, "urn:x:item"), _response(chance)])
    elif reading is Reading.WORK:
        more["generated"] = chance.choice([None, "urn:x:attempt", _attempt(chance, "urn:x:work")])
    return more


def _response(chance: random.Random) -> dict[str, Any]:
    answer = chance.choice(["C", 10**40, 1.5, None, True, {"a": [10**40]}, ["x", 7, None, {"b": -(10**30)}]])
    said = {chance.choice(["value", "values", "selections"]): answer}
    return _entity(
        chance, chance.choice(["Response", "FillinBlankResponse"]), attempt=_attempt(chance, "urn:x:i"), **said
    )
