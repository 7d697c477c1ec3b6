"""What the claims of OpenID tokens must say, and the identity they describe."""

from collections.abc import Callable, Collection

from ostiary.crypto import jws
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
SKEW_SECONDS = 300
"""How far a provider's clock may be ahead of ours; nothing is granted to what has expired."""


def verified(
    token: str,
    issuers: Collection[str],
    audiences: Collection[str] | None,
    find_key: Callable[[str], jws.Key | None],
    now: float,
) -> jws.Claims:
    """Return the claims of a token of one of these issuers that is signed and good now; raises InvalidTokenError.

    The key is looked for last: it may have to be fetched, for which nobody waits when the token itself is wrong.
    """
    try:
        read = jws.read(token)
        issuer = read.claims.get("iss")
        if not isinstance(issuer, str) or issuer not in issuers:
            raise InvalidTokenError("issuer")
        check_times(read.claims, now)
        check_audience(read.claims, audiences)
        return read.verified(find_key, ALGORITHMS)
    except jws.SignatureError as error:
        raise InvalidTokenError("signature", str(error)) from None
    except jws.JwsError as error:
        raise InvalidTokenError("malformed", str(error)) from None


def check_times(claims: jws.Claims, now: float) -> None:
    """Refuse claims that are expired or not yet good; raises InvalidTokenError (TOK-10)."""
    try:
        expires_at, not_before, issued_at = (jws.seconds(claims, name) for name in ("exp", "nbf", "iat"))
    except jws.JwsError as error:
        raise InvalidTokenError("malformed", str(error)) from None
    subject = claims.get("sub")
    if expires_at is None or not isinstance(subject, str) or not subject:
        raise InvalidTokenError("malformed", "no exp or sub")
    if expires_at <= now:
        raise InvalidTokenError("expired", expires_at=expires_at, now=now)
    if max(not_before or 0, issued_at or 0) > now + SKEW_SECONDS:
        raise InvalidTokenError("malformed", "not yet good")


def check_audience(claims: jws.Claims, wanted: Collection[str] | None) -> None:
    """Refuse a token that was made for somebody else (OpenID Connect Core 3.1.3.7, FED-10).

    Where there is an `azp` it counts, and `aud` does not; a token for several audiences must have one.
    """
    audience, values = audience_of(claims)
    if "azp" in claims and claims["azp"] != audience:
        raise InvalidTokenError("audience", "azp is no client")
    if len(values) > 1 and "azp" not in claims:
        raise InvalidTokenError("audience", "several audiences and no azp")
    if wanted is not None and audience not in wanted:
        raise InvalidTokenError("audience")


def audience_of(claims: jws.Claims) -> tuple[str, tuple[str, ...]]:
    """Return whom the token was made for, `azp` before `aud`, and all of `aud`."""
    aud = claims.get("aud")
    values = tuple(value for value in (aud if isinstance(aud, list) else [aud]) if isinstance(value, str) and value)
    azp = claims.get("azp")
    return (azp if isinstance(azp, str) and azp else values[0] if values else ""), values


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
