"""One file per challenge: how it is asked and how its answer is taken."""

from collections.abc import Callable

from ostiary.context import Context
from ostiary.idp.signin.attempt import Attempt, Parameters
from ostiary.idp.signin.challenges import (
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
)
from ostiary.idp.signin.session import Passed

Take = Callable[[Context, Attempt, Parameters, str | None], Passed]
"""How the answer to a challenge is taken: the responses and the session string; raises what the client is told."""
ANSWERS: dict[str, Take] = {
    module.NAME: module.answer
    for module in (
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
    )
}
