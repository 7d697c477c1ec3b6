"""SMS_OTP: a code to the user's phone number, instead of a password."""

from ostiary.idp.signin.challenges.sent_code import SentCode

NAME = "SMS_OTP"
_CODE = SentCode(NAME, "phone_number", "SMS_OTP_CODE")
ask, answer = _CODE.ask, _CODE.answer
