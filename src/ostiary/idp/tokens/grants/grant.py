"""What every grant is: what a client asks for, and the tokens that it is given."""

from collections.abc import Callable, Mapping

import msgspec

from ostiary.aws.types.cognito_idp import InvalidParameterException
from ostiary.context import Context
from ostiary.store.idp.clients import AppClient
from ostiary.tokens.issue import Issued

Parameters = Mapping[str, str]
"""What is asked for, under the names that token endpoints have for it (RFC 6749 4.4.2 and 6, RFC 8693 2.1)."""
Grant = Callable[[Context, AppClient, Parameters], Issued]
"""Gives tokens to a client that has proven who it is; raises the error of an operation, and changes nothing then."""
METADATA = "aws_client_metadata"
"""The parameter that has the ClientMetadata of functions, as a JSON object."""


def metadata_of(parameters: Parameters) -> dict[str, str] | None:
    """Return the ClientMetadata that functions get; None where there is none."""
    if METADATA not in parameters:
        return None
    try:
        return msgspec.json.decode(parameters[METADATA], type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        raise InvalidParameterException(f"{METADATA} must be a JSON object of texts.") from None
