"""DEVICE_SRP_AUTH: a remembered device proves itself. It answers with the public value of its SRP.

Where the pool challenges new devices (ChallengeRequiredOnNewDevice) it stands for the second factor by that.

Some clients answer without `Session` (behaviour/clients.md 8). For them the session that waits is kept beside the user:
it was made when the password was proven, is good for as long as any, and is taken once.
"""

from functools import partial

from ostiary.context import Context
from ostiary.idp.directory.lookup import find_user
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person
from ostiary.idp.signin.challenges import device_password_verifier
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.proofs import public_value
from ostiary.idp.signin.session import Passed, Progress, asked_user, invalid, new_session, open_session
from ostiary.store.idp import codes
from ostiary.store.idp.codes import Code

NAME = device_password_verifier.SHOWN


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge."""
    session = new_session(ctx, attempt, person.subject, NAME, progress)
    now = ctx.clock.now_seconds()
    until = now + attempt.session_seconds
    purpose = _purpose(attempt, progress.device_key)
    with ctx.store.write() as tx:
        codes.put(tx, Code(attempt.pool.pool_id, person.subject, purpose, "", session, now, until))
    return {"ChallengeName": NAME, "Session": session, "ChallengeParameters": {"DEVICE_KEY": progress.device_key}}


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
    """Take the device's public value, and ask for the proof."""
    client_public = public_value(responses["SRP_A"])
    session = session or _waiting(ctx, attempt, responses)
    state = open_session(ctx, attempt, session, NAME)
    with ctx.store.read() as tx:
        user = asked_user(tx, attempt, state, responses["USERNAME"])
    if responses["DEVICE_KEY"] != state.progress.device_key:
        raise invalid()
    return Passed(user, state.progress, state.once, then=partial(device_password_verifier.ask, public=client_public))


def _waiting(ctx: Context, attempt: Attempt, responses: Parameters) -> str | None:
    """Return the session that waits for this device of this user at this client, which is taken by that."""
    with ctx.store.read() as tx:
        user = find_user(tx, attempt.pool, responses["USERNAME"])
    if user is None:
        return None
    with ctx.store.write() as tx:
        return codes.take(tx, user.pool_id, user.sub, _purpose(attempt, responses["DEVICE_KEY"]))


def _purpose(attempt: Attempt, device_key: str) -> str:
    return f"device {device_key} at {attempt.client.client_id}"


CHALLENGE = Challenge(
    name=NAME, ask=ask, answer=answer, needed=("DEVICE_KEY", "SRP_A"), source="TokenGeneration_AuthenticateDevice"
)
