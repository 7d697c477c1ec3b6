"""What a user must still do before tokens, and who may not go on: one table, in order."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    NotAuthorizedException,
    PasswordResetRequiredException,
    ResourceNotFoundException,
    UserNotConfirmedException,
)
from ostiary.context import Context
from ostiary.idp.factors import second_factors
from ostiary.idp.factors.assurance import PHISHING_RESISTANT, TWO_FACTORS
from ostiary.idp.factors.devices import tracks_devices
from ostiary.idp.factors.second_factors import EMAIL, SMS, TOTP
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Person, spend_once
from ostiary.idp.signin.challenges import (
    CHALLENGES,
    custom_challenge,
    device_password_verifier,
    mfa_setup,
    web_authn,
)
from ostiary.idp.signin.ending import complete
from ostiary.idp.signin.protection import BLOCKED
from ostiary.idp.signin.session import Passed, Progress
from ostiary.idp.signin.strength import level_of
from ostiary.store.idp import devices, sign_in_failures
from ostiary.store.idp.devices import Device
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

_OUT_OF_REACH = "User cannot satisfy any of the requested ACR values."


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides what comes next.

    `passed` are the challenges behind the user, `mfa` the pool's MfaConfiguration, `active` the user's second factors,
    `device` whether the user comes from a remembered device, `preferred` the one that the user wants,
    `has_phone` and `has_email` whether a code could go to an address that is no factor, `left` what they could set up,
    `target` the level that the sign-in must reach, `passkey` whether the user has one that verifies them, and `risky`
    whether threat protection wants a second factor.
    """

    status: str
    passed: frozenset[str]
    mfa: str
    device: bool = False
    active: tuple[str, ...] = ()
    preferred: str = ""
    has_phone: bool = False
    has_email: bool = False
    left: tuple[str, ...] = ()
    target: int = 0
    passkey: bool = False
    risky: bool = False

    @property
    def wants_passkey(self) -> bool:
        """Whether only a passkey is enough for the level, and the user has one."""
        return self.target == PHISHING_RESISTANT and self.passkey

    @property
    def wants_second(self) -> bool:
        """Whether the password is the only thing that was proven, in a pool that has second factors.

        Where one is required, what the pool's functions ask does not count as one (MFA-03).
        """
        behind = [CHALLENGES[name] for name in self.passed if name in CHALLENGES]
        is_first = any(each.kind == "knowledge" or (self.mfa == "ON" and each.by_functions) for each in behind)
        is_asked = self.mfa != "OFF" or self.target >= TWO_FACTORS or self.risky
        return is_asked and is_first and not any(each.is_second_factor for each in behind)

    def comes(self, factor: str) -> bool:
        """Whether this second factor is the one to ask for: the only one, or the preferred one."""
        return self.wants_second and factor in self.active and (self.active == (factor,) or self.preferred == factor)

    @property
    def must_set_up(self) -> bool:
        """Whether the pool insists on a second factor and the user has none; a level is no reason to make one up."""
        return self.wants_second and self.mfa == "ON" and not self.active


@dataclass(frozen=True, slots=True)
class Step:
    """A challenge, and when it is asked."""

    challenge: str
    when: Callable[[Situation], bool]


STEPS: tuple[Step, ...] = (
    Step("NEW_PASSWORD_REQUIRED", lambda at: at.status == "FORCE_CHANGE_PASSWORD"),
    Step("WEB_AUTHN", lambda at: at.wants_passkey and bool(at.passed)),
    Step("DEVICE_SRP_AUTH", lambda at: at.device and not at.risky),
    Step("SMS_MFA", lambda at: at.comes(SMS)),
    Step("SOFTWARE_TOKEN_MFA", lambda at: at.comes(TOTP)),
    Step("EMAIL_OTP", lambda at: at.comes(EMAIL)),
    Step("SELECT_MFA_TYPE", lambda at: at.wants_second and len(at.active) > 1),
    Step("SMS_MFA", lambda at: at.must_set_up and at.has_phone),
    Step("EMAIL_OTP", lambda at: at.must_set_up and at.has_email),
    Step("MFA_SETUP", lambda at: at.must_set_up),
)
"""In this order: the first challenge that was not passed and whose condition holds comes next; none, and tokens do."""


def next_step(at: Situation) -> Step | None:
    """Return what a user must do next, or None when nothing is left."""
    return next((step for step in STEPS if step.challenge not in at.passed and step.when(at)), None)


