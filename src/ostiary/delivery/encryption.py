"""The AWS Encryption SDK's message format, under an AES-256 key of the operator's (docs/guide/triggers.md)."""

import base64
from collections.abc import Mapping

from ostiary.delivery.channel import DeliveryError

NAMESPACE = "ostiary"
"""The key namespace of the raw AES keyring; its key name is the ARN that KMSKeyID names."""


def encrypted(text: bytes, name: str, key: str, context: Mapping[str, str]) -> bytes:
    """Return a message with key commitment; `key` is 32 bytes in base64. Raises DeliveryError without the library."""
    try:
        import aws_encryption_sdk as sdk  # noqa: PLC0415 - it brings boto3 along, which a server without senders spares
        from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm  # noqa: PLC0415
        from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey  # noqa: PLC0415
        from aws_encryption_sdk.key_providers.raw import RawMasterKey  # noqa: PLC0415
    except ImportError:
        raise DeliveryError("aws-encryption-sdk is not installed: pip install 'ostiary[functions]'") from None
    algorithm = WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING
    wrapping = WrappingKey(algorithm, base64.b64decode(key), EncryptionKeyType.SYMMETRIC)
    master = RawMasterKey(key_id=name.encode(), provider_id=NAMESPACE, wrapping_key=wrapping)
    client = sdk.EncryptionSDKClient(commitment_policy=sdk.CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
    message, _ = client.encrypt(source=text, key_provider=master, encryption_context=dict(context))
    return bytes(message)
