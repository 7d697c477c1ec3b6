"""WEB_AUTHN: a passkey instead of a password. A stranger has one too, that nobody can prove (WAN-09)."""

import json
from dataclasses import replace
from functools import cache, partial
from typing import Any

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.idp.factors import attestation
from ostiary.idp.factors.assurance import PHISHING_RESISTANT, USER_VERIFIED
from ostiary.idp.factors.attestation import RefusedError
from ostiary.idp.factors.relying_party import (
    CHALLENGE_BYTES,
    MOST,
    TIMEOUT_SECONDS,
    RelyingParty,
    decoded,
    descriptor,
    encoded,
    relying_party,
)
from ostiary.idp.signin import lockout
from ostiary.idp.signin.attempt import Answer, Attempt, Parameters, Person, wrong_password
from ostiary.idp.signin.challenges.challenge import Challenge
from ostiary.idp.signin.session import Passed, Progress, chooser, invalid, new_session, open_session
from ostiary.store.db import Tx
from ostiary.store.idp import passkeys, users
from ostiary.store.idp.passkeys import Passkey
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

NAME = "WEB_AUTHN"
_FAKE = "absent-passkey"


def ask(ctx: Context, attempt: Attempt, person: Person, progress: Progress) -> Answer:
    """Return the challenge, for as much work to a stranger."""
    party = _party(ctx, attempt, progress)
    challenge = encoded(ctx.random.bytes(CHALLENGE_BYTES))
    options = {
        "challenge": challenge,
        "timeout": min(TIMEOUT_SECONDS, attempt.session_seconds) * 1000,
        "rpId": party.id,
        "allowCredentials": _allowed(ctx, attempt, person),
        "userVerification": party.user_verification,
    }
    return {
        "ChallengeName": NAME,
        "Session": new_session(ctx, attempt, person.subject, NAME, progress, memo=challenge),
        "ChallengeParameters": {"CREDENTIAL_REQUEST_OPTIONS": json.dumps(options)},
    }


def answer(ctx: Context, attempt: Attempt, responses: Parameters, session: str | None) -> Passed:
    """Take the passkey's proof. A wrong one is a failed sign-in and uses the session up."""
    state = open_session(ctx, attempt, session, NAME)
    credential = _parsed(responses["CREDENTIAL"])
    person = chooser(ctx, attempt, state, responses["USERNAME"])
    lockout.check(ctx, person.failures)
    passkey = _meant(ctx, attempt, person, credential)
    party = _party(ctx, attempt, state.progress)
    try:
        # Where nobody's passkey is meant as much is done with one that nobody has (ENU-04).
        proof = attestation.proven(party, credential, decoded(state.memo), passkey or _nobodys())
    except RefusedError:
        raise wrong_password(ctx, attempt, person, state.once) from None
    if passkey is None or person.user is None:
        raise wrong_password(ctx, attempt, person, state.once)
    progress = state.progress.with_passed(NAME)
    if proof.user_verified:
        progress = progress.with_passed(USER_VERIFIED)
    return Passed(person.user, progress, state.once, partial(_used, person.user, passkey, proof.sign_count))


def is_set_up(ctx: Context, pool: UserPool, user: User | None) -> bool:
    """Whether somebody has a passkey that the pool takes; a stranger has one wherever the pool takes any."""
    allowed = pool.configuration["Policies"].get("SignInPolicy", {}).get("AllowedFirstAuthFactors", [])
    if NAME not in allowed:
        return False
    with ctx.store.read() as tx:
        found = passkeys.page(tx, pool.pool_id, "" if user is None else user.sub, None, 1)
    return user is None or bool(found)


def _party(ctx: Context, attempt: Attempt, progress: Progress) -> RelyingParty:
    """Return the relying party, which has users verified wherever the level takes that."""
    party = relying_party(ctx, attempt.pool)
    return replace(party, verifies_user=party.verifies_user or progress.target == PHISHING_RESISTANT)


@cache
def _nobodys() -> Passkey:
    """Return a passkey whose private key is not kept."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
    return Passkey("", "", "", key, 0, "", "", "", [], backup_eligible=False, created_at=0)


def _used(user: User, passkey: Passkey, count: int, tx: Tx) -> User:
    current = users.lock(tx, user)
    if current is None or not passkeys.use(tx, passkey, count):
        raise invalid()
    return current


def _allowed(ctx: Context, attempt: Attempt, person: Person) -> list[dict[str, Any]]:
    made_up = ctx.keyring.mac(f"{attempt.pool.pool_id}\n{person.subject}".encode(), _FAKE)
    with ctx.store.read() as tx:
        known = passkeys.page(tx, attempt.pool.pool_id, person.subject, None, MOST)
    if person.user is None:
        known = [replace(_nobodys(), credential_id=encoded(made_up), transports=["internal"])]
    return [descriptor(passkey) for passkey in known]


def _meant(ctx: Context, attempt: Attempt, person: Person, credential: dict[str, Any]) -> Passkey | None:
    """Return the passkey that a proof names, if it is this person's own, by the proof's word too (WAN-06)."""
    with ctx.store.read() as tx:
        passkey = passkeys.find(tx, attempt.pool.pool_id, str(credential.get("id", "")))
    if person.user is None or passkey is None or passkey.sub != person.user.sub:
        return None
    response = credential.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    return passkey if handle in {None, "", encoded(person.user.sub.encode())} else None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        raise InvalidParameterException("CREDENTIAL is not a JSON object.") from None


CHALLENGE = Challenge(
    name=NAME,
    ask=ask,
    answer=answer,
    needed=("CREDENTIAL",),
    kind="passkey",
    amr=("pop",),
    is_second_factor=True,
    credited_by=frozenset({"pop", "user"}),
    event="Mfa",
)
