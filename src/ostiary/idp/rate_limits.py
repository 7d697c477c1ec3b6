"""Provisioned limits as rate limits: so many requests of a category per second and account (user-pools-api.md 22).

What an account may ask for comes from `UpdateProvisionedLimit`, or else is Amazon's default. Each process counts for
itself and grants its share of a server's workers; a request that is not let in by its signature does not count.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any

from ostiary.aws.operations import Handler, Implementation, implementation
from ostiary.aws.types.cognito_idp import TooManyRequestsException
from ostiary.clock import Clock
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.idp.provisioned_limits import limit_of
from ostiary.store import clients, user_pools

SERVICE = "cognito-idp"
MEMBERS = {
    "UserAuthentication": "AdminInitiateAuth AdminRespondToAuthChallenge InitiateAuth RespondToAuthChallenge",
    "UserCreation": "AdminConfirmSignUp AdminCreateUser ConfirmSignUp SignUp",
    "UserAccountRecovery": "AdminResetUserPassword AdminSetUserPassword ChangePassword ConfirmForgotPassword "
    "ForgotPassword",
    "UserRead": "AdminGetUser GetUser",
    "UserUpdate": "AdminAddUserToGroup AdminDeleteUser AdminDeleteUserAttributes AdminDisableProviderForUser "
    "AdminDisableUser AdminEnableUser AdminLinkProviderForUser AdminRemoveUserFromGroup AdminUpdateUserAttributes "
    "DeleteUser DeleteUserAttributes UpdateUserAttributes VerifyUserAttribute",
    "UserToken": "AdminRevokeUserSession AdminUserGlobalSignOut GetDerivedToken GetTokensFromRefreshToken "
    "GlobalSignOut RevokeToken RevokeUserSession",
    "ClientAuthentication": "GetClientToken",
    "UserResourceRead": "AdminGetDevice AdminGetUserAuthFactors AdminListDevices AdminListGroupsForUser "
    "AdminListUserAuthEvents AdminListUserSessions GetDevice GetUserAttributeVerificationCode GetUserAuthFactors "
    "ListDevices ListUserSessions ListWebAuthnCredentials ResendConfirmationCode",
    "UserResourceUpdate": "AdminDeleteSoftwareToken AdminForgetDevice AdminSetUserMFAPreference AdminSetUserSettings "
    "AdminUpdateAuthEventFeedback AdminUpdateDeviceStatus AssociateSoftwareToken CompleteWebAuthnRegistration "
    "ConfirmDevice DeleteWebAuthnCredential ForgetDevice SetUserMFAPreference SetUserSettings "
    "StartWebAuthnRegistration UpdateAuthEventFeedback UpdateDeviceStatus VerifySoftwareToken",
    "UserList": "ListUsers ListUsersInGroup",
    "UserPoolRead": "DescribeUserPool GetCSVHeader GetUserPoolMfaConfig GetUserPoolSessionConfiguration "
    "ListTagsForResource ListUserPools",
    "UserPoolUpdate": "AddCustomAttributes CreateUserPool DeleteUserPool SetUserPoolMfaConfig "
    "SetUserPoolSessionConfiguration TagResource UntagResource UpdateUserPool",
    "UserPoolClientRead": "DescribeUserPoolClient GetUserPoolClientSessionConfiguration ListUserPoolClientSecrets "
    "ListUserPoolClients",
    "UserPoolClientUpdate": "AddUserPoolClientSecret CreateUserPoolClient DeleteUserPoolClient "
    "DeleteUserPoolClientSecret SetUserPoolClientSessionConfiguration UpdateUserPoolClient",
}
"""The operations of each category; others are those of a pool's resources."""
_UNLIMITED = frozenset({"GetProvisionedLimit", "UpdateProvisionedLimit"})
"""What an account changes its limits with."""
_CATEGORIES = {name: category for category, names in MEMBERS.items() for name in names.split()}
_READS = ("Describe", "Get", "List")
_REFRESHES = frozenset({"REFRESH_TOKEN", "REFRESH_TOKEN_AUTH"})
_ANSWERS = frozenset({"AdminRespondToAuthChallenge", "RespondToAuthChallenge"})
_ANSWERS_FOR_ONE = 3
"""A sign-in has several answers: three of them count as one request."""


def category_of(operation: str, req: Mapping[str, Any]) -> str | None:
    """Return the category that a request counts in; what else a pool has is its resources. None for no limit."""
    if operation in _UNLIMITED:
        return None
    if req.get("AuthFlow") in _REFRESHES:
        return "UserToken"
    if req.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        return "UserAccountRecovery"
    rest = "UserPoolResourceRead" if operation.startswith(_READS) else "UserPoolResourceUpdate"
    return _CATEGORIES.get(operation, rest)


class RateLimits:
    """The buckets of one process: each holds at most a second's requests, and fills as time goes by."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = Lock()
        self._limited: dict[str, Implementation] = {}

    def implementation(self, service: str, operation: str) -> Implementation | None:
        """Return what the registry has for an operation, behind its limit."""
        found = implementation(service, operation)
        if found is None or service != SERVICE:
            return found
        limited = self._limited.get(operation)
        if limited is None:
            limited = replace(found, handler=partial(self._handle, operation, found.handler))
            self._limited[operation] = limited
        return limited

    def take(self, account: str, category: str, per_second: float, cost: float, now: float) -> bool:
        """Take a request out of a bucket at `now` (monotonic seconds); return whether there was one."""
        most = max(per_second, 1.0)
        with self._lock:
            left, at = self._buckets.get((account, category), (most, now))
            left = min(most, left + (now - at) * per_second)
            taken = left >= cost
            self._buckets[account, category] = (left - cost if taken else left, now)
        return taken

    def _handle(self, operation: str, handler: Handler, ctx: Context, req: Any) -> Mapping[str, Any] | None:
        category, account = category_of(operation, req), _account(ctx, req)
        if category is not None and account:
            per_second = limit_of(ctx.store, account, category) / self._workers
            cost = 1 / _ANSWERS_FOR_ONE if operation in _ANSWERS and category == "UserAuthentication" else 1.0
            if not self.take(account, category, per_second, cost, Clock.monotonic()):
                raise TooManyRequestsException("Rate exceeded")
        return handler(ctx, req)


def _account(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return whose limit counts: the caller's account, or that of the pool an app speaks of; empty for none."""
    if ctx.account:
        return ctx.account
    pool_id = ""
    if "ClientId" in req:
        client = clients.cached(ctx.store, req["ClientId"])
        pool_id = client.pool_id if client is not None else ""
    elif "AccessToken" in req:
        try:
            pool_id = str(jws.unverified(req["AccessToken"])[1].get("iss", "")).rpartition("/")[2]
        except jws.JwsError:
            return ""
    pool = user_pools.cached(ctx.store, pool_id) if pool_id else None
    return "" if pool is None else pool.account_id
