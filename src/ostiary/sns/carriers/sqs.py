"""Amazon SQS, or anything that takes its SendMessage (JSON 1.0, signed)."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from ostiary.aws import sigv4
from ostiary.context import Context
from ostiary.runtime.addresses import at_region
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpError, Response
from ostiary.sns.carriers.carrier import CarrierError
from ostiary.sns.deliveries import Parcel

_TARGET = "AmazonSQS.SendMessage"
_ACCEPTED, _FAILING = 200, 500
_LATER = ("Throttl", "Throughput", "ExpiredToken", "RequestExpired", "Unavailable", "OverLimit")
"""Parts of error names that mean: try again."""


class Sqs:
    """Puts a parcel into the queue whose ARN is its address, at the setting `sqs_endpoint`."""

    way = "sqs"

    def carry(self, ctx: Context, parcel: Parcel) -> None:
        """Send; raises CarrierError, for good when there is no such queue or it does not want the message."""
        settings = ctx.settings
        key_id, secret = settings.sqs_access_key_id, settings.sqs_secret_access_key
        if not key_id:
            raise CarrierError("sqs_access_key_id, sqs_secret_access_key: set both, and queues are reached")
        region, account_id, name = parcel.address.split(":")[3:6]
        try:
            url = at_region(settings.sqs_endpoint, region).rstrip("/") + "/"
        except ValueError as error:
            raise CarrierError(str(error), permanent=True) from None
        body = msgspec.json.encode(_request(f"{url}{account_id}/{name}", parcel))
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": _TARGET}
        payload_hash, now = sha256(body).hexdigest(), Clock.system_now()
        signed = sigv4.sign("POST", url, headers, payload_hash, key_id, secret, None, region, "sqs", now)
        try:
            answer = ctx.http.post(url, content=body, headers=signed)
        except HttpError as error:
            raise CarrierError(str(error)) from error
        if answer.status != _ACCEPTED:
            raise _refusal(answer)


def _request(queue_url: str, parcel: Parcel) -> dict[str, Any]:
    request: dict[str, Any] = {"QueueUrl": queue_url, "MessageBody": parcel.body}
    if parcel.headers:
        request["MessageAttributes"] = _attributes(parcel.headers)
    if parcel.group_id:
        request["MessageGroupId"] = parcel.group_id
    if parcel.deduplication_id:
        request["MessageDeduplicationId"] = parcel.deduplication_id
    if parcel.trace:
        request["MessageSystemAttributes"] = {"AWSTraceHeader": {"DataType": "String", "StringValue": parcel.trace}}
    return request


def _attributes(given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    made = {}
    for name, text in given.items():
        kind, _, value = text.partition("\n")
        member = "BinaryValue" if kind.partition(".")[0] == "Binary" else "StringValue"
        made[name] = {"DataType": kind, member: value}
    return made


def _refusal(answer: Response) -> CarrierError:
    try:
        told: Any = answer.json()
    except HttpError:
        told = {}
    kind = str(told.get("__type", "")) if isinstance(told, dict) else ""
    kind = kind.rpartition("#")[2] or str(answer.status)
    later = answer.status >= _FAILING or any(part in kind for part in _LATER)
    return CarrierError(f"the queue answered {kind}", permanent=not later)
