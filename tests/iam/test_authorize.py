"""What `authorize` decides on: every global key, the session's policies, and what the principal has become (STS-08)."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

import ostiary.sts  # noqa: F401 - registers the operations
from ostiary.aws.errors import AccessDeniedError, UnrecognizedClientError
from ostiary.context import ANONYMOUS, Client, Context, Principal, Session
from ostiary.iam.authorize import authorize, decided, global_conditions
from ostiary.store.iam import policies
from tests.fixtures.context import ACCOUNT, Api
from tests.fixtures.still_clock import StillClock
from tests.iam.policies import OTHER, allow, deny, policy

KEY = "arn:aws:s3:::b/k"
NOW = 1_767_312_000
"""2026-01-02T00:00:00Z."""
CLIENT = Client(ip="10.1.2.3", user_agent="app/1.0", secure=True)
CLAIMS = {"accounts.google.com:sub": ["ada@google"], "accounts.google.com:amr": ["pwd", "otp"]}


@dataclasses.dataclass(frozen=True)
class Realm:
    """An account with a user and a role, and calls of theirs."""

    ctx: Context
    user: Principal
    role_id: str

    @property
    def iam(self) -> Api:
        """Return IAM as the root calls it."""
        return Api(self.ctx, "iam")

    def session(self, **more: Any) -> Principal:
        """Return a session of the role; `more` are members of Session."""
        common = {"role_name": "person", "role_id": self.role_id, "role_path": "/team/", "name": "s"}
        session = Session(ACCOUNT, **{**common, "issued_at": NOW - 60, "expires_at": NOW + 60, **more})
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/person/s"
        return Principal(ACCOUNT, "AssumedRole", arn, f"{self.role_id}:s", session=session)

    def own_session(self) -> Principal:
        """Return the user's own session, as GetSessionToken gives it."""
        session = Session(ACCOUNT, "", self.user.user_id, "", "ada", NOW - 60, NOW + 60)
        return dataclasses.replace(self.user, session=session)

    def by(self, principal: Principal, client: Client = CLIENT) -> Context:
        """Return the context of a call."""
        return dataclasses.replace(self.ctx, principal=principal, account=principal.account, client=client)

    def may(self, principal: Principal, action: str = "s3:GetObject", **more: Any) -> bool:
        """Whether a principal may do something to the key."""
        return decided(self.by(principal), action, KEY, **more).allowed

    def grant(self, **members: Any) -> None:
        """Give user and role one policy, which allows all under `members`."""
        document = policy(allow("*", **members))
        self.iam("PutUserPolicy", UserName="ada", PolicyName="p", PolicyDocument=document)
        self.iam("PutRolePolicy", RoleName="person", PolicyName="p", PolicyDocument=document)


