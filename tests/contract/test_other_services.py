"""Identity pools, Sync, STS, IAM and SNS over the wire, with values around what they know and allow.

The answer is a success or an error of the operation's model, nothing is half done, and nobody waits long.
`OSTIARY_EXAMPLES=500` makes it run long.
"""

import io
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ostiary.aws import model
from ostiary.aws.model import Operation
from ostiary.aws.operations import implementation
from ostiary.context import Context, Services
from ostiary.iam.accounts import create_account
from ostiary.runtime.observability import configure_logs
from tests.contract.test_bad_input import spoiled
from tests.contract.test_values import Drawer, differences, fingerprint
from tests.contract.wire import UnwritableError, Wire
from tests.fixtures.context import ACCOUNT, REGION, Api

EXAMPLES = int(os.environ.get("OSTIARY_EXAMPLES", "2"))
AT_ONCE = 12
TIMES = 3
"""How often each operation is called beside the probe."""
SPOILED = 0.02
"""How much of a request is replaced by what does not belong there."""
SPARED = 0.9
"""How many deletions are left out: what is gone is not worth a question."""
LONGEST = 5.0
"""Seconds of a processor that an answer may take: a machine that is busy with others slows no answer down."""
COMMON = {
    "cognito-identity": {"ValidationException", "SerializationException"},
    "cognito-sync": {"InvalidParameterException", "SerializationException", "UnknownOperationException"},
    "iam": {"ValidationError", "MalformedInput", "AccessDenied", "NoSuchEntity"},
    "sns": {"ValidationError", "MalformedInput", "InvalidParameter"},
    "sts": {"ValidationError", "MalformedInput", "AccessDenied"},
}
"""What every operation of a service may answer beyond its model; an empty part of a path is no operation's."""
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
ALLOWED = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
DOCUMENTS = [
    json.dumps(TRUST),
    json.dumps(ALLOWED),
    "{}",
    "[]",
    "",
    '{"Statement": 1}',
    '{"Statement": [{"Effect": 1}]}',
]


