"""Codes that are sent during a sign-in: bound to its session, single use, few tries (PWD-07, MFA-04, MFA-05)."""

from ostiary.aws.types.cognito_idp import CodeMismatchException, NotAuthorizedException, TooManyRequestsException
from ostiary.context import Context
from ostiary.idp.directory.absent_users import simulated_address
from ostiary.idp.directory.stranger_ids import neighbours
from ostiary.idp.messages import codes
from ostiary.idp.messages.codes import Attribute, Purpose, Tried
from ostiary.idp.messages.texts import Wording, wording
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Attempt, Person
from ostiary.idp.signin.session import SessionState
from ostiary.store.idp import codes as stored
from ostiary.store.idp import sign_in_failures
from ostiary.triggers.event import Occasion

SENT_PER_HOUR = 60
"""How many codes somebody may be sent; each needs the password, or is asked for by who signs in without one."""
DIGITS: dict[Attribute, int] = {"phone_number": 6, "email": 8}
MEDIA: dict[Attribute, str] = {"phone_number": "SMS", "email": "EMAIL"}


def send(
    ctx: Context, attempt: Attempt, person: Person, attribute: Attribute, session_id: str, *, recipient: str = ""
) -> dict[str, str]:
    """Send a code that the session waits for; return the challenge parameters that tell where it went.

    A stranger is "sent" one too (ENU-03). `recipient` is an address that is not the user's yet.
    """
    pool, purpose = attempt.pool, _purpose(attempt, attribute, session_id)
    if person.user is None:
        worded = Wording("Authentication", Occasion(pool, person.name, {}, attempt.client.client_id))
    else:
        worded = wording(ctx, "Authentication", attempt.occasion(person.user), [attribute])
    with ctx.store.write() as tx:
        now = ctx.clock.now_seconds()
        stored.sweep(tx, pool.pool_id, neighbours(person.subject), now)
        limits = {"limit": SENT_PER_HOUR, "window": codes.HOUR, "now": now}
        if not stored.spend(tx, pool.pool_id, person.subject, "sign in codes", **limits):
            raise TooManyRequestsException("Rate exceeded")
        if person.user is None:
            recipient = simulated_address(ctx, pool, person.name, attribute)
            details = codes.pretend(
                tx, ctx, pool, person.subject, purpose, attribute=attribute, wording=worded, recipient=recipient
            )
        else:
            details = codes.issue(
                tx, ctx, pool, person.user, purpose, attribute=attribute, wording=worded, recipient=recipient
            )
    return {
        "CODE_DELIVERY_DELIVERY_MEDIUM": details["DeliveryMedium"],
        "CODE_DELIVERY_DESTINATION": details["Destination"],
    }


def check(ctx: Context, attempt: Attempt, state: SessionState, attribute: Attribute, digits: str) -> Tried:
    """Try a code; return what it proves. A wrong one is a failed sign-in, the fifth ends the session (MFA-04)."""
    pool_id = attempt.pool.pool_id
    with ctx.store.write() as tx:
        purpose = _purpose(attempt, attribute, state.session_id)
        tried = codes.redeem(tx, ctx, attempt.pool, state.sub, purpose, digits=digits)
        if tried.outcome == "mismatch":
            lockout.count(tx, ctx, pool_id, state.sub)
        if tried.outcome == "redeemed":
            lockout.check(ctx, sign_in_failures.find(tx, pool_id, state.sub))
    if tried.outcome == "expired":
        raise NotAuthorizedException("Invalid session for the user, session can only be used once.")
    if tried.outcome != "redeemed":
        raise CodeMismatchException("Invalid code or auth state for the user.")
    return tried


def _purpose(attempt: Attempt, attribute: Attribute, session_id: str) -> Purpose:
    name = f"sign in by {attribute} {session_id}"
    return Purpose(name, "authentication", attempt.session_seconds, requests=0, tries=0, digits=DIGITS[attribute])
