"""S3's errors, as its clients know them."""

from ostiary.aws import sigv4
from ostiary.aws.errors import (
    AccessDeniedError,
    ExpiredTokenError,
    IncompleteSignatureError,
    InvalidSignatureError,
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


def no_such_bucket(bucket: str) -> S3Error:
    """Return what S3 says of a bucket that does not exist."""
    return S3Error("NoSuchBucket", 404, "The specified bucket does not exist", BucketName=bucket)


def invalid_uri() -> S3Error:
    """Return what S3 says of a key it cannot take."""
    return S3Error("InvalidURI", 400, "Couldn't parse the specified URI.")


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
)
"""Error, S3's code and status, and S3's text where it has one of its own; a special case before its general one."""


def as_s3(error: ServiceError, *, with_token: bool) -> ServiceError:
    """Return an error of authentication or authorization in S3's words."""
    if isinstance(error, S3Error):
        return error
    if isinstance(error, UnrecognizedClientError):
        if with_token:
            return S3Error("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
        text = "The AWS Access Key Id you provided does not exist in our records."
        return S3Error("InvalidAccessKeyId", 403, text)
    for kind, code, status, text in _TRANSLATED:
        if isinstance(error, kind):
            return S3Error(code, status, text or error.message)
    return error
