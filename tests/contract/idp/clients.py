"""App clients, their secrets, terms and looks."""

from typing import Any

from tests.contract.idp.home import Home, unique
from tests.contract.idp.rows import Refuses, Succeeds, after
from tests.contract.idp.users import tracked

TERMS = {"TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE"}
LINKS = {"Links": {"cognito:default": "https://example.com/terms"}}
STYLE = {"UseCognitoProvidedValues": True}
CSS = ".banner-customizable { background: #ffffff; }"
NO_ID = "00000000-0000-4000-8000-000000000000"
WINDOW = {"MaxValidityMinutes": 5}
CHOICE = {"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}
SCOPE: dict[str, Any] = {"AllowedOAuthScopes": ["nothing/there"]}
FLOW: dict[str, Any] = {"AllowedOAuthFlows": ["code", "client_credentials"]}


def client(home: Home, **settings: Any) -> dict[str, str]:
    """Return the members that name a client which is there for this call alone."""
    return {**home.in_pool, "ClientId": home.new_client(**settings)["ClientId"]}


def lite_client(home: Home) -> dict[str, str]:
    """Return the members that name a new client that may do what every plan has."""
    return client(home, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])


def confidential(home: Home) -> dict[str, str]:
    """Return the members that name a new client with a secret."""
    return client(home, GenerateSecret=True)


def two_secrets(home: Home) -> dict[str, str]:
    """Return the members that name the second secret of a new client."""
    named = confidential(home)
    made = home.admin.add_user_pool_client_secret(**named)["ClientSecretDescriptor"]
    return {**named, "ClientSecretId": made["ClientSecretId"]}


def terms(home: Home) -> dict[str, str]:
    """Return the members that name a new document of terms, of a new client."""
    made = home.admin.create_terms(**client(home), **TERMS, **LINKS)["Terms"]
    return {**home.in_pool, "TermsId": made["TermsId"]}


def both_terms(home: Home) -> dict[str, Any]:
    """Return a request that would make a client's terms of use what its privacy policy is."""
    named = client(home)
    made = home.admin.create_terms(**named, **TERMS, **LINKS)["Terms"]
    home.admin.create_terms(**named, **{**TERMS, "TermsName": "privacy-policy"}, **LINKS)
    return {**home.in_pool, "TermsId": made["TermsId"], "TermsName": "privacy-policy"}


def style(home: Home) -> dict[str, str]:
    """Return the members that name the style of a new client."""
    made = home.admin.create_managed_login_branding(**client(home), **STYLE)["ManagedLoginBranding"]
    return {**home.in_pool, "ManagedLoginBrandingId": made["ManagedLoginBrandingId"]}


def styled(home: Home) -> dict[str, str]:
    """Return the members that name a new client with a style."""
    named = client(home)
    home.admin.create_managed_login_branding(**named, **STYLE)
    return named


def with_terms(home: Home) -> dict[str, str]:
    """Return the members that name a new client with terms of use."""
    named = client(home)
    home.admin.create_terms(**named, **TERMS, **LINKS)
    return named


def in_domain(home: Home) -> dict[str, str]:
    """Return the member that names a new pool with a domain."""
    pool = {"UserPoolId": home.new_pool()}
    home.admin.create_user_pool_domain(**pool, Domain=unique(home.client[:9]))
    return pool


SUCCEEDS: Succeeds = {
    "CreateUserPoolClient": lambda home: {**home.in_pool, "ClientName": "c"},
    "DescribeUserPoolClient": lambda home: home.in_client,
    "UpdateUserPoolClient": lambda home: {**client(home), "ClientName": "d"},
    "DeleteUserPoolClient": client,
    "ListUserPoolClients": lambda home: home.in_pool,
    "AddUserPoolClientSecret": confidential,
    "ListUserPoolClientSecrets": confidential,
    "DeleteUserPoolClientSecret": two_secrets,
    "CreateTerms": lambda home: {**client(home), **TERMS, **LINKS},
    "DescribeTerms": terms,
    "DescribeTermsByClient": lambda home: {**with_terms(home), "TermsName": "terms-of-use"},
    "UpdateTerms": lambda home: {**terms(home), **LINKS},
    "DeleteTerms": terms,
    "ListTerms": lambda home: after(lambda: terms(home), home.in_pool),
    "CreateManagedLoginBranding": lambda home: {**client(home), **STYLE},
    "DescribeManagedLoginBranding": style,
    "DescribeManagedLoginBrandingByClient": lambda home: {**styled(home), "ReturnMergedResources": True},
    "UpdateManagedLoginBranding": lambda home: {**style(home), "Settings": {"components": {}}},
    "DeleteManagedLoginBranding": style,
    "GetUICustomization": lambda home: home.in_pool,
    "SetUICustomization": lambda home: {**in_domain(home), "CSS": CSS},
    "GetUserPoolClientSessionConfiguration": lambda home: home.in_client,
    "SetUserPoolClientSessionConfiguration": lambda home: {
        **client(tracked(home)),
        "SSOSession": WINDOW,
    },
}

REFUSES: Refuses = {
    ("CreateUserPoolClient", "ScopeDoesNotExistException"): lambda home: {**home.in_pool, "ClientName": "c", **SCOPE},
    ("UpdateUserPoolClient", "ScopeDoesNotExistException"): lambda home: {**home.in_client, **SCOPE},
    ("CreateUserPoolClient", "InvalidOAuthFlowException"): lambda home: {**home.in_pool, "ClientName": "c", **FLOW},
    ("UpdateUserPoolClient", "InvalidOAuthFlowException"): lambda home: {**home.in_client, **FLOW},
    ("CreateUserPoolClient", "FeatureUnavailableInTierException"): lambda home: {
        **home.other(UserPoolTier="LITE").in_pool,
        "ClientName": "c",
        **CHOICE,
    },
    ("UpdateUserPoolClient", "FeatureUnavailableInTierException"): lambda home: {
        **lite_client(home.other(UserPoolTier="LITE")),
        **CHOICE,
    },
    ("SetUserPoolClientSessionConfiguration", "FeatureUnavailableInTierException"): lambda home: {
        **lite_client(home.other(UserPoolTier="LITE")),
        "SSOSession": WINDOW,
    },
    ("AddUserPoolClientSecret", "LimitExceededException"): lambda home: {
        name: value for name, value in two_secrets(home).items() if name != "ClientSecretId"
    },
    ("CreateTerms", "TermsExistsException"): lambda home: {**with_terms(home), **TERMS, **LINKS},
    ("UpdateTerms", "TermsExistsException"): both_terms,
    ("CreateManagedLoginBranding", "ManagedLoginBrandingExistsException"): lambda home: {**styled(home), **STYLE},
    **{
        (f"{verb}Terms", "ResourceNotFoundException"): lambda home: {**home.in_pool, "TermsId": NO_ID}
        for verb in ("Describe", "Update", "Delete")
    },
    **{
        (f"{verb}ManagedLoginBranding", "ResourceNotFoundException"): lambda home: {
            **home.in_pool,
            "ManagedLoginBrandingId": NO_ID,
        }
        for verb in ("Describe", "Update", "Delete")
    },
    ("UpdateManagedLoginBranding", "InvalidParameterException"): lambda home: {
        **style(home),
        "UseCognitoProvidedValues": True,
        "Settings": {},
    },
}
