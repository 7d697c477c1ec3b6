"""What the server hands out is good as input: page tokens, sessions, blocks and sync tokens, however long they get."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.aws.validate import violations
from ostiary.iam.accounts import RootKey
from ostiary.idp.signin.attempt import LONGEST_NAME
from tests.contract.idp.home import Home
from tests.contract.test_bad_input import wire
from tests.contract.test_spoiled_requests import GOOD, home
from tests.contract.test_user_pools import SUCCEEDS
from tests.contract.wire import Wire
from tests.fixtures.functions import FunctionServer, arn_of
from tests.fixtures.server import LivePool, make_live_pool

__all__ = ["home", "wire"]
Client = Callable[..., Any]
WIDE = "\U00010400"
"""A letter of four bytes."""
ALLOWED = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}]}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
AS_AWS = {"Value 'phone_number_verified' at", "certificateArn' failed to satisfy constraint: Member must not be null"}
"""What of AWS's own answers is not as its model says."""
PATH = f"/{'p' * 510}/"


def long(number: int, length: int, letter: str = "n") -> str:
    """Return a name of so many characters, one for each number."""
    return f"{letter * (length - 1)}{number}"


# -- page tokens -----------------------------------------------------------------------------------------------------
Listing = tuple[Callable[..., dict[str, Any]], dict[str, Any], str]
"""What lists, what it is asked with, and the member of the answer that has the items; there are three."""


def of_iam(client: Client) -> Iterator[Listing]:
    iam = client("iam")
    tags = [{"Key": long(number, 128, WIDE), "Value": "v"} for number in range(3)]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, Tags=tags)
    yield iam.list_role_tags, {"RoleName": "r"}, "Tags"
    for number in range(3):
        name = long(number, 128)
        arn = iam.create_policy(PolicyName=name, PolicyDocument=ALLOWED, Path=PATH)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=arn)
        iam.put_role_policy(RoleName="r", PolicyName=name, PolicyDocument=ALLOWED)
        iam.create_user(UserName=long(number, 64), Path=PATH)
    yield iam.list_policies, {"Scope": "Local"}, "Policies"
    yield iam.list_attached_role_policies, {"RoleName": "r"}, "AttachedPolicies"
    yield iam.list_role_policies, {"RoleName": "r"}, "PolicyNames"
    yield iam.list_users, {}, "Users"


def of_user_pools(client: Client) -> Iterator[Listing]:
    idp = client("cognito-idp")
    pool = {"UserPoolId": idp.create_user_pool(PoolName="p", UsernameAttributes=[])["UserPool"]["Id"]}
    idp.admin_create_user(**pool, Username="ann", MessageAction="SUPPRESS")
    for number in range(3):
        group = {**pool, "GroupName": long(number, 128, WIDE)}
        idp.create_group(**group)
        idp.admin_add_user_to_group(**group, Username="ann")
        idp.create_resource_server(**pool, Identifier=long(number, 256), Name="s")
        idp.admin_create_user(**pool, Username=long(number, 128, WIDE), MessageAction="SUPPRESS")
    yield idp.list_groups, pool, "Groups"
    yield idp.admin_list_groups_for_user, {**pool, "Username": "ann"}, "Groups"
    yield idp.list_resource_servers, pool, "ResourceServers"
    yield idp.list_users, {**pool, "Filter": f'username ^= "{WIDE * 100}"'}, "Users"


def of_sync(client: Client) -> Iterator[Listing]:
    made = client("cognito-identity").create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)
    pool_id = made["IdentityPoolId"]
    place = {"IdentityPoolId": pool_id}
    place["IdentityId"] = client("cognito-identity").get_id(**place)["IdentityId"]
    sync = client("cognito-sync")
    for number in range(3):
        dataset = {**place, "DatasetName": long(number, 128)}
        token = sync.list_records(**dataset)["SyncSessionToken"]
        patches = [
            {"Op": "replace", "Key": long(key, 1024, letter), "Value": "v", "SyncCount": 0}
            for key, letter in enumerate(("k", WIDE, "ж"))
        ]
        sync.update_records(**dataset, SyncSessionToken=token, RecordPatches=patches)
    yield sync.list_datasets, place, "Datasets"
    yield sync.list_records, dataset, "Records"


@pytest.mark.parametrize("listings", [of_iam, of_user_pools, of_sync])
def test_lists_of_the_longest_names_go_on_to_their_end(
    client: Client, listings: Callable[[Client], Iterator[Listing]]
) -> None:
    for call, request, member in listings(client):
        whole = call(**request)[member]
        assert len(whole) == 3
        assert list(itertools.chain.from_iterable(pages(call, request, member))) == whole


def pages(call: Any, request: dict[str, Any], member: str) -> Iterator[list[Any]]:
    """Yield the pages of a list, of one item each."""
    service = call.__self__.meta.service_model.service_name
    size = {"iam": "MaxItems", "cognito-idp": "Limit"}.get(service, "MaxResults")
    if call.__name__ == "list_resource_servers":
        size = "MaxResults"
    more: dict[str, Any] = {}
    while True:
        answer = call(**request, **more, **{size: 1})
        yield answer[member]
        token = next((name for name in ("Marker", "NextToken", "PaginationToken") if name in answer), None)
        if token is None:
            return
        more = {token: answer[token]}


