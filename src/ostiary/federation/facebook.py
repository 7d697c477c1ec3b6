"""Facebook: access tokens, introspected at the Graph API, and the ID tokens of its limited login."""

from collections.abc import Collection
from typing import Any

from ostiary.context import Context
from ostiary.federation.openid import check_audience, verify_openid
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.http_client import HttpError

OK = 200
UNTOLD_LIFETIME_SECONDS = 3600
"""How long a token is believed when the Graph API does not say when it ends."""


class Facebook:
    """Facebook, or what stands in for it in the settings."""

    name = "graph.facebook.com"

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is Facebook's."""
        return issuer == ctx.settings.facebook_issuer

    def verify(self, ctx: Context, token: str, audiences: Collection[str] | None) -> WebIdentity:
        """Return whose token it is, after checking which app it was given to (FED-16)."""
        if token.count(".") == 2:  # noqa: PLR2004 - header, payload, signature
            return verify_openid(
                ctx,
                token,
                provider=self.name,
                issuers={ctx.settings.facebook_issuer},
                keys_url=ctx.settings.facebook_jwks_url,
                audiences=audiences,
            )
        app_id, user_id, expires_at = self._introspected(ctx, token, audiences)
        check_audience((app_id, ()), audiences)
        if expires_at <= ctx.clock.now():
            raise InvalidTokenError("expired", expires_at=expires_at, now=ctx.clock.now())
        return WebIdentity(
            provider=self.name,
            federated=self.name,
            issuer=self.name,
            subject=user_id,
            audience=app_id,
            expires_at=expires_at,
            conditions={"app_id": (app_id,), "id": (user_id,)},
        )

    def _introspected(self, ctx: Context, token: str, audiences: Collection[str] | None) -> tuple[str, str, float]:
        """Return app id, user id, expiry: by debug_token where an app's secret is set, else as the token's bearer."""
        secrets = ctx.settings.facebook_app_secrets
        app_id = next((app for app in audiences or secrets if app in secrets), None)
        if app_id is not None:
            asked = {"input_token": token, "access_token": f"{app_id}|{secrets[app_id]}"}
            data = _graph(ctx, "debug_token", asked).get("data", {})
            if data.get("is_valid") is not True:
                raise InvalidTokenError("signature", "not a token of Facebook")
            expires_at = data.get("expires_at") or ctx.clock.now() + UNTOLD_LIFETIME_SECONDS
            return str(data["app_id"]), str(data["user_id"]), float(expires_at)
        app = _graph(ctx, "app", {"access_token": token})
        user = _graph(ctx, "me", {"access_token": token, "fields": "id"})
        return str(app["id"]), str(user["id"]), ctx.clock.now() + UNTOLD_LIFETIME_SECONDS


def _graph(ctx: Context, path: str, asked: dict[str, str]) -> dict[str, Any]:
    try:
        answer = ctx.http.get(f"{ctx.settings.facebook_graph_url}/{path}", params=asked)
        document = answer.json()
    except HttpError as error:
        raise InvalidTokenError("unreachable", str(error)) from None
    if answer.status != OK or not isinstance(document, dict) or "error" in document:
        raise InvalidTokenError("signature", "not a token of Facebook")
    return document
