"""The public keys of providers."""

import contextlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from ostiary.crypto import jws, rsa_keys
from ostiary.federation.documents import KEPT_SECONDS, LATE_SECONDS, documents
from ostiary.federation.web_identity import InvalidTokenError
from ostiary.runtime.http_client import HttpClient

REFETCH_SECONDS = 60
"""How soon an unknown key id may have the keys fetched again (FED-15)."""
MOST_KEYS = 100
FindKey = Callable[[str], jws.Key | None]
_PUBLIC = ("kty", "kid", "alg", "use", "n", "e", "crv", "x", "y")


def _discovered(http: HttpClient, issuer: str, *others: str) -> str:
    """Return the `jwks_uri` of an issuer's discovery document, which must name the very same issuer.

    `others` are spellings of it that the document may have instead, with the same document: see `spellings`.
    """

    def read(document: Any) -> tuple[str, str]:
        keys_url = str(document["jwks_uri"])
        if issuer.startswith("https://") and not keys_url.startswith("https://"):
            raise ValueError("the keys of an https issuer must have an https address")
        return str(document["issuer"]), keys_url

    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    named, keys_url = documents(http).get(http, url, read, fresh_within=KEPT_SECONDS, late=LATE_SECONDS)
    if named not in {issuer, *others}:
        raise InvalidTokenError("unreachable", "the discovery document is of another issuer")
    return str(keys_url)


def spellings(issuer: str) -> tuple[str, str]:
    """Return an issuer without and with the slash at its end: people leave it out, and some tokens have it."""
    bare = issuer.removesuffix("/")
    return bare, f"{bare}/"


def key_finder(http: HttpClient, *, keys_url: str = "", issuers: Sequence[str] = ()) -> FindKey:
    """Return a function from key id to key, over the JWK set at an address, or where an issuer says that it is.

    `issuers` are spellings of it. The function raises InvalidTokenError when the provider cannot be asked.
    """

    def find(kid: str) -> jws.Key | None:
        url = keys_url or _discovered(http, *issuers)
        for fresh_within, late in ((KEPT_SECONDS, LATE_SECONDS), (REFETCH_SECONDS, 0)):
            found: dict[str, jws.Key] = documents(http).get(http, url, read_keys, fresh_within=fresh_within, late=late)
            if kid in found:
                return found[kid]
        return None

    return find


def read_keys(document: Any) -> dict[str, jws.Key]:
    """Return the keys of a JWK set that can verify signatures, by id; the others are passed over (RFC 7517, 5)."""
    keys: dict[str, jws.Key] = {}
    for item in document["keys"][:MOST_KEYS]:
        if item.get("kty") in {"RSA", "EC"} and _may_verify(item):
            with contextlib.suppress(JoseError, ValueError, TypeError, LookupError):
                key = _key(item)
                if key is not None:
                    keys[str(item.get("kid", ""))] = key
    return keys


def _may_verify(item: dict[str, Any]) -> bool:
    """Whether a key is for verifying signatures, by each of `use` and `key_ops` that it has (RFC 7517, 4.2 and 4.3)."""
    operations = item.get("key_ops", ["verify"])
    return item.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _key(item: dict[str, Any]) -> jws.Key | None:
    # A private member would make it a private key: only what verifies is taken.
    public: dict[str, Any] = {name: item[name] for name in _PUBLIC if name in item}
    if "n" in public and not rsa_keys.is_strong(int.from_bytes(urlsafe_b64decode(public["n"] + "=="))):
        return None
    key = JWKRegistry.import_key(public)
    return key if isinstance(key, RSAKey | ECKey) else None
