"""The sync trigger: a function that sees every synchronization before it is written (behaviour/sync.md 6).

It is asked only for people's own credentials, never inside a transaction, and may add, change and remove records.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ostiary.aws.errors import ServiceError
from ostiary.aws.operations import operation
from ostiary.aws.types.cognito_sync import (
    GetCognitoEventsRequest,
    GetCognitoEventsResponse,
    InvalidLambdaFunctionOutputException,
    InvalidParameterException,
    LambdaThrottledException,
    RecordPatch,
    SetCognitoEventsRequest,
)
from ostiary.context import Context
from ostiary.store.sync import datasets, records, triggers
from ostiary.store.sync.datasets import Key
from ostiary.store.sync.records import Record
from ostiary.sync import merged
from ostiary.sync.access import check_pool, own_identity, pool_arn, seen_identity
from ostiary.sync.updates import compared
from ostiary.triggers.invoke import TriggerError, invoke

TRIGGER = "SyncTrigger"
LONGEST_KEY, LONGEST_VALUE = 1024, 1_048_575
_FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:[0-9]{12}:function:[\w-]{1,140}(:[\w$-]{1,128})?")


class LambdaSocketTimeoutException(ServiceError):  # noqa: N818 - AWS's name, from the guide; no model has it
    """The function did not answer in time."""

    code = "LambdaSocketTimeoutException"


@operation("cognito-sync", resource=pool_arn)
def set_cognito_events(ctx: Context, req: SetCognitoEventsRequest) -> None:
    """Set a pool's function for an event, or take it away with an empty ARN; an event not named stays as it is."""
    check_pool(ctx, req["IdentityPoolId"])
    for event, arn in req["Events"].items():
        if event != TRIGGER:
            raise InvalidParameterException(f"'{event}' is not a valid event; the only one is {TRIGGER}.")
        if arn and not _FUNCTION.fullmatch(arn):
            raise InvalidParameterException(f"'{arn}' is not the ARN of a Lambda function.")
        with ctx.store.write() as tx:
            triggers.put(tx, req["IdentityPoolId"], arn)


@operation("cognito-sync", resource=pool_arn)
def get_cognito_events(ctx: Context, req: GetCognitoEventsRequest) -> GetCognitoEventsResponse:
    """Return a pool's events and their functions."""
    check_pool(ctx, req["IdentityPoolId"])
    with ctx.store.read() as tx:
        arn = triggers.find(tx, req["IdentityPoolId"])
    return {"Events": {TRIGGER: arn} if arn else {}}


def considered(ctx: Context, asked: Key, patches: Sequence[RecordPatch]) -> tuple[Sequence[RecordPatch], int | None]:
    """Return what the pool's function makes of somebody's patches, and the dataset's sync count it decided on.

    Without a function, or with an operator's credentials, these are the patches and None. What the function changes
    beyond them carries the sync counts it has seen. Raises ResourceConflictException for patches that are stale
    before it is asked, and InvalidLambdaFunctionOutputException, LambdaThrottledException or
    LambdaSocketTimeoutException.
    """
    arn = triggers.cached(ctx.store, asked.pool_id) if own_identity(ctx.principal) is not None else ""
    if not arn:
        return patches, None
    with ctx.store.read() as tx:
        seen_identity(tx, {"IdentityPoolId": asked.pool_id, "IdentityId": asked.identity_id})
        dataset = datasets.find(tx, merged.resolved(tx, asked))
        held = {record.key: record for record in records.of_dataset(tx, dataset)} if dataset.exists else {}
    for patch in patches:
        compared(dataset, held.get(patch["Key"]), patch)
    event = _event(ctx, asked, held, patches)
    return _patches(_answered(ctx, arn, event), held, patches), dataset.sync_count if dataset.exists else 0


def _answered(ctx: Context, arn: str, event: Mapping[str, Any]) -> Any:
    """Return the `datasetRecords` of the function's answer."""
    try:
        answer = invoke(ctx, arn, dict(event), attempts=1)
    except TriggerError as error:
        raise _failure(error) from error
    if any(answer.get(name) != event[name] for name in event.keys() - {"datasetRecords"}):
        raise _bad("only datasetRecords may be changed.")
    return answer.get("datasetRecords")


def _event(ctx: Context, asked: Key, held: Mapping[str, Record], patches: Sequence[RecordPatch]) -> dict[str, Any]:
    values = {key: record.value for key, record in held.items() if record.value is not None}
    shown = {key: _shown(value, value, "replace") for key, value in values.items()}
    for patch in patches:
        new = patch.get("Value") if patch["Op"] == "replace" else None
        shown[patch["Key"]] = _shown(values.get(patch["Key"]), new, patch["Op"])
    return {
        "version": 2,
        "eventType": TRIGGER,
        "region": ctx.region,
        "identityPoolId": asked.pool_id,
        "identityId": asked.identity_id,
        "datasetName": asked.dataset_name,
        "datasetRecords": shown,
    }


def _shown(old: str | None, new: str | None, op: str) -> dict[str, Any]:
    return {"oldValue": old, "newValue": new, "op": op}


def _patches(answered: Any, held: Mapping[str, Record], patches: Sequence[RecordPatch]) -> list[RecordPatch]:
    if not isinstance(answered, dict):
        raise _bad("datasetRecords is not an object.")
    sent = {patch["Key"]: patch for patch in patches}
    made = (_patch(key, _value(key, entry), held.get(key), sent.get(key)) for key, entry in answered.items())
    return [patch for patch in made if patch is not None]


def _patch(key: str, value: str | None, held: Record | None, sent: RecordPatch | None) -> RecordPatch | None:
    """Return the patch that leaves `value` in the dataset, or None when nobody asked for a change."""
    if sent is None and value == (held.value if held is not None else None):
        return None
    count = held.sync_count if held is not None else 0
    patch: RecordPatch = {**sent} if sent is not None else {"Op": "replace", "Key": key, "SyncCount": count}
    patch["Op"] = "remove" if value is None else "replace"
    patch.pop("Value", None)
    if value is not None:
        patch["Value"] = value
    return patch


def _value(key: str, entry: Any) -> str | None:
    """Return the value that an entry of the answer gives its key, or None when it removes it."""
    if not 1 <= len(key) <= LONGEST_KEY or not isinstance(entry, dict):
        raise _bad("a key is too long, or its record is not an object.")
    op, value = entry.get("op", "replace"), entry.get("newValue")
    if op not in {"replace", "remove"} or not isinstance(value, str | None):
        raise _bad("op must be replace or remove, and newValue text or null.")
    if "\0" in key + (value or "") or len(value or "") > LONGEST_VALUE:
        raise _bad("a record is too long, or contains NUL.")
    return None if op == "remove" else value


def _failure(error: TriggerError) -> ServiceError:
    if error.kind == "timeout":
        return LambdaSocketTimeoutException("Socket timeout while invoking Lambda function.")
    if error.kind == "throttled":
        return LambdaThrottledException("The Lambda function was throttled. Synchronize again.")
    return _bad(error.message)


def _bad(reason: str) -> InvalidLambdaFunctionOutputException:
    return InvalidLambdaFunctionOutputException(f"Unexpected output of the Lambda function: {reason}")
