"""Amazon Device Messaging (behaviour/push-services.md 3)."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from ostiary.delivery.access_tokens import AccessRefusedError, AccessTokens
from ostiary.delivery.connections import error_of, retry_after
from ostiary.delivery.push import Credential
from ostiary.delivery.push_services.sender import (
    CredentialError,
    Gone,
    Later,
    Misconfigured,
    Outcome,
    Outside,
    Push,
    Refused,
    Sent,
)
from ostiary.delivery.push_services.service import PushService
from ostiary.runtime.http_client import Response
from ostiary.store.sns.platform_applications import PlatformApplication

SCOPE = "messaging:push"
MOST_BYTES = 6 * 1024
LEAST_SECONDS, MOST_SECONDS = 60, 31 * 24 * 3600
MOST_KEY = 64
GONE = {"InvalidRegistrationId", "Unregistered"}
FIXED = {
    "content-type": "application/json",
    "accept": "application/json",
    "x-amzn-type-version": "com.amazon.device.messaging.ADMMessage@1.0",
    "x-amzn-accept-type": "com.amazon.device.messaging.ADMSendResult@1.0",
}


class Adm:
    """The pushes of one security profile."""

    def __init__(self, application: PlatformApplication, credential: Credential, outside: Outside) -> None:  # noqa: ARG002
        if not credential.principal or not credential.credential:
            raise CredentialError("a security profile has a client id and a client secret")
        self._credential, self._outside = credential, outside
        self._tokens = AccessTokens(self._request_token, outside.now)

    async def send(self, push: Push) -> Outcome:
        """Send one message."""
        body = _body(push)
        if body is None:
            return Refused("InvalidData")
        content = json.dumps(body, separators=(",", ":")).encode()
        if len(content) > MOST_BYTES:
            return Refused("MessageTooLarge")
        try:
            access = await self._tokens.get()
        except AccessRefusedError as error:
            return Misconfigured(str(error))
        url = f"{self._outside.settings.adm_url}/messaging/registrations/{quote(push.token, safe='')}/messages"
        headers = {**FIXED, "authorization": f"Bearer {access}"}
        answer = await self._outside.connections.post(url, content=content, headers=headers)
        if answer.status == 401:  # noqa: PLR2004 - unauthorized
            self._tokens.forget(access)
        return _outcome(push, answer)

    async def close(self) -> None:
        """Give nothing up: connections are shared."""

    async def _request_token(self) -> Response:
        form = {
            "grant_type": "client_credentials",
            "scope": SCOPE,
            "client_id": self._credential.principal,
            "client_secret": self._credential.credential,
        }
        return await self._outside.connections.post(self._outside.settings.adm_token_url, form=form)


def _body(push: Push) -> dict[str, Any] | None:
    try:
        payload = json.loads(push.notification.payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):
        return None
    lives = min(max(push.lives("ADM"), LEAST_SECONDS), MOST_SECONDS)
    body: dict[str, Any] = {"expiresAfter": lives, **payload}
    if isinstance(body.get("data"), dict):
        texts = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in payload["data"].items()
        }
        body["data"] = texts
    if push.notification.collapse_key:
        body.setdefault("consolidationKey", _consolidation_key(push.notification.collapse_key))
    return body


def _consolidation_key(key: str) -> str:
    return key if len(key) <= MOST_KEY and key.isascii() else hashlib.sha256(key.encode()).hexdigest()


def _outcome(push: Push, answer: Response) -> Outcome:
    found = error_of(answer)
    if answer.status == 200:  # noqa: PLR2004 - OK
        canonical = found.get("registrationID")
        return Sent(canonical if isinstance(canonical, str) and canonical != push.token else "")
    reason = str(found.get("reason", answer.status))[:80]
    if reason in GONE:
        return Gone(reason)
    if answer.status == 401:  # noqa: PLR2004 - the token is renewed, and one that is refused again says no at once
        return Later(reason)
    if answer.status == 403:  # noqa: PLR2004 - forbidden
        return Misconfigured(reason)
    if answer.status == 429 or answer.status >= 500:  # noqa: PLR2004 - too many requests, server errors
        # MaxRateExceeded counts messages to one device; what a server cannot do now it cannot do for any.
        return Later(reason, retry_after(answer), all=answer.status >= 500 and retry_after(answer) > 0)  # noqa: PLR2004
    return Refused(reason)


def _plain(text: str) -> object:
    return {"data": {"message": text}}


ADM = PushService(platforms=frozenset({"ADM"}), plain=_plain, sender=Adm)
