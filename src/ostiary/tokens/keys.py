"""Signing keys: two RSA pairs for each user pool, one for ID and one for access tokens, and one for identity pools."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from joserfc.jwk import RSAKey

from ostiary.context import Services
from ostiary.runtime.execution import compute
from ostiary.store.db import Tx
from ostiary.store.idp import signing_keys
from ostiary.store.idp.signing_keys import StoredKey

TokenUse = Literal["id", "access", "identity", "sns"]
RSA_BITS = 2048
KID_BYTES = 32
IDENTITY_POOLS, TOPICS = "*", "sns"
"""Stand in place of a pool id for the keys that all identity pools, and all topics, share."""
_SHARED: dict[str, TokenUse] = {IDENTITY_POOLS: "identity", TOPICS: "sns"}
ALGORITHMS: dict[TokenUse, str] = {"id": "RS256", "access": "RS256", "identity": "RS512", "sns": "RS256"}
PURPOSE = "signing-key"
LONGEST_TOKEN = 86_400
"""Seconds that a token of any kind lives at most."""
CLOCKS = 3_600
"""Seconds for which a key is kept beyond that, because the clocks of verifiers are not ours."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made but belongs to no pool yet."""

    kid: str
    token_use: TokenUse
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, parsed. Times are epoch seconds; `retires_at` is when the last token that it signed has expired.

    It signs from `signs_at` until the next one of its use does; while there is no next one it does not retire.
    """

    kid: str
    token_use: TokenUse
    key: RSAKey = field(repr=False)
    created_at: int
    signs_at: int
    retires_at: int | None

    @property
    def header(self) -> dict[str, str]:
        """The header of the tokens it signs: exactly these two members."""
        return {"kid": self.kid, "alg": ALGORITHMS[self.token_use]}

    @property
    def public(self) -> dict[str, Any]:
        """The key as a member of a JWK set."""
        numbers = self.key.as_dict(private=False)
        return {
            "alg": ALGORITHMS[self.token_use],
            "e": numbers["e"],
            "kid": self.kid,
            "kty": "RSA",
            "n": numbers["n"],
            "use": "sig",
        }


def new_pool_keys(services: Services) -> list[NewKey]:
    """Return a fresh pair of keys for a user pool. Takes a while: not inside a transaction."""
    return [new_key(services, "id"), new_key(services, "access")]


def save(tx: Tx, services: Services, pool_id: str, keys: list[NewKey]) -> None:
    """Store keys as the pool's."""
    now = services.clock.now_seconds()
    signing_keys.add(tx, [stored(pool_id, key, now, now) for key in keys])


def stored(pool_id: str, key: NewKey, now: int, signs_at: int) -> StoredKey:
    """Return a new key as the pool's that signs from then on."""
    return StoredKey(pool_id, key.kid, key.token_use, key.sealed, now, signs_at)


def pool_keys(services: Services, pool_id: str) -> list[SigningKey]:
    """Return the pool's keys that have not retired, in the order in which they begin to sign; none without a pool."""
    now = services.clock.now()
    return [key for key in _cached(services, pool_id) if key.retires_at is None or key.retires_at > now]


def signing_key(services: Services, pool_id: str, token_use: TokenUse) -> SigningKey:
    """Return the key of the pool that signs this kind of token now."""
    now = services.clock.now()
    of_use = [key for key in _cached(services, pool_id) if key.token_use == token_use]
    return next((key for key in reversed(of_use) if key.signs_at <= now), of_use[0])


def finder(services: Services, pool_id: str, token_use: TokenUse) -> Callable[[str], RSAKey | None]:
    """Return a function from key id to the key of the pool that verifies this kind of token."""
    found = {key.kid: key.key for key in pool_keys(services, pool_id) if key.token_use == token_use}
    return found.get


def retirement(keys: Iterable[StoredKey], key: StoredKey) -> int | None:
    """Return when a key retires: after whatever it signed before the next one of its use began to."""
    followers = [other.signs_at for other in keys if other.token_use == key.token_use and _place(other) > _place(key)]
    return min(followers) + LONGEST_TOKEN + CLOCKS if followers else None


def _place(key: StoredKey) -> tuple[int, int, str]:
    return key.signs_at, key.created_at, key.kid


def identity_key(services: Services) -> SigningKey:
    """Return the key that signs the OpenID tokens of identity pools, made when it is first needed."""
    return _shared_key(services, IDENTITY_POOLS, "identity")


def topic_key(services: Services) -> SigningKey:
    """Return the key that signs what topics send, made when it is first needed."""
    return _shared_key(services, TOPICS, "sns")


def jwks(services: Services, pool_id: str) -> dict[str, Any] | None:
    """Return the pool's JWK set, or None for a pool that does not exist."""
    keys = pool_keys(services, pool_id)
    return {"keys": [key.public for key in keys]} if keys else None


def shared_keys(services: Services, owner: str) -> list[SigningKey]:
    """Return the keys of identity pools or of topics that have not retired; the one that signs is made if need be."""
    _shared_key(services, owner, _SHARED[owner])
    return pool_keys(services, owner)


def _shared_key(services: Services, owner: str, token_use: TokenUse) -> SigningKey:
    if not _cached(services, owner):
        made = new_key(services, token_use)
        with services.store.write() as tx:
            if not signing_keys.of_pool(tx, owner):
                save(tx, services, owner, [made])
    return signing_key(services, owner, token_use)


def _cached(services: Services, pool_id: str) -> tuple[SigningKey, ...]:
    return services.store.cached(("signing_keys", pool_id), lambda tx: _load(tx, services, pool_id)) or ()


def _load(tx: Tx, services: Services, pool_id: str) -> tuple[SigningKey, ...] | None:
    found = signing_keys.of_pool(tx, pool_id)
    return tuple(_parsed(services, key, retirement(found, key)) for key in found) or None


def new_key(services: Services, token_use: TokenUse) -> NewKey:
    """Return a fresh key. Takes a while: not inside a transaction."""
    private = compute(lambda: rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    kid = b64encode(services.random.bytes(KID_BYTES)).decode()
    return NewKey(kid, token_use, services.keyring.seal(der, PURPOSE))


def _parsed(services: Services, found: StoredKey, retires_at: int | None) -> SigningKey:
    der = services.keyring.open(found.sealed, PURPOSE)
    # Whether the numbers are primes takes 50 ms to find out; the seal says that they are the ones that were made.
    private = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("Signing keys are RSA.")
    use: TokenUse = found.token_use  # type: ignore[assignment]
    return SigningKey(found.kid, use, RSAKey(private, private), found.created_at, found.signs_at, retires_at)
