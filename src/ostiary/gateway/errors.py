"""S3's errors, as its clients know them."""

from ostiary.aws import sigv4
from ostiary.aws.errors import (
    AccessDeniedError,
    ExpiredTokenError,
    IncompleteSignatureError,
    InvalidSignatureError,
    RequestTooLargeError,
    SerializationError,
    ServiceError,
    UnrecognizedClientError,
)
from ostiary.aws.types.iam import MalformedPolicyDocumentException


class S3Error(ServiceError):
    """An error with S3's code and HTTP status."""

    def __init__(self, code: str, status: int, message: str, **members: object) -> None:
        super().__init__(message, **members)
        self.query_code = code  # type: ignore[misc]
        self.query_status = status  # type: ignore[misc]


def invalid_uri() -> S3Error:
    """Return what S3 says of a key it cannot take."""
    return S3Error("InvalidURI", 400, "Couldn't parse the specified URI.")


def access_denied() -> S3Error:
    """Return S3's plain refusal."""
    return S3Error("AccessDenied", 403, "Access Denied")


_TRANSLATED: tuple[tuple[type[ServiceError], str, int, str], ...] = (
    (AccessDeniedError, "AccessDenied", 403, ""),
    (ExpiredTokenError, "ExpiredToken", 400, "The provided token has expired."),
    (
        sigv4.SkewedError,
        "RequestTimeTooSkewed",
        403,
        "The difference between the request time and the current time is too large.",
    ),
    (sigv4.PresignExpiredError, "AccessDenied", 403, "Request has expired"),
    (sigv4.PresignError, "AuthorizationQueryParametersError", 400, ""),
    (InvalidSignatureError, "SignatureDoesNotMatch", 403, sigv4.MISMATCH),
    (IncompleteSignatureError, "AuthorizationHeaderMalformed", 400, ""),
    (MalformedPolicyDocumentException, "MalformedPolicy", 400, ""),
    (SerializationError, "InvalidRequest", 400, ""),
    (RequestTooLargeError, "RequestHeaderSectionTooLarge", 400, ""),
)
"""Error, S3's code and status, and S3's text where it has one of its own; a special case before its general one."""


_UNKNOWN_TOKEN = ("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
_UNKNOWN_KEY = ("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.")


def as_s3(error: ServiceError, *, presigned: bool, with_token: bool, anonymous: bool, region: str) -> ServiceError:
    """Return an error of authentication or authorization in S3's words."""
    if isinstance(error, S3Error):
        return error
    if isinstance(error, UnrecognizedClientError):
        code, status, text = _UNKNOWN_TOKEN if with_token else _UNKNOWN_KEY
        return S3Error(code, status, text)
    if isinstance(error, sigv4.ScopeError):
        # Clients that signed for another region read the right one here, and try again.
        code = "AuthorizationQueryParametersError" if presigned else "AuthorizationHeaderMalformed"
        return S3Error(code, 400, f"The authorization header is malformed; {error.message}", Region=region)
    if isinstance(error, AccessDeniedError) and anonymous:
        return access_denied()
    known = ((code, status, text) for kind, code, status, text in _TRANSLATED if isinstance(error, kind))
    for code, status, text in known:
        return S3Error(code, status, text or error.message)
    return error
