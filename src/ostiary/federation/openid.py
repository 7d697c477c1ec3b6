"""ID tokens of OpenID Connect (Core 1.0), whoever the provider is."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.crypto import jws
from ostiary.federation.claims import identity_of, verified
from ostiary.federation.keys import FindKey
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.web_identity import WebIdentity


def verify_openid(
    ctx: Context,
    token: str,
    *,
    provider: str,
    issuers: Collection[str],
    find_key: FindKey,
    audiences: Collection[str] | None,
    federated: str = "",
    before_asking: Hook = nothing,
) -> WebIdentity:
    """Return the identity in an ID token of a provider; raises InvalidTokenError, and what `before_asking` raises."""

    def find(kid: str) -> jws.Key | None:
        before_asking()
        return find_key(kid)

    claims = verified(token, issuers, audiences, find, ctx.clock.now())
    return identity_of(claims, provider, federated or provider)
