"""Texts of policies, compared: wildcards, variables, and ARNs part by part (STS-10, STS-11, STS-13)."""

from typing import Any

import pytest

from ostiary.iam.matching import UnresolvedVariableError, arn_like, arn_template, like, template

CONTEXT = {"aws:username": ("Ada",), "s:star": ("*",), "n:none": (), "m:many": ("a", "b"), "z:zero": ("a\0",)}


def matches(pattern: str, text: str, **more: Any) -> bool:
    return template(pattern, variables=True, **more).matches(text, CONTEXT)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("a", "ab", False),
        ("*", "", True),
        ("**", "abc", True),
        ("?", "", False),
        ("?", "ab", False),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("ab*ba", "aba", False),
        ("*a?c*", "xxabcxx", True),
        ("*a?c*", "xxabxx", False),
        ("*a?c", "abcabd", False),
        ("*?a*?b*", "xaxb", True),
        ("*?a*?b*", "xab", False),
        ("*ab*ab*", "ab", False),
        ("*ab*ab*", "abab", True),
        ("*ab*bc*", "abc", False),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "aXcYb", False),
        ("*c*ab*", "xabc", False),
        ("*a?*b", "ab", False),
        ("*a?*b", "axb", True),
        ("A", "a", False),
        ("a.c", "abc", False),
        ("[a]", "a", False),
    ],
)
def test_wildcards_stand_for_any_text_and_for_one_character(pattern: str, text: str, *, expected: bool) -> None:
    assert like(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("${aws:username}", "Ada", True),
        ("${ AWS:UserName }", "Ada", True),
        ("x-${aws:username}-y", "x-Ada-y", True),
        ("${aws:username}*", "Bob", False),
        ("${aws:username}*", "Adamant", True),
        ("${s:star}", "*", True),
        ("${s:star}", "anything", False),
        ("${no:key, 'all'}", "all", True),
        ("${no:key,'all'}", "all", True),
        ("${n:none, 'all'}", "all", True),
        ("${aws:username, 'all'}", "Ada", True),
        ("${aws:username, 'all'}", "all", False),
        ("${no:key, ''}", "", True),
        ("${no:key, '*'}", "x", False),
        ("${*}", "*", True),
        ("${*}", "x", False),
        ("${?}", "?", True),
        ("${?}", "x", False),
        ("${$}", "$", True),
        ("${$}{aws:username}", "${aws:username}", True),
        ("$aws:username", "$aws:username", True),
        ("${", "${", True),
    ],
)
def test_variables_bring_in_texts_and_nothing_that_matches_more(pattern: str, text: str, *, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "${no:key}",
        "${n:none}",
        "${m:many}",
        "${m:many, 'all'}",
        "${z:zero}",
        "${no:key, 'a' b}",
        "${no:key, all}",
        "${}",
    ],
)
def test_a_variable_without_one_plain_value_says_so(pattern: str) -> None:
    """STS-13."""
    for text in ("", "all", "a", "a\0"):
        with pytest.raises(UnresolvedVariableError):
            matches(pattern, text)
        with pytest.raises(UnresolvedVariableError):
            matches(f"x*{pattern}", f"x{text}")


def test_wildcards_and_variables_mean_something_only_where_they_are_asked_for() -> None:
    assert template("a*?", variables=True, wildcards=False).matches("a*?", {})
    assert not template("a*", variables=True, wildcards=False).matches("ab", {})
    assert template("${*}", variables=False).matches("${x}", {})
    assert template("${aws:username}").matches("${aws:username}", CONTEXT)


def test_a_policy_has_no_nul() -> None:
    for text in ("a\0", "\0"):
        with pytest.raises(ValueError, match="no NUL"):
            template(text)
        with pytest.raises(ValueError, match="no NUL"):
            arn_template(text)


ARN = "arn:aws:iam::1:role/a:b/c"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (ARN, True),
        ("arn:aws:iam::1:*", True),
        ("arn:aws:iam::1:role/*", True),
        ("arn:aws:iam::1:role/a:b/?", True),
        ("arn:aws:iam::?:role/a:b/c", True),
        ("arn:aws:iam:*:1:role/*:*", True),
        ("arn:aws:i*:::role/*", False),
        ("arn:*", True),
        ("*", True),
        ("arn:aws:iam*", True),
        ("arn:aws:s3*", False),
        ("arn:aws:iam:*", True),
        ("arn:aws:iam::1*:b/c", False),
        ("arn:*:role/a:b/c", False),
        ("arn:aws:iam::*b/c", True),
        ("arn:aws:iam::11:role/a:b/c", False),
        ("arn:aws:iam::1:role/a", False),
        ("arn:aws:iam::1:role/a:b/c/d", False),
        ("arn:aws:iam::1:", False),
        ("arn:aws:iam::1", False),
    ],
)
def test_an_arn_is_compared_part_by_part_and_whole(pattern: str, *, expected: bool) -> None:
    """STS-11."""
    assert arn_like(pattern, ARN) is expected


@pytest.mark.parametrize("arn", ["*", "", "arn:aws", "arn:aws:s3::", "arn"])
def test_what_has_fewer_parts_than_an_arn_is_none(arn: str) -> None:
    for pattern in ("arn:*:s3:::b", "arn:aws:s3:::b", "arn:*:*:*:*:*", "arn:aws:s3*:::b"):
        assert not arn_like(pattern, arn)
    assert arn_like("*", arn)


def test_variables_of_an_arn_mean_something_only_where_they_are_asked_for() -> None:
    assert arn_like("arn:aws:s3:::${x}", "arn:aws:s3:::${x}")
    assert arn_template("arn:aws:s3:::${aws:username}").matches("arn:aws:s3:::${aws:username}", CONTEXT)


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/Ada/x:y", True),
        ("arn:aws:s3:::b/${aws:username}:x:y", "arn:aws:s3:::b/Ada:x:y", True),
        ("arn:aws:s3:::b/${aws:username}:x:y", "arn:aws:s3:::b/Ada:x:z", False),
        ("arn:aws:iam::${aws:username}:role/*", "arn:aws:iam::Ada:role/x", True),
        ("arn:aws:iam::${aws:username}:role/*", "arn:aws:iam::Eve:role/x", False),
        ("arn:${no:key, 'aws'}:iam::1:role/x:y:z", "arn:aws:iam::1:role/x:y:z", True),
        ("arn:aws:iam::1:${s:star}", "arn:aws:iam::1:role/x", False),
        ("${aws:username}:aws:iam::1:x", "Ada:aws:iam::1:x", True),
        ("arn:aws:iam::1:*:c", "arn:aws:iam::1:x:y:c", True),
    ],
)
def test_colons_of_variables_are_not_the_policys(pattern: str, arn: str, *, expected: bool) -> None:
    assert arn_template(pattern, variables=True).matches(arn, CONTEXT) is expected
