"""The AWS Encryption SDK's message format, under a key of KMS or of the operator's (docs/guide/triggers.md)."""

import base64
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ostiary.config import Settings
from ostiary.delivery.channel import DeliveryError
from ostiary.runtime.addresses import at_region

NAMESPACE = "ostiary"
"""The key namespace of the raw AES keyring; its key name is the ARN that KMSKeyID names."""
SECONDS = 5
"""How long the key service may take."""


class Keys:
    """Encrypts under the keys that pools name: one of `functions_keys`, or else of the service at `kms_endpoint`.

    The library comes with the extra `functions` and brings boto3 along; a server without senders spares both.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._services: dict[str, Any] = {}

    def encrypted(self, text: bytes, arn: str, context: Mapping[str, str]) -> bytes:
        """Return a message with key commitment, signed; raises DeliveryError."""
        key = self._settings.functions_keys.get(arn)
        if key is None and not self._settings.kms_endpoint:
            raise DeliveryError(f"functions_keys does not have {arn}, and kms_endpoint is not set")
        sdk = self._library
        from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415

        client = sdk.EncryptionSDKClient(commitment_policy=sdk.CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
        master = self._of_service(arn) if key is None else _of_operator(arn, key)
        try:
            message, _ = client.encrypt(source=text, key_provider=master, encryption_context=dict(context))
        except (AWSEncryptionSDKClientError, BotoCoreError) as error:
            raise DeliveryError(f"{arn}: {error}") from error
        return bytes(message)

    @cached_property
    def _library(self) -> Any:
        try:
            import aws_encryption_sdk  # noqa: PLC0415
        except ImportError:
            raise DeliveryError("aws-encryption-sdk is not installed: pip install 'ostiary[functions]'") from None
        return aws_encryption_sdk

    def _of_service(self, arn: str) -> Any:
        from aws_encryption_sdk.key_providers.kms import KMSMasterKey  # noqa: PLC0415

        region = arn.split(":")[3]
        if region not in self._services:
            try:
                url = at_region(self._settings.kms_endpoint, region)
            except ValueError as error:
                raise DeliveryError(f"{arn}: {error}", permanent=True) from None
            self._services[region] = self._client(region, url)
        return KMSMasterKey(client=self._services[region], key_id=arn)

    def _client(self, region: str, url: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415
        from botocore.session import Session  # noqa: PLC0415

        return Session().create_client(
            "kms",
            region_name=region,
            endpoint_url=url,
            aws_access_key_id=self._settings.kms_access_key_id,
            aws_secret_access_key=self._settings.kms_secret_access_key,
            # Whoever hears of the failure tries again.
            config=Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1}),
        )


def _of_operator(arn: str, key: str) -> Any:
    """Return a master key of 32 bytes, which come in base64."""
    from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm  # noqa: PLC0415
    from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey  # noqa: PLC0415
    from aws_encryption_sdk.key_providers.raw import RawMasterKey  # noqa: PLC0415

    algorithm = WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING
    wrapping = WrappingKey(algorithm, base64.b64decode(key), EncryptionKeyType.SYMMETRIC)
    return RawMasterKey(key_id=arn.encode(), provider_id=NAMESPACE, wrapping_key=wrapping)
