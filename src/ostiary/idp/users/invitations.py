"""AdminCreateUser: a user with a temporary password, and the message that tells it."""

import dataclasses
from collections.abc import Collection, Iterable

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    AdminCreateUserRequest,
    AdminCreateUserResponse,
    UnsupportedUserStateException,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool
from ostiary.idp.directory import attributes, names
from ostiary.idp.directory.attributes import described
from ostiary.idp.directory.lookup import known_user, locked_user
from ostiary.idp.directory.new_users import check_free, initial_attributes, insert, new_user, pairs
from ostiary.idp.factors import passwords
from ostiary.idp.messages import texts
from ostiary.idp.messages.texts import Attribute, Wording
from ostiary.idp.threats.enforcement import refuse_leaked_anywhere
from ostiary.store.db import Tx
from ostiary.store.idp import users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.triggers import pre_sign_up
from ostiary.triggers.event import Occasion, occasion_of

_MEDIA: dict[str, Attribute] = {"EMAIL": "email", "SMS": "phone_number"}


@operation("cognito-idp", resource=POOL_ARN)
def admin_create_user(ctx: Context, req: AdminCreateUserRequest) -> AdminCreateUserResponse:
    """Create a user who must choose a password at the first sign-in, or send the invitation again."""
    pool = own_pool(ctx, req["UserPoolId"])
    if req.get("MessageAction") == "RESEND":
        return {"User": described(_invite_again(ctx, pool, req))}
    values = initial_attributes(pool, req["Username"], attributes.parsed(pool, req.get("UserAttributes", [])))
    password = _temporary_password(ctx, pool, req)
    user = new_user(ctx, pool, req["Username"], values, status="FORCE_CHANGE_PASSWORD", password=password)
    user = _with_expiry(pool, user)
    silent = req.get("MessageAction") == "SUPPRESS"
    media = [] if silent else _destinations(user, req.get("DesiredDeliveryMediums", ["SMS"]))
    check_free(ctx, pool, req["Username"], "User account already exists")
    occasion = Occasion(pool, req["Username"], values, metadata=req.get("ClientMetadata"))
    pre_sign_up.decide(ctx, "PreSignUp_AdminCreateUser", occasion, pairs(req.get("ValidationData", [])))
    worded = _worded(ctx, pool, user, media, req)
    with ctx.store.write() as tx:
        insert(tx, pool, user, already="User account already exists", force=req.get("ForceAliasCreation", False))
        _invite(tx, ctx, pool, user, password=password, media=media, worded=worded)
    return {"User": described(user)}


def _worded(
    ctx: Context, pool: UserPool, user: User, media: Collection[Attribute], req: AdminCreateUserRequest
) -> Wording:
    occasion = occasion_of(pool, user, metadata=req.get("ClientMetadata"))
    return texts.wording(ctx, "AdminCreateUser", occasion, media) if media else Wording("AdminCreateUser", occasion)


def _temporary_password(ctx: Context, pool: UserPool, req: AdminCreateUserRequest) -> str:
    if "TemporaryPassword" not in req:
        return passwords.generated(ctx, pool)
    passwords.check_policy(pool, req["TemporaryPassword"])
    refuse_leaked_anywhere(ctx, req["TemporaryPassword"])
    return req["TemporaryPassword"]


def _with_expiry(pool: UserPool, user: User) -> User:
    return dataclasses.replace(user, temporary_password_expires_at=passwords.temporary_until(pool, user.modified_at))


def _invite_again(ctx: Context, pool: UserPool, req: AdminCreateUserRequest) -> User:
    """Give a user who was invited a new temporary password and a new expiry."""
    password = _temporary_password(ctx, pool, req)
    with ctx.store.read() as tx:
        invited = known_user(tx, pool, req["Username"])
    name, media = invited.username, _destinations(invited, req.get("DesiredDeliveryMediums", ["SMS"]))
    worded = _worded(ctx, pool, invited, media, req)
    verifier = passwords.new_verifier(ctx, pool, name, password)
    now = ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        user = locked_user(tx, pool, req["Username"])
        if user.status != "FORCE_CHANGE_PASSWORD" or user.username != name:
            raise UnsupportedUserStateException(
                f"Resend not possible. {user.username} status is not FORCE_CHANGE_PASSWORD"
            )
        user = users.update(
            tx,
            user,
            sealed_verifier=verifier,
            temporary_password_expires_at=passwords.temporary_until(pool, now),
            modified_at=now,
        )
        media = _destinations(user, req.get("DesiredDeliveryMediums", ["SMS"]))
        _invite(tx, ctx, pool, user, password=password, media=media, worded=worded)
    return user


def _destinations(user: User, media: Iterable[str]) -> list[Attribute]:
    """Return where the invitation goes: the desired media, or the other one, or nowhere, by what the user has."""
    wanted = [_MEDIA[medium] for medium in media]
    usable = [name for name in wanted if name in user.attributes]
    return usable or [name for name in _MEDIA.values() if name in user.attributes][:1]


def _invite(
    tx: Tx,
    ctx: Context,
    pool: UserPool,
    user: User,
    *,
    password: str,
    media: Iterable[Attribute],
    worded: Wording,
) -> None:
    for attribute in media:
        letter = texts.Letter(
            kind="invitation",
            wording=worded,
            attribute=attribute,
            recipient=user.attributes[attribute],
            username=_name_to_tell(pool, user),
            secret=password,
            expires_at=user.temporary_password_expires_at or 0,
        )
        texts.send(tx, ctx, pool, letter)


def _name_to_tell(pool: UserPool, user: User) -> str:
    """Return the name the user signs in with: the address itself where it is the user name."""
    for name in names.username_attributes(pool):
        if name in user.attributes:
            return user.attributes[name]
    return user.username
