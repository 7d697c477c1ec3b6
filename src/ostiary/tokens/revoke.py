"""Ending sign-ins."""

from ostiary.context import Context
from ostiary.store.db import Tx
from ostiary.store.idp import token_families, users
from ostiary.store.idp.users import User


def sign_out_everywhere(tx: Tx, ctx: Context, user: User) -> None:
    """Make every token of the user dead (TOK-12).

    The rows of the sign-ins go. The time up to which tokens are dead catches those whose client does not track
    sign-ins, and sign-ins that are under way; it only ever grows, so that two calls within a second both count.
    """
    until = max(ctx.clock.now_seconds(), user.tokens_valid_after + 1)
    token_families.revoke_all(tx, user.pool_id, user.sub, until)
    users.update(tx, user, tokens_valid_after=until)
