"""Roles that AWS services assume: what Cognito Sync does on behalf of a pool's owner."""

from ostiary.aws.errors import AccessDeniedError
from ostiary.context import Context, Principal, Session
from ostiary.iam import evaluate
from ostiary.iam.authorize import global_conditions, permissions_of
from ostiary.iam.conditions import context_of
from ostiary.iam.evaluate import Request
from ostiary.iam.names import role_name_of
from ostiary.iam.principals import Caller
from ostiary.sts.sessions import Credentials, mint

SECONDS = 3600


def assume_for_service(
    ctx: Context, service: str, role_arn: str, name: str, *, source_arn: str
) -> tuple[Principal, Credentials]:
    """Return the principal and credentials of a role that trusts a service; raises AccessDeniedError.

    `source_arn` is the resource on whose behalf the service acts; `name` that of the session. The role must be of the
    resource's account, as with `iam:PassRole`: or whoever owns a resource could have a service act in another account.
    """
    account_id, _, role_name = role_name_of(role_arn) or ("", "", "")
    found = permissions_of(ctx, "role", account_id, role_name)
    conditions = {"aws:SourceArn": source_arn, "aws:SourceAccount": ctx.account, "aws:PrincipalIsAWSService": "true"}
    request = Request("sts:AssumeRole", role_arn, context_of(global_conditions(ctx) | conditions))
    role = found.entity if found is not None else None
    mine = role is not None and role.arn == role_arn and role.account_id == ctx.account
    if role is None or not mine or not evaluate.trusts(role.trust_policy, Caller(service=service), request):
        raise AccessDeniedError(f"{service} is not authorized to perform: sts:AssumeRole on resource: {role_arn}")
    now = ctx.clock.now_seconds()
    session = Session(
        account=role.account_id,
        role_name=role.name,
        role_id=role.unique_id,
        role_path=role.path,
        name=name,
        issued_at=now,
        expires_at=now + SECONDS,
        tags=dict(role.tags),
    )
    principal = Principal(
        account=role.account_id,
        type="AssumedRole",
        arn=f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{name}",
        user_id=f"{role.unique_id}:{name}",
        session=session,
    )
    return principal, mint(ctx.services, session)
