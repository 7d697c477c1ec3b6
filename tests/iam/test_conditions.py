"""Every operator of a condition, at its edges (behaviour/iam.md 3, STS-09, STS-10)."""

from typing import Any

import pytest

from ostiary.iam.conditions import OPERATORS, NotUnderstoodError, all_hold, condition, context_of
from ostiary.iam.matching import UnresolvedVariableError

ROLE = "arn:aws:iam::1:role/a/b"
CONTEXT = context_of(
    {
        "s:s": "Ada",
        "star:s": "A*a",
        "n:n": "7",
        "d:d": "2026-01-02T00:00:00Z",
        "b:b": "true",
        "b:no": "false",
        "ip:ip": "10.1.2.3",
        "ip:mapped": "::ffff:10.1.2.3",
        "ip:six": "2001:db8::1",
        "a:a": ROLE,
        "kind:k": "role",
        "bin:b": "QUJD",
        "bin:odd": "QU!JD",
        "b:loud": "TRUE",
        "m:m": ("x", "y"),
        "m:none": (),
        "bad:b": "neither number nor date, address, name or bytes",
    }
)


def holds(name: str, key: str, wanted: Any) -> bool:
    return condition(name, key, [wanted] if isinstance(wanted, str) else wanted).holds(CONTEXT)


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "expected"),
    [
        ("StringEquals", "s:s", "A*", False),
        ("StringEquals", "s:s", "Ad?", False),
        ("StringEquals", "star:s", "A*a", True),
        ("StringNotEquals", "s:s", "A*", True),
        ("StringEqualsIgnoreCase", "s:s", "A*", False),
        ("StringEqualsIgnoreCase", "s:s", "adb", False),
        ("StringNotEqualsIgnoreCase", "s:s", "adb", True),
        ("StringLike", "s:s", "a*", False),
        ("StringNotLike", "s:s", "B*", True),
        ("StringLike", "s:s", "${s:s}", True),
        ("StringLike", "star:s", "${s:s}", False),
        ("ArnLike", "a:a", "arn:aws:iam::1:${kind:k}/*", True),
        ("ArnEquals", "a:a", "arn:aws:iam::1:${s:s}/*", False),
        ("StringEquals", "s:s", "${b:b}", False),
        ("StringEquals", "b:b", "${b:b}", True),
        ("StringEqualsIgnoreCase", "s:s", "${s:s}", True),
        ("StringEqualsIfExists", "s:s", "Bob", False),
        ("StringEqualsIfExists", "s:s", "Ada", True),
        ("StringNotEqualsIfExists", "s:s", "Ada", False),
        ("StringNotEqualsIfExists", "no:key", "Ada", True),
        ("NumericEquals", "n:n", "8", False),
        ("NumericNotEquals", "n:n", "8", True),
        ("NumericLessThan", "n:n", "7", False),
        ("NumericLessThan", "n:n", "7.5", True),
        ("NumericLessThanEquals", "n:n", "6", False),
        ("NumericGreaterThan", "n:n", "6", True),
        ("NumericGreaterThanEquals", "n:n", "8", False),
        ("NumericEquals", "n:n", "+7.", True),
        ("NumericEquals", "n:n", "0.7e1", True),
        ("NumericNotEquals", "bad:b", "7", True),
        ("NumericLessThan", "bad:b", "7", False),
        ("DateEquals", "d:d", "2026-01-02T00:00:00Z", True),
        ("DateEquals", "d:d", "2026-01-02", True),
        ("DateEquals", "d:d", "2026-01-02T00:00:00.000", True),
        ("DateEquals", "d:d", "2026-01-02T02:00:00+02:00", True),
        ("DateEquals", "d:d", "1767312001", False),
        ("DateNotEquals", "d:d", "1767312001", True),
        ("DateNotEquals", "d:d", "1767312000", False),
        ("DateLessThan", "d:d", "1767312000", False),
        ("DateLessThanEquals", "d:d", "1767312000", True),
        ("DateLessThanEquals", "d:d", "1767311999", False),
        ("DateGreaterThan", "d:d", "1767311999", True),
        ("DateGreaterThan", "d:d", "-1", True),
        ("DateGreaterThanEquals", "d:d", "1767312000", True),
        ("DateGreaterThanEquals", "d:d", "1767312001", False),
        ("DateLessThan", "bad:b", "2999-01-01", False),
        ("Bool", "b:b", "TRUE", True),
        ("Bool", "b:loud", "true", True),
        ("Bool", "b:loud", "false", False),
        ("Bool", "b:no", "false", True),
        ("Bool", "b:no", "true", False),
        ("Bool", "bad:b", "false", False),
        ("BinaryEquals", "bin:b", "QUJD", True),
        ("BinaryEquals", "bin:b", "QUJE", False),
        ("BinaryEquals", "bin:odd", "QUJD", False),
        ("BinaryEquals", "bad:b", "QUJD", False),
        ("IpAddress", "ip:ip", "10.0.0.1/8", True),
        ("IpAddress", "ip:ip", "10.2.0.0/16", False),
        ("IpAddress", "ip:mapped", "10.0.0.0/8", True),
        ("IpAddress", "ip:mapped", "11.0.0.0/8", False),
        ("NotIpAddress", "ip:mapped", "10.0.0.0/8", False),
        ("NotIpAddress", "ip:ip", "10.0.0.0/8", False),
        ("IpAddress", "ip:six", "2001:db8::/32", True),
        ("IpAddress", "ip:six", "10.0.0.0/8", False),
        ("IpAddress", "bad:b", "0.0.0.0/0", False),
        ("NotIpAddress", "bad:b", "0.0.0.0/0", True),
        ("ArnEquals", "a:a", ROLE, True),
        ("ArnEquals", "a:a", "arn:aws:iam::?:role/*", True),
        ("ArnLike", "a:a", "arn:aws:iam::2:role/*", False),
        ("ArnNotEquals", "a:a", ROLE, False),
        ("ArnNotEquals", "a:a", "arn:aws:iam::1:role/*", False),
        ("ArnNotEquals", "a:a", "arn:aws:iam::1:role/c", True),
        ("ArnNotLike", "a:a", "arn:aws:iam::1:role/*", False),
        ("ArnNotEquals", "no:key", ROLE, True),
        ("ArnEqualsIfExists", "no:key", ROLE, True),
        ("BoolIfExists", "b:no", "true", False),
        ("Null", "no:key", "false", False),
        ("Null", "n:n", "true", False),
        ("Null", "m:none", "true", True),
        ("Null", "n:n", ["true", "false"], True),
        ("StringNotEquals", "m:m", "x", False),
        ("StringNotEquals", "m:m", "z", True),
        ("StringEquals", "m:m", "x", True),
        ("StringEquals", "m:none", "x", False),
        ("StringEquals", "s:s", [], False),
        ("StringNotEquals", "s:s", [], True),
        ("ForAllValues:StringNotEquals", "m:m", "x", False),
        ("ForAllValues:StringNotEquals", "m:m", "z", True),
        ("ForAllValues:StringEquals", "m:none", "x", True),
        ("ForAnyValue:StringNotEquals", "m:m", "x", True),
        ("ForAnyValue:StringNotEquals", "m:m", ["x", "y"], False),
        ("ForAnyValue:StringNotLike", "m:none", "x", False),
    ],
)
def test_operators_at_their_edges(operator: str, key: str, wanted: Any, *, expected: bool) -> None:
    assert holds(operator, key, wanted) is expected


