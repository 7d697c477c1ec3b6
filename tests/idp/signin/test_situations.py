"""What decides on the next step, read from pool, user, device and progress."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.idp.factors.second_factors import EMAIL, SMS, TOTP
from ostiary.idp.signin.session import Progress
from ostiary.idp.signin.steps import Situation, next_step, situation
from ostiary.store.idp.devices import Device
from ostiary.store.idp.user_pools import PoolConfiguration, UserPool
from ostiary.store.idp.users import Factors, User
from tests.idp.signin.conftest import Pool

MakePool = Callable[..., Pool]

EVERYTHING = {
    "MfaConfiguration": "ON",
    "SmsConfiguration": {},
    "EmailMfaConfiguration": {},
    "SoftwareTokenMfaConfiguration": {"Enabled": True},
}
USER = User("p", "s", "ann", "CONFIRMED", True, {}, None, None, 0, 0, 0)  # noqa: FBT003
DEVICE = Device("p", "s", "k", "phone", b"", True, "", 0, 0, 0)  # noqa: FBT003
PROGRESS = Progress("USER_PASSWORD_AUTH", ("PASSWORD",))
REACHABLE = {"phone_number": "+15550001234", "email": "a@example.com"}
VERIFIED = {**REACHABLE, "phone_number_verified": "true", "email_verified": "true"}


def pool(**configuration: Any) -> UserPool:
    return UserPool("p_1", "a", "n", cast("PoolConfiguration", {**EVERYTHING, **configuration}), 0, 0)


def at(user: User = USER, progress: Progress = PROGRESS, device: Device | None = None, **more: Any) -> Situation:
    return situation(more.pop("pool", pool()), user, progress, device, **more)


def with_factors(*enabled: str, preferred: str = "", **attributes: str) -> User:
    return replace(USER, attributes=attributes, factors=Factors(tuple(enabled), preferred, software_token=True))


def test_what_is_known_of_user_and_progress_is_what_decides() -> None:
    found = at(replace(USER, status="FORCE_CHANGE_PASSWORD"), Progress("F", ("PASSWORD", "X"), target=3), passkey=True)
    assert (found.status, found.passed, found.mfa) == ("FORCE_CHANGE_PASSWORD", frozenset({"PASSWORD", "X"}), "ON")
    assert (found.target, found.passkey, found.risky, found.device) == (3, True, False, False)
    assert at(pool=pool(MfaConfiguration="OPTIONAL")).mfa == "OPTIONAL"


@pytest.mark.parametrize(
    ("device", "progress", "expected"),
    [
        (None, PROGRESS, False),
        (DEVICE, PROGRESS, True),
        (replace(DEVICE, remembered=False), PROGRESS, False),
        (DEVICE, Progress("CUSTOM_AUTH", ("PASSWORD_VERIFIER",)), False),
        (DEVICE, Progress("CUSTOM_AUTH"), False),
        (DEVICE, Progress("CUSTOM_AUTH", ("CUSTOM_CHALLENGE",)), True),
    ],
)
def test_a_remembered_device_counts_once_the_pools_functions_are_done(
    device: Device | None, progress: Progress, *, expected: bool
) -> None:
    """MFA-07."""
    assert at(device=device, progress=progress).device is expected


def test_factors_count_that_are_on_and_offered_and_lead_somewhere() -> None:
    user = with_factors(SMS, TOTP, EMAIL, preferred=EMAIL, **REACHABLE)
    assert (at(user).active, at(user).preferred) == ((SMS, TOTP, EMAIL), EMAIL)
    assert at(user, pool=pool(SoftwareTokenMfaConfiguration={})).active == (SMS, EMAIL)
    assert at(with_factors(SMS, TOTP, EMAIL)).active == (TOTP,)
    assert at(with_factors(**REACHABLE)).active == ()


def test_an_address_that_is_no_factor_is_known_unless_the_sign_in_is_risky() -> None:
    """A code against risk goes only to an address that was proven."""
    user = with_factors(**REACHABLE)
    assert (at(user).has_phone, at(user).has_email) == (True, True)
    assert (at(with_factors()).has_phone, at(with_factors()).has_email) == (False, False)
    risky = at(user, risky=True)
    assert (risky.risky, risky.has_phone, risky.has_email, risky.active) == (True, False, False, (TOTP,))
    proven = at(with_factors(**VERIFIED), risky=True)
    assert (proven.active, proven.has_phone) == ((SMS,), False)
    assert at(with_factors(EMAIL, **VERIFIED), risky=True).active == (EMAIL,)


def test_what_can_be_set_up_on_the_way_is_all_but_a_phone() -> None:
    assert at().left == (TOTP, EMAIL)
    bare = UserPool("p_1", "a", "n", {"MfaConfiguration": "ON", "SmsConfiguration": {}}, 0, 0)
    assert at(pool=bare).left == ()


def test_where_nothing_can_be_set_up_on_the_way_nobody_without_a_factor_comes_in(make_pool: MakePool) -> None:
    """MFA-03."""
    sms = {"SnsCallerArn": "arn:aws:iam::111111111111:role/sms"}
    people = make_pool(MfaConfiguration="ON", SmsConfiguration=sms)
    people.user("ann")
    people.user("bob", phone_number="+15550001234")
    app = people.app()
    with pytest.raises(InvalidParameterException, match="User has no second factor, and the user pool has none to set"):
        app.password("ann")
    assert app.password("bob")["ChallengeName"] == SMS


@pytest.mark.parametrize(
    ("changed", "challenge"),
    [
        ({"device": True}, "DEVICE_SRP_AUTH"),
        ({"device": True, "passed": frozenset({"PASSWORD", "DEVICE_SRP_AUTH"})}, SMS),
        ({"target": 4, "passkey": True, "passed": frozenset()}, None),
        ({"target": 4, "passkey": False}, SMS),
        ({"target": 3, "passkey": True}, SMS),
        ({"passed": frozenset()}, None),
        ({"passed": frozenset({"EMAIL_OTP"})}, None),
        ({"passed": frozenset({"PASSWORD", "WEB_AUTHN"})}, None),
        ({"passed": frozenset({"CUSTOM_CHALLENGE"})}, SMS),
        ({"passed": frozenset({"CUSTOM_CHALLENGE"}), "mfa": "OPTIONAL"}, None),
        ({"mfa": "OFF"}, None),
        ({"mfa": "OFF", "target": 2}, None),
        ({"mfa": "OFF", "target": 3}, SMS),
        ({"mfa": "OFF", "risky": True}, SMS),
        ({"active": (SMS, TOTP), "preferred": ""}, "SELECT_MFA_TYPE"),
        ({"active": (SMS, TOTP), "preferred": EMAIL}, "SELECT_MFA_TYPE"),
        ({"active": (SMS, TOTP), "preferred": TOTP}, TOTP),
        ({"active": ()}, "MFA_SETUP"),
        ({"active": (), "mfa": "OPTIONAL"}, None),
        ({"active": (), "has_phone": True}, SMS),
        ({"active": (), "has_email": True}, EMAIL),
    ],
)
def test_each_of_these_alone_turns_the_next_step(changed: dict[str, Any], challenge: str | None) -> None:
    plain = Situation(status="CONFIRMED", passed=frozenset({"PASSWORD"}), mfa="ON", active=(SMS,))
    step = next_step(replace(plain, **changed))
    assert (None if step is None else step.challenge) == challenge
