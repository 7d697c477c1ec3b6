"""The outbox: written with what causes it, sent afterwards, once, until it expires."""

import dataclasses
import io
from collections.abc import Callable, Iterator
from threading import Thread

import pytest

from ostiary.cleaning import Cleaner
from ostiary.context import Context, Services
from ostiary.delivery.outbox import Message, enqueue
from ostiary.delivery.worker import BATCH, FIRST_RETRY_SECONDS, LEASE_SECONDS, DeliveryWorker
from ostiary.runtime import http_client
from ostiary.runtime.observability import configure_logs
from ostiary.store import messages, schema
from tests.fixtures.mail_server import MailServer
from tests.fixtures.silent_peer import SilentPeer
from tests.fixtures.waiting import until


@pytest.fixture
def mailing(services: Services, mail_server: MailServer) -> Services:
    """Services that send mail."""
    return dataclasses.replace(services, settings=dataclasses.replace(services.settings, smtp=mail_server.url))


def owe(ctx: Context, recipient: str = "ada@example.com", lives: int = 3600) -> None:
    expires_at = ctx.clock.now_seconds() + lives
    with ctx.store.write() as tx:
        enqueue(tx, ctx, Message("p", "EMAIL", recipient, "s", "b", "123456", "t", "ada", expires_at))


def waiting(services: Services) -> int:
    with services.store.read() as tx:
        return len(messages.newest(tx, None, 100))


