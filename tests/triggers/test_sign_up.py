"""Triggers around sign-up, confirmation and messages, as boto3 and the functions see them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ostiary.delivery.outbox import Message
from tests.fixtures.functions import FunctionServer
from tests.fixtures.server import PASSWORD, LivePool, Mailbox
from tests.triggers.functions import answering, failing, same, told

EMAIL = [{"Name": "email", "Value": "jane@example.com"}]


def sign_up(pool: LivePool, name: str = "jane", **more: Any) -> Any:
    given = {"UserAttributes": EMAIL, **more}
    return pool.app.sign_up(ClientId=pool.client_id, Username=name, Password=PASSWORD, **given)


def exists(pool: LivePool, name: str = "jane") -> bool:
    try:
        pool.admin.admin_get_user(UserPoolId=pool.id, Username=name)
    except pool.admin.exceptions.UserNotFoundException:
        return False
    return True


def sent(mailbox: Mailbox, pool: LivePool) -> list[Message]:
    return [message for message in mailbox.all() if message.pool_id == pool.id]


def test_pre_sign_up_sees_who_signs_up_before_there_is_a_user(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    pool = triggered(PreSignUp=same)
    sign_up(pool, ClientMetadata={"tenant": "blue"}, ValidationData=[{"Name": "captcha", "Value": "ok"}])
    assert functions.events == [
        {
            "version": "1",
            "region": "us-east-1",
            "userPoolId": pool.id,
            "userName": "jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": pool.client_id},
            "triggerSource": "PreSignUp_SignUp",
            "request": {
                "userAttributes": {"email": "jane@example.com"},
                "validationData": {"captcha": "ok"},
                "clientMetadata": {"tenant": "blue"},
            },
            "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
        }
    ]


def test_pre_sign_up_refuses_with_its_own_words(triggered: Callable[..., LivePool], mailbox: Mailbox) -> None:
    """LMB-01: nothing of the function but its message is told."""
    pool = triggered(PreSignUp=failing("Sign-up restricted"))
    with pytest.raises(ClientError) as failed:
        sign_up(pool)
    assert told(failed) == ("UserLambdaValidationException", "PreSignUp failed with error Sign-up restricted.")
    assert (exists(pool), sent(mailbox, pool)) == (False, [])


def test_pre_sign_up_confirms_and_vouches(
    triggered: Callable[..., LivePool], functions: FunctionServer, mailbox: Mailbox
) -> None:
    """LMB-02: what else a function returns, another user name say, does not count."""
    response = {"autoConfirmUser": True, "autoVerifyEmail": True}
    pool = triggered(
        PreSignUp=lambda event: {**answering(**response)(event), "userName": "somebody-else"}, PostConfirmation=same
    )
    assert sign_up(pool)["UserConfirmed"] is True
    user = pool.admin.admin_get_user(UserPoolId=pool.id, Username="jane")
    assert (user["UserStatus"], exists(pool, "somebody-else")) == ("CONFIRMED", False)
    assert {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]
    assert sent(mailbox, pool) == []
    assert functions.sources == ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]
    assert functions.events[-1]["request"]["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    assert pool.sign_in("jane")["AccessToken"]


def test_a_flag_that_cannot_be_obeyed_is_an_invalid_answer(triggered: Callable[..., LivePool]) -> None:
    pool = triggered(PreSignUp=answering(autoVerifyPhone=True))
    with pytest.raises(pool.app.exceptions.InvalidLambdaResponseException):
        sign_up(pool)
    assert not exists(pool)


@pytest.mark.parametrize("answer", [{}, {"response": "yes"}, {"response": {"autoConfirmUser": "yes"}}])
def test_an_answer_of_another_shape_is_unrecognizable(triggered: Callable[..., LivePool], answer: Any) -> None:
    pool = triggered(PreSignUp=lambda _event: answer)
    with pytest.raises(ClientError) as failed:
        sign_up(pool)
    assert told(failed) == ("InvalidLambdaResponseException", "Unrecognizable lambda output")
    assert not exists(pool)


def test_a_function_that_nobody_may_call_is_told_as_lambda_tells_it(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    pool = triggered(PreSignUp=same)
    functions.status = 403
    with pytest.raises(ClientError) as failed:
        sign_up(pool)
    assert told(failed) == (
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error AccessDeniedException.",
    )


def test_an_administrators_user_is_not_confirmed_by_flags(
    triggered: Callable[..., LivePool], functions: FunctionServer
) -> None:
    pool = triggered(PreSignUp=answering(autoConfirmUser=True, autoVerifyPhone=True))
    pool.admin.admin_create_user(
        UserPoolId=pool.id, Username="jane", UserAttributes=EMAIL, ClientMetadata={"tenant": "blue"}
    )
    event = functions.events[0]
    assert event["triggerSource"] == "PreSignUp_AdminCreateUser"
    assert event["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    assert event["request"]["clientMetadata"] == {"tenant": "blue"}
    user = pool.admin.admin_get_user(UserPoolId=pool.id, Username="jane")
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_a_name_that_is_taken_asks_no_function(triggered: Callable[..., LivePool], functions: FunctionServer) -> None:
    pool = triggered(PreSignUp=same)
    sign_up(pool)
    functions.events.clear()
    with pytest.raises(pool.app.exceptions.UsernameExistsException):
        sign_up(pool)
    assert functions.events == []


def test_post_confirmation_hears_of_every_way_to_be_confirmed(
    triggered: Callable[..., LivePool], functions: FunctionServer, mailbox: Mailbox
) -> None:
    pool = triggered(PostConfirmation=same)
    named = {"ClientId": pool.client_id, "Username": "jane", "ClientMetadata": {"tenant": "blue"}}
    sign_up(pool)
    pool.app.confirm_sign_up(**named, ConfirmationCode=mailbox.code("jane@example.com"))
    pool.app.forgot_password(**named)
    code = mailbox.code("jane@example.com")
    pool.app.confirm_forgot_password(**named, ConfirmationCode=code, Password="Another-horse-8")
    sign_up(pool, "june")
    pool.admin.admin_confirm_sign_up(UserPoolId=pool.id, Username="june")
    assert functions.sources == [
        "PostConfirmation_ConfirmSignUp",
        "PostConfirmation_ConfirmForgotPassword",
        "PostConfirmation_ConfirmSignUp",
    ]
    first = functions.events[0]["request"]
    assert first["clientMetadata"] == {"tenant": "blue"}
    assert first["userAttributes"]["email_verified"] == "true"
    assert functions.events[2]["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"


def test_an_error_after_confirmation_is_told_and_undoes_nothing(
    triggered: Callable[..., LivePool], mailbox: Mailbox
) -> None:
    pool = triggered(PostConfirmation=failing("CRM is down"))
    sign_up(pool)
    with pytest.raises(ClientError) as failed:
        code = mailbox.code("jane@example.com")
        pool.app.confirm_sign_up(ClientId=pool.client_id, Username="jane", ConfirmationCode=code)
    assert told(failed)[1] == "PostConfirmation failed with error CRM is down."
    assert pool.admin.admin_get_user(UserPoolId=pool.id, Username="jane")["UserStatus"] == "CONFIRMED"


def test_custom_message_writes_every_message(
    triggered: Callable[..., LivePool], functions: FunctionServer, mailbox: Mailbox
) -> None:
    pool = triggered(CustomMessage=answering(emailSubject="Hi", emailMessage="{username}: {####}", smsMessage="{####}"))
    metadata: dict[str, Any] = {"ClientMetadata": {"tenant": "blue"}}
    named = {"ClientId": pool.client_id, "Username": "jane", **metadata}
    sign_up(pool, **metadata)
    pool.app.resend_confirmation_code(**named)
    pool.app.confirm_sign_up(**named, ConfirmationCode=mailbox.code("jane@example.com"))
    pool.app.forgot_password(**named)
    token = {"AccessToken": pool.sign_in("jane")["AccessToken"], **metadata}
    pool.app.get_user_attribute_verification_code(**token, AttributeName="email")
    changed = [{"Name": "email", "Value": "jane@example.org"}]
    pool.app.update_user_attributes(**token, UserAttributes=changed)
    pool.admin.admin_reset_user_password(
        UserPoolId=pool.id, Username=pool.user(email="ada@a.com", email_verified="true")
    )
    pool.admin.admin_create_user(UserPoolId=pool.id, Username="june", UserAttributes=EMAIL, **metadata)
    assert functions.sources == [
        f"CustomMessage_{source}"
        for source in (
            "SignUp",
            "ResendCode",
            "ForgotPassword",
            "VerifyUserAttribute",
            "UpdateUserAttribute",
            "ForgotPassword",
            "AdminCreateUser",
        )
    ]
    assert [event["request"].get("clientMetadata") for event in functions.events] == [
        *[{"tenant": "blue"}] * 5,
        None,
        {"tenant": "blue"},
    ]
    invited, message = functions.events[-1]["request"], mailbox.newest("jane@example.com")
    assert (invited["usernameParameter"], invited["codeParameter"]) == ("{username}", "{####}")
    assert (message.subject, message.body) == ("Hi", f"june: {message.code}")
    assert not [event for event in functions.events if message.code in str(event)]


@pytest.mark.parametrize("written", [None, "", "Welcome!"])
def test_a_custom_message_without_the_code_leaves_the_template(
    triggered: Callable[..., LivePool], mailbox: Mailbox, written: str | None
) -> None:
    template = {"EmailMessage": "From the template: {####}", "EmailSubject": "Template"}
    pool = triggered(CustomMessage=answering(emailMessage=written), pool={"VerificationMessageTemplate": template})
    sign_up(pool)
    message = mailbox.newest("jane@example.com")
    assert (message.subject, message.body) == ("Template", f"From the template: {message.code}")


@pytest.mark.parametrize("written", ["Press {##Here##}!", "https://app.example.com/confirm?code={####}", "Welcome!"])
def test_a_custom_message_writes_the_link_or_the_code_into_one_of_its_own(
    triggered: Callable[..., LivePool], mailbox: Mailbox, functions: FunctionServer, written: str
) -> None:
    by_link = {"VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"}}
    pool = triggered(CustomMessage=answering(emailMessage=written), pool=by_link)
    pool.admin.create_user_pool_domain(UserPoolId=pool.id, Domain=pool.id.replace("_", "-").lower())
    sign_up(pool)
    message = mailbox.newest("jane@example.com")
    shown = re.sub(r"<a href=\S+confirmation_code=[0-9]{6}\">", "<a>", message.body)
    assert shown in {
        "Press <a>Here</a>!",
        f"https://app.example.com/confirm?code={message.code}",
        "Please click the link below to verify your email address. <a>Verify Email</a>",
    }
    assert functions.events[-1]["request"]["linkParameter"] == "{##Click Here##}"


def test_a_custom_message_that_fails_sends_nothing_and_signs_nobody_up(
    triggered: Callable[..., LivePool], mailbox: Mailbox
) -> None:
    pool = triggered(CustomMessage=failing("no words"))
    with pytest.raises(ClientError) as failed:
        sign_up(pool)
    assert told(failed)[1] == "CustomMessage failed with error no words."
    assert (exists(pool), sent(mailbox, pool)) == (False, [])


def test_a_pool_without_triggers_asks_nobody(live_pool: LivePool, functions: FunctionServer) -> None:
    sign_up(live_pool)
    live_pool.sign_in(live_pool.user())
    assert functions.events == []
