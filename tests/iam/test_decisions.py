"""Which policy a decision is owed to, and every way in which one kind of policy could be forgotten (STS-01, STS-03)."""

from typing import Any

import pytest

from ostiary.iam.evaluate import Request, may_trust, resource_grant, trusts
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
    decided,
    deny,
    policy,
)

ALL = policy(allow("*"))
NOT_GET = policy(allow("*"), deny("s3:GetObject"))
STRANGER = f"arn:aws:iam::{ACCOUNT}:user/bob"


def to(principal: Any, statement: dict[str, Any]) -> dict[str, Any]:
    return {**statement, "Principal": principal}


@pytest.mark.parametrize(
    ("caller", "policies", "because"),
    [
        (USER, {"identity": [NOT_GET]}, "identity-based"),
        (SESSION, {"identity": [ALL], "session": [NOT_GET]}, "session"),
        (SESSION, {"identity": [ALL], "session": [ALL, NOT_GET]}, "session"),
        (USER, {"identity": [ALL], "boundary": NOT_GET}, "permissions boundary"),
        (USER, {"identity": [ALL], "resource": policy(to({"AWS": USER.arn}, deny()))}, "resource-based"),
        (SESSION, {"identity": [ALL], "resource": policy(to({"AWS": ROLE_ARN}, deny()))}, "resource-based"),
        (ROOT, {"resource": policy(to("*", deny()))}, "resource-based"),
        (NOBODY, {"resource": policy(to("*", allow()), to("*", deny()))}, "resource-based"),
    ],
)
def test_a_deny_counts_in_whichever_policy_it_stands(caller: Caller, policies: dict[str, Any], because: str) -> None:
    made = decided(asked(), caller, **policies)
    assert (made.outcome, made.because) == ("explicitDeny", because)
    other = decided(asked("s3:PutObject"), caller, **{**policies, "resource": None})
    assert other.allowed == (caller is not NOBODY)


@pytest.mark.parametrize(
    ("caller", "policies", "same_account", "because"),
    [
        (USER, {}, True, "identity-based"),
        (USER, {"boundary": ALL}, True, "identity-based"),
        (USER, {"identity": [ALL], "boundary": policy(allow("iam:*"))}, True, "permissions boundary"),
        (SESSION, {"identity": [ALL], "session": [policy(allow("iam:*"))]}, True, "session"),
        (SESSION, {"session": [ALL]}, True, "identity-based"),
        (USER, {"identity": [ALL]}, False, "resource-based"),
        (USER, {"resource": policy(to({"AWS": USER.arn}, allow()))}, False, "identity-based"),
        (SESSION, {"resource": policy(to({"AWS": SESSION.arn}, allow()))}, False, "identity-based"),
        (SESSION, {"resource": policy(to({"AWS": ROLE_ARN}, allow()))}, False, "identity-based"),
        (USER, {"resource": policy(to("*", allow()))}, False, "identity-based"),
        (NOBODY, {}, False, "resource-based"),
        (NOBODY, {"resource": policy(to({"AWS": OTHER}, allow()))}, False, "resource-based"),
        (ROOT, {}, False, "resource-based"),
    ],
)
def test_what_nobody_allows_is_told_by_the_kind_that_is_missing(
    caller: Caller, policies: dict[str, Any], because: str, *, same_account: bool
) -> None:
    made = decided(asked(), caller, same_account=same_account, **policies)
    assert (made.outcome, made.because) == ("implicitDeny", because)


@pytest.mark.parametrize("same_account", [True, False])
def test_everybody_is_also_who_signed_nothing(*, same_account: bool) -> None:
    public = policy(to("*", allow()))
    made = decided(asked(), NOBODY, same_account=same_account, resource=public)
    assert (made.outcome, made.because) == ("allowed", "")
    assert not decided(asked("s3:PutObject"), NOBODY, same_account=same_account, resource=public).allowed


@pytest.mark.parametrize("principal", [{"AWS": USER.arn}, {"AWS": ACCOUNT}, "*"])
def test_a_root_elsewhere_needs_only_to_be_let_in(principal: Any) -> None:
    granted = policy(to(principal, allow()))
    let_in = principal != {"AWS": USER.arn}
    assert decided(asked(), ROOT, same_account=False, resource=granted).allowed == let_in


def test_a_deny_is_no_concern_of_whom_it_does_not_name() -> None:
    others = policy(to({"AWS": USER.arn}, allow()), to({"AWS": STRANGER}, deny()))
    assert decided(asked(), resource=others).allowed
    assert trusts(others, USER, asked()) == "user"


