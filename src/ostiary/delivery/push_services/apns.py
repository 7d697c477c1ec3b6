"""Apple's push service: HTTP/2, with a signing key or a certificate (behaviour/push-services.md 2)."""

import hashlib
import json
import re
import ssl
import tempfile
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from ostiary.crypto import jws
from ostiary.delivery.connections import error_of, retry_after
from ostiary.delivery.http2 import Http2Origin
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
from ostiary.runtime.http_client import Response, trust
from ostiary.store.sns.platform_applications import PlatformApplication

TOKEN_SECONDS = 40 * 60
"""How long a provider token is used: Apple refuses those of over an hour, and new ones within 20 minutes."""
MOST_BYTES, MOST_VOIP_BYTES = 4096, 5120
MOST_COLLAPSE_ID = 64
GONE = {"BadDeviceToken", "DeviceTokenNotForTopic", "Unregistered", "ExpiredToken"}
MISCONFIGURED = {
    *("BadCertificate", "BadCertificateEnvironment", "Forbidden", "InvalidProviderToken", "MissingProviderToken"),
    *("BadTopic", "MissingTopic", "TopicDisallowed"),
}
PASSING = {"ExpiredProviderToken", "TooManyProviderTokenUpdates", "TooManyRequests", "IdleTimeout"}
_TOKEN = re.compile(r"[0-9a-f]{8,200}")


class Apns:
    """The pushes of one app, over one connection."""

    def __init__(self, application: PlatformApplication, credential: Credential, outside: Outside) -> None:
        self._platform = application.platform
        self._voip = "VOIP" in self._platform
        self._now = outside.now
        self._signed, self._signed_at = "", 0.0
        tls = trust()
        tls.set_alpn_protocols(["h2"])
        if "BEGIN CERTIFICATE" in credential.principal:
            self._key = None
            topic = _present(tls, credential)
        else:
            self._key = _signing_key(credential.credential)
            self._key_id, self._team = credential.principal, application.attributes.get("ApplePlatformTeamID", "")
            topic = ""
        topic = application.attributes.get("ApplePlatformBundleID", topic)
        self._topic = f"{topic}.voip" if self._voip and topic and not topic.endswith(".voip") else topic
        settings = outside.settings
        url = settings.apns_sandbox_url if self._platform.endswith("SANDBOX") else settings.apns_url
        self._origin = Http2Origin(url, tls, outside.connections.names)

    async def send(self, push: Push) -> Outcome:
        """Send one notification."""
        token = push.token.lower()
        content = push.notification.payload.encode()
        if not _TOKEN.fullmatch(token):
            return Gone("BadDeviceToken")
        if len(content) > (MOST_VOIP_BYTES if self._voip else MOST_BYTES):
            return Refused("PayloadTooLarge")
        answer = await self._origin.post(f"/3/device/{token}", self._headers(push), content)
        return self._outcome(push, answer)

    async def close(self) -> None:
        """Close the connection."""
        await self._origin.close()

    def _headers(self, push: Push) -> list[tuple[str, str]]:
        kind = push.attribute("APNS.PUSH_TYPE") or ("voip" if self._voip else push_type(push.notification.payload))
        priority = push.attribute("APNS.PRIORITY") or "10"
        lives = push.lives(self._platform)
        headers = {
            "apns-topic": push.attribute("APNS.TOPIC") or self._topic,
            "apns-push-type": kind,
            "apns-priority": "5" if kind == "background" else priority,
            "apns-expiration": str(push.now + lives if lives else 0),
            "apns-collapse-id": push.attribute("APNS.COLLAPSE_ID") or _collapse_id(push.notification.collapse_key),
        }
        if self._key is not None:
            headers["authorization"] = f"bearer {self._provider_token(self._key)}"
        return [(name, value) for name, value in headers.items() if value]

    def _provider_token(self, key: ECKey) -> str:
        now = self._now()
        if not self._signed or now - self._signed_at > TOKEN_SECONDS:
            header = {"alg": "ES256", "kid": self._key_id}
            self._signed = jws.sign(header, {"iss": self._team, "iat": int(now)}, key)
            self._signed_at = now
        return self._signed

    def _outcome(self, push: Push, answer: Response) -> Outcome:
        if answer.status == 200:  # noqa: PLR2004 - OK
            return Sent()
        reason = str(error_of(answer).get("reason", answer.status))[:80]
        if reason in GONE or answer.status == 410:  # noqa: PLR2004 - gone
            return Gone(reason)
        if reason == "ExpiredProviderToken":
            self._signed = ""
        if reason in MISCONFIGURED:
            # A topic of the message's own is the message's own mistake.
            own = "Topic" in reason and push.attribute("APNS.TOPIC")
            return Refused(reason) if own else Misconfigured(reason)
        if reason in PASSING or answer.status == 429 or answer.status >= 500:  # noqa: PLR2004 - server errors
            return Later(reason, retry_after(answer), all=reason in {"TooManyProviderTokenUpdates", "Shutdown"})
        return Refused(reason)


def push_type(payload: str) -> str:
    """Return what kind of push a payload is: `background` when `aps` has `content-available` and nothing else."""
    try:
        aps = json.loads(payload).get("aps")
    except (ValueError, AttributeError):
        return "alert"
    return "background" if aps == {"content-available": 1} else "alert"


def _collapse_id(key: str) -> str:
    return key if len(key.encode()) <= MOST_COLLAPSE_ID and key.isascii() else hashlib.sha256(key.encode()).hexdigest()


def _signing_key(text: str) -> ECKey:
    pem = text if "BEGIN" in text else f"-----BEGIN PRIVATE KEY-----\n{text.strip()}\n-----END PRIVATE KEY-----\n"
    try:
        key = ECKey.import_key(pem)
    except (ValueError, TypeError, JoseError):
        raise CredentialError("the signing key is not an EC key in PEM (.p8)") from None
    if key.curve_name != "P-256" or not key.is_private:
        raise CredentialError("the signing key is not a private key on P-256")
    return key


def _present(tls: ssl.SSLContext, credential: Credential) -> str:
    """Have the certificate shown on connections; return the app it is for."""
    try:
        # The ssl module reads keys from files only; this one is readable by its owner, and gone when it has been read.
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(f"{credential.principal}\n{credential.credential}\n")
            file.flush()
            tls.load_cert_chain(file.name)
        subject: Any = x509.load_pem_x509_certificate(credential.principal.encode()).subject
    except (ValueError, ssl.SSLError):
        raise CredentialError("the certificate and its key are not a pair in PEM") from None
    named = subject.get_attributes_for_oid(NameOID.USER_ID)
    return str(named[0].value) if named else ""


def _plain(text: str) -> object:
    return {"aps": {"alert": text}}


def _waking(data: Mapping[str, str]) -> object:
    return {"aps": {"content-available": 1}, "data": data}


APNS = PushService(
    platforms=frozenset({"APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "MACOS", "MACOS_SANDBOX"}),
    plain=_plain,
    waking=_waking,
    sender=Apns,
)
