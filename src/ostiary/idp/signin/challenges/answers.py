"""The list of all challenges, by how their answers are taken."""

from collections.abc import Callable, Mapping

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, required
from ostiary.idp.signin.challenges import (
    custom_challenge,
    device_password_verifier,
    device_srp_auth,
    email_otp,
    mfa_setup,
    new_password_required,
    password_verifier,
    select_challenge,
    select_mfa_type,
    sms_mfa,
    sms_otp,
    software_token_mfa,
    web_authn,
)
from ostiary.idp.signin.session import Passed

Take = Callable[[Context, Attempt, Parameters, str | None], Passed | Answer]
"""How the answer to a challenge is taken: the responses and the session string; raises what the client is told.

What comes of it is what was passed, or another challenge where nothing is proven yet.
"""
ANSWERS: dict[str, Take] = {
    module.NAME: module.answer
    for module in (
        custom_challenge,
        device_password_verifier,
        device_srp_auth,
        email_otp,
        mfa_setup,
        new_password_required,
        password_verifier,
        select_mfa_type,
        sms_mfa,
        sms_otp,
        software_token_mfa,
        select_challenge,
        web_authn,
    )
}
ANSWERS |= {"PASSWORD": select_challenge.answer_password, "PASSWORD_SRP": select_challenge.answer_password_srp}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "CUSTOM_CHALLENGE": ("ANSWER",),
    "DEVICE_PASSWORD_VERIFIER": (
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "PASSWORD_CLAIM_SIGNATURE",
        "TIMESTAMP",
        "DEVICE_KEY",
    ),
    "DEVICE_SRP_AUTH": ("DEVICE_KEY", "SRP_A"),
    "EMAIL_OTP": ("EMAIL_OTP_CODE",),
    "MFA_SETUP": (),
    "NEW_PASSWORD_REQUIRED": ("NEW_PASSWORD",),
    "PASSWORD": ("PASSWORD",),
    "PASSWORD_SRP": ("SRP_A",),
    "PASSWORD_VERIFIER": ("PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"),
    "SELECT_CHALLENGE": ("ANSWER",),
    "SELECT_MFA_TYPE": ("ANSWER",),
    "SMS_MFA": ("SMS_MFA_CODE",),
    "SMS_OTP": ("SMS_OTP_CODE",),
    "SOFTWARE_TOKEN_MFA": ("SOFTWARE_TOKEN_MFA_CODE",),
    "WEB_AUTHN": ("CREDENTIAL",),
}
"""What the responses to each challenge must have beside USERNAME."""
_MAY_BE_EMPTY = {("CUSTOM_CHALLENGE", "ANSWER")}


def check_complete(challenge: str, responses: Parameters) -> None:
    """Refuse responses that lack something before anything is looked up or counted; InvalidParameterException."""
    for name in REQUIRED.get(challenge, ()):
        if (challenge, name) not in _MAY_BE_EMPTY:
            required(responses, name)
        elif name not in responses:
            raise InvalidParameterException(f"Missing required parameter {name}")