def test_a_deny_in_a_trust_policy_counts() -> None:
    """STS-06."""
    document = policy(to({"AWS": USER.arn}, allow("sts:*")), to({"AWS": USER.arn}, deny("sts:TagSession")))
    assert trusts(document, USER, Request("sts:AssumeRole", ROLE_ARN, {})) == "user"
    assert trusts(document, USER, Request("sts:TagSession", ROLE_ARN, {})) is None


def test_whether_a_trust_could_let_somebody_in_is_known_before_anything_else_is() -> None:
    """Conditions and a Deny may still keep them out: nobody's keys are asked for whom it cannot let in."""
    google, apple = Caller(federated="accounts.google.com"), Caller(federated="appleid.apple.com")
    named = {"Principal": {"Federated": "accounts.google.com"}, "Condition": {"StringEquals": {"x": "y"}}}
    document = policy(
        {"Effect": "Allow", "Action": "sts:assumeRoleWith*", **named},
        {"Effect": "Allow", "Action": "sts:TagSession", "Principal": {"Federated": "appleid.apple.com"}},
        {"Effect": "Deny", "Action": "sts:*", "Principal": {"Federated": "accounts.google.com"}},
    )
    assert may_trust(document, google, "sts:AssumeRoleWithWebIdentity")
    assert not may_trust(document, google, "sts:TagSession")
    assert not may_trust(document, apple, "sts:AssumeRoleWithWebIdentity")
    assert may_trust(document, apple, "sts:TagSession")


def test_a_statement_about_another_action_says_nothing() -> None:
    document = policy(to({"AWS": USER.arn}, allow("sts:AssumeRole")), to("*", deny("sts:TagSession")))
    assert trusts(document, USER, Request("sts:AssumeRole", ROLE_ARN, {})) == "user"
    assert trusts(document, USER, Request("sts:SetSourceIdentity", ROLE_ARN, {})) is None


def test_no_policy_of_a_resource_lets_nobody_in() -> None:
    assert resource_grant(asked(), USER, None) is None


def test_only_taking_the_role_needs_a_statement_that_names_the_pool() -> None:
    """STS-06: tags are allowed by a statement of their own, and other providers are no identity pools."""
    pools, google = "cognito-identity.amazonaws.com", "accounts.google.com"
    taking, tagging = "sts:AssumeRoleWithWebIdentity", "sts:TagSession"
    either = policy(
        *({"Effect": "Allow", "Principal": {"Federated": name}, "Action": "sts:*"} for name in (pools, google))
    )
    assert trusts(either, Caller(federated=pools), Request(taking, ROLE_ARN, {})) is None
    assert trusts(either, Caller(federated=pools), Request(tagging, ROLE_ARN, {})) == "federated"
    assert trusts(either, Caller(federated=google), Request(taking, ROLE_ARN, {})) == "federated"


def test_a_resource_that_cannot_be_told_widens_no_deny_beyond_what_it_may_mean() -> None:
    """STS-13: a variable without a value names nothing; only an exception to a deny must not vanish with it."""
    unknown = "arn:aws:s3:::b/${aws:PrincipalTag/team}/*"
    assert decided(asked(), identity=[ALL, policy(deny(resource=unknown))]).allowed
    spared = {"Effect": "Deny", "Action": "*", "NotResource": [unknown, "arn:aws:s3:::b/k"]}
    assert decided(asked(), identity=[ALL, policy(spared)]).allowed
    assert decided(asked(resource="arn:aws:s3:::b/x"), identity=[ALL, policy(spared)]).outcome == "explicitDeny"


def test_one_resource_that_matches_is_enough_beside_one_that_cannot_be_told() -> None:
    both = ["arn:aws:s3:::b/${aws:PrincipalTag/team}/*", "arn:aws:s3:::b/k"]
    assert decided(asked(), identity=[policy(allow(resource=both))]).allowed
    assert not decided(asked(resource="arn:aws:s3:::b/x"), identity=[policy(allow(resource=both))]).allowed


def test_a_condition_that_cannot_be_told_makes_no_allow_and_keeps_a_deny() -> None:
    unlike = {"Condition": {"StringNotEquals": {"aws:username": "${aws:PrincipalTag/owner}"}}}
    unmet = {"Condition": {**unlike["Condition"], "StringEquals": {"aws:username": "bob"}}}
    request = asked(aws__username="ada")
    assert decided(request, identity=[ALL, policy(deny(**unlike))]).outcome == "explicitDeny"
    assert decided(request, identity=[ALL, policy(deny(**unmet))]).allowed
