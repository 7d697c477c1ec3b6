"""Signing in, refreshing, signing out, and tokens of services."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.contract.idp.home import NOBODY, OTHER_PASSWORD, PASSWORD, Home, unique
from tests.contract.idp.pools import server
from tests.contract.idp.rows import Refuses, Succeeds
from tests.contract.idp.users import forced

Make = Callable[[Home], dict[str, Any]]
EXCHANGE = ["ALLOW_TOKEN_EXCHANGE_DELEGATION", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"]


def as_admin(home: Home, request: dict[str, Any]) -> dict[str, Any]:
    """Return a request of InitiateAuth or RespondToAuthChallenge as administrators send it."""
    return {"UserPoolId": home.pool_of(request["ClientId"]), **request}


def admin_sign_in(make: Make, home: Home) -> dict[str, Any]:
    """Return what `make` begins as administrators begin it."""
    request = as_admin(home, make(home))
    return {**request, "AuthFlow": request["AuthFlow"].replace("USER_PASSWORD", "ADMIN_USER_PASSWORD")}


def admin_answer(make: Make, home: Home) -> dict[str, Any]:
    """Return what `make` answers as administrators answer it."""
    return as_admin(home, make(home))


def by_password(home: Home, name: str = "", password: str = PASSWORD) -> dict[str, Any]:
    """Return the request that signs somebody in."""
    return home.initiate(name or home.person(), password)


def of_flow(home: Home, flow: str, name: str = "", **parameters: str) -> dict[str, Any]:
    """Return the request that begins a flow."""
    named = {"USERNAME": name or home.person(), **parameters}
    return {"ClientId": home.client, "AuthFlow": flow, "AuthParameters": named}


def with_client(home: Home, request: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Return a request as another client sends it."""
    return {**request, "ClientId": home.new_client(**settings)["ClientId"]}


def unconfirmed(home: Home) -> dict[str, Any]:
    """Return the request that signs in somebody who is not confirmed."""
    return by_password(home, home.signed_up())


def must_reset(home: Home) -> dict[str, Any]:
    """Return the request that signs in somebody whose password was reset."""
    name = home.person()
    home.admin.admin_reset_user_password(**home.named(name))
    return by_password(home, name)


def lite(home: Home) -> dict[str, Any]:
    """Return the request for a flow that the pool's plan does not have."""
    chooses = home.other(AutoVerifiedAttributes=["phone_number"])
    home.admin.update_user_pool(**chooses.in_pool, UserPoolTier="ESSENTIALS")
    request = of_flow(chooses, "USER_AUTH")
    home.admin.update_user_pool(**chooses.in_pool, UserPoolTier="LITE")
    return request


# -- challenges ------------------------------------------------------------------------------------------------------
def challenged(home: Home, begun: dict[str, Any], name: str, **responses: str) -> dict[str, Any]:
    """Return the request that answers the challenge which a request got."""
    asked = home.app.initiate_auth(**begun)
    return {
        "ClientId": begun["ClientId"],
        "ChallengeName": asked["ChallengeName"],
        "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": name, **responses},
    }


def new_password(home: Home, password: str = OTHER_PASSWORD) -> dict[str, Any]:
    """Return the answer of somebody who chooses a password."""
    name = forced(home)["Username"]
    return challenged(home, by_password(home, name), name, NEW_PASSWORD=password)


def used(home: Home) -> dict[str, Any]:
    """Return an answer that was given already."""
    request = new_password(home)
    home.app.respond_to_auth_challenge(**request)
    return request


def app_user(home: Home) -> tuple[str, str]:
    """Return a new user with an authenticator app, and its secret."""
    name = home.person()
    token = home.signed_in(name)
    secret = home.app.associate_software_token(**token)["SecretCode"]
    home.app.verify_software_token(**token, UserCode=home.shown(secret))
    factor = {"SoftwareTokenMfaSettings": {"Enabled": True, "PreferredMfa": True}}
    home.app.set_user_mfa_preference(**token, **factor)
    return name, secret


