"""The push services, in a hand-written list."""

from ostiary.delivery.adm import Adm
from ostiary.delivery.apns import Apns
from ostiary.delivery.fcm import Fcm
from ostiary.delivery.sender import Sender
from ostiary.delivery.web_push import WebPush

SENDERS: tuple[type[Sender], ...] = (Apns, Fcm, Adm, WebPush)
ENDED = {"BAIDU", "MPNS", "WNS"}
"""Platforms whose push services take nothing any more, or not from here: an application can be made, not pushed to."""


def sender_of(platform: str) -> type[Sender] | None:
    """Return what sends a platform's pushes."""
    return next((kind for kind in SENDERS if platform in kind.PLATFORMS), None)
