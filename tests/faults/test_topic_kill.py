"""`kill -9` of the server while it tells a topic's subscribers: everything owed to them is sent after the restart."""

import signal
from collections import Counter
from pathlib import Path
from threading import Event
from typing import Any

from tests.fixtures.process import advance_clock, free_port, root_client, serving_process
from tests.fixtures.receiver import Receiver
from tests.fixtures.waiting import PATIENCE, until
from tests.sns.conftest import parsed

QUEUES, MESSAGES = 12, 20
TAKEN_BEFORE_THE_KILL = 15
MUCH = 5
ACCOUNT = "000000000000"


def test_everything_that_is_owed_is_sent_after_a_kill(database: str, tmp_path: Path, receiver: Receiver) -> None:
    port = free_port()
    settings: dict[str, Any] = {"sqs_endpoint": receiver.url, "sqs_access_key_id": "AK", "sqs_secret_access_key": "SK"}
    settings["allow_private_addresses"] = "true"
    names = [f"queue-{number}" for number in range(QUEUES)]
    with serving_process(tmp_path, database, port, **settings) as process:
        sns = root_client(port, "sns")
        topic = sns.create_topic(Name="news")["TopicArn"]
        for name in names:
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")
        much_is_owed = Event()

        def told(taken: int) -> None:
            much_is_owed.wait(PATIENCE)
            if taken >= TAKEN_BEFORE_THE_KILL:
                process.send_signal(signal.SIGKILL)

        receiver.told = told
        acknowledged = _publish_until_dead(sns, topic, much_is_owed)
        assert process.wait() == -signal.SIGKILL
    receiver.told = lambda _taken: None
    before = len(receiver.taken)
    assert before < QUEUES * len(acknowledged)
    with serving_process(tmp_path, database, port, **settings):
        advance_clock(port, 150)  # what the killed process had in hand is held for it no longer
        until(lambda: _told(receiver).keys() >= {(name, text) for name in names for text in acknowledged})
    counts = _told(receiver)
    # What was sent and not yet written down may come again, and nothing else.
    assert sum(counts.values()) - len(counts) <= before


def _publish_until_dead(sns: Any, topic: str, much_is_owed: Event) -> list[str]:
    """Publish and return the texts that were acknowledged; say when they are many more than are sent at a time."""
    done: list[str] = []
    for number in range(MESSAGES):
        try:
            sns.publish(TopicArn=topic, Message=str(number))
        except Exception:  # noqa: BLE001 - the server is dead, in whatever way the client says so
            return done
        done.append(str(number))
        if len(done) == MUCH:
            much_is_owed.set()
    return done


def _told(receiver: Receiver) -> Counter[tuple[str, str]]:
    sent = [parsed(body) for _, body in receiver.taken]
    return Counter((each["QueueUrl"].rpartition("/")[2], parsed(each["MessageBody"])["Message"]) for each in sent)
