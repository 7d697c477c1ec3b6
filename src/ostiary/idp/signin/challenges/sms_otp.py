"""SMS_OTP: a code to the user's phone number, instead of a password."""

from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.challenges.sent_code import SentCode

NAME = "SMS_OTP"
_CODE = SentCode(NAME, "phone_number", "SMS_OTP_CODE")
ask, answer = _CODE.ask, _CODE.answer
CHALLENGE = Challenge(
    name=NAME, ask=ask, answer=answer, needed=(_CODE.member,), kind="code", amr=("otp", "sms"), event="Mfa"
)
