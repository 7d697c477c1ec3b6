"""The decision, against tables and laws (STS-01, STS-03, STS-09 to STS-13)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.iam.conditions import all_hold, condition, context_of
from ostiary.iam.evaluate import Request, trusts
from ostiary.iam.matching import arn_like, like
from ostiary.iam.principals import Caller
from tests.iam.policies import (
    ACCOUNT,
    NOBODY,
    OTHER,
    ROLE_ARN,
    ROOT,
    SESSION,
    USER,
    allow,
    asked,
    deny,
    outcome,
    policy,
)


def holds(conditions: dict[str, dict[str, list[str]]], context: Any) -> bool:
    items = [(name, key, values) for name, keys in conditions.items() for key, values in keys.items()]
    return all_hold([condition(*item) for item in items], context)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(), "allowed"),
        (allow("s3:getobject"), "allowed"),
        (allow("s3:Get*"), "allowed"),
        (allow("s3:Get?bject"), "allowed"),
        (allow("*"), "allowed"),
        (allow("s3:PutObject"), "implicitDeny"),
        (allow("s3:Get"), "implicitDeny"),
        (allow(resource="arn:aws:s3:::b/*"), "allowed"),
        (allow(resource="arn:aws:s3:::b/"), "implicitDeny"),
        (allow(resource="arn:aws:s3:::B/k"), "implicitDeny"),
        (allow(resource=["arn:aws:s3:::x", "arn:aws:s3:::b/k"]), "allowed"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "allowed"),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, "implicitDeny"),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b/*"}, "implicitDeny"),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::c/*"}, "allowed"),
    ],
)
def test_an_identity_policy_matches_actions_and_resources(statement: dict[str, Any], expected: str) -> None:
    assert outcome(asked(), identity=[policy(statement)]) == expected


def test_nothing_is_allowed_without_a_policy_and_a_deny_beats_every_allow() -> None:
    assert outcome(asked()) == "implicitDeny"
    assert outcome(asked(), identity=[policy(allow()), policy(deny("s3:*"))]) == "explicitDeny"
    assert outcome(asked(), identity=[policy(allow())], session=[policy(deny())]) == "explicitDeny"
    granted = policy({**allow(), "Principal": {"AWS": USER.arn}}, {**deny(), "Principal": "*"})
    assert outcome(asked(), identity=[policy(allow())], resource=granted) == "explicitDeny"


def test_a_session_policy_and_a_boundary_only_ever_narrow() -> None:
    """STS-03."""
    assert outcome(asked(), SESSION, session=[policy(allow())]) == "implicitDeny"
    assert outcome(asked(), SESSION, identity=[policy(allow("*"))], session=[policy(allow())]) == "allowed"
    assert (
        outcome(asked(), SESSION, identity=[policy(allow("*"))], session=[policy(allow("s3:Put*"))]) == "implicitDeny"
    )
    assert outcome(asked(), identity=[policy(allow("*"))], boundary=policy(allow("iam:*"))) == "implicitDeny"
    assert outcome(asked(), identity=[policy(allow("*"))], boundary=policy(allow())) == "allowed"


def test_an_accounts_root_needs_no_policy_at_home_and_has_no_power_elsewhere() -> None:
    assert outcome(asked(), ROOT) == "allowed"
    assert outcome(asked(), ROOT, same_account=False) == "implicitDeny"


@pytest.mark.parametrize(
    ("principal", "caller", "expected"),
    [
        ("*", NOBODY, "allowed"),
        ({"AWS": "*"}, USER, "allowed"),
        ({"AWS": USER.arn}, USER, "allowed"),
        ({"AWS": ROLE_ARN}, SESSION, "allowed"),
        ({"AWS": SESSION.arn}, SESSION, "allowed"),
        ({"AWS": ACCOUNT}, USER, "implicitDeny"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, USER, "implicitDeny"),
        ({"AWS": f"arn:aws:iam::{OTHER}:user/ada"}, USER, "implicitDeny"),
    ],
)
def test_a_resource_policy_at_home_is_enough_when_it_names_more_than_the_account(
    principal: Any, caller: Caller, expected: str
) -> None:
    granted = policy({**allow(), "Principal": principal})
    assert outcome(asked(), caller, resource=granted) == expected


@pytest.mark.parametrize("caller", [USER, SESSION])
@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*", ROLE_ARN]}])
def test_everybody_is_narrowed_by_boundary_and_session_no_more_than_who_is_named_itself(
    principal: Any, caller: Caller
) -> None:
    """The guide's way to name a role's sessions past its boundary: `*` with a condition on aws:PrincipalArn."""
    named = caller.role_arn or caller.arn
    granted = policy({**allow(), "Principal": principal, "Condition": {"ArnEquals": {"aws:PrincipalArn": named}}})
    narrow: dict[str, Any] = {"boundary": policy(allow("iam:*")), "session": [policy(allow("sns:*"))]}
    request = asked(aws__PrincipalArn=named)
    assert outcome(request, caller, resource=granted, **narrow) == "allowed"
    assert outcome(request, caller, same_account=False, resource=granted, **narrow) == "implicitDeny"
    assert outcome(request, caller, resource=granted, session=[policy(deny())]) == "explicitDeny"
    by_role = policy({**allow(), "Principal": {"AWS": ROLE_ARN}})
    assert outcome(request, SESSION, resource=by_role, **narrow) == "implicitDeny"


def test_across_accounts_both_sides_must_allow() -> None:
    """STS-01."""
    granted = policy({**allow(), "Principal": {"AWS": ACCOUNT}})
    own = [policy(allow())]
    assert outcome(asked(), same_account=False, identity=own) == "implicitDeny"
    assert outcome(asked(), same_account=False, resource=granted) == "implicitDeny"
    assert outcome(asked(), same_account=False, identity=own, resource=granted) == "allowed"


def test_policy_variables_isolate_one_identity_from_another() -> None:
    """STS-13."""
    own = policy(allow(resource="arn:aws:s3:::b/private/${cognito-identity.amazonaws.com:sub}/*"))
    keys = {"cognito-identity.amazonaws.com:sub": "us-east-1:a"}
    mine = Request("s3:GetObject", "arn:aws:s3:::b/private/us-east-1:a/x", context_of(keys))
    theirs = Request("s3:GetObject", "arn:aws:s3:::b/private/us-east-1:b/x", context_of(keys))
    unknown = Request("s3:GetObject", "arn:aws:s3:::b/private//x", context_of({}))
    assert [outcome(request, SESSION, identity=[own]) for request in (mine, theirs, unknown)] == [
        "allowed",
        "implicitDeny",
        "implicitDeny",
    ]


def test_a_wildcard_inside_a_variables_value_means_itself() -> None:
    own = policy(allow(resource="arn:aws:s3:::b/${aws:username}/*"))
    star = context_of({"aws:username": "*"})
    assert outcome(Request("s3:GetObject", "arn:aws:s3:::b/ada/x", star), identity=[own]) == "implicitDeny"
    assert outcome(Request("s3:GetObject", "arn:aws:s3:::b/*/x", star), identity=[own]) == "allowed"


def test_variables_have_defaults_and_literals_and_mean_nothing_in_the_old_version() -> None:
    own = policy(allow(resource="arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}/${*}"))
    assert outcome(asked(resource="arn:aws:s3:::b/all/*"), identity=[own]) == "allowed"
    assert outcome(asked(resource="arn:aws:s3:::b/all/x"), identity=[own]) == "implicitDeny"
    old = policy({**allow(resource="arn:aws:s3:::b/${aws:username}"), "Principal": "*"}, version="2008-10-17")
    assert outcome(asked(resource="arn:aws:s3:::b/${aws:username}"), NOBODY, resource=old) == "allowed"


def test_what_is_not_understood_denies() -> None:
    odd = {"Condition": {"StringSounds": {"aws:username": "ada"}}}
    assert outcome(asked(), identity=[policy(allow(**odd))]) == "implicitDeny"
    assert outcome(asked(), identity=[policy(allow(), deny(**odd))]) == "explicitDeny"


CONTEXT = {
    "aws:username": "Ada",
    "n:n": "7",
    "d:d": "2026-01-02T00:00:00Z",
    "b:b": "true",
    "ip:ip": "10.1.2.3",
    "arn:arn": "arn:aws:iam::1:role/a/b",
    "multi:m": ("x", "y"),
    "bin:b": "QUJD",
}


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "aws:username", "Ada", True),
        ("StringEquals", "AWS:UserName", "Ada", True),
        ("StringEquals", "aws:username", "ada", False),
        ("StringEquals", "aws:username", ["x", "Ada"], True),
        ("StringEquals", "no:key", "Ada", False),
        ("StringEqualsIfExists", "no:key", "Ada", True),
        ("StringNotEquals", "aws:username", "ada", True),
        ("StringNotEquals", "aws:username", ["x", "Ada"], False),
        ("StringNotEquals", "no:key", "Ada", True),
        ("StringEqualsIgnoreCase", "aws:username", "aDA", True),
        ("StringNotEqualsIgnoreCase", "aws:username", "aDA", False),
        ("StringLike", "aws:username", "A*", True),
        ("StringLike", "aws:username", "A?", False),
        ("StringNotLike", "aws:username", "A*", False),
        ("NumericEquals", "n:n", "7.0", True),
        ("NumericNotEquals", "n:n", "7", False),
        ("NumericLessThan", "n:n", "8", True),
        ("NumericLessThanEquals", "n:n", "7", True),
        ("NumericGreaterThan", "n:n", "7", False),
        ("NumericGreaterThanEquals", "n:n", "7", True),
        ("NumericEquals", "aws:username", "7", False),
        ("DateEquals", "d:d", "1767312000", True),
        ("DateLessThan", "d:d", "2026-01-03T00:00:00Z", True),
        ("DateGreaterThan", "d:d", "2026-01-03", False),
        ("Bool", "b:b", "True", True),
        ("Bool", "b:b", "false", False),
        ("BinaryEquals", "bin:b", "QUJD", True),
        ("IpAddress", "ip:ip", "10.0.0.0/8", True),
        ("IpAddress", "ip:ip", "10.1.2.3", True),
        ("IpAddress", "ip:ip", "2001:db8::/32", False),
        ("NotIpAddress", "ip:ip", "192.168.0.0/16", True),
        ("ArnLike", "arn:arn", "arn:aws:iam::*:role/*", True),
        ("ArnEquals", "arn:arn", "arn:aws:iam::1:user/*", False),
        ("ArnNotLike", "arn:arn", "arn:aws:iam::2:*", True),
        ("Null", "no:key", "true", True),
        ("Null", "n:n", "true", False),
        ("Null", "n:n", "false", True),
        ("ForAnyValue:StringEquals", "multi:m", ["y", "z"], True),
        ("ForAnyValue:StringEquals", "multi:m", "z", False),
        ("ForAnyValue:StringEquals", "no:key", "z", False),
        ("ForAnyValue:StringEqualsIfExists", "no:key", "z", False),
        ("ForAnyValue:StringNotEqualsIfExists", "no:key", "z", False),
        ("ForAllValues:StringEqualsIfExists", "no:key", "z", True),
        ("ForAnyValue:StringEqualsIfExists", "multi:m", "y", True),
        ("ForAllValues:StringEquals", "multi:m", ["x", "y", "z"], True),
        ("ForAllValues:StringEquals", "multi:m", ["x"], False),
        ("ForAllValues:StringEquals", "no:key", "x", True),
        ("ForAnyValue:StringNotEquals", "multi:m", ["x"], True),
        ("ForAnyValue:StringNotEquals", "no:key", ["x"], False),
        ("ForAnyValue:StringLike", "multi:m", "?", True),
    ],
)
def test_condition_operators(operator: str, key: str, values: Any, *, expected: bool) -> None:
    listed = [values] if isinstance(values, str) else values
    assert holds({operator: {key: listed}}, context_of(CONTEXT)) is expected


def test_conditions_join_with_and_their_values_with_or() -> None:
    both = {"StringEquals": {"aws:username": ["Ada"], "n:n": ["8"]}}
    assert holds(both, context_of(CONTEXT)) is False
    apart = {"StringEquals": {"aws:username": ["x", "Ada"]}, "NumericLessThan": {"n:n": ["8"]}}
    assert holds(apart, context_of(CONTEXT)) is True


def test_a_trust_policy_lets_in_only_whom_it_names() -> None:
    provider = "cognito-identity.amazonaws.com"
    document = policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{provider}:aud": "pool"},
                "ForAnyValue:StringLike": {f"{provider}:amr": "authenticated"},
            },
        }
    )
    caller = Caller(federated=provider)

    def request(aud: str, *amr: str) -> Request:
        keys = {f"{provider}:aud": aud, f"{provider}:amr": amr}
        return Request("sts:AssumeRoleWithWebIdentity", ROLE_ARN, context_of(keys))

    assert trusts(document, caller, request("pool", "authenticated", "x")) == "federated"
    assert trusts(document, caller, request("pool", "unauthenticated")) is None
    assert trusts(document, caller, request("another", "authenticated")) is None
    assert trusts(document, Caller(federated="accounts.google.com"), request("pool", "authenticated")) is None
    assert trusts(document, USER, request("pool", "authenticated")) is None


WEB = "sts:AssumeRoleWithWebIdentity"
POOLS = "cognito-identity.amazonaws.com"


@pytest.mark.parametrize(
    "principal",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"NotPrincipal": {"AWS": ACCOUNT}},
        {"Principal": {"AWS": ACCOUNT}},
    ],
)
def test_everybody_of_aws_is_nobody_who_comes_with_a_web_identity(principal: dict[str, Any]) -> None:
    """STS-06."""
    document = policy({"Effect": "Allow", "Action": "sts:*", **principal})
    assert trusts(document, Caller(federated="accounts.google.com"), Request(WEB, ROLE_ARN, {})) is None
    assert (
        trusts(document, Caller(service="cognito-sync.amazonaws.com"), Request("sts:AssumeRole", ROLE_ARN, {})) is None
    )


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {f"{POOLS}:sub": "x"}},
        {"StringLike": {f"{POOLS}:aud": "us-east-1:*"}},
        {"StringNotEquals": {f"{POOLS}:aud": "other"}},
        {"StringEqualsIfExists": {f"{POOLS}:aud": "pool"}},
    ],
)
def test_a_trust_that_names_no_identity_pool_trusts_none(condition: dict[str, Any]) -> None:
    """STS-06: also when such a trust was stored before it could be refused."""
    document = policy({"Effect": "Allow", "Principal": {"Federated": POOLS}, "Action": WEB, "Condition": condition})
    context = context_of({f"{POOLS}:aud": "pool", f"{POOLS}:sub": "x"})
    assert trusts(document, Caller(federated=POOLS), Request(WEB, ROLE_ARN, context)) is None


def test_principals_may_be_named_by_their_unique_ids() -> None:
    user = Caller(account=ACCOUNT, arn=USER.arn, unique_id="AIDAEXAMPLEEXAMPLE12")
    granted = policy({**allow(), "Principal": {"AWS": "AIDAEXAMPLEEXAMPLE12"}})
    assert outcome(asked(), user, resource=granted) == "allowed"
    assert outcome(asked(), USER, resource=granted) == "implicitDeny"


def test_a_variable_without_a_value_never_widens() -> None:
    """STS-13: where matching nothing would let more through, what is not known denies."""
    unknown = "arn:aws:s3:::b/${aws:PrincipalTag/team}/*"
    but_one = {"Effect": "Allow", "Action": "*", "NotResource": unknown}
    assert outcome(asked(), identity=[policy(but_one)]) == "implicitDeny"
    unlike = allow(Condition={"StringNotEquals": {"aws:username": "${aws:PrincipalTag/owner}"}})
    assert outcome(asked(**{"aws:username": "ada"}), identity=[policy(unlike)]) == "implicitDeny"
    refused = deny(Condition={"StringNotEquals": {"aws:username": "${aws:PrincipalTag/owner}"}})
    assert outcome(asked(**{"aws:username": "ada"}), identity=[policy(allow(), refused)]) == "explicitDeny"


def test_a_document_that_cannot_be_read_denies_everything() -> None:
    for text in ("", "{", "[]", '{"Version":"2026-01-01","Statement":[]}', '{"Statement":[1]}', "1"):
        assert outcome(asked(), identity=[policy(allow()), text]) in {"explicitDeny", "implicitDeny"}


def test_a_hostile_pattern_takes_no_longer_than_its_length() -> None:
    pattern, text = "*a" * 2_000 + "b", "a" * 20_000
    assert not like(pattern, text)
    assert not like("?" + "*?" * 2_000 + "b", text)


actions = st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:*", "*", "iam:*", "s3:Get*"])
resources = st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:s3:::c/*"])
statements = st.builds(
    lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
    st.sampled_from(["Allow", "Deny"]),
    actions,
    resources,
)
policies = st.lists(st.lists(statements, min_size=1, max_size=3).map(lambda items: policy(*items)), max_size=3)


@given(policies, policies, st.randoms(use_true_random=False))
def test_the_order_of_policies_does_not_matter(identity: list[str], session: list[str], random: Any) -> None:
    shuffled = identity.copy()
    random.shuffle(shuffled)
    assert outcome(asked(), identity=identity, session=session) == outcome(asked(), identity=shuffled, session=session)


@given(policies, policies, statements)
def test_one_more_session_policy_never_widens(identity: list[str], session: list[str], more: dict[str, Any]) -> None:
    """STS-03: with at least one session policy, adding a deny or another policy set keeps within the identity's."""
    alone = outcome(asked(), identity=identity)
    with_session = outcome(asked(), identity=identity, session=[*session, policy(more)])
    assert not (with_session == "allowed" and alone != "allowed")


@given(policies, policies)
def test_an_added_deny_of_everything_always_denies(identity: list[str], session: list[str]) -> None:
    assert outcome(asked(), identity=[*identity, policy(deny())], session=session) == "explicitDeny"


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_match_as_a_plain_search_says(pattern: str, value: str) -> None:
    def matches(rest: str, text: str) -> bool:
        if not rest:
            return not text
        if rest[0] == "*":
            return any(matches(rest[1:], text[start:]) for start in range(len(text) + 1))
        return bool(text) and rest[0] in {"?", text[0]} and matches(rest[1:], text[1:])

    assert like(pattern, value) == matches(pattern, value)


def test_an_arn_is_compared_part_by_part() -> None:
    assert arn_like("arn:aws:s3:::b/*", "arn:aws:s3:::b/c:d")
    assert not arn_like("arn:*:role/x", "arn:aws:iam::1:role/x")
    assert arn_like("arn:aws:s3*", "arn:aws:s3:::b/c")
    assert not arn_like("arn:aws:s3:::b", "arn:aws:s3:::b/c")
    assert not arn_like("arn:aws:iam::1*:role/x", "arn:aws:iam::1:2:role/x")
