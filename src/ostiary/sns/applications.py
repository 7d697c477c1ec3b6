"""Apps of push services: create, describe, change, list, delete (behaviour/sns.md 2)."""

import re
from collections.abc import Mapping

import msgspec

from ostiary.aws.errors import ValidationError
from ostiary.aws.operations import operation
from ostiary.aws.types.sns import (
    CreatePlatformApplicationInput,
    CreatePlatformApplicationResponse,
    DeletePlatformApplicationInput,
    GetPlatformApplicationAttributesInput,
    GetPlatformApplicationAttributesResponse,
    InvalidParameterException,
    ListPlatformApplicationsInput,
    ListPlatformApplicationsResponse,
    NotFoundException,
    SetPlatformApplicationAttributesInput,
)
from ostiary.context import Context
from ostiary.delivery import push
from ostiary.delivery.push_services import PLATFORMS, PushService
from ostiary.sns.arns import application_account, invalid
from ostiary.sns.list_pages import page_of
from ostiary.store import removals
from ostiary.store.db import Tx
from ostiary.store.errors import AlreadyExists, Retry
from ostiary.store.sns import platform_applications
from ostiary.store.sns.platform_applications import PlatformApplication

APPLICATION_ARN = "{PlatformApplicationArn}"
_NAME = re.compile(r"[A-Za-z0-9_.-]*")
_MOST_NAME = 256
_SECRET = ("PlatformPrincipal", "PlatformCredential")
_SHOWN = {
    *("EventEndpointCreated", "EventEndpointDeleted", "EventEndpointUpdated", "EventDeliveryFailure"),
    *("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate", "Enabled"),
    *("ApplePlatformTeamID", "ApplePlatformBundleID", "Subject"),
}
_ATTRIBUTES_MISSING = (
    "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member must not be null"
)


@operation("sns", resource="arn:aws:sns:{region}:{account}:app/{Platform}/{Name}", absent={"Attributes": {}})
def create_platform_application(ctx: Context, req: CreatePlatformApplicationInput) -> CreatePlatformApplicationResponse:
    """Register an app at a push service; with the same attributes again it is the same app."""
    name, platform, given = req["Name"], req["Platform"], req["Attributes"]
    _check_name(name)
    service = PLATFORMS.get(platform)
    if service is None:
        raise invalid("Platform", f"{platform} is not supported")
    check_given(given)
    attributes = {"Enabled": "true"} | _shown(given)
    credential = _credential(service, given)
    if credential is None:
        raise invalid("PlatformCredential", "PlatformCredential is required")
    arn = f"arn:aws:sns:{ctx.region}:{ctx.account}:app/{platform}/{name}"
    made = PlatformApplication(ctx.account, arn, attributes, _sealed(ctx, credential), ctx.clock.now_seconds())
    removals.finish(ctx.store, ctx.account, "platform_application", application_arn=arn)
    with ctx.store.write() as tx:
        try:
            platform_applications.create(tx, made)
        except AlreadyExists:
            _check_same(ctx, tx, made, credential)
    return {"PlatformApplicationArn": arn}


@operation("sns", resource=APPLICATION_ARN)
def get_platform_application_attributes(
    ctx: Context, req: GetPlatformApplicationAttributesInput
) -> GetPlatformApplicationAttributesResponse:
    """Return an app's attributes, never its credentials."""
    with ctx.store.read() as tx:
        return {"Attributes": known(tx, ctx, req["PlatformApplicationArn"]).attributes}


@operation("sns", resource=APPLICATION_ARN, absent={"Attributes": {}})
def set_platform_application_attributes(ctx: Context, req: SetPlatformApplicationAttributesInput) -> None:
    """Change the attributes that are given."""
    given = req["Attributes"]
    with ctx.store.write() as tx:
        application = known(tx, ctx, req["PlatformApplicationArn"])
        check_given(given)
        changes = _shown(given)
        credential = _credential(PLATFORMS[application.platform], given)
        sealed = application.sealed if credential is None else _sealed(ctx, credential)
        if platform_applications.update(tx, application, application.attributes | changes, sealed) is None:
            raise Retry("The application changed meanwhile.")


