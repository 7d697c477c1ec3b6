"""Issuing a pool's tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ostiary.aws.types.cognito_idp import NewDeviceMetadataType
from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.runtime.execution import compute
from ostiary.store.db import Tx
from ostiary.store.idp import token_families
from ostiary.store.idp.groups import Group
from ostiary.store.idp.token_families import UNTRACKED, Session, TokenFamily
from ostiary.store.idp.users import User
from ostiary.tokens import keys, refresh
from ostiary.tokens.claims import API_SCOPE, Sign, access_claims, id_claims
from ostiary.tokens.issuer import issuer
from ostiary.tokens.override import Override
from ostiary.tokens.refresh import RefreshToken


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long an app client's tokens live, in seconds, and whether they can be revoked one sign-in at a time.

    Only then do they have `jti` and `origin_jti` (behaviour/tokens.md 2).
    """

    access: int
    id: int
    refresh: int
    revocable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """Tokens that were issued; what was not is empty.

    `expires_in` (seconds) and `scopes` are of the access token, or of the ID token where that is alone. `new_device`
    are the DeviceKey and the DeviceGroupKey of a device that was named with them.
    """

    access_token: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_in: int
    scopes: tuple[str, ...] = ()
    new_device: NewDeviceMetadataType = field(default_factory=NewDeviceMetadataType)


def begin(
    ctx: Context,
    user: User,
    client_id: str,
    lifetimes: Lifetimes,
    at: int,
    *,
    event_id: str = "",
    device_key: str = "",
    level: int = 0,
    amr: tuple[str, ...] = (),
) -> RefreshToken:
    """Return the refresh token of a new sign-in, tied to a device if there is one; `remember` makes it good.

    It is named by `event_id`, or by a new id. `at` is a time before `user` was read: if everything of the user is ended
    after that, this sign-in is ended with it.
    """
    # In the second in which everything was ended, a new sign-in counts as one of the next second.
    auth_time = max(at, user.tokens_valid_after + 1)
    return RefreshToken(
        pool_id=user.pool_id,
        client_id=client_id,
        sub=user.sub,
        origin_jti=ctx.random.uuid(),
        jti=ctx.random.uuid(),
        event_id=event_id or ctx.random.uuid(),
        scope=API_SCOPE,
        auth_time=auth_time,
        expires_at=at + lifetimes.refresh,
        device_key=device_key,
        level=level,
        amr=amr,
    )


def remember(tx: Tx, token: RefreshToken, session: Session = UNTRACKED) -> None:
    """Store the sign-in that `begin` began, as the `session` that its user sees."""
    family = TokenFamily(
        pool_id=token.pool_id,
        origin_jti=token.origin_jti,
        sub=token.sub,
        client_id=token.client_id,
        current_jti=token.jti,
        previous_jti="",
        rotated_at=token.auth_time,
        expires_at=token.expires_at,
        device_key=token.device_key,
        session=session,
    )
    token_families.add(tx, family)


def tokens(
    ctx: Context,
    token: RefreshToken,
    user: User,
    *,
    attributes: Mapping[str, str],
    groups: Sequence[Group],
    lifetimes: Lifetimes,
    acr: str = "",
    override: Override | None = None,
) -> Issued:
    """Return the access token and the ID token of a sign-in, changed by `override`.

    `acr` is what the pool calls the sign-in's level.
    """
    now = ctx.clock.now_seconds()
    sign = Sign(
        issuer=issuer(ctx.settings, token.pool_id),
        client_id=token.client_id,
        origin_jti=token.origin_jti if lifetimes.revocable else "",
        event_id=token.event_id,
        scope=token.scope,
        auth_time=token.auth_time,
        device_key=token.device_key,
        acr=acr,
        amr=token.amr,
    )
    of_access, of_id = access_claims(sign, user, groups), id_claims(sign, user, attributes, groups)
    if override is not None:
        of_access, of_id = override.of_access(of_access), override.of_id(of_id)
    sign_as = signed if lifetimes.revocable else _signed
    access, identity = compute(
        lambda: (
            sign_as(ctx, token.pool_id, "access", of_access, now + lifetimes.access),
            sign_as(ctx, token.pool_id, "id", of_id, now + lifetimes.id),
        )
    )
    scopes = tuple(str(of_access.get("scope", "")).split())
    return Issued(access_token=access, id_token=identity, expires_in=lifetimes.access, scopes=scopes)


def refresh_token(ctx: Context, token: RefreshToken) -> str:
    """Return the text of a refresh token."""
    return refresh.sealed(ctx.keyring, token)


def signed(ctx: Context, pool_id: str, use: keys.TokenUse, claims: Mapping[str, Any], expires_at: int) -> str:
    """Return a token of the pool that says `claims`, until `expires_at` (epoch seconds), under a new `jti`."""
    return _signed(ctx, pool_id, use, {**claims, "jti": ctx.random.uuid()}, expires_at)


def _signed(ctx: Context, pool_id: str, use: keys.TokenUse, claims: Mapping[str, Any], expires_at: int) -> str:
    key = keys.signing_key(ctx.services, pool_id, use)
    times = {"exp": expires_at, "iat": ctx.clock.now_seconds()}
    return compute(jws.sign, key.header, {**claims, **times}, key.key)
