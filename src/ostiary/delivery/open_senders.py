"""The senders of the applications that pushes were sent for, with their connections and tokens."""

import asyncio

from ostiary.crypto.seal import Keyring
from ostiary.delivery.push import credential_of
from ostiary.delivery.push_services import PLATFORMS
from ostiary.delivery.push_services.sender import CredentialError, Outside, Sender
from ostiary.store.sns.platform_applications import PlatformApplication

MOST = 1000


class OpenSenders:
    """Opens a sender when it is needed first, and again when its application has changed."""

    def __init__(self, keyring: Keyring, outside: Outside) -> None:
        self._keyring, self._outside = keyring, outside
        self._open: dict[str, tuple[PlatformApplication, Sender]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def sender(self, application: PlatformApplication) -> Sender:
        """Return an application's sender; raises CredentialError."""
        found = self._open.pop(application.arn, None)
        if found is not None and found[0] != application:
            self._give_up(found[1])
            found = None
        if found is None:
            found = application, self._opened(application)
        self._open[application.arn] = found  # the one that was used last is the last
        if len(self._open) > MOST:
            oldest = next(iter(self._open))
            self._give_up(self._open.pop(oldest)[1])
        return found[1]

    async def close(self) -> None:
        """Close all of them."""
        for _, sender in self._open.values():
            await sender.close()
        await asyncio.gather(*self._closing)

    def _opened(self, application: PlatformApplication) -> Sender:
        sender = PLATFORMS[application.platform].sender
        if sender is None:
            raise CredentialError(f"there is no push service for {application.platform}")
        return sender(application, credential_of(self._keyring, application), self._outside)

    def _give_up(self, sender: Sender) -> None:
        task = asyncio.ensure_future(sender.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
