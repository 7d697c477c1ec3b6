"""Rotating signing keys so that no verification fails (OpenID Connect Core 10.1.1; TOK-18).

The next key is published for a while before it signs, for verifiers keep what they fetched. The one before stays
published until the last token that it signed has expired. All of it follows from times in the database, so every node
does the same without being told.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from ostiary.context import Services
from ostiary.store.db import Tx
from ostiary.store.idp import signing_keys
from ostiary.store.idp.signing_keys import StoredKey
from ostiary.tokens import keys

SOONEST = 5
"""Seconds that any node may take to learn of a key."""
State = Literal["next", "signing", "published", "retired"]


class StillSigningError(ValueError):
    """The key signs tokens now."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key and where it stands now."""

    key: StoredKey
    state: State
    retires_at: int | None


def states(services: Services, owner: str) -> list[KeyState]:
    """Return the keys of a pool (or of `*`, the identity pools, or `sns`, the topics) as they stand now."""
    with services.store.read() as tx:
        found = signing_keys.of_pool(tx, owner)
    return _states(found, services.clock.now_seconds())


def _states(found: list[StoredKey], now: int) -> list[KeyState]:
    by_use = sorted(found, key=lambda key: key.token_use)
    shown: list[KeyState] = []
    for _, group in groupby(by_use, key=lambda key: key.token_use):
        of_use = list(group)
        begun = [key for key in of_use if key.signs_at <= now]
        signing = begun[-1] if begun else of_use[0]
        for key in of_use:
            retires_at = keys.retirement(of_use, key)
            shown.append(KeyState(key, _state(key, signing, retires_at, now), retires_at))
    return shown


def _state(key: StoredKey, signing: StoredKey, retires_at: int | None, now: int) -> State:
    if key is signing:
        return "signing"
    if key.signs_at > now:
        return "next"
    return "published" if retires_at is None or retires_at > now else "retired"


def rotate(services: Services, owner: str, lead: int) -> list[KeyState]:
    """Publish the next keys of a pool, to sign in `lead` seconds, and return how all of them stand.

    A next key that waits already is used, and signs sooner when `lead` is shorter. Raises KeyError without any keys.
    """
    before = states(services, owner)
    if not before:
        raise KeyError(owner)
    waiting = {state.key.token_use for state in before if state.state == "next"}
    uses = {state.key.token_use for state in before}
    made = [keys.new_key(services, use) for use in keys.ALGORITHMS if use in uses - waiting]
    now = services.clock.now_seconds()
    signs_at = now + max(lead, SOONEST)
    with services.store.write() as tx:
        found = signing_keys.of_pool(tx, owner)
        if {key.kid for key in found} == {state.key.kid for state in before}:  # else somebody did it at the same time
            for key in found:
                if key.signs_at > signs_at:
                    signing_keys.sign_from(tx, owner, key.kid, signs_at)
            signing_keys.add(tx, [keys.stored(owner, key, now, signs_at) for key in made])
    return states(services, owner)


def withdraw(services: Services, owner: str, kid: str) -> None:
    """Delete a key, and with it every token that it signed. Raises KeyError, and StillSigningError."""
    with services.store.write() as tx:
        shown = _states(signing_keys.of_pool(tx, owner), services.clock.now_seconds())
        found = next((state for state in shown if state.key.kid == kid), None)
        if found is None:
            raise KeyError(kid)
        if found.state == "signing":
            raise StillSigningError(kid)
        signing_keys.delete(tx, owner, kid)


def forget_retired(tx: Tx, owner: str, now: int) -> int:
    """Delete the keys of a pool that have retired; return how many."""
    retired = [state for state in _states(signing_keys.of_pool(tx, owner), now) if state.state == "retired"]
    for state in retired:
        signing_keys.delete(tx, owner, state.key.kid)
    return len(retired)


def is_due(shown: list[KeyState], now: int, days: int) -> bool:
    """Whether a key has signed for `days` and none waits to follow it."""
    if any(state.state == "next" for state in shown):
        return False
    begun = [max(state.key.signs_at, state.key.created_at) for state in shown if state.state == "signing"]
    return bool(begun) and min(begun) + days * 86_400 <= now
