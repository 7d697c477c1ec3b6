"""What people do with their own accounts, by an access token."""

from collections.abc import Callable
from typing import Any

from tests.contract.idp.home import OTHER_PASSWORD, PASSWORD, VERIFIER, Home, pairs, unique
from tests.contract.idp.rows import Refuses, Succeeds, times
from tests.contract.idp.sign_up import WRONG, later
from tests.contract.idp.users import EMAIL_FACTOR, NO_SESSION, PHONE, SMS, tracked, without
from tests.fixtures.authenticator import Authenticator, encoded

NO_DEVICE = f"us-east-1_{'0' * 8}"


def new_email(home: Home, **more: str) -> dict[str, Any]:
    """Return the request that changes somebody's address."""
    name = home.person()
    attributes = pairs(email=f"new-{home.email(name)}", **more)
    return {**home.signed_in(name), "UserAttributes": attributes}


def asked(home: Home) -> dict[str, Any]:
    """Return the request for a code that proves somebody's address."""
    return {**home.signed_in(home.person(email_verified="false")), "AttributeName": "email"}


def verify(home: Home, code: str = "") -> dict[str, Any]:
    """Return the request that proves somebody's address by a code."""
    name = home.person(email_verified="false")
    request = {**home.signed_in(name), "AttributeName": "email"}
    home.app.get_user_attribute_verification_code(**request)
    return {**request, "Code": code or home.mailed(name)}


def too_late(home: Home) -> dict[str, Any]:
    """Return the request that proves an address by a code from the day before."""
    name = home.person(email_verified="false")
    home.app.get_user_attribute_verification_code(**home.signed_in(name), AttributeName="email")
    return later(home, {"AttributeName": "email", "Code": home.mailed(name)}) | home.signed_in(name)


def taken(home: Home) -> dict[str, Any]:
    """Return the request that proves an address which became another's alias."""
    name = home.person(email_verified="false")
    request = {**home.signed_in(name), "AttributeName": "email"}
    home.app.get_user_attribute_verification_code(**request)
    code = home.mailed(name)
    home.person(email=home.email(name))
    return {**request, "Code": code}


def change(home: Home, previous: str = PASSWORD, proposed: str = OTHER_PASSWORD) -> dict[str, Any]:
    """Return the request that changes somebody's password."""
    return {**home.signed_in(), "PreviousPassword": previous, "ProposedPassword": proposed}


def often(call: Callable[..., Any], request: dict[str, Any], number: int = 20) -> dict[str, Any]:
    """Return a request that was sent as often as an hour allows."""
    times(number, lambda: call(**request))
    return request


def device(home: Home) -> dict[str, str]:
    """Return the members that name somebody's own device."""
    return without(home.device(), "Username")


def confirm(named: dict[str, str]) -> dict[str, Any]:
    """Return the request that confirms a device."""
    return {**named, "DeviceSecretVerifierConfig": VERIFIER}


def nicknamed(home: Home) -> str:
    """Return a preferred user name that somebody has."""
    name = unique("nick")
    home.person(preferred_username=name)
    return name


def untracked(home: Home) -> dict[str, str]:
    """Return the members that name no device, in a pool that knows none."""
    return {**home.other().signed_in(), "DeviceKey": NO_DEVICE}


def app_code(home: Home) -> dict[str, str]:
    """Return the request that proves an authenticator app."""
    token = home.signed_in()
    return {**token, "UserCode": home.digits(token)}


def wrong_app_code(home: Home) -> dict[str, str]:
    """Return the request that does not prove an authenticator app."""
    right = app_code(home)
    return {**right, "UserCode": f"{(int(right['UserCode']) + 1) % 10**6:06d}"}


def register(home: Home, **changes: Any) -> dict[str, Any]:
    """Return the request that registers a passkey, made by an authenticator with these changes."""
    token, made = home.signed_in(), Authenticator()
    for name, value in changes.items():
        setattr(made, name, value)
    return {**token, "Credential": made.register(home.options(token))}


def unasked(home: Home) -> dict[str, Any]:
    """Return the request that registers a passkey a second time."""
    request = register(home)
    home.app.complete_web_authn_registration(**request)
    return request


def by_another(home: Home) -> dict[str, Any]:
    """Return the request that registers, by another client, what was asked of the first."""
    name, made = home.person(), Authenticator()
    options = home.options(home.signed_in(name))
    request = {**home.initiate(name), "ClientId": home.new_client()["ClientId"]}
    token = home.app.initiate_auth(**request)["AuthenticationResult"]["AccessToken"]
    return {"AccessToken": token, "Credential": made.register(options)}


def many_passkeys(home: Home) -> dict[str, Any]:
    """Return the request that registers one passkey more than somebody may have."""
    token = home.signed_in()
    for _ in range(20):
        home.passkey(token)
    return {**token, "Credential": Authenticator().register(home.options(token))}


def passkey(home: Home) -> dict[str, str]:
    """Return the members that name somebody's passkey."""
    token = home.signed_in()
    return {**token, "CredentialId": encoded(home.passkey(token).id)}


def no_party(home: Home) -> dict[str, str]:
    """Return the member of somebody in a pool that has no domain to make passkeys for."""
    return home.other(Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}).signed_in()


def no_passkeys(home: Home) -> dict[str, str]:
    """Return the member of somebody in a pool that has no passkeys."""
    return home.other().signed_in()


