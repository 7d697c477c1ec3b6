"""Addresses that accounts give do not lead into private networks because the operator's own may (LMB-04)."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.iam.accounts import create_account
from tests.fixtures.functions import FunctionServer, arn_of, settings_of
from tests.fixtures.oidc_provider import OidcProvider
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, Server, make_live_pool
from tests.fixtures.silent_peer import SilentPeer
from tests.fixtures.waiting import until


@pytest.fixture
def engine_name() -> str:
    """Name one engine: nothing of this is stored."""
    return "sqlite"


def test_the_operators_webhook_is_reached_and_nothing_that_an_account_names(
    start_server: Callable[..., Server], functions: FunctionServer
) -> None:
    own = settings_of(functions)
    guarded = start_server(allow_private_addresses_of_tenants=False, **own)
    key = create_account(guarded.services, "account")
    functions.on("sign-up", lambda event: event)
    config = {"PreSignUp": arn_of("sign-up", key.account_id)}
    pool = make_live_pool(lambda service: guarded.client(service, key), guarded.client, {"LambdaConfig": config}, {})
    pool.app.sign_up(ClientId=pool.client_id, Username="ada", Password=PASSWORD)
    assert functions.sources == ["PreSignUp_SignUp"]
    with SilentPeer("breaks") as peer:
        _name_addresses(guarded.client, key, pool.id, peer)
        until(lambda: "delivery_failed" in guarded.log())
        assert peer.asked == 0


def _name_addresses(client: Callable[..., Any], key: Any, pool_id: str, peer: SilentPeer) -> None:
    iam, idp, sns = (client(service, key) for service in ("iam", "cognito-idp", "sns"))
    with refused("InvalidInput", "Invalid Open ID Connect Provider URL"):
        iam.create_open_id_connect_provider(Url=peer.url, ClientIDList=["client"])
    made = iam.create_open_id_connect_provider(Url=f"https://{peer.address}", ClientIDList=["client"])
    provider = OidcProvider()
    provider.server.server_close()
    provider.issuer = f"https://{peer.address}"
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity",'
        f'"Principal":{{"Federated":"{made["OpenIDConnectProviderArn"]}"}}}}]}}'
    )
    role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    with pytest.raises(ClientError, match="IDPCommunicationError"):
        client("sts").assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="session", WebIdentityToken=provider.token()
        )
    for url, text in ((peer.url, "must begin with https://"), (f"https://{peer.address}", "Error retrieving metadata")):
        with refused("InvalidParameterException", text):
            idp.create_identity_provider(
                UserPoolId=pool_id, ProviderName="corp", ProviderType="SAML", ProviderDetails={"MetadataURL": url}
            )
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=peer.url)
