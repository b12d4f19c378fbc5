"""What statements tell of work, of videos and of discussions."""

import json
from typing import Any

import pytest

from dashapp.domain.events import ActivityType, LearningEvent, Verb
from ingest.xapi import decode
from tests.ingest.xapi.statements import (
    ACTIVITIES,
    COURSE,
    FORUM,
    ID,
    QUESTION,
    QUIZ,
    SCORED,
    SITE,
    SOURCE,
    STREAMS,
    TYPES,
    VIDEO,
    activity,
    learning,
    verb,
    within,
)
from tests.ingest.xapi.statements import statement as whole

VIDEO_VERBS = "https://w3id.org/xapi/video/verbs/"
EXTENSION = "https://w3id.org/xapi/video/extensions/"

# ------------------------------------------------------------------ work

MARKS: list[tuple[dict[str, Any], tuple[float | None, float | None]]] = [
    ({"raw": 17, "max": 20}, (17, 20)),
    ({"raw": 17, "min": 0, "max": 20, "scaled": 0.85}, (17, 20)),
    ({"scaled": 0.85}, (0.85, 1)),
    ({"scaled": -0.5}, (-0.5, 1)),
    ({"raw": 4, "min": 1, "max": 6, "scaled": 0.6}, (0.6, 1)),
    ({"raw": 4, "min": 1, "max": 6}, (3, 5)),
    ({"raw": -5, "min": -10, "max": 10}, (5, 20)),
    ({"raw": 61.5}, (61.5, None)),
    ({"raw": 0, "min": 0, "max": 0, "scaled": 0}, (None, None)),
    ({"raw": 1e12, "max": 1e13}, (None, None)),
    ({"min": 0, "max": 10}, (None, None)),
    ({}, (None, None)),
]


@pytest.mark.parametrize(("score", "mark"), MARKS)
def test_a_score_is_a_mark_of_a_maximum(score: dict[str, Any], mark: tuple[float | None, float | None]) -> None:
    said = learning(verb=verb("failed"), object=QUIZ, result={"score": score, "success": False})
    assert said.verb is Verb.SUBMITTED
    assert (said.score, said.max_score) == mark


def test_an_answer_belongs_to_its_quiz() -> None:
    said = learning(
        verb=verb("answered"),
        object=QUESTION,
        result={"response": "x = 3", "success": True, "score": {"raw": 2, "max": 2}, "duration": "PT1M30.5S"},
        context=within(QUIZ, grouping=[SITE, COURSE]),
    )
    assert (said.activity, said.activity_type, said.item) == (activity(QUIZ["id"]), ActivityType.QUIZ, QUESTION["id"])
    assert (said.response, said.correct, said.score, said.max_score) == ("x = 3", True, 2, 2)
    assert said.duration == 90.5
    assert said.course.value == COURSE["id"]


def test_an_answer_without_a_quiz_around_it_is_a_quiz_of_its_own() -> None:
    said = learning(verb=verb("answered"), object=QUESTION)
    assert (said.activity, said.activity_type, said.item) == (
        activity(QUESTION["id"]),
        ActivityType.QUIZ,
        QUESTION["id"],
    )


def test_the_untyped_parent_of_h5p_is_what_a_question_belongs_to() -> None:
    library = {"id": "http://h5p.org/libraries/H5P.QuestionSet-1.20"}
    activities = {"parent": [{"id": "https://lms.example/h5p/9"}], "category": [library]}
    said = learning(verb=verb("answered"), object=QUESTION, context={"contextActivities": activities})
    assert said.activity == activity("https://lms.example/h5p/9")


def test_open_edx_numbers_attempts_and_moodle_addresses_them() -> None:
    extensions = {"http://id.tincanapi.com/extension/attempt-id": 3}
    numbered = {**QUESTION, "definition": {**QUESTION["definition"], "extensions": extensions}}
    assert learning(verb=verb("answered"), object=numbered).attempt == 3
    attempt = {
        "id": "https://lms.example/mod/quiz/attempt.php?attempt=812&cmid=4",
        "definition": {"type": f"{ACTIVITIES}attempt"},
    }
    moodle = {"contextActivities": {"grouping": [SITE, COURSE], "other": [attempt]}}
    finished = learning(verb=verb("completed"), object=QUIZ, context=moodle, result=SCORED)
    assert (finished.verb, finished.attempt, finished.activity) == (Verb.SUBMITTED, 812, activity(QUIZ["id"]))
    started = learning(verb=verb(f"{STREAMS}start"), object=attempt, context=within(QUIZ, COURSE))
    assert (started.verb, started.attempt, started.activity) == (Verb.STARTED, 812, activity(QUIZ["id"]))


def test_a_registration_is_kept_but_is_no_number_of_an_attempt() -> None:
    said = learning(verb=verb("completed"), object=QUIZ, context=within(COURSE, registration=ID.upper()))
    assert (said.registration, said.attempt) == (ID, 1)


