"""Managed policies and their versions."""

from typing import Any
from urllib.parse import quote

from ostiary.aws.operations import operation
from ostiary.aws.types.iam import (
    CreatePolicyRequest,
    CreatePolicyResponse,
    CreatePolicyVersionRequest,
    CreatePolicyVersionResponse,
    DeleteConflictException,
    DeletePolicyRequest,
    DeletePolicyVersionRequest,
    EntityAlreadyExistsException,
    GetPolicyRequest,
    GetPolicyResponse,
    GetPolicyVersionRequest,
    GetPolicyVersionResponse,
    LimitExceededException,
    ListEntitiesForPolicyRequest,
    ListEntitiesForPolicyResponse,
    ListPoliciesRequest,
    ListPoliciesResponse,
    ListPolicyTagsRequest,
    ListPolicyTagsResponse,
    ListPolicyVersionsRequest,
    ListPolicyVersionsResponse,
    NoSuchEntityException,
    SetDefaultPolicyVersionRequest,
    TagPolicyRequest,
    UntagPolicyRequest,
)
from ostiary.context import Context
from ostiary.iam import grammar
from ostiary.iam.entities import as_listed, known_policy, listed_tags, page, tagged, untagged
from ostiary.iam.names import new_unique_id
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists
from ostiary.store.iam import entities, policies
from ostiary.store.iam.policies import ManagedPolicy, PolicyVersion

POLICY_ARN = "{PolicyArn}"
MOST_VERSIONS = 5
MOST_CHARACTERS = 6144


@operation("iam", resource="arn:aws:iam::{account}:policy/{PolicyName}")
def create_policy(ctx: Context, req: CreatePolicyRequest) -> CreatePolicyResponse:
    """Create a managed policy with its first version."""
    _check(req["PolicyDocument"])
    path, tags, now = req.get("Path", "/"), tagged([], req.get("Tags", [])), ctx.clock.now_seconds()
    arn = f"arn:aws:iam::{ctx.account}:policy{path}{req['PolicyName']}"
    configuration: dict[str, Any] = {
        "PolicyName": req["PolicyName"],
        "PolicyId": new_unique_id("ANPA", ctx.random),
        "Path": path,
        "DefaultVersionId": "v1",
        "UpdateDate": now,
        "Tags": tags,
    }
    if "Description" in req:
        configuration["Description"] = req["Description"]
    policy = ManagedPolicy(ctx.account, arn, configuration, now)
    with ctx.store.write() as tx:
        try:
            policies.create(tx, policy, req["PolicyDocument"])
        except AlreadyExists:
            text = f"A policy called {req['PolicyName']} already exists. Duplicate names are not allowed."
            raise EntityAlreadyExistsException(text) from None
        return {"Policy": as_listed(_described(tx, policy), "Description") | ({"Tags": tags} if tags else {})}


@operation("iam", resource=POLICY_ARN)
def get_policy(ctx: Context, req: GetPolicyRequest) -> GetPolicyResponse:
    """Return a managed policy without its document."""
    with ctx.store.read() as tx:
        return {"Policy": _described(tx, _own(tx, ctx, req["PolicyArn"]))}


@operation("iam")
def list_policies(ctx: Context, req: ListPoliciesRequest) -> ListPoliciesResponse:
    """Return the account's managed policies, a page at a time; there are none of AWS's."""
    if req.get("Scope") == "AWS":
        return {"Policies": [], "IsTruncated": False}
    with ctx.store.read() as tx:
        shown, more = page(
            ctx,
            req,
            "policies",
            lambda after, limit: policies.page(tx, ctx.account, after, limit),
            lambda policy: policy.arn,
        )
        described = [as_listed(_described(tx, policy), "Description") for policy in shown]
    prefix, attached = req.get("PathPrefix", "/"), req.get("OnlyAttached", False)
    found = [p for p in described if p["Path"].startswith(prefix) and (p["AttachmentCount"] or not attached)]
    return {"Policies": found, **more}  # type: ignore[typeddict-item]


@operation("iam", resource=POLICY_ARN)
def delete_policy(ctx: Context, req: DeletePolicyRequest) -> None:
    """Delete a managed policy that is attached to nothing and has one version."""
    with ctx.store.write() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        if policies.attached_to(tx, policy) or policies.bounded_by(tx, policy):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if len(policies.versions(tx, policy)) > 1:
            raise DeleteConflictException("This policy has more than one version. Delete the others first.")
        policies.delete(tx, policy)


@operation("iam", resource=POLICY_ARN)
def create_policy_version(ctx: Context, req: CreatePolicyVersionRequest) -> CreatePolicyVersionResponse:
    """Add a version to a managed policy."""
    _check(req["PolicyDocument"])
    now = ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        known = policies.versions(tx, policy)
        if len(known) >= MOST_VERSIONS:
            raise LimitExceededException(
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
                "existing version."
            )
        newest = policy.configuration.get("NewestVersion", int(known[0].version_id[1:])) + 1
        version = PolicyVersion(f"v{newest}", req["PolicyDocument"], now)
        policies.add_version(tx, policy, version)
        changes: dict[str, Any] = {"NewestVersion": newest, "UpdateDate": now}
        default = req.get("SetAsDefault", False)
        policies.update(tx, policy, **changes, **({"DefaultVersionId": version.version_id} if default else {}))
    described = _version(version, is_default=default)
    described.pop("Document")
    return {"PolicyVersion": described}


