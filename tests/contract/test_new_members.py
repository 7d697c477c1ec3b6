"""Members that AWS added to operations that were there: taken and shown, or refused with words that say so."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.refusals import refused
from tests.fixtures.server import LivePool
from tools.newer_models import differences

OIDC = "https://people.example.com"
CONTEXT_PROVIDER = {"SubjectSourceKey": "sub", "SubjectTypeValue": "USER"}
IDENTITY_CENTER = "arn:aws:sso:::instance/ssoins-1111111111111111"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
Make = Callable[..., Any]


def sign_in_seconds(iam: Any) -> int | None:
    """Return a role's longest session at the sign-in page, the same wherever a role is shown."""
    [listed] = iam.list_roles()["Roles"]
    shown = iam.get_role(RoleName="r")["Role"]
    assert listed.get("MaxSigninSessionDuration") == shown.get("MaxSigninSessionDuration")
    found: int | None = shown.get("MaxSigninSessionDuration")
    return found


def test_a_role_keeps_its_longest_sign_in_session_until_that_is_reset(client: Make) -> None:
    iam = client("iam")
    made = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, MaxSigninSessionDuration=7200)["Role"]
    assert (made["MaxSigninSessionDuration"], sign_in_seconds(iam)) == (7200, 7200)
    iam.update_role(RoleName="r", Description="d", ResetMaxSigninSessionDuration=False)
    assert sign_in_seconds(iam) == 7200
    iam.update_role(RoleName="r", MaxSigninSessionDuration=3600)
    with refused("InvalidInput", "MaxSigninSessionDuration cannot be specified"):
        iam.update_role(RoleName="r", MaxSigninSessionDuration=7200, ResetMaxSigninSessionDuration=True)
    assert sign_in_seconds(iam) == 3600
    iam.update_role(RoleName="r", ResetMaxSigninSessionDuration=True)
    iam.update_role(RoleName="r", ResetMaxSigninSessionDuration=True)
    assert sign_in_seconds(iam) is None
    with refused("ValidationError", "Member must have value less than or equal to 7776000"):
        iam.update_role(RoleName="r", MaxSigninSessionDuration=7776001)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"ContextProvider": CONTEXT_PROVIDER}, "Trusted identity propagation is not supported"),
        (
            {"ContextProvider": CONTEXT_PROVIDER, "IdentityCenterInstanceArn": IDENTITY_CENTER},
            "There is no IAM Identity Center here",
        ),
    ],
)
def test_no_provider_is_made_that_would_have_to_propagate_identities(
    client: Make, more: dict[str, Any], text: str
) -> None:
    iam = client("iam")
    with refused("InvalidInput", text):
        iam.create_open_id_connect_provider(Url=OIDC, **more)
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    made = iam.create_open_id_connect_provider(Url=OIDC)["OpenIDConnectProviderArn"]
    [listed] = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert listed == {"Arn": made, "IsTrustedIdentityPropagationEnabled": False}


def test_no_role_is_assumed_with_assertions_of_context_providers(client: Make) -> None:
    client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    role = client("iam").get_role(RoleName="r")["Role"]["Arn"]
    given = [{"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "any-assertion"}]
    with refused("InvalidContextAssertion", "There is no trusted context provider here"):
        client("sts").assume_role(RoleArn=role, RoleSessionName="session", ProvidedContexts=given)


def test_clients_whose_secrets_belong_to_secrets_manager_are_refused(live_pool: LivePool) -> None:
    pool, admin = {"UserPoolId": live_pool.id}, live_pool.admin
    more = {"GenerateSecret": True, "PublishSecretsInAWSSecretsManager": True}
    with refused("InvalidParameterException", "There is no Secrets Manager here"):
        admin.create_user_pool_client(**pool, ClientName="other", **more)
    assert len(admin.list_user_pool_clients(**pool)["UserPoolClients"]) == 1
    more["PublishSecretsInAWSSecretsManager"] = False
    made = admin.create_user_pool_client(**pool, ClientName="other", **more)["UserPoolClient"]
    named = {**pool, "ClientId": made["ClientId"]}
    with refused("InvalidParameterException", "There is no Secrets Manager here"):
        admin.update_user_pool_client(**named, ClientName="new", PublishSecretsInAWSSecretsManager=True)
    shown = admin.describe_user_pool_client(**named)["UserPoolClient"]
    assert (shown["ClientName"], shown["ClientSecret"]) == ("other", made["ClientSecret"])
    assert "ClientSecretArn" not in shown


def test_a_newer_model_is_told_by_what_it_adds_and_takes_away() -> None:
    old = {
        "operations": {"Keep": {}, "Drop": {}},
        "shapes": {"A": {"members": {"x": {}}, "max": 64}, "B": {"enum": ["one"]}, "Gone": {}},
    }
    new = {
        "operations": {"Keep": {}, "Add": {}},
        "shapes": {"A": {"members": {"x": {}, "y": {}}, "max": 256}, "B": {"enum": ["one", "two"]}, "New": {}},
    }
    assert list(differences(old, new)) == [
        "new operation: Add",
        "operation is gone: Drop",
        "new member of A: y",
        "max of A: 64 is now 256",
        "new value of B: two",
    ]
    assert list(differences(old, old)) == []
