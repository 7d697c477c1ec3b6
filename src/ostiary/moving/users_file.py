"""Exporting a user pool with its users into a sealed file, and importing it into another deployment.

A pool keeps its id: passwords are verifiers over it, and apps know it. Signing keys, clients, groups and identity
providers come along, so tokens that are out stay good. What is sealed under this deployment's master key is
opened and sealed under the file's key, and under the other master key there.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ostiary.context import Services
from ostiary.crypto.seal import SealBrokenError
from ostiary.moving import sealed_file
from ostiary.moving.sealed_file import FileBrokenError, Writer, read
from ostiary.store import removals
from ostiary.store.idp import copies, user_pools, users
from ostiary.store.idp.copies import Rows
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.sealed import PURPOSES

PAGE = 200
BATCH = 50
"""Users, of several rows each, that are written in one transaction; then others have their turn for as long."""
_BESIDE_USERS = 2
"""Records of a whole file that are no users: the pool, and the end."""
OnProgress = Callable[[int, int], None]
"""Hears how many users are done, of how many."""


def export_users(services: Services, pool_id: str, path: Path, passphrase: str, told: OnProgress) -> int:
    """Write the pool and its users; a file that was begun is gone on with. Returns how many users the file has.

    Raises KeyError for a pool that is not there, FileBrokenError for another file.
    """
    with services.store.read() as tx:
        if user_pools.find(tx, pool_id) is None:
            raise KeyError(pool_id)
        rows, total = copies.of_pool(tx, pool_id), user_pools.number_of_users(tx, pool_id)
    with Writer(path, passphrase) as file:
        if file.finished:
            return file.records - _BESIDE_USERS
        done = max(0, file.records - 1)
        if file.last is None:
            file.write({"pool": pool_id, "rows": _opened(services, rows)})
        after = (file.last or {}).get("user")
        while True:
            with services.store.read() as tx:
                page = users.page(tx, pool_id, None, after, PAGE)
                found = [(user.sub, copies.of_user(tx, pool_id, user.sub)) for user in page]
            for sub, of_user in found:
                file.write({"user": sub, "rows": _opened(services, of_user)})
            file.flush()
            done += len(found)
            told(done, total)
            if len(found) < PAGE:
                file.finish()
                return done
            after = found[-1][0]


def import_users(
    services: Services, account_id: str, path: Path, passphrase: str, told: OnProgress, *, dry_run: bool = False
) -> tuple[str, int, int]:
    """Make the pool, unless it is there, and its users that are not there; return its id, how many were made, and left.

    A dry run makes nothing and returns the same. It can be run again: what is there stays as it is. Raises
    FileBrokenError, and ValueError when the pool is another account's.
    """
    made = left = 0
    total = sealed_file.count(path) - _BESIDE_USERS
    pool_id = ""
    batch: list[Rows] = []

    def write(batch: list[Rows]) -> int:
        return (_would_be_made if dry_run else _make)(services, pool_id, batch)

    for record in read(path, passphrase):
        rows = _sealed(services, record["rows"])
        if "pool" in record:
            pool_id = record["pool"]
            with services.store.read() as tx:
                check_owner(user_pools.find(tx, pool_id), account_id)
            if not dry_run:
                _import_pool(services, account_id, pool_id, rows)
            continue
        batch.append(rows)
        if len(batch) == BATCH:
            began = services.clock.monotonic()
            new = write(batch)
            services.clock.rest(services.clock.monotonic() - began)
            made, left, batch = made + new, left + len(batch) - new, []
            told(made + left, total)
    if not pool_id:
        raise FileBrokenError("The file has no user pool.")
    new = write(batch)
    made, left = made + new, left + len(batch) - new
    told(made + left, total)
    return pool_id, made, left


def check_owner(pool: UserPool | None, account_id: str) -> None:
    """Raise ValueError when a pool is here and is another account's."""
    if pool is not None and pool.account_id != account_id:
        raise ValueError(
            f"User pool {pool.pool_id} is here, in account {pool.account_id}; "
            f"move it first: ostiary account move-pool {pool.pool_id} {account_id}"
        )


def _make(services: Services, pool_id: str, batch: list[Rows]) -> int:
    """Make the users who are not there; return how many that were."""
    removals.finish(services.store, pool_id)  # what was deleted here and comes back
    with services.store.write() as tx:
        new = [rows for rows in batch if copies.insert(tx, rows[:1])]
        for rows in new:
            copies.insert(tx, rows[1:])
        return len(new)


def _would_be_made(services: Services, pool_id: str, batch: list[Rows]) -> int:
    with services.store.read() as tx:
        if user_pools.find(tx, pool_id) is None:
            return len(batch)
        return sum(users.find(tx, pool_id, row["sub"]) is None for (_, row), *_ in batch)


def _import_pool(services: Services, account_id: str, pool_id: str, rows: Rows) -> None:
    removals.finish(services.store, pool_id)
    with services.store.write() as tx:
        pool = user_pools.find(tx, pool_id)
        check_owner(pool, account_id)
        if pool is None:
            owned = [(name, {**row, "account_id": account_id} if name == "user_pools" else row) for name, row in rows]
            copies.insert(tx, owned)


def _opened(services: Services, rows: Rows) -> list[Any]:
    return [
        [name, {column: _open(services, name, column, value) for column, value in row.items()}] for name, row in rows
    ]


def _open(services: Services, table: str, column: str, value: Any) -> Any:
    if value is None or (table, column) not in copies.BINARY:
        return value
    if (table, column) not in copies.SEALED:
        return b64encode(bytes(value)).decode()
    for purpose in PURPOSES[table, column]:
        try:
            opened = services.keyring.open(bytes(value), purpose)
        except SealBrokenError:
            continue
        return [purpose, b64encode(opened).decode()]
    raise SealBrokenError(f"{table}.{column} was sealed under a master key that is not here.")


def _sealed(services: Services, rows: list[Any]) -> Rows:
    return [
        (name, {column: _seal(services, name, column, value) for column, value in row.items()}) for name, row in rows
    ]


def _seal(services: Services, table: str, column: str, value: Any) -> Any:
    if value is None or (table, column) not in copies.BINARY:
        return value
    if (table, column) not in copies.SEALED:
        return b64decode(value)
    purpose, opened = value
    return services.keyring.seal(b64decode(opened), purpose)
