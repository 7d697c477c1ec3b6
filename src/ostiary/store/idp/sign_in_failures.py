"""How often in a row somebody failed to sign in."""

from dataclasses import dataclass

from ostiary.store import schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class SignInFailures:
    """The number of failures and when the last was, in milliseconds since the epoch: the first lock lasts a second."""

    failures: int
    last_at: int


NONE = SignInFailures(0, 0)


def find(tx: Tx, pool_id: str, sub: str) -> SignInFailures:
    """Return the failures of a user."""
    row = tx.get(schema.sign_in_failures, pool_id=pool_id, sub=sub)
    return NONE if row is None else SignInFailures(row.failures, row.last_at)


def hold(tx: Tx, pool_id: str, sub: str) -> SignInFailures:
    """Return the failures of a user, which nobody else can change until this transaction ends."""
    table = schema.sign_in_failures
    tx.insert_if_absent(table, pool_id=pool_id, sub=sub, failures=0, last_at=0)
    tx.update(table, {"pool_id": pool_id, "sub": sub}, failures=table.c.failures)
    return find(tx, pool_id, sub)


def put(tx: Tx, pool_id: str, sub: str, failures: SignInFailures) -> None:
    """Remember the failures of a user."""
    tx.upsert(schema.sign_in_failures, pool_id=pool_id, sub=sub, failures=failures.failures, last_at=failures.last_at)


def clear(tx: Tx, pool_id: str, sub: str) -> None:
    """Forget the failures of a user."""
    tx.delete(schema.sign_in_failures, {"pool_id": pool_id, "sub": sub})
