"""One switch turns every hardening on that compatibility leaves off; each row of its table, through boto3."""

import re
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from typing import Any

import httpx
import pytest

from ostiary.config import SettingsError, load_settings
from ostiary.config.secure_defaults import SECURE_DEFAULTS
from ostiary.iam.accounts import create_account
from tests.fixtures.refusals import refused
from tests.fixtures.server import PASSWORD, Server

LONG = "a password that is long"
LEAKED = "correct horse battery staple"
SECURE = {"secure_defaults": True, "allow_private_addresses_of_tenants": False}
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "secure-defaults.md"


@pytest.fixture
def leaks(tmp_path: Path) -> str:
    """A file of one password that leaked."""
    file = tmp_path / "leaked.txt"
    file.write_text(f"{sha1(LEAKED.encode()).hexdigest().upper()}:42\n")  # noqa: S324 - the file's format
    return str(file)


@pytest.fixture
def secure(start_server: Callable[..., Server], leaks: str) -> Server:
    """A server with the switch on, and nothing else set but the file of leaked passwords."""
    return start_server(**SECURE, breached_passwords=leaks)


@pytest.fixture
def admin(secure: Server) -> Callable[[str], Any]:
    """Make clients of an account's root on it."""
    root = create_account(secure.services, "secure")
    return lambda service: secure.client(service, root)


def test_a_user_pool_is_made_with_what_it_leaves_out_filled_in(admin: Callable[[str], Any]) -> None:
    idp = admin("cognito-idp")
    made = idp.create_user_pool(PoolName="p", AutoVerifiedAttributes=["email"])["UserPool"]
    policy = made["Policies"]["PasswordPolicy"]
    assert (policy["MinimumLength"], policy["RequireSymbols"], policy["RequireUppercase"]) == (15, False, False)
    assert made["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert made["UserAttributeUpdateSettings"] == {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    assert made["DeletionProtection"] == "ACTIVE"
    with refused("InvalidParameterException"):
        idp.delete_user_pool(UserPoolId=made["Id"])
    own = {"PasswordPolicy": {"MinimumLength": 8, "RequireNumbers": True}}
    sign_up = {"AllowAdminCreateUserOnly": False}
    idp.update_user_pool(
        UserPoolId=made["Id"], Policies=own, AdminCreateUserConfig=sign_up, DeletionProtection="INACTIVE"
    )
    changed = idp.describe_user_pool(UserPoolId=made["Id"])["UserPool"]
    assert changed["Policies"]["PasswordPolicy"]["MinimumLength"] == 8, "what is named counts"
    assert changed["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False
    idp.update_user_pool(UserPoolId=made["Id"], DeletionProtection="INACTIVE")
    assert (
        idp.describe_user_pool(UserPoolId=made["Id"])["UserPool"]["Policies"]["PasswordPolicy"]["MinimumLength"] == 15
    )
    idp.delete_user_pool(UserPoolId=made["Id"])


def client_of(idp: Any, pool_id: str, **settings: Any) -> dict[str, Any]:
    made = idp.create_user_pool_client(UserPoolId=pool_id, ClientName="c", **settings)["UserPoolClient"]
    return dict(made)


def test_an_app_client_is_made_with_what_it_leaves_out_filled_in(admin: Callable[[str], Any]) -> None:
    idp = admin("cognito-idp")
    pool_id = idp.create_user_pool(PoolName="p")["UserPool"]["Id"]
    made = client_of(idp, pool_id)
    assert made["PreventUserExistenceErrors"] == "ENABLED"
    assert made["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10}
    assert client_of(idp, pool_id, PreventUserExistenceErrors="LEGACY")["PreventUserExistenceErrors"] == "LEGACY"
    rotating = client_of(idp, pool_id, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    assert rotating["RefreshTokenRotation"]["Feature"] == "ENABLED"
    for flows in (["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], ["USER_PASSWORD_AUTH"]):
        assert "RefreshTokenRotation" not in client_of(idp, pool_id, ExplicitAuthFlows=flows)
    service = client_of(idp, pool_id, GenerateSecret=True, ExplicitAuthFlows=["ALLOW_CLIENT_TOKEN_AUTH"])
    assert "RefreshTokenRotation" not in service
    implicit = {"AllowedOAuthFlows": ["code", "implicit"], "AllowedOAuthScopes": ["openid"]}
    with refused("InvalidOAuthFlowException", "secure_defaults"):
        client_of(idp, pool_id, **implicit)
    with refused("InvalidOAuthFlowException", "secure_defaults"):
        idp.update_user_pool_client(UserPoolId=pool_id, ClientId=made["ClientId"], **implicit)
    changed = idp.update_user_pool_client(UserPoolId=pool_id, ClientId=made["ClientId"])["UserPoolClient"]
    assert changed["PreventUserExistenceErrors"] == "ENABLED"


def test_an_identity_pool_has_no_guests_and_checks_who_signed_out(admin: Callable[[str], Any]) -> None:
    identity = admin("cognito-identity")
    with refused("InvalidParameterException", "secure_defaults"):
        identity.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)
    name = "cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi"
    providers = [
        {"ProviderName": name, "ClientId": "a"},
        {"ProviderName": name, "ClientId": "b", "ServerSideTokenCheck": False},
    ]
    made = identity.create_identity_pool(
        IdentityPoolName="p", AllowUnauthenticatedIdentities=False, CognitoIdentityProviders=providers
    )
    checked = {item["ClientId"]: item["ServerSideTokenCheck"] for item in made["CognitoIdentityProviders"]}
    assert checked == {"a": True, "b": False}
    made.pop("ResponseMetadata")
    with refused("InvalidParameterException", "secure_defaults"):
        identity.update_identity_pool(**{**made, "AllowUnauthenticatedIdentities": True})


def test_nobody_signs_up_and_nobody_learns_who_is_there(secure: Server, admin: Callable[[str], Any]) -> None:
    idp, app = admin("cognito-idp"), secure.client("cognito-idp")
    pool_id = idp.create_user_pool(PoolName="p")["UserPool"]["Id"]
    client_id = client_of(idp, pool_id, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])["ClientId"]
    with refused("NotAuthorizedException"):
        app.sign_up(ClientId=client_id, Username="ann", Password=LONG)
    with refused("NotAuthorizedException", "Incorrect username or password."):
        asked = {"USERNAME": "nobody", "PASSWORD": LONG}
        app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)


def test_leaked_passwords_are_refused_in_every_pool(secure: Server, admin: Callable[[str], Any]) -> None:
    idp, app = admin("cognito-idp"), secure.client("cognito-idp")
    open_to_all = {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False}}
    pool_id = idp.create_user_pool(PoolName="p", **open_to_all)["UserPool"]["Id"]
    client_id = client_of(idp, pool_id, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])["ClientId"]
    named = {"UserPoolId": pool_id, "Username": "ann"}
    with refused("InvalidPasswordException", "security reasons"):
        app.sign_up(ClientId=client_id, Username="bob", Password=LEAKED)
    with refused("InvalidPasswordException", "security reasons"):
        idp.admin_create_user(**named, TemporaryPassword=LEAKED, MessageAction="SUPPRESS")
    idp.admin_create_user(**named, TemporaryPassword=LONG, MessageAction="SUPPRESS")
    with refused("InvalidPasswordException", "security reasons"):
        idp.admin_set_user_password(**named, Password=LEAKED, Permanent=True)
    asked = {"USERNAME": "ann", "PASSWORD": LONG}
    session = app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)["Session"]
    answer = {"ClientId": client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session}
    with refused("InvalidPasswordException", "security reasons"):
        app.respond_to_auth_challenge(**answer, ChallengeResponses={"USERNAME": "ann", "NEW_PASSWORD": LEAKED})


