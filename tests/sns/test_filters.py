"""Filter policies: what they want, by tables and laws (SNS developer guide, subscription filter policies)."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.aws.errors import ServiceError
from ostiary.sns.filters import FilterError, check, wants


def by_attributes(policy: Any, **attributes: Any) -> bool:
    given_ = {name: attribute(value) for name, value in attributes.items()}
    return wants(json.dumps(policy), "MessageAttributes", "m", given_)


def attribute(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    kind = "String.Array" if isinstance(value, list) else "Number"
    return {"DataType": kind, "StringValue": json.dumps(value)}


def by_body(policy: Any, body: Any) -> bool:
    return wants(json.dumps(policy), "MessageBody", json.dumps(body), {})


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (["red"], "red", True),
        (["red"], "Red", False),
        (["red", "blue"], "blue", True),
        ([7], 7.0, True),
        ([7], "7", False),
        ([{"prefix": "re"}], "red", True),
        ([{"prefix": "re"}], "blue", False),
        ([{"suffix": "ed"}], "red", True),
        ([{"equals-ignore-case": "RED"}], "red", True),
        ([{"wildcard": "r*d"}], "red", True),
        ([{"wildcard": "r?d"}], "red", False),
        ([{"anything-but": "red"}], "blue", True),
        ([{"anything-but": ["red", "blue"]}], "blue", False),
        ([{"anything-but": {"prefix": "re"}}], "red", False),
        ([{"anything-but": {"prefix": ["re", "bl"]}}], "blue", False),
        ([{"anything-but": [7]}], 8, True),
        ([{"numeric": [">=", 1, "<", 5]}], 1, True),
        ([{"numeric": [">=", 1, "<", 5]}], 5, False),
        ([{"numeric": ["=", 3.5]}], 3.5, True),
        ([{"numeric": [">", 0]}], "1", False),
        ([{"exists": True}], "x", True),
        ([{"exists": False}], "x", False),
        ([{"cidr": "10.0.0.0/8"}], "10.1.2.3", True),
        ([{"cidr": "10.0.0.0/8"}], "11.1.2.3", False),
        (["red"], ["blue", "red"], True),
        (["red"], ["blue"], False),
    ],
)
def test_a_condition_wants_some_values(rule: list[Any], value: Any, *, expected: bool) -> None:
    check(json.dumps({"key": rule}), "MessageAttributes")
    assert by_attributes({"key": rule}, key=value) is expected
    assert by_body({"key": rule}, {"key": value}) is expected


def test_every_key_must_match_and_one_branch_of_an_or() -> None:
    assert by_attributes({"a": ["1"], "b": ["2"]}, a="1", b="2")
    assert not by_attributes({"a": ["1"], "b": ["2"]}, a="1")
    either = {"$or": [{"a": ["1"]}, {"b": [{"numeric": [">", 1]}]}]}
    assert by_attributes(either, b=2)
    assert not by_attributes(either, a="2", b=1)


def test_what_is_absent_matches_only_who_asks_for_absence() -> None:
    assert by_attributes({"a": [{"exists": False}]})
    for rule in (["x"], [{"anything-but": "x"}], [{"prefix": "x"}], [{"exists": True}]):
        assert not by_attributes({"a": rule})


def test_a_policy_of_bodies_looks_inside() -> None:
    policy = {"order": {"item": {"colour": ["red"]}}}
    check(json.dumps(policy), "MessageBody")
    assert by_body(policy, {"order": {"item": [{"colour": "blue"}, {"colour": "red"}]}})
    assert not by_body(policy, {"order": {"item": {"colour": "blue"}}})
    assert not by_body(policy, {"order": "red"})
    assert not wants(json.dumps(policy), "MessageBody", "no JSON", {})
    with pytest.raises(FilterError, match="does not support nested filter policy"):
        check(json.dumps(policy), "MessageAttributes")


@pytest.mark.parametrize(
    ("policy", "body"),
    [
        ({"object.nested": ["v"]}, {"object": {"nested": "v"}}),
        ({"object.nested": ["v"]}, {"object.nested": "v"}),
        ({"object": {"nested": ["v"]}}, {"object.nested": "v"}),
        ({"a.b.c": ["v"]}, {"a.b": {"c": "v"}}),
        ({"a.b.c": ["v"]}, {"a": {"b.c": "v"}}),
        ({"a": {"b.c": ["v"]}}, {"a.b": {"c": "v"}}),
        ({"a.b": ["v"]}, {"a": [{"b": "u"}, {"b": ["t", "v"]}]}),
        ({"a.b": [{"exists": True}]}, {"a": {"b": 1}}),
    ],
)
def test_a_dot_in_a_name_may_be_a_step_inside(policy: dict[str, Any], body: dict[str, Any]) -> None:
    check(json.dumps(policy), "MessageBody")
    assert by_body(policy, body)
    assert not by_body(policy, {"a": "v", "object": "v"})


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([], "Empty arrays are not allowed"),
        ({"suffix": "v"}, '"suffix" must be an object or an array'),
        ({"suffix": "v", "prefix": "w"}, '"suffix" must be an object or an array'),
        ([["v"]], "Match value must be String, number, true, false, or null"),
        ([{"odd": True}], "Unrecognized match type odd"),
        ([{"suffix": "v", "prefix": "w"}], "Only one key allowed in match expression"),
        ([{"suffix": 100}], "suffix match pattern must be a string"),
        ([{"suffix": []}], "suffix match pattern must be a string"),
        ([{"exists": "no"}], "exists match pattern must be either true or false."),
        ([{"cidr": "bad-filter"}], "Malformed CIDR, one '/' required"),
        ([{"cidr": "bad-filter/24"}], "Nonstandard IP address: bad-filter"),
        ([{"cidr": "10.0.0.0/x"}], "Malformed CIDR, mask bits must be an integer"),
        ([{"cidr": 10}], "prefix match pattern must be a string"),
        ([{"anything-but": {"suffix": "v"}}], "Unsupported anything-but pattern: suffix"),
        ([{"anything-but": []}], "Empty arrays are not allowed"),
        ([{"numeric": []}], "Invalid member in numeric match: ]"),
        ([{"numeric": [1, "<="]}], "Invalid member in numeric match: 1"),
        ([{"numeric": ["operator"]}], "Unrecognized numeric range operator: operator"),
        ([{"numeric": ["=", "000"]}], "Value of equals must be numeric"),
        ([{"numeric": [">="]}], "Value of >= must be numeric"),
        ([{"numeric": ["<", 100, ">", 10]}], "Too many elements in numeric expression"),
        ([{"numeric": [">", 20, 30]}], "Bad value in numeric range: 30"),
        ([{"numeric": [">", 20, "test"]}], "Bad numeric range operator: test"),
        ([{"numeric": [">=", 1, ">", 2]}], "Bad numeric range operator: >"),
        ([{"numeric": [">", 20, "<="]}], "Value of <= must be numeric"),
        ([{"numeric": [">", "20", "<", "30"]}], "Value of > must be numeric"),
        ([{"numeric": [">", 3, "<", 1]}], "Bottom must be less than top"),
        ([{"numeric": [">", 20, "<", 30, "<", 50]}], "Too many terms in numeric range expression"),
    ],
)
def test_a_policy_that_cannot_be_is_told_in_sns_words(rules: Any, problem: str) -> None:
    with pytest.raises(FilterError) as told:
        check(json.dumps({"key": rules}), "MessageAttributes")
    assert str(told.value) == problem


def test_only_the_first_keys_of_a_policy_are_counted() -> None:
    inside = {str(number): ["x"] for number in range(6)}
    check(json.dumps({"a": inside}), "MessageBody")
    with pytest.raises(FilterError, match="more than 5 keys"):
        check(json.dumps(inside), "MessageBody")


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        "[]",
        '{"a": "b"}',
        '{"a": []}',
        '{"a": [["b"]]}',
        '{"a": [{"prefix": 1}]}',
        '{"a": [{"odd": "x"}]}',
        '{"a": [{"prefix": "a", "suffix": "b"}]}',
        '{"a": [{"numeric": ["<"]}]}',
        '{"a": [{"numeric": ["~", 1]}]}',
        '{"a": [{"numeric": ["<", "1"]}]}',
        '{"a": [{"exists": "yes"}]}',
        '{"a": [{"cidr": "10.0.0.0/40"}]}',
        '{"a": [{"anything-but": []}]}',
        '{"$or": [{"a": ["b"]}]}',
        json.dumps({str(number): ["x"] for number in range(6)}),
        json.dumps({str(number): [str(value) for value in range(6)] for number in range(3)}),
    ],
)
def test_a_policy_that_cannot_be_is_refused(policy: str) -> None:
    with pytest.raises((FilterError, ServiceError)):
        check(policy, "MessageAttributes")


texts = st.text("abAB", max_size=3)
values = st.one_of(texts, st.integers(-3, 3))
conditions = st.one_of(
    values,
    st.builds(lambda text: {"prefix": text}, st.text("ab", min_size=1, max_size=2)),
    st.builds(lambda text: {"anything-but": text}, texts),
    st.builds(lambda low: {"numeric": [">=", low]}, st.integers(-3, 3)),
    st.builds(lambda there: {"exists": there}, st.booleans()),
)
policies = st.dictionaries(st.sampled_from("abc"), st.lists(conditions, min_size=1, max_size=3), max_size=3)
found = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(policies, found)
def test_attributes_and_bodies_are_judged_alike(policy: dict[str, Any], message: dict[str, Any]) -> None:
    assert by_attributes(policy, **message) is by_body(policy, message)


@given(policies, found, conditions)
def test_one_more_condition_only_widens_and_one_more_key_only_narrows(
    policy: dict[str, Any], message: dict[str, Any], more: Any
) -> None:
    before = by_body(policy, message)
    for name, rule in policy.items():
        assert by_body(policy | {name: [*rule, more]}, message) >= before
    assert by_body(policy | {"d": [more]}, message) <= before


@given(st.recursive(st.none() | st.booleans() | values, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)))
def test_anything_is_either_refused_or_decides(policy: Any) -> None:
    text = json.dumps(policy)
    try:
        check(text, "MessageBody")
    except (FilterError, ServiceError):
        return
    assert wants(text, "MessageBody", json.dumps({"a": "b"}), {}) in {True, False}