def situation(
    pool: UserPool,
    user: User,
    progress: Progress,
    device: Device | None,
    *,
    passkey: bool = False,
    risky: bool = False,
) -> Situation:
    """Return what decides on the next step of this user's sign-in, from this device if it is known.

    `passkey` is whether the user has one that verifies them, where the sign-in's level asks for it.
    """
    # A code against risk goes only where somebody is known to be.
    known = second_factors.proven(pool, user)[:1] if risky else ()
    addresses = () if risky else second_factors.known(pool, user)
    return Situation(
        status=user.status,
        passed=frozenset(progress.passed),
        mfa=pool.configuration["MfaConfiguration"],
        device=device is not None and device.remembered and not custom_challenge.is_open(progress),
        active=second_factors.active(pool, user) or known,
        preferred=user.factors.preferred,
        has_phone=SMS in addresses,
        has_email=EMAIL in addresses,
        left=second_factors.left_to_set_up(pool),
        target=progress.target,
        passkey=passkey,
        risky=risky,
    )


def proceed(ctx: Context, attempt: Attempt, passed: Passed) -> Answer:
    """Ask what somebody who passed a challenge must still do, or end the sign-in with tokens."""
    user = passed.user
    _check_status(ctx, user)
    if attempt.on_password is not None and passed.progress.passed[-1:] == ("PASSWORD",):
        attempt.on_password(user)
    device = _device(ctx, attempt, passed)
    risky = attempt.is_risky is not None and attempt.is_risky(user)
    passkey = _has_passkey(ctx, attempt, passed)
    at = situation(attempt.pool, user, passed.progress, device, passkey=passkey, risky=risky)
    step = next_step(at)
    following = passed.then or (step.challenge if step else None)
    if following is None and custom_challenge.is_open(passed.progress):
        taken = custom_challenge.go_on(ctx, attempt, _kept(ctx, passed), passed.progress)
        return proceed(ctx, attempt, taken) if isinstance(taken, Passed) else taken
    if following is None:
        _check_level(passed.progress)
        # A key is no proof: without one the device is as good as new.
        is_proven = device is not None and device_password_verifier.SHOWN in passed.progress.passed
        device_key = device.device_key if device is not None and is_proven else ""
        return complete(ctx, attempt, passed, device_key=device_key, event_id=ctx.random.uuid())
    if step is not None and step.challenge == mfa_setup.NAME:
        _check_set_up(at)
    ask = CHALLENGES[following].ask if isinstance(following, str) else following
    return ask(ctx, attempt, _kept(ctx, passed), passed.progress)


def _check_set_up(at: Situation) -> None:
    """Refuse to have a factor set up in a risky sign-in, and where there is none."""
    if at.risky:
        raise NotAuthorizedException(BLOCKED)
    if not at.left:
        raise InvalidParameterException("User has no second factor, and the user pool has none to set up.")


def _has_passkey(ctx: Context, attempt: Attempt, passed: Passed) -> bool:
    """Whether the level asks for a passkey, which must be there: nothing is asked in vain."""
    if passed.progress.target != PHISHING_RESISTANT:
        return False
    if not web_authn.is_set_up(ctx, attempt.pool, passed.user):
        raise NotAuthorizedException(_OUT_OF_REACH)
    return True


def _check_level(progress: Progress) -> None:
    """Refuse tokens below the level that was asked for."""
    if level_of(progress.passed) < progress.target:
        raise NotAuthorizedException(_OUT_OF_REACH)


def _device(ctx: Context, attempt: Attempt, passed: Passed) -> Device | None:
    """Return the device that the sign-in comes from; one that the user does not have uses nothing up.

    Clients take ResourceNotFoundException for a reason to forget the device and to answer once more without it.
    """
    key = passed.progress.device_key
    if not key or attempt.by_administrator or not tracks_devices(attempt.pool):
        return None
    with ctx.store.read() as tx:
        device = devices.find(tx, passed.user.pool_id, passed.user.sub, key)
    if device is None:
        raise ResourceNotFoundException("Device does not exist.")
    return device


def _kept(ctx: Context, passed: Passed) -> Person:
    """Write what a challenge changed, and use up what can be used once; return the user as they are then.

    Somebody who is locked meanwhile changes nothing, and can give the same answer later.
    """
    user = passed.user
    with ctx.store.read() as tx:
        failures = sign_in_failures.find(tx, user.pool_id, user.sub)
    lockout.check(ctx, failures)
    if passed.once is not None or passed.change is not None:
        with ctx.store.write() as tx:
            if passed.once is not None:
                spend_once(tx, user.pool_id, passed.once)
            user = user if passed.change is None else passed.change(tx)
    return Person(user.username, user.sub, user, failures)


def _check_status(ctx: Context, user: User) -> None:
    """Refuse a user who may not sign in; only somebody who knew the password gets here."""
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if user.status == "UNCONFIRMED":
        raise UserNotConfirmedException("User is not confirmed.")
    if user.status == "RESET_REQUIRED":
        raise PasswordResetRequiredException("Password reset required for the user")
    expires_at = user.temporary_password_expires_at
    if user.status == "FORCE_CHANGE_PASSWORD" and expires_at is not None and expires_at <= ctx.clock.now():
        raise NotAuthorizedException("Temporary password has expired and must be reset by an administrator.")