# -- sessions and blocks ---------------------------------------------------------------------------------------------
class Riddles:
    """A pool whose functions keep what they are told to, and ask for ever."""

    def __init__(self, pool: LivePool, functions: FunctionServer, account: str) -> None:
        self.app, self.client_id = pool.app, pool.client_id
        self.private: dict[str, str] = {}
        self.metadata = ""
        self.got: list[dict[str, str]] = []
        answers = {
            "DefineAuthChallenge": lambda _: {"challengeName": "CUSTOM_CHALLENGE"},
            "CreateAuthChallenge": lambda _: {
                "privateChallengeParameters": self.private,
                "challengeMetadata": self.metadata,
            },
            "VerifyAuthChallengeResponse": self._judge,
        }
        for trigger, answer in answers.items():
            functions.on(trigger, partial(self._answered, answer))
        arns = {trigger: arn_of(trigger, account) for trigger in answers}
        pool.admin.update_user_pool(UserPoolId=pool.id, LambdaConfig=arns)

    @staticmethod
    def _answered(answer: Callable[[dict[str, Any]], Any], event: dict[str, Any]) -> dict[str, Any]:
        return {**event, "response": answer(event)}

    def _judge(self, event: dict[str, Any]) -> dict[str, Any]:
        self.got.append(event["request"]["privateChallengeParameters"])
        return {"answerCorrect": False}

    def begin(self) -> dict[str, Any]:
        self.got.clear()
        named = {"USERNAME": "ann"}
        return dict(self.app.initiate_auth(ClientId=self.client_id, AuthFlow="CUSTOM_AUTH", AuthParameters=named))

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        return dict(
            self.app.respond_to_auth_challenge(
                ClientId=self.client_id,
                ChallengeName=asked["ChallengeName"],
                Session=asked["Session"],
                ChallengeResponses={"USERNAME": "ann", "ANSWER": ""},
            )
        )


@pytest.fixture
def live(client: Client, anybody: Client, functions: FunctionServer, root: RootKey) -> Riddles:
    """Make such a pool, where `ann` is."""
    hiding = {
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
    }
    pool = make_live_pool(client, anybody, {}, hiding)
    pool.user("ann")
    return Riddles(pool, functions, root.account_id)


PRIVATE = st.dictionaries(st.text(max_size=20), st.text(max_size=4000), max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(private=PRIVATE, metadata=st.text(max_size=500), rounds=st.integers(1, 4))
def test_a_sign_in_goes_on_whatever_its_functions_keep(
    live: Riddles, private: dict[str, str], metadata: str, rounds: int
) -> None:
    live.private, live.metadata = private, metadata
    asked = live.begin()
    for _ in range(rounds):
        asked = live.answer(asked)
        assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert live.got == [private] * rounds


@pytest.mark.parametrize("length", [1, 128, LONGEST_NAME])
def test_a_block_is_good_however_long_the_name(live: Riddles, length: int) -> None:
    asked = live.app.initiate_auth(
        ClientId=live.client_id,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": WIDE * length, "SRP_A": "2"},
    )["ChallengeParameters"]
    proof = {
        "USERNAME": asked["USERNAME"],
        "PASSWORD_CLAIM_SECRET_BLOCK": asked["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": "no",
        "TIMESTAMP": datetime.now(UTC).strftime("%a %b %-d %H:%M:%S UTC %Y"),
    }
    with pytest.raises(live.app.exceptions.NotAuthorizedException, match=r"Incorrect username or password\.$"):
        live.app.respond_to_auth_challenge(
            ClientId=live.client_id, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=proof
        )


def test_credentials_sign_whatever_their_session_carries(client: Client, root: RootKey) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": root.account_id},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = client("iam")
    iam.create_user(UserName="ann")
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    sts = client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    tags = [{"Key": long(number, 128, WIDE), "Value": long(number, 256, WIDE)} for number in range(10)]
    made = sts.assume_role(RoleArn=arn, RoleSessionName="app", Tags=tags)["Credentials"]
    caller = client(
        "sts",
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
        aws_session_token=made["SessionToken"],
    )
    assert caller.get_caller_identity()["Arn"].endswith("assumed-role/r/app")


# -- everything else that comes back ---------------------------------------------------------------------------------
def test_every_answer_keeps_to_the_constraints_that_requests_are_held_to(home: Home, wire: Wire) -> None:
    seen: set[str] = set()
    wrong: list[str] = []
    for name in GOOD:
        operation = wire.service.operations[name]
        if operation.output is None:
            continue
        with suppress(httpx.ConnectError):  # uploads need a server
            status, answer = wire.call(operation, json.dumps(SUCCEEDS[name](home), default=str).encode())
            if status == 200:
                seen |= answer.keys()
                wrong += [f"{name}: {text}" for text in violations(operation.output, answer)]
    assert [text for text in wrong if not any(known in text for known in AS_AWS)] == []
    assert seen >= {"Session", "SecretCode"}