@pytest.fixture
def realm(context: Callable[..., Context]) -> Realm:
    made = context()
    clock = StillClock()
    clock.advance(NOW + 0.25 - clock.now())
    ctx = dataclasses.replace(made, services=dataclasses.replace(made.services, clock=clock))
    iam = Api(ctx, "iam")
    tags = [{"Key": "Team", "Value": "eng"}, {"Key": "level", "Value": "1"}]
    user = iam("CreateUser", UserName="ada", Tags=tags)["User"]
    trust = policy({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    role = iam("CreateRole", RoleName="person", Path="/team/", AssumeRolePolicyDocument=trust, Tags=tags)["Role"]
    return Realm(ctx, Principal(ACCOUNT, "User", user["Arn"], user["UserId"], "ada"), role["RoleId"])


SESSION = {
    "tags": {"TEAM": "ops", "shift": "night"},
    "source_identity": "ada",
    "federated_provider": "accounts.google.com",
    "claims": CLAIMS,
}
OF_EVERY_REQUEST = {
    "aws:CurrentTime": "2026-01-02T00:00:00Z",
    "aws:EpochTime": str(NOW),
    "aws:SecureTransport": "true",
    "aws:RequestedRegion": "us-east-1",
    "aws:PrincipalIsAWSService": "false",
    "aws:ViaAWSService": "false",
    "aws:SourceIp": "10.1.2.3",
    "aws:UserAgent": "app/1.0",
    "aws:PrincipalAccount": ACCOUNT,
}
OF_A_USER = {
    **OF_EVERY_REQUEST,
    "aws:PrincipalType": "User",
    "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/ada",
    "aws:username": "ada",
    "aws:PrincipalTag/team": "eng",
    "aws:PrincipalTag/level": "1",
}
OF_A_SESSION = {
    **OF_EVERY_REQUEST,
    "aws:PrincipalType": "AssumedRole",
    "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/team/person",
    "aws:PrincipalTag/team": "ops",
    "aws:PrincipalTag/level": "1",
    "aws:PrincipalTag/shift": "night",
    "aws:TokenIssueTime": "2026-01-01T23:59:00Z",
    "aws:MultiFactorAuthPresent": "false",
    "aws:SourceIdentity": "ada",
    "aws:FederatedProvider": "accounts.google.com",
    "accounts.google.com:sub": "ada@google",
}


@pytest.mark.parametrize(("who", "keys"), [("user", OF_A_USER), ("session", OF_A_SESSION)])
def test_each_key_of_a_request_has_its_value(realm: Realm, who: str, keys: dict[str, str]) -> None:
    principal = realm.user if who == "user" else realm.session(**SESSION)
    for key, value in keys.items():
        realm.grant(Condition={"StringEquals": {key: value}})
        authorize(realm.by(principal), "s3:GetObject", KEY)
        realm.grant(Condition={"StringEquals": {key: f"{value}x"}})
        with pytest.raises(AccessDeniedError):
            authorize(realm.by(principal), "s3:GetObject", KEY)


def test_a_request_has_these_keys_and_no_others(realm: Realm) -> None:
    ids = {"aws:userid": realm.user.user_id}
    assert global_conditions(realm.by(realm.user)) == OF_A_USER | ids
    of_session = OF_A_SESSION | {"aws:userid": f"{realm.role_id}:s"} | CLAIMS
    assert global_conditions(realm.by(realm.session(**SESSION))) == of_session
    bare = global_conditions(realm.by(realm.session(), Client()))
    absent = {"aws:SourceIp", "aws:UserAgent", "aws:SourceIdentity", "aws:FederatedProvider", "aws:PrincipalTag/shift"}
    assert bare.keys() == of_session.keys() - absent - CLAIMS.keys()
    assert bare["aws:SecureTransport"] == "false"


def test_a_root_has_no_name_and_nobody_has_no_account(realm: Realm) -> None:
    of_root = global_conditions(realm.by(realm.ctx.principal))
    assert of_root == OF_EVERY_REQUEST | {
        "aws:PrincipalType": "Account",
        "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:root",
        "aws:userid": ACCOUNT,
    }
    of_nobody = dict(OF_EVERY_REQUEST)
    del of_nobody["aws:PrincipalAccount"]
    assert global_conditions(realm.by(ANONYMOUS)) == of_nobody | {"aws:PrincipalType": "Anonymous"}


def test_what_a_service_knows_of_its_request_adds_to_the_keys(realm: Realm) -> None:
    realm.grant(Condition={"StringEquals": {"s3:prefix": "mine"}})
    assert realm.may(realm.user, conditions={"s3:prefix": "mine"})
    assert not realm.may(realm.user, conditions={"s3:prefix": "theirs"})
    assert not realm.may(realm.user)


def test_a_sessions_own_policies_narrow_it_also_managed_ones(realm: Realm) -> None:
    """STS-03."""
    realm.grant()
    arns = [
        realm.iam("CreatePolicy", PolicyName=name, PolicyDocument=policy(allow(action)))["Policy"]["Arn"]
        for name, action in (("get", "s3:GetObject"), ("put", "s3:PutObject"))
    ]
    managed = realm.session(policy_arns=(arns[0],))
    assert realm.may(managed)
    assert not realm.may(managed, "s3:PutObject")
    both = realm.session(policies=(policy(allow("s3:DeleteObject")),), policy_arns=tuple(arns))
    assert [realm.may(both, f"s3:{name}Object") for name in ("Get", "Put", "Delete", "Copy")] == [
        True,
        True,
        True,
        False,
    ]
    denied = realm.session(policies=(policy(allow("*"), deny("s3:GetObject")),), policy_arns=(arns[0],))
    assert not realm.may(denied)


def test_a_managed_session_policy_that_is_gone_allows_nothing(realm: Realm) -> None:
    realm.grant()
    gone = realm.by(realm.session(policy_arns=(f"arn:aws:iam::{ACCOUNT}:policy/gone",)))
    made = decided(gone, "s3:GetObject", KEY)
    assert (made.outcome, made.because) == ("implicitDeny", "session")
    assert realm.may(realm.session())


def test_a_boundary_narrows_users_and_roles(realm: Realm) -> None:
    realm.grant()
    arn = realm.iam("CreatePolicy", PolicyName="b", PolicyDocument=policy(allow("s3:GetObject")))["Policy"]["Arn"]
    made = realm.iam("CreateUser", UserName="bob", PermissionsBoundary=arn)["User"]
    realm.iam("PutUserPolicy", UserName="bob", PolicyName="p", PolicyDocument=policy(allow("*")))
    realm.iam("PutRolePermissionsBoundary", RoleName="person", PermissionsBoundary=arn)
    for principal in (Principal(ACCOUNT, "User", made["Arn"], made["UserId"], "bob"), realm.session()):
        assert realm.may(principal)
        assert not realm.may(principal, "s3:PutObject")


def test_a_boundary_that_is_gone_allows_nothing(realm: Realm) -> None:
    """STS-03: what was to narrow does not widen by not being there."""
    realm.grant()
    arn = realm.iam("CreatePolicy", PolicyName="b", PolicyDocument=policy(allow("*")))["Policy"]["Arn"]
    realm.iam("PutRolePermissionsBoundary", RoleName="person", PermissionsBoundary=arn)
    assert realm.may(realm.session())
    with realm.ctx.store.write() as tx:
        stored = policies.find(tx, ACCOUNT, arn)
        assert stored is not None
        policies.delete(tx, stored)
    made = decided(realm.by(realm.session()), "s3:GetObject", KEY)
    assert (made.outcome, made.because) == ("implicitDeny", "permissions boundary")


def test_a_users_own_session_may_call_no_iam_and_of_sts_two_operations(realm: Realm) -> None:
    """behaviour/sts.md 5."""
    realm.grant()
    own = realm.by(realm.own_session())
    authorize(own, "s3:GetObject", KEY)
    authorize(own, "sts:AssumeRole", KEY)
    authorize(own, "sts:GetCallerIdentity", "*")
    for action in ("iam:GetUser", "iam:ListUsers"):
        with pytest.raises(UnrecognizedClientError, match="security token included in the request is invalid"):
            authorize(own, action, "*")
    for action in ("sts:GetAccessKeyInfo", "sts:GetSessionToken", "sts:DecodeAuthorizationMessage"):
        with pytest.raises(AccessDeniedError, match=f"because no session policy allows the {action} action"):
            authorize(own, action, "*")
    for principal in (realm.user, realm.session()):
        authorize(realm.by(principal), "iam:GetUser", "*")
        authorize(realm.by(principal), "sts:GetAccessKeyInfo", "*")


def test_whoever_was_made_again_under_a_name_inherits_nothing(realm: Realm) -> None:
    """STS-07."""
    realm.grant()
    earlier = dataclasses.replace(realm.user, user_id="AIDAEARLIEREARLIERXX")
    before = dataclasses.replace(realm.session(), user_id="AROAEARLIEREARLIERXX:s")
    public = policy({**allow(), "Principal": "*"})
    for principal in (earlier, before, dataclasses.replace(realm.user, user_name="gone")):
        made = decided(realm.by(principal), "s3:GetObject", KEY, resource_policy=public)
        assert (made.outcome, made.because) == ("implicitDeny", "identity-based")
        assert "aws:PrincipalTag/team" not in global_conditions(realm.by(principal))


def test_a_resource_of_another_account_needs_both_sides(realm: Realm) -> None:
    """STS-01."""
    granted = policy({**allow(), "Principal": {"AWS": realm.user.arn}})
    assert realm.may(realm.user, resource_policy=granted)
    assert realm.may(realm.user, resource_policy=granted, resource_account=ACCOUNT)
    assert not realm.may(realm.user, resource_policy=granted, resource_account=OTHER)
    realm.grant()
    assert realm.may(realm.user, resource_policy=granted, resource_account=OTHER)
    assert not realm.may(realm.user, resource_account=OTHER)
    with pytest.raises(AccessDeniedError, match="because no resource-based policy allows"):
        authorize(realm.by(realm.user), "s3:GetObject", KEY, resource_account=OTHER)


def test_a_root_may_all_at_home_and_nothing_elsewhere(realm: Realm) -> None:
    root = realm.ctx.principal
    assert realm.may(root)
    assert not realm.may(root, resource_account=OTHER)


def test_a_users_own_session_is_named_like_the_user(realm: Realm) -> None:
    own = realm.own_session()
    assert global_conditions(realm.by(own))["aws:PrincipalArn"] == realm.user.arn
    assert realm.may(own, resource_policy=policy({**allow(), "Principal": {"AWS": realm.user.arn}}))
    assert not realm.may(own, resource_policy=policy({**allow(), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role"}}))


def test_a_role_is_named_by_its_arn_with_its_path_or_by_its_id(realm: Realm) -> None:
    for name in (f"arn:aws:iam::{ACCOUNT}:role/team/person", realm.role_id, realm.session().arn, "*"):
        assert realm.may(realm.session(), resource_policy=policy({**allow(), "Principal": {"AWS": name}}))
    for name in (f"arn:aws:iam::{ACCOUNT}:role/person", f"{realm.role_id}x", realm.user.arn):
        assert not realm.may(realm.session(), resource_policy=policy({**allow(), "Principal": {"AWS": name}}))
    assert realm.may(realm.user, resource_policy=policy({**allow(), "Principal": {"AWS": realm.user.user_id}}))


@pytest.mark.parametrize(
    ("member", "document", "text"),
    [
        ("identity", deny(), "with an explicit deny in an identity-based policy"),
        ("boundary", deny(), "with an explicit deny in a permissions boundary"),
        ("session", deny(), "with an explicit deny in a session policy"),
        ("resource", deny(), "with an explicit deny in a resource-based policy"),
        ("identity", allow("iam:*"), "because no identity-based policy allows the s3:GetObject action"),
        ("boundary", allow("iam:*"), "because no permissions boundary allows the s3:GetObject action"),
        ("session", allow("iam:*"), "because no session policy allows the s3:GetObject action"),
    ],
)
def test_a_refusal_says_in_which_policy_it_stands(
    realm: Realm, member: str, document: dict[str, Any], text: str
) -> None:
    texts = {name: policy(allow("*")) for name in ("identity", "boundary", "session")} | {member: policy(document)}
    realm.iam("PutRolePolicy", RoleName="person", PolicyName="p", PolicyDocument=texts["identity"])
    arn = realm.iam("CreatePolicy", PolicyName="b", PolicyDocument=texts["boundary"])["Policy"]["Arn"]
    realm.iam("PutRolePermissionsBoundary", RoleName="person", PermissionsBoundary=arn)
    shared = json.dumps({"Version": "2012-10-17", "Statement": [{**document, "Principal": "*"}]})
    session = realm.session(policies=(texts["session"],))
    with pytest.raises(AccessDeniedError) as refused:
        authorize(realm.by(session), "s3:GetObject", KEY, resource_policy=shared if member == "resource" else None)
    named = f"arn:aws:sts::{ACCOUNT}:assumed-role/person/s"
    assert (
        refused.value.message == f"User: {named} is not authorized to perform: s3:GetObject on resource: {KEY} {text}"
    )


def test_nobody_is_refused_as_anonymous(realm: Realm) -> None:
    with pytest.raises(AccessDeniedError, match=r"^User: anonymous is not authorized to perform: s3:GetObject"):
        authorize(realm.by(ANONYMOUS), "s3:GetObject", KEY, resource_account=ACCOUNT)
    public = policy({**allow(), "Principal": "*"})
    authorize(realm.by(ANONYMOUS), "s3:GetObject", KEY, resource_policy=public, resource_account=ACCOUNT)
