"""The outbox: written with what causes it, sent afterwards, once, until it expires."""

import dataclasses
from collections.abc import Callable

import pytest

from ostiary.context import Context, Services
from ostiary.delivery.outbox import Message, enqueue
from ostiary.delivery.worker import FIRST_RETRY_SECONDS, DeliveryWorker
from ostiary.store import messages
from tests.fixtures.mail_server import MailServer


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
