"""The identity of an event and of its content."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dashapp.data.store.keys import content_digest, digest_of_encoded, encode, event_key
from dashapp.domain.events import Verb
from tests.data.store.conftest import viewed

AT = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


@given(st.uuids())
def test_a_uuid_is_its_own_key_unless_it_looks_like_a_digest(value: UUID) -> None:
    assert (event_key(str(value)) == value) == (str(value)[14] != "8")
    # Ids are texts: another spelling is another id.
    assert event_key(f"{{{value}}}") != value


@given(st.text(min_size=1), st.text(min_size=1))
def test_other_ids_have_the_digest_of_their_text(one: str, other: str) -> None:
    assert event_key(one).version == 8
    assert (event_key(one) == event_key(other)) == (one == other)


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_content_is_everything_but_the_id(text: str) -> None:
    event = viewed("ada", AT, id=text, response=text)
    assert content_digest(event) == content_digest(msgspec.structs.replace(event, id="other"))
    assert content_digest(event) != content_digest(msgspec.structs.replace(event, response=text + "x"))


@given(st.uuids(), st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_an_id_that_is_its_own_key_makes_no_other_digest(value: UUID, text: str) -> None:
    body = encode(viewed("ada", AT, id=str(value), response=text))
    assert digest_of_encoded(body, own_key=True) == digest_of_encoded(body)


def test_a_time_that_was_not_given_is_no_content_but_one_that_was_is() -> None:
    assert content_digest(viewed("ada", None)) == content_digest(viewed("ada", None))
    assert content_digest(viewed("ada", None)) != content_digest(viewed("ada", AT))
    assert content_digest(viewed("ada", AT)) != content_digest(viewed("ada", AT, verb=Verb.PLAYED))
