"""Pages of lists: SNS fixes their size."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ostiary.context import Context
from ostiary.sns.arns import invalid
from ostiary.store.paging import next_token, start_after

T = TypeVar("T")
SIZE = 100


def page_of(
    ctx: Context,
    req: Mapping[str, Any],
    scope: str,
    find: Callable[[str | None, int], Sequence[T]],
    key: Callable[[T], str],
) -> tuple[Sequence[T], dict[str, str]]:
    """Return a page of what `find(after, limit)` returns, and `NextToken` when there is more (ATT-11).

    Raises InvalidParameterException for a token of another list.
    """
    scope = f"sns:{ctx.account}:{scope}"
    try:
        after = start_after(ctx.keyring, scope, req.get("NextToken"))
    except ValueError:
        raise invalid("NextToken", "The token is not of this list.") from None
    found = find(after, SIZE + 1)
    shown = found[:SIZE]
    return shown, {"NextToken": next_token(ctx.keyring, scope, key(shown[-1]))} if len(found) > SIZE else {}
