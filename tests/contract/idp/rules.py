"""Errors that follow from a request that succeeds: what has to be changed about it, or about the world."""

from collections.abc import Callable

from ostiary.aws.model import Operation
from tests.contract.idp.home import NOBODY, Home
from tests.contract.idp.rows import Request

NO_POOL = "us-east-1_nothere0"
NO_CLIENT = "nothere"
BY_FUNCTIONS = {
    "UserLambdaValidationException": "raises",
    "InvalidLambdaResponseException": "babbles",
    "UnexpectedLambdaException": "is gone",
}
"""Error → how a function of the pool fails that answers it."""
Rule = Callable[[Operation, Request, Home], Request | None]


def invalid(operation: Operation, request: Request, home: Home) -> Request | None:
    """Leave a required member out, or give one member a value of no kind."""
    members = operation.input.members if operation.input else {}
    missing = [name for name in operation.input.required if name in request] if operation.input else []
    if missing:
        return {name: value for name, value in request.items() if name != missing[0]}
    return {**request, **{name: "\n" for name in members if name in request}}


def not_found(_: Operation, request: Request, __: Home) -> Request | None:
    """Name a pool, a client or a resource that is not there."""
    if "UserPoolId" in request:
        return {**request, "UserPoolId": NO_POOL}
    if "ClientId" in request:
        return {**request, "ClientId": NO_CLIENT}
    if "ResourceArn" in request:
        return {**request, "ResourceArn": request["ResourceArn"].rpartition("/")[0] + f"/{NO_POOL}"}
    return None


def no_user(operation: Operation, request: Request, home: Home) -> Request | None:
    """Name nobody, or come with the token of somebody who was deleted."""
    if operation.input and "Username" in operation.input.members:
        return {**request, "Username": NOBODY}
    return by_token(lambda home: home.was_deleted, request, home)


def not_authorized(_: Operation, request: Request, home: Home) -> Request | None:
    """Come with a token of nobody, or without the secret of a client that has one."""
    if "AccessToken" in request:
        return {**request, "AccessToken": "no.access.token"}
    if "ClientId" in request:
        return {**request, "ClientId": home.secret_client["ClientId"]}
    return {**request, "FeedbackToken": "nonsense"} if "FeedbackToken" in request else None


def must_reset(_: Operation, request: Request, home: Home) -> Request | None:
    """Come with the token of somebody whose password was reset."""
    return by_token(lambda home: home.must_reset, request, home)


def by_token(token: Callable[[Home], str], request: Request, home: Home) -> Request | None:
    """Return a request with another access token."""
    return {**request, "AccessToken": token(home)} if "AccessToken" in request else None


RULES: dict[str, Rule] = {
    "InvalidParameterException": invalid,
    "ResourceNotFoundException": not_found,
    "UserNotFoundException": no_user,
    "NotAuthorizedException": not_authorized,
    "PasswordResetRequiredException": must_reset,
}
