"""How messages leave: one file per channel, and the hand-written list of them."""

from ostiary.config import Settings
from ostiary.delivery.channel import Channel
from ostiary.delivery.pool_logs import PoolLogs
from ostiary.delivery.smtp import Smtp
from ostiary.delivery.sns_sms import SnsSms
from ostiary.delivery.twilio import Twilio
from ostiary.delivery.webhook import Webhook
from ostiary.runtime.http_client import HttpClient

CHANNELS = (PoolLogs, Smtp, Twilio, SnsSms, Webhook)
"""The first one that carries a medium gets its messages."""


def configured_channels(settings: Settings, http: HttpClient) -> list[Channel]:
    """Return a channel of each kind that the settings configure."""
    return [channel for kind in CHANNELS if (channel := kind.configured(settings, http)) is not None]
