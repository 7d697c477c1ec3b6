"""Which operation a request calls, on one address for all services (behaviour/clients.md 5, 20)."""

import pytest

from ostiary.aws import model, route
from ostiary.aws.route import Call, RouteError
from ostiary.aws.wire import FORM, Request

ROUTER = route.router()
JSON = [("content-type", "application/x-amz-json-1.1")]
SCOPE = "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def find(method: str, path: str, headers: list[tuple[str, str]], body: bytes = b"", query: str = "") -> Call:
    return ROUTER.find(Request(method, path, query, headers, body))


def form(body: str, query: str = "", *, service: str = "") -> str:
    signed = [("authorization", SCOPE.format(service))] if service else []
    call = find("POST", "/", [("content-type", f"{FORM}; charset=utf-8"), *signed], body.encode(), query)
    return call.operation.action


@pytest.mark.parametrize(
    ("target", "action"),
    [
        ("AWSCognitoIdentityProviderService.SignUp", "cognito-idp:SignUp"),
        ("AWSCognitoIdentityService.GetId", "cognito-identity:GetId"),
        ("AWSCognitoSyncService.ListRecords", "cognito-sync:ListRecords"),
        (
            "com.amazonaws.cognito.identity.idp.model.AWSCognitoIdentityProviderService.SignUp",
            "cognito-idp:SignUp",
        ),
        ("com.amazonaws.cognito.identity.model.AWSCognitoIdentityService.GetId", "cognito-identity:GetId"),
        ("com.amazonaws.cognito.sync.model.AWSCognitoSyncService.ListRecords", "cognito-sync:ListRecords"),
    ],
)
def test_a_target_names_service_and_operation(target: str, action: str) -> None:
    assert find("POST", "/", [*JSON, ("x-amz-target", target)]).operation.action == action


def test_every_operation_of_every_service_is_found() -> None:
    for service in map(model.service, model.SERVICES):
        for name, operation in service.operations.items():
            if service.protocol == "json":
                found = find("POST", "/", [*JSON, ("x-amz-target", f"{service.target_prefix}.{name}")])
            elif service.protocol == "query":
                body = f"Action={name}&Version={service.api_version}".encode()
                found = find("POST", "/", [("content-type", FORM)], body)
            else:
                path = operation.uri.partition("?")[0].replace("{", "us-east-1%3A").replace("}", "")
                found = find(operation.method, path, JSON)
            assert found.operation is operation


@pytest.mark.parametrize("service", ["cognito-idp", "cognito-identity", "cognito-sync"])
def test_every_operation_is_found_by_the_targets_of_awss_samples(service: str) -> None:
    found = model.service(service)
    prefix, package = route.TARGETS[service]
    assert found.target_prefix in {prefix, ""}
    for name, operation in found.operations.items():
        for target in (f"{prefix}.{name}", f"{package}.{prefix}.{name}"):
            assert find("POST", "/", [*JSON, ("x-amz-target", target)]).operation is operation


def test_an_action_is_found_by_version_then_scope_then_name() -> None:
    assert form("Action=GetUser&Version=2010-05-08") == "iam:GetUser"
    assert form("Action=TagResource&Version=2010-03-31", service="sns") == "sns:TagResource"
    assert form("Action=GetCallerIdentity", service="sts") == "sts:GetCallerIdentity"
    assert form("Action=Publish") == "sns:Publish"
    assert form("", "Action=AssumeRole&Version=2011-06-15") == "sts:AssumeRole"


def test_an_action_in_the_address_of_a_get_is_found() -> None:
    call = find("GET", "/", [], query="Action=GetCallerIdentity&Version=2011-06-15")
    assert call.operation.action == "sts:GetCallerIdentity"


def test_an_unknown_action_is_told_with_its_version() -> None:
    with pytest.raises(RouteError) as refused:
        form("Action=Nothing&Version=2011-06-15")
    assert refused.value.error.message == "Could not find operation Nothing for version 2011-06-15"
    assert refused.value.error.query_code == "InvalidAction"


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", [*JSON, ("x-amz-target", "AWSCognitoIdentityProviderService.Nothing")]),
        ("POST", [*JSON, ("x-amz-target", "Other.SignUp")]),
        ("POST", [*JSON, ("x-amz-target", "com.amazonaws.cognito.sync.model.AWSCognitoIdentityService.GetId")]),
        ("POST", [*JSON, ("x-amz-target", "model.AWSCognitoIdentityService.GetId")]),
        ("POST", [*JSON, ("x-amz-target", "AWSCognitoIdentityService.ListRecords")]),
        ("POST", [*JSON, ("x-amz-target", "\x00")]),
        ("GET", [*JSON, ("x-amz-target", "AWSCognitoIdentityProviderService.SignUp")]),
        ("POST", [("content-type", "text/plain"), ("x-amz-target", "AWSCognitoIdentityProviderService.SignUp")]),
        ("POST", [("x-amz-target", "AWSCognitoIdentityProviderService.SignUp")]),
        ("POST", JSON),
        ("POST", [("content-type", FORM)]),
    ],
)
def test_a_request_that_names_no_operation_is_refused(method: str, headers: list[tuple[str, str]]) -> None:
    with pytest.raises(RouteError) as refused:
        find(method, "/", headers)
    assert refused.value.error.code == "UnknownOperationException"


def test_syncs_paths_are_matched_as_they_were_sent() -> None:
    """behaviour/clients.md 20: ids carry %3A, and an encoded slash does not end a segment."""
    path = "/identitypools/us-east-1%3Aaaaa/identities/us-east-1%3Abbbb/datasets/a%2Fb"
    call = find("GET", path, JSON)
    assert call.operation.name == "DescribeDataset"
    parsed = call.protocol.parse(call.operation, Request("GET", path, "", JSON))
    assert parsed == {"IdentityPoolId": "us-east-1:aaaa", "IdentityId": "us-east-1:bbbb", "DatasetName": "a/b"}


def test_a_path_of_nothing_is_refused() -> None:
    with pytest.raises(RouteError):
        find("GET", "/nothing/here", JSON)
