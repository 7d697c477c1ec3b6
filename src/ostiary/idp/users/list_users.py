"""ListUsers and its filter: one clause, `name = "value"` or `name ^= "start of a value"`; the name may be quoted too.

Where the pool has user search on, the name may be any attribute, and `name *= "part of a value"` is a clause too.
"""

import re
from collections.abc import Collection
from typing import Literal

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import InvalidParameterException, ListUsersRequest, ListUsersResponse
from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.access import POOL_ARN, own_pool
from ostiary.idp.directory.attributes import described
from ostiary.idp.directory.schema import spelled
from ostiary.idp.list_pages import page, walked
from ostiary.store.idp import user_search, users
from ostiary.store.idp.user_search import Search
from ostiary.store.idp.users import SEARCHABLE, Filter

PSEUDO_ATTRIBUTES = ("username", "cognito:user_status", "status", "sub")
_NAME = r'(?P<quote>"?)(?P<name>[^\s="^]+?)(?P=quote)'
_CLAUSE = re.compile(rf'\s*{_NAME}\s*(?P<how>[\^*])?=\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_HOW: dict[str | None, Literal["is", "begins", "contains"]] = {None: "is", "^": "begins", "*": "contains"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_filter(text: str, searchable: Collection[str] = ()) -> Filter | Search | None:
    """Return the clause of a filter, None for an empty one; raises InvalidParameterException (ENU-06).

    `searchable` are the attributes that may be searched for without an index.
    """
    if not text.strip():
        return None
    clause = _CLAUSE.fullmatch(text)
    if clause is None or "\x00" in text:
        raise InvalidParameterException("Error while parsing filter")
    name, how, value = spelled(clause["name"], searchable), _HOW[clause["how"]], _ESCAPED.sub(r"\1", clause["value"])
    indexed = name in SEARCHABLE or name in PSEUDO_ATTRIBUTES
    if indexed and how != "contains":
        return Filter(name, value, prefix=how == "begins")
    if not searchable or not (indexed or name in searchable):
        raise InvalidParameterException(f"Invalid search attribute: {name}{'*' if how == 'contains' else ''}")
    return Search(name, value, how)


@operation("cognito-idp", resource=POOL_ARN)
def list_users(ctx: Context, req: ListUsersRequest) -> ListUsersResponse:
    """List a pool's users by sub, all of them or those that a filter matches."""
    pool = own_pool(ctx, req["UserPoolId"])
    known = {attribute["Name"] for attribute in pool.configuration["SchemaAttributes"]}
    wanted = [spelled(name, known) for name in req.get("AttributesToGet", [])]
    if not set(wanted) <= known:
        raise InvalidParameterException("One or more requested attributes do not exist.")
    text = req.get("Filter", "")
    clause = parse_filter(text, known if switches.is_on(pool, switches.USER_SEARCH) else ())
    scope, given, most = f"ListUsers {pool.pool_id} {text}", req.get("PaginationToken"), req.get("Limit")
    if isinstance(clause, Search):
        search = clause
        found, token = walked(
            ctx,
            scope,
            given,
            most,
            read=lambda tx, after, limit: user_search.search(tx, pool.pool_id, search, after, limit),
        )
    else:
        indexed = clause
        found, token = page(
            ctx,
            scope,
            given,
            most,
            read=lambda tx, after, limit: users.page(tx, pool.pool_id, indexed, after, limit),
            key=lambda user: user.sub,
        )
    answer: ListUsersResponse = {"Users": [described(user, wanted or None) for user in found]}
    if token is not None:
        answer["PaginationToken"] = token
    return answer
