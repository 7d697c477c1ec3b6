"""Assuming roles, chaining them, and what ends a session (STS-01 to STS-07, SIG-14)."""

import dataclasses
from typing import Any

import pytest

from ostiary.aws.errors import AccessDeniedError, ExpiredTokenError, UnrecognizedClientError, ValidationError
from ostiary.aws.types.sts import MalformedPolicyDocumentException, PackedPolicyTooLargeException
from ostiary.context import Principal
from ostiary.iam.authorize import authorize
from ostiary.sts.roles import InvalidParameterValueError
from tests.fixtures.context import ACCOUNT, Api
from tests.sts.conftest import ROLE, World, allow, trust


def test_a_trust_that_names_the_user_is_enough_at_home(world: World) -> None:
    world.role(trust(world.user.arn))
    answer = world.assume()
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    principal = world.signed_with(answer["Credentials"])
    caller = world.sts(principal)("GetCallerIdentity")
    assert caller["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert caller["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert "PackedPolicySize" not in answer


def test_a_trust_in_the_account_leaves_it_to_the_users_policies(world: World) -> None:
    """STS-01."""
    world.role(trust(ACCOUNT))
    with pytest.raises(AccessDeniedError, match="is not authorized to perform: sts:AssumeRole on resource"):
        world.assume()
    world.iam("PutUserPolicy", UserName="ada", PolicyName="p", PolicyDocument=allow())
    world.assume()
    world.iam("PutUserPolicy", UserName="ada", PolicyName="no", PolicyDocument=allow(effect="Deny"))
    with pytest.raises(AccessDeniedError):
        world.assume()


def test_a_deny_of_the_users_own_beats_a_trust_that_names_them(world: World) -> None:
    world.role(trust(world.user.arn))
    world.iam("PutUserPolicy", UserName="ada", PolicyName="no", PolicyDocument=allow(effect="Deny"))
    with pytest.raises(AccessDeniedError):
        world.assume()


def test_a_role_that_does_not_exist_answers_like_one_that_refuses(world: World) -> None:
    with pytest.raises(AccessDeniedError, match="is not authorized to perform: sts:AssumeRole"):
        world.assume(role=f"arn:aws:iam::{ACCOUNT}:role/nobody")


def test_a_root_assumes_no_role(world: World) -> None:
    world.role(trust(ACCOUNT))
    root = Principal(ACCOUNT, "Account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
    with pytest.raises(AccessDeniedError, match="Roles may not be assumed by root accounts"):
        world.assume(root)


def test_an_external_id_must_match(world: World) -> None:
    """STS-04."""
    world.role(trust(world.user.arn, Condition={"StringEquals": {"sts:ExternalId": "42"}}))
    with pytest.raises(AccessDeniedError):
        world.assume()
    with pytest.raises(AccessDeniedError):
        world.assume(ExternalId="43")
    world.assume(ExternalId="42")


def test_durations_are_limited_by_the_role_and_by_chaining(world: World) -> None:
    """STS-02."""
    world.role(trust(world.user.arn), MaxSessionDuration=7200)
    world.role(trust(ROLE), "next", MaxSessionDuration=7200)
    with pytest.raises(ValidationError, match="exceeds the MaxSessionDuration"):
        world.assume(DurationSeconds=7201)
    first = world.signed_with(world.assume(DurationSeconds=7200)["Credentials"])
    with pytest.raises(ValidationError, match="1 hour session limit for roles assumed by role chaining"):
        world.assume(first, f"arn:aws:iam::{ACCOUNT}:role/next", DurationSeconds=3601)
    world.assume(first, f"arn:aws:iam::{ACCOUNT}:role/next", DurationSeconds=3600)


def test_a_session_policy_narrows_what_the_role_may(world: World) -> None:
    """STS-03."""
    world.role(trust(world.user.arn))
    world.iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=allow("s3:*"))
    narrow = world.assume(Policy=allow("s3:GetObject"))
    assert narrow["PackedPolicySize"] >= 1
    principal = world.signed_with(narrow["Credentials"])
    ctx = dataclasses.replace(world.iam.ctx, principal=principal)
    authorize(ctx, "s3:GetObject", "arn:aws:s3:::b/k")
    with pytest.raises(AccessDeniedError, match="because no session policy allows the s3:PutObject action"):
        authorize(ctx, "s3:PutObject", "arn:aws:s3:::b/k")


def test_a_session_policy_narrows_which_roles_come_next(world: World) -> None:
    """STS-03: chaining into a role that trusts the role is no way out of the session's own policy."""
    world.role(trust(world.user.arn))
    world.role(trust(ROLE), "next")
    following = f"arn:aws:iam::{ACCOUNT}:role/next"
    narrowed = world.signed_with(world.assume(Policy=allow("s3:GetObject"))["Credentials"])
    with pytest.raises(AccessDeniedError, match="is not authorized to perform: sts:AssumeRole"):
        world.assume(narrowed, following)
    wide = world.signed_with(world.assume(Policy=allow())["Credentials"])
    assert world.assume(wide, following)["AssumedRoleUser"]["Arn"].endswith("assumed-role/next/s")


def test_a_boundary_narrows_which_roles_come_next(world: World) -> None:
    """STS-03."""
    world.role(trust(world.user.arn))
    world.role(trust(ROLE), "next")
    bound = world.iam("CreatePolicy", PolicyName="b", PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    world.iam("PutRolePermissionsBoundary", RoleName="r", PermissionsBoundary=bound)
    with pytest.raises(AccessDeniedError):
        world.assume(world.signed_with(world.assume()["Credentials"]), f"arn:aws:iam::{ACCOUNT}:role/next")


def test_who_is_made_again_under_a_trusted_name_is_a_stranger(world: World) -> None:
    """STS-07: a trust policy keeps the ids of those it named."""
    world.role(trust(world.user.arn))
    world.iam("DeleteUser", UserName="ada")
    again = world.iam("CreateUser", UserName="ada")["User"]
    with pytest.raises(AccessDeniedError):
        world.assume(Principal(ACCOUNT, "User", again["Arn"], again["UserId"], "ada"))
    world.iam("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trust(world.user.arn))
    world.assume(Principal(ACCOUNT, "User", again["Arn"], again["UserId"], "ada"))


def test_a_session_makes_no_keys_of_the_root(world: World) -> None:
    """STS-08: a session has no name, and neither has the root; what is not named is not the root's."""
    world.role(trust(world.user.arn))
    session = world.signed_with(world.assume()["Credentials"])
    iam = Api(dataclasses.replace(world.iam.ctx, principal=session), "iam")
    for operation, more in (
        ("CreateAccessKey", {}),
        ("ListAccessKeys", {}),
        ("UpdateAccessKey", {"AccessKeyId": "AKIAXXXXXXXXXXXXXXXX", "Status": "Inactive"}),
        ("DeleteAccessKey", {"AccessKeyId": "AKIAXXXXXXXXXXXXXXXX"}),
        ("GetUser", {}),
    ):
        with pytest.raises(ValidationError, match="Must specify userName when calling with non-User credentials"):
            iam(operation, **more)
    assert world.iam("ListAccessKeys")["AccessKeyMetadata"] == []


def test_a_bad_session_policy_is_refused(world: World) -> None:
    world.role(trust(world.user.arn))
    with pytest.raises(MalformedPolicyDocumentException):
        world.assume(Policy="{}")
    with pytest.raises(PackedPolicyTooLargeException, match="please use smaller policy"):
        world.assume(Policy=allow("s3:" + "x" * 3000))


def test_deleting_a_role_ends_its_sessions_even_when_it_is_made_again(world: World) -> None:
    """STS-07."""
    world.role(trust(world.user.arn))
    credentials = world.assume()["Credentials"]
    world.signed_with(credentials)
    world.iam("DeleteRole", RoleName="r")
    with pytest.raises(UnrecognizedClientError):
        world.signed_with(credentials)
    world.role(trust(world.user.arn))
    with pytest.raises(UnrecognizedClientError):
        world.signed_with(credentials)


def test_a_session_ends_in_time_and_its_token_is_bound_to_its_key(world: World) -> None:
    """SIG-14."""
    world.role(trust(world.user.arn))
    one, two = world.assume(DurationSeconds=900)["Credentials"], world.assume()["Credentials"]
    with pytest.raises(UnrecognizedClientError):
        world.signed_with({**one, "SessionToken": two["SessionToken"]})
    changed = one["SessionToken"][:40] + ("A" if one["SessionToken"][40] != "A" else "B") + one["SessionToken"][41:]
    with pytest.raises(UnrecognizedClientError):
        world.signed_with({**one, "SessionToken": changed})
    world.iam.ctx.clock.advance(901)
    with pytest.raises(ExpiredTokenError):
        world.signed_with(one)


def test_transitive_tags_are_handed_on_and_cannot_be_overridden(world: World) -> None:
    actions = ("sts:AssumeRole", "sts:TagSession")
    world.role(trust(world.user.arn, *actions))
    world.role(trust(ROLE, *actions), "next")
    tags = [{"Key": "team", "Value": "eng"}, {"Key": "own", "Value": "1"}]
    first = world.signed_with(world.assume(Tags=tags, TransitiveTagKeys=["team"])["Credentials"])
    following = f"arn:aws:iam::{ACCOUNT}:role/next"
    second = world.signed_with(world.assume(first, following)["Credentials"])
    assert second.session is not None
    assert second.session.tags == {"team": "eng"}
    with pytest.raises(InvalidParameterValueError, match="conflicts with a transitive tag key"):
        world.assume(first, following, Tags=[{"Key": "TEAM", "Value": "x"}])


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]}, "Duplicate tag keys found"),
        ({"TransitiveTagKeys": ["a"]}, "must be included in the requested tags"),
    ],
)
def test_bad_tags_are_refused(world: World, more: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidParameterValueError, match=text):
        world.assume(**more)


def test_only_long_term_keys_get_a_session_token_and_it_acts_as_the_user(world: World) -> None:
    credentials = world.sts()("GetSessionToken")["Credentials"]
    principal = world.signed_with(credentials)
    assert (principal.arn, principal.user_name) == (world.user.arn, "ada")
    with pytest.raises(AccessDeniedError, match="Cannot call GetSessionToken with session credentials"):
        world.sts(principal)("GetSessionToken")


def test_an_access_key_id_tells_its_account(world: World) -> None:
    assert world.sts()("GetAccessKeyInfo", AccessKeyId="AKIARZPUZDIKGB2VALC4") == {"Account": "123456789012"}
    with pytest.raises(ValidationError, match=r"^Access key ID is not valid\.$"):
        world.sts()("GetAccessKeyInfo", AccessKeyId="AKIA-is-no-key-id")
