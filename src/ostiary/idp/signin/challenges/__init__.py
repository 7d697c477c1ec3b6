"""Challenges: one file for each, how it is asked and how its answer is taken, and the hand-written list of them."""

from ostiary.idp.signin.challenges import (
    custom_challenge,
    device_password_verifier,
    device_srp_auth,
    email_otp,
    mfa_setup,
    new_password_required,
    password,
    password_srp,
    password_verifier,
    select_challenge,
    select_mfa_type,
    sms_mfa,
    sms_otp,
    software_token_mfa,
    web_authn,
)
from ostiary.idp.signin.challenges.challenge import Challenge

__all__ = ["CHALLENGES", "Challenge"]
CHALLENGES: dict[str, Challenge] = {
    module.CHALLENGE.name: module.CHALLENGE
    for module in (
        custom_challenge,
        new_password_required,
        password,
        password_srp,
        password_verifier,
        select_challenge,
        select_mfa_type,
        sms_mfa,
        sms_otp,
        software_token_mfa,
        email_otp,
        mfa_setup,
        device_srp_auth,
        device_password_verifier,
        web_authn,
    )
}
