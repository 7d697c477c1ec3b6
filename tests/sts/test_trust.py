"""What a role's trust policy decides, and what a session inherits (STS-01 to STS-07)."""

import dataclasses
import json
from typing import Any

import pytest

from ostiary.aws.errors import AccessDeniedError, ValidationError
from ostiary.aws.types.sts import PackedPolicyTooLargeException
from ostiary.context import Principal
from ostiary.sts.roles import InvalidParameterValueError
from tests.fixtures.context import ACCOUNT, Api
from tests.sts.conftest import OTHER, ROLE, World, allow, trust

ALL = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
NEXT = f"arn:aws:iam::{ACCOUNT}:role/next"
TEAM = [{"Key": "Team", "Value": "eng"}]


def refused(world: World, *arguments: Any, **more: Any) -> bool:
    with pytest.raises(AccessDeniedError, match="is not authorized to perform: sts:AssumeRole on resource"):
        world.assume(*arguments, **more)
    return True


def may_all(world: World, name: str = "ada", action: str = "sts:*") -> None:
    world.iam("PutUserPolicy", UserName=name, PolicyName="p", PolicyDocument=allow(action))


def test_a_trust_in_somebody_else_is_none_in_whom_their_own_policies_allow_it(world: World) -> None:
    """STS-01."""
    bob = world.iam("CreateUser", UserName="bob")["User"]["Arn"]
    may_all(world)
    world.role(trust(bob))
    assert refused(world)


def test_a_trust_that_denies_outweighs_what_it_allows(world: World) -> None:
    may_all(world)
    document = json.loads(trust(ACCOUNT))
    document["Statement"].append({**document["Statement"][0], "Effect": "Deny", "Principal": {"AWS": world.user.arn}})
    world.role(json.dumps(document))
    assert refused(world)


def test_tags_and_a_source_identity_are_permissions_of_their_own_on_both_sides(world: World) -> None:
    """STS-04."""
    world.role(trust(ACCOUNT))
    asked: dict[str, dict[str, Any]] = {
        "sts:TagSession": {"Tags": TEAM},
        "sts:SetSourceIdentity": {"SourceIdentity": "ada"},
        "sts:AssumeRole": {},
    }
    for without, more in asked.items():
        others = [action for action in ALL if action != without]
        may_all(world)
        world.trust(trust(ACCOUNT, *others))
        assert refused(world, **more)
        world.trust(trust(ACCOUNT, *ALL))
        assert "Credentials" in world.assume(**more)
        statement = {"Effect": "Allow", "Action": others, "Resource": "*"}
        own = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        world.iam("PutUserPolicy", UserName="ada", PolicyName="p", PolicyDocument=own)
        assert refused(world, **more)


CONDITIONS: list[tuple[str, Any, dict[str, Any], dict[str, Any]]] = [
    ("sts:RoleSessionName", "s", {}, {"RoleSessionName": "t"}),
    ("sts:DurationSeconds", "3600", {}, {"DurationSeconds": 1800}),
    ("sts:DurationSeconds", "1800", {"DurationSeconds": 1800}, {}),
    ("sts:ExternalId", "42", {"ExternalId": "42"}, {"ExternalId": "43"}),
    ("sts:SourceIdentity", "ada", {"SourceIdentity": "ada"}, {"SourceIdentity": "bob"}),
    ("aws:RequestTag/team", "eng", {"Tags": TEAM}, {"Tags": [{"Key": "Team", "Value": "ops"}]}),
    ("aws:TagKeys", "Team", {"Tags": TEAM}, {"Tags": [{"Key": "Other", "Value": "eng"}]}),
    ("sts:TransitiveTagKeys", "Team", {"Tags": TEAM, "TransitiveTagKeys": ["team"]}, {"Tags": TEAM}),
    ("aws:ResourceTag/kind", "open", {}, {"RoleArn": NEXT}),
]


ASKED = {"sts:ExternalId", "sts:SourceIdentity", "aws:RequestTag/team", "aws:TagKeys", "sts:TransitiveTagKeys"}
"""Keys that a request has only when it asks for what they tell of."""


