"""Signing keys: two RSA pairs for each user pool, one for ID and one for access tokens, and one for identity pools."""

from base64 import b64encode
from dataclasses import dataclass
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
from ostiary.store import signing_keys
from ostiary.store.db import Tx
from ostiary.store.signing_keys import StoredKey

TokenUse = Literal["id", "access", "identity", "sns"]
RSA_BITS = 2048
KID_BYTES = 32
IDENTITY_POOLS, TOPICS = "*", "sns"
"""Stand in place of a pool id for the keys that all identity pools, and all topics, share."""
ALGORITHMS: dict[TokenUse, str] = {"id": "RS256", "access": "RS256", "identity": "RS512", "sns": "RS256"}
_PURPOSE = "signing-key"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made but belongs to no pool yet."""

    kid: str
    token_use: TokenUse
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, parsed."""

    kid: str
    token_use: TokenUse
    key: RSAKey

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
    return [_new_key(services, "id"), _new_key(services, "access")]


def save(tx: Tx, services: Services, pool_id: str, keys: list[NewKey]) -> None:
    """Store keys as the pool's."""
    now = services.clock.now_seconds()
    signing_keys.add(tx, [StoredKey(pool_id, key.kid, key.token_use, key.sealed, now) for key in keys])


def pool_keys(services: Services, pool_id: str) -> tuple[SigningKey, ...]:
    """Return the pool's keys from the cache, the oldest first; none for a pool that does not exist."""
    return services.store.cached(("signing_keys", pool_id), lambda tx: _load(tx, services, pool_id)) or ()


def signing_key(services: Services, pool_id: str, token_use: TokenUse) -> SigningKey:
    """Return the newest key of the pool for this kind of token."""
    return [key for key in pool_keys(services, pool_id) if key.token_use == token_use][-1]


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


def _shared_key(services: Services, owner: str, token_use: TokenUse) -> SigningKey:
    keys = pool_keys(services, owner)
    if not keys:
        made = _new_key(services, token_use)
        with services.store.write() as tx:
            if not signing_keys.of_pool(tx, owner):
                save(tx, services, owner, [made])
        keys = pool_keys(services, owner)
    return keys[0]


def _load(tx: Tx, services: Services, pool_id: str) -> tuple[SigningKey, ...] | None:
    stored = signing_keys.of_pool(tx, pool_id)
    return tuple(_parsed(services, key) for key in stored) or None


def _new_key(services: Services, token_use: TokenUse) -> NewKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    kid = b64encode(services.random.bytes(KID_BYTES)).decode()
    return NewKey(kid, token_use, services.keyring.seal(der, _PURPOSE))


def _parsed(services: Services, stored: StoredKey) -> SigningKey:
    private = load_der_private_key(services.keyring.open(stored.sealed, _PURPOSE), password=None)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    use: TokenUse = stored.token_use  # type: ignore[assignment]
    return SigningKey(stored.kid, use, RSAKey.import_key(pem))
