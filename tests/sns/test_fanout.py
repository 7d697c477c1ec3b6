"""From a publication to what each subscription is owed: who is told, and that nothing is lost or owed twice."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ostiary.context import Context, Services
from ostiary.sns import deliveries, fanout, worker
from ostiary.sns.carriers import CARRIERS
from ostiary.sns.fanout import LEASE_SECONDS, Fanout
from ostiary.sns.protocols import protocol_of
from ostiary.sns.worker import TopicWorker
from ostiary.store import schema
from ostiary.store.db import Store, Tx
from ostiary.store.sns import publications
from ostiary.store.sns.publications import Delivery
from tests.fixtures.context import ACCOUNT, Api
from tests.fixtures.receiver import Receiver
from tests.fixtures.waiting import until
from tests.sns.conftest import parsed

NEVER = 99_999_999_999


class BrokenError(Exception):
    """What a process dies of."""


@dataclasses.dataclass
class Broadcast:
    """A topic, called in this process; nobody works off what it owes unless a test says so."""

    api: Api
    topic: str

    def subscribe(self, name: str) -> str:
        """Subscribe a queue, which needs not confirm."""
        queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        return str(self.api("Subscribe", TopicArn=self.topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"])

    def publish(self, text: str) -> None:
        """Publish a text."""
        self.api("Publish", TopicArn=self.topic, Message=text)

    def work_off(self) -> None:
        """Tell everybody whom anything published is for."""
        while Fanout(self.api.ctx).run():
            pass

    def questions(self) -> dict[str, str]:
        """Return what endpoints are asked before they are told anything, by subscription."""
        with self.api.ctx.store.read() as tx:
            found = publications.deliveries_due(tx, NEVER, 100)
        return {each.subscription_arn: deliveries.opened(self.api.ctx, each).body for each in found}

    def owed(self) -> Counter[tuple[str, str]]:
        """Count what subscriptions are owed: (subscription's name, text)."""
        with self.api.ctx.store.read() as tx:
            found = publications.deliveries_due(tx, NEVER, 10_000)
        return Counter((_name(delivery), self._text(delivery)) for delivery in found)

    def _text(self, delivery: Delivery) -> str:
        return str(parsed(deliveries.opened(self.api.ctx, delivery).body)["Message"])


def _name(delivery: Delivery) -> str:
    return delivery.subscription_arn.rpartition(":")[2]


@pytest.fixture
def news(context: Callable[..., Context]) -> Broadcast:
    api = Api(context(), "sns")
    return Broadcast(api, api("CreateTopic", Name="news")["TopicArn"])


def test_who_confirms_after_a_publication_is_not_told_of_it(news: Broadcast) -> None:
    """However late it is worked off, and whatever any clock says: here it stands still."""
    news.api.ctx.clock.set(1_800_000_000)
    there = news.subscribe("there").rpartition(":")[2]
    pending = {"TopicArn": news.topic, "Protocol": "http", "Endpoint": "http://late.example/"}
    arn = news.api("Subscribe", **pending, ReturnSubscriptionArn=True)["SubscriptionArn"]
    news.publish("too early")
    token = parsed(news.questions()[arn])["Token"]
    news.api("ConfirmSubscription", TopicArn=news.topic, Token=token)
    late = news.subscribe("late").rpartition(":")[2]
    news.publish("in time")
    news.work_off()
    told = Counter({key: many for key, many in news.owed().items() if "To confirm" not in key[1]})
    late_http = arn.rpartition(":")[2]
    assert told == Counter([(there, "too early"), (there, "in time"), (late_http, "in time"), (late, "in time")])


@pytest.mark.parametrize("broken", ["claim", "go_on", "finish", "add_delivery"])
def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(
    news: Broadcast, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(fanout, "PAGE", 2)
    names = [news.subscribe(f"queue-{number}").rpartition(":")[2] for number in range(5)]
    news.publish("m")
    Fanout(news.api.ctx).run()  # the first page
    works = getattr(publications, broken)

    def breaks(*args: Any) -> Any:
        works(*args)
        raise BrokenError

    monkeypatch.setattr(publications, broken, breaks)
    with pytest.raises(BrokenError):
        news.work_off()
    monkeypatch.setattr(publications, broken, works)
    news.api.ctx.clock.advance(LEASE_SECONDS + 1)
    news.work_off()
    assert news.owed() == Counter((name, "m") for name in names)


def test_one_subscription_that_cannot_be_told_keeps_nothing_from_the_others(
    news: Broadcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [news.subscribe(f"queue-{number}").rpartition(":")[2] for number in range(3)]
    whole = protocol_of

    def odd(name: str) -> Any:
        protocol = whole(name)

        class Odd:
            @staticmethod
            def tell(told: Any, subscription: Any, text: str) -> Any:
                if subscription.endpoint.endswith("1"):
                    raise BrokenError
                return protocol.tell(told, subscription, text)

        return Odd()

    monkeypatch.setattr(fanout, "protocol_of", odd)
    news.publish("m")
    news.work_off()
    assert news.owed() == Counter([(names[0], "m"), (names[2], "m")])


def test_a_delivery_that_another_node_took_is_neither_postponed_nor_given_up(news: Broadcast) -> None:
    news.subscribe("queue")
    news.publish("m")
    news.work_off()
    with news.api.ctx.store.write() as tx:
        [seen] = publications.deliveries_due(tx, NEVER, 10)
        taken = publications.claim_delivery(tx, seen, 99_999)
        assert taken is not None
        assert publications.claim_delivery(tx, seen, 99_999) is None
        publications.postpone_deliveries(tx, [seen], 1)
        assert not publications.give_up_delivery(tx, seen)
        assert publications.deliveries_due(tx, 99_998, 10) == []


@pytest.fixture
def nodes(services: Services, database: str, receiver: Receiver) -> Iterator[list[TopicWorker]]:
    """Two nodes on one database, with a queue service that is the receiver."""
    queues: dict[str, Any] = {"sqs_endpoint": receiver.url, "sqs_access_key_id": "AK", "sqs_secret_access_key": "SK"}
    settings = dataclasses.replace(services.settings, **queues)
    with ExitStack() as running:
        made = []
        for _ in range(2):
            store = Store.open(database)
            running.callback(store.close)
            bells = {name: type(getattr(services, name))() for name in ("publications", "pushes")}
            made.append(TopicWorker(dataclasses.replace(services, settings=settings, store=store, **bells)))
        for node in made:
            node.start()
            running.callback(node.stop)
        yield made


def test_a_dead_letter_that_does_not_leave_holds_up_nothing_in_order(news: Broadcast) -> None:
    delivery = Delivery(ACCOUNT, f"{news.topic}:s", "1", "sqs", b"", ordered=True, attempts=0, due_at=0)
    dead = dataclasses.replace(delivery, delivery_id="1-dead", ordered=False, due_at=NEVER)
    following = dataclasses.replace(delivery, delivery_id="2")
    with news.api.ctx.store.write() as tx:
        for each in (delivery, dead, following):
            publications.add_delivery(tx, each)
        assert publications.deliveries_due(tx, 1, 10) == [delivery]
        publications.remove_delivery(tx, delivery)
        assert publications.deliveries_due(tx, 1, 10) == [following]
        assert publications.is_next(tx, following)


def test_a_delivery_that_breaks_its_carrier_is_tried_again_later_each_time(
    news: Broadcast, nodes: list[TopicWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaking:
        way = "sqs"
        tries = 0

        def carry(self, _ctx: Context, _parcel: deliveries.Parcel) -> None:
            self.tries += 1
            raise BrokenError

    carrier = Breaking()
    monkeypatch.setitem(CARRIERS, "sqs", carrier)
    news.subscribe("queue")
    news.publish("m")
    until(lambda: carrier.tries)
    news.api.ctx.clock.advance(2)
    until(lambda: carrier.tries == 2)
    assert nodes


@pytest.mark.usefixtures("nodes")
def test_two_nodes_share_a_fan_out_and_send_nothing_twice(
    news: Broadcast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "PAGE", 2)
    monkeypatch.setattr(worker, "BATCH", 5)  # so that both see what the other takes
    queues = [f"queue-{number}" for number in range(4)]
    for name in queues:
        news.subscribe(name)
    for number in range(6):
        news.publish(str(number))
    until(lambda: not _left(news))
    sent = [parsed(body) for _, body in receiver.taken]
    told = Counter((each["QueueUrl"].rpartition("/")[2], parsed(each["MessageBody"])["Message"]) for each in sent)
    assert told == Counter((name, str(number)) for name in queues for number in range(6))


def _left(news: Broadcast) -> bool:
    def any_of(tx: Tx) -> bool:
        return any(tx.all(table.select()) for table in (schema.publications, schema.topic_deliveries))

    with news.api.ctx.store.read() as tx:
        return any_of(tx)