def test_each_key_of_a_request_can_be_a_trusts_condition(world: World) -> None:
    made = world.iam("CreateUser", UserName="bob")["User"]
    bob = Principal(ACCOUNT, "User", made["Arn"], made["UserId"], "bob")
    may_all(world)
    may_all(world, "bob")
    world.role(trust(ACCOUNT), Tags=[{"Key": "kind", "Value": "open"}])
    world.role(trust(ACCOUNT), "next", Tags=[{"Key": "kind", "Value": "closed"}])

    def may(by: Principal = world.user, **more: Any) -> bool:
        try:
            world.sts(by)("AssumeRole", **{"RoleArn": ROLE, "RoleSessionName": "s", **more})
        except AccessDeniedError:
            return False
        return True

    for key, value, met, unmet in [*CONDITIONS, ("aws:username", "ada", {}, {"by": bob})]:
        for name in ("r", "next"):
            world.trust(trust(ACCOUNT, *ALL, Condition={"ForAnyValue:StringEquals": {key: value}}), name)
        assert may(**met), key
        assert not may(**unmet), key
        world.trust(trust(ACCOUNT, *ALL, Condition={"Null": {key: "false"}}))
        assert may(**met), key
        assert may() == (key not in ASKED), key


def test_a_role_in_another_account_needs_the_callers_own_permission_too(world: World) -> None:
    """STS-01."""
    theirs = Api(world.context(OTHER), "iam")
    theirs("CreateRole", RoleName="far", AssumeRolePolicyDocument=trust(world.user.arn))
    far = f"arn:aws:iam::{OTHER}:role/far"
    assert refused(world, role=far)
    may_all(world)
    assert world.assume(role=far)["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/far/s"
    theirs("UpdateAssumeRolePolicy", RoleName="far", PolicyDocument=trust(OTHER))
    assert refused(world, role=far)


def test_a_role_is_named_with_its_path(world: World) -> None:
    world.role(trust(world.user.arn), Path="/team/")
    assert refused(world, role=ROLE)
    answer = world.assume(role=f"arn:aws:iam::{ACCOUNT}:role/team/r")
    session = world.signed_with(answer["Credentials"]).session
    assert session is not None
    assert (session.role_path, session.role_name) == ("/team/", "r")


def test_what_is_no_arn_of_a_role_is_not_valid(world: World) -> None:
    for arn in ("arn:aws:iam::1:role/r", f"arn:aws:iam::{ACCOUNT}:user/r", "x" * 20):
        with pytest.raises(ValidationError, match=f"^{arn} is invalid$"):
            world.assume(role=arn)


def test_a_user_who_is_gone_assumes_nothing(world: World) -> None:
    """STS-07."""
    world.role(trust(ACCOUNT))
    may_all(world)
    world.iam("DeleteUserPolicy", UserName="ada", PolicyName="p")
    world.iam("DeleteUser", UserName="ada")
    assert refused(world)


def test_a_role_made_again_under_a_trusted_name_is_a_stranger(world: World) -> None:
    """STS-07."""
    world.role(trust(world.user.arn))
    world.role(trust(ROLE), "next")
    first = world.signed_with(world.assume()["Credentials"])
    assert "Credentials" in world.assume(first, NEXT)
    world.iam("DeleteRole", RoleName="r")
    world.role(trust(world.user.arn))
    again = world.signed_with(world.assume()["Credentials"])
    assert refused(world, again, NEXT)
    world.iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=allow())
    assert refused(world, again, NEXT)
    world.trust(trust(ACCOUNT), "next")
    assert "Credentials" in world.assume(again, NEXT)


