"""How an account sends SMS, and phones that want none."""

import re
from collections.abc import Callable

from ostiary.aws.operations import operation
from ostiary.aws.types.sns import (
    CheckIfPhoneNumberIsOptedOutInput,
    CheckIfPhoneNumberIsOptedOutResponse,
    GetSMSAttributesInput,
    GetSMSAttributesResponse,
    GetSMSSandboxAccountStatusInput,
    GetSMSSandboxAccountStatusResult,
    InvalidParameterException,
    ListPhoneNumbersOptedOutInput,
    ListPhoneNumbersOptedOutResponse,
    OptInPhoneNumberInput,
    OptInPhoneNumberResponse,
    SetSMSAttributesInput,
    SetSMSAttributesResponse,
)
from ostiary.context import Context
from ostiary.sns.arns import invalid
from ostiary.sns.list_pages import page_of
from ostiary.sns.texts import is_number
from ostiary.sns.topic_attributes import MOST_RATE
from ostiary.store.sns import sms

DEFAULTS = {"MonthlySpendLimit": "1"}
_SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}")
_BUCKET = re.compile(r"[a-z0-9.-]{3,63}")
_ROLE = re.compile(r"arn:aws:iam::[0-9]{12}:role/.+")


def _is_rate(value: str) -> bool:
    return value.isascii() and value.isdecimal() and int(value) <= MOST_RATE


_CHECKS: dict[str, Callable[[str], object]] = {
    "MonthlySpendLimit": lambda value: value.isascii() and value.isdecimal(),
    "DeliveryStatusIAMRole": _ROLE.fullmatch,
    "DeliveryStatusSuccessSamplingRate": _is_rate,
    "DefaultSenderID": _SENDER_ID.fullmatch,
    "DefaultSMSType": lambda value: value in {"Promotional", "Transactional"},
    "UsageReportS3Bucket": _BUCKET.fullmatch,
}


@operation("sns")
def set_sms_attributes(ctx: Context, req: SetSMSAttributesInput) -> SetSMSAttributesResponse:
    """Change the attributes that are given; an empty one brings its default back."""
    for name, value in req["attributes"].items():
        if name not in _CHECKS:
            raise InvalidParameterException(f"{name} is not a valid attribute")
        if value and not _CHECKS[name](value):
            raise InvalidParameterException(f"{name} is invalid")
    with ctx.store.write() as tx:
        merged = sms.preferences(tx, ctx.account) | req["attributes"]
        sms.set_preferences(tx, ctx.account, {name: value for name, value in merged.items() if value})
    return {}


@operation("sns")
def get_sms_attributes(ctx: Context, req: GetSMSAttributesInput) -> GetSMSAttributesResponse:
    """Return the account's attributes, or those of them that are named."""
    with ctx.store.read() as tx:
        found = DEFAULTS | sms.preferences(tx, ctx.account)
    wanted = req.get("attributes") or list(found)
    return {"attributes": {name: value for name, value in found.items() if name in wanted}}


@operation("sns")
def check_if_phone_number_is_opted_out(
    ctx: Context, req: CheckIfPhoneNumberIsOptedOutInput
) -> CheckIfPhoneNumberIsOptedOutResponse:
    """Tell whether a phone wants nothing of the account."""
    _check(req["phoneNumber"])
    with ctx.store.read() as tx:
        return {"isOptedOut": sms.is_opted_out(tx, ctx.account, req["phoneNumber"])}


@operation("sns")
def list_phone_numbers_opted_out(ctx: Context, req: ListPhoneNumbersOptedOutInput) -> ListPhoneNumbersOptedOutResponse:
    """Return the phones that want nothing of the account, a page at a time."""
    with ctx.store.read() as tx:
        shown, more = page_of(
            ctx,
            {"NextToken": req.get("nextToken")},
            "opted-out",
            lambda after, limit: sms.opted_out_page(tx, ctx.account, after, limit),
            lambda number: number,
        )
    answer: ListPhoneNumbersOptedOutResponse = {"phoneNumbers": list(shown)}
    if more:
        answer["nextToken"] = more["NextToken"]
    return answer


@operation("sns")
def opt_in_phone_number(ctx: Context, req: OptInPhoneNumberInput) -> OptInPhoneNumberResponse:
    """Let the account send to a phone again."""
    _check(req["phoneNumber"])
    with ctx.store.write() as tx:
        sms.opt_in(tx, ctx.account, req["phoneNumber"])
    return {}


@operation("sns")
def get_sms_sandbox_account_status(
    ctx: Context,  # noqa: ARG001
    req: GetSMSSandboxAccountStatusInput,  # noqa: ARG001
) -> GetSMSSandboxAccountStatusResult:
    """Tell that there is no sandbox: every phone may be written to."""
    return {"IsInSandbox": False}


def _check(number: str) -> None:
    if not is_number(number):
        raise invalid("PhoneNumber", "input incorrectly formatted")
