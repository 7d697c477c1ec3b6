"""ListUsers and its filter: one clause, `name = "value"` or `name ^= "start of a value"`."""

import re

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import InvalidParameterException, ListUsersRequest, ListUsersResponse
from ostiary.context import Context
from ostiary.idp.pages import page
from ostiary.idp.pools import POOL_ARN, own_pool
from ostiary.idp.users import described
from ostiary.store import users
from ostiary.store.users import SEARCHABLE, Filter

PSEUDO_ATTRIBUTES = ("username", "cognito:user_status", "status", "sub")
_CLAUSE = re.compile(r'\s*(?P<name>[^\s="^]+)\s*(?P<prefix>\^)?=\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_filter(text: str) -> Filter | None:
    """Return the clause of a filter, None for an empty one; raises InvalidParameterException (ENU-06)."""
    if not text.strip():
        return None
    clause = _CLAUSE.fullmatch(text)
    if clause is None or "\x00" in text:
        raise InvalidParameterException("Error while parsing filter")
    name = clause["name"]
    if name not in SEARCHABLE and name not in PSEUDO_ATTRIBUTES:
        raise InvalidParameterException(f"Invalid search attribute: {name}")
    return Filter(name, _ESCAPED.sub(r"\1", clause["value"]), prefix=clause["prefix"] is not None)


@operation("cognito-idp", resource=POOL_ARN)
def list_users(ctx: Context, req: ListUsersRequest) -> ListUsersResponse:
    """List a pool's users by sub, all of them or those that a filter matches."""
    pool = own_pool(ctx, req["UserPoolId"])
    wanted = req.get("AttributesToGet")
    known = {attribute["Name"] for attribute in pool.configuration["SchemaAttributes"]}
    if not set(wanted or ()) <= known:
        raise InvalidParameterException("One or more requested attributes do not exist.")
    text = req.get("Filter", "")
    clause = parse_filter(text)
    found, token = page(
        ctx,
        f"ListUsers {pool.pool_id} {text}",
        req.get("PaginationToken"),
        req.get("Limit"),
        read=lambda tx, after, limit: users.page(tx, pool.pool_id, clause, after, limit),
        key=lambda user: user.sub,
    )
    answer: ListUsersResponse = {"Users": [described(user, wanted or None) for user in found]}
    if token is not None:
        answer["PaginationToken"] = token
    return answer
