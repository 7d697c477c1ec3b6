"""Identity providers, resource servers, domains, looks, terms and secrets, as boto3 sees them on a live server."""

import base64
import json
from collections.abc import Callable
from typing import Any

from cryptography import x509
from sqlalchemy import select

from ostiary.store import schema
from tests.fixtures.refusals import refused
from tests.fixtures.server import LivePool, Server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
GOOGLE = {"client_id": "app", "client_secret": "hush-hush", "authorize_scopes": "profile email openid"}
METADATA = """<EntityDescriptor entityID="https://idp.example.com" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">
<IDPSSODescriptor><SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
 Location="https://idp.example.com/out"/><SingleSignOnService
 Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/in"/>
</IDPSSODescriptor></EntityDescriptor>"""


def test_resource_servers_are_kept_listed_and_offer_their_scopes(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read it"}]
    named = {**of_pool, "Identifier": "https://api.example.com"}
    made = admin.create_resource_server(**named, Name="api", Scopes=scopes)["ResourceServer"]
    assert made == {**named, "Name": "api", "Scopes": scopes}
    assert admin.create_resource_server(**of_pool, Identifier="bare", Name="bare")["ResourceServer"]["Scopes"] == []
    with refused("InvalidParameterException", f"https://api.example.com already exists in user pool {live_pool.id}."):
        admin.create_resource_server(**named, Name="again")
    assert admin.describe_resource_server(**named)["ResourceServer"] == made
    first = admin.list_resource_servers(**of_pool, MaxResults=1)
    rest = admin.list_resource_servers(**of_pool, MaxResults=1, NextToken=first["NextToken"])
    assert [server["Identifier"] for server in first["ResourceServers"] + rest["ResourceServers"]] == [
        "bare",
        "https://api.example.com",
    ]
    oauth = {"AllowedOAuthFlows": ["code"], "AllowedOAuthFlowsUserPoolClient": True}
    client = admin.create_user_pool_client(
        **of_pool, ClientName="api", AllowedOAuthScopes=["https://api.example.com/read"], **oauth
    )["UserPoolClient"]
    assert client["AllowedOAuthScopes"] == ["https://api.example.com/read"]
    with refused("ScopeDoesNotExistException", "Invalid scope requested: https://api.example.com/write"):
        admin.create_user_pool_client(
            **of_pool, ClientName="api", AllowedOAuthScopes=["https://api.example.com/write"], **oauth
        )
    assert admin.update_resource_server(**named, Name="renamed")["ResourceServer"]["Scopes"] == []
    admin.delete_resource_server(**named)
    for call in (admin.describe_resource_server, admin.delete_resource_server):
        with refused("ResourceNotFoundException", "Resource server https://api.example.com does not exist."):
            call(**named)
    with refused("ResourceNotFoundException"):
        admin.update_resource_server(**named, Name="renamed")


def test_a_provider_comes_back_as_it_was_given_with_what_is_computed(live_pool: LivePool, server: Server) -> None:
    """CRY-02; behaviour/clients.md 17."""
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    given = {**of_pool, "ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": GOOGLE}
    made = admin.create_identity_provider(**given, AttributeMapping={"email": "email"}, IdpIdentifiers=["g", "goo"])
    made = made["IdentityProvider"]
    assert made["ProviderDetails"].items() >= GOOGLE.items()
    assert made["ProviderDetails"]["oidc_issuer"] == "https://accounts.google.com"
    assert made["AttributeMapping"] == {"email": "email", "username": "sub"}
    named = {**of_pool, "ProviderName": "Google"}
    assert admin.describe_identity_provider(**named)["IdentityProvider"] == made
    assert admin.get_identity_provider_by_identifier(**of_pool, IdpIdentifier="goo")["IdentityProvider"] == made
    updated = admin.update_identity_provider(**named, IdpIdentifiers=["new"])["IdentityProvider"]
    assert updated["ProviderDetails"] == made["ProviderDetails"]
    with refused("ResourceNotFoundException"):
        admin.get_identity_provider_by_identifier(**of_pool, IdpIdentifier="goo")
    listed = admin.list_identity_providers(**of_pool)["Providers"]
    assert [(each["ProviderName"], each["ProviderType"]) for each in listed] == [("Google", "Google")]
    client = admin.create_user_pool_client(
        **of_pool, ClientName="web", SupportedIdentityProviders=["COGNITO", "Google"]
    )["UserPoolClient"]
    assert client["SupportedIdentityProviders"] == ["COGNITO", "Google"]
    with refused("DuplicateProviderException", "Identity provider Google already exists."):
        admin.create_identity_provider(**given)
    admin.delete_identity_provider(**named)
    for call in (admin.describe_identity_provider, admin.update_identity_provider, admin.delete_identity_provider):
        with refused("ResourceNotFoundException", "Identity provider Google does not exist."):
            call(**named)
    with server.services.store.read() as tx:
        assert "hush-hush" not in str(tx.all(select(schema.pool_parts)))


IMPOSSIBLE: list[tuple[str, dict[str, str], str]] = [
    ("Google", {"client_id": "a", "client_secret": "b"}, "authorize_scopes is required"),
    ("SignInWithApple", {"client_id": "a", "team_id": "t", "key_id": "k"}, "private_key is required"),
    ("OIDC", {"client_id": "a", "attributes_request_method": "GET", "authorize_scopes": "openid"}, "oidc_issuer"),
    (
        "OIDC",
        {
            "client_id": "a",
            "attributes_request_method": "GET",
            "authorize_scopes": "openid",
            "oidc_issuer": "ftp://x",
        },
        "oidc_issuer is not a valid URL",
    ),
    ("SAML", {}, "exactly one of MetadataURL and MetadataFile"),
    ("SAML", {"MetadataFile": "<no/>"}, "Error parsing metadata file."),
    ("SAML", {"MetadataFile": "not xml"}, "Error parsing metadata file."),
]


def test_details_that_cannot_work_are_refused(live_pool: LivePool) -> None:
    for kind, details, text in IMPOSSIBLE:
        name = kind if kind not in {"OIDC", "SAML"} else "Corp"
        with refused("InvalidParameterException", text):
            live_pool.admin.create_identity_provider(
                UserPoolId=live_pool.id, ProviderName=name, ProviderType=kind, ProviderDetails=details
            )
    assert live_pool.admin.list_identity_providers(UserPoolId=live_pool.id)["Providers"] == []


def test_saml_oidc_and_apple_providers_show_what_they_may(live_pool: LivePool) -> None:
    def create(name: str, kind: str, details: dict[str, str], **more: Any) -> dict[str, Any]:
        answer = live_pool.admin.create_identity_provider(
            UserPoolId=live_pool.id, ProviderName=name, ProviderType=kind, ProviderDetails=details, **more
        )
        return dict(answer["IdentityProvider"])

    saml = create("Corp", "SAML", {"MetadataFile": METADATA})
    assert saml["ProviderDetails"]["SSORedirectBindingURI"] == "https://idp.example.com/in"
    assert saml["ProviderDetails"]["SLORedirectBindingURI"] == "https://idp.example.com/out"
    apple = {"client_id": "a", "team_id": "t", "key_id": "k", "private_key": "secret", "authorize_scopes": "email"}
    assert "private_key" not in create("SignInWithApple", "SignInWithApple", apple)["ProviderDetails"]
    oidc = {
        "client_id": "a",
        "attributes_request_method": "GET",
        "authorize_scopes": "openid",
        "oidc_issuer": "https://login.example.com",
    }
    acr = create("Login", "OIDC", oidc, AcrMapping={"Level1": "low"})
    assert acr["AcrMapping"] == {"Level1": "low"}
    facebook = {"client_id": "a", "client_secret": "b", "authorize_scopes": "email", "api_version": "v19.0"}
    assert "v19.0" in create("Facebook", "Facebook", facebook)["ProviderDetails"]["token_url"]
    amazon = {"client_id": "a", "client_secret": "b", "authorize_scopes": "profile"}
    for kind, name, details, more in (
        ("LoginWithAmazon", "Amazon", amazon, {}),
        ("OIDC", "Google", oidc, {}),
        ("LoginWithAmazon", "LoginWithAmazon", amazon, {"AcrMapping": {"Level1": "x"}}),
        ("Twice", "OIDC", oidc, {"AcrMapping": {"Level1": "x", "Level4": "x"}}),
        ("LoginWithAmazon", "LoginWithAmazon", amazon, {"AttributeMapping": {"custom:nope": "x"}}),
    ):
        with refused("InvalidParameterException"):
            create(name, kind, details, **more)


def test_levels_of_a_provider_are_kept_replaced_and_cleared(live_pool: LivePool) -> None:
    oidc = {
        "client_id": "a",
        "attributes_request_method": "GET",
        "authorize_scopes": "openid",
        "oidc_issuer": "https://login.example.com",
    }
    admin, named = live_pool.admin, {"UserPoolId": live_pool.id, "ProviderName": "Login"}
    levels = {"Level1": "low", "Level4": "urn:example:strong"}
    admin.create_identity_provider(**named, ProviderType="OIDC", ProviderDetails=oidc, AcrMapping=levels)
    for more, expected in (
        ({"AttributeMapping": {"email": "email"}}, levels),
        ({"AcrMapping": {"Level2": "basic"}}, {"Level2": "basic"}),
        ({"AcrMapping": {}}, {}),
    ):
        changed = admin.update_identity_provider(**named, **more)["IdentityProvider"]
        assert changed["AcrMapping"] == expected
        assert admin.describe_identity_provider(**named)["IdentityProvider"]["AcrMapping"] == expected
    with refused("InvalidParameterException", "a value of its own"):
        admin.update_identity_provider(**named, AcrMapping={"Level1": "x", "Level2": "x"})
    with refused("InvalidParameterException", "acrMapping"):
        admin.update_identity_provider(**named, AcrMapping={"Level5": "x"})
    saml = {"UserPoolId": live_pool.id, "ProviderName": "Corp"}
    admin.create_identity_provider(**saml, ProviderType="SAML", ProviderDetails={"MetadataFile": METADATA})
    with refused("InvalidParameterException", "only supported for OIDC"):
        admin.update_identity_provider(**saml, AcrMapping={"Level1": "x"})
    assert "AcrMapping" not in admin.describe_identity_provider(**saml)["IdentityProvider"]


def test_domains_are_unique_described_and_stand_before_the_pools_end(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    prefix = f"a{live_pool.client_id[:12]}"
    with refused("InvalidParameterException", "There has to be an existing domain associated with this user pool"):
        admin.set_ui_customization(**of_pool, CSS="")
    assert admin.create_user_pool_domain(**of_pool, Domain=prefix)["ManagedLoginVersion"] == 1
    with refused("InvalidParameterException", "User pool already has a domain configured."):
        admin.create_user_pool_domain(**of_pool, Domain=f"{prefix}b")
    other = admin.create_user_pool(PoolName="other")["UserPool"]["Id"]
    with refused("InvalidParameterException", "Domain already associated with another user pool."):
        admin.create_user_pool_domain(UserPoolId=other, Domain=prefix)
    with refused("InvalidParameterException", "Domain cannot contain reserved word: cognito"):
        admin.create_user_pool_domain(UserPoolId=other, Domain="mycognito")
    described = admin.describe_user_pool_domain(Domain=prefix)["DomainDescription"]
    assert (described["UserPoolId"], described["Status"]) == (live_pool.id, "ACTIVE")
    assert described["CustomDomainConfig"] == {}
    assert admin.describe_user_pool_domain(Domain=f"{prefix}x")["DomainDescription"] == {}
    assert admin.update_user_pool_domain(**of_pool, Domain=prefix, ManagedLoginVersion=2)["ManagedLoginVersion"] == 2
    certificate = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/abc"}
    with refused("InvalidParameterException", "custom domains"):
        admin.update_user_pool_domain(**of_pool, Domain=prefix, CustomDomainConfig=certificate)
    custom = admin.create_user_pool_domain(**of_pool, Domain=f"auth.{prefix}.example", CustomDomainConfig=certificate)
    assert custom["CloudFrontDomain"]
    pool = admin.describe_user_pool(**of_pool)["UserPool"]
    assert (pool["Domain"], pool["CustomDomain"]) == (prefix, f"auth.{prefix}.example")
    with refused("InvalidParameterException", "It has a domain configured that should be deleted first."):
        admin.delete_user_pool(**of_pool)
    for domain in (prefix, f"auth.{prefix}.example"):
        admin.delete_user_pool_domain(**of_pool, Domain=domain)
    with refused("InvalidParameterException", "No such domain or user pool exists."):
        admin.delete_user_pool_domain(**of_pool, Domain=prefix)
    with refused("InvalidParameterException", "No such domain or user pool exists."):
        admin.update_user_pool_domain(**of_pool, Domain=prefix)
    admin.delete_user_pool(**of_pool)


def test_the_classic_pages_look_is_one_for_all_clients_until_one_has_its_own(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    assert admin.get_ui_customization(**of_pool)["UICustomization"] == {}
    admin.create_user_pool_domain(**of_pool, Domain=f"u{live_pool.client_id[:12]}")
    css = ".banner-customizable { background: #fff; }"
    everywhere = admin.set_ui_customization(**of_pool, CSS=css, ImageFile=PNG)["UICustomization"]
    assert (everywhere["ClientId"], everywhere["CSS"]) == ("ALL", css)
    assert everywhere["ImageUrl"].endswith(".png")
    mine = {**of_pool, "ClientId": live_pool.client_id}
    assert admin.get_ui_customization(**mine)["UICustomization"] == everywhere
    assert admin.set_ui_customization(**mine, CSS="")["UICustomization"]["ClientId"] == live_pool.client_id
    assert "ImageUrl" not in admin.get_ui_customization(**mine)["UICustomization"]
    for wrong in (".nope { color: red }", ".banner-customizable { background: url(//x) }", "body {}", "</style>"):
        with refused("InvalidParameterException", "CSS"):
            admin.set_ui_customization(**of_pool, CSS=wrong)
    with refused("InvalidParameterException", "Image"):
        admin.set_ui_customization(**of_pool, ImageFile=b"GIF89a")
    with refused("ResourceNotFoundException"):
        admin.get_ui_customization(**of_pool, ClientId="nobody")


def test_a_client_has_one_style_with_any_settings_and_images(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    mine = {**of_pool, "ClientId": live_pool.client_id}
    settings = {"components": {"form": {"borderRadius": 3.5, "lightMode": {"backgroundColor": "00ff00ff"}}}}
    assets = [{"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": PNG}]
    made = admin.create_managed_login_branding(**mine, Settings=settings, Assets=assets)["ManagedLoginBranding"]
    assert (made["Settings"], made["Assets"]) == (settings, assets)
    with refused("ManagedLoginBrandingExistsException"):
        admin.create_managed_login_branding(**mine, UseCognitoProvidedValues=True)
    named = {**of_pool, "ManagedLoginBrandingId": made["ManagedLoginBrandingId"]}
    assert admin.describe_managed_login_branding(**named)["ManagedLoginBranding"] == made
    whole = admin.describe_managed_login_branding_by_client(**mine, ReturnMergedResources=True)["ManagedLoginBranding"]
    assert whole["Settings"]["components"]["form"]["borderRadius"] == 3.5
    assert "categories" in whole["Settings"]
    with refused("InvalidParameterException"):
        admin.update_managed_login_branding(**named, UseCognitoProvidedValues=True, Settings=settings)
    updated = admin.update_managed_login_branding(**named, UseCognitoProvidedValues=True)["ManagedLoginBranding"]
    assert updated["UseCognitoProvidedValues"]
    assert "Settings" not in updated
    with refused("InvalidParameterException", "Settings"):
        admin.update_managed_login_branding(**named, Settings={"colour": "red"})
    admin.delete_managed_login_branding(**named)
    for call in (admin.describe_managed_login_branding, admin.delete_managed_login_branding):
        with refused("ResourceNotFoundException"):
            call(**named)
    with refused("ResourceNotFoundException"):
        admin.describe_managed_login_branding_by_client(**mine)


def test_terms_are_one_of_each_name_per_client(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    document = {
        **of_pool,
        "ClientId": live_pool.client_id,
        "TermsName": "terms-of-use",
        "TermsSource": "LINK",
        "Enforcement": "NONE",
        "Links": {"cognito:default": "https://example.com/terms"},
    }
    made = admin.create_terms(**document)["Terms"]
    assert document.items() <= made.items()
    with refused("TermsExistsException"):
        admin.create_terms(**document)
    with refused("InvalidParameterException"):
        admin.create_terms(**{**document, "TermsName": "privacy-policy", "Links": {"cognito:french": "https://x.fr"}})
    without_links = {name: value for name, value in document.items() if name != "Links"}
    with refused("InvalidParameterException", "Links must contain cognito:default."):
        admin.create_terms(**{**without_links, "TermsName": "privacy-policy"})
    named = {**of_pool, "TermsId": made["TermsId"]}
    assert admin.describe_terms(**named)["Terms"] == made
    by_client = {name: document[name] for name in ("UserPoolId", "ClientId", "TermsName")}
    assert admin.describe_terms_by_client(**by_client)["Terms"] == made
    privacy = admin.create_terms(**{**document, "TermsName": "privacy-policy"})["Terms"]
    with refused("TermsExistsException"):
        admin.update_terms(**of_pool, TermsId=privacy["TermsId"], TermsName="terms-of-use")
    links = {"cognito:default": "https://example.com/new"}
    assert admin.update_terms(**named, Links=links)["Terms"]["Links"] == links
    assert len(admin.list_terms(**of_pool)["Terms"]) == 2
    admin.delete_terms(**named)
    for call in (admin.describe_terms, admin.delete_terms, admin.update_terms):
        with refused("ResourceNotFoundException"):
            call(**named)
    with refused("ResourceNotFoundException"):
        admin.describe_terms_by_client(**by_client)
    admin.delete_user_pool_client(**of_pool, ClientId=live_pool.client_id)
    assert admin.list_terms(**of_pool)["Terms"] == []


def test_a_client_has_two_secrets_while_one_is_replaced(live_pool: LivePool) -> None:
    admin, app, of_pool = live_pool.admin, live_pool.app, {"UserPoolId": live_pool.id}
    client = admin.create_user_pool_client(
        **of_pool, ClientName="server", GenerateSecret=True, RefreshTokenRotation={"Feature": "DISABLED"}
    )["UserPoolClient"]
    named = {**of_pool, "ClientId": client["ClientId"]}

    def works(secret: str) -> bool:
        try:
            app.revoke_token(ClientId=client["ClientId"], ClientSecret=secret, Token="x")
        except app.exceptions.UnauthorizedException:
            return False
        return True

    own = "a-secret-of-ones-own-0123456789".replace("-", "_")
    added = admin.add_user_pool_client_secret(**named, ClientSecret=own)["ClientSecretDescriptor"]
    assert added["ClientSecretId"].startswith(f"{client['ClientId']}--")
    assert "ClientSecretValue" not in added
    assert works(own)
    assert works(client["ClientSecret"])
    with refused("LimitExceededException"):
        admin.add_user_pool_client_secret(**named)
    first, second = admin.list_user_pool_client_secrets(**named)["ClientSecrets"]
    assert second == added
    admin.delete_user_pool_client_secret(**named, ClientSecretId=first["ClientSecretId"])
    assert not works(client["ClientSecret"])
    assert works(own)
    with refused("InvalidParameterException", "last secret"):
        admin.delete_user_pool_client_secret(**named, ClientSecretId=second["ClientSecretId"])
    with refused("ResourceNotFoundException"):
        admin.delete_user_pool_client_secret(**named, ClientSecretId="other")
    made = admin.add_user_pool_client_secret(**named)["ClientSecretDescriptor"]
    assert works(made["ClientSecretValue"])
    with refused("InvalidParameterException"):
        admin.add_user_pool_client_secret(**of_pool, ClientId=live_pool.client_id)


def test_replicas_answer_that_there_are_none(live_pool: LivePool) -> None:
    named = {"UserPoolId": live_pool.id, "RegionName": "eu-west-1"}
    for call, more in (
        (live_pool.admin.create_user_pool_replica, {}),
        (live_pool.admin.update_user_pool_replica, {"Status": "ACTIVE"}),
        (live_pool.admin.delete_user_pool_replica, {}),
    ):
        with refused("OperationNotEnabledException", "one region"):
            call(**named, **more)
    with refused("OperationNotEnabledException"):
        live_pool.admin.list_user_pool_replicas(UserPoolId=live_pool.id)


def test_a_link_makes_a_providers_user_one_of_the_pools(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    name = live_pool.user("ada")
    admin.create_identity_provider(
        **of_pool, ProviderName="Google", ProviderType="Google", ProviderDetails=GOOGLE, AttributeMapping={}
    )
    local = {"ProviderName": "Cognito", "ProviderAttributeValue": name}

    def google(value: str) -> dict[str, str]:
        return {
            "ProviderName": "Google",
            "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": value,
        }

    def identities() -> list[dict[str, Any]]:
        shown = admin.admin_get_user(**of_pool, Username=name)["UserAttributes"]
        return list(json.loads(next((each["Value"] for each in shown if each["Name"] == "identities"), "[]")))

    admin.admin_link_provider_for_user(**of_pool, DestinationUser=local, SourceUser=google("1"))
    assert [(each["userId"], each["providerType"]) for each in identities()] == [("1", "Google")]
    with refused("InvalidParameterException", "SourceUser is already linked to DestinationUser"):
        admin.admin_link_provider_for_user(**of_pool, DestinationUser=local, SourceUser=google("1"))
    with refused("UserNotFoundException", "User does not exist."):
        nobody = {"ProviderName": "Cognito", "ProviderAttributeValue": "nobody"}
        admin.admin_link_provider_for_user(**of_pool, DestinationUser=nobody, SourceUser=google("2"))
    with refused("ResourceNotFoundException"):
        admin.admin_link_provider_for_user(
            **of_pool, DestinationUser=local, SourceUser={**google("2"), "ProviderName": "Corp"}
        )
    with refused("InvalidParameterException", "ProviderAttributeName is required."):
        source = {"ProviderName": "Google", "ProviderAttributeValue": "2"}
        admin.admin_link_provider_for_user(**of_pool, DestinationUser=local, SourceUser=source)
    for value in "2345":
        admin.admin_link_provider_for_user(**of_pool, DestinationUser=google("1"), SourceUser=google(value))
    with refused("LimitExceededException"):
        admin.admin_link_provider_for_user(**of_pool, DestinationUser=local, SourceUser=google("6"))
    admin.admin_disable_provider_for_user(**of_pool, User=google("1"))
    assert [each["userId"] for each in identities()] == ["2", "3", "4", "5"]
    with refused("UserNotFoundException"):
        admin.admin_disable_provider_for_user(**of_pool, User=google("1"))
    live_pool.sign_in(name)
    admin.admin_disable_provider_for_user(**of_pool, User={**local, "ProviderAttributeName": "Cognito_Subject"})
    with refused("NotAuthorizedException", "Incorrect username or password."):
        live_pool.sign_in(name)


def test_the_signing_certificate_is_a_certificate_and_stays(live_pool: LivePool) -> None:
    first = live_pool.admin.get_signing_certificate(UserPoolId=live_pool.id)["Certificate"]
    certificate = x509.load_der_x509_certificate(base64.b64decode(first))
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 3650
    assert live_pool.admin.get_signing_certificate(UserPoolId=live_pool.id)["Certificate"] == first
    with refused("ResourceNotFoundException"):
        live_pool.admin.get_signing_certificate(UserPoolId="us-east-1_nothere")


def test_limits_are_between_the_default_and_the_largest(client: Callable[..., Any]) -> None:
    admin = client("cognito-idp")
    definition = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserCreation"}}
    assert admin.get_provisioned_limit(LimitDefinition=definition)["Limit"] == {
        "LimitDefinition": definition,
        "ProvisionedLimitValue": 50,
        "FreeLimitValue": 50,
    }
    changed = admin.update_provisioned_limit(LimitDefinition=definition, RequestedLimitValue=80)["Limit"]
    assert changed["ProvisionedLimitValue"] == 80
    assert admin.get_provisioned_limit(LimitDefinition=definition)["Limit"] == changed
    for value, code in ((49, "InvalidParameterException"), (10**6, "ServiceQuotaExceededException")):
        with refused(code):
            admin.update_provisioned_limit(LimitDefinition=definition, RequestedLimitValue=value)
    unknown = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "Nothing"}}
    with refused("ResourceNotFoundException"):
        admin.get_provisioned_limit(LimitDefinition=unknown)
    with refused("InvalidParameterException"):
        admin.get_provisioned_limit(LimitDefinition={**unknown, "Attributes": {}})


def test_log_delivery_is_one_configuration_for_each_source(live_pool: LivePool) -> None:
    admin, of_pool = live_pool.admin, {"UserPoolId": live_pool.id}
    assert admin.get_log_delivery_configuration(**of_pool)["LogDeliveryConfiguration"]["LogConfigurations"] == []
    group = {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/people"}
    notification = {"EventSource": "userNotification", "LogLevel": "ERROR", "CloudWatchLogsConfiguration": group}
    answer = admin.set_log_delivery_configuration(**of_pool, LogConfigurations=[notification])
    assert answer["LogDeliveryConfiguration"] == {"UserPoolId": live_pool.id, "LogConfigurations": [notification]}
    admin.update_user_pool(**of_pool)
    kept = admin.get_log_delivery_configuration(**of_pool)["LogDeliveryConfiguration"]
    assert kept == answer["LogDeliveryConfiguration"]
    bucket = {"BucketArn": "arn:aws:s3:::logs"}
    for wrong in (
        [notification, notification],
        [{**notification, "LogLevel": "INFO"}],
        [{**notification, "S3Configuration": bucket}],
        [{"EventSource": "userNotification", "LogLevel": "ERROR", "S3Configuration": bucket}],
        [{"EventSource": "userNotification", "LogLevel": "ERROR"}],
    ):
        with refused("InvalidParameterException"):
            admin.set_log_delivery_configuration(**of_pool, LogConfigurations=wrong)
    activity = {"EventSource": "userAuthEvents", "LogLevel": "INFO", "S3Configuration": bucket}
    with refused("FeatureUnavailableInTierException"):
        admin.set_log_delivery_configuration(**of_pool, LogConfigurations=[activity])
    admin.update_user_pool(**of_pool, UserPoolTier="PLUS")
    admin.set_log_delivery_configuration(**of_pool, LogConfigurations=[activity])
