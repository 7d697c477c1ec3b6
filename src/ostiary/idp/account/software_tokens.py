"""Setting up an authenticator app: by who is signed in, or during a sign-in (behaviour/user-pools.md 11.4)."""

from dataclasses import dataclass, replace

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminDeleteSoftwareTokenRequest,
    AdminDeleteSoftwareTokenResponse,
    AssociateSoftwareTokenRequest,
    AssociateSoftwareTokenResponse,
    EnableSoftwareTokenMFAException,
    InvalidParameterException,
    NotAuthorizedException,
    PasswordResetRequiredException,
    SoftwareTokenMFANotFoundException,
    UserNotFoundException,
    VerifySoftwareTokenRequest,
    VerifySoftwareTokenResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool, pool_of, signed_in
from ostiary.idp.directory.lookup import locked_user
from ostiary.idp.factors import second_factors, totp_seeds
from ostiary.idp.factors.second_factors import TOTP
from ostiary.idp.signin.attempt import spend_once
from ostiary.idp.signin.challenges import mfa_setup
from ostiary.idp.signin.session import SessionState, check_alive, invalid, opened, renewed
from ostiary.store.db import Tx
from ostiary.store.idp import codes, recovery_codes, software_tokens, users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose app it is; `state` is that of the sign-in in whose middle it is set up."""

    pool: UserPool
    user: User
    state: SessionState | None


@operation("cognito-idp")
def associate_software_token(ctx: Context, req: AssociateSoftwareTokenRequest) -> AssociateSoftwareTokenResponse:
    """Give out a fresh seed; the one in use stays until the new one is proven (MFA-02)."""
    try:
        owner = _owner(ctx, req.get("AccessToken"), req.get("Session"))
    except (UserNotFoundException, PasswordResetRequiredException) as error:
        raise NotAuthorizedException(error.message) from error  # what the model of this operation has for both
    text, sealed = totp_seeds.new_seed(ctx)
    with ctx.store.write() as tx:
        _locked(tx, owner)
        _spend(tx, owner)
        software_tokens.propose(tx, owner.pool.pool_id, owner.user.sub, sealed)
    answer: AssociateSoftwareTokenResponse = {"SecretCode": text}
    if owner.state is not None:
        answer["Session"] = renewed(ctx, owner.state, mfa_setup.GIVEN_OUT)
    return answer


@operation("cognito-idp")
def verify_software_token(ctx: Context, req: VerifySoftwareTokenRequest) -> VerifySoftwareTokenResponse:
    """Take the new seed into use when a code shows that the app has it; that code is used up by this (MFA-01).

    A signed-in user turns the factor on afterwards; in the middle of a sign-in it is on at once.
    """
    owner = _owner(ctx, req.get("AccessToken"), req.get("Session"))
    if owner.state is not None and owner.state.memo != mfa_setup.GIVEN_OUT:
        raise invalid()
    if not _proved(ctx, owner, req["UserCode"], req.get("FriendlyDeviceName", "")):
        in_session = "Code mismatch and fail enable Software Token MFA"
        raise EnableSoftwareTokenMFAException("Code mismatch" if owner.state is None else in_session)
    answer: VerifySoftwareTokenResponse = {"Status": "SUCCESS"}
    if owner.state is not None:
        answer["Session"] = renewed(ctx, owner.state, mfa_setup.PROVEN)
    return answer


def _proved(ctx: Context, owner: _Owner, digits: str, friendly_name: str) -> bool:
    """Try a code against the seed that was given out, and take that into use; counts the try."""
    with ctx.store.read() as tx:
        token = software_tokens.find(tx, owner.pool.pool_id, owner.user.sub)
    if token is None or token.proposal is None:
        raise InvalidParameterException("No software token was associated that could be verified.")
    step = totp_seeds.matching_step(ctx, token.proposal, digits)
    with ctx.store.write() as tx:
        limits = {"limit": codes.ATTEMPTS, "window": _HOUR, "now": ctx.clock.now_seconds()}
        tries = f"software token {totp_seeds.name(token.proposal)}"
        if not codes.spend(tx, token.pool_id, token.sub, tries, **limits) or step is None:
            return False
        user = _locked(tx, owner)
        if not software_tokens.accept(tx, token, step, friendly_name):
            return False
        _spend(tx, owner)
        proven = replace(user.factors, software_token=True)
        proven = proven if owner.state is None else second_factors.turned_on(proven, TOTP)
        users.update(tx, user, factors=proven, modified_at=ctx.clock.now_seconds())
    return True


@operation("cognito-idp", resource=POOL_ARN)
def admin_delete_software_token(ctx: Context, req: AdminDeleteSoftwareTokenRequest) -> AdminDeleteSoftwareTokenResponse:
    """Forget a user's authenticator app, which was lost; nothing happens where there is none."""
    pool = own_pool(ctx, req["UserPoolId"])
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        software_tokens.delete(tx, pool.pool_id, user.sub)
        recovery_codes.delete(tx, pool.pool_id, user.sub)
        left = replace(second_factors.turned_off(user.factors, TOTP), software_token=False)
        users.update(tx, user, factors=left, modified_at=ctx.clock.now_seconds())
    return {}


def _owner(ctx: Context, access_token: str | None, session: str | None) -> _Owner:
    """Return whose app it is; raises what tells that neither token nor session say so."""
    if (access_token is None) == (session is None):
        raise InvalidParameterException("Exactly one of AccessToken and Session is required.")
    if access_token is not None:
        pool, _, user = signed_in(ctx, access_token)
        owner = _Owner(pool, user, None)
    else:
        owner = _signing_in(ctx, opened(ctx, session, mfa_setup.NAME))
    if TOTP not in second_factors.offered(owner.pool.configuration):
        raise SoftwareTokenMFANotFoundException("Software Token MFA has not been enabled by the userPool")
    return owner


def _signing_in(ctx: Context, state: SessionState) -> _Owner:
    pool = pool_of(ctx, state.pool_id)
    with ctx.store.read() as tx:
        user = users.find(tx, state.pool_id, state.sub)
    if user is None or not user.enabled or not second_factors.has_none(pool, user):
        raise invalid()
    check_alive(state.began_at, user)
    return _Owner(pool, user, state)


def _locked(tx: Tx, owner: _Owner) -> User:
    """Return the user as they are now; in a sign-in, somebody who has got a second factor meanwhile is refused."""
    user = users.lock(tx, owner.user)
    if user is None or (owner.state is not None and not second_factors.has_none(owner.pool, user)):
        raise invalid()
    if owner.state is not None:
        check_alive(owner.state.began_at, user)
    return user


def _spend(tx: Tx, owner: _Owner) -> None:
    if owner.state is not None:
        spend_once(tx, owner.pool.pool_id, owner.state.once)
