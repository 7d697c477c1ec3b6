"""SNS topics."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ostiary.store import removals, schema
from ostiary.store.db import Tx


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. `attributes` are those that were set, by SNS's names; `joined` counts confirmed subscriptions."""

    account_id: str
    arn: str
    attributes: dict[str, str]
    tags: dict[str, str]
    sequence: int
    created_at: int
    joined: int = 0

    @property
    def fifo(self) -> bool:
        """Whether messages keep their order."""
        return self.attributes.get("FifoTopic") == "true"


def create(tx: Tx, topic: Topic) -> None:
    """Insert a topic; raises AlreadyExists, and Retry while one of its name is removed."""
    removals.check_none(tx, "topic", topic.account_id, topic_arn=topic.arn)
    tx.insert(
        schema.topics,
        account_id=topic.account_id,
        arn=topic.arn,
        attributes=json.dumps(topic.attributes),
        tags=json.dumps(topic.tags),
        sequence=topic.sequence,
        created_at=topic.created_at,
    )


def find(tx: Tx, account_id: str, arn: str) -> Topic | None:
    """Return a topic."""
    row = tx.get(schema.topics, account_id=account_id, arn=arn)
    return None if row is None else _topic(row)


def page(tx: Tx, account_id: str, after: str | None, limit: int) -> list[Topic]:
    """Return at most `limit` topics of an account, by ARN, behind `after`."""
    table = schema.topics
    query = select(table).where(table.c.account_id == account_id, table.c.arn > (after or ""))
    return [_topic(row) for row in tx.all(query.order_by(table.c.arn).limit(limit))]


def update(tx: Tx, topic: Topic, *, attributes: dict[str, str], tags: dict[str, str]) -> bool:
    """Replace attributes and tags; return whether the topic was still as it was read."""
    before = _key(topic) | {"attributes": json.dumps(topic.attributes), "tags": json.dumps(topic.tags)}
    return tx.update(schema.topics, before, attributes=json.dumps(attributes), tags=json.dumps(tags)) == 1


def next_sequence(tx: Tx, topic: Topic) -> int:
    """Count one more message of a topic and return how many there were; others wait until this transaction ends."""
    tx.update(schema.topics, _key(topic), sequence=schema.topics.c.sequence + 1)
    found = find(tx, topic.account_id, topic.arn)
    return found.sequence if found else 0


def join(tx: Tx, account_id: str, arn: str) -> int:
    """Count one more confirmed subscription of a topic and return how many there were so far.

    What was published before has a lower count: by no clock, so that nodes need not agree on the time.
    """
    tx.update(schema.topics, {"account_id": account_id, "arn": arn}, joined=schema.topics.c.joined + 1)
    found = find(tx, account_id, arn)
    return found.joined if found else 0


def delete(tx: Tx, account_id: str, arn: str) -> None:
    """Delete a topic, what was published but nobody was told of, and its subscriptions, which are removed in bites."""
    tx.delete(schema.topics, {"account_id": account_id, "arn": arn})  # first, as those do who confirm
    removals.begin(tx, "topic", account_id, topic_arn=arn)


def _key(topic: Topic) -> dict[str, str]:
    return {"account_id": topic.account_id, "arn": topic.arn}


def _topic(row: Any) -> Topic:
    attributes, tags = json.loads(row.attributes), json.loads(row.tags)
    return Topic(row.account_id, row.arn, attributes, tags, row.sequence, row.created_at, row.joined)
