"""Signatures on what topics send, and the certificate they are verified by.

SNS developer guide, "Verifying the signatures of Amazon SNS messages".
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from ostiary.config import Settings
from ostiary.context import Services
from ostiary.tokens.keys import TOPICS, shared_keys, topic_key

NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
"""The members that are signed, in order; a notification without a subject is signed without."""
HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - version 1 is SHA-1
PREFIX = "SimpleNotificationService-"
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)


def prepare(services: Services) -> None:
    """Make or read the key; raises what the database raises."""
    _identity(_pem(services))


def signed(services: Services, message: Mapping[str, str], version: str) -> dict[str, str]:
    """Return a message with SignatureVersion, Signature and SigningCertURL."""
    key, _, file = _identity(_pem(services))
    raw = text_to_sign(message).encode()
    signature = key.sign(raw, padding.PKCS1v15(), HASHES[version])
    return {
        **message,
        "SignatureVersion": version,
        "Signature": b64encode(signature).decode(),
        "SigningCertURL": f"{services.settings.base_url}/{file}",
    }


def text_to_sign(message: Mapping[str, str]) -> str:
    """Return the members that are signed, each name and value on a line of its own."""
    members = NOTIFICATION if message["Type"] == "Notification" else CONFIRMATION
    return "".join(f"{name}\n{message[name]}\n" for name in members if name in message)


def certificate(services: Services, name: str) -> bytes | None:
    """Return the certificate that is served as a file, in PEM, or None when there is none of this name."""
    made_of = ((key.key.as_pem(private=True), subject(services.settings)) for key in shared_keys(services, TOPICS))
    return next((pem for _, pem, file in map(_identity, made_of) if file == name), None)


def subject(settings: Settings) -> str:
    """Return the name in the certificate."""
    return f"sns.{settings.region}.amazonaws.com"


def _pem(services: Services) -> tuple[bytes, str]:
    return topic_key(services).key.as_pem(private=True), subject(services.settings)


@lru_cache(maxsize=4)
def _identity(made_of: tuple[bytes, str]) -> tuple[rsa.RSAPrivateKey, bytes, str]:
    """Return key, certificate in PEM and its file's name: the same in every process, because nothing in it is new."""
    pem, common_name = made_of
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The key of topics is RSA.")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    serial = int.from_bytes(sha256(pem).digest()[:16])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial or 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(key, hashes.SHA256())
    )
    return key, made.public_bytes(Encoding.PEM), f"{PREFIX}{made.fingerprint(hashes.SHA256()).hex()[:32]}.pem"
