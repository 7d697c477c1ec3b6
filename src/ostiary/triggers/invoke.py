"""Calling a function: JSON out, JSON in, in bounded time, never inside a transaction."""

from typing import Any

import msgspec
import structlog

from ostiary.context import Context
from ostiary.functions.runner import MOST_BYTES, RETRIED, Invocation, Kind, TriggerError

__all__ = ["Kind", "TriggerError", "invoke"]

SECONDS = 5.0
ATTEMPTS = 3

log = structlog.get_logger()


def invoke(
    ctx: Context, arn: str, event: dict[str, Any], *, timeout_seconds: float = SECONDS, attempts: int = ATTEMPTS
) -> dict[str, Any]:
    """Return what the function of an ARN answers to an event.

    Each of at most `attempts` tries may take `timeout_seconds`; a try that timed out, was throttled or reached nobody
    is repeated, an error that the function raised is not (behaviour/triggers.md 1; LMB-01). Raises TriggerError.
    """
    payload = msgspec.json.encode(event)
    for attempt in range(1, attempts + 1):
        request_id = ctx.random.uuid()
        try:
            answer = ctx.services.functions.run(Invocation(arn, payload, timeout_seconds, request_id), ctx.callers)
        except TriggerError as error:
            log.warning(
                "function_failed", arn=arn, kind=error.kind, reason=error.message, attempt=attempt, call=request_id
            )
            if attempt == attempts or error.kind not in RETRIED:
                raise
        else:
            return _object(answer)
    raise AssertionError("unreachable")


def _object(answer: bytes) -> dict[str, Any]:
    if len(answer) > MOST_BYTES:
        raise TriggerError("bad_output", "Response payload size exceeded maximum allowed payload size")
    try:
        found = msgspec.json.decode(answer)
    except (msgspec.DecodeError, RecursionError):
        raise TriggerError("bad_output", "Invalid JSON") from None
    if not isinstance(found, dict):
        raise TriggerError("bad_output", "Unrecognizable lambda output")
    return found
