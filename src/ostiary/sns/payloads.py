"""What push services are given: the platform's own JSON, made of a message of any kind (behaviour/sns.md 4)."""

import json
from collections.abc import Mapping

from ostiary.context import Context
from ostiary.delivery.push import Notification
from ostiary.delivery.push_services import PLATFORMS
from ostiary.sns.messages import TopicMessage, texts_of

PREFIX = "AWS.SNS.MOBILE."
DEFAULT_TTL = 2_419_200
"""Four weeks, the longest that Google's service takes and SNS's default."""
_LEAST_SECONDS = 60
"""For how long a push is tried at least, even one that its service shall deliver now or never."""


def platform_of(endpoint_arn: str) -> str:
    """Return the platform in an endpoint's ARN."""
    return endpoint_arn.split("/")[1]


def names(message: TopicMessage, platform: str) -> bool:
    """Whether a message has a text that is for this platform only."""
    return message.structured and platform in texts_of(message.text)


def notification(ctx: Context, platform: str, text: str, message: TopicMessage, *, own: bool) -> Notification:
    """Return the push for a platform; `own` is whether `text` is the platform's own JSON already.

    Raises ValueError when that is no JSON object.
    """
    if own:
        _check(text, platform)
    mobile = {
        name: value["StringValue"]
        for name, value in message.attributes.items()
        if name.startswith(PREFIX) and "StringValue" in value
    }
    return Notification(
        payload=text if own else default_payload(platform, text),
        attributes=mobile,
        collapse_key="",
        expires_at=ctx.clock.now_seconds() + max(_LEAST_SECONDS, _ttl(mobile, platform)),
    )


def default_payload(platform: str, text: str) -> str:
    """Return what a platform is given for a plain text."""
    return PLATFORMS[platform].payload(text)


def _ttl(mobile: Mapping[str, str], platform: str) -> int:
    value = mobile.get(f"{PREFIX}{platform}.TTL", "")
    return min(int(value), DEFAULT_TTL) if value.isascii() and value.isdecimal() else DEFAULT_TTL


def _check(text: str, platform: str) -> None:
    if not PLATFORMS[platform].takes_objects:
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"Invalid notification for protocol {platform}: it must be a JSON object")  # noqa: TRY004
