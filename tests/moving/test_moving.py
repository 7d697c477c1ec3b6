"""Carrying users to another deployment, and moving in from a Cognito elsewhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ostiary.crypto import totp
from ostiary.iam.accounts import create_account
from ostiary.moving import from_aws, users_file
from ostiary.moving.sealed_file import FileBrokenError, Writer, read
from ostiary.store import sealed
from ostiary.store.idp import copies, user_pools
from tests.fixtures.authenticator import Authenticator, decoded_base32
from tests.fixtures.refusals import refused
from tests.fixtures.saml_provider import SamlProvider
from tests.fixtures.server import PASSWORD, LivePool, Server, make_live_pool

PASSPHRASE = "correct horse battery"
GOOGLE = {"client_id": "app", "client_secret": "hush-hush", "authorize_scopes": "profile email openid"}
OIDC = {
    "client_id": "app",
    "attributes_request_method": "GET",
    "authorize_scopes": "openid",
    "oidc_issuer": "https://login.example.com",
}


def test_every_sealed_column_is_known_and_those_of_a_pool_are_carried_over() -> None:
    assert copies.SEALED <= set(sealed.columns()) == sealed.PURPOSES.keys()


def test_a_file_opens_with_its_passphrase_whole_and_in_order_only(tmp_path: Path) -> None:
    """CRY-02."""
    path = tmp_path / "users"
    with Writer(path, PASSPHRASE) as file:
        file.write({"user": "a"})
        file.write({"user": "b"})
    with pytest.raises(FileBrokenError, match="not finished"):
        list(read(path, PASSPHRASE))
    path.write_text(path.read_text() + "half a li")
    with Writer(path, PASSPHRASE) as file:
        assert file.last == {"user": "b"}
        file.finish()
    assert list(read(path, PASSPHRASE)) == [{"user": "a"}, {"user": "b"}]
    with pytest.raises(FileBrokenError, match="passphrase is another"):
        list(read(path, "another passphrase"))
    head, first, second, end, _ = path.read_text().split("\n")
    for lines in ((head, second, first, end), (head, first, end), (head, first[:-8], second, end), ("{}", first)):
        path.write_text("\n".join(lines) + "\n")
        with pytest.raises(FileBrokenError):
            list(read(path, PASSPHRASE))


def silent(*_: object) -> None:
    pass


def filled(live_pool: LivePool) -> LivePool:
    """Put users, a group and a provider into the pool."""
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    live_pool.user("ada", email="ada@example.com", email_verified="true")
    admin.admin_disable_user(**of_pool, Username=live_pool.user("bob"))
    admin.create_group(**of_pool, GroupName="staff", Precedence=3)
    admin.admin_add_user_to_group(**of_pool, GroupName="staff", Username="ada")
    admin.create_identity_provider(
        **of_pool, ProviderName="Google", ProviderType="Google", ProviderDetails=GOOGLE, IdpIdentifiers=["g"]
    )
    admin.admin_link_provider_for_user(
        **of_pool,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
        SourceUser={
            "ProviderName": "Google",
            "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": "1",
        },
    )
    return live_pool


@pytest.fixture
def elsewhere(start_server: Callable[..., Server]) -> Server:
    return start_server()


def there(pool: LivePool, server: Server, key: Any) -> LivePool:
    return LivePool(pool.id, pool.client_id, pool.arn, server.client("cognito-idp", key), server.client("cognito-idp"))


def test_exported_users_sign_in_elsewhere_with_their_passwords(
    live_pool: LivePool, server: Server, elsewhere: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users_file, "PAGE", 1)
    pool = filled(live_pool)
    path = tmp_path / "users"
    assert users_file.export_users(server.services, pool.id, path, PASSPHRASE, silent) == 2
    assert users_file.export_users(server.services, pool.id, path, PASSPHRASE, silent) == 2, (
        "and nothing is written again"
    )
    assert PASSWORD not in path.read_text()
    key = create_account(elsewhere.services, "new")
    imported = users_file.import_users(elsewhere.services, key.account_id, path, PASSPHRASE, silent)
    assert imported == (pool.id, 2, 0)
    assert users_file.import_users(elsewhere.services, key.account_id, path, PASSPHRASE, silent) == (pool.id, 0, 2)
    moved = there(pool, elsewhere, key)
    moved.sign_in("ada")
    with refused("NotAuthorizedException", "User is disabled."):
        moved.sign_in("bob")
    groups = moved.admin.admin_list_groups_for_user(UserPoolId=pool.id, Username="ada")["Groups"]
    assert [group["GroupName"] for group in groups] == ["staff"]
    provider = moved.admin.describe_identity_provider(UserPoolId=pool.id, ProviderName="Google")
    assert provider["IdentityProvider"]["ProviderDetails"]["client_secret"] == "hush-hush"
    other = create_account(elsewhere.services, "other")
    with pytest.raises(ValueError, match="ostiary account move-pool"):
        users_file.import_users(elsewhere.services, other.account_id, path, PASSPHRASE, silent)
    with pytest.raises(KeyError):
        users_file.export_users(server.services, "us-east-1_none", tmp_path / "none", PASSPHRASE, silent)


def test_passkeys_and_authenticator_apps_move_along(
    client: Any, anybody: Any, server: Server, elsewhere: Server, tmp_path: Path
) -> None:
    first = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    flows = {"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]}
    pool = make_live_pool(client, anybody, {"Policies": first}, flows)
    pool.admin.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        WebAuthnConfiguration={"RelyingPartyId": "example.com"},
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="OPTIONAL",
    )
    passkey = Authenticator()
    token = pool.sign_in(pool.user("ann"))["AccessToken"]
    options = pool.app.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    pool.app.complete_web_authn_registration(AccessToken=token, Credential=passkey.register(options))
    token = pool.sign_in(pool.user("bob"))["AccessToken"]
    secret = pool.app.associate_software_token(AccessToken=token)["SecretCode"]
    step = totp.step_at(server.services.clock.now())
    pool.app.verify_software_token(AccessToken=token, UserCode=totp.code(decoded_base32(secret), step))
    enabled = {"Enabled": True, "PreferredMfa": True}
    pool.app.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=enabled)

    users_file.export_users(server.services, pool.id, tmp_path / "users", PASSPHRASE, silent)
    key = create_account(elsewhere.services, "new")
    users_file.import_users(elsewhere.services, key.account_id, tmp_path / "users", PASSPHRASE, silent)

    moved = there(pool, elsewhere, key).app
    asked = {"USERNAME": "ann", "PREFERRED_CHALLENGE": "WEB_AUTHN"}
    answer = moved.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_AUTH", AuthParameters=asked)
    proof = passkey.prove(json.loads(answer["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]))
    assert "AuthenticationResult" in moved.respond_to_auth_challenge(
        ClientId=pool.client_id,
        ChallengeName="WEB_AUTHN",
        Session=answer["Session"],
        ChallengeResponses={"USERNAME": "ann", "CREDENTIAL": proof},
    )
    asked = {"USERNAME": "bob", "PASSWORD": PASSWORD}
    answer = moved.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
    code = totp.code(decoded_base32(secret), step + 1)
    assert "AuthenticationResult" in moved.respond_to_auth_challenge(
        ClientId=pool.client_id,
        ChallengeName="SOFTWARE_TOKEN_MFA",
        Session=answer["Session"],
        ChallengeResponses={"USERNAME": "bob", "SOFTWARE_TOKEN_MFA_CODE": code},
    )


def test_users_of_another_cognito_move_in_with_their_first_sign_in(live_pool: LivePool, elsewhere: Server) -> None:
    pool = filled(live_pool)
    saml = {"MetadataFile": SamlProvider("").metadata(), "ActiveEncryptionCertificate": "of AWS"}
    pool.admin.create_identity_provider(
        UserPoolId=pool.id, ProviderName="Corp", ProviderType="SAML", ProviderDetails=saml
    )
    levels = {"Level2": "basic", "Level4": "strong"}
    pool.admin.create_identity_provider(
        UserPoolId=pool.id, ProviderName="Login", ProviderType="OIDC", ProviderDetails=OIDC, AcrMapping=levels
    )
    key = create_account(elsewhere.services, "new")
    told: list[tuple[int, int]] = []

    def copied() -> from_aws.Copied:
        return from_aws.copy_pool(
            elsewhere.services, key.account_id, pool.admin, pool.id, lambda *done: told.append(done)
        )

    assert (copied().made, copied().made) == (2, 0)
    assert told == [(2, 2), (2, 2)]
    moved = there(pool, elsewhere, key)
    for shown in ("describe_user_pool", "get_user_pool_mfa_config"):
        before, after = (getattr(each.admin, shown)(UserPoolId=pool.id) for each in (pool, moved))
        for answer in (before, after):
            answer.pop("ResponseMetadata")
            answer.get("UserPool", {}).pop("Arn", None)
        assert before == after
    user = {"UserPoolId": pool.id, "Username": "ada"}
    before, after = (each.admin.admin_get_user(**user)["UserAttributes"] for each in (pool, moved))
    assert sorted(before, key=str) == sorted(after, key=str)
    with refused("NotAuthorizedException", "Incorrect username or password."):
        moved.sign_in("ada", "Wrong-horse-7")
    moved.sign_in("ada")
    pool.admin.admin_set_user_password(**user, Password="Changed-horse-7", Permanent=True)
    moved.sign_in("ada")
    with refused("NotAuthorizedException"):
        moved.sign_in("ada", "Changed-horse-7")
    groups = moved.admin.admin_list_groups_for_user(**user)["Groups"]
    assert [(group["GroupName"], group["Precedence"]) for group in groups] == [("staff", 3)]
    found = moved.admin.get_identity_provider_by_identifier(UserPoolId=pool.id, IdpIdentifier="g")
    assert found["IdentityProvider"]["ProviderDetails"]["client_secret"] == "hush-hush"
    found = moved.admin.describe_identity_provider(UserPoolId=pool.id, ProviderName="Corp")
    assert found["IdentityProvider"]["ProviderDetails"].keys() == {"MetadataFile", "SSORedirectBindingURI"}
    found = moved.admin.describe_identity_provider(UserPoolId=pool.id, ProviderName="Login")
    assert found["IdentityProvider"]["AcrMapping"] == levels


def furnished(client: Any, anybody: Any) -> LivePool:
    """Make a pool that has one of everything that is not copied, and two users."""
    tags = {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}
    devices = {"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": False}}
    pool = filled(make_live_pool(client, anybody, {**tags, **devices}, {"GenerateSecret": True}))
    admin, named = pool.admin, {"UserPoolId": pool.id}
    admin.create_user_pool_domain(**named, Domain="move-me", ManagedLoginVersion=1)
    admin.set_ui_customization(**named, ClientId="ALL", CSS=".label-customizable { font-weight: 400; }")
    of_client = {**named, "ClientId": pool.client_id}
    admin.create_managed_login_branding(**of_client, UseCognitoProvidedValues=True)
    links = {"cognito:default": "https://example.com/terms"}
    admin.create_terms(**of_client, TermsName="terms-of-use", TermsSource="LINK", Enforcement="NONE", Links=links)
    actions = {"EventAction": "BLOCK"}
    admin.set_risk_configuration(**named, CompromisedCredentialsRiskConfiguration={"Actions": actions})
    group = {"LogGroupArn": f"arn:aws:logs:us-east-1:{pool.arn.split(':')[4]}:log-group:people"}
    logs = [{"LogLevel": "ERROR", "EventSource": "userNotification", "CloudWatchLogsConfiguration": group}]
    admin.set_log_delivery_configuration(**named, LogConfigurations=logs)
    admin.add_user_pool_client_secret(**of_client)
    admin.set_user_pool_mfa_config(
        **named, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    return pool


def test_what_does_not_come_along_is_told_before_and_after(client: Any, anybody: Any, elsewhere: Server) -> None:
    pool = furnished(client, anybody)
    secrets = pool.admin.list_user_pool_client_secrets(UserPoolId=pool.id, ClientId=pool.client_id)["ClientSecrets"]
    account = create_account(elsewhere.services, "new").account_id
    planned = from_aws.plan(elsewhere.services, account, pool.admin, pool.id)
    with elsewhere.services.store.read() as tx:
        assert user_pools.find(tx, pool.id) is None, "a dry run makes nothing"
    assert planned.left_behind == [
        "the domain: move-me",
        "CSS and logo of the hosted pages",
        f"branding of managed login of client {pool.client_id}",
        "settings of threat protection: CompromisedCredentials",
        "where logs go: userNotification",
        "terms: terms-of-use",
        f"the older secret of client {pool.client_id}: {secrets[0]['ClientSecretId']}",
        "of users, because it cannot be read: authenticator apps, remembered devices",
    ]
    counts = "1 clients, 1 groups, 1 identity providers, 0 resource servers."
    head = f"{pool.id} (people) would be copied into account {account}: about 2 users, {counts}"
    assert planned.lines()[:2] == [head, "Not copied:"]
    copied = from_aws.copy_pool(elsewhere.services, account, pool.admin, pool.id, silent)
    assert copied == replace(planned, dry_run=False)
    assert copied.lines()[0] == f"{pool.id} (people) copied into account {account}: 2 users made, {counts}"
    other = create_account(elsewhere.services, "other").account_id
    of = (elsewhere.services, other, pool.admin, pool.id)
    for into in (partial(from_aws.plan, *of), partial(from_aws.copy_pool, *of, silent)):
        with pytest.raises(ValueError, match=f"ostiary account move-pool {pool.id} {other}"):
            into()


def test_what_may_not_be_read_of_a_pool_is_told(client: Any, live_pool: LivePool, elsewhere: Server) -> None:
    iam = client("iam")
    iam.create_user(UserName="reader")
    statements = [
        {"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "cognito-idp:ListTerms", "Resource": "*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="reader", PolicyName="reads", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = client("cognito-idp", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    account = create_account(elsewhere.services, "new").account_id
    planned = from_aws.plan(elsewhere.services, account, reader, live_pool.id)
    assert planned.left_behind == ["terms: could not be read (AccessDeniedException)"]
