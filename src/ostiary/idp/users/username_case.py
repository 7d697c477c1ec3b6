"""Making a pool's user names insensitive to case after the fact, which AWS decides once (guide beyond-cognito)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.access import check_not_importing, fresh_pool, locked_pool, write_pool
from ostiary.idp.directory import names
from ostiary.store.db import Tx
from ostiary.store.idp import username_keys
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.username_keys import Name
from ostiary.store.idp.users import folded

PAGE = 1000
TRIES = 3
"""How often names are looked at beside everybody; when they change each time, the last look keeps others waiting."""
OnProgress = Callable[[int], None]
"""Hears how many names were looked at."""


@dataclass(frozen=True, slots=True)
class Collision:
    """Names of different users that would be one: user names, or aliases as `email:Ada@example.com`."""

    key: str
    names: tuple[str, ...]


Plan = tuple[list[tuple[Name, str]], list[Collision]]
"""Names that get another key, and those that would get the same."""


class CollisionsError(Exception):
    """Names would be one; nothing was changed."""

    def __init__(self, collisions: list[Collision]) -> None:
        super().__init__(f"{len(collisions)} names would be several users'.")
        self.collisions = collisions


def collisions(ctx: Context, pool_id: str, told: OnProgress) -> list[Collision]:
    """Return which names of a pool would be one without case; nothing is changed."""
    with ctx.store.read() as tx:
        _check(fresh_pool(ctx, tx, pool_id))
        return _plan(tx, pool_id, told)[1]


def switch(ctx: Context, pool_id: str, told: OnProgress) -> int:
    """Compare a pool's names without case from now on, all in one transaction; return how many keys were rewritten.

    Names are looked at before it, because that takes long, and again when any changed meanwhile.
    Raises CollisionsError, and InvalidParameterException where it is so already. `settle` is to follow.
    """
    for _ in range(TRIES):
        began = ctx.clock.now_seconds()
        with ctx.store.read() as tx:
            _check(fresh_pool(ctx, tx, pool_id))
            plan = _plan(tx, pool_id, told)
        with ctx.store.write() as tx:
            pool = locked_pool(ctx, tx, pool_id)
            if not username_keys.changed_since(tx, pool_id, began):
                return _carry_out(ctx, tx, pool, plan)
    with ctx.store.write() as tx:
        pool = locked_pool(ctx, tx, pool_id)
        return _carry_out(ctx, tx, pool, _plan(tx, pool_id, told))


def _carry_out(ctx: Context, tx: Tx, pool: UserPool, plan: Plan) -> int:
    changes, found = plan
    _check(pool)
    check_not_importing(tx, pool)
    if found:
        raise CollisionsError(found)
    for name, key in changes:
        username_keys.change(tx, pool.pool_id, name, key)
    write_pool(ctx, tx, pool, {**pool.configuration, "UsernameConfiguration": {"CaseSensitive": False}})
    return len(changes)


def settle(ctx: Context, pool_id: str) -> list[Collision]:
    """Rewrite what other processes still kept by the old rule, which they follow for half a second after the switch.

    Returns the names among them that cannot be: they stay as they are, and find nobody.
    """
    with ctx.store.read() as tx:
        changes, found = _plan(tx, pool_id, lambda _: None)
    with ctx.store.write() as tx:
        locked_pool(ctx, tx, pool_id)
        taken = {collision.key for collision in found}
        for name, key in changes:
            if key not in taken:
                username_keys.change(tx, pool_id, name, key)
    return found


def _check(pool: UserPool) -> None:
    if not names.is_case_sensitive(pool):
        raise InvalidParameterException("User names of this pool are not case sensitive already.")


def _plan(tx: Tx, pool_id: str, told: OnProgress) -> Plan:
    """Return which names get another key, and which would get the same."""
    changes: list[tuple[Name, str]] = []
    owners: dict[tuple[bool, str], Name] = {}
    several: dict[tuple[bool, str], list[str]] = {}
    for number, name in enumerate(_all(tx, pool_id), 1):
        key = _insensitive(name)
        first = owners.setdefault((name.is_alias, key), name)
        if first is not name:
            several.setdefault((name.is_alias, key), [first.shown]).append(name.shown)
        if key != name.key:
            changes.append((name, key))
        if number % PAGE == 0:
            told(number)
    return changes, [Collision(key, tuple(shown)) for (_, key), shown in several.items()]


def _all(tx: Tx, pool_id: str) -> Iterator[Name]:
    for read in (username_keys.usernames, username_keys.aliases):
        after = ""
        while page := read(tx, pool_id, after, PAGE):
            yield from page
            after = page[-1].key


def _insensitive(name: Name) -> str:
    if not name.is_alias:
        return folded(name.key)
    attribute, _, value = name.key.partition(":")
    return f"{attribute}:{folded(value)}"
