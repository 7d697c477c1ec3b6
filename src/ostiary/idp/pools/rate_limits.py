"""Rate limits: requests of a category a second and account (behaviour/user-pools.md 22), of a user, client, address.

What an account may ask for comes from `UpdateProvisionedLimit`, or else is Amazon's default. A request that is not let
in by its signature does not count. The processes of a deployment share a second's requests: each takes some at a time
out of the store (ROB-12).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any

from ostiary.aws.errors import ThrottlingError
from ostiary.aws.operations import Handler, Implementation, implementation
from ostiary.aws.types.cognito_idp import TooManyRequestsException
from ostiary.config import Settings
from ostiary.context import Context
from ostiary.idp.directory import subjects
from ostiary.idp.pools.provisioned_limits import limit_of
from ostiary.runtime.addresses import caller_at
from ostiary.store.db import Store
from ostiary.store.idp import rate_windows

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
REQUEST, ANSWER = 3, 1
"""What counts: a sign-in has several answers, and three of them count as one request."""
PARTS = 20
"""How often at most a process asks the store for more of one rate, in a second in which nobody else does."""


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


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request takes of a rate; `shared` rates hold for all processes together."""

    name: str
    per_second: int
    cost: int = REQUEST
    shared: bool = True


class RateLimits:
    """What this process may still grant in the current second."""

    def __init__(self, settings: Settings) -> None:
        self._is_alone = settings.workers == 1 and settings.database_url.startswith("sqlite")
        self._second = 0
        self._left: dict[str, int] = {}
        self._used_up: set[str] = set()
        self._lock = Lock()
        self._limited: dict[tuple[str, str], Implementation] = {}
        self._settings = settings

    def implementation(self, service: str, operation: str) -> Implementation | None:
        """Return what the registry has for an operation, behind its limits."""
        limited = self._limited.get((service, operation))
        if limited is not None:
            return limited
        found = implementation(service, operation)
        if found is not None:
            found = replace(found, handler=partial(self._handle, service, operation, found.handler))
            self._limited[service, operation] = found
        return found

    def admits(self, store: Store, address: str, second: int) -> bool:
        """Whether somebody who does not sign may make one more request from an address."""
        return self.take(store, Claim(f"address {caller_at(address)}", self._settings.rate_limit_per_address), second)

    def take(self, store: Store, claim: Claim, second: int) -> bool:
        """Take a request out of a rate in a second of the epoch; return whether there was one left."""
        most = claim.per_second * REQUEST
        granted = 0 if claim.shared and not self._is_alone else most
        taken = self._take(claim, second, granted)
        if taken is None:
            with store.write() as tx:
                granted = rate_windows.take(tx, claim.name, second, max(claim.cost, most // PARTS), most)
            with self._lock:
                self._left[claim.name] = self._left.get(claim.name, 0) + granted
                if granted < claim.cost:
                    self._used_up.add(claim.name)
            taken = self._take(claim, second, 0)
        return bool(taken)

    def _take(self, claim: Claim, second: int, at_first: int) -> bool | None:
        """Return whether a request was taken of what is here; None when there may be more in the store."""
        with self._lock:
            if second > self._second:
                self._second = second
                self._left.clear()
                self._used_up.clear()
            left = self._left.setdefault(claim.name, at_first)
            if left >= claim.cost:
                self._left[claim.name] = left - claim.cost
                return True
            return False if at_first or claim.name in self._used_up else None

    def _handle(
        self, service: str, operation: str, handler: Handler, ctx: Context, req: Any
    ) -> Mapping[str, Any] | None:
        second = ctx.clock.now_seconds()
        admitted = bool(ctx.account) or self.admits(ctx.store, ctx.client.ip, second)
        if service == SERVICE:
            if not (admitted and all(self.take(ctx.store, c, second) for c in self._claims(ctx, operation, req))):
                raise TooManyRequestsException("Rate exceeded")
        elif not admitted:
            raise ThrottlingError("Rate exceeded")
        return handler(ctx, req)

    def _claims(self, ctx: Context, operation: str, req: Mapping[str, Any]) -> Iterator[Claim]:
        category, account = category_of(operation, req), _account(ctx, req)
        if user := _user(req):
            yield Claim(user, self._settings.rate_limit_per_user, shared=False)
        is_answer = operation in _ANSWERS and category == "UserAuthentication"
        cost = ANSWER if is_answer else REQUEST
        if not ctx.account and account and "ClientId" in req:
            yield Claim(f"client {req['ClientId']}", self._settings.rate_limit_per_client, cost)
        if category is not None and account:
            yield Claim(f"account {account} {category}", limit_of(ctx.store, account, category), cost)


def _user(req: Mapping[str, Any]) -> str:
    """Return a name for whom a request is about, good within a process; empty for nobody.

    Tokens are not verified yet, so each stands for itself: a forged one takes nothing from anybody.
    """
    if "AccessToken" in req:
        return f"token {req['AccessToken']}"
    told = req.get("AuthParameters") or req.get("ChallengeResponses") or {}
    name = req.get("Username") or told.get("USERNAME")
    return f"user {req.get('UserPoolId') or req.get('ClientId')} {name}" if name else ""


def _account(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return whose limit counts: the caller's account, or that of the pool an app speaks of; empty for none."""
    return ctx.account or subjects.account_of(ctx, subjects.pool_id_of(ctx, req))
