"""What join rules make of names, and which rules do not fit together."""

from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.domain.events import Identifier
from dashapp.domain.joins import JoinRule, JoinRuleError, JoinRules, Transform, last_segment, mailbox_hash


def rule(one: str, other: str, transform: Transform = Transform.SAME, prefix: str = "") -> JoinRule:
    return JoinRule(one, "account", other, "account", transform, prefix)


@pytest.mark.parametrize(
    ("transform", "value", "other"),
    [
        (Transform.SAME, "Ada", "Ada"),
        (Transform.LOWER_CASE, "Ada", "ada"),
        (Transform.STRIP_PREFIX, "lms-42", "42"),
        (Transform.STRIP_PREFIX, "42", None),
        (Transform.STRIP_PREFIX, "lms-", None),
        (Transform.LAST_SEGMENT, "https://lms.example/users/42", "42"),
        (Transform.LAST_SEGMENT, "https://lms.example/users/42/", "42"),
        (Transform.LAST_SEGMENT, "https://lms.example/user.php?id=42", None),
        (Transform.LAST_SEGMENT, "https://lms.example/users#42", None),
        (Transform.LAST_SEGMENT, "https://lms.example/", None),
        (Transform.LAST_SEGMENT, "https://[lms", None),
        (Transform.LAST_SEGMENT, "urn:uuid:1", None),
        (Transform.LAST_SEGMENT, "42", None),
        (Transform.MAILBOX_HASH, "ada", None),
    ],
)
def test_a_transform_gives_another_value_or_none(transform: Transform, value: str, other: str | None) -> None:
    prefix = "lms-" if transform is Transform.STRIP_PREFIX else ""
    rules = JoinRules([rule("a", "b", transform, prefix)])
    expected = None if other is None else Identifier("b", "account", other)
    assert rules.other_name(Identifier("a", "account", value)) == expected
    assert rules.other_name(Identifier("b", "account", value)) is None


def test_a_mailbox_is_hashed_as_xapi_does_in_lower_case() -> None:
    expected = sha1(b"mailto:ada@example.org", usedforsecurity=False).hexdigest()
    for address in ("ada@example.org", " Ada@Example.ORG", "mailto:ada@example.org"):
        assert mailbox_hash(address) == expected


@pytest.mark.parametrize("text", ["", "@", "a@", "@b", "a b@c", "nobody"])
def test_what_is_no_address_has_no_hash(text: str) -> None:
    assert mailbox_hash(text) is None


@given(st.text())
def test_any_text_has_a_value_or_none(text: str) -> None:
    for found in (mailbox_hash(text), last_segment(text)):
        assert found is None or found


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (rule("a", "c"), "already"),
        (rule("b", "c"), "Another rule leads to"),
        (rule("c", "a"), "cannot be chained"),
        (rule("b", "a"), "circle"),
        (rule("c", "c", Transform.LOWER_CASE), "itself"),
        (rule("c", ""), "needs an issuer"),
        (rule("c", "d", Transform.STRIP_PREFIX), "prefix"),
        (rule("c", "d", Transform.SAME, "x"), "prefix"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_with_the_reason(new: JoinRule, says: str) -> None:
    with pytest.raises(JoinRuleError, match=says):
        JoinRules([rule("a", "b")]).check(new)


def test_several_rules_may_lead_to_the_same_names() -> None:
    JoinRules([rule("a", "b")]).check(rule("c", "b"))
