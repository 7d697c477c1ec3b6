"""The end of a sign-in: tokens."""

from dataclasses import replace

from ostiary.aws.types.cognito_idp import NewDeviceMetadataType
from ostiary.context import Context
from ostiary.idp.factors.devices import new_device
from ostiary.idp.signin import lockout, strength
from ostiary.idp.signin.attempt import Answer, Attempt, spend_once
from ostiary.idp.signin.challenges import CHALLENGES
from ostiary.idp.signin.session import Passed
from ostiary.idp.tokens import session_tracking
from ostiary.idp.tokens.user_tokens import lifetimes_of, result_of, tokens_of
from ostiary.store.idp import devices, groups
from ostiary.tokens import issue
from ostiary.triggers import post_authentication
from ostiary.triggers.pre_token_generation import Source


def complete(ctx: Context, attempt: Attempt, passed: Passed, *, device_key: str, event_id: str) -> Answer:
    """End the sign-in with tokens, in one transaction with what must be changed and used up for what was passed.

    `device_key` is the device that has proven itself; without one, and where the pool tracks devices, one is named.
    The tokens name the sign-in by `event_id`. PostAuthentication is told after the transaction, and keeps the tokens
    back when it fails.
    """
    named: NewDeviceMetadataType = {}
    if not device_key and not attempt.by_administrator:
        named = new_device(ctx, attempt.pool)
    device_key = device_key or named.get("DeviceKey", "")
    client, user, done = attempt.client, passed.user, passed.progress.passed
    token = issue.begin(
        ctx,
        user,
        client.client_id,
        lifetimes_of(attempt.pool, client),
        attempt.at,
        event_id=event_id,
        device_key=device_key,
        level=strength.level_of(done),
        amr=strength.methods_of(done),
    )
    with ctx.store.write() as tx:
        if passed.once is not None:
            spend_once(tx, user.pool_id, passed.once)
        lockout.succeed(tx, ctx, user.pool_id, user.sub)
        if passed.change is not None:
            user = passed.change(tx)
        issue.remember(tx, token, session_tracking.begun(tx, ctx, attempt.pool, user))
        if device_key and not named:
            now = ctx.clock.now_seconds()
            devices.change(tx, user.pool_id, user.sub, device_key, authenticated_at=now, last_ip=ctx.client.ip)
        memberships = groups.groups_of(tx, user.pool_id, user.sub)
    occasion = attempt.occasion(user)
    post_authentication.tell(ctx, occasion, new_device=bool(named))
    issued = tokens_of(ctx, client, occasion, token, user=user, groups=memberships, source=_source(done))
    issued = replace(issued, refresh_token=issue.refresh_token(ctx, token), new_device=named)
    return {"ChallengeParameters": {}, "AuthenticationResult": result_of(issued)}


def _source(done: tuple[str, ...]) -> Source:
    """Return what PreTokenGeneration is told of tokens that come behind all this."""
    last = CHALLENGES.get(next(reversed(done), ""))
    return "TokenGeneration_Authentication" if last is None else last.source
