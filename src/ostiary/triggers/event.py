"""What events of all triggers share, and how a failure is told to clients (behaviour/triggers.md 1, 2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary.aws.types.cognito_idp import (
    InvalidLambdaResponseException,
    UnexpectedLambdaException,
    UserLambdaValidationException,
)
from ostiary.context import Context
from ostiary.store.idp.user_pools import UserPool
from ostiary.store.idp.users import User
from ostiary.triggers.invoke import TriggerError, invoke

NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
"""The client id of what an administrator does."""
UNRECOGNIZABLE = "Unrecognizable lambda output"
MOST_TOLD = 1024
"""Characters of a function's own error that clients hear."""
_UNKNOWN_SDK = "aws-sdk-unknown-unknown"
_SDK = re.compile(r"aws-sdk-([a-z0-9]{1,20})/([0-9][0-9.]{0,20})")
_CAUSES = {
    "timeout": "Socket timeout while invoking Lambda function",
    "throttled": "TooManyRequestsException",
    "access_denied": "AccessDeniedException",
    "not_found": "ResourceNotFoundException",
}
_ALIASES = {"email": "cognito:email_alias", "phone_number": "cognito:phone_number_alias"}


@dataclass(frozen=True, slots=True)
class Occasion:
    """Of whom an event tells, and where it happens.

    `attributes` is the event's `userAttributes`, `metadata` the ClientMetadata of the request where AWS passes it on
    (None where none came), `user_not_found` whether it is a stranger (None: the member is left out).
    """

    pool: UserPool
    username: str
    attributes: Mapping[str, str] = field(repr=False)
    client_id: str = NO_CLIENT
    metadata: Mapping[str, str] | None = None
    user_not_found: bool | None = None

    @property
    def about(self) -> dict[str, Any]:
        """The members of `request` that most triggers have."""
        metadata = {} if self.metadata is None else {"clientMetadata": dict(self.metadata)}
        not_found = {} if self.user_not_found is None else {"userNotFound": self.user_not_found}
        return {"userAttributes": dict(self.attributes), **metadata, **not_found}


def occasion_of(
    pool: UserPool, user: User, client_id: str = NO_CLIENT, metadata: Mapping[str, str] | None = None
) -> Occasion:
    """Return the occasion of a user who exists."""
    verified = {
        alias: user.attributes[name]
        for name, alias in _ALIASES.items()
        if name in pool.configuration.get("AliasAttributes", [])
        and user.attributes.get(f"{name}_verified") == "true"
        and name in user.attributes
    }
    attributes = {"sub": user.sub, "cognito:user_status": user.status, **user.attributes, **verified}
    return Occasion(pool, user.username, attributes, client_id, metadata)


def function_of(pool: UserPool, trigger: str) -> str:
    """Return the ARN of the function that a pool has for a trigger (a member of LambdaConfig), or nothing."""
    functions: Mapping[str, Any] = pool.configuration["LambdaConfig"]
    found = functions.get(trigger, "")
    return found if isinstance(found, str) else str(found.get("LambdaArn", ""))


def document(
    ctx: Context,
    source: str,
    occasion: Occasion,
    *,
    request: Mapping[str, Any],
    defaults: Mapping[str, Any],
    version: str = "1",
) -> dict[str, Any]:
    """Return an event; `defaults` is the response before the function filled it."""
    known = _SDK.match(ctx.client.user_agent)
    return {
        "version": version,
        "region": occasion.pool.region,
        "userPoolId": occasion.pool.pool_id,
        "userName": occasion.username,
        "callerContext": {
            "awsSdkVersion": f"aws-sdk-{known[1]}-{known[2]}" if known else _UNKNOWN_SDK,
            "clientId": occasion.client_id,
        },
        "triggerSource": source,
        "request": dict(request),
        "response": dict(defaults),
    }


def ask(
    ctx: Context,
    trigger: str,
    source: str,
    occasion: Occasion,
    *,
    request: Mapping[str, Any],
    defaults: Mapping[str, Any],
    version: str = "1",
) -> dict[str, Any]:
    """Return the `response` that a pool's function fills in; nothing else of what it returns counts (LMB-02).

    Raises UserLambdaValidationException with the text of an error that the function raised, InvalidLambdaResponse-
    Exception for an answer of another shape, UnexpectedLambdaException where no answer came.
    """
    event = document(ctx, source, occasion, request=request, defaults=defaults, version=version)
    try:
        answer = invoke(ctx, function_of(occasion.pool, trigger), event)
    except TriggerError as error:
        raise told(trigger, error) from error
    response = answer.get("response")
    if not isinstance(response, dict):
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return response


def told(
    trigger: str, error: TriggerError
) -> UserLambdaValidationException | InvalidLambdaResponseException | UnexpectedLambdaException:
    """Return what a client hears of a function's failure (LMB-01)."""
    if error.kind == "unhandled":
        return UserLambdaValidationException(f"{trigger} failed with error {error.message[:MOST_TOLD]}.")
    if error.kind == "bad_output":
        return InvalidLambdaResponseException(error.message)
    cause = _CAUSES.get(error.kind, "ServiceException")
    return UnexpectedLambdaException(f"{trigger} invocation failed due to error {cause}.")


def flag(response: Mapping[str, Any], name: str) -> bool:
    """Return a member that is true, false or null; raises InvalidLambdaResponseException."""
    found = response.get(name)
    if not isinstance(found, bool) and found is not None:
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return bool(found)


def text(response: Mapping[str, Any], name: str) -> str | None:
    """Return a member that is text or null; raises InvalidLambdaResponseException."""
    found = response.get(name)
    if not isinstance(found, str) and found is not None:
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return found


def texts(response: Mapping[str, Any], name: str) -> dict[str, str] | None:
    """Return a member that maps texts to texts, or null; raises InvalidLambdaResponseException."""
    found = response.get(name)
    if found is None:
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return found
