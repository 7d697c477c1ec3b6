"""Login with Amazon: access tokens, introspected at its API, under `www.amazon.com`."""

from collections.abc import Collection
from typing import Any

from ostiary.context import Context
from ostiary.federation.claims import check_audience
from ostiary.federation.introspection import ask, number, remembered, text
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity


class Amazon:
    """Login with Amazon, or what stands in for it in the settings."""

    name = "www.amazon.com"
    federated = name
    gives_access_tokens = True

    def issued(self, ctx: Context, issuer: str) -> bool:  # noqa: ARG002
        """Whether this `iss` is Amazon's: its tokens have none."""
        return False

    def verify(
        self, ctx: Context, token: str, audiences: Collection[str] | None, before_asking: Hook = nothing
    ) -> WebIdentity:
        """Return whose token it is, after checking which app it was given to."""
        return remembered(
            ctx,
            self.name,
            token,
            audiences,
            verify=lambda: self._asked(ctx, token, audiences),
            before_asking=before_asking,
        )

    def _asked(self, ctx: Context, token: str, audiences: Collection[str] | None) -> WebIdentity:
        told = ask(ctx, f"{ctx.settings.amazon_api_url}/auth/o2/tokeninfo", params={"access_token": token})
        client_id, seconds, now = text(told, "aud"), number(told, "exp"), ctx.clock.now()
        check_audience({"aud": client_id}, audiences)
        if seconds <= 0:
            raise InvalidTokenError("expired", expires_at=now + seconds, now=now)
        profile = self._profile(ctx, token)
        user_id = text(told, "user_id")
        if profile.get("user_id", user_id) != user_id:
            raise InvalidTokenError("signature", "the token and the profile are of two people")
        return WebIdentity(
            provider=self.name,
            federated=self.name,
            issuer=self.name,
            subject=user_id,
            audience=client_id,
            expires_at=now + seconds,
            claims={**profile, "sub": user_id, "user_id": user_id, "aud": client_id},
            conditions={"app_id": (text(told, "app_id") if "app_id" in told else client_id,), "user_id": (user_id,)},
        )

    def _profile(self, ctx: Context, token: str) -> dict[str, Any]:
        """Return the person's profile, which role mappings may ask for; nothing without the scope for it."""
        try:
            return ask(ctx, f"{ctx.settings.amazon_api_url}/user/profile", headers={"authorization": f"Bearer {token}"})
        except InvalidTokenError as error:
            if error.reason == "unreachable":
                raise
            return {}
