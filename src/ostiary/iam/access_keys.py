"""Access keys of users and of the account's root; a secret is shown once (STS-08)."""

from ostiary.aws.errors import ValidationError
from ostiary.aws.operations import operation
from ostiary.aws.types.iam import (
    CreateAccessKeyRequest,
    CreateAccessKeyResponse,
    DeleteAccessKeyRequest,
    LimitExceededException,
    ListAccessKeysRequest,
    ListAccessKeysResponse,
    NoSuchEntityException,
    UpdateAccessKeyRequest,
)
from ostiary.context import Context
from ostiary.iam.accounts import seal_secret
from ostiary.iam.entities import known
from ostiary.iam.names import new_access_key_id, new_secret
from ostiary.iam.requests import user_arn
from ostiary.iam.users import NO_USER
from ostiary.store.db import Tx
from ostiary.store.iam import access_keys
from ostiary.store.iam.access_keys import AccessKey

MOST_KEYS = 2


@operation("iam", resource=user_arn)
def create_access_key(ctx: Context, req: CreateAccessKeyRequest) -> CreateAccessKeyResponse:
    """Make an access key of a user, or of the caller."""
    secret, now = new_secret(ctx.random), ctx.clock.now_seconds()
    access_key_id = new_access_key_id("AKIA", ctx.account, ctx.random)
    with ctx.store.write() as tx:
        name = _owner(tx, ctx, req.get("UserName"))
        if len(access_keys.of_user(tx, ctx.account, name)) >= MOST_KEYS:
            raise LimitExceededException(f"Cannot exceed quota for AccessKeysPerUser: {MOST_KEYS}")
        sealed = seal_secret(ctx.services, secret)
        access_keys.create(tx, AccessKey(access_key_id, ctx.account, name, sealed, "Active", now))
    return {
        "AccessKey": {
            "UserName": name,
            "AccessKeyId": access_key_id,
            "Status": "Active",
            "SecretAccessKey": secret,
            "CreateDate": now,
        }
    }


@operation("iam", resource=user_arn)
def list_access_keys(ctx: Context, req: ListAccessKeysRequest) -> ListAccessKeysResponse:
    """Return the access keys of a user, or of the caller, without secrets."""
    with ctx.store.read() as tx:
        name = _owner(tx, ctx, req.get("UserName"))
        found = access_keys.of_user(tx, ctx.account, name)
    return {
        "AccessKeyMetadata": [
            {
                "UserName": name,
                "AccessKeyId": key.access_key_id,
                "Status": key.status,  # type: ignore[typeddict-item]
                "CreateDate": key.created_at,
            }
            for key in found
        ],
        "IsTruncated": False,
    }


@operation("iam", resource=user_arn)
def update_access_key(ctx: Context, req: UpdateAccessKeyRequest) -> None:
    """Make an access key Active or Inactive."""
    with ctx.store.write() as tx:
        key = _known_key(tx, ctx, req.get("UserName"), req["AccessKeyId"])
        access_keys.set_status(tx, key.access_key_id, req["Status"])


@operation("iam", resource=user_arn)
def delete_access_key(ctx: Context, req: DeleteAccessKeyRequest) -> None:
    """Delete an access key."""
    with ctx.store.write() as tx:
        access_keys.delete(tx, _known_key(tx, ctx, req.get("UserName"), req["AccessKeyId"]).access_key_id)


def _owner(tx: Tx, ctx: Context, name: str | None) -> str:
    """Return whose keys are meant: a user's, or the caller's own, which is the root's where the name is empty.

    A role's session is nobody who could have keys: without a name it would get the root's.
    """
    if name:
        return known(tx, ctx, "user", name).name
    if ctx.principal.type not in {"User", "Account"}:
        raise ValidationError(NO_USER)
    return ctx.principal.user_name


def _known_key(tx: Tx, ctx: Context, name: str | None, access_key_id: str) -> AccessKey:
    owner, key = _owner(tx, ctx, name), access_keys.find(tx, access_key_id)
    if key is None or (key.account_id, key.user_name) != (ctx.account, owner):
        raise NoSuchEntityException(f"The Access Key with id {access_key_id} cannot be found.")
    return key
