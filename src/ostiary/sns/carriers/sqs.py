"""Amazon SQS, or anything that takes its SendMessage (JSON 1.0, signed)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ostiary.aws import outgoing
from ostiary.context import Context
from ostiary.runtime.addresses import at_region
from ostiary.runtime.http_client import HttpError
from ostiary.sns.carriers.carrier import CarrierError
from ostiary.sns.deliveries import Parcel

_TARGET = "AmazonSQS.SendMessage"


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
        key = outgoing.Key(key_id, secret)
        signed = outgoing.signed("POST", url, headers, body=body, key=key, region=region, service="sqs")
        try:
            answer = ctx.http.post(url, content=body, headers=signed)
        except HttpError as error:
            raise CarrierError(str(error)) from error
        if answer.status != outgoing.ACCEPTED:
            code, passing = outgoing.refusal(answer)
            raise CarrierError(f"the queue answered {code}", permanent=not passing)


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
