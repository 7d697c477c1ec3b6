"""Sign in with Apple: ID tokens under `appleid.apple.com`."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.federation.keys import key_finder
from ostiary.federation.openid import verify_openid
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.web_identity import WebIdentity


class Apple:
    """Apple, or what stands in for it in the settings."""

    name = "appleid.apple.com"
    federated = name
    gives_access_tokens = False

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is Apple's."""
        return issuer == ctx.settings.apple_issuer

    def verify(
        self, ctx: Context, token: str, audiences: Collection[str] | None, before_asking: Hook = nothing
    ) -> WebIdentity:
        """Return the identity in an ID token."""
        settings = ctx.settings
        return verify_openid(
            ctx,
            token,
            provider=self.name,
            issuers={settings.apple_issuer},
            find_key=key_finder(ctx.http, keys_url=settings.apple_jwks_url),
            audiences=audiences,
            before_asking=before_asking,
        )
