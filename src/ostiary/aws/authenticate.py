"""Who signed a request: the one check for operations, the S3 gateway and live streams."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

from ostiary.aws import sigv4
from ostiary.aws.canonical import Signed
from ostiary.aws.errors import InvalidSignatureError, MissingAuthenticationTokenError, UnrecognizedClientError
from ostiary.aws.wire import Request
from ostiary.runtime.execution import compute_if

WhoSigned = Callable[[str, str | None, Request], tuple[str, Any]]
"""(access key id, session token, request) → (secret, principal). Raises UnrecognizedClientError or ExpiredTokenError.

With an empty secret the signature is not checked: only `--dev` gives one, for key ids that nobody made.
"""
LARGE = 16 * 1024
"""A body beyond this many bytes takes so long to read that others are served meanwhile."""
MISSING = "Missing Authentication Token"
S3 = "s3"


class Proven(NamedTuple):
    """Whose request it is, and the signature that proved it; `secret` is empty where there was nothing to prove."""

    principal: Any
    signed: Signed
    secret: str


class Authenticator(NamedTuple):
    """Checks signatures against the keys of `who_signed`, which must be of `region` and of about `now()`."""

    who_signed: WhoSigned
    now: Callable[[], float]
    region: str

    def authenticate(self, request: Request, service: str, missing: str = MISSING) -> Proven:
        """Return who signed a request for `service`; raises the error of the first thing that is wrong with it."""
        signed = signature_of(request)
        if signed is None:
            raise MissingAuthenticationTokenError(missing)
        body_hash = compute_if(len(request.body) > LARGE, sha256, request.body).hexdigest()
        return self.check(request, signed, service, body_hash)

    def check(self, request: Request, signed: Signed, service: str, payload_hash: str) -> Proven:
        """Return who made a signature; raises the errors of `who_signed`, and InvalidSignatureError.

        `payload_hash` is that of the body, or for S3 what the client declared.
        """
        try:
            secret, principal = self.who_signed(signed.access_key_id, signed.session_token, request)
        except UnrecognizedClientError:
            self._verify_nothing(signed, service, payload_hash)
            raise
        if secret:
            self._verify(signed, secret, service, payload_hash)
        return Proven(principal, signed, secret)

    def _verify(self, signed: Signed, secret: str, service: str, payload_hash: str) -> None:
        sigv4.verify(signed, secret, payload_hash, self.now(), self.region, (service,), s3=service == S3)

    def _verify_nothing(self, signed: Signed, service: str, payload_hash: str) -> None:
        """Take the time that a known key takes, so that timing does not tell which keys exist (SIG-12)."""
        try:
            self._verify(signed, "unknown", service, payload_hash)
        except InvalidSignatureError:
            return


def signature_of(request: Request) -> Signed | None:
    """Return what a request says about its signature, None without one; raises IncompleteSignatureError."""
    return sigv4.parse_authorization(request.method, request.raw_path, request.query_string, request.headers)
