"""Passkeys of users: made, listed, deleted (behaviour/user-pools.md 13)."""

from typing import Any

from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_idp import (
    CompleteWebAuthnRegistrationRequest,
    CompleteWebAuthnRegistrationResponse,
    DeleteWebAuthnCredentialRequest,
    DeleteWebAuthnCredentialResponse,
    InvalidParameterException,
    LimitExceededException,
    ListWebAuthnCredentialsRequest,
    ListWebAuthnCredentialsResponse,
    ResourceNotFoundException,
    StartWebAuthnRegistrationRequest,
    StartWebAuthnRegistrationResponse,
    WebAuthnChallengeNotFoundException,
    WebAuthnClientMismatchException,
    WebAuthnCredentialDescription,
    WebAuthnNotEnabledException,
)
from ostiary.context import Context
from ostiary.idp.access import locked_again, signed_in_or_not
from ostiary.idp.factors import attestation
from ostiary.idp.factors.attestation import ALGORITHMS, New
from ostiary.idp.factors.relying_party import (
    CHALLENGE_BYTES,
    MOST,
    TIMEOUT_SECONDS,
    decoded,
    descriptor,
    encoded,
    relying_party,
)
from ostiary.idp.factors.second_factors import PASSKEY
from ostiary.idp.list_pages import listed
from ostiary.store.db import Tx
from ostiary.store.idp import codes, passkeys
from ostiary.store.idp.codes import Code
from ostiary.store.idp.passkeys import Passkey
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User

_PAGE = 20
_PURPOSE = "passkey"
_TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})
_ATTACHMENTS = frozenset({"platform", "cross-platform"})


@operation("cognito-idp")
def start_web_authn_registration(
    ctx: Context, req: StartWebAuthnRegistrationRequest
) -> StartWebAuthnRegistrationResponse:
    """Return what the user's browser makes a passkey by; the challenge before it is dead then."""
    pool, client, user = signed_in_or_not(ctx, req["AccessToken"])
    _check_enabled(pool)
    party = relying_party(ctx, pool)
    challenge = encoded(ctx.random.bytes(CHALLENGE_BYTES))
    now = ctx.clock.now_seconds()
    note = Code(pool.pool_id, user.sub, _PURPOSE, challenge, client.client_id, now, now + TIMEOUT_SECONDS)
    with ctx.store.write() as tx:
        codes.put(tx, note)
        known = passkeys.page(tx, pool.pool_id, user.sub, None, MOST)
    options: Any = {
        "rp": {"id": party.id, "name": party.id},
        "user": {"id": encoded(user.sub.encode()), "name": user.username, "displayName": user.username},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": int(algorithm)} for algorithm in ALGORITHMS],
        "timeout": TIMEOUT_SECONDS * 1000,
        "excludeCredentials": [descriptor(passkey) for passkey in known],
        "authenticatorSelection": {
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": party.user_verification,
        },
        "attestation": "none",
    }
    return {"CredentialCreationOptions": options}


@operation("cognito-idp")
def complete_web_authn_registration(
    ctx: Context, req: CompleteWebAuthnRegistrationRequest
) -> CompleteWebAuthnRegistrationResponse:
    """Keep the passkey that the user's browser made, once for each challenge."""
    pool, client, user = signed_in_or_not(ctx, req["AccessToken"])
    _check_enabled(pool)
    party = relying_party(ctx, pool)
    with ctx.store.read() as tx:
        note = codes.find(tx, pool.pool_id, user.sub, _PURPOSE)
    if note is None or note.expires_at <= ctx.clock.now():
        raise WebAuthnChallengeNotFoundException("The challenge was not found or has expired.")
    if note.destination != client.client_id:
        raise WebAuthnClientMismatchException("The registration was started by another app client.")
    made = attestation.registered(party, req["Credential"], decoded(note.code_hash))
    with ctx.store.write() as tx:
        user = locked_again(tx, user)
        if codes.find(tx, pool.pool_id, user.sub, _PURPOSE) != note:
            raise WebAuthnChallengeNotFoundException("The challenge was not found or has expired.")
        codes.discard(tx, pool.pool_id, user.sub, _PURPOSE)
        _keep(tx, user, _passkey(ctx, user, party.id, made, req["Credential"]))
    return {}


def _keep(tx: Tx, user: User, passkey: Passkey) -> None:
    if len(passkeys.page(tx, user.pool_id, user.sub, None, MOST)) == MOST:
        raise LimitExceededException(f"A user cannot have more than {MOST} passkeys.")
    if not passkeys.add(tx, passkey):
        raise InvalidParameterException("The credential is registered already.")


def _passkey(ctx: Context, user: User, rp_id: str, made: New, credential: Any) -> Passkey:
    response = credential["response"]
    given = response.get("transports", []) if isinstance(response, dict) else []
    attachment = credential.get("authenticatorAttachment")
    return Passkey(
        pool_id=user.pool_id,
        credential_id=encoded(made.credential_id),
        sub=user.sub,
        public_key=made.public_key,
        sign_count=made.sign_count,
        rp_id=rp_id,
        name="Passkey" if made.backup_eligible else "Security key",
        attachment=attachment if attachment in _ATTACHMENTS else "",
        transports=sorted(_TRANSPORTS.intersection(name for name in given if isinstance(name, str))),
        backup_eligible=made.backup_eligible,
        created_at=ctx.clock.now_seconds(),
    )


@operation("cognito-idp")
def list_web_authn_credentials(ctx: Context, req: ListWebAuthnCredentialsRequest) -> ListWebAuthnCredentialsResponse:
    """List the user's passkeys."""
    pool, _, user = signed_in_or_not(ctx, req["AccessToken"])
    found, following = listed(
        ctx,
        req,
        f"ListWebAuthnCredentials {pool.pool_id} {user.sub}",
        default=_PAGE,
        read=lambda tx, after, limit: passkeys.page(tx, pool.pool_id, user.sub, after, limit),
        key=lambda passkey: passkey.credential_id,
    )
    return {"Credentials": [_described(passkey) for passkey in found], **following}


@operation("cognito-idp")
def delete_web_authn_credential(ctx: Context, req: DeleteWebAuthnCredentialRequest) -> DeleteWebAuthnCredentialResponse:
    """Forget a passkey of the user."""
    pool, _, user = signed_in_or_not(ctx, req["AccessToken"])
    with ctx.store.write() as tx:
        if not passkeys.delete(tx, pool.pool_id, user.sub, req["CredentialId"]):
            raise ResourceNotFoundException("The credential does not exist.")
    return {}


def _check_enabled(pool: UserPool) -> None:
    policy = pool.configuration["Policies"].get("SignInPolicy", {})
    if PASSKEY not in policy.get("AllowedFirstAuthFactors", []):
        raise WebAuthnNotEnabledException("Passkeys are not enabled for the user pool.")


def _described(passkey: Passkey) -> WebAuthnCredentialDescription:
    described: WebAuthnCredentialDescription = {
        "CredentialId": passkey.credential_id,
        "FriendlyCredentialName": passkey.name,
        "RelyingPartyId": passkey.rp_id,
        "AuthenticatorTransports": passkey.transports,
        "CreatedAt": passkey.created_at,
    }
    if passkey.attachment:
        described["AuthenticatorAttachment"] = passkey.attachment
    return described
