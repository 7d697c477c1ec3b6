"""Replicas of a user pool in other regions: a deployment has one region, so these operations answer why not."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CreateUserPoolReplicaRequest,
    CreateUserPoolReplicaResponse,
    DeleteUserPoolReplicaRequest,
    DeleteUserPoolReplicaResponse,
    ListUserPoolReplicasRequest,
    ListUserPoolReplicasResponse,
    OperationNotEnabledException,
    UpdateUserPoolReplicaRequest,
    UpdateUserPoolReplicaResponse,
)
from ostiary.context import Context
from ostiary.idp.access import POOL_ARN, own_pool

_REASON = (
    "Replicas are not available on this server: it is one region. "
    "Run several nodes on one highly available database instead."
)


def _refuse(ctx: Context, pool_id: str) -> OperationNotEnabledException:
    own_pool(ctx, pool_id)
    return OperationNotEnabledException(_REASON)


@operation("cognito-idp", resource=POOL_ARN)
def create_user_pool_replica(ctx: Context, req: CreateUserPoolReplicaRequest) -> CreateUserPoolReplicaResponse:
    """Answer that there are no replicas."""
    raise _refuse(ctx, req["UserPoolId"])


@operation("cognito-idp", resource=POOL_ARN)
def update_user_pool_replica(ctx: Context, req: UpdateUserPoolReplicaRequest) -> UpdateUserPoolReplicaResponse:
    """Answer that there are no replicas."""
    raise _refuse(ctx, req["UserPoolId"])


@operation("cognito-idp", resource=POOL_ARN)
def delete_user_pool_replica(ctx: Context, req: DeleteUserPoolReplicaRequest) -> DeleteUserPoolReplicaResponse:
    """Answer that there are no replicas."""
    raise _refuse(ctx, req["UserPoolId"])


@operation("cognito-idp", resource=POOL_ARN)
def list_user_pool_replicas(ctx: Context, req: ListUserPoolReplicasRequest) -> ListUserPoolReplicasResponse:
    """Answer that there are no replicas."""
    raise _refuse(ctx, req["UserPoolId"])
