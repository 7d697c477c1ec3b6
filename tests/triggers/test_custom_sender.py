"""Custom e-mail and SMS senders: functions that send, and alone can read the code."""

import base64
from collections.abc import Callable
from typing import Any

import aws_encryption_sdk
from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKey

from tests.fixtures.functions import KMS_KEY, KMS_KEY_BYTES, FunctionServer, arn_of
from tests.fixtures.server import PASSWORD, LivePool, Mailbox
from tests.fixtures.waiting import until
from tests.triggers.functions import answering, failing, same


def opened(code: str) -> tuple[str, dict[str, str]]:
    """Return the code and the encryption context, as the guide tells a function to read them."""
    wrapping = WrappingKey(
        WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING, KMS_KEY_BYTES, EncryptionKeyType.SYMMETRIC
    )
    key = RawMasterKey(key_id=KMS_KEY.encode(), provider_id="ostiary", wrapping_key=wrapping)
    text, header = aws_encryption_sdk.EncryptionSDKClient().decrypt(source=base64.b64decode(code), key_provider=key)
    return text.decode(), dict(header.encryption_context)


def events_of(functions: FunctionServer, pool: LivePool) -> list[dict[str, Any]]:
    """Return what this pool's messages sent; others of an earlier test may still be on their way."""
    return [event for event in functions.events if event["userPoolId"] == pool.id]


def waited_for(functions: FunctionServer, pool: LivePool, source: str) -> dict[str, Any]:
    """Return the event of this source, which comes when the message leaves."""

    def found() -> list[dict[str, Any]]:
        return [event for event in events_of(functions, pool) if event["triggerSource"] == source]

    return until(found, source)[0]


def senders(root: Any) -> dict[str, Any]:
    sender = {"LambdaVersion": "V1_0", "LambdaArn": arn_of("sender", root.account_id)}
    return {"CustomEmailSender": sender, "CustomSMSSender": sender, "KMSKeyID": KMS_KEY}


def test_a_code_comes_encrypted_and_opens_with_the_key(
    triggered: Callable[..., LivePool], functions: FunctionServer, root: Any, mailbox: Mailbox
) -> None:
    """LMB-03."""
    functions.on("sender", same)
    pool = triggered(**senders(root), CustomMessage=answering(emailMessage="{####}"))
    pool.app.sign_up(
        ClientId=pool.client_id,
        Username="jane",
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": "jane@sender.example"}],
        ClientMetadata={"tenant": "blue"},
    )
    code = mailbox.code("jane@sender.example")
    event = waited_for(functions, pool, "CustomEmailSender_SignUp")
    assert code not in str(event)
    text, context = opened(event["request"].pop("code"))
    assert (text, context["userpool-id"]) == (code, pool.id)
    assert event["request"].pop("userAttributes")["email"] == "jane@sender.example"
    assert event["request"] == {"type": "customEmailSenderRequestV1", "clientMetadata": {"tenant": "blue"}}
    assert "CustomMessage_SignUp" not in functions.sources


def test_a_temporary_password_is_escaped_for_mail_and_not_for_sms(
    triggered: Callable[..., LivePool], functions: FunctionServer, root: Any
) -> None:
    functions.on("sender", same)
    pool = triggered(**senders(root))
    addresses = {"email": "june@sender.example", "phone_number": "+15555550100"}
    pool.admin.admin_create_user(
        UserPoolId=pool.id,
        Username="june",
        TemporaryPassword="Less<than-7",
        UserAttributes=[{"Name": name, "Value": value} for name, value in addresses.items()],
        DesiredDeliveryMediums=["EMAIL", "SMS"],
    )
    by_mail = waited_for(functions, pool, "CustomEmailSender_AdminCreateUser")
    by_sms = waited_for(functions, pool, "CustomSMSSender_AdminCreateUser")
    assert by_sms["request"]["type"] == "customSMSSenderRequestV1"
    assert [opened(event["request"]["code"])[0] for event in (by_mail, by_sms)] == ["Less&lt;than-7", "Less<than-7"]


def test_a_sender_that_fails_is_not_asked_again(
    triggered: Callable[..., LivePool], functions: FunctionServer, root: Any, mailbox: Mailbox
) -> None:
    functions.on("sender", failing("no credit"))
    pool = triggered(**senders(root))
    pool.admin.admin_create_user(
        UserPoolId=pool.id, Username="jo", UserAttributes=[{"Name": "email", "Value": "jo@sender.example"}]
    )
    waited_for(functions, pool, "CustomEmailSender_AdminCreateUser")
    until(lambda: not mailbox.all("jo@sender.example"), "the end of the message")
    assert len(events_of(functions, pool)) == 1


def test_a_notice_of_an_unusual_sign_in_has_no_code(
    triggered: Callable[..., LivePool], functions: FunctionServer, root: Any
) -> None:
    functions.on("sender", same)
    pool = triggered(pool={"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}, **senders(root))
    name = pool.user(email="eve@sender.example", email_verified="true")
    source = "arn:aws:ses:us-east-1:123456789012:identity/no-reply@example.com"
    notified = {"Notify": True, "EventAction": "NO_ACTION"}
    takeover = {
        "NotifyConfiguration": {"SourceArn": source},
        "Actions": {"LowAction": notified, "MediumAction": notified, "HighAction": notified},
    }
    pool.admin.set_risk_configuration(UserPoolId=pool.id, AccountTakeoverRiskConfiguration=takeover)
    for address, device in (("198.51.100.1", "laptop"), ("198.51.100.1", "phone"), ("203.0.113.9", "tablet")):
        visit = {"IpAddress": address, "ServerName": "app", "ServerPath": "/"}
        pool.admin.admin_initiate_auth(
            UserPoolId=pool.id,
            ClientId=pool.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
            ContextData={**visit, "HttpHeaders": [{"headerName": "User-Agent", "headerValue": device}]},
        )
    request = waited_for(functions, pool, "CustomEmailSender_AccountTakeOverNotification")["request"]
    about = request["userAttributes"]
    assert (request["code"], about["USER_NAME"], about["ACCOUNT_TAKE_OVER_ACTION"]) == (None, name, "NO_ACTION")
    assert about["FEEDBACK_TOKEN"] in about["ONE_CLICK_LINK_VALID"]
