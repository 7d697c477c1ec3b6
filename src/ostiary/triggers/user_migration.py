"""UserMigration: an unknown user is looked up where users lived before, and brought along."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ostiary.aws.types.cognito_idp import InvalidLambdaResponseException, UserNotFoundException
from ostiary.context import Context
from ostiary.triggers.event import UNRECOGNIZABLE, Occasion, document, flag, function_of, text, texts
from ostiary.triggers.invoke import TriggerError, invoke

NAME = "UserMigration"
Source = Literal["UserMigration_Authentication", "UserMigration_ForgotPassword"]
_DEFAULTS = {
    "userAttributes": None,
    "forceAliasCreation": None,
    "enableSMSMFA": None,
    "finalUserStatus": None,
    "messageAction": None,
    "desiredDeliveryMediums": None,
}
_MEDIA = frozenset({"EMAIL", "SMS"})


@dataclass(frozen=True, slots=True)
class Migrated:
    """A user as the function knows them. `username` is empty unless the function gives one."""

    attributes: dict[str, str] = field(repr=False)
    username: str
    confirmed: bool
    force_alias: bool
    sms_mfa: bool
    silent: bool
    media: tuple[str, ...]


def migrated(
    ctx: Context,
    source: Source,
    occasion: Occasion,
    *,
    password: str | None = None,
    validation_data: Mapping[str, str] | None = None,
) -> Migrated | None:
    """Return the user that the pool's function knows under the occasion's name; None where it has no such trigger.

    Raises UserNotFoundException when the function does not know the user, or fails.
    """
    arn = function_of(occasion.pool, NAME)
    if not arn:
        return None
    request: dict[str, Any] = {} if password is None else {"password": password}
    request |= {"validationData": dict(validation_data) if validation_data else None, "userAttributes": None}
    request |= {} if occasion.metadata is None else {"clientMetadata": dict(occasion.metadata)}
    try:
        answer = invoke(ctx, arn, document(ctx, source, occasion, request=request, defaults=_DEFAULTS))
    except TriggerError as error:
        raise UserNotFoundException(f"Exception migrating user in app client {occasion.client_id}") from error
    response = answer.get("response")
    if not isinstance(response, dict):
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    attributes = texts(response, "userAttributes")
    if not attributes:
        raise UserNotFoundException("User does not exist.")
    return _migrated(response, dict(attributes))


def _migrated(response: Mapping[str, Any], attributes: dict[str, str]) -> Migrated:
    media = response.get("desiredDeliveryMediums") or ["SMS"]
    if not isinstance(media, list) or not set(media) <= _MEDIA:
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    status = text(response, "finalUserStatus") or "RESET_REQUIRED"
    action = text(response, "messageAction")
    if status not in {"CONFIRMED", "RESET_REQUIRED"} or action not in {None, "SUPPRESS", "RESEND"}:
        raise InvalidLambdaResponseException(UNRECOGNIZABLE)
    return Migrated(
        attributes=attributes,
        username=attributes.pop("username", ""),
        confirmed=status == "CONFIRMED",
        force_alias=flag(response, "forceAliasCreation"),
        sms_mfa=flag(response, "enableSMSMFA"),
        silent=action == "SUPPRESS",
        media=tuple(media),
    )