def test_every_operator_is_here_and_no_other() -> None:
    orders = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    texts = ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
    arns = ("Equals", "Like", "NotEquals", "NotLike")
    assert set(OPERATORS) == {
        *(f"String{name}" for name in texts),
        *(f"{kind}{name}" for kind in ("Numeric", "Date") for name in orders),
        *(f"Arn{name}" for name in arns),
        *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"),
    }


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("ForNoValue:StringEquals", "Ada"),
        ("forAnyValue:StringEquals", "Ada"),
        ("ForAnyValue:ForAllValues:StringEquals", "Ada"),
        ("ForAnyValue:", "Ada"),
        ("StringSounds", "Ada"),
        ("stringEquals", "Ada"),
        ("StringEqualsIfExistsIfExists", "Ada"),
        ("NullIfExists", "true"),
        ("ForAnyValue:NullIfExists", "true"),
        ("Null", "maybe"),
        ("Null", []),
        ("Bool", "yes"),
        ("NumericEquals", "seven"),
        ("NumericEquals", "inf"),
        ("NumericEquals", " 7"),
        ("NumericEquals", "7 "),
        ("NumericEquals", "1_0"),
        ("NumericEquals", "7x"),
        ("DateEquals", "yesterday"),
        ("DateEquals", "2026-13-01"),
        ("IpAddress", "10.0.0.0/33"),
        ("IpAddress", "here"),
        ("BinaryEquals", "QUJD!"),
        ("BinaryEquals", "A"),
        ("StringLike", "A\0"),
    ],
)
@pytest.mark.parametrize("key", ["s:s", "no:key"])
def test_what_is_no_operator_and_no_value_of_one_is_not_understood(operator: str, wanted: Any, key: str) -> None:
    with pytest.raises(NotUnderstoodError):
        holds(operator, key, wanted)


