"""Verifies messages of SNS as AWS's own validators do (sns-validator, aws-php-sns-message-validator)."""

import json
from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

HASHES = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - version 1 is SHA-1
REQUIRED = {"Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature", "SigningCertURL", "SignatureVersion"}
SIGNED = {
    "Notification": ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    "SubscriptionConfirmation": ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
}


def verified(headers: dict[str, str], body: str, origin: str) -> dict[str, Any]:
    """Return a message whose signature is good, by a certificate from `origin`; fails with AssertionError."""
    message: dict[str, Any] = json.loads(body)
    assert message.keys() >= REQUIRED
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    assert headers["user-agent"] == "Amazon Simple Notification Service Agent"
    assert headers["x-amz-sns-message-type"] == message["Type"]
    assert headers["x-amz-sns-message-id"] == message["MessageId"]
    assert headers["x-amz-sns-topic-arn"] == message["TopicArn"]
    verify(message, origin)
    return message


def verify(message: dict[str, Any], origin: str) -> None:
    """Check a message's signature; raises InvalidSignature and AssertionError."""
    address = urlsplit(message["SigningCertURL"])
    assert f"{address.scheme}://{address.netloc}" == origin
    assert address.path.endswith(".pem")
    with urlopen(message["SigningCertURL"]) as answer:
        key = load_pem_x509_certificate(answer.read()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    names = [name for name in SIGNED[message["Type"]] if name in message]
    text = "".join(f"{name}\n{message[name]}\n" for name in names).encode()
    signature = b64decode(message["Signature"], validate=True)
    key.verify(signature, text, padding.PKCS1v15(), HASHES[message["SignatureVersion"]])
