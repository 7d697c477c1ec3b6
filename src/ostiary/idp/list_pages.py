"""Pages of lists: a limit, and an opaque sealed token for what follows (ATT-11)."""

from collections.abc import Callable, Mapping
from typing import Any, TypedDict, TypeVar

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.store import paging
from ostiary.store.db import Tx

T = TypeVar("T")
LARGEST = 60
"""The largest and the default page of this service's lists."""


class Following(TypedDict, total=False):
    """What an answer says of the page after it: nothing when it is the last one."""

    NextToken: str


def listed(
    ctx: Context,
    req: Mapping[str, Any],
    scope: str,
    *,
    read: Callable[[Tx, str | None, int], list[T]],
    key: Callable[[T], str],
    default: int = LARGEST,
) -> tuple[list[T], Following]:
    """Return the page that a request asks for by NextToken and Limit or MaxResults, as `page` does."""
    limit = req.get("Limit") or req.get("MaxResults") or default
    found, token = page(ctx, scope, req.get("NextToken"), limit, read=read, key=key)
    return found, {} if token is None else {"NextToken": token}


def page(
    ctx: Context,
    scope: str,
    token: str | None,
    limit: int | None,
    *,
    read: Callable[[Tx, str | None, int], list[T]],
    key: Callable[[T], str],
) -> tuple[list[T], str | None]:
    """Return one page and the token of the next one, or None at the end.

    `read(tx, after, limit)` reads items in the order of `key` behind the key `after`. `scope` names the list, and a
    token opens only the list it was sealed for. A limit of 0 or None is LARGEST.
    """
    after, size = _start(ctx, scope, token), limit or LARGEST
    with ctx.store.read() as tx:
        items = read(tx, after, size + 1)
    if len(items) <= size:
        return items, None
    return items[:size], paging.next_token(ctx.keyring, scope, key(items[size - 1]))


def walked(
    ctx: Context,
    scope: str,
    token: str | None,
    limit: int | None,
    *,
    read: Callable[[Tx, str | None, int], tuple[list[T], str | None]],
) -> tuple[list[T], str | None]:
    """Return one page as `page` does, of a list whose `read` says itself behind which key it goes on.

    Such a page may be short, or empty, and not the last one.
    """
    after = _start(ctx, scope, token)
    items, last = ctx.store.scan(lambda tx: read(tx, after, limit or LARGEST))
    return items, None if last is None else paging.next_token(ctx.keyring, scope, last)


def _start(ctx: Context, scope: str, token: str | None) -> str | None:
    try:
        return paging.start_after(ctx.keyring, scope, token)
    except ValueError as error:
        raise InvalidParameterException("Invalid pagination token.") from error
