"""Constraints of the models and the texts that tell them (behaviour/user-pools.md 1.3)."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from ostiary.aws import model, validate

FAILED = "failed to satisfy constraint: "


def patterns_of(service: str) -> Iterator[str]:
    """Yield the pattern of every member of every request, as often as it is there."""
    operations = model.service(service).operations.values()
    ahead = [operation.input for operation in operations if operation.input]
    seen = set(ahead)
    while ahead:
        shape = ahead.pop()
        if "pattern" in shape.traits:
            yield shape.traits["pattern"]
        inside = [*shape.members.values(), *filter(None, (shape.item, shape.key))]
        new = {member.shape for member in inside} - seen
        seen |= new
        ahead += new


def told(service: str, operation: str, **members: Any) -> list[str]:
    shape = model.service(service).operations[operation].input
    assert shape is not None
    return validate.violations(shape, members)


def test_a_request_within_its_constraints_breaks_none() -> None:
    assert told("cognito-idp", "AdminGetUser", UserPoolId="us-east-1_abcDEF123", Username="josé") == []


def test_a_missing_member_is_null() -> None:
    assert told("cognito-idp", "DescribeUserPool") == [f"Value null at 'userPoolId' {FAILED}Member must not be null"]


def test_a_pattern_is_told_with_the_value() -> None:
    assert told("cognito-idp", "DescribeUserPool", UserPoolId="nonsense") == [
        (
            f"Value 'nonsense' at 'userPoolId' {FAILED}"
            r"Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+"
        )
    ]


def test_every_violation_counts() -> None:
    found = told("cognito-idp", "DescribeUserPool", UserPoolId="!" * 56)
    assert validate.message(found) == (
        f"2 validation errors detected: Value '{'!' * 56}' at 'userPoolId' {FAILED}"
        f"Member must have length less than or equal to 55; Value '{'!' * 56}' at 'userPoolId' {FAILED}"
        r"Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+"
    )


def test_one_violation_is_told_in_the_singular() -> None:
    assert validate.message(["x"]) == "1 validation error detected: x"


def test_a_sensitive_value_is_left_out() -> None:
    found = told("cognito-idp", "SignUp", ClientId="abc", Username="user", Password=" secret")
    pattern = r"Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$"
    assert found == [f"Value at 'password' {FAILED}{pattern}"]


def test_a_password_may_have_spaces_inside() -> None:
    assert told("cognito-idp", "SignUp", ClientId="abc", Username="user", Password="pass word 1") == []


def test_a_list_that_holds_sensitive_values_is_left_out_too() -> None:
    attributes = [{"Name": "email", "Value": "v" * 2049}]
    found = told("cognito-idp", "SignUp", ClientId="abc", Username="user", UserAttributes=attributes)
    assert found == [
        f"Value at 'userAttributes.1.member.value' {FAILED}Member must have length less than or equal to 2048"
    ]


def test_members_of_a_list_are_counted_from_one() -> None:
    schema = [{"Name": "good"}, {"Name": "much-too-long-a-name-for-this"}]
    assert told("cognito-idp", "AddCustomAttributes", UserPoolId="a_b", CustomAttributes=schema) == [
        (
            f"Value 'much-too-long-a-name-for-this' at 'customAttributes.2.member.name' {FAILED}"
            "Member must have length less than or equal to 20"
        )
    ]


def test_an_enum_is_told_with_its_values() -> None:
    found = told("cognito-idp", "SetUserPoolMfaConfig", UserPoolId="a_b", MfaConfiguration="SOMETIMES")
    assert found == [
        f"Value 'SOMETIMES' at 'mfaConfiguration' {FAILED}Member must satisfy enum value set: [OFF, ON, OPTIONAL]"
    ]


def test_items_of_a_list_are_told_together() -> None:
    found = told("cognito-idp", "CreateUserPool", PoolName="p", AliasAttributes=["email", "shoe_size"])
    assert found == [
        (
            f"Value '[email, shoe_size]' at 'aliasAttributes' {FAILED}Member must satisfy constraint: "
            "[Member must satisfy enum value set: [phone_number, email, preferred_username]]"
        )
    ]


def test_values_of_a_map_are_told_together() -> None:
    found = told("cognito-idp", "TagResource", ResourceArn="arn:aws:x:y::1:z", Tags={"": "v"})
    assert any(
        text.startswith(f"Value '{{=v}}' at 'tags' {FAILED}Map keys must satisfy constraint: [Member") for text in found
    )


def test_numbers_have_limits() -> None:
    assert told("cognito-idp", "ListUserPools", MaxResults=61) == [
        f"Value '61' at 'maxResults' {FAILED}Member must have value less than or equal to 60"
    ]
    assert told("cognito-idp", "ListUserPools", MaxResults=0) == [
        f"Value '0' at 'maxResults' {FAILED}Member must have value greater than or equal to 1"
    ]


def test_sts_tells_a_role_session_name_as_aws_does() -> None:
    found = told("sts", "AssumeRole", RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="Session1:2")
    assert validate.message(found) == (
        "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
    )


@pytest.mark.parametrize("text", ["us-east-1_é", "us-east-1_١", "us–east_1"])  # noqa: RUF001 - that is the point
def test_classes_of_java_patterns_are_ascii(text: str) -> None:
    assert told("cognito-idp", "DescribeUserPool", UserPoolId=text)


@pytest.mark.parametrize("service", model.SERVICES)
def test_every_constraint_of_every_model_can_be_checked(service: str) -> None:
    for operation in model.service(service).operations.values():
        if operation.input is not None:
            for text in validate.violations(operation.input, {}):
                assert text.endswith("Member must not be null")


@given(st.text(max_size=300))
def test_any_text_is_either_within_the_constraints_or_told(name: str) -> None:
    for text in told("cognito-idp", "CreateGroup", UserPoolId="a_b", GroupName=name):
        assert text.startswith(f"Value '{name}' at 'groupName' {FAILED}")


def test_a_hostile_text_is_answered_in_time() -> None:
    """No pattern of the models is slow on any text up to the size of a request."""
    found = told("cognito-idp", "CreateUserPool", PoolName="p", EmailVerificationMessage="a{" * 500_000)
    assert len(found) == 2


# -- patterns and long texts -------------------------------------------------------------------------------------------
PATTERNS = sorted({pattern for service in model.SERVICES for pattern in patterns_of(service)})
LONG, LONGEST = 20_000, 0.1
"""Characters of a text, and seconds of a processor that it may take: what grows with their square takes minutes."""


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_long_text_is_matched_as_fast_as_it_is_read(pattern: str) -> None:
    matches = validate.matcher(pattern)
    for begins in ("a", "a.", "a-", "1", "é", " a", "a ", "/a", "a:", "arn:aws:a:", "a@a.", "http://a."):
        for ends in ("", " ", "\n", "!", "\0"):
            text, began = (begins * LONG)[: LONG - 1] + ends, time.thread_time()
            matches(text)
            assert time.thread_time() - began < LONGEST, (begins, ends)


@given(st.text(alphabet="a@ \n.é\0", max_size=6))
@pytest.mark.parametrize("pattern", validate.QUICK)
def test_what_is_matched_faster_matches_the_same(pattern: str, text: str) -> None:
    assert validate.matcher(pattern)(text) == (regex.fullmatch(pattern, text) is not None)


def test_all_violations_are_counted_and_a_hundred_are_told() -> None:
    text = validate.message(["one is wrong"] * 250)
    assert text.startswith("250 validation errors detected: ")
    assert text.count("one is wrong") == validate.MOST_TOLD