def arn(service: str, rest: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


def identity_world(context: Callable[..., Context]) -> dict[str, list[Any]]:
    """Make an identity pool with somebody in it; return what requests may name."""
    admin = Api(context(), "cognito-identity")
    more = {"DeveloperProviderName": "login.example", "AllowClassicFlow": True}
    pool = admin("CreateIdentityPool", IdentityPoolName="p", AllowUnauthenticatedIdentities=True, **more)
    pool_id = pool["IdentityPoolId"]
    app = Api(context(account=""), "cognito-identity")
    ann, guest = (app("GetId", IdentityPoolId=pool_id)["IdentityId"] for _ in "ab")
    token = app("GetOpenIdToken", IdentityId=ann)["Token"]
    return {
        "AccountId": [ACCOUNT],
        "DeveloperProviderName": ["login.example", "other"],
        "DeveloperUserIdentifier": ["ann", "bob"],
        "SourceUserIdentifier": ["ann", "carl"],
        "DestinationUserIdentifier": ["bob", "carl"],
        "IdentityId": [ann, guest, f"{REGION}:none"],
        "IdentityIdsToDelete": [[f"{REGION}:11111111-1111-1111-1111-111111111111"], []],
        "IdentityPoolId": [pool_id, pool_id, pool_id, f"{REGION}:none"],
        "Logins": [
            {"login.example": "ann"},
            {"cognito-identity.amazonaws.com": token},
            {"accounts.google.com": "x.y.z"},
            {},
        ],
        "ResourceArn": [arn("cognito-identity", f"identitypool/{pool_id}"), "arn:aws:s3:::b"],
        "RoleARN": [arn("iam", "role/r", ""), "arn:aws:iam::2:role/x"],
        "CustomRoleArn": [arn("iam", "role/r", "")],
        "Roles": [{"authenticated": arn("iam", "role/r", "")}, {"authenticated": ""}, {"x": "y"}],
        "ProviderName": [
            "accounts.google.com",
            "graph.facebook.com",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_a",
        ],
        "NextToken": ["x", "AAAA"],
    }


def sync_world(context: Callable[..., Context], known: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Add a dataset to an identity; return what requests may name."""
    place = {"IdentityPoolId": known["IdentityPoolId"][0], "IdentityId": known["IdentityId"][0], "DatasetName": "notes"}
    sync = Api(context(), "cognito-sync")
    token = sync("ListRecords", **place)["SyncSessionToken"]
    patch = {"Op": "replace", "Key": "a", "Value": "1", "SyncCount": 0}
    sync("UpdateRecords", **place, RecordPatches=[patch], SyncSessionToken=token)
    fresh = sync("ListRecords", **place)["SyncSessionToken"]
    return {
        **known,
        "DatasetName": ["notes", "notes", "none", "a b"],
        "SyncSessionToken": [fresh, token, "x"],
        "Key": ["a", "b", ""],
        "DeviceId": ["d", "none"],
        "Events": [{"SyncTrigger": arn("lambda", "function:f")}, {"x": "y"}, {}],
        "RoleArn": known["RoleARN"],
        "ApplicationArns": [[arn("sns", "app/GCM/app")], ["x"], []],
    }


def iam_world(context: Callable[..., Context]) -> dict[str, list[Any]]:
    """Make one thing of each kind; return what requests may name."""
    iam = Api(context(), "iam")
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=DOCUMENTS[0])
    iam("CreateUser", UserName="ann")
    policy = iam("CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENTS[1])["Policy"]["Arn"]
    iam("AttachRolePolicy", RoleName="r", PolicyArn=policy)
    iam("PutRolePolicy", RoleName="r", PolicyName="inline", PolicyDocument=DOCUMENTS[1])
    key = iam("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    provider = iam("CreateOpenIDConnectProvider", Url="https://idp.example", ClientIDList=["c"])
    return {
        "AccessKeyId": [key, "AKIANONE000000000000"],
        "AssumeRolePolicyDocument": DOCUMENTS,
        "ClientID": ["c", "d"],
        "Marker": ["x", "AAAA"],
        "OpenIDConnectProviderArn": [provider["OpenIDConnectProviderArn"], arn("iam", "oidc-provider/none", "")],
        "Path": ["/", "/a/", "a"],
        "PathPrefix": ["/", "/a/", "a"],
        "PermissionsBoundary": [policy, "x"],
        "PolicyArn": [policy, arn("iam", "policy/none", "")],
        "PolicyDocument": DOCUMENTS,
        "PolicyName": ["inline", "p", "none"],
        "RoleName": ["r", "r", "none"],
        "UserName": ["ann", "ann", "none"],
        "NewUserName": ["ann", "bob"],
        "TagKeys": [["a"], [], ["a"] * 60],
        "Url": ["https://idp.example", "https://other.example", "http://x", "https://127.0.0.1:1", "x"],
        "VersionId": ["v1", "v2", "x"],
    }


def sts_world(known: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return what requests may name, of what IAM knows."""
    return {
        "AccessKeyId": known["AccessKeyId"],
        "RoleArn": [arn("iam", "role/r", ""), arn("iam", "role/r", ""), arn("iam", "role/none", "")],
        "RoleSessionName": ["s", "a b"],
        "Policy": DOCUMENTS,
        "PolicyArns": [[{"arn": known["PolicyArn"][0]}], [{"arn": "x"}]],
        "DurationSeconds": [900, 3600, 43200, 899],
        "WebIdentityToken": ["x.y.z", "nonsense"],
        "Key": ["a", "A"],
    }


def sns_world(context: Callable[..., Context]) -> dict[str, list[Any]]:
    """Make one thing of each kind; return what requests may name."""
    sns = Api(context(), "sns")
    topic = sns("CreateTopic", Name="news")["TopicArn"]
    made = sns("CreatePlatformApplication", Name="app", Platform="GCM", Attributes={"PlatformCredential": "k"})
    application = made["PlatformApplicationArn"]
    endpoint = sns("CreatePlatformEndpoint", PlatformApplicationArn=application, Token="t" * 20)["EndpointArn"]
    subscription = sns("Subscribe", TopicArn=topic, Protocol="application", Endpoint=endpoint)["SubscriptionArn"]
    names = ["DisplayName", "Policy", "DeliveryPolicy", "FilterPolicy", "RawMessageDelivery", "RedrivePolicy", "x"]
    texts = [*DOCUMENTS, "true", "a", '{"a": ["b"]}', '{"healthyRetryPolicy": {"numRetries": 10000000}}']
    return {
        "AWSAccountId": [[ACCOUNT], ["x"]],
        "ActionName": [["Publish"], ["x"]],
        "AttributeName": names,
        "AttributeValue": texts,
        "Attributes": [{}, {"Enabled": "maybe"}, {"Token": "u"}, {"PlatformCredential": ""}, {"FilterPolicy": "x"}],
        "Endpoint": [endpoint, "https://sink.example/in", "a@example.com", "+15551234567", "x"],
        "EndpointArn": [endpoint, endpoint, f"{endpoint}0"],
        "Message": ["m", '{"default": "m"}', "{}", "x" * 5000],
        "MessageStructure": ["json", "xml"],
        "PhoneNumber": ["+15551234567", "1"],
        "phoneNumber": ["+15551234567", "1"],
        "PlatformApplicationArn": [application, application, f"{application}0"],
        "Platform": ["GCM", "APNS", "ADM", "x"],
        "Protocol": ["application", "https", "email", "sms", "sqs", "x"],
        "ResourceArn": [topic, f"{topic}0"],
        "SubscriptionArn": [subscription, f"{topic}:none", "PendingConfirmation"],
        "TargetArn": [endpoint, topic, "x"],
        "TopicArn": [topic, topic, f"{topic}0", "x"],
        "NextToken": ["x", "AAAA"],
        "nextToken": ["x", "AAAA"],
        "DataType": ["String", "Number", "Binary", "String.Array", "x"],
        "StringValue": ["1", "a", "[1]"],
    }


def complaint(services: Services, wire: Wire, operation: Operation, request: Any) -> str:
    """Send a request; return what is wrong with how that ended."""
    before, started = fingerprint(services), time.process_time()
    try:
        status, code, text = wire.ask(operation, request)
    except UnwritableError:
        return ""
    said = f"{operation.name}: {status} {code} {text[:300]} to {str(request)[:1000]}"
    if status >= 500 or (status >= 400 and code not in wire.errors(operation) | COMMON[wire.service.name]):
        return said
    if status >= 400 and fingerprint(services) != before:
        return f"changed {differences(before, fingerprint(services))}: {said}"
    return f"slow: {said}" if time.process_time() - started > LONGEST else ""


@dataclass(frozen=True)
class World:
    """A service, and what requests to it may name."""

    wire: Wire
    known: dict[str, list[Any]]


@pytest.fixture
def worlds(services: Services, context: Callable[..., Context]) -> Iterator[dict[str, World]]:
    """Make one thing of each kind, in every service."""
    configure_logs("json", "error", io.StringIO())
    key = create_account(services, "tests", ACCOUNT)
    known = {"cognito-identity": identity_world(context), "iam": iam_world(context), "sns": sns_world(context)}
    known["cognito-sync"] = sync_world(context, known["cognito-identity"])
    known["sts"] = sts_world(known["iam"])
    made = {service: World(Wire(services, service, key), known[service]) for service in known}
    yield made
    for world in made.values():
        world.wire.endpoint.close()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
def test_other_services_answer_by_their_models(services: Services, worlds: dict[str, World], random: Random) -> None:
    wrong = []
    for service, made in worlds.items():
        operations = [item for name, item in model.service(service).operations.items() if implementation(service, name)]
        drawer = Drawer(random, made.known)
        for operation in random.sample(operations, min(AT_ONCE, len(operations))):
            if operation.name.startswith("Delete") and random.random() < SPARED:
                continue
            request = spoiled(random, drawer.value(operation.input) if operation.input else {}, SPOILED)
            wrong.append(complaint(services, made.wire, operation, request))
    assert "\n".join(filter(None, wrong)) == ""


def test_no_operation_holds_the_loop(worlds: dict[str, World]) -> None:
    """A probe is beside every test of this folder: here it sees each operation of these services."""
    random = Random(0)
    for service, made in worlds.items():
        drawer = Drawer(random, made.known)
        for name, operation in sorted(model.service(service).operations.items()):
            for _ in range(TIMES if implementation(service, name) else 0):
                with suppress(UnwritableError):
                    made.wire.ask(operation, drawer.value(operation.input) if operation.input else {})
