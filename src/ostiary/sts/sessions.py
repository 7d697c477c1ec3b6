"""Temporary credentials without a row: the session token is sealed and says everything, the secret is derived from it.

Any node that has the master key verifies them.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ostiary.aws.errors import ExpiredTokenError, UnrecognizedClientError
from ostiary.context import Services, Session
from ostiary.crypto.seal import SealBrokenError
from ostiary.iam.authorize import INVALID_TOKEN
from ostiary.iam.names import SECRET_LENGTH, new_access_key_id

_PURPOSE = "session-token"
EXPIRED = "The security token included in the request is expired"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials; `expires_at` is epoch seconds."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: int

    def wire(self) -> Any:
        """Return them as STS answers them."""
        return {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "SessionToken": self.session_token,
            "Expiration": self.expires_at,
        }


class _Sealed(msgspec.Struct, array_like=True):
    access_key_id: str
    session: Session


def mint(services: Services, session: Session) -> Credentials:
    """Return credentials for a session."""
    access_key_id = new_access_key_id("ASIA", session.account, services.random)
    token = services.keyring.seal_token(msgspec.msgpack.encode(_Sealed(access_key_id, session)), _PURPOSE)
    return Credentials(access_key_id, _secret(services, token), token, session.expires_at)


def resolve(services: Services, access_key_id: str, session_token: str) -> tuple[str, Session]:
    """Return the secret and the session of credentials.

    Raises UnrecognizedClientError for a token that is not ours or of another key, ExpiredTokenError (SIG-14).
    """
    try:
        opened = services.keyring.open_token(session_token, _PURPOSE)
        sealed = msgspec.msgpack.decode(opened, type=_Sealed)
    except (SealBrokenError, msgspec.DecodeError):
        raise UnrecognizedClientError(INVALID_TOKEN) from None
    if sealed.access_key_id != access_key_id:
        raise UnrecognizedClientError(INVALID_TOKEN)
    if sealed.session.expires_at <= services.clock.now():
        raise ExpiredTokenError(EXPIRED)
    return _secret(services, session_token), sealed.session


def _secret(services: Services, token: str) -> str:
    derived = services.keyring.token_mac(token, "temporary-secret-key")
    return b64encode(derived).decode()[:SECRET_LENGTH]
