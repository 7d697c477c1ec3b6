"""Users, as their administrator has them: groups, devices, linked identities, events."""

from typing import Any

from ostiary.context import ANONYMOUS, Client, Context
from ostiary.idp.threats.auth_events import feedback_token
from ostiary.store.idp import user_pools, users
from tests.contract.idp.home import NOBODY, OTHER_PASSWORD, PASSWORD, Home, pairs, unique
from tests.contract.idp.rows import Refuses, Succeeds, after, times

OIDC = {
    "client_id": "c",
    "client_secret": "s",
    "oidc_issuer": "https://issuer.example.com",
    "authorize_scopes": "openid",
    "attributes_request_method": "GET",
}
GOOGLE = {"client_id": "c", "client_secret": "s", "authorize_scopes": "openid"}
SMS = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
PHONE = "+15550001234"
TRACKING = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 3}}
NO_SESSION = f"tkn{'0' * 25}"
EMAIL_FACTOR = {"EmailMfaSettings": {"Enabled": False, "PreferredMfa": False}}


def without(request: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a request without some of its members."""
    return {name: value for name, value in request.items() if name not in names}


def unconfirmed(home: Home) -> dict[str, str]:
    """Return the members that name somebody who signed up."""
    return home.named(home.signed_up())


def group(home: Home, *members: str) -> dict[str, str]:
    """Return the members that name a new group with these users."""
    named = {**home.in_pool, "GroupName": unique("group")}
    home.admin.create_group(**named)
    for name in members:
        home.admin.admin_add_user_to_group(**named, Username=name)
    return named


def provider(home: Home, **more: Any) -> dict[str, Any]:
    """Return the members that name a new identity provider."""
    named = {**home.in_pool, "ProviderName": unique("idp")}
    home.admin.create_identity_provider(**named, ProviderType="OIDC", ProviderDetails=OIDC, **more)
    return named


def identifier(home: Home) -> dict[str, Any]:
    """Return the members that name an identity provider by an identifier of its."""
    name = unique("domain")
    provider(home, IdpIdentifiers=[name])
    return {**home.in_pool, "IdpIdentifier": name}


def link(home: Home, name: str = "", subject: str = "") -> dict[str, Any]:
    """Return a request that links somebody to an identity."""
    source = {
        "ProviderName": provider(home)["ProviderName"],
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": subject or unique("subject"),
    }
    destination = {"ProviderName": "Cognito", "ProviderAttributeValue": name or home.person()}
    return {**home.in_pool, "DestinationUser": destination, "SourceUser": source}


def linked(home: Home) -> dict[str, Any]:
    """Return a request that parts somebody from an identity."""
    request = link(home)
    home.admin.admin_link_provider_for_user(**request)
    return {**home.in_pool, "User": request["SourceUser"]}


def much_linked(home: Home) -> dict[str, Any]:
    """Return a request that links somebody to one identity more than is allowed."""
    name = home.person()
    for _ in range(5):
        home.admin.admin_link_provider_for_user(**link(home, name))
    return link(home, name)


def event(home: Home) -> dict[str, Any]:
    """Return the members that name a sign-in of somebody's."""
    named = home.named(home.person())
    home.tokens(named["Username"])
    found = home.admin.admin_list_user_auth_events(**named)["AuthEvents"]
    return {**named, "EventId": found[0]["EventId"]}


def feedback(home: Home) -> dict[str, Any]:
    """Return the request by which somebody says that a sign-in was theirs, as the notice's link has it."""
    named, services = event(home), home.server.services
    ctx = Context(services, "", services.settings.region, ANONYMOUS, Client())
    with services.store.read() as tx:
        pool = user_pools.find(tx, named["UserPoolId"])
        user = users.find_by_username(tx, named["UserPoolId"], named["Username"])
    assert pool
    assert user
    return {**named, "FeedbackToken": feedback_token(ctx, pool, user, named["EventId"]), "FeedbackValue": "Valid"}


def no_add_ons(home: Home) -> Home:
    """Return a home whose pool has no threat protection."""
    return home.other()


def taken(home: Home) -> dict[str, Any]:
    """Return a request that gives somebody another's alias."""
    attributes = pairs(email=home.email(home.ann), email_verified="true")
    return {**home.somebody(), "UserAttributes": attributes}


def device(home: Home) -> dict[str, str]:
    """Return the members that name a device of somebody's."""
    found = home.device()
    return {**home.in_pool, "Username": found["Username"], "DeviceKey": found["DeviceKey"]}


def untracked(home: Home) -> dict[str, str]:
    """Return the members that name somebody in a pool that knows no devices."""
    plain = home.other()
    return {**plain.named(), "DeviceKey": f"us-east-1_{'0' * 8}"}


def session(home: Home) -> dict[str, Any]:
    """Return the members that name a session of somebody's."""
    keeps = tracked(home)
    keeps.tokens(keeps.ann)
    found = keeps.admin.admin_list_user_sessions(**keeps.named())["Sessions"]
    return {**keeps.named(), "SessionId": found[0]["SessionId"]}


def tracked(home: Home) -> Home:
    """Return a home whose pool keeps sessions."""
    keeps = home.other(UserPoolTags={"for": "sessions"}, AutoVerifiedAttributes=["email"])
    home.admin.set_user_pool_session_configuration(**keeps.in_pool, **TRACKING)
    return keeps


def often_reset(home: Home) -> dict[str, Any]:
    """Return the members that name somebody whose password was reset as often as an hour allows."""
    named = home.somebody()
    times(20, lambda: home.admin.admin_reset_user_password(**named))
    return named


def forced(home: Home) -> dict[str, Any]:
    """Return the members that name somebody with a temporary password."""
    named = home.named(unique("person"))
    home.admin.admin_create_user(**named, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    return named


SUCCEEDS: Succeeds = {
    "AdminGetUser": lambda home: home.named(),
    "AdminCreateUser": lambda home: {
        **home.named(name := unique("person")),
        "UserAttributes": pairs(email=home.email(name)),
        "TemporaryPassword": PASSWORD,
    },
    "AdminConfirmSignUp": unconfirmed,
    "AdminDeleteUser": lambda home: home.somebody(),
    "AdminDeleteUserAttributes": lambda home: {**home.somebody(), "UserAttributeNames": ["name"]},
    "AdminDisableUser": lambda home: home.somebody(),
    "AdminEnableUser": lambda home: home.somebody(),
    "AdminUpdateUserAttributes": lambda home: {
        **home.named(name := home.person()),
        "UserAttributes": pairs(email=f"new-{home.email(name)}", name="Ann"),
    },
    "AdminSetUserPassword": lambda home: {**home.somebody(), "Password": OTHER_PASSWORD, "Permanent": True},
    "AdminResetUserPassword": lambda home: home.somebody(),
    "AdminUserGlobalSignOut": lambda home: home.somebody(),
    "AdminSetUserMFAPreference": lambda home: {**home.somebody(), **EMAIL_FACTOR},
    "AdminSetUserSettings": lambda home: {**home.named(home.person(phone_number=PHONE)), "MFAOptions": SMS},
    "AdminDeleteSoftwareToken": lambda home: home.somebody(),
    "AdminGetUserAuthFactors": lambda home: home.named(),
    "AdminListUserAuthEvents": lambda home: without(event(home), "EventId"),
    "AdminUpdateAuthEventFeedback": lambda home: {**event(home), "FeedbackValue": "Invalid"},
    "UpdateAuthEventFeedback": feedback,
    "AdminListUserSessions": lambda home: tracked(home).named(),
    "AdminRevokeUserSession": session,
    "ListUsers": lambda home: after(lambda: home.ann, home.in_pool),
    "AdminListDevices": lambda home: without(device(home), "DeviceKey"),
    "AdminGetDevice": device,
    "AdminUpdateDeviceStatus": lambda home: {**device(home), "DeviceRememberedStatus": "not_remembered"},
    "AdminForgetDevice": device,
    "CreateGroup": lambda home: {**home.in_pool, "GroupName": unique("group"), "Precedence": 1},
    "GetGroup": group,
    "UpdateGroup": lambda home: {**group(home), "Description": "d"},
    "DeleteGroup": group,
    "ListGroups": lambda home: after(lambda: group(home), home.in_pool),
    "ListUsersInGroup": lambda home: group(home, home.ann),
    "AdminAddUserToGroup": lambda home: {**group(home), **home.named()},
    "AdminRemoveUserFromGroup": lambda home: {**group(home, home.ann), **home.named()},
    "AdminListGroupsForUser": lambda home: after(lambda: group(home, home.ann), home.named()),
    "CreateIdentityProvider": lambda home: {
        **home.in_pool,
        "ProviderName": unique("idp"),
        "ProviderType": "OIDC",
        "ProviderDetails": OIDC,
    },
    "DescribeIdentityProvider": provider,
    "UpdateIdentityProvider": lambda home: {**provider(home), "AttributeMapping": {"email": "email"}},
    "DeleteIdentityProvider": provider,
    "ListIdentityProviders": lambda home: after(lambda: provider(home), home.in_pool),
    "GetIdentityProviderByIdentifier": identifier,
    "AdminLinkProviderForUser": link,
    "AdminDisableProviderForUser": linked,
}

REFUSES: Refuses = {
    ("AdminCreateUser", "UsernameExistsException"): lambda home: home.named(),
    ("AdminCreateUser", "InvalidPasswordException"): lambda home: {
        **home.named(unique("person")),
        "TemporaryPassword": "short",
    },
    ("AdminCreateUser", "UserNotFoundException"): lambda home: {**home.named(NOBODY), "MessageAction": "RESEND"},
    ("AdminCreateUser", "UnsupportedUserStateException"): lambda home: {**home.named(), "MessageAction": "RESEND"},
    ("AdminConfirmSignUp", "NotAuthorizedException"): lambda home: home.named(),
    ("AdminResetUserPassword", "NotAuthorizedException"): forced,
    ("AdminResetUserPassword", "LimitExceededException"): often_reset,
    ("AdminUpdateUserAttributes", "AliasExistsException"): taken,
    ("AdminSetUserPassword", "InvalidPasswordException"): lambda home: {**home.named(), "Password": "short"},
    ("AdminSetUserPassword", "PasswordHistoryPolicyViolationException"): lambda home: {
        **home.named(),
        "Password": PASSWORD,
    },
    ("AdminListUserAuthEvents", "UserPoolAddOnNotEnabledException"): lambda home: no_add_ons(home).named(),
    ("AdminUpdateAuthEventFeedback", "UserPoolAddOnNotEnabledException"): lambda home: {
        **no_add_ons(home).named(),
        "EventId": "0",
        "FeedbackValue": "Valid",
    },
    ("UpdateAuthEventFeedback", "UserPoolAddOnNotEnabledException"): lambda home: {
        **no_add_ons(home).named(),
        "EventId": "0",
        "FeedbackToken": "0",
        "FeedbackValue": "Valid",
    },
    ("AdminGetDevice", "InvalidUserPoolConfigurationException"): untracked,
    ("AdminListDevices", "InvalidUserPoolConfigurationException"): lambda home: without(untracked(home), "DeviceKey"),
    ("AdminUpdateDeviceStatus", "InvalidUserPoolConfigurationException"): untracked,
    ("AdminForgetDevice", "InvalidUserPoolConfigurationException"): untracked,
    ("CreateGroup", "GroupExistsException"): group,
    ("CreateIdentityProvider", "DuplicateProviderException"): lambda home: {
        **provider(home),
        "ProviderType": "OIDC",
        "ProviderDetails": OIDC,
    },
    ("AdminLinkProviderForUser", "LimitExceededException"): much_linked,
    ("AdminLinkProviderForUser", "UserNotFoundException"): lambda home: link(home, NOBODY),
    ("AdminDisableProviderForUser", "UserNotFoundException"): lambda home: {
        **home.in_pool,
        "User": link(home)["SourceUser"],
    },
}
