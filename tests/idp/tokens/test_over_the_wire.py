"""GetClientToken and GetDerivedToken from outside: boto3, which signs them, and plain HTTP, which does not."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.fixtures.functions import FunctionError, FunctionServer, arn_of
from tests.fixtures.refusals import refused
from tests.fixtures.server import LivePool, Server, make_live_pool
from tests.idp.tokens.conftest import BOTH, FILES, claims


def scoped(event: dict[str, Any]) -> dict[str, Any]:
    """Give users the scope of files, and mark every access token."""
    of_access = {"scopesToAdd": ["files/read"], "claimsToAddOrOverride": {"plan": "gold", "act": {"sub": "eve"}}}
    event["response"]["claimsAndScopeOverrideDetails"] = {"accessTokenGeneration": of_access}
    return event


@pytest.fixture
def live(client: Callable[..., Any], anybody: Callable[..., Any], functions: FunctionServer, root: Any) -> LivePool:
    """Make a pool whose function gives users the scope that its services pass on."""
    functions.on("tokens", scoped)
    config = {"LambdaVersion": "V3_0", "LambdaArn": arn_of("tokens", root.account_id)}
    return make_live_pool(client, anybody, {"LambdaConfig": {"PreTokenGenerationConfig": config}}, {})


def service(pool: LivePool, *flows: str) -> dict[str, str]:
    """Make a client with a secret; its id and secret as GetDerivedToken names them."""
    if not pool.admin.list_resource_servers(UserPoolId=pool.id, MaxResults=1)["ResourceServers"]:
        pool.admin.create_resource_server(UserPoolId=pool.id, **FILES)
    made = pool.admin.create_user_pool_client(
        UserPoolId=pool.id,
        ClientName="service",
        GenerateSecret=True,
        ExplicitAuthFlows=list(flows),
        AllowedOAuthScopes=["files/read"],
    )["UserPoolClient"]
    return {"ClientId": made["ClientId"], "ClientSecret": made["ClientSecret"]}


def plain(http: httpx.Client, operation: str, headers: dict[str, str] | None = None, **req: Any) -> dict[str, Any]:
    """Call an operation without an SDK and without a signature."""
    target = {"x-amz-target": f"AWSCognitoIdentityProviderService.{operation}"}
    target["content-type"] = "application/x-amz-json-1.1"
    answer = http.post("/", content=json.dumps(req), headers={**target, **(headers or {})})
    return {"status": answer.status_code, **answer.json()}


def test_both_work_signed_unsigned_and_signed_by_nobody(
    server: Server, live: LivePool, http: httpx.Client, functions: FunctionServer
) -> None:
    """SIG-13; behaviour/additions.md 2.1: these two are no door for IAM."""
    agent, exchanger = service(live, "ALLOW_CLIENT_TOKEN_AUTH"), service(live, *BOTH)
    stranger = server.client("cognito-idp", aws_access_key_id="AKIANOBODYNOBODYNOBO", aws_secret_access_key="wrong")
    own = {"ClientId": agent["ClientId"], "Secret": agent["ClientSecret"], "Scopes": ["files/read"]}
    by_nobody = stranger.get_client_token(**own, ClientMetadata={"tenant": "blue"})["ClientAuthenticationResult"]
    assert functions.events[-1]["triggerSource"] == "TokenGeneration_ClientCredentials"
    assert functions.events[-1]["userName"] == agent["ClientId"]
    assert functions.events[-1]["request"]["clientMetadata"] == {"tenant": "blue"}
    assert claims(by_nobody["AccessToken"])["plan"] == "gold"
    assert live.admin.get_client_token(**own)["ClientAuthenticationResult"]["TokenType"] == "Bearer"
    for headers in ({}, {"authorization": "Bearer x"}):
        assert plain(http, "GetClientToken", headers, **own)["ClientAuthenticationResult"]["ExpiresIn"] == 3600
    token = live.sign_in(live.user())["AccessToken"]
    exchange = {
        **exchanger,
        "SubjectToken": token,
        "SubjectTokenType": "ACCESS_TOKEN",
        "ActorToken": by_nobody["AccessToken"],
        "ActorTokenType": "ACCESS_TOKEN",
        "Resources": ["files"],
    }
    for derive in (stranger.get_derived_token, live.admin.get_derived_token):
        answer = derive(**exchange)
        found = claims(answer["IssuedToken"])
        assert (found["aud"], found["act"], found["plan"]) == ("files", {"sub": agent["ClientId"]}, "gold")
        assert answer["Scopes"] == ["files/read"]
    assert functions.events[-1]["triggerSource"] == "TokenGeneration_TokenExchange"
    assert functions.events[-1]["request"]["scopes"] == ["files/read"]
    for headers in ({}, {"authorization": "Basic eDp5"}):
        assert plain(http, "GetDerivedToken", headers, **exchange)["TokenType"] == "Bearer"
    del exchange["ClientSecret"]
    assert live.admin.get_derived_token(**exchange)["IssuedToken"]
    with refused("NotAuthorizedException", "secret was not received"):
        stranger.get_derived_token(**exchange)
    assert plain(http, "GetDerivedToken", **exchange)["__type"] == "NotAuthorizedException"


def test_iam_decides_where_a_signature_stands_for_the_secret(
    live: LivePool, client: Callable[..., Any], server: Server
) -> None:
    exchanger = service(live, *BOTH)
    iam = client("iam")
    iam.create_user(UserName="worker")
    key = iam.create_access_key(UserName="worker")["AccessKey"]
    worker = client("cognito-idp", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    token = live.sign_in(live.user())["AccessToken"]
    req = {"ClientId": exchanger["ClientId"], "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN"}
    with refused("AccessDeniedException", "cognito-idp:GetDerivedToken"):
        worker.get_derived_token(**req)
    statement = {"Effect": "Allow", "Action": "cognito-idp:GetDerivedToken", "Resource": live.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="worker", PolicyName="p", PolicyDocument=document)
    assert worker.get_derived_token(**req)["IssuedToken"]


def test_a_function_that_fails_is_told_as_each_operation_can(
    live: LivePool, server: Server, functions: FunctionServer
) -> None:
    agent, exchanger = service(live, "ALLOW_CLIENT_TOKEN_AUTH"), service(live, *BOTH)
    token = live.sign_in(live.user())["AccessToken"]

    def fail(_event: dict[str, Any]) -> Any:
        raise FunctionError("not today")

    exchange = {**exchanger, "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN"}
    functions.on("tokens", fail)
    with refused("UserLambdaValidationException", "PreTokenGeneration failed with error not today."):
        live.admin.get_derived_token(**exchange)
    with refused("NotAuthorizedException", "PreTokenGeneration failed with error not today."):
        live.admin.get_client_token(ClientId=agent["ClientId"], Secret=agent["ClientSecret"])
    functions.on("tokens", lambda _event: {"response": 1})
    with refused("InvalidLambdaResponseException"):
        live.admin.get_derived_token(**exchange)
    with refused("InvalidParameterException", "Unrecognizable lambda output"):
        live.admin.get_client_token(ClientId=agent["ClientId"], Secret=agent["ClientSecret"])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"RequestedTokenType": "SAML2"}, "[ACCESS_TOKEN, ID_TOKEN]"),
        ({"Audiences": ["a", "b"]}, "less than or equal to 1"),
        ({"SubjectToken": "not a token"}, "regular expression"),
    ],
)
def test_what_sdks_let_through_is_refused(live: LivePool, changes: dict[str, Any], text: str) -> None:
    req = {"ClientId": "a", "SubjectToken": "x", "SubjectTokenType": "ACCESS_TOKEN", **changes}
    with refused("InvalidParameterException", text):
        live.admin.get_derived_token(**req)
