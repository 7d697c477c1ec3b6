"""Sign in with Apple: ID tokens under `appleid.apple.com`."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.federation.openid import verify_openid
from ostiary.federation.web_identity import WebIdentity


class Apple:
    """Apple, or what stands in for it in the settings."""

    name = "appleid.apple.com"

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is Apple's."""
        return issuer == ctx.settings.apple_issuer

    def verify(self, ctx: Context, token: str, audiences: Collection[str] | None) -> WebIdentity:
        """Return the identity in an ID token."""
        settings = ctx.settings
        return verify_openid(
            ctx,
            token,
            provider=self.name,
            issuers={settings.apple_issuer},
            keys_url=settings.apple_jwks_url,
            audiences=audiences,
        )