def test_to_be_like_what_is_not_known_is_no_match_and_to_be_unlike_it_says_nothing() -> None:
    """STS-13."""
    unknown = "${aws:PrincipalTag/owner}"
    assert holds("StringEquals", "s:s", unknown) is False
    assert holds("StringEquals", "s:s", [unknown, "Ada"]) is True
    assert holds("StringNotEquals", "s:s", [unknown, "Ada"]) is False
    assert holds("ForAllValues:StringLike", "m:m", [unknown, "x", "y"]) is True
    for wanted in (unknown, [unknown, "Bob"], ["Bob", unknown]):
        with pytest.raises(UnresolvedVariableError):
            holds("StringNotEquals", "s:s", wanted)


def test_one_condition_that_is_not_met_outweighs_one_that_is_not_understood() -> None:
    odd, unmet = condition("StringSounds", "s:s", ["x"]), condition("StringEquals", "s:s", ["Bob"])
    unknown = condition("StringNotEquals", "s:s", ["${aws:PrincipalTag/owner}"])
    met = condition("StringEquals", "s:s", ["Ada"])
    for doubtful in (odd, unknown):
        assert all_hold([doubtful, unmet, met], CONTEXT) is False
        assert all_hold([unmet, doubtful], CONTEXT) is False
    with pytest.raises(NotUnderstoodError):
        all_hold([met, odd, met], CONTEXT)
    with pytest.raises(UnresolvedVariableError):
        all_hold([met, unknown, met], CONTEXT)
    assert all_hold([met, met], CONTEXT) is True
    assert all_hold([], CONTEXT) is True


def test_a_context_has_its_keys_in_lower_case_and_a_tuple_for_each() -> None:
    given = {"Aws:UserName": "Ada", "m:M": ["x", "Y"], "n:n": (), "e:e": ""}
    assert context_of(given) == {"aws:username": ("Ada",), "m:m": ("x", "Y"), "n:n": (), "e:e": ("",)}


def test_variables_mean_nothing_to_policies_of_the_old_version() -> None:
    assert condition("StringEquals", "s:s", ["${s:s}"], variables=False).holds(CONTEXT) is False
    assert condition("StringLike", "s:s", ["${s:s}"], variables=False).holds(CONTEXT) is False
    assert condition("StringEquals", "s:s", ["${s:s}"]).holds(CONTEXT) is True
    assert condition("ArnEquals", "a:a", ["${a:a}"], variables=False).holds(CONTEXT) is False


def test_a_condition_keeps_what_was_written_and_compares_keys_whatever_their_case() -> None:
    made = condition("ForAnyValue:StringLike", "S:s", ["A*", "B"])
    assert (made.name, made.key, made.written) == ("ForAnyValue:StringLike", "s:s", ("A*", "B"))
    assert made.holds(context_of({"S:S": ["Bob", "Ada"]}))
