"""The list of all challenges, by how their answers are taken."""

from collections.abc import Callable

from ostiary.context import Context
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters
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
