"""Web Push to browsers: encrypted (RFC 8291), with VAPID (RFC 8292), to whatever service a subscription names.

A device's token is its subscription's JSON, `{"endpoint": …, "keys": {"p256dh": …, "auth": …}}`. Anybody may write one:
what a subscription's service answers is about that subscription only, and never about the application.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from joserfc.jwk import ECKey

from ostiary.crypto import jws
from ostiary.crypto.web_push import MOST_BYTES, SALT_BYTES, SubscriberKeys, encrypt
from ostiary.delivery.connections import retry_after
from ostiary.delivery.push import Credential
from ostiary.delivery.push_services.sender import CredentialError, Gone, Later, Outcome, Outside, Push, Refused, Sent
from ostiary.delivery.push_services.service import PushService
from ostiary.runtime.http_client import Response
from ostiary.runtime.randomness import Random
from ostiary.store.sns.platform_applications import PlatformApplication

VAPID_SECONDS = 12 * 3600
"""How long a VAPID token lives; push services take up to 24 hours."""
KEY_BYTES = 32
RENEWED_SECONDS = 11 * 3600
MOST_ORIGINS = 1000
LONGEST_WAIT_SECONDS = 24 * 3600
URGENCIES = {"very-low", "low", "normal", "high"}
SUCCESSES = range(200, 300)
_MOST_TOPIC = 32


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is pushed to; raises ValueError and TypeError for what is not a subscription."""

    endpoint: str = field(repr=False)
    keys: SubscriberKeys

    @classmethod
    def read(cls, text: str) -> "Subscription":
        """Read the JSON of a PushSubscription."""
        found = json.loads(text)
        endpoint, keys = found["endpoint"], found["keys"]
        split = urlsplit(endpoint)
        if split.scheme != "https" or not split.hostname or split.username or split.fragment:
            raise ValueError("The endpoint is not an https:// address.")
        return cls(endpoint, SubscriberKeys(_decoded(keys["p256dh"]), _decoded(keys["auth"])))

    @property
    def origin(self) -> str:
        """The audience of VAPID: scheme, host and port."""
        return "https://" + urlsplit(self.endpoint).netloc.lower().removesuffix(":443")


class WebPush:
    """The pushes of one application server key."""

    def __init__(self, application: PlatformApplication, credential: Credential, outside: Outside) -> None:
        private = _private_key(credential.credential)
        self._key = ECKey.import_key(private)
        self._public = _encoded(private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        subject = application.attributes.get("Subject", "") or credential.principal
        self._subject = {"sub": subject} if subject.startswith(("mailto:", "https:")) else {}
        self._outside = outside
        self._signed: dict[str, tuple[str, float]] = {}

    async def send(self, push: Push) -> Outcome:
        """Encrypt and send one message."""
        content = push.notification.payload.encode()
        try:
            subscription = Subscription.read(push.token)
        except (ValueError, TypeError, KeyError, RecursionError):
            return Gone("not a subscription")
        if len(content) > MOST_BYTES:
            return Refused("the payload is too large")
        ephemeral = ec.generate_private_key(ec.SECP256R1())
        sealed = encrypt(content, subscription.keys, ephemeral, Random.bytes(SALT_BYTES))
        headers = self._headers(push, subscription)
        answer = await self._outside.subscribers.post(subscription.endpoint, content=sealed, headers=headers)
        return _outcome(answer)

    async def close(self) -> None:
        """Give nothing up: connections are shared."""

    def _headers(self, push: Push, subscription: Subscription) -> dict[str, str]:
        urgency = push.attribute("WEBPUSH.URGENCY")
        topic = push.attribute("WEBPUSH.TOPIC") or push.notification.collapse_key
        headers = {
            "authorization": f"vapid t={self._vapid(subscription.origin)}, k={self._public}",
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(push.lives("WEBPUSH")),
            "urgency": urgency if urgency in URGENCIES else "normal",
        }
        return {**headers, "topic": _topic(topic)} if topic else headers

    def _vapid(self, origin: str) -> str:
        """Return a token for one push service, used again until it is eleven hours old."""
        now = self._outside.now()
        signed, until = self._signed.get(origin, ("", 0.0))
        if now >= until:
            claims = {"aud": origin, "exp": int(now) + VAPID_SECONDS, **self._subject}
            signed, until = jws.sign({"alg": "ES256", "typ": "JWT"}, claims, self._key), now + RENEWED_SECONDS
            if len(self._signed) >= MOST_ORIGINS:
                self._signed.clear()
            self._signed[origin] = signed, until
        return signed


def _outcome(answer: Response) -> Outcome:
    reason = str(answer.status)
    if answer.status in SUCCESSES:
        return Sent()
    if answer.status in {404, 410}:
        return Gone(reason)
    if answer.status in {401, 403, 429} or answer.status >= 500:  # noqa: PLR2004 - server errors
        return Later(reason, min(retry_after(answer), LONGEST_WAIT_SECONDS))
    return Refused(reason)


def _topic(text: str) -> str:
    """Return a topic that push services take (RFC 8030, 5.4): at most 32 characters of base64url."""
    if len(text) <= _MOST_TOPIC and text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return text
    return _encoded(hashlib.sha256(text.encode()).digest())[:_MOST_TOPIC]


def _private_key(text: str) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(text.encode(), None) if "BEGIN" in text else _from_scalar(_decoded(text.strip()))
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CredentialError("the application server key is neither PEM nor 32 bytes in base64url, on P-256")
    return key


def _from_scalar(raw: bytes) -> ec.EllipticCurvePrivateKey:
    if len(raw) != KEY_BYTES:
        raise ValueError("A private key on P-256 has 32 bytes.")
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _waking(data: Mapping[str, str]) -> object:
    return data


WEB_PUSH = PushService(
    platforms=frozenset({"WEBPUSH"}),
    plain=str,
    waking=_waking,
    takes_objects=False,
    needs_principal=False,
    sender=WebPush,
)
"""Web Push (RFC 8030): AWS has no such platform."""