def test_a_message_is_sent_once_and_forgotten(
    mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    owe(context())
    first, second = DeliveryWorker(mailing), DeliveryWorker(mailing)
    first.deliver_due()
    second.deliver_due()
    assert len(mail_server.mails) == 1
    assert waiting(mailing) == 0


def test_a_transaction_that_fails_owes_nothing(services: Services, context: Callable[..., Context]) -> None:
    ctx = context()
    with pytest.raises(ValueError, match="later"), ctx.store.write() as tx:
        enqueue(tx, ctx, Message("p", "EMAIL", "a@example.com", "s", "b", "1", "t", "ada", 99_999_999_999))
        raise ValueError("later")
    assert waiting(services) == 0


def test_a_message_waits_where_no_channel_is_set(services: Services, context: Callable[..., Context]) -> None:
    owe(context())
    DeliveryWorker(services).deliver_due()
    assert waiting(services) == 1


def test_a_failed_message_is_tried_again_later(
    services: Services, mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    owe(context())
    broken = dataclasses.replace(services, settings=dataclasses.replace(services.settings, smtp="smtp://127.0.0.1:9"))
    DeliveryWorker(broken).deliver_due()
    DeliveryWorker(mailing).deliver_due()
    assert mail_server.mails == []
    services.clock.advance(FIRST_RETRY_SECONDS + 1)
    DeliveryWorker(mailing).deliver_due()
    assert len(mail_server.mails) == 1


def test_a_message_that_nobody_needs_any_more_is_dropped(
    mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    owe(context(), lives=60)
    mailing.clock.advance(61)
    DeliveryWorker(mailing).deliver_due()
    assert (mail_server.mails, waiting(mailing)) == ([], 0)


def test_what_no_channel_carries_does_not_stand_before_others(
    mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    ctx = context()
    with ctx.store.write() as tx:
        for number in range(BATCH + 1):
            text = Message("p", "SMS", f"+1555000{number:04}", "", "b", "123456", "t", "ada", 99_999_999_999)
            enqueue(tx, ctx, text)
    mailing.clock.advance(1)
    owe(ctx)
    worker = DeliveryWorker(mailing)
    worker.deliver_due()
    worker.deliver_due()
    assert len(mail_server.mails) == 1
    assert waiting(mailing) == BATCH + 1


def test_a_message_that_breaks_its_channel_does_not_stop_the_others(
    mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    ctx = context()
    owe(ctx, "broken@example.com")
    with ctx.store.write() as tx:
        tx.update(schema.messages, schema.messages.c.recipient == "broken@example.com", sealed=b"not sealed by us")
    owe(ctx)
    DeliveryWorker(mailing).deliver_due()
    assert len(mail_server.mails) == 1
    assert waiting(mailing) == 1


def test_one_of_many_workers_sends_a_message(
    mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    for number in range(5):
        owe(context(), f"person{number}@example.com")
    workers = [DeliveryWorker(mailing) for _ in range(4)]
    threads = [Thread(target=worker.deliver_due) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail_server.mails) == 5
    assert waiting(mailing) == 0


def test_a_worker_that_died_leaves_its_message_to_others(
    mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    owe(context())
    now = mailing.clock.now_seconds()
    with mailing.store.write() as tx:
        assert messages.claim(tx, messages.due(tx, now, 1)[0], now + LEASE_SECONDS)
    DeliveryWorker(mailing).deliver_due()
    assert mail_server.mails == []
    mailing.clock.advance(LEASE_SECONDS)
    DeliveryWorker(mailing).deliver_due()
    assert len(mail_server.mails) == 1


def test_one_warning_names_the_setting_that_is_missing(services: Services, context: Callable[..., Context]) -> None:
    written = io.StringIO()
    configure_logs("json", "info", written)
    owe(context())
    worker = DeliveryWorker(services)
    worker.deliver_due()
    worker.deliver_due()
    assert written.getvalue().count("messages_wait") == 1
    assert "smtp or delivery_webhook" in written.getvalue()


def test_the_outbox_of_development_keeps_everything(
    mailing: Services, context: Callable[..., Context], mail_server: MailServer
) -> None:
    developing = dataclasses.replace(mailing, settings=dataclasses.replace(mailing.settings, dev=True))
    owe(context())
    owe(context(), "late@example.com", lives=-1)
    worker = DeliveryWorker(developing)
    worker.deliver_due()
    cleaner = Cleaner(developing)
    while cleaner.run_due():
        pass
    assert (len(mail_server.mails), waiting(developing)) == (1, 2)


def test_a_sweep_removes_what_nobody_needs_any_more(
    services: Services, context: Callable[..., Context], clean: Callable[[], int]
) -> None:
    owe(context())
    owe(context(), lives=-1)
    clean()
    assert waiting(services) == 1


def test_a_refused_recipient_is_not_tried_again(mailing: Services, context: Callable[..., Context]) -> None:
    owe(context(), "nobody@refused.example")
    DeliveryWorker(mailing).deliver_due()
    assert waiting(mailing) == 0


def test_what_is_stored_is_sealed(services: Services, context: Callable[..., Context]) -> None:
    """PWD-14, CRY-02."""
    owe(context())
    with services.store.read() as tx:
        stored = messages.newest(tx, "ada@example.com", 1)[0]
    assert b"123456" not in stored.sealed


# -- channels that hang ------------------------------------------------------------------------------------------------
@pytest.fixture
def stuck(mailing: Services) -> Iterator[tuple[DeliveryWorker, SilentPeer]]:
    """A worker that runs, whose mail server answers and whose webhook for logs hangs."""
    with SilentPeer("hangs") as peer:
        settings = dataclasses.replace(mailing.settings, log_delivery_webhook=peer.url)
        worker = DeliveryWorker(dataclasses.replace(mailing, settings=settings))
        worker.start()
        yield worker, peer
        peer.let_go()
        worker.stop()


def test_mail_does_not_wait_for_a_webhook_that_hangs(
    stuck: tuple[DeliveryWorker, SilentPeer],
    context: Callable[..., Context],
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though so many logs are owed that they fill several rounds."""
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", 600)
    worker, peer = stuck
    ctx = context()
    with ctx.store.write() as tx:
        for _ in range(3 * BATCH):
            enqueue(tx, ctx, Message("p", "LOG", "logs", "", "{}", "", "t", "ada", 99_999_999_999))
    worker.wake()
    until(lambda: peer.asked == 1)
    owe(ctx)
    until(lambda: len(mail_server.mails) == 1)
    assert peer.asked == 1


def test_what_waited_behind_a_webhook_that_hung_is_delivered_with_it(
    stuck: tuple[DeliveryWorker, SilentPeer],
    services: Services,
    context: Callable[..., Context],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_client, "TIMEOUT_SECONDS", 600)
    worker, peer = stuck
    ctx = context()
    now = ctx.clock.now_seconds()
    with ctx.store.write() as tx:
        for _ in range(5):
            enqueue(tx, ctx, Message("p", "LOG", "logs", "", "{}", "", "t", "ada", 99_999_999_999))
    worker.wake()
    until(lambda: peer.asked == 1)

    def put_off() -> int:
        with services.store.read() as tx:
            return sum(message.due_at > now + 1 for message in messages.newest(tx, None, 100))

    until(lambda: put_off() == 5)
    peer.let_go()
    until(lambda: peer.asked == 5)
