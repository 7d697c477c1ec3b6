"""Whether a message can be published, and the message made of a request (behaviour/sns.md 4)."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ostiary.aws.types.sns import InvalidParameterException, InvalidParameterValueException
from ostiary.context import Context

PURPOSE = "publication"


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """What was published. With `structured`, `text` is a JSON object with a text for each protocol.

    `attributes` are `{"name": {"DataType": …, "StringValue": …}}`, binary values in base64 as `BinaryValue`.
    """

    message_id: str
    text: str = field(repr=False)
    structured: bool
    subject: str
    attributes: Mapping[str, Mapping[str, str]]
    published_at: float
    group_id: str = ""
    deduplication_id: str = ""
    sequence: str = ""
    trace: str = ""
    """How X-Ray follows the request that published it."""

    def text_for(self, protocol: str) -> str | None:
        """Return the text of a protocol or platform; None when there is neither one of its own nor a default."""
        if not self.structured:
            return self.text
        found = texts_of(self.text)
        return found.get(protocol, found.get("default"))


MOST_BYTES = 262_144
NO_DEFAULT = "Invalid parameter: Message Structure - No default entry in JSON message body"
_NOT_JSON = "Invalid parameter: Message Structure - JSON message body failed to parse"
_SUBJECT = re.compile(r"[\x20-\x7e]{1,100}")
_MOST_NAME = 256
_ODD = re.compile(r"[^A-Za-z0-9_.-]")
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_RESERVED = ("aws.", "amazon.")
_OURS = "aws.sns."


def message_of(ctx: Context, req: Mapping[str, Any], *, platform: str = "", most: int = MOST_BYTES) -> TopicMessage:
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
    return TopicMessage(
        message_id=ctx.random.uuid(),
        text=text,
        structured=structured,
        subject=req.get("Subject", ""),
        attributes=attributes,
        published_at=ctx.clock.now(),
        trace=ctx.client.trace,
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
        found = texts_of(text)
    except (ValueError, RecursionError):
        raise InvalidParameterException(_NOT_JSON) from None
    if "default" not in found and platform not in found:
        raise InvalidParameterException(NO_DEFAULT)


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
    plain = kind.partition(".")[0]
    wanted, other = ("Binary", "String") if plain == "Binary" else ("String", "Binary")
    if not value.get(f"{wanted}Value"):
        if value.get(f"{other}Value"):
            raise InvalidParameterValueException(
                f"The message attribute '{name}' with type '{kind}' must use field '{wanted}'."
            )
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type "
            f"'{plain}'."
        )
    if plain == "Binary":
        return {"DataType": kind, "BinaryValue": b64encode(value["BinaryValue"]).decode()}
    text = value["StringValue"]
    if plain == "Number" and not _NUMBER.fullmatch(text):
        raise InvalidParameterValueException(f"Could not cast message attribute '{name}' value to number.")
    return {"DataType": kind, "StringValue": text}


def _check_name(name: str) -> None:
    problem = ""
    if len(name.encode()) > _MOST_NAME:
        problem = f"Length of message attribute name must be less than {_MOST_NAME} bytes."
    elif odd := _ODD.search(name):
        problem = (
            f"Invalid non-alphanumeric character '#x{ord(odd.group()):X}' was found in the message attribute name. Can "
            "only include alphanumeric characters, hyphens, underscores, or dots."
        )
    elif name.startswith("."):
        problem = "Invalid message attribute name starting with character '.' was found."
    elif name.endswith("."):
        problem = "Invalid message attribute name ending with character '.' was found."
    elif ".." in name:
        problem = "Message attribute name can not have successive '.' character."
    elif not name or (name.lower().startswith(_RESERVED) and not name.lower().startswith(_OURS)):
        problem = f"The message attribute name '{name}' is invalid."
    if problem:
        raise InvalidParameterValueException(problem)


def texts_of(text: str) -> dict[str, str]:
    """Return the texts of a structured message, by protocol; what is no text is none. Raises ValueError."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - whatever is wrong is told as one
    return {name: value for name, value in found.items() if isinstance(value, str)}


def sealed(ctx: Context, message: TopicMessage) -> bytes:
    """Return a message as it is kept."""
    return ctx.keyring.seal(msgspec.json.encode(message), PURPOSE)


def opened(ctx: Context, kept: bytes) -> TopicMessage:
    """Return a message that was kept."""
    return msgspec.json.decode(ctx.keyring.open(kept, PURPOSE), type=TopicMessage)
