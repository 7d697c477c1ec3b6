"""What roles and users have in common: looking one up, deleting one, tags, pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ostiary.aws.errors import ValidationError
from ostiary.aws.types.iam import (
    DeleteConflictException,
    InvalidInputException,
    LimitExceededException,
    NoSuchEntityException,
    Tag,
)
from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.iam import entities, policies
from ostiary.store.iam.entities import Entity, OwnerType
from ostiary.store.paging import next_token, start_after

T = TypeVar("T")
DEFAULT_PAGE = 100
MOST_TAGS = 50


def known(tx: Tx, ctx: Context, owner_type: OwnerType, name: str) -> Entity:
    """Return a role or user of the caller's account; raises NoSuchEntityException."""
    entity = entities.find(tx, owner_type, ctx.account, name)
    if entity is None:
        raise NoSuchEntityException(f"The {owner_type} with name {name} cannot be found.")
    return entity


def check_deletable(tx: Tx, entity: Entity) -> None:
    """Refuse to delete what still has policies; raises DeleteConflictException."""
    if policies.attached_arns(tx, entity):
        raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
    if policies.inline_names(tx, entity):
        raise DeleteConflictException("Cannot delete entity, must delete policies first.")


def boundary_of(entity: Entity) -> dict[str, Any]:
    """Return the member of a role or user that tells its boundary, if it has one."""
    if not entity.boundary_arn:
        return {}
    # IAM says "Policy" here, whatever its model says.
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": entity.boundary_arn}
    return {"PermissionsBoundary": boundary}


def as_listed(described: Mapping[str, Any], *left_out: str) -> Any:
    """Return an entity as lists show it: IAM leaves its tags, and some more, to the operations about one."""
    return {name: value for name, value in described.items() if name not in {"Tags", *left_out}}


def checked_boundary(tx: Tx, ctx: Context, arn: str | None) -> str | None:
    """Return the ARN of a boundary that the account has; raises NoSuchEntityException."""
    if arn is not None:
        attachable(tx, ctx, arn)
    return arn


def attachable(tx: Tx, ctx: Context, arn: str) -> policies.ManagedPolicy:
    """Return a managed policy of the account; raises NoSuchEntityException, InvalidInputException, ValidationError."""
    try:
        found = known_policy(tx, arn)
    except NoSuchEntityException:
        found = None
    if found is None or found.account_id != ctx.account:
        raise NoSuchEntityException(f"Policy {arn} does not exist or is not attachable.")
    return found


def check_arn(arn: str) -> list[str]:
    """Return the six parts of an ARN; raises ValidationError for what is none."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":  # noqa: PLR2004 - parts of an ARN
        raise ValidationError("Invalid ARN:  Could not be parsed!")
    return parts


def known_policy(tx: Tx, arn: str) -> policies.ManagedPolicy:
    """Return a managed policy; raises NoSuchEntityException, InvalidInputException and ValidationError."""
    parts = check_arn(arn)
    if not parts[5].startswith("policy/"):
        raise InvalidInputException(f"ARN {arn} is not valid.")
    found = policies.find(tx, parts[4], arn)
    if found is None:
        raise NoSuchEntityException(f"Policy {arn} was not found.")
    return found


def tagged(current: Sequence[Tag], added: Sequence[Tag]) -> list[Tag]:
    """Return tags with others set; raises LimitExceededException and InvalidInputException.

    Keys are the same whatever their case, as in condition keys; the newest spelling stays.
    """
    keys = {tag["Key"].lower() for tag in added}
    if len(keys) != len(added):
        raise InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    kept = [tag for tag in current if tag["Key"].lower() not in keys]
    merged = {tag["Key"]: tag["Value"] for tag in (*kept, *added)}
    if len(merged) > MOST_TAGS:
        raise LimitExceededException(f"The number of tags has reached the maximum limit of {MOST_TAGS}.")
    return [{"Key": key, "Value": value} for key, value in merged.items()]


def untagged(current: Sequence[Tag], keys: Sequence[str]) -> list[Tag]:
    """Return tags without some."""
    gone = {key.lower() for key in keys}
    return [tag for tag in current if tag["Key"].lower() not in gone]


def listed_tags(ctx: Context, req: Mapping[str, Any], arn: str, tags: Sequence[Tag]) -> dict[str, Any]:
    """Return a page of the tags of what has this ARN, by key."""
    values = {tag["Key"]: tag["Value"] for tag in tags}
    shown, more = listed_page(ctx, req, f"tags:{arn}", list(values))
    return {"Tags": [{"Key": key, "Value": values[key]} for key in shown], **more}


def page(
    ctx: Context,
    req: Mapping[str, Any],
    scope: str,
    load: Callable[[str | None, int], Sequence[T]],
    key: Callable[[T], str],
) -> tuple[list[T], dict[str, Any]]:
    """Return a page of a list, and the members `IsTruncated` and `Marker` of its answer; raises ValidationError."""
    scope = f"iam:{ctx.account}:{scope}"
    limit = req.get("MaxItems", DEFAULT_PAGE)
    try:
        after = start_after(ctx.keyring, scope, req.get("Marker"))
    except ValueError:
        raise ValidationError("Invalid Marker.") from None
    found = load(after, limit + 1)
    shown = list(found[:limit])
    if len(found) <= limit:
        return shown, {"IsTruncated": False}
    return shown, {"IsTruncated": True, "Marker": next_token(ctx.keyring, scope, key(shown[-1]))}


def listed_page(
    ctx: Context, req: Mapping[str, Any], scope: str, items: Sequence[str]
) -> tuple[list[str], dict[str, Any]]:
    """Return a page of a list of texts that is at hand."""
    ordered = sorted(items)
    return page(
        ctx,
        req,
        scope,
        lambda after, limit: [item for item in ordered if item > (after or "")][:limit],
        lambda item: item,
    )
