"""Google: ID tokens under `accounts.google.com`."""

from collections.abc import Collection
from dataclasses import replace

from ostiary.context import Context
from ostiary.federation.claims import audience_of
from ostiary.federation.keys import key_finder
from ostiary.federation.openid import verify_openid
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.web_identity import WebIdentity

_BARE_ISSUER = "accounts.google.com"
"""Google's older tokens name their issuer without a scheme."""


class Google:
    """Google, or what stands in for it in the settings."""

    name = "accounts.google.com"
    federated = name
    gives_access_tokens = False

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is Google's."""
        return issuer in {ctx.settings.google_issuer, _BARE_ISSUER}

    def verify(
        self, ctx: Context, token: str, audiences: Collection[str] | None, before_asking: Hook = nothing
    ) -> WebIdentity:
        """Return the identity in an ID token; `oaud` is the audience where `azp` took its place."""
        identity = verify_openid(
            ctx,
            token,
            provider=self.name,
            issuers={ctx.settings.google_issuer, _BARE_ISSUER},
            find_key=key_finder(ctx.http, keys_url=ctx.settings.google_jwks_url),
            audiences=audiences,
            before_asking=before_asking,
        )
        _, aud = audience_of(identity.claims)
        return replace(identity, conditions={**identity.conditions, "oaud": aud})
