"""A function behind an address of the operator's: a signed POST, answered with JSON (docs/guide/triggers.md)."""

from typing import Self

from ostiary.config import Settings
from ostiary.crypto.webhook_signature import signed_headers
from ostiary.functions.runner import MOST_BYTES, Invocation, Kind, TriggerError, document, function_error
from ostiary.runtime.clock import Clock
from ostiary.runtime.http_client import HttpClient, HttpError, TimedOutError

_OK = 200
_REFUSALS: dict[int, Kind] = {401: "access_denied", 403: "access_denied", 404: "not_found", 429: "throttled"}


class Webhook:
    """An HTTP(S) address."""

    name = "webhook"

    def __init__(self, url: str, secret: str, http: HttpClient) -> None:
        self._url, self._secret, self._http = url, secret.encode(), http

    @classmethod
    def configured(cls, target: str, settings: Settings, http: HttpClient) -> Self | None:
        """Return what calls an `http://` or `https://` address."""
        if not target.startswith(("http://", "https://")):
            return None
        return cls(target, settings.functions_secret, http)

    def run(self, invocation: Invocation) -> bytes:
        """Post the event and return the answer; raises TriggerError."""
        headers = {
            "content-type": "application/json",
            "ostiary-function-arn": invocation.arn,
            "ostiary-request-id": invocation.request_id,
            **signed_headers(self._secret, Clock.system_now(), invocation.payload),
        }
        try:
            answer = self._http.post(
                self._url, content=invocation.payload, headers=headers, timeout=invocation.seconds, most=MOST_BYTES
            )
        except TimedOutError:
            raise TriggerError("timeout", "Socket timeout while invoking Lambda function") from None
        except HttpError as error:
            raise TriggerError("unreachable", str(error)) from error
        said = document(answer.body)
        if "x-amz-function-error" in answer.headers or (answer.status != _OK and "errorMessage" in said):
            raise function_error(said)
        if answer.status in _REFUSALS:
            raise TriggerError(_REFUSALS[answer.status], f"the webhook answered {answer.status}")
        if answer.status != _OK:
            raise TriggerError("unhandled", f"the webhook answered {answer.status}")
        return answer.body

    def close(self) -> None:
        """Keep nothing."""
