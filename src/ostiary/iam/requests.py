"""What a request to IAM is about, as policies say it: the resource's ARN, and the condition keys of the request."""

from collections.abc import Mapping, Sequence
from typing import Any

from ostiary.context import Context
from ostiary.iam.authorize import permissions_of
from ostiary.store.iam.entities import Entity

_TAGS = ("Tags", "UserPoolTags", "IdentityPoolTags")
_ABOUT_A_POLICY = {"iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy"}
_OF_ONESELF = {
    *("iam:GetUser", "iam:CreateAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:DeleteAccessKey"),
}
"""Those that mean the caller when they name no user."""
_SETS_BOUNDARY = {
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
}
_UNDER_BOUNDARY = _ABOUT_A_POLICY | {
    *("iam:PutRolePolicy", "iam:PutUserPolicy", "iam:DeleteRolePolicy", "iam:DeleteUserPolicy"),
    *("iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"),
}


def role_arn(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return the ARN of the role a request is about, with its path; a new one's is in the request."""
    role = _role(ctx, req)
    return role.arn if role else f"arn:aws:iam::{ctx.account}:role{req.get('Path', '/')}{req['RoleName']}"


def user_arn(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return the ARN of the user a request is about; the caller's own when it names none."""
    if "UserName" not in req:
        return ctx.principal.arn if ctx.principal.type == "User" else f"arn:aws:iam::{ctx.account}:user/*"
    user = _user(ctx, req)
    return user.arn if user else f"arn:aws:iam::{ctx.account}:user{req.get('Path', '/')}{req['UserName']}"


def policy_arn(ctx: Context, req: Mapping[str, Any]) -> str:
    """Return the ARN of a managed policy that is being made."""
    return f"arn:aws:iam::{ctx.account}:policy{req.get('Path', '/')}{req['PolicyName']}"


def conditions_of(ctx: Context, action: str, req: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    """Return the condition keys of a request: tags that it sets, and for IAM policies, boundaries, resource tags."""
    keys = _request_tags(req)
    if not action.startswith("iam:"):
        return keys
    if action in _ABOUT_A_POLICY:
        keys["iam:PolicyARN"] = req["PolicyArn"]
    entity = _role(ctx, req) or (_user(ctx, req) if "UserName" in req or action in _OF_ONESELF else None)
    boundary = req.get("PermissionsBoundary") if action in _SETS_BOUNDARY else None
    if action in _UNDER_BOUNDARY and entity is not None:
        boundary = entity.boundary_arn
    if boundary is not None:
        keys["iam:PermissionsBoundary"] = boundary
    for name, value in (entity.tags if entity else {}).items():
        keys[f"aws:ResourceTag/{name}"] = keys[f"iam:ResourceTag/{name}"] = value
    return keys


def _request_tags(req: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    given: Any = next((req[name] for name in _TAGS if name in req), {})
    tags = given if isinstance(given, Mapping) else {tag["Key"]: tag.get("Value", "") for tag in given}
    keys: dict[str, str | Sequence[str]] = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    names = (*tags, *req.get("TagKeys", ()))
    return keys | ({"aws:TagKeys": names} if names else {})


def _role(ctx: Context, req: Mapping[str, Any]) -> Entity | None:
    found = permissions_of(ctx, "role", ctx.account, req["RoleName"]) if "RoleName" in req else None
    return found.entity if found else None


def _user(ctx: Context, req: Mapping[str, Any]) -> Entity | None:
    name = req.get("UserName") or ctx.principal.user_name
    found = permissions_of(ctx, "user", ctx.account, name) if name else None
    return found.entity if found else None