def test_a_role_made_again_is_a_stranger_by_the_name_of_its_session_too(world: World) -> None:
    """STS-07."""
    world.role(trust(world.user.arn))
    document = json.loads(trust(ROLE))
    document["Statement"][0]["Principal"]["AWS"] = [ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"]
    world.role(json.dumps(document), "next")
    assert "Credentials" in world.assume(world.signed_with(world.assume()["Credentials"]), NEXT)
    world.iam("DeleteRole", RoleName="r")
    world.role(trust(world.user.arn))
    assert refused(world, world.signed_with(world.assume()["Credentials"]), NEXT)


def test_tag_keys_are_the_same_whatever_their_case(world: World) -> None:
    world.role(trust(world.user.arn, *ALL))
    for keys in (("a", "A"), ("A", "a"), ("Ä", "ä")):
        with pytest.raises(InvalidParameterValueError, match="Duplicate tag keys found"):
            world.assume(Tags=[{"Key": key, "Value": "x"} for key in keys])


def test_a_stranger_under_a_trusted_name_is_still_of_the_account(world: World) -> None:
    """STS-07: the trust names the user and the account; only the account still means who has the name now."""
    document = json.loads(trust(world.user.arn))
    document["Statement"][0]["Principal"]["AWS"] = [world.user.arn, ACCOUNT]
    world.role(json.dumps(document))
    world.iam("DeleteUser", UserName="ada")
    made = world.iam("CreateUser", UserName="ada")["User"]
    again = Principal(ACCOUNT, "User", made["Arn"], made["UserId"], "ada")
    assert refused(world, again)
    may_all(world)
    assert "Credentials" in world.assume(again)


def test_a_session_that_a_trust_names_is_let_in_and_another_of_its_role_is_not(world: World) -> None:
    world.role(trust(world.user.arn))
    world.role(trust(f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"), "next")
    named = world.signed_with(world.assume()["Credentials"])
    assert "Credentials" in world.assume(named, NEXT)
    answer = world.sts()("AssumeRole", RoleArn=ROLE, RoleSessionName="t")
    assert refused(world, world.signed_with(answer["Credentials"]), NEXT)


def test_nobody_has_a_device_whose_code_is_right(world: World) -> None:
    world.role(trust(world.user.arn))
    offered: tuple[dict[str, Any], ...] = ({"SerialNumber": "arn:aws:iam::1:mfa/ada"}, {"TokenCode": "123456"})
    for more in offered:
        with pytest.raises(AccessDeniedError, match="invalid MFA one time pass code"):
            world.assume(**more)


def test_a_transitive_tag_cannot_be_set_anew_whatever_its_case(world: World) -> None:
    world.role(trust(world.user.arn, *ALL))
    world.role(trust(ROLE, *ALL), "next")
    first = world.signed_with(world.assume(Tags=TEAM, TransitiveTagKeys=["TEAM", "team"])["Credentials"])
    assert first.session is not None
    assert first.session.transitive_tag_keys == ("Team",)
    with pytest.raises(InvalidParameterValueError, match="conflicts with a transitive tag key"):
        world.assume(first, NEXT, Tags=[{"Key": "team", "Value": "ops"}])
    own = [{"Key": "shift", "Value": "night"}]
    second = world.signed_with(world.assume(first, NEXT, Tags=own, TransitiveTagKeys=["shift"])["Credentials"]).session
    assert second is not None
    assert second.tags == {"Team": "eng", "shift": "night"}
    assert second.transitive_tag_keys == ("Team", "shift")


def test_what_is_handed_on_needs_the_next_roles_leave(world: World) -> None:
    world.role(trust(world.user.arn, *ALL))
    world.role(trust(ROLE), "next")
    plain = world.signed_with(world.assume(Tags=TEAM)["Credentials"])
    assert "Credentials" in world.assume(plain, NEXT)
    handing = world.signed_with(world.assume(Tags=TEAM, TransitiveTagKeys=["Team"])["Credentials"])
    assert refused(world, handing, NEXT)
    known = world.signed_with(world.assume(SourceIdentity="ada")["Credentials"])
    assert refused(world, known, NEXT)


def test_a_source_identity_stays_through_every_role(world: World) -> None:
    """STS-04."""
    world.role(trust(world.user.arn, *ALL))
    world.role(trust(ROLE, *ALL), "next")
    answer = world.assume(SourceIdentity="ada")
    assert answer["SourceIdentity"] == "ada"
    first = world.signed_with(answer["Credentials"])
    for more in ({}, {"SourceIdentity": "ada"}):
        following = world.assume(first, NEXT, **more)
        assert following["SourceIdentity"] == "ada"
        session = world.signed_with(following["Credentials"]).session
        assert session is not None
        assert session.source_identity == "ada"
    with pytest.raises(AccessDeniedError, match="source identity of a session cannot be changed"):
        world.assume(first, NEXT, SourceIdentity="bob")
    nameless = world.assume()
    assert "SourceIdentity" not in nameless
    later = world.assume(world.signed_with(nameless["Credentials"]), NEXT, SourceIdentity="bob")
    assert later["SourceIdentity"] == "bob"


def test_names_of_awss_own_are_reserved(world: World) -> None:
    world.role(trust(world.user.arn, *ALL))
    for name in ("aws:team", "AWS:team"):
        for more in ({"Tags": [{"Key": name, "Value": "x"}]}, {"SourceIdentity": name}):
            with pytest.raises(ValidationError, match="Names that begin with aws: are reserved"):
                world.assume(**more)


def test_a_session_lasts_an_hour_unless_it_is_asked_for_otherwise(world: World) -> None:
    """STS-02."""
    world.role(trust(world.user.arn), MaxSessionDuration=7200)
    clock = world.iam.ctx.clock
    for asked, seconds in ((None, 3600), (7200, 7200), (900, 900)):
        more: dict[str, Any] = {"DurationSeconds": asked} if asked else {}
        before = clock.now_seconds()
        answer = world.assume(**more)
        session = world.signed_with(answer["Credentials"]).session
        assert session is not None
        assert before <= session.issued_at <= clock.now_seconds()
        assert session.expires_at - session.issued_at == seconds
        assert answer["Credentials"]["Expiration"] == session.expires_at


def test_a_role_that_says_no_longest_session_allows_an_hour(world: World) -> None:
    """STS-02."""
    world.role(trust(world.user.arn))
    world.assume(DurationSeconds=3600)
    with pytest.raises(ValidationError, match="exceeds the MaxSessionDuration"):
        world.assume(DurationSeconds=3601)


def padded(length: int) -> str:
    """Return a session policy of so many characters."""
    return allow().ljust(length)


def test_session_policies_are_bounded_together_and_their_share_is_told(world: World) -> None:
    world.role(trust(world.user.arn))
    arn = world.iam("CreatePolicy", PolicyName="p", PolicyDocument=allow())["Policy"]["Arn"]
    arns = [{"arn": arn}]
    assert world.assume(Policy=padded(2048))["PackedPolicySize"] == 50
    assert world.assume(PolicyArns=arns)["PackedPolicySize"] == 1
    assert world.assume(Policy=padded(2048 - len(arn)), PolicyArns=arns)["PackedPolicySize"] == 50
    for more in ({"Policy": padded(2049)}, {"Policy": padded(2049 - len(arn)), "PolicyArns": arns}):
        with pytest.raises(PackedPolicyTooLargeException, match=r"^Packed policy consumes 100% of allotted space"):
            world.assume(**more)
    with pytest.raises(PackedPolicyTooLargeException, match="consumes 200%"):
        world.assume(Policy=padded(4096))


def test_tags_count_into_the_share(world: World) -> None:
    world.role(trust(world.user.arn, *ALL))
    tags = [{"Key": f"key-{index:02}".ljust(120, "k"), "Value": "v" * 200} for index in range(20)]
    assert world.assume(Tags=tags)["PackedPolicySize"] == 100 * 20 * 320 // 4096


def test_a_session_keeps_all_that_was_asked_of_it(world: World) -> None:
    world.role(trust(world.user.arn, *ALL))
    arn = world.iam("CreatePolicy", PolicyName="p", PolicyDocument=allow())["Policy"]["Arn"]
    asked: dict[str, Any] = {"Policy": allow(), "PolicyArns": [{"arn": arn}, {}]}
    asked |= {"Tags": TEAM, "TransitiveTagKeys": ["Team"]}
    session = world.signed_with(world.assume(**asked, SourceIdentity="ada")["Credentials"]).session
    assert session is not None
    kept = dataclasses.asdict(session)
    assert {name: kept[name] for name in ("account", "role_name", "role_path", "name", "policies", "policy_arns")} == {
        "account": ACCOUNT,
        "role_name": "r",
        "role_path": "/",
        "name": "s",
        "policies": (allow(),),
        "policy_arns": (arn,),
    }
    assert (session.tags, session.transitive_tag_keys) == ({"Team": "eng"}, ("Team",))
    assert (session.source_identity, session.federated_provider, session.claims) == ("ada", "", {})
