"""Pages of lists: how many, and from where on."""

from ostiary.aws.types.cognito_sync import InvalidParameterException
from ostiary.context import Context
from ostiary.store.paging import start_after


def page_size(asked: int | None, most: int) -> int:
    """Return how many a page has: what was asked for, but at most `most`; raises InvalidParameterException."""
    if asked is None:
        return most
    if asked < 1:
        raise InvalidParameterException("MaxResults must be at least 1.")
    return min(asked, most)


def page_start(ctx: Context, scope: str, token: str | None) -> str | None:
    """Return where a page begins; raises InvalidParameterException for a token of another list (ATT-11)."""
    try:
        return start_after(ctx.keyring, scope, token)
    except ValueError:
        raise InvalidParameterException("Invalid NextToken.") from None
