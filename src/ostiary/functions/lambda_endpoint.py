"""A function in AWS Lambda, or behind an address that speaks its API: a signed `Invoke`."""

from typing import Self
from urllib.parse import quote

from ostiary.aws import outgoing
from ostiary.config import Settings
from ostiary.functions.runner import MOST_BYTES, Invocation, Kind, TriggerError, document, function_error
from ostiary.runtime.addresses import at_region
from ostiary.runtime.http_client import HttpClient, HttpError, Response, TimedOutError

_PREFIX = "lambda"
_SUCCESSES = range(200, 300)
_ERRORS: dict[str, Kind] = {
    "AccessDeniedException": "access_denied",
    "InvalidSignatureException": "access_denied",
    "SignatureDoesNotMatch": "access_denied",
    "UnrecognizedClientException": "access_denied",
    "ExpiredTokenException": "access_denied",
    "ResourceNotFoundException": "not_found",
    "TooManyRequestsException": "throttled",
}
_STATUSES: dict[int, Kind] = {401: "access_denied", 403: "access_denied", 404: "not_found", 429: "throttled"}


class LambdaEndpoint:
    """`lambda` is AWS, in the region of the function's ARN; `lambda+https://host` another address."""

    name = "lambda"

    def __init__(self, address: str, settings: Settings, http: HttpClient) -> None:
        self._address, self._settings, self._http = address.rstrip("/"), settings, http

    @classmethod
    def configured(cls, target: str, settings: Settings, http: HttpClient) -> Self | None:
        """Return what invokes at `lambda` or `lambda+<address>`."""
        if target == _PREFIX:
            return cls("", settings, http)
        address = target.removeprefix(f"{_PREFIX}+")
        return cls(address, settings, http) if address != target else None

    def run(self, invocation: Invocation) -> bytes:
        """Invoke the function and return its answer; raises TriggerError."""
        region = invocation.arn.split(":")[3]
        try:
            address = self._address or at_region("https://lambda.{region}.amazonaws.com", region)
        except ValueError as error:
            raise TriggerError("not_found", str(error)) from None
        url = f"{address}/2015-03-31/functions/{quote(invocation.arn, safe='')}/invocations"
        try:
            answer = self._http.post(
                url,
                content=invocation.payload,
                headers=self._signed(url, region, invocation),
                timeout=invocation.seconds,
                most=MOST_BYTES,
            )
        except TimedOutError:
            raise TriggerError("timeout", "Socket timeout while invoking Lambda function") from None
        except HttpError as error:
            raise TriggerError("unreachable", str(error)) from error
        if "x-amz-function-error" in answer.headers:
            raise function_error(document(answer.body))
        if answer.status not in _SUCCESSES:
            raise _refused(answer)
        return answer.body

    def close(self) -> None:
        """Keep nothing."""

    def _signed(self, url: str, region: str, invocation: Invocation) -> dict[str, str]:
        settings = self._settings
        headers = {"content-type": "application/json", "x-amz-invocation-type": "RequestResponse"}
        key = outgoing.Key(
            settings.functions_access_key_id,
            settings.functions_secret_access_key,
            settings.functions_session_token or None,
        )
        return outgoing.signed("POST", url, headers, body=invocation.payload, key=key, region=region, service="lambda")


def _refused(answer: Response) -> TriggerError:
    """Return what Lambda's own error means; of a 5xx the function may have run, so it is not tried again."""
    code = outgoing.error_code(answer)
    kind = _ERRORS.get(code) or _STATUSES.get(answer.status, "unhandled")
    return TriggerError(kind, code or f"Lambda answered {answer.status}")
