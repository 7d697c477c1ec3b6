"""USER_AUTH: the user chooses how to sign in, of what the pool allows and the user has (behaviour/user-pools.md 9.8).

Somebody who does not exist is asked like a user who has everything that the pool allows (ENU-01, WAN-09).
"""

from ostiary.aws.types.cognito_idp import NotAuthorizedException
from ostiary.context import Context
from ostiary.idp.directory.absent_users import stranger
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.directory.stranger_ids import is_stranger
from ostiary.idp.factors import assurance, second_factors
from ostiary.idp.factors.second_factors import PASSKEY
from ostiary.idp.imports import foreign_passwords
from ostiary.idp.signin import auto_sign_in, lockout, step_up
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, device_given, person_named
from ostiary.idp.signin.challenges import email_otp, password_verifier, sms_otp, web_authn
from ostiary.idp.signin.challenges import password as password_challenge
from ostiary.idp.signin.session import Ask, Passed, Progress, SessionState, check_alive, invalid, new_session
from ostiary.store.idp import sign_in_failures
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

FLOW = "USER_AUTH"
SELECT_CHALLENGE = "SELECT_CHALLENGE"
PASSWORD, PASSWORD_SRP = "PASSWORD", "PASSWORD_SRP"
_PASSWORDS = {PASSWORD, PASSWORD_SRP}
_CODES: dict[str, Ask] = {module.NAME: module.ask for module in (email_otp, sms_otp)}
_ADDRESSES = {email_otp.NAME: "email", sms_otp.NAME: "phone_number"}


def begin(ctx: Context, attempt: Attempt, parameters: Parameters, session: str | None) -> Passed | Answer:
    """Begin with the challenge that is preferred, if it can be; else say what there is to choose from.

    `session` is that of ConfirmSignUp, where somebody has just proven an address.
    """
    person = person_named(ctx, attempt, parameters["USERNAME"], hidden=True)  # this flow never tells
    progress = Progress(FLOW, (), device_given(attempt, parameters))
    progress = step_up.begun(ctx, attempt, parameters, person, progress)
    if person.user is not None and progress.passed:
        return Passed(person.user, progress)
    available = offered(ctx, attempt.pool, person.user, progress)
    if session is not None:
        proven = auto_sign_in.proven(ctx, attempt, session, person, progress)
        if proven is not None and set(proven.progress.passed) & set(available):
            return proven
    if not available:
        raise NotAuthorizedException("Incorrect username or password.")
    preferred = parameters.get("PREFERRED_CHALLENGE")
    chosen = preferred if preferred in available else available[0] if len(available) == 1 else None
    if chosen is None:
        return {**_waiting(ctx, attempt, person, SELECT_CHALLENGE, progress), "AvailableChallenges": available}
    answer = take(ctx, attempt, person, chosen, progress, given=parameters)
    return {**answer, "AvailableChallenges": available} if isinstance(answer, dict) else answer


def choices(ctx: Context, pool: UserPool, user: User | None) -> list[str]:
    """Return the challenges that this user, or a stranger, may begin with, in the order in which they are listed."""
    allowed = set(pool.configuration["Policies"].get("SignInPolicy", {}).get("AllowedFirstAuthFactors", [PASSWORD]))
    has_passkey = step_up.has_passkey(ctx, pool, user)  # looked up for everybody: it takes as much
    found = [PASSWORD_SRP, PASSWORD] if PASSWORD in allowed and _has_password(ctx, pool, user) else []
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
    fitting = strong if strong and progress.target == assurance.PHISHING_RESISTANT else strong | _PASSWORDS
    return [name for name in found if name in fitting] or found


def configured(ctx: Context, pool: UserPool, user: User) -> list[str]:
    """Return the factors that a user has, as GetUserAuthFactors names them."""
    available = choices(ctx, pool, user)
    found = [name for name in available if name != PASSWORD_SRP]
    return [*found, *(["SOFTWARE_TOKEN"] if user.factors.software_token else [])]


def take(
    ctx: Context, attempt: Attempt, person: Person, chosen: str, progress: Progress, *, given: Parameters
) -> Passed | Answer:
    """Begin the chosen challenge with what was given for it."""
    if chosen == PASSWORD and given.get("PASSWORD"):
        return _by_password(ctx, attempt, person, progress, given["PASSWORD"])
    if chosen == PASSWORD_SRP and given.get("SRP_A"):
        return password_verifier.ask(ctx, attempt, person.name, person, given["SRP_A"], progress=progress)
    if chosen == PASSKEY:
        return web_authn.ask(ctx, attempt, person, progress)
    if chosen in _CODES:
        lockout.check(ctx, person.failures)
        return _CODES[chosen](ctx, attempt, person, progress)
    return _waiting(ctx, attempt, person, chosen, progress)


def chooser(ctx: Context, attempt: Attempt, state: SessionState, name: str) -> Person:
    """Return whose choice it is, whom the answer must name too (MFA-05)."""
    with ctx.store.read() as tx:
        user = find_user(tx, attempt.pool, name)
        failures = sign_in_failures.find(tx, state.pool_id, state.sub)
    subject = stranger(ctx, attempt.pool, name) if is_stranger(state.sub) or user is None else user.sub
    if subject != state.sub:
        raise invalid()
    if user is not None and not is_stranger(subject):
        check_alive(state.began_at, user)
    return Person(name, subject, None if is_stranger(subject) else user, failures)


def _by_password(ctx: Context, attempt: Attempt, person: Person, progress: Progress, password: str) -> Passed:
    # Nobody may learn here who exists, whatever the client.
    user = password_challenge.proven(ctx, attempt, person, password, hidden=True)
    return Passed(user, progress.with_passed(PASSWORD))


def _waiting(ctx: Context, attempt: Attempt, person: Person, challenge: str, progress: Progress) -> Answer:
    session = new_session(ctx, attempt, person.subject, challenge, progress)
    return {"ChallengeName": challenge, "Session": session, "ChallengeParameters": {}}


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
