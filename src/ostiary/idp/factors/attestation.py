"""Verifying what authenticators send: new passkeys and proofs of known ones (WebAuthn Level 3, 7.1 and 7.2).

The `webauthn` library does the verification; what it lets through or does not tell apart is checked here.
"""

import io
from dataclasses import dataclass
from typing import Any, NoReturn

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, decode_credential_public_key, decoded_public_key_to_cryptography
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import CredentialDeviceType

from ostiary.aws.types.cognito_idp import (
    InvalidParameterException,
    WebAuthnCredentialNotSupportedException,
    WebAuthnOriginNotAllowedException,
    WebAuthnRelyingPartyMismatchException,
)
from ostiary.crypto import rsa_keys
from ostiary.idp.factors.relying_party import RelyingParty
from ostiary.store.idp.passkeys import Passkey

ALGORITHMS = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256]
"""What is offered, and nothing else taken (WAN-07)."""
LONGEST_ID = 1023
_LARGEST = 65536
_UNUSABLE = (
    WebAuthnException,
    cbor2.CBORError,
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
    OverflowError,
    AttributeError,
)


@dataclass(frozen=True, slots=True)
class New:
    """A passkey that an authenticator made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backup_eligible: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What an authenticator proved a passkey with: its count, and whether it verified who uses it."""

    sign_count: int
    user_verified: bool


class RefusedError(ValueError):
    """An authenticator's proof does not hold."""


def registered(party: RelyingParty, credential: Any, challenge: bytes) -> New:
    """Return the passkey that a RegistrationResponseJSON carries; raises what tells why it cannot be taken."""
    origin = _origin(credential)
    if origin is None:
        raise InvalidParameterException("The credential is invalid.")
    if not party.allows(origin):
        raise WebAuthnOriginNotAllowedException("The origin of the request is not allowed.")
    try:
        _check_canonical(base64url_to_bytes(credential["response"]["attestationObject"]))
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=origin,
            require_user_verification=party.verifies_user,
            supported_pub_key_algs=ALGORITHMS,
        )
        _check_key(found.credential_public_key)
    except _UNUSABLE as error:
        _tell(error)
    if len(found.credential_id) > LONGEST_ID:
        raise WebAuthnCredentialNotSupportedException("The credential's id is too long.")
    multi = found.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    return New(found.credential_id, found.credential_public_key, found.sign_count, multi)


def proven(party: RelyingParty, credential: Any, challenge: bytes, passkey: Passkey) -> Proof:
    """Return what is known when an AuthenticationResponseJSON proves the passkey; raises RefusedError."""
    origin = _origin(credential)
    if origin is None or not party.allows(origin):
        raise RefusedError("origin")
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=party.verifies_user,
        )
    except _UNUSABLE as error:
        raise RefusedError("proof") from error
    if (found.credential_device_type == CredentialDeviceType.MULTI_DEVICE) != passkey.backup_eligible:
        raise RefusedError("backup eligibility changed")  # WAN-05
    return Proof(found.new_sign_count, found.user_verified)


def _origin(credential: Any) -> str | None:
    """Return the origin a browser wrote; None for what no browser sends, or from within another site (WAN-03)."""
    try:
        data = msgspec.json.decode(base64url_to_bytes(credential["response"]["clientDataJSON"]), type=dict[str, Any])
    except (*_UNUSABLE, msgspec.MsgspecError):
        return None
    if data.get("crossOrigin") or "topOrigin" in data:
        return None
    origin = data.get("origin")
    return origin if isinstance(origin, str) else None


def _check_canonical(raw: bytes) -> None:
    """Refuse CBOR with anything behind it, doubled keys or indefinite lengths (WAN-08)."""
    if len(raw) > _LARGEST:
        raise ValueError("too large")
    stream = io.BytesIO(raw)
    decoded = cbor2.CBORDecoder(stream).decode()
    if stream.tell() != len(raw) or len(cbor2.dumps(decoded)) != len(raw):
        raise ValueError("not canonical")


def _check_key(public_key: bytes) -> None:
    """Refuse keys that are too short or can be computed, and points that are on no curve (WAN-07)."""
    key = decoded_public_key_to_cryptography(decode_credential_public_key(public_key))
    if isinstance(key, RSAPublicKey) and not rsa_keys.is_strong(key.public_numbers().n):
        raise WebAuthnCredentialNotSupportedException("The credential's key is too weak.")


def _tell(error: Exception) -> NoReturn:
    text = str(error)
    if "RP ID hash" in text:
        raise WebAuthnRelyingPartyMismatchException("The credential is of another relying party.") from error
    if "Unsupported" in text:
        raise WebAuthnCredentialNotSupportedException("The credential's algorithm is not supported.") from error
    raise InvalidParameterException("The credential is invalid.") from error
