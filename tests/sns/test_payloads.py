"""What push services are given for a message (behaviour/sns.md 4)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.context import Context
from ostiary.sns.messages import TopicMessage
from ostiary.sns.payloads import default_payload, notification


@pytest.mark.parametrize(
    ("platform", "payload"),
    [
        ("GCM", {"data": {"default": "hi"}}),
        ("ADM", {"data": {"message": "hi"}}),
        ("APNS", {"aps": {"alert": "hi"}}),
        ("APNS_SANDBOX", {"aps": {"alert": "hi"}}),
    ],
)
def test_plain_text_becomes_what_the_platform_reads(platform: str, payload: dict[str, Any]) -> None:
    assert json.loads(default_payload(platform, "hi")) == payload


def test_a_platforms_own_text_is_an_object_and_goes_as_it_is(context: Callable[..., Context]) -> None:
    message = TopicMessage("id", "{}", structured=True, subject="", attributes={}, published_at=0)
    own = '{"data": {"a":"b"}}'
    assert notification(context(), "GCM", own, message, own=True).payload == own
    for text in ("hi", "[]", "1", "{"):
        with pytest.raises(ValueError, match="must be a JSON object"):
            notification(context(), "GCM", text, message, own=True)
