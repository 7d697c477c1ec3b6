"""EMAIL_OTP: a code to the user's e-mail address, instead of a password or after it."""

from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.challenges.sent_code import SentCode

NAME = "EMAIL_OTP"
_CODE = SentCode(NAME, "email", "EMAIL_OTP_CODE")
ask, answer = _CODE.ask, _CODE.answer
CHALLENGE = Challenge(
    name=NAME,
    ask=ask,
    answer=answer,
    needed=(_CODE.member,),
    kind="code",
    amr=("otp",),
    is_second_factor=True,
    event="Mfa",
)