@operation("sns", resource="arn:aws:sns:{region}:{account}:*")
def list_platform_applications(ctx: Context, req: ListPlatformApplicationsInput) -> ListPlatformApplicationsResponse:
    """Return the account's apps, a page at a time."""
    with ctx.store.read() as tx:
        shown, more = page_of(
            ctx,
            req,
            "applications",
            lambda after, limit: platform_applications.page(tx, ctx.account, after, limit),
            lambda application: application.arn,
        )
    described = [{"PlatformApplicationArn": found.arn, "Attributes": found.attributes} for found in shown]
    return {"PlatformApplications": described, **more}  # type: ignore[typeddict-item]


@operation("sns", resource=APPLICATION_ARN)
def delete_platform_application(ctx: Context, req: DeletePlatformApplicationInput) -> None:
    """Delete an app and its endpoints; one that is not there is deleted already."""
    arn = req["PlatformApplicationArn"]
    if application_account(arn) != ctx.account:
        return
    with ctx.store.write() as tx:
        platform_applications.delete(tx, ctx.account, arn)


def known(tx: Tx, ctx: Context, arn: str) -> PlatformApplication:
    """Return one of the account's apps; raises NotFoundException and InvalidParameterException."""
    account_id = application_account(arn)
    found = platform_applications.find(tx, account_id, arn) if account_id == ctx.account else None
    if found is None:
        raise NotFoundException("PlatformApplication does not exist")
    return found


def check_given(attributes: Mapping[str, str]) -> None:
    """Refuse no attributes at all, which a request cannot tell from none given; raises ValidationError."""
    if not attributes:
        raise ValidationError(_ATTRIBUTES_MISSING)


def _check_name(name: str) -> None:
    if not name:
        raise invalid("", "cannot be empty")
    if len(name) > _MOST_NAME:
        raise invalid(name, f"must be at most {_MOST_NAME} characters long")
    if not _NAME.fullmatch(name):
        raise invalid(name, "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'")


def _shown(given: Mapping[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if name not in _SHOWN and name not in _SECRET:
            raise invalid("Attributes", f"Invalid attribute name: {name}")
        if name == "Enabled" and value.lower() not in {"true", "false"}:
            raise invalid("Attributes", f"Invalid value for attribute: Enabled: {value}")
    return {name: value.lower() if name == "Enabled" else value for name, value in given.items() if name in _SHOWN}


def _credential(service: PushService, given: Mapping[str, str]) -> push.Credential | None:
    """Return the credentials that are given, or None; raises InvalidParameterException for half of them."""
    principal, credential = (given.get(name, "") for name in _SECRET)
    if principal and not credential:
        raise invalid("Attributes", "PlatformPrincipal attribute provided without PlatformCredential")
    if credential and not principal and service.needs_principal:
        raise invalid("Attributes", "PlatformCredential attribute provided without PlatformPrincipal")
    return push.Credential(principal, credential) if credential else None


def _sealed(ctx: Context, credential: push.Credential) -> bytes:
    return ctx.keyring.seal(msgspec.json.encode(credential), push.CREDENTIAL_PURPOSE)


def _check_same(ctx: Context, tx: Tx, made: PlatformApplication, credential: push.Credential) -> None:
    there = platform_applications.find(tx, made.account_id, made.arn)
    if there is None:
        raise Retry("The application was deleted meanwhile.")
    if there.attributes != made.attributes or push.credential_of(ctx.keyring, there) != credential:
        raise InvalidParameterException(
            f"Invalid parameter: Attributes Reason: Platform application {made.arn} already exists with the same name, "
            "but different attributes."
        )