@pytest.mark.parametrize(("tags", "ends"), [({}, True), ({"ostiary:end-sessions-on-password-change": "off"}, False)])
def test_a_new_password_ends_sign_ins_unless_the_pool_says_otherwise(
    secure: Server, admin: Callable[[str], Any], tags: dict[str, str], *, ends: bool
) -> None:
    idp, app = admin("cognito-idp"), secure.client("cognito-idp")
    pool_id = idp.create_user_pool(PoolName="p", UserPoolTags=tags)["UserPool"]["Id"]
    client_id = client_of(idp, pool_id, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])["ClientId"]
    named = {"UserPoolId": pool_id, "Username": "ann"}
    idp.admin_create_user(**named, MessageAction="SUPPRESS")
    idp.admin_set_user_password(**named, Password=LONG, Permanent=True)
    asked = {"USERNAME": "ann", "PASSWORD": LONG}
    tokens = app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
    token = tokens["AuthenticationResult"]["AccessToken"]
    app.change_password(AccessToken=token, PreviousPassword=LONG, ProposedPassword=f"{LONG}er")
    if ends:
        with refused("NotAuthorizedException"):
            app.get_user(AccessToken=token)
    else:
        assert app.get_user(AccessToken=token)["Username"] == "ann"


def test_passkeys_verify_their_users(secure: Server, admin: Callable[[str], Any]) -> None:
    idp, app = admin("cognito-idp"), secure.client("cognito-idp")
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    pool_id = idp.create_user_pool(PoolName="p", Policies=policies)["UserPool"]["Id"]
    client_id = client_of(idp, pool_id, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH"])["ClientId"]
    idp.set_user_pool_mfa_config(UserPoolId=pool_id, WebAuthnConfiguration={"RelyingPartyId": "localhost"})
    idp.admin_create_user(UserPoolId=pool_id, Username="ann", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool_id, Username="ann", Password=LONG, Permanent=True)
    asked = {"USERNAME": "ann", "PASSWORD": LONG}
    tokens = app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
    token = tokens["AuthenticationResult"]["AccessToken"]
    options = app.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    assert options["authenticatorSelection"]["userVerification"] == "required"


def test_the_server_does_not_start_where_it_would_not_be_safe() -> None:
    secure = {"secure_defaults": True}
    for public in ("http://id.example.com", ""):
        with pytest.raises(SettingsError, match="public_url"):
            load_settings({**secure, "host": "10.0.0.5", "public_url": public})
    assert load_settings({**secure, "host": "10.0.0.5", "public_url": "https://id.example.com"}).rate_limits
    assert load_settings({**secure, "public_url": "http://localhost:9500"}).rate_limits
    with pytest.raises(SettingsError, match="allow_private_addresses_of_tenants"):
        load_settings({**secure, "allow_private_addresses_of_tenants": True})


def test_a_setting_that_is_named_counts() -> None:
    assert not load_settings({"secure_defaults": True, "rate_limits": False}).rate_limits
    assert not load_settings({}).rate_limits


def test_without_the_switch_nothing_is_filled_in_or_refused(server: Server, client: Callable[..., Any]) -> None:
    idp = client("cognito-idp")
    pool = idp.create_user_pool(PoolName="p", AutoVerifiedAttributes=["email"])["UserPool"]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert (pool["DeletionProtection"], "UserAttributeUpdateSettings" in pool) == ("INACTIVE", False)
    implicit = {"AllowedOAuthFlows": ["implicit"], "AllowedOAuthScopes": ["openid"]}
    made = client_of(idp, pool["Id"], **implicit)
    assert not made.keys() & {"PreventUserExistenceErrors", "RefreshTokenRotation"}
    client("cognito-identity").create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)


