"""Signing in with a password that the server sees."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    InvalidUserPoolConfigurationException,
    NotAuthorizedException,
    PasswordResetRequiredException,
    ResourceNotFoundException,
    UserNotConfirmedException,
    UserNotFoundException,
)
from tests.idp.signin.conftest import FLOWS, PASSWORD, App, Pool

MakePool = Callable[..., Pool]
Advance = Callable[[float], None]
WRONG = "Incorrect username or password."


def test_the_right_password_gives_three_tokens(app: App) -> None:
    answer = app.password("ann")
    assert answer.keys() == {"ChallengeParameters", "AuthenticationResult"}
    assert answer["ChallengeParameters"] == {}
    result = answer["AuthenticationResult"]
    assert result.keys() == {"AccessToken", "IdToken", "RefreshToken", "ExpiresIn", "TokenType"}
    assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 3600)
    assert app.pool.get_user(result["AccessToken"])["Username"] == "ann"


def test_an_administrator_signs_a_user_in(app: App) -> None:
    for flow in ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"):
        assert "AuthenticationResult" in app.admin_initiate(flow, USERNAME="ann", PASSWORD=PASSWORD)


def test_flows_of_administrators_are_not_for_anybody(app: App) -> None:
    with pytest.raises(InvalidParameterException, match=r"^Initiate Auth method not supported\.$"):
        app.initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME="ann", PASSWORD=PASSWORD)


def test_another_password_is_wrong(app: App) -> None:
    """PWD-03."""
    for password in ("correct-horse-7", "Correct-horse-7 ", " Correct-horse-7", "Correct-horse-"):
        with pytest.raises(NotAuthorizedException, match=f"^{WRONG}$"):
            app.password("ann", password)


def test_passwords_are_compared_exactly_as_they_are_sent(app: App) -> None:
    """PWD-03, PWD-04: no normalisation, and 256 characters count to the last."""
    app.pool.call("UpdateUserPool", Policies={"PasswordPolicy": {"MinimumLength": 8, "RequireSymbols": False}})
    for password in ("Zażółć-gęślą-1", "e\u0301-Not-\u00e9-1", "inner  Space-1", "L" * 253 + "a1-"):
        app.pool.set_password("ann", password)
        for other in (password[:-1], f"{password}x", "\u00e9-Not-e\u0301-1", password.swapcase()):
            with pytest.raises(NotAuthorizedException, match=WRONG):
                app.password("ann", other)
        assert app.tokens("ann", password)


REFUSALS = {
    "USER_PASSWORD_AUTH": "USER_PASSWORD_AUTH flow not enabled for this client",
    "USER_SRP_AUTH": "USER_SRP_AUTH is not enabled for the client.",
    "CUSTOM_AUTH": "CUSTOM_AUTH is not enabled for the client.",
    "USER_AUTH": "USER_AUTH is not enabled for the client.",
    "REFRESH_TOKEN_AUTH": "REFRESH_TOKEN_AUTH is not enabled for the client.",
    "REFRESH_TOKEN": "REFRESH_TOKEN_AUTH is not enabled for the client.",
}


def test_a_flow_that_the_client_does_not_allow_is_refused(app: App) -> None:
    one, other = (app.pool.app(ExplicitAuthFlows=[f"ALLOW_USER_{kind}_AUTH"]) for kind in ("SRP", "PASSWORD"))
    for flow, text in REFUSALS.items():
        client = other if flow == "USER_SRP_AUTH" else one
        with pytest.raises(InvalidParameterException) as refused:
            client.initiate(flow, USERNAME="ann", PASSWORD=PASSWORD, SRP_A="2", REFRESH_TOKEN="x")
        assert refused.value.message == text


def test_an_administrators_flow_must_be_allowed_too(app: App) -> None:
    other = app.pool.app(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    with pytest.raises(InvalidParameterException, match=r"^Auth flow not enabled for this client$"):
        other.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME="ann", PASSWORD=PASSWORD)


def test_old_names_of_flows_add_to_srp_and_refresh(app: App) -> None:
    old = app.pool.app(ExplicitAuthFlows=["USER_PASSWORD_AUTH"])
    assert old.refresh(old.tokens("ann")["RefreshToken"])
    assert "AuthenticationResult" in old.srp("ann")


ALWAYS = {"USER_SRP_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"}
BY_ADMINISTRATORS = {"ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}


@pytest.mark.parametrize(
    ("named", "allowed"),
    [
        ([], ALWAYS),
        (["USER_PASSWORD_AUTH"], ALWAYS | {"USER_PASSWORD_AUTH"}),
        (["ADMIN_NO_SRP_AUTH"], ALWAYS | BY_ADMINISTRATORS),
        (["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"], ALWAYS | BY_ADMINISTRATORS | {"USER_PASSWORD_AUTH"}),
        (["CUSTOM_AUTH_FLOW_ONLY"], {"CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"}),
        (
            ["CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"],
            {"CUSTOM_AUTH", "REFRESH_TOKEN_AUTH", "USER_PASSWORD_AUTH"},
        ),
        (["ALLOW_CUSTOM_AUTH"], {"CUSTOM_AUTH"}),
    ],
    ids=lambda value: "+".join(sorted(value)) or "none",
)
def test_old_names_of_flows_mean_what_they_meant(app: App, named: list[str], allowed: set[str]) -> None:
    """The old values are added to custom sign-in, SRP and refresh; CUSTOM_AUTH_FLOW_ONLY takes SRP away."""
    other = app.pool.app(ExplicitAuthFlows=named)
    taken = set()
    for flow in ALWAYS | BY_ADMINISTRATORS | {"USER_PASSWORD_AUTH", "USER_AUTH"}:
        try:
            other.admin_initiate(flow, USERNAME="ann", PASSWORD=PASSWORD, SRP_A="2", REFRESH_TOKEN="x")
        except InvalidParameterException:
            continue
        except (InvalidUserPoolConfigurationException, NotAuthorizedException):
            pass  # allowed, but there are no functions and there is no such token
        taken.add(flow)
    assert taken == allowed


def test_custom_sign_in_needs_triggers(app: App) -> None:
    custom = app.pool.app(ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"])
    with pytest.raises(InvalidUserPoolConfigurationException):
        custom.initiate("CUSTOM_AUTH", USERNAME="ann")


def test_a_sub_is_a_name_to_administrators_only(pool: Pool, make_pool: MakePool) -> None:
    sub = pool.user("ann")
    app, quiet = pool.app(), pool.app(PreventUserExistenceErrors="ENABLED")
    with pytest.raises(UserNotFoundException, match=r"^User does not exist\.$"):
        app.password(sub)
    for flow, proof in (("USER_PASSWORD_AUTH", {"PASSWORD": PASSWORD}), ("USER_SRP_AUTH", {"SRP_A": "2"})):
        with pytest.raises(UserNotFoundException):
            app.initiate(flow, USERNAME=sub, **proof)
    with pytest.raises(NotAuthorizedException, match=r"^Incorrect username or password\.$"):
        quiet.password(sub)
    answer = app.admin_initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME=sub, PASSWORD=PASSWORD)
    assert pool.get_user(answer["AuthenticationResult"]["AccessToken"])["Username"] == "ann"
    addresses = make_pool(UsernameAttributes=["email"])
    name = addresses.user("ann@example.com", email="ann@example.com")
    assert "AccessToken" in addresses.app().tokens(name)  # it is the user name


def test_what_is_missing_is_named(app: App) -> None:
    for missing, given in (("USERNAME", {"PASSWORD": PASSWORD}), ("PASSWORD", {"USERNAME": "ann"})):
        with pytest.raises(InvalidParameterException, match=f"^Missing required parameter {missing}$"):
            app.initiate("USER_PASSWORD_AUTH", **given)


def test_an_unknown_client_and_a_client_of_another_pool_do_not_exist(app: App, make_pool: MakePool) -> None:
    with pytest.raises(ResourceNotFoundException, match="User pool client nobody does not exist"):
        app.pool.anybody("InitiateAuth", ClientId="nobody", AuthFlow="USER_PASSWORD_AUTH", AuthParameters={})
    stranger = make_pool().app()
    with pytest.raises(ResourceNotFoundException, match=f"User pool client {stranger.id} does not exist"):
        app.pool.call("AdminInitiateAuth", ClientId=stranger.id, AuthFlow="ADMIN_USER_PASSWORD_AUTH")


# -- the client's secret ---------------------------------------------------------------------------------------------
def test_a_client_with_a_secret_must_prove_it(app: App) -> None:
    """PWD-13."""
    secret = app.pool.app(GenerateSecret=True)
    assert secret.tokens("ann")
    parameters = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    with pytest.raises(NotAuthorizedException, match="is configured with secret but SECRET_HASH was not received"):
        secret.initiate("USER_PASSWORD_AUTH", **parameters)
    for wrong in (secret.secret_hash("bob")["SECRET_HASH"], "", "not base64", "é"):
        with pytest.raises(NotAuthorizedException, match=f"Unable to verify secret hash for client {secret.id}"):
            secret.initiate("USER_PASSWORD_AUTH", **parameters, SECRET_HASH=wrong)


def test_a_client_without_a_secret_refuses_a_hash(app: App) -> None:
    with pytest.raises(NotAuthorizedException, match="Unable to verify secret hash"):
        app.initiate("USER_PASSWORD_AUTH", USERNAME="ann", PASSWORD=PASSWORD, SECRET_HASH="x")


def test_the_secret_is_asked_before_the_user_is_looked_up(app: App) -> None:
    secret = app.pool.app(GenerateSecret=True)
    with pytest.raises(NotAuthorizedException, match="SECRET_HASH was not received"):
        secret.initiate("USER_PASSWORD_AUTH", USERNAME="nobody", PASSWORD=PASSWORD)


# -- who may sign in -------------------------------------------------------------------------------------------------
def test_what_is_wrong_with_a_user_is_told_only_with_the_right_password(pool: Pool) -> None:
    """ENU-01."""
    app = pool.app(PreventUserExistenceErrors="ENABLED")
    pool.user("disabled")
    pool.call("AdminDisableUser", Username="disabled")
    pool.user("reset", email="reset@example.com", email_verified="true")
    pool.call("AdminResetUserPassword", Username="reset")
    pool.anybody("SignUp", ClientId=app.id, Username="unconfirmed", Password=PASSWORD)
    told: dict[str, tuple[type[Exception], str]] = {
        "disabled": (NotAuthorizedException, "User is disabled."),
        "reset": (PasswordResetRequiredException, "Password reset required for the user"),
        "unconfirmed": (UserNotConfirmedException, "User is not confirmed."),
    }
    for name, (error, text) in told.items():
        with pytest.raises(NotAuthorizedException, match=WRONG):
            app.password(name, "Wrong-horse-8")
        with pytest.raises(error, match=f"^{text}$"):
            app.password(name)
        with pytest.raises(error, match=f"^{text}$"):
            app.srp(name)
    with pytest.raises(NotAuthorizedException, match=WRONG):
        app.password("nobody")


def test_a_client_that_may_know_is_told_who_does_not_exist(app: App) -> None:
    with pytest.raises(UserNotFoundException, match=r"^User does not exist\.$"):
        app.password("nobody")
    with pytest.raises(UserNotFoundException, match=r"^User does not exist\.$"):
        app.srp("nobody")


def test_a_user_signs_in_by_every_name(make_pool: MakePool) -> None:
    pool = make_pool(AliasAttributes=["email", "phone_number", "preferred_username"])
    app = pool.app()
    addresses = {"email": "ann@example.com", "phone_number": "+15550100"}
    pool.user("ann", **addresses, email_verified="true", phone_number_verified="true", preferred_username="annie")
    for name in ("ann", "ann@example.com", "+15550100", "annie"):
        assert pool.get_user(app.tokens(name)["AccessToken"])["Username"] == "ann"
        assert pool.get_user(app.srp(name)["AuthenticationResult"]["AccessToken"])["Username"] == "ann"


def test_an_address_that_is_not_verified_does_not_sign_in(make_pool: MakePool) -> None:
    """ATT-04."""
    pool = make_pool(AliasAttributes=["email"])
    pool.user("ann", email="ann@example.com", email_verified="false")
    with pytest.raises(UserNotFoundException):
        pool.app().password("ann@example.com")


def test_case_counts_only_where_the_pool_says_so(make_pool: MakePool) -> None:
    """ATT-05."""
    loose, strict = make_pool(UsernameConfiguration={"CaseSensitive": False}), make_pool()
    loose.user("Ann")
    strict.user("Ann")
    assert loose.app().tokens("aNN")
    assert "AuthenticationResult" in loose.app().srp("aNN")
    with pytest.raises(UserNotFoundException):
        strict.app().password("ann")


# -- what must look the same -----------------------------------------------------------------------------------------
def failures(app: App, name: str, times: int) -> list[Any]:
    """Return what a client hears of so many wrong passwords."""
    heard = []
    for _ in range(times):
        with pytest.raises(NotAuthorizedException) as refused:
            app.password(name, "Wrong-horse-8")
        heard.append((type(refused.value), refused.value.message))
    return heard


def test_a_stranger_is_locked_like_a_user(pool: Pool, advance: Advance) -> None:
    """ENU-01, PWD-06: a lock that only users have would tell who is one."""
    app = pool.app(PreventUserExistenceErrors="ENABLED")
    pool.user("ann")
    assert failures(app, "ann", 7) == failures(app, "nobody", 7)
    assert failures(app, "nobody", 1)[0][1] == "Password attempts exceeded"
    advance(1.001)
    assert failures(app, "ann", 1) == failures(app, "nobody", 1) == [(NotAuthorizedException, WRONG)]


def test_flows_are_checked_in_every_kind_of_client(pool: Pool) -> None:
    pool.user("ann")
    default = pool.admin("CreateUserPoolClient", UserPoolId=pool.id, ClientName="plain")["UserPoolClient"]["ClientId"]
    with pytest.raises(InvalidParameterException, match="USER_PASSWORD_AUTH flow not enabled"):
        pool.anybody(
            "InitiateAuth",
            ClientId=default,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD},
        )
    assert pool.app(ExplicitAuthFlows=FLOWS).tokens("ann")
