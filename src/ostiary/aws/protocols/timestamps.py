"""Timestamps on the wire: seconds since the epoch, ISO 8601 and HTTP dates."""

import math
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Literal, cast

from ostiary.aws.errors import SerializationError

Form = Literal["unixTimestamp", "iso8601", "rfc822"]
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,9})?", re.ASCII)
_LATEST = 253_402_300_800
"""The year 10000, where dates end."""


def form_of(traits: Any, default: Form) -> Form:
    """Return the form that a member's traits ask for."""
    return cast("Form", traits.get("timestampFormat", default))


def parsed(value: Any) -> float:
    """Return seconds since the epoch for a number or a text of any of the forms. Raises SerializationError."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SerializationError("The value can not be converted to a Timestamp")
    if isinstance(value, str):
        value = _from_text(value.strip())
    if not math.isfinite(value) or not -_LATEST < value < _LATEST:
        raise SerializationError("The value is out of the range of a Timestamp")
    return int(value) if value == int(value) else value


def rendered(epoch: float, form: Form) -> float | str:
    """Return a moment as it is sent: a number with milliseconds, or a text."""
    if form == "unixTimestamp":
        return as_number(epoch)
    if form == "iso8601":
        whole = math.floor(epoch)
        milliseconds = int((epoch - whole) * 1000)
        moment = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{moment}.{milliseconds:03d}Z" if milliseconds else f"{moment}Z"
    return format_datetime(datetime.fromtimestamp(math.floor(epoch), UTC), usegmt=True)


def as_number(epoch: float) -> float:
    """Return a moment as a number with milliseconds, without a point where there are none."""
    rounded = round(epoch, 3)
    whole = int(rounded)
    return whole if whole == rounded else rounded


def _from_text(value: str) -> float:
    try:
        if _NUMBER.fullmatch(value):
            return float(value)
        if _ISO.fullmatch(value):
            return datetime.fromisoformat(value.upper()).timestamp()
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError) as error:
        raise SerializationError("STRING_VALUE can not be converted to a Timestamp") from error
