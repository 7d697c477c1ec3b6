"""Whether a message can be published, and the message made of a request (reference sync-push.md B4)."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from ostiary.aws.types.sns import InvalidParameterException, InvalidParameterValueException
from ostiary.context import Context
from ostiary.sns.news import Message

MOST_BYTES = 262_144
_NO_DEFAULT = "Invalid parameter: Message Structure - No default entry in JSON message body"
_NOT_JSON = "Invalid parameter: Message Structure - JSON message body failed to parse"
_SUBJECT = re.compile(r"[\x20-\x7e]{1,100}")
_NAME = re.compile(r"(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)")
_TYPE = re.compile(r"(String|Number|Binary)(\.[A-Za-z0-9_.-]+)?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_RESERVED = ("aws.", "amazon.")
_OURS = "aws.sns."


def message_of(ctx: Context, req: Mapping[str, Any], *, platform: str = "", most: int = MOST_BYTES) -> Message:
    """Return the message of a request; raises InvalidParameterException and InvalidParameterValueException.

    A structured one needs a default, unless it is for one `platform` only and has a text for that.
    """
    text = req["Message"]
    attributes = _attributes(req.get("MessageAttributes", {}))
    if not text:
        raise InvalidParameterException("Invalid parameter: Empty message")
    if size_of(req) > most:
        raise InvalidParameterException("Invalid parameter: Message too long")
    if "Subject" in req and not _SUBJECT.fullmatch(req["Subject"]):
        raise InvalidParameterException("Invalid parameter: Subject")
    if "MessageStructure" in req and req["MessageStructure"] not in {"", "json"}:
        raise InvalidParameterException("Invalid parameter: Invalid Message Structure parameter: must be json")
    structured = req.get("MessageStructure") == "json"
    if structured:
        _check_structure(text, platform)
    return Message(
        message_id=ctx.random.uuid(),
        text=text,
        structured=structured,
        subject=req.get("Subject", ""),
        attributes=attributes,
        published_at=ctx.clock.now(),
    )


def size_of(req: Mapping[str, Any]) -> int:
    """Return the bytes that count against the limit: text and attributes."""
    size = len(req["Message"].encode("utf-8", "replace"))
    for name, value in req.get("MessageAttributes", {}).items():
        size += len(name) + len(value["DataType"]) + len(value.get("StringValue", "").encode("utf-8", "replace"))
        size += len(value.get("BinaryValue", b""))
    return size


def _check_structure(text: str, platform: str) -> None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidParameterException(_NOT_JSON) from None
    if not isinstance(found, dict):
        raise InvalidParameterException(_NOT_JSON)
    if "default" not in found and platform not in found:
        raise InvalidParameterException(_NO_DEFAULT)
    if not all(isinstance(value, str) for value in found.values()):
        raise InvalidParameterException(_NOT_JSON)


def _attributes(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    return {name: _attribute(name, value) for name, value in given.items()}


def _attribute(name: str, value: Mapping[str, Any]) -> dict[str, str]:
    _check_name(name)
    kind = value["DataType"]
    if not kind:
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute type."
        )
    if not _TYPE.fullmatch(kind):
        raise InvalidParameterValueException(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes "
            "is Binary, Number, and String."
        )
    binary = kind.partition(".")[0] == "Binary"
    if not value.get("BinaryValue" if binary else "StringValue"):
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type "
            f"'{kind.partition('.')[0]}'."
        )
    if binary:
        return {"DataType": kind, "BinaryValue": b64encode(value["BinaryValue"]).decode()}
    text = value["StringValue"]
    if kind.partition(".")[0] == "Number" and not _NUMBER.fullmatch(text):
        raise InvalidParameterValueException(f"Could not cast message attribute '{name}' value to number.")
    return {"DataType": kind, "StringValue": text}


def _check_name(name: str) -> None:
    reserved = name.lower().startswith(_RESERVED) and not name.lower().startswith(_OURS)
    if not _NAME.fullmatch(name) or reserved:
        raise InvalidParameterValueException(f"The message attribute name '{name}' is invalid.")
