"""SMS_MFA: a code to the user's phone number, after the password. An unverified number is verified by it."""

from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.challenges.sent_code import SentCode

NAME = "SMS_MFA"
_CODE = SentCode(NAME, "phone_number", "SMS_MFA_CODE")
ask, answer = _CODE.ask, _CODE.answer
CHALLENGE = Challenge(
    name=NAME,
    ask=ask,
    answer=answer,
    needed=(_CODE.member,),
    kind="code",
    amr=("otp", "sms"),
    is_second_factor=True,
    event="Mfa",
)