@operation("iam", resource=POLICY_ARN)
def get_policy_version(ctx: Context, req: GetPolicyVersionRequest) -> GetPolicyVersionResponse:
    """Return a version with its document, URL-encoded."""
    with ctx.store.read() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        version = _known_version(tx, policy, req["VersionId"])
    return {"PolicyVersion": _version(version, is_default=_is_default(policy, version))}


@operation("iam", resource=POLICY_ARN)
def list_policy_versions(ctx: Context, req: ListPolicyVersionsRequest) -> ListPolicyVersionsResponse:
    """Return the versions of a managed policy, the newest first, without documents."""
    with ctx.store.read() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        found = policies.versions(tx, policy)
    described = [_version(version, is_default=_is_default(policy, version)) for version in found]
    for version in described:
        version.pop("Document")
    return {"Versions": described, "IsTruncated": False}


@operation("iam", resource=POLICY_ARN)
def delete_policy_version(ctx: Context, req: DeletePolicyVersionRequest) -> None:
    """Delete a version that is not the default."""
    with ctx.store.write() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        version = _known_version(tx, policy, req["VersionId"])
        if _is_default(policy, version):
            raise DeleteConflictException("Cannot delete the default version of a policy.")
        policies.delete_version(tx, policy, version.version_id)


@operation("iam", resource=POLICY_ARN)
def set_default_policy_version(ctx: Context, req: SetDefaultPolicyVersionRequest) -> None:
    """Choose the version that is in force."""
    with ctx.store.write() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        version = _known_version(tx, policy, req["VersionId"])
        policies.update(tx, policy, DefaultVersionId=version.version_id)


@operation("iam", resource=POLICY_ARN)
def list_entities_for_policy(ctx: Context, req: ListEntitiesForPolicyRequest) -> ListEntitiesForPolicyResponse:
    """Return the roles and users that a managed policy is attached to, or bounds."""
    answer: Any = {"PolicyGroups": [], "PolicyUsers": [], "PolicyRoles": [], "IsTruncated": False}
    users_of = policies.bounded_by if req.get("PolicyUsageFilter") == "PermissionsBoundary" else policies.attached_to
    with ctx.store.read() as tx:
        for owner_type, name in users_of(tx, _own(tx, ctx, req["PolicyArn"])):
            entity = entities.find(tx, owner_type, ctx.account, name)
            if entity is not None:
                kind = owner_type.title()
                answer[f"Policy{kind}s"].append({f"{kind}Name": name, f"{kind}Id": entity.unique_id})
    return answer  # type: ignore[no-any-return]


@operation("iam", resource=POLICY_ARN)
def tag_policy(ctx: Context, req: TagPolicyRequest) -> None:
    """Set tags of a managed policy."""
    with ctx.store.write() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        policies.update(tx, policy, Tags=tagged(policy.configuration["Tags"], req["Tags"]))


@operation("iam", resource=POLICY_ARN)
def untag_policy(ctx: Context, req: UntagPolicyRequest) -> None:
    """Remove tags of a managed policy."""
    with ctx.store.write() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
        policies.update(tx, policy, Tags=untagged(policy.configuration["Tags"], req["TagKeys"]))


@operation("iam", resource=POLICY_ARN)
def list_policy_tags(ctx: Context, req: ListPolicyTagsRequest) -> ListPolicyTagsResponse:
    """Return a managed policy's tags."""
    with ctx.store.read() as tx:
        policy = _own(tx, ctx, req["PolicyArn"])
    return listed_tags(ctx, req, policy.arn, policy.configuration["Tags"])  # type: ignore[return-value]


def _own(tx: Tx, ctx: Context, arn: str) -> ManagedPolicy:
    policy = known_policy(tx, arn)
    if policy.account_id != ctx.account:
        raise NoSuchEntityException(f"Policy {arn} was not found.")
    return policy


def _known_version(tx: Tx, policy: ManagedPolicy, version_id: str) -> PolicyVersion:
    found = next((item for item in policies.versions(tx, policy) if item.version_id == version_id), None)
    if found is None:
        raise NoSuchEntityException(f"Policy {policy.arn} version {version_id} does not exist or is not attachable.")
    return found


def _is_default(policy: ManagedPolicy, version: PolicyVersion) -> bool:
    return bool(policy.configuration["DefaultVersionId"] == version.version_id)


def _check(document: str) -> None:
    grammar.check(document, "identity")
    if len("".join(document.split())) > MOST_CHARACTERS:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {MOST_CHARACTERS}")


def _described(tx: Tx, policy: ManagedPolicy) -> Any:
    settings = policy.configuration
    described = {
        "PolicyName": settings["PolicyName"],
        "PolicyId": settings["PolicyId"],
        "Arn": policy.arn,
        "Path": settings["Path"],
        "DefaultVersionId": settings["DefaultVersionId"],
        "AttachmentCount": len(policies.attached_to(tx, policy)),
        "PermissionsBoundaryUsageCount": len(policies.bounded_by(tx, policy)),
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": settings["UpdateDate"],
    }
    return described | {name: settings[name] for name in ("Description", "Tags") if name in settings}


def _version(version: PolicyVersion, *, is_default: bool) -> Any:
    return {
        "Document": quote(version.document, safe=""),
        "VersionId": version.version_id,
        "IsDefaultVersion": is_default,
        "CreateDate": version.created_at,
    }