def session(home: Home) -> dict[str, Any]:
    """Return the members that name a session of somebody's own, which is not the one that they speak by."""
    keeps = tracked(home)
    name = keeps.person()
    keeps.tokens(name)
    before = keeps.admin.admin_list_user_sessions(**keeps.named(name))["Sessions"]
    return {**keeps.signed_in(name), "SessionId": before[0]["SessionId"]}


SUCCEEDS: Succeeds = {
    "GetUser": lambda home: home.as_ann,
    "GetUserAuthFactors": lambda home: home.as_ann,
    "DeleteUser": lambda home: home.signed_in(),
    "UpdateUserAttributes": new_email,
    "DeleteUserAttributes": lambda home: {**home.signed_in(), "UserAttributeNames": ["name"]},
    "GetUserAttributeVerificationCode": asked,
    "VerifyUserAttribute": verify,
    "ChangePassword": change,
    "GlobalSignOut": lambda home: home.signed_in(),
    "SetUserMFAPreference": lambda home: {**home.signed_in(), **EMAIL_FACTOR},
    "SetUserSettings": lambda home: {**home.signed_in(home.person(phone_number=PHONE)), "MFAOptions": SMS},
    "ConfirmDevice": lambda home: confirm(without(home.device(confirmed=False), "Username")),
    "GetDevice": device,
    "ListDevices": lambda home: without(device(home), "DeviceKey"),
    "UpdateDeviceStatus": lambda home: {**device(home), "DeviceRememberedStatus": "remembered"},
    "ForgetDevice": device,
    "AssociateSoftwareToken": lambda home: home.signed_in(),
    "VerifySoftwareToken": app_code,
    "StartWebAuthnRegistration": lambda home: home.signed_in(),
    "CompleteWebAuthnRegistration": register,
    "ListWebAuthnCredentials": lambda home: without(passkey(home), "CredentialId"),
    "DeleteWebAuthnCredential": passkey,
    "ListUserSessions": lambda home: tracked(home).signed_in(),
    "RevokeUserSession": session,
}

REFUSES: Refuses = {
    ("VerifyUserAttribute", "CodeMismatchException"): lambda home: verify(home, WRONG),
    ("VerifyUserAttribute", "ExpiredCodeException"): too_late,
    ("VerifyUserAttribute", "LimitExceededException"): lambda home: often(
        home.app.verify_user_attribute, verify(home, WRONG)
    ),
    ("VerifyUserAttribute", "AliasExistsException"): taken,
    ("GetUserAttributeVerificationCode", "LimitExceededException"): lambda home: often(
        home.app.get_user_attribute_verification_code, asked(home), 5
    ),
    ("ChangePassword", "InvalidPasswordException"): lambda home: change(home, proposed="short"),
    ("ChangePassword", "PasswordHistoryPolicyViolationException"): lambda home: change(home, proposed=PASSWORD),
    ("ChangePassword", "LimitExceededException"): lambda home: often(
        home.app.change_password, change(home, previous=OTHER_PASSWORD), 10
    ),
    ("ConfirmDevice", "DeviceKeyExistsException"): lambda home: confirm(device(home)),
    ("UpdateUserAttributes", "AliasExistsException"): lambda home: {
        **home.signed_in(),
        "UserAttributes": pairs(preferred_username=nicknamed(home)),
    },
    **{
        (f"{verb}", "InvalidUserPoolConfigurationException"): untracked
        for verb in ("ConfirmDevice", "GetDevice", "UpdateDeviceStatus", "ForgetDevice")
    },
    ("ListDevices", "InvalidUserPoolConfigurationException"): lambda home: without(untracked(home), "DeviceKey"),
    **{
        (f"{verb}", "ResourceNotFoundException"): lambda home: {**device(home), "DeviceKey": NO_DEVICE}
        for verb in ("ConfirmDevice", "GetDevice", "UpdateDeviceStatus", "ForgetDevice")
    },
    ("RevokeUserSession", "ResourceNotFoundException"): lambda home: {
        **tracked(home).signed_in(),
        "SessionId": NO_SESSION,
    },
    ("VerifySoftwareToken", "EnableSoftwareTokenMFAException"): wrong_app_code,
    ("VerifySoftwareToken", "SoftwareTokenMFANotFoundException"): lambda home: {
        **home.other().signed_in(),
        "UserCode": WRONG,
    },
    ("AssociateSoftwareToken", "SoftwareTokenMFANotFoundException"): lambda home: home.other().signed_in(),
    ("StartWebAuthnRegistration", "WebAuthnNotEnabledException"): no_passkeys,
    ("StartWebAuthnRegistration", "WebAuthnConfigurationMissingException"): no_party,
    ("CompleteWebAuthnRegistration", "WebAuthnNotEnabledException"): lambda home: {
        **register(home),
        **no_passkeys(home),
    },
    ("CompleteWebAuthnRegistration", "WebAuthnChallengeNotFoundException"): unasked,
    ("CompleteWebAuthnRegistration", "WebAuthnClientMismatchException"): by_another,
    ("CompleteWebAuthnRegistration", "WebAuthnRelyingPartyMismatchException"): lambda home: register(
        home, rp_id="evil.example.net"
    ),
    ("CompleteWebAuthnRegistration", "WebAuthnOriginNotAllowedException"): lambda home: register(
        home, origin="https://evil.example.net"
    ),
    ("CompleteWebAuthnRegistration", "WebAuthnCredentialNotSupportedException"): lambda home: register(home, alg=-8),
    ("CompleteWebAuthnRegistration", "LimitExceededException"): many_passkeys,
    ("DeleteWebAuthnCredential", "ResourceNotFoundException"): lambda home: {
        **home.as_ann,
        "CredentialId": "nothing",
    },
}
