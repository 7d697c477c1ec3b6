"""What a user may begin with where they choose: of what the pool allows and they have (behaviour/user-pools.md 9.8).

Somebody who does not exist is asked like a user who has everything that the pool allows (ENU-01, WAN-09).
"""

from ostiary.context import Context
from ostiary.idp.factors import assurance, second_factors
from ostiary.idp.factors.second_factors import PASSKEY
from ostiary.idp.imports import foreign_passwords
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges import email_otp, password, password_srp, sms_otp, web_authn
from ostiary.idp.signin.session import Ask, Passed, Progress
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

_CODES: dict[str, Ask] = {module.NAME: module.ask for module in (email_otp, sms_otp)}
_FIRST: dict[str, Ask] = {**_CODES, **{module.NAME: module.ask for module in (password, password_srp, web_authn)}}
_ADDRESSES = {email_otp.NAME: "email", sms_otp.NAME: "phone_number"}


def choices(ctx: Context, pool: UserPool, user: User | None) -> list[str]:
    """Return the challenges that this user, or a stranger, may begin with, in the order in which they are listed."""
    policy = pool.configuration["Policies"].get("SignInPolicy", {})
    allowed = set(policy.get("AllowedFirstAuthFactors", [password.NAME]))
    has_passkey = web_authn.is_set_up(ctx, pool, user)  # looked up for everybody: it takes as much
    found = [password_srp.NAME, password.NAME] if password.NAME in allowed and _has_password(ctx, pool, user) else []
    if user is not None and user.status == "FORCE_CHANGE_PASSWORD":
        return found
    alone = not _needs_second(pool, user)
    if alone:
        found += [name for name in _CODES if name in allowed and _reaches(user, _ADDRESSES[name])]
    if (alone or _counts_as_two(pool, user)) and has_passkey:
        found.append(PASSKEY)
    return found


def offered(ctx: Context, pool: UserPool, user: User | None, progress: Progress) -> list[str]:
    """Return those choices with which the sign-in can reach its level; all where none can, as is said afterwards."""
    found = choices(ctx, pool, user)
    if progress.target < assurance.TWO_FACTORS:
        return found
    strong = {PASSKEY} & set(found)
    passwords = {password.NAME, password_srp.NAME}
    fitting = strong if strong and progress.target == assurance.PHISHING_RESISTANT else strong | passwords
    return [name for name in found if name in fitting] or found


def configured(ctx: Context, pool: UserPool, user: User) -> list[str]:
    """Return the factors that a user has, as GetUserAuthFactors names them."""
    found = [name for name in choices(ctx, pool, user) if name != password_srp.NAME]
    return [*found, *(["SOFTWARE_TOKEN"] if user.factors.software_token else [])]


def take(
    ctx: Context, attempt: Attempt, person: Person, chosen: str, progress: Progress, *, given: Parameters
) -> Passed | Answer:
    """Begin the chosen challenge with what was given for it."""
    if chosen == password.NAME and given.get("PASSWORD"):
        return password.passed(ctx, attempt, person, progress, given["PASSWORD"])
    if chosen == password_srp.NAME and given.get("SRP_A"):
        return password_srp.begun(ctx, attempt, person, progress, given["SRP_A"])
    if chosen in _CODES:
        lockout.check(ctx, person.failures)
    return _FIRST[chosen](ctx, attempt, person, progress)


def _has_password(ctx: Context, pool: UserPool, user: User | None) -> bool:
    """Whether somebody has a password, here or in another system; it takes as much whoever they are (ENU-04)."""
    elsewhere = foreign_passwords.is_kept(ctx, pool, "" if user is None else user.sub)
    return user is None or user.sealed_verifier is not None or elsewhere


def _reaches(user: User | None, attribute: str) -> bool:
    return user is None or attribute in user.attributes


def _counts_as_two(pool: UserPool, user: User | None) -> bool:
    """Whether a passkey of this user, which verifies them, stands for a password and a second factor."""
    return second_factors.passkeys_count_as_two(pool) and (user is None or PASSKEY in user.factors.enabled)


def _needs_second(pool: UserPool, user: User | None) -> bool:
    """Whether one thing alone must not sign this user in (MFA-03)."""
    mode = pool.configuration["MfaConfiguration"]
    return mode == "ON" or (mode == "OPTIONAL" and user is not None and bool(second_factors.active(pool, user)))