def test_a_mark_given_by_the_actor_is_not_the_actors_own() -> None:
    context = within(COURSE, instructor=whole()["actor"])
    said = learning(verb=verb("graded"), object=QUIZ, result=SCORED, context=context)
    assert (said.verb, said.score) == (Verb.INTERACTED, None)


def test_a_long_response_is_cut_and_an_odd_one_kept() -> None:
    said = learning(verb=verb("answered"), object=QUESTION, result={"response": "é" * 5000})
    assert said.response == "é" * 4000


# ------------------------------------------------------------------ videos and discussions


def watched(name: str, extensions: dict[str, Any], **more: Any) -> LearningEvent:
    told = {f"{EXTENSION}{key.replace('_', '-')}": value for key, value in extensions.items()}
    session = {f"{EXTENSION}session-id": "s-1"}
    return learning(
        verb=verb(name), object=VIDEO, result={"extensions": told}, context=within(COURSE, extensions=session), **more
    )


def test_a_player_says_where_it_stands_and_in_which_session() -> None:
    played = watched(f"{VIDEO_VERBS}played", {"time": 12.5})
    assert (played.position_from, played.position_to, played.session) == (12.5, None, "s-1")
    seeked = watched(f"{VIDEO_VERBS}seeked", {"time_from": 12.5, "time_to": "40"})
    assert (seeked.position_from, seeked.position_to) == (12.5, 40)


STRETCHES: list[tuple[str, dict[str, Any], tuple[tuple[float, float], ...]]] = [
    (f"{VIDEO_VERBS}paused", {"time": 60, "played_segments": "0[.]12[,]30[.]60"}, ((30, 60),)),
    (f"{VIDEO_VERBS}paused", {"time": 60, "played_segments": "0[.]12[,]30"}, ((30, 60),)),
    (f"{VIDEO_VERBS}paused", {"time": 60, "played_segments": "30"}, ((30, 60),)),
    (f"{VIDEO_VERBS}seeked", {"time_from": 60, "time_to": 5, "played_segments": "0[.]12[,]30[.]60[,]5"}, ((30, 60),)),
    ("terminated", {"time": 60, "played_segments": "0[.]12[,]30[.]60"}, ((0, 12), (30, 60))),
    ("terminated", {"time": 60, "played_segments": "0[.]12[,]30"}, ((0, 12), (30, 60))),
    ("completed", {"time": 60, "played_segments": "0[.]12[,]0[.]12[,]30[.]60"}, ((0, 12), (30, 60))),
    (f"{VIDEO_VERBS}played", {"time": 60, "played_segments": "0[.]12[,]30"}, ((30, 60),)),
    (f"{VIDEO_VERBS}paused", {"time": 60}, ()),
    (f"{VIDEO_VERBS}paused", {"time": 60, "played_segments": ""}, ()),
    (f"{VIDEO_VERBS}paused", {"time": 60, "played_segments": "12[.]"}, ()),
    (f"{VIDEO_VERBS}paused", {"time": 60, "played_segments": "60[.]12"}, ()),
    ("terminated", {"time": 60, "played_segments": "a[.]b[,]-1[.]5[,]nan[.]9[,]3[.]4e99[,]1[.]2"}, ((1, 2),)),
    (f"{VIDEO_VERBS}paused", {"time": True, "played_segments": [[0, 12]]}, ()),
]


@pytest.mark.parametrize(("name", "extensions", "stretches"), STRETCHES)
def test_stretches_come_from_what_one_statement_says(
    name: str, extensions: dict[str, Any], stretches: tuple[tuple[float, float], ...]
) -> None:
    assert watched(name, extensions).segments == stretches


@pytest.mark.parametrize("value", [-1, 1e300, 10**400, "x", None, [], {}, "inf", "nan", "-0.5"])
def test_an_odd_position_is_no_position(value: Any) -> None:
    assert watched(f"{VIDEO_VERBS}played", {"time": value}).position_from is None


def test_a_post_belongs_to_its_forum() -> None:
    thread = {"id": "https://lms.example/forum/1/thread/8", "definition": {"type": f"{TYPES}discussion"}}
    context = within(FORUM, COURSE)
    said = learning(verb=verb("https://w3id.org/xapi/acrossx/verbs/posted"), object=thread, context=context)
    assert (said.verb, said.activity, said.activity_type) == (Verb.POSTED, activity(FORUM["id"]), ActivityType.FORUM)
    assert said.post == thread["id"]
    alone = learning(verb=verb("https://w3id.org/xapi/acrossx/verbs/posted"), object=thread)
    assert (alone.activity, alone.post) == (activity(thread["id"]), thread["id"])


def test_every_statement_of_an_array_is_an_event() -> None:
    ids = [f"0195e1c4-8a51-7c3e-9d0a-5b7a2f6c1e{number:02d}" for number in range(20)]
    body = json.dumps([whole(id=each) for each in ids]).encode()
    assert [outcome.id for outcome in decode(body, SOURCE) if isinstance(outcome, LearningEvent)] == ids
