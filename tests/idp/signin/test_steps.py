"""The table of what comes next, row by row."""

from dataclasses import replace

import pytest

from ostiary.idp.signin.challenges import CHALLENGES
from ostiary.idp.signin.steps import STEPS, Situation, next_step

PASSWORD, PROOF = frozenset({"PASSWORD"}), frozenset({"PASSWORD_VERIFIER"})
PASSKEY = frozenset({"WEB_AUTHN"})
FUNCTIONS = frozenset({"CUSTOM_CHALLENGE"})
PLAIN = Situation(status="CONFIRMED", passed=PASSWORD, mfa="OFF")
OPTIONAL = replace(PLAIN, mfa="OPTIONAL")
ON = replace(PLAIN, mfa="ON")
SMS, TOTP, EMAIL = ("SMS_MFA",), ("SOFTWARE_TOKEN_MFA",), ("EMAIL_OTP",)
ROWS = [
    ("a password is all that a plain pool wants", PLAIN, None),
    ("and so is a proof of it", replace(PLAIN, passed=PROOF), None),
    ("a temporary password is replaced first", replace(PLAIN, status="FORCE_CHANGE_PASSWORD"), "NEW_PASSWORD_REQUIRED"),
    ("before any second factor", replace(ON, status="FORCE_CHANGE_PASSWORD", active=SMS), "NEW_PASSWORD_REQUIRED"),
    ("what is off is not asked", replace(PLAIN, active=(*SMS, *TOTP)), None),
    ("a remembered device comes before", replace(ON, device=True, active=SMS), "DEVICE_SRP_AUTH"),
    ("also where nothing else would be asked", replace(PLAIN, device=True), "DEVICE_SRP_AUTH"),
    ("but after a new password", replace(ON, device=True, status="FORCE_CHANGE_PASSWORD"), "NEW_PASSWORD_REQUIRED"),
    ("functions are no second factor where one is required", replace(ON, passed=FUNCTIONS, active=TOTP), *TOTP),
    ("elsewhere they are enough", replace(OPTIONAL, passed=FUNCTIONS, active=TOTP), None),
    ("who has none need not, where it is optional", OPTIONAL, None),
    ("a single factor is asked", replace(OPTIONAL, active=SMS), "SMS_MFA"),
    ("a single app too", replace(OPTIONAL, active=TOTP), "SOFTWARE_TOKEN_MFA"),
    ("a single address too", replace(ON, active=EMAIL), "EMAIL_OTP"),
    ("of several the preferred one", replace(ON, active=(*SMS, *TOTP), preferred="SOFTWARE_TOKEN_MFA"), *TOTP),
    ("whichever that is", replace(ON, active=(*SMS, *TOTP, *EMAIL), preferred="EMAIL_OTP"), *EMAIL),
    ("of several without a preference the user chooses", replace(ON, active=(*SMS, *TOTP)), "SELECT_MFA_TYPE"),
    ("a preference for one that is gone does not count", replace(ON, active=TOTP, preferred="SMS_MFA"), *TOTP),
    ("a known number will do where one is required", replace(ON, has_phone=True, left=TOTP), "SMS_MFA"),
    ("a known address too", replace(ON, has_email=True, left=TOTP), "EMAIL_OTP"),
    ("of both the number", replace(ON, has_phone=True, has_email=True), "SMS_MFA"),
    ("but not where it is optional", replace(OPTIONAL, has_phone=True, has_email=True), None),
    ("nor beside a factor that is on", replace(ON, has_phone=True, active=TOTP), *TOTP),
    ("somebody without any sets one up", replace(ON, left=TOTP), "MFA_SETUP"),
    ("even where nothing can be", ON, "MFA_SETUP"),
    ("a level of two factors asks for one that is off in the pool", replace(PLAIN, target=3, active=TOTP), *TOTP),
    ("but has nobody set one up for it", replace(OPTIONAL, target=3, left=TOTP, has_phone=True), None),
    ("one factor is enough for a level of one", replace(PLAIN, target=2, active=TOTP), None),
    ("the highest level asks for the passkey", replace(ON, target=4, passkey=True, active=TOTP), "WEB_AUTHN"),
    ("not for one that is behind the user", replace(ON, target=4, passkey=True, passed=PASSKEY, active=TOTP), None),
    ("nor for a lower level", replace(PLAIN, target=3, passkey=True, active=TOTP), *TOTP),
    ("a risky sign-in is asked for a factor that is off in the pool", replace(PLAIN, risky=True, active=TOTP), *TOTP),
    ("whatever device it comes from", replace(OPTIONAL, risky=True, device=True, active=TOTP), *TOTP),
    ("and one that has none is judged at the end", replace(OPTIONAL, risky=True, left=TOTP), None),
    ("a passkey after a password is the second factor", replace(ON, passed=PASSWORD | PASSKEY, active=TOTP), None),
]
SECOND = ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "MFA_SETUP", "DEVICE_PASSWORD_VERIFIER"]


@pytest.mark.parametrize(("at", "challenge"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_comes_next(at: Situation, challenge: str | None) -> None:
    step = next_step(at)
    assert (None if step is None else step.challenge) == challenge


@pytest.mark.parametrize("second", SECOND)
def test_one_second_factor_is_enough(second: str) -> None:
    everything = replace(ON, active=(*SMS, *TOTP, *EMAIL), has_phone=True, left=TOTP)
    assert next_step(replace(everything, passed=PASSWORD | {second})) is None
    assert next_step(replace(ON, passed=PASSWORD | {second}, has_phone=True)) is None


def test_a_new_password_is_followed_by_the_second_factor() -> None:
    """PWD-09, MFA-03."""
    passed = PASSWORD | {"NEW_PASSWORD_REQUIRED"}
    step = next_step(replace(ON, status="FORCE_CHANGE_PASSWORD", passed=passed, active=TOTP))
    assert step is not None
    assert step.challenge == "SOFTWARE_TOKEN_MFA"


def test_every_step_can_be_answered() -> None:
    assert {step.challenge for step in STEPS} <= CHALLENGES.keys()
