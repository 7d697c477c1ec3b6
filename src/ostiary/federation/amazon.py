"""Login with Amazon: access tokens, introspected at its API, under `www.amazon.com`."""

from collections.abc import Collection

from ostiary.context import Context
from ostiary.federation.openid import check_audience
from ostiary.federation.web_identity import InvalidTokenError, WebIdentity
from ostiary.http_client import HttpError

OK = 200


class Amazon:
    """Login with Amazon, or what stands in for it in the settings."""

    name = "www.amazon.com"

    def issued(self, ctx: Context, issuer: str) -> bool:  # noqa: ARG002
        """Whether this `iss` is Amazon's: its tokens have none."""
        return False

    def verify(self, ctx: Context, token: str, audiences: Collection[str] | None) -> WebIdentity:
        """Return whose token it is, after checking which app it was given to."""
        try:
            url = f"{ctx.settings.amazon_api_url}/auth/o2/tokeninfo"
            answer = ctx.http.get(url, params={"access_token": token})
            told = answer.json()
        except HttpError as error:
            raise InvalidTokenError("unreachable", str(error)) from None
        if answer.status != OK or not isinstance(told, dict) or "user_id" not in told:
            raise InvalidTokenError("signature", "not a token of Amazon")
        client_id, user_id = str(told.get("aud", "")), str(told["user_id"])
        check_audience((client_id, ()), audiences)
        seconds = float(told.get("exp", 0))
        now = ctx.clock.now()
        if seconds <= 0:
            raise InvalidTokenError("expired", expires_at=now + seconds, now=now)
        return WebIdentity(
            provider=self.name,
            federated=self.name,
            issuer=self.name,
            subject=user_id,
            audience=client_id,
            expires_at=now + seconds,
            conditions={"app_id": (str(told.get("app_id", client_id)),), "user_id": (user_id,)},
        )