def wrong_app_code(home: Home) -> dict[str, Any]:
    """Return an answer with a code that the authenticator app does not show."""
    name, secret = app_user(home)
    wrong = f"{(int(home.shown(secret)) + 500_000) % 10**6:06d}"
    return challenged(home, by_password(home, name), name, SOFTWARE_TOKEN_MFA_CODE=wrong)


def code_again(home: Home) -> dict[str, Any]:
    """Return an answer with a code that was used already."""
    name, secret = app_user(home)
    home.server.services.clock.advance(30)
    code = home.shown(secret)
    home.app.respond_to_auth_challenge(**challenged(home, by_password(home, name), name, SOFTWARE_TOKEN_MFA_CODE=code))
    return challenged(home, by_password(home, name), name, SOFTWARE_TOKEN_MFA_CODE=code)


def taken(home: Home) -> dict[str, Any]:
    """Return the answer, with a code, of somebody who gives an address that is another's alias."""
    strict = home.other(AliasAttributes=["email"])
    strict.admin.set_user_pool_mfa_config(**strict.in_pool, MfaConfiguration="ON", EmailMfaConfiguration={})
    name = unique("person")
    strict.admin.admin_create_user(**strict.named(name), MessageAction="SUPPRESS")
    strict.admin.admin_set_user_password(**strict.named(name), Password=PASSWORD, Permanent=True)
    setup = challenged(strict, by_password(strict, name), name, EMAIL=strict.email(name))
    asked = strict.app.respond_to_auth_challenge(**setup)
    responses = {"USERNAME": name, "EMAIL_OTP_CODE": strict.mailed(name)}
    strict.person(email=strict.email(name))
    return {
        "ClientId": strict.client,
        "ChallengeName": asked["ChallengeName"],
        "Session": asked["Session"],
        "ChallengeResponses": responses,
    }


def app_code(home: Home, name: str, secret: str) -> dict[str, Any]:
    """Return the answer that shows an authenticator app's code."""
    home.server.services.clock.advance(30)
    return challenged(home, by_password(home, name), name, SOFTWARE_TOKEN_MFA_CODE=home.shown(secret))


def no_app_any_more(home: Home) -> dict[str, Any]:
    """Return the answer of somebody whose authenticator app was deleted meanwhile."""
    name, secret = app_user(home)
    request = app_code(home, name, secret)
    home.server.services.clock.set(None)
    home.admin.admin_delete_software_token(**home.named(name))
    return request


def reset_meanwhile(home: Home) -> dict[str, Any]:
    """Return the answer of somebody whose password was reset meanwhile."""
    name, secret = app_user(home)
    request = app_code(home, name, secret)
    home.server.services.clock.set(None)
    home.admin.admin_reset_user_password(**home.named(name))
    return request


def without_functions(home: Home) -> dict[str, Any]:
    """Return the answer to a challenge of functions that the pool does not have any more."""
    asks = home.asking
    asks.admin.update_user_pool(**asks.in_pool, LambdaConfig=asks.functions.questions())
    name = asks.person()
    request = challenged(asks, of_flow(asks, "CUSTOM_AUTH", name), name, ANSWER="5")
    asks.admin.update_user_pool(**asks.in_pool)
    return request


# -- tokens ----------------------------------------------------------------------------------------------------------
def refresh(home: Home, **more: str) -> dict[str, Any]:
    """Return the request for new tokens."""
    return {"ClientId": home.client, "RefreshToken": home.tokens()["RefreshToken"], **more}


