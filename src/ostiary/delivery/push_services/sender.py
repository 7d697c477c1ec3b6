"""What every sender of pushes is, and what becomes of a push."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ostiary.config import Settings
from ostiary.delivery.connections import Connections
from ostiary.delivery.push import Credential, Notification
from ostiary.store.sns.platform_applications import PlatformApplication


@dataclass(frozen=True, slots=True)
class Sent:
    """The push service has it. It knows the device by `token` from now on, unless that is empty."""

    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Gone:
    """The token is nobody's: the endpoint is disabled."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The push will never be taken: it is dropped, and the endpoint stays as it is."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It did not work this time. The push service asked for `seconds` of peace; of the whole application if `all`."""

    reason: str
    seconds: int = 0
    all: bool = False


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """The application's credentials or settings are wrong: its pushes are kept until somebody has mended that."""

    reason: str


Outcome = Sent | Gone | Refused | Later | Misconfigured


class CredentialError(ValueError):
    """The credentials of an application are not what its push service gives out."""


@dataclass(frozen=True, slots=True)
class Push:
    """A push that is due. `token` is the device's; `now` is epoch seconds of the same clock as `expires_at`."""

    token: str = field(repr=False)
    notification: Notification
    now: int

    def attribute(self, name: str) -> str:
        """Return the message attribute `AWS.SNS.MOBILE.<name>`, or an empty text."""
        return self.notification.attributes.get(f"AWS.SNS.MOBILE.{name}", "")

    def lives(self, platform: str) -> int:
        """Return for how many seconds the push service should keep it: the platform's TTL, or until it expires."""
        given = self.attribute(f"{platform}.TTL")
        left = max(0, self.notification.expires_at - self.now)
        return min(int(given), left) if given.isascii() and given.isdecimal() else left


@dataclass(frozen=True, slots=True)
class Outside:
    """What senders use: the settings, connections, and the time that push services go by.

    `connections` lead to addresses in the settings, `subscribers` to those that browsers give.
    """

    settings: Settings
    connections: Connections
    subscribers: Connections
    now: Callable[[], float]


class Sender(Protocol):
    """Sends one application's pushes. A change of its credentials makes another sender."""

    def __init__(self, application: PlatformApplication, credential: Credential, outside: Outside) -> None:
        """Raise CredentialError when the credentials cannot be any."""

    async def send(self, push: Push) -> Outcome:
        """Hand a push over; raises SendError when there was no answer. May be called many times at once."""

    async def close(self) -> None:
        """Give up what belongs to this sender alone."""
