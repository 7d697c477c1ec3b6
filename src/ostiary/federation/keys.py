"""The public keys of providers, fetched and kept (FED-15)."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from ostiary.clock import Clock
from ostiary.crypto import jws
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.http_client import HttpClient, HttpError

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
KEPT_SECONDS = 3600
REFETCH_SECONDS = 60
"""How soon an unknown key id may have the keys fetched again."""
OK = 200


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    fetched_at: float


class Documents:
    """JSON documents by address, each fetched once an hour."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def get(self, http: HttpClient, url: str, read: Callable[[Any], Any], *, fresh_within: float) -> Any:
        """Return what `read` makes of the document; raises InvalidTokenError when it cannot be had."""
        kept, now = self._kept.get(url), Clock.monotonic()
        if kept is not None and now - kept.fetched_at < fresh_within:
            return kept.value
        try:
            answer = http.get(url, headers={"accept": "application/json"})
            value = read(answer.json()) if answer.status == OK else None
        except (HttpError, JoseError, LookupError, TypeError, ValueError) as error:
            raise InvalidTokenError("unreachable", str(error)) from error
        if value is None:
            raise InvalidTokenError("unreachable", f"{url} answered {answer.status}")
        with self._lock:
            self._kept[url] = _Kept(value, now)
        return value


_DOCUMENTS = Documents()


def discovered_keys_url(http: HttpClient, issuer: str) -> str:
    """Return the `jwks_uri` of an issuer's discovery document, which must name the very same issuer."""

    def read(document: Any) -> str:
        if document["issuer"] != issuer:
            raise ValueError("the discovery document is of another issuer")
        return str(document["jwks_uri"])

    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    found: str = _DOCUMENTS.get(http, url, read, fresh_within=KEPT_SECONDS)
    return found


def key_finder(http: HttpClient, keys_url: str) -> Callable[[str], jws.Key | None]:
    """Return a function from key id to key, over the JWK set at an address."""

    def find(kid: str) -> jws.Key | None:
        for fresh_within in (KEPT_SECONDS, REFETCH_SECONDS):
            found: dict[str, jws.Key] = _DOCUMENTS.get(http, keys_url, _read_keys, fresh_within=fresh_within)
            if kid in found:
                return found[kid]
        return None

    return find


def verified(token: str, find_key: Callable[[str], jws.Key | None], now: float) -> jws.Claims:
    """Return the claims of a token that is signed and not expired; raises InvalidTokenError."""
    try:
        claims = jws.verify(token, find_key, ALGORITHMS)
    except jws.SignatureError as error:
        raise InvalidTokenError("signature", str(error)) from None
    except jws.JwsError as error:
        raise InvalidTokenError("malformed", str(error)) from None
    check_times(claims, now)
    return claims


def check_times(claims: jws.Claims, now: float) -> None:
    """Refuse claims that are expired or not yet good; raises InvalidTokenError (TOK-10)."""
    try:
        expires_at, not_before = jws.seconds(claims, "exp"), jws.seconds(claims, "nbf")
    except jws.JwsError as error:
        raise InvalidTokenError("malformed", str(error)) from None
    if expires_at is None or not isinstance(claims.get("sub"), str):
        raise InvalidTokenError("malformed", "no exp or sub")
    if expires_at <= now:
        raise InvalidTokenError("expired", expires_at=expires_at, now=now)
    if not_before is not None and not_before > now:
        raise InvalidTokenError("malformed", "not yet good")


def audience_of(claims: jws.Claims) -> tuple[str, tuple[str, ...]]:
    """Return whom the token was made for, `azp` before `aud`, and all of `aud`."""
    aud = claims.get("aud")
    values = tuple(str(value) for value in (aud if isinstance(aud, list) else [aud]) if value)
    azp = claims.get("azp")
    return (azp if isinstance(azp, str) else values[0] if values else ""), values


def identity_of(claims: jws.Claims, provider: str, federated: str) -> WebIdentity:
    """Return the identity that verified OpenID claims describe."""
    audience, _ = audience_of(claims)
    return WebIdentity(
        provider=provider,
        federated=federated,
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        audience=audience,
        expires_at=float(claims["exp"]),
        claims=claims,
        conditions={"amr": tuple(map(str, claims["amr"]))} if isinstance(claims.get("amr"), list) else {},
    )


def _read_keys(document: Any) -> dict[str, jws.Key]:
    keys: dict[str, jws.Key] = {}
    for item in document["keys"]:
        if item.get("kty") in {"RSA", "EC", "OKP"} and item.get("use", "sig") == "sig":
            key = JWKRegistry.import_key(item)
            if isinstance(key, RSAKey | ECKey | OKPKey):
                keys[str(item.get("kid", ""))] = key
    return keys