def test_every_row_of_the_table_is_on_the_page_and_does_something() -> None:
    page = PAGE.read_text()
    for row in SECURE_DEFAULTS:
        assert re.search(rf"\| {row.of} \| `?{re.escape(row.name.strip('`'))}", page)
        assert row.without != row.becomes


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_strangers_are_limited_by_address_everywhere(
    start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ROB-12: whoever does not sign, at any service and at pages; not whoever watches the server."""
    server = start_server(**SECURE, rate_limit_per_address=3)
    moment = [server.services.clock.now()]
    monkeypatch.setattr(server.services.clock, "now", lambda: moment[0])
    identity, sts = server.client("cognito-identity"), server.client("sts")

    def get_id() -> Any:
        return identity.get_id(IdentityPoolId="us-east-1:00000000-0000-0000-0000-000000000000")

    def assume() -> Any:
        role = "arn:aws:iam::123456789012:role/r"
        return sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="session", WebIdentityToken="t" * 20)

    for call, error, throttled in (
        (get_id, "ResourceNotFoundException", "TooManyRequestsException"),
        (assume, "InvalidIdentityToken", "Throttling"),
    ):
        moment[0] += 1
        for _ in range(3):
            with refused(error):
                call()
        with refused(throttled, "Rate exceeded"):
            call()
    moment[0] += 1
    statuses = [httpx.get(f"{server.url}/us-east-1_a/.well-known/jwks.json").status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]
    assert httpx.get(f"{server.url}/livez").status_code == 200
    root = create_account(server.services, "signed")
    for _ in range(10):
        server.client("cognito-idp", root).list_user_pools(MaxResults=1)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_apps_are_limited_by_client(start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """ROB-12: one app's storm leaves the others of its account alone."""
    server = start_server(rate_limits=True, rate_limit_per_client=3)
    moment = [server.services.clock.now()]
    monkeypatch.setattr(server.services.clock, "now", lambda: moment[0])
    idp, app = server.client("cognito-idp", create_account(server.services, "a")), server.client("cognito-idp")
    pool_id = idp.create_user_pool(PoolName="p")["UserPool"]["Id"]
    flows = {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]}
    stormy, calm = (client_of(idp, pool_id, **flows)["ClientId"] for _ in range(2))
    moment[0] += 1

    def sign_in(client_id: str, name: str) -> None:
        asked = {"USERNAME": name, "PASSWORD": PASSWORD}
        app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)

    for number in range(3):
        with refused("UserNotFoundException"):
            sign_in(stormy, f"user{number}")
    with refused("TooManyRequestsException", "Rate exceeded"):
        sign_in(stormy, "user3")
    with refused("UserNotFoundException"):
        sign_in(calm, "user3")
    for number in range(5):
        with refused("UserNotFoundException"):
            idp.admin_initiate_auth(
                UserPoolId=pool_id,
                ClientId=stormy,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": f"admins{number}", "PASSWORD": PASSWORD},
            )
