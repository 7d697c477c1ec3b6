"""Codes for custom senders under keys of a key service: functions open them as they do on AWS (LMB-03)."""

import base64
from collections.abc import Iterator
from typing import Any

import aws_encryption_sdk
import botocore.session
import pytest
from aws_encryption_sdk.key_providers.kms import KMSMasterKey

from ostiary.config import Settings
from ostiary.delivery.channel import DeliveryError
from ostiary.delivery.encryption import Keys
from tests.fixtures.functions import KMS_KEY, KMS_KEY_BYTES
from tests.fixtures.kms import Kms, kms

ARN = "arn:aws:kms:eu-west-1:123456789012:key/1b2c3d4e-1111-4222-8333-444455556666"
SIGNER: dict[str, Any] = {"kms_access_key_id": "AKIAKEYS", "kms_secret_access_key": "secret"}
CONTEXT = {"userpool-id": "us-east-1_abcdefghi"}


@pytest.fixture(scope="module")
def service() -> Iterator[Kms]:
    with kms(ARN) as running:
        yield running


def opened(service: Kms, message: bytes) -> tuple[bytes, dict[str, str]]:
    """Open a message as a function on AWS does; only the key service's address is another."""
    session = botocore.session.get_session()
    client = session.create_client(
        "kms", region_name="eu-west-1", endpoint_url=service.url, aws_access_key_id="A", aws_secret_access_key="B"
    )
    master = KMSMasterKey(client=client, key_id=ARN)
    text, header = aws_encryption_sdk.EncryptionSDKClient().decrypt(source=message, key_provider=master)
    return text, dict(header.encryption_context)


def test_a_function_opens_a_code_as_it_does_on_aws(service: Kms) -> None:
    keys = Keys(Settings(kms_endpoint=service.url, **SIGNER))
    messages = [keys.encrypted(text, ARN, CONTEXT) for text in (b"123456", b"654321")]
    assert service.asked == [("GenerateDataKey", "AKIAKEYS")] * 2
    texts, contexts = zip(*(opened(service, message) for message in messages), strict=True)
    assert texts == (b"123456", b"654321")
    assert all(context["userpool-id"] == CONTEXT["userpool-id"] for context in contexts)


def test_a_key_of_the_operators_own_is_not_asked_of_the_service(service: Kms) -> None:
    before = len(service.asked)
    own = {KMS_KEY: base64.b64encode(KMS_KEY_BYTES).decode()}
    assert Keys(Settings(functions_keys=own, kms_endpoint=service.url, **SIGNER)).encrypted(b"1", KMS_KEY, CONTEXT)
    assert len(service.asked) == before


@pytest.mark.parametrize(
    ("settings", "arn", "says"),
    [
        ({}, ARN, "kms_endpoint is not set"),
        ({"kms_endpoint": "http://127.0.0.1:9", **SIGNER}, ARN, "Could not connect"),
        ({"kms_endpoint": "", **SIGNER}, KMS_KEY, "functions_keys does not have"),
    ],
)
def test_a_message_waits_whose_key_cannot_be_had(settings: dict[str, Any], arn: str, says: str) -> None:
    with pytest.raises(DeliveryError, match=says) as raised:
        Keys(Settings(**settings)).encrypted(b"1", arn, CONTEXT)
    assert not raised.value.permanent


def test_a_key_that_the_service_does_not_have_says_so(service: Kms) -> None:
    with pytest.raises(DeliveryError, match="unable to generate data key"):
        Keys(Settings(kms_endpoint=service.url, **SIGNER)).encrypted(b"1", KMS_KEY, CONTEXT)
