"""Recovery codes: ten that a user keeps, each standing once for the code of an authenticator app that was lost."""

import hashlib
import hmac

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp import switches
from ostiary.idp.messages import account_notices
from ostiary.idp.messages.account_notices import Notice
from ostiary.store.db import Tx
from ostiary.store.idp import recovery_codes, users
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

COUNT = 10
PURPOSE = "recovery-code"
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
"""Letters and digits that nobody mistakes for another; ten of them are 49 bits."""
_LENGTH = 10
_HALF = _LENGTH // 2


def make(ctx: Context, pool: UserPool, user: User) -> list[str]:
    """Return fresh codes, the only time that they are shown; older ones are dead then, and the user is told by mail.

    Raises InvalidParameterException where the pool has none, or the user no authenticator app.
    """
    check_on(pool)
    if not user.factors.software_token:
        raise InvalidParameterException("The user has no authenticator app that a recovery code could stand for.")
    made = [ctx.random.text(_LENGTH, _ALPHABET) for _ in range(COUNT)]
    sealed = [ctx.keyring.seal(_digest(pool.pool_id, user.sub, code), PURPOSE) for code in made]
    text = (
        "New recovery codes were made for your account. Older ones do not work any more. "
        "If it was not you, change your password now."
    )
    with ctx.store.write() as tx:
        known = users.lock(tx, user)
        if known is None or not known.factors.software_token:
            raise InvalidParameterException("The user has no authenticator app that a recovery code could stand for.")
        recovery_codes.replace(tx, pool.pool_id, user.sub, sealed, ctx.clock.now_seconds())
        account_notices.note(tx, ctx, pool, known, "RecoveryCodesMade")
        account_notices.tell(tx, ctx, pool, known, Notice("New recovery codes", text))
    return [f"{code[:_HALF]}-{code[_HALF:]}" for code in made]


def left(ctx: Context, pool: UserPool, user: User) -> int:
    """Return how many codes the user has left; raises InvalidParameterException where the pool has none."""
    check_on(pool)
    with ctx.store.read() as tx:
        return recovery_codes.left(tx, pool.pool_id, user.sub)


def check_on(pool: UserPool) -> None:
    """Refuse a pool that does not have recovery codes."""
    if not switches.is_on(pool, switches.RECOVERY_CODES):
        raise InvalidParameterException("Recovery codes are not turned on in this user pool.")


def matching(tx: Tx, ctx: Context, pool: UserPool, user: User, text: str) -> bytes | None:
    """Return what the user's code of this text is kept as, or None when it is none of theirs."""
    code = text.strip().lower().replace("-", "").replace(" ", "")
    if len(code) != _LENGTH or not switches.is_on(pool, switches.RECOVERY_CODES):
        return None
    wanted = _digest(pool.pool_id, user.sub, code)
    found = [
        sealed
        for sealed in recovery_codes.of_user(tx, pool.pool_id, user.sub)
        if hmac.compare_digest(ctx.keyring.open(sealed, PURPOSE), wanted)
    ]
    return found[0] if found else None


def use(tx: Tx, ctx: Context, pool: UserPool, user: User, sealed: bytes) -> bool:
    """Use a code up, note it and tell the user; return whether nobody else used it."""
    if not recovery_codes.use(tx, pool.pool_id, user.sub, sealed):
        return False
    remaining = recovery_codes.left(tx, pool.pool_id, user.sub)
    text = (
        "A recovery code was used to sign in to your account in place of your authenticator app. "
        f"You have {remaining} left. If it was not you, change your password now."
    )
    account_notices.note(tx, ctx, pool, user, "RecoveryCodeUsed")
    account_notices.tell(tx, ctx, pool, user, Notice("A recovery code was used", text))
    return True


def _digest(pool_id: str, sub: str, code: str) -> bytes:
    return hashlib.sha256(f"{pool_id}\n{sub}\n{code}".encode()).digest()
