"""Firebase Cloud Messaging, HTTP v1, with a service account (behaviour/push-services.md 1)."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from ostiary.crypto import jws
from ostiary.delivery.access_tokens import AccessRefusedError, AccessTokens
from ostiary.delivery.connections import error_of, retry_after
from ostiary.delivery.push import Credential
from ostiary.delivery.push_services.fcm_messages import PayloadError, message_of
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

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
ASSERTION_SECONDS = 3600
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
QUOTA_SECONDS = 60
THIRD_PARTY_SECONDS = 600


class Fcm:
    """The pushes of one Firebase project."""

    def __init__(self, application: PlatformApplication, credential: Credential, outside: Outside) -> None:  # noqa: ARG002
        self._account = _service_account(credential.credential)
        self._key = _key(self._account["private_key"])
        self._outside = outside
        self._url = f"{outside.settings.fcm_url}/v1/projects/{self._account['project_id']}/messages:send"
        self._tokens = AccessTokens(self._request_token, outside.now)

    async def send(self, push: Push) -> Outcome:
        """Send one message."""
        try:
            content = json.dumps(message_of(push), separators=(",", ":")).encode()
            access = await self._tokens.get()
        except PayloadError as error:
            return Refused(str(error))
        except AccessRefusedError as error:
            return Misconfigured(str(error))
        headers = {"authorization": f"Bearer {access}", "content-type": "application/json"}
        answer = await self._outside.connections.post(self._url, content=content, headers=headers)
        if answer.status == 401 and _code(answer) != "THIRD_PARTY_AUTH_ERROR":  # noqa: PLR2004 - unauthorized
            self._tokens.forget(access)
        return _outcome(answer)

    async def close(self) -> None:
        """Give nothing up: connections are shared."""

    async def _request_token(self) -> Response:
        now = int(self._outside.now())
        url = self._outside.settings.fcm_token_url
        claims = {
            "iss": self._account["client_email"],
            "scope": SCOPE,
            "aud": url,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self._account["private_key_id"]}
        form = {"grant_type": GRANT, "assertion": jws.sign(header, claims, self._key)}
        return await self._outside.connections.post(url, form=form)


def _outcome(answer: Response) -> Outcome:
    if answer.status == 200:  # noqa: PLR2004 - OK
        return Sent()
    code, error = _code(answer), _mapping(error_of(answer).get("error"))
    reason = code or str(error.get("status", answer.status))[:80]
    wait = retry_after(answer)
    match code:
        case "UNREGISTERED" | "SENDER_ID_MISMATCH":
            outcome: Outcome = Gone(reason)
        case "INVALID_ARGUMENT" if "registration token" in str(error.get("message")):
            outcome = Gone(reason)
        case "QUOTA_EXCEEDED":
            outcome = Later(reason, max(wait, QUOTA_SECONDS), all=True)
        case "THIRD_PARTY_AUTH_ERROR":
            outcome = Later(reason, THIRD_PARTY_SECONDS)
        case _:
            outcome = _outcome_of_status(answer.status, reason, wait)
    return outcome


def _outcome_of_status(status: int, reason: str, wait: int) -> Outcome:
    if status == 401:  # noqa: PLR2004 - the token is renewed, and one that is refused again says no at once
        return Later(reason)
    if status in {403, 404}:
        return Misconfigured(reason)
    if status == 429 or status >= 500:  # noqa: PLR2004 - too many requests, server errors
        return Later(reason, wait, all=wait > 0)
    return Refused(reason)


def _code(answer: Response) -> str:
    """Return the errorCode of the detail that Firebase adds; only that tells a bad token from a bad request."""
    details = _mapping(error_of(answer).get("error")).get("details")
    for detail in details if isinstance(details, list) else ():
        if str(_mapping(detail).get("@type", "")).endswith("google.firebase.fcm.v1.FcmError"):
            return str(detail.get("errorCode", ""))
    return ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _service_account(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    wanted = ("project_id", "private_key_id", "private_key", "client_email")
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in wanted):
        raise CredentialError("not the JSON of a service account; Google no longer takes server keys")
    if not found["project_id"].replace("-", "").replace(":", "").replace(".", "").isalnum():
        raise CredentialError("the service account's project_id is not one")
    return found


def _key(pem: str) -> RSAKey:
    try:
        return RSAKey.import_key(pem)
    except (ValueError, TypeError, JoseError):
        raise CredentialError("the service account's private_key is not an RSA key in PEM") from None


def _plain(text: str) -> object:
    return {"data": {"default": text}}


FCM = PushService(platforms=frozenset({"GCM"}), plain=_plain, needs_principal=False, sender=Fcm)
