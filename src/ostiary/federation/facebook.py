"""Facebook: access tokens, introspected at the Graph API, and the ID tokens of its limited login."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from ostiary.context import Context
from ostiary.federation.claims import check_audience
from ostiary.federation.introspection import ask, number, remembered, text
from ostiary.federation.keys import key_finder
from ostiary.federation.openid import verify_openid
from ostiary.federation.provider import Hook, nothing
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity

UNTOLD_LIFETIME_SECONDS = 3600
"""How long a token is believed when the Graph API does not say when it ends."""


class Facebook:
    """Facebook, or what stands in for it in the settings."""

    name = "graph.facebook.com"
    federated = name
    gives_access_tokens = True

    def issued(self, ctx: Context, issuer: str) -> bool:
        """Whether this `iss` is Facebook's."""
        return issuer == ctx.settings.facebook_issuer

    def verify(
        self, ctx: Context, token: str, audiences: Collection[str] | None, before_asking: Hook = nothing
    ) -> WebIdentity:
        """Return whose token it is, after checking which app it was given to (FED-16)."""
        if token.count(".") != 2:  # noqa: PLR2004 - header, payload, signature
            return remembered(
                ctx,
                self.name,
                token,
                audiences,
                verify=lambda: self._asked(ctx, token, audiences),
                before_asking=before_asking,
            )
        identity = verify_openid(
            ctx,
            token,
            provider=self.name,
            issuers={ctx.settings.facebook_issuer},
            find_key=key_finder(ctx.http, keys_url=ctx.settings.facebook_jwks_url),
            audiences=audiences,
            before_asking=before_asking,
        )
        conditions = {**identity.conditions, "app_id": (identity.audience,), "id": (identity.subject,)}
        return replace(identity, conditions=conditions)

    def _asked(self, ctx: Context, token: str, audiences: Collection[str] | None) -> WebIdentity:
        secrets = ctx.settings.facebook_app_secrets
        known = next((app for app in audiences or () if app in secrets), None)
        if known is None:
            app_id, user_id, ends = self._as_bearer(ctx, token)
        else:
            app_id, user_id, ends = self._debugged(ctx, token, f"{known}|{secrets[known]}")
        check_audience({"aud": app_id}, audiences)
        now = ctx.clock.now()
        expires_at = ends or now + UNTOLD_LIFETIME_SECONDS
        if expires_at <= now:
            raise InvalidTokenError("expired", expires_at=expires_at, now=now)
        return WebIdentity(
            provider=self.name,
            federated=self.name,
            issuer=self.name,
            subject=user_id,
            audience=app_id,
            expires_at=expires_at,
            claims={"sub": user_id, "id": user_id, "aud": app_id, "app_id": app_id},
            conditions={"app_id": (app_id,), "id": (user_id,)},
        )

    def _debugged(self, ctx: Context, token: str, app_token: str) -> tuple[str, str, float]:
        """Return app id, user id and end of a token as an app that has a secret is told; the end is 0 for never."""
        data = self._graph(ctx, "debug_token", {"input_token": token, "access_token": app_token}).get("data")
        if not isinstance(data, dict) or data.get("is_valid") is not True:
            raise InvalidTokenError("signature", "not a token of Facebook")
        return text(data, "app_id"), text(data, "user_id"), number(data, "expires_at")

    def _as_bearer(self, ctx: Context, token: str) -> tuple[str, str, float]:
        """Return app id and user id as the token itself opens them; when it ends is not told."""
        app = self._graph(ctx, "app", {"access_token": token})
        user = self._graph(ctx, "me", {"access_token": token, "fields": "id"})
        return text(app, "id"), text(user, "id"), 0

    def _graph(self, ctx: Context, path: str, params: dict[str, str]) -> dict[str, Any]:
        document = ask(ctx, f"{ctx.settings.facebook_graph_url}/{path}", params=params)
        if "error" in document:
            raise InvalidTokenError("signature", "not a token of Facebook")
        return document
