"""Errors as AWS services answer them: the base class of every modelled error, and the ones common to all services."""

from typing import ClassVar


class ServiceError(Exception):
    """An answer with an error code, a text and an HTTP status; rendered only at the edge.

    `members` are the further members that a modelled error may carry beside its message.
    """

    code: ClassVar[str] = "InternalFailure"
    query_code: ClassVar[str] = ""
    """The code on Query and REST-XML services, where it differs from `code`."""
    status: ClassVar[int] = 400
    query_status: ClassVar[int] = 0
    """The HTTP status on Query and REST-XML services, where it differs from `status`."""

    def __init__(self, message: str = "", **members: object) -> None:
        super().__init__(message)
        self.message = message
        self.members = members


class AccessDeniedError(ServiceError):
    """IAM decided against the caller."""

    code = "AccessDeniedException"
    query_code = "AccessDenied"
    query_status = 403


class MissingAuthenticationTokenError(ServiceError):
    """A signed operation came without a signature."""

    code = "MissingAuthenticationTokenException"
    query_code = "MissingAuthenticationToken"
    query_status = 403


class IncompleteSignatureError(ServiceError):
    """The Authorization header lacks a part or has one that cannot be read."""

    code = "IncompleteSignatureException"
    query_code = "IncompleteSignature"


class InvalidSignatureError(ServiceError):
    """The signature does not match, is not of this region, service or day, or is too old."""

    code = "InvalidSignatureException"
    query_code = "SignatureDoesNotMatch"
    query_status = 403


class UnrecognizedClientError(ServiceError):
    """The access key id or the session token is not known."""

    code = "UnrecognizedClientException"
    query_code = "InvalidClientTokenId"
    query_status = 403


class ExpiredTokenError(ServiceError):
    """The temporary credentials have expired."""

    code = "ExpiredTokenException"
    query_code = "ExpiredToken"
    query_status = 403


class ValidationError(ServiceError):
    """A parameter breaks a constraint of the model, on services whose model names no error for that."""

    code = "ValidationException"
    query_code = "ValidationError"


class SerializationError(ServiceError):
    """The body cannot be read as the protocol asks."""

    code = "SerializationException"
    query_code = "MalformedInput"


class UnknownOperationError(ServiceError):
    """The service has no operation of this name."""

    code = "UnknownOperationException"
    query_code = "InvalidAction"


class MissingActionError(UnknownOperationError):
    """The request names no operation at all."""

    query_code = "MissingAction"


class NotYetImplementedError(ServiceError):
    """The operation is in the model but is not built: `ostiary operations` lists it as absent."""

    code = "NotImplementedException"
    query_code = "NotImplemented"
    status = 501


class RequestTooLargeError(ServiceError):
    """The body is larger than the edge accepts."""

    code = "RequestEntityTooLargeException"
    query_code = "RequestEntityTooLarge"
    status = 413


class ThrottlingError(ServiceError):
    """Whoever asks has asked too often."""

    code = "TooManyRequestsException"
    query_code = "Throttling"


class OverloadError(ServiceError):
    """The server has more to do than it can; whoever asks again a little later may be luckier."""

    code = "TooManyRequestsException"
    query_code = "Throttling"
    status = 503


class InternalFailureError(ServiceError):
    """Anything unexpected; the log line with the same request id says what."""

    status = 500
