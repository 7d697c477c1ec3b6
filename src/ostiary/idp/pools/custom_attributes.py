"""Custom attributes that are added to a pool."""

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import AddCustomAttributesRequest, AddCustomAttributesResponse
from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.access import POOL_ARN, check_not_importing, locked_pool
from ostiary.idp.directory.schema import refuse_existing, with_custom
from ostiary.idp.pools.schema_changes import _schema, check_not_removing, relaxed_attribute, write_schema


@operation("cognito-idp", resource=POOL_ARN)
def add_custom_attributes(ctx: Context, req: AddCustomAttributesRequest) -> AddCustomAttributesResponse:
    """Add custom attributes to a pool; where its schema may change, one that is there is made laxer."""
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, req["UserPoolId"])
        check_not_importing(tx, pool)
        relaxing = relaxed_attribute if switches.is_on(pool, switches.SCHEMA_CHANGES) else refuse_existing
        schema = with_custom(_schema(pool), req["CustomAttributes"], relaxing)
        check_not_removing(tx, pool.pool_id, {attribute["Name"] for attribute in schema})
        write_schema(ctx, tx, pool, schema)
    return {}
