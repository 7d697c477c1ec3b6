"""Amazon Kinesis, or anything that takes its PutRecord (JSON 1.1, signed)."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any, Self

import msgspec

from ostiary.aws import sigv4
from ostiary.aws.errors import AccessDeniedError
from ostiary.context import Context
from ostiary.iam.authorize import authorize
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpError, Response
from ostiary.store.sync.stream import StreamRecord
from ostiary.sts.services import assume_for_service
from ostiary.sync.destinations.destination import DestinationError, Stream

SERVICE = "cognito-sync.amazonaws.com"
SESSION_NAME = "CognitoSync"
_TARGET = "Kinesis_20131202.PutRecord"
_ACCEPTED, _FAILING = 200, 500
_LATER = ("Throughput", "LimitExceeded", "Throttl", "ExpiredToken", "RequestExpired", "Unavailable")
"""Parts of error names that mean: try again."""


class Kinesis:
    """A service that has streams by name."""

    name = "kinesis"

    def __init__(self, url: str, key: tuple[str, str] | None) -> None:
        self._url, self._key = url, key

    @classmethod
    def configured(cls, ctx: Context) -> Self:
        """Return the service at the setting `kinesis_endpoint`, which has a default."""
        settings = ctx.settings
        key = (settings.kinesis_access_key_id, settings.kinesis_secret_access_key)
        url = settings.kinesis_endpoint.format(region=ctx.region).rstrip("/") + "/"
        return cls(url, key if all(key) else None)

    def put(self, ctx: Context, stream: Stream, record: StreamRecord) -> None:
        """Put a record as the stream's role, which must trust Cognito Sync and allow it; raises DestinationError."""
        access_key_id, secret, token = self._credentials(ctx, stream)
        data = b64encode(record.body.encode()).decode()
        named = {"StreamName": stream.name, "PartitionKey": record.partition_key, "Data": data}
        body = msgspec.json.encode(named)
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": _TARGET}
        payload_hash, now = sha256(body).hexdigest(), Clock.system_now()
        signed = sigv4.sign(
            "POST", self._url, headers, payload_hash, access_key_id, secret, token, ctx.region, "kinesis", now
        )
        try:
            answer = ctx.http.post(self._url, content=body, headers=signed)
        except HttpError as error:
            raise DestinationError(str(error)) from error
        if answer.status != _ACCEPTED:
            raise _refusal(answer)

    def _credentials(self, ctx: Context, stream: Stream) -> tuple[str, str, str | None]:
        """Return the key id, secret and token that sign; whatever signs, the role is asked."""
        pool_arn = f"arn:aws:cognito-identity:{ctx.region}:{ctx.account}:identitypool/{stream.pool_id}"
        try:
            role, credentials = assume_for_service(ctx, SERVICE, stream.role_arn, SESSION_NAME, source_arn=pool_arn)
            resource = f"arn:aws:kinesis:{ctx.region}:{ctx.account}:stream/{stream.name}"
            authorize(replace(ctx, principal=role, account=role.account), "kinesis:PutRecord", resource)
        except AccessDeniedError as error:
            raise DestinationError(error.message, broken=True) from None
        if self._key is not None:
            return *self._key, None
        return credentials.access_key_id, credentials.secret_access_key, credentials.session_token


def _refusal(answer: Response) -> DestinationError:
    try:
        told: Any = answer.json()
    except HttpError:
        told = {}
    kind = str(told.get("__type", "")) if isinstance(told, dict) else ""
    kind = kind.rpartition("#")[2] or str(answer.status)
    later = answer.status >= _FAILING or any(part in kind for part in _LATER)
    return DestinationError(f"the stream answered {kind}", broken=not later)
