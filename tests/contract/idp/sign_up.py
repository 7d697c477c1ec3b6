"""Signing up, confirming, and forgotten passwords."""

from typing import Any

from tests.contract.idp.home import OTHER_PASSWORD, PASSWORD, Home, pairs
from tests.contract.idp.rows import Refuses, Succeeds, after, times

WRONG = "000000"
DAY = 86400


def confirm(home: Home, name: str = "", code: str = "") -> dict[str, Any]:
    """Return the request that confirms somebody who signed up."""
    name = name or home.signed_up()
    return {"ClientId": home.client, "Username": name, "ConfirmationCode": code or home.mailed(name)}


def asked(home: Home, name: str = "") -> dict[str, Any]:
    """Return the members that name somebody of a client, somebody new by default."""
    return {"ClientId": home.client, "Username": name or home.person()}


def recover(home: Home, password: str = OTHER_PASSWORD, code: str = "") -> dict[str, Any]:
    """Return the request that sets a password by a code."""
    named = asked(home)
    home.app.forgot_password(**named)
    return {**named, "Password": password, "ConfirmationCode": code or home.mailed(named["Username"])}


def later(home: Home, request: dict[str, Any]) -> dict[str, Any]:
    """Return a request, a day and a bit later."""
    home.server.services.clock.advance(DAY + 1)
    return request


def taken(home: Home) -> dict[str, Any]:
    """Return the request that confirms somebody whose address became another's alias."""
    request = confirm(home)
    home.person(email=home.email(request["Username"]))
    return request


def tried(call: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Return a request that was sent as often as an hour allows."""
    times(20, lambda: call(**request))
    return request


def closed(home: Home) -> dict[str, Any]:
    """Return the request that signs up where only administrators make users."""
    return home.other(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}).sign_up()


SUCCEEDS: Succeeds = {
    "SignUp": lambda home: home.sign_up(),
    "ConfirmSignUp": confirm,
    "ResendConfirmationCode": lambda home: asked(home, home.signed_up()),
    "ForgotPassword": asked,
    "ConfirmForgotPassword": recover,
}

REFUSES: Refuses = {
    ("SignUp", "NotAuthorizedException"): closed,
    ("SignUp", "InvalidPasswordException"): lambda home: {**home.sign_up(), "Password": "short"},
    ("SignUp", "UsernameExistsException"): lambda home: home.sign_up(home.ann),
    ("SignUp", "InvalidParameterException"): lambda home: {**home.sign_up(), "UserAttributes": pairs(colour="red")},
    ("ConfirmSignUp", "NotAuthorizedException"): lambda home: confirm(home, home.ann, WRONG),
    ("ConfirmSignUp", "CodeMismatchException"): lambda home: confirm(home, code=WRONG),
    ("ConfirmSignUp", "ExpiredCodeException"): lambda home: later(home, confirm(home)),
    ("ConfirmSignUp", "AliasExistsException"): taken,
    ("ConfirmSignUp", "LimitExceededException"): lambda home: tried(
        home.app.confirm_sign_up, confirm(home, code=WRONG)
    ),
    ("ResendConfirmationCode", "LimitExceededException"): lambda home: tried(
        home.app.resend_confirmation_code, asked(home, home.signed_up())
    ),
    ("ForgotPassword", "LimitExceededException"): lambda home: tried(home.app.forgot_password, asked(home)),
    ("ForgotPassword", "NotAuthorizedException"): lambda home: after(
        lambda: home.admin.admin_disable_user(**home.named(name)), asked(home, name := home.person())
    ),
    ("ConfirmForgotPassword", "InvalidPasswordException"): lambda home: recover(home, "short"),
    ("ConfirmForgotPassword", "PasswordHistoryPolicyViolationException"): lambda home: recover(home, PASSWORD),
    ("ConfirmForgotPassword", "CodeMismatchException"): lambda home: recover(home, code=WRONG),
    ("ConfirmForgotPassword", "ExpiredCodeException"): lambda home: later(home, recover(home)),
    ("ConfirmForgotPassword", "LimitExceededException"): lambda home: tried(
        home.app.confirm_forgot_password, recover(home, code=WRONG)
    ),
}
