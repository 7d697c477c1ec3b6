"""An endpoint in this process, spoken to as a server is: bytes in, bytes out, no socket and no workers beside it."""

import asyncio
import json
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, prepare_request_dict
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer
from botocore.session import get_session

from ostiary.app import create_endpoint
from ostiary.aws import model
from ostiary.aws.endpoint import Endpoint
from ostiary.aws.model import Operation, Service
from ostiary.context import Services
from ostiary.crypto import srp
from ostiary.iam.accounts import RootKey, create_account
from tests.fixtures.context import ACCOUNT, REGION

HOST = "cognito.example.com"
_CODE = re.compile(rb"<Code>(.*?)</Code>")
_MESSAGE = re.compile(rb"<Message>(.*?)</Message>", re.DOTALL)
_session = get_session()


class UnwritableError(Exception):
    """An SDK cannot write such a request."""


class Wire:
    """One service of an endpoint; it signs as the root of ACCOUNT."""

    def __init__(self, services: Services, service: str = "cognito-idp", key: RootKey | None = None) -> None:
        self.service: Service = model.service(service)
        srp.prepare()  # as a server does before it takes requests
        self.endpoint: Endpoint = create_endpoint(services)
        self.key = key or create_account(services, "tests", ACCOUNT)
        credentials = Credentials(self.key.access_key_id, self.key.secret_access_key)
        self.signer = SigV4Auth(credentials, self.service.signing_name, REGION)

    @cached_property
    def _model(self) -> Any:
        return _session.get_service_model(self.service.name)

    def call(self, operation: Operation, body: bytes) -> tuple[int, dict[str, Any]]:
        """Send a JSON document to an operation; return the status and the document of the answer."""
        target = f"{self.service.target_prefix}.{operation.name}"
        headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.1", "host": HOST}
        status, text = self.exchange(operation, "POST", f"http://{HOST}/", headers, body)
        return status, json.loads(text) if text else {}

    def ask(self, operation: Operation, request: dict[str, Any]) -> tuple[int, str, str]:
        """Send a request as an SDK writes it; return status, error and its text. Raises UnwritableError."""
        serializer = create_serializer(self.service.protocol, include_validation=False)
        try:
            made = serializer.serialize_to_request(request, self._model.operation_model(operation.name))
            prepare_request_dict(made, endpoint_url=f"http://{HOST}")
            names = {"method": made["method"], "url": made["url"], "headers": made["headers"], "data": made["body"]}
            sent = AWSRequest(**names).prepare()
            body = sent.body.encode() if isinstance(sent.body, str) else bytes(sent.body or b"")
        except Exception as error:
            raise UnwritableError(str(error)) from error
        headers = {name.lower(): str(value) for name, value in {**made["headers"], "host": HOST}.items()}
        status, text = self.exchange(operation, made["method"], sent.url, headers, body)
        return status, *_said(text)

    def errors(self, operation: Operation) -> set[str]:
        """Return what the errors of an operation are called on the wire."""
        shapes = self._model.operation_model(operation.name).error_shapes
        return {shape.error_code for shape in shapes}

    def exchange(
        self, operation: Operation, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        """Send a request, signed where the operation wants that; return status and body of the answer."""
        if operation.signed:
            request = AWSRequest(method, url, headers=headers, data=body)
            self.signer.add_auth(request)
            headers = {name.lower(): value for name, value in request.headers.items()}
        path, _, query = url.removeprefix(f"http://{HOST}").partition("?")
        return asyncio.run(self._exchange(method, path, query, headers, body))

    async def _exchange(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        sent: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "scheme": "http",
            "client": ("127.0.0.1", 1),
            "server": (HOST, 80),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.endpoint(scope, receive, send)
        return int(sent[0]["status"]), b"".join(message.get("body", b"") for message in sent)


class Caller:
    """Calls JSON operations by boto3's names, on a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._operations = {xform_name(name): operation for name, operation in wire.service.operations.items()}

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = self._operations[name]

        def call(**request: Any) -> dict[str, Any]:
            status, answer = self._wire.call(operation, json.dumps(request).encode())
            if status != 200:
                said = {"Code": answer["__type"], "Message": answer.get("message", "")}
                raise ClientError({"Error": said}, operation.name)
            return answer

        return call


def _said(text: bytes) -> tuple[str, str]:
    """Return the error and the text of an answer's body, of whatever protocol."""
    if text.startswith(b"<"):
        code, message = _CODE.search(text), _MESSAGE.search(text)
        return code[1].decode() if code else "", message[1].decode() if message else ""
    answer = json.loads(text) if text else {}
    return answer.get("__type", ""), answer.get("message", "")
