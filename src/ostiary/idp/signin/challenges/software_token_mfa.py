"""SOFTWARE_TOKEN_MFA: a code of an app, or a recovery code, after the password (behaviour/user-pools.md 11.4)."""

from collections.abc import Callable

from ostiary.aws.types.cognito_idp import (
    CodeMismatchException,
    ExpiredCodeException,
    SoftwareTokenMFANotFoundException,
)
from ostiary.context import Context
from ostiary.idp.factors import recovery_codes, totp_seeds
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Passed, Progress, SessionState, asked_user, new_session, open_session
from ostiary.store.db import Tx
from ostiary.store.idp import codes, sign_in_failures, software_tokens

NAME = "SOFTWARE_TOKEN_MFA"


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    user = person.known()
    with ctx.store.read() as tx:
        token = software_tokens.find(tx, user.pool_id, user.sub)
    named = {"FRIENDLY_DEVICE_NAME": token.friendly_name} if token is not None and token.friendly_name else {}
    session = new_session(ctx, attempt, user.sub, NAME, progress)
    parameters = {**named, "USER_ID_FOR_SRP": user.username}
    return {"ChallengeName": NAME, "Session": session, "ChallengeParameters": parameters}


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
    """Take the code. A wrong one counts as a failed sign-in, the fifth ends the session (MFA-04)."""
    state = open_session(ctx, attempt, session, NAME)
    digits = responses["SOFTWARE_TOKEN_MFA_CODE"]
    with ctx.store.read() as tx:
        user = asked_user(tx, attempt, state, responses["USERNAME"])
        token = software_tokens.find(tx, user.pool_id, user.sub)
        spare = recovery_codes.matching(tx, ctx, attempt.pool, user, digits)
    if token is None:
        raise SoftwareTokenMFANotFoundException("Software token MFA has not been set up for the user.")
    step = totp_seeds.matching_step(ctx, token.sealed, digits)

    def use(tx: Tx) -> bool:
        if spare is not None:
            return recovery_codes.use(tx, ctx, attempt.pool, user, spare)
        return step is not None and software_tokens.use(tx, token, step)

    if not _tried(ctx, state, use, right=spare is not None or step is not None):
        raise CodeMismatchException("Invalid code received for user")
    return Passed(user, state.progress.with_passed(NAME), state.once)


def _tried(ctx: Context, state: SessionState, use: Callable[[Tx], bool], *, right: bool) -> bool:
    """Count the try and use the code up; return whether it was right, in a session that may still try."""
    now = ctx.clock.now_seconds()
    limits = {"limit": codes.ATTEMPTS, "window": max(state.expires_at - now, 1), "now": now}
    with ctx.store.write() as tx:
        codes.sweep(tx, state.pool_id, state.sub, now)
        if not codes.spend(tx, state.pool_id, state.sub, f"{NAME} {state.session_id}", **limits):
            return False
        if not right:
            lockout.count(tx, ctx, state.pool_id, state.sub)
            return False
        lockout.check(ctx, sign_in_failures.find(tx, state.pool_id, state.sub))
        used = use(tx)
    if not used:
        raise ExpiredCodeException("Your software token has already been used once.")
    return True


CHALLENGE = Challenge(
    name=NAME,
    ask=ask,
    answer=answer,
    needed=("SOFTWARE_TOKEN_MFA_CODE",),
    kind="code",
    amr=("otp",),
    is_second_factor=True,
    credited_by=frozenset({"otp"}),
    event="Mfa",
)
