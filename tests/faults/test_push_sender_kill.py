"""`kill -9` of a process that sends pushes: what it still owed is sent by another."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

from tests.fixtures.push_server import Answer
from tests.fixtures.push_vendors import AppleVendor
from tests.fixtures.pushing import Pushing
from tests.fixtures.waiting import until

SEND = """
import sys, time
from ostiary.runtime.clock import Clock
from ostiary.config import Settings
from ostiary.context import Services
from ostiary.crypto.seal import Keyring
from ostiary.delivery.push_worker import PushWorker
from ostiary.runtime.http_client import HttpClient
from ostiary.runtime.randomness import Random
from ostiary.store.db import Store

settings = Settings(apns_url=sys.argv[2], allow_private_addresses=True)
keyring = Keyring([bytes(range(32))])
PushWorker(Services(settings, Store.open(sys.argv[1]), keyring, Clock(), Random(), HttpClient(settings))).start()
time.sleep(3600)
"""
DEVICES, EACH = 60, 2
TAKEN_BEFORE_THE_KILL = 15


class HoldingVendor(AppleVendor):
    """A vendor that takes so many pushes and then answers nobody until it is released."""

    def taken(self) -> Answer:
        """Answer, and stop when these are enough."""
        if len(self.delivered) == TAKEN_BEFORE_THE_KILL:
            self.server.hold()
        return super().taken()


def test_every_push_that_is_owed_is_sent_after_a_kill(start_pushing: Callable[..., Pushing], database: str) -> None:
    pushing = start_pushing(HoldingVendor, working=False)
    for number in range(EACH):
        for device in range(DEVICES):
            pushing.owe(f"{device} {number}", device)
    command = [sys.executable, "-c", SEND, database, pushing.vendor.server.url]
    with subprocess.Popen(command, env=dict(os.environ)) as sender:
        until(lambda: len(pushing.vendor.delivered) == TAKEN_BEFORE_THE_KILL, "the first pushes")
        sender.send_signal(signal.SIGKILL)
    pushing.vendor.server.release()
    assert pushing.owed()
    pushing.ctx.clock.advance(30)  # the leases of the one that was killed have run out
    pushing.worker.start()
    pushing.settle()
    pushing.worker.stop()
    assert set(pushing.texts()) == {f"{device} {number}" for device in range(DEVICES) for number in range(EACH)}
    # What the first process had sent and not yet written down may come again, and nothing else.
    assert len(pushing.texts()) <= 2 * DEVICES * EACH
