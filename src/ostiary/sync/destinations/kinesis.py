"""Amazon Kinesis, or anything that takes its PutRecord (JSON 1.1, signed)."""

from base64 import b64encode
from dataclasses import replace
from typing import Self

import msgspec

from ostiary.aws import outgoing
from ostiary.aws.errors import AccessDeniedError
from ostiary.context import Context
from ostiary.iam.authorize import authorize
from ostiary.runtime.http_client import HttpError
from ostiary.store.sync.stream import StreamRecord
from ostiary.sts.services import assume_for_service
from ostiary.sync.destinations.destination import DestinationError, Stream

SERVICE = "cognito-sync.amazonaws.com"
SESSION_NAME = "CognitoSync"
_TARGET = "Kinesis_20131202.PutRecord"


class Kinesis:
    """A service that has streams by name."""

    name = "kinesis"

    def __init__(self, url: str, key: outgoing.Key | None) -> None:
        self._url, self._key = url, key

    @classmethod
    def configured(cls, ctx: Context) -> Self:
        """Return the service at the setting `kinesis_endpoint`, which has a default."""
        settings = ctx.settings
        key = outgoing.Key(settings.kinesis_access_key_id, settings.kinesis_secret_access_key)
        url = settings.kinesis_endpoint.format(region=ctx.region).rstrip("/") + "/"
        return cls(url, key if key.access_key_id and key.secret else None)

    def put(self, ctx: Context, stream: Stream, record: StreamRecord) -> None:
        """Put a record as the stream's role, which must trust Cognito Sync and allow it; raises DestinationError."""
        key = self._key_for(ctx, stream)
        data = b64encode(record.body.encode()).decode()
        named = {"StreamName": stream.name, "PartitionKey": record.partition_key, "Data": data}
        body = msgspec.json.encode(named)
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": _TARGET}
        signed = outgoing.signed("POST", self._url, headers, body=body, key=key, region=ctx.region, service="kinesis")
        try:
            answer = ctx.http.post(self._url, content=body, headers=signed)
        except HttpError as error:
            raise DestinationError(str(error)) from error
        if answer.status != outgoing.ACCEPTED:
            code, passing = outgoing.refusal(answer)
            raise DestinationError(f"the stream answered {code}", broken=not passing)

    def _key_for(self, ctx: Context, stream: Stream) -> outgoing.Key:
        """Return the key that signs; whatever signs, the role is asked."""
        pool_arn = f"arn:aws:cognito-identity:{ctx.region}:{ctx.account}:identitypool/{stream.pool_id}"
        try:
            role, credentials = assume_for_service(ctx, SERVICE, stream.role_arn, SESSION_NAME, source_arn=pool_arn)
            resource = f"arn:aws:kinesis:{ctx.region}:{ctx.account}:stream/{stream.name}"
            authorize(replace(ctx, principal=role, account=role.account), "kinesis:PutRecord", resource)
        except AccessDeniedError as error:
            raise DestinationError(error.message, broken=True) from None
        if self._key is not None:
            return self._key
        return outgoing.Key(credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