def reused(home: Home) -> dict[str, Any]:
    """Return the request for new tokens by a refresh token that another one has followed."""
    rotates = home.new_client(
        RefreshTokenRotation={"Feature": "ENABLED"}, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    begun = {**by_password(home), "ClientId": rotates["ClientId"]}
    token = home.app.initiate_auth(**begun)["AuthenticationResult"]["RefreshToken"]
    request = {"ClientId": rotates["ClientId"], "RefreshToken": token}
    home.app.get_tokens_from_refresh_token(**request)
    return request


def revoke(home: Home) -> dict[str, str]:
    """Return the request that ends a sign-in."""
    return {"ClientId": home.client, "Token": home.tokens()["RefreshToken"]}


def irrevocable(home: Home) -> dict[str, str]:
    """Return the request that ends a sign-in, of a client that issues no tokens that could be revoked."""
    return {**revoke(home), "ClientId": home.new_client(EnableTokenRevocation=False)["ClientId"]}


def service(home: Home, *flows: str) -> dict[str, Any]:
    """Return a client with a secret that may ask for the scope of a resource server."""
    scope = f"{server(home)['Identifier']}/read"
    return home.new_client(GenerateSecret=True, ExplicitAuthFlows=list(flows), AllowedOAuthScopes=[scope])


def own_token(home: Home, **more: Any) -> dict[str, Any]:
    """Return the request of a service for a token of its own."""
    made = service(home, "ALLOW_CLIENT_TOKEN_AUTH")
    scopes = made["AllowedOAuthScopes"]
    return {"ClientId": made["ClientId"], "Secret": made["ClientSecret"], "Scopes": scopes, **more}


def derived(home: Home, token: str = "", **more: Any) -> dict[str, Any]:
    """Return the request of a service for a token that stands for somebody."""
    made = home.new_client(
        GenerateSecret=True, ExplicitAuthFlows=EXCHANGE, AllowedOAuthScopes=["aws.cognito.signin.user.admin"]
    )
    return {
        "ClientId": made["ClientId"],
        "ClientSecret": made["ClientSecret"],
        "SubjectToken": token or home.tokens()["AccessToken"],
        "SubjectTokenType": "ACCESS_TOKEN",
        **more,
    }


SUCCEEDS: Succeeds = {
    "InitiateAuth": by_password,
    "AdminInitiateAuth": lambda home: {**as_admin(home, by_password(home)), "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"},
    "RespondToAuthChallenge": new_password,
    "AdminRespondToAuthChallenge": lambda home: as_admin(home, new_password(home)),
    "GetTokensFromRefreshToken": refresh,
    "RevokeToken": revoke,
    "GetClientToken": own_token,
    "GetDerivedToken": derived,
}

SIGN_INS: dict[str, Make] = {
    "NotAuthorizedException": lambda home: by_password(home, password=OTHER_PASSWORD),
    "UserNotFoundException": lambda home: by_password(home, NOBODY),
    "UserNotConfirmedException": unconfirmed,
    "PasswordResetRequiredException": must_reset,
    "InvalidUserPoolConfigurationException": lambda home: of_flow(home, "CUSTOM_AUTH"),
    "FeatureUnavailableInTierException": lite,
}
ANSWERS: dict[str, Make] = {
    "NotAuthorizedException": used,
    "InvalidPasswordException": lambda home: new_password(home, "short"),
    "PasswordHistoryPolicyViolationException": lambda home: new_password(home, PASSWORD),
    "CodeMismatchException": wrong_app_code,
    "ExpiredCodeException": code_again,
    "AliasExistsException": taken,
    "InvalidUserPoolConfigurationException": without_functions,
    "SoftwareTokenMFANotFoundException": no_app_any_more,
    "PasswordResetRequiredException": reset_meanwhile,
}

REFUSES: Refuses = {
    **{("InitiateAuth", error): make for error, make in SIGN_INS.items()},
    **{("AdminInitiateAuth", error): partial(admin_sign_in, make) for error, make in SIGN_INS.items()},
    **{("RespondToAuthChallenge", error): make for error, make in ANSWERS.items()},
    **{("AdminRespondToAuthChallenge", error): partial(admin_answer, make) for error, make in ANSWERS.items()},
    ("GetTokensFromRefreshToken", "RefreshTokenReuseException"): reused,
    ("RevokeToken", "UnauthorizedException"): lambda home: {**revoke(home), "ClientSecret": "x" * 24},
    ("RevokeToken", "UnsupportedOperationException"): irrevocable,
    ("RevokeToken", "UnsupportedTokenTypeException"): lambda home: {"ClientId": home.client, "Token": home.anns_token},
    ("GetClientToken", "NotAuthorizedException"): lambda home: own_token(home, Secret="x" * 24),
    ("GetDerivedToken", "NotAuthorizedException"): lambda home: derived(home, ClientSecret="x" * 24),
    ("GetDerivedToken", "UserNotFoundException"): lambda home: derived(home, home.was_deleted),
}
