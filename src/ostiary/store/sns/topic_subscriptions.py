"""Who is told of what is published to an SNS topic."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, func, select

from ostiary.store import schema
from ostiary.store.db import Tx
from ostiary.store.sns.publications import Publication

_T = schema.topic_subscriptions
_TOPIC = (schema.topics.c.account_id == _T.c.account_id) & (schema.topics.c.arn == _T.c.topic_arn)
_FIND = (
    select(_T)
    .join(schema.topics, _TOPIC)
    .where(
        _T.c.account_id == bindparam("account_id"),
        _T.c.topic_arn == bindparam("topic_arn"),
        _T.c.arn == bindparam("arn"),
    )
)
_TOLD = (
    select(_T)
    .where(
        _T.c.account_id == bindparam("account_id"),
        _T.c.topic_arn == bindparam("topic_arn"),
        _T.c.arn > bindparam("after"),
        _T.c.confirmed,
        _T.c.joined <= bindparam("joined"),
    )
    .order_by(_T.c.arn)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. `account_id` is the topic's, `owner` and `principal` are who subscribed.

    `authenticated` is whether a signed request confirmed it, `guarded` whether only a signed one may end it, `asked_at`
    when confirmation was last asked for (epoch milliseconds). `attributes` are those that were set, by SNS's names;
    `joined` is its number among the topic's confirmed ones, and 0 before.
    """

    account_id: str
    topic_arn: str
    arn: str
    owner: str
    principal: str
    protocol: str
    endpoint: str
    attributes: dict[str, str]
    confirmed: bool
    authenticated: bool
    guarded: bool
    asked_at: int
    joined: int = 0

    @property
    def raw(self) -> bool:
        """Whether the bare message is delivered."""
        return self.attributes.get("RawMessageDelivery") == "true"


def create(tx: Tx, subscription: Subscription) -> None:
    """Insert a subscription; raises AlreadyExists when the topic has one with this protocol and endpoint."""
    values = {name: getattr(subscription, name) for name in Subscription.__slots__}
    values["attributes"] = json.dumps(subscription.attributes)
    tx.insert(_T, **values, endpoint_key=_hash(subscription.endpoint))


def find(tx: Tx, account_id: str, topic_arn: str, arn: str) -> Subscription | None:
    """Return a subscription of a topic that is there."""
    row = tx.one(_FIND, account_id=account_id, topic_arn=topic_arn, arn=arn)
    return None if row is None else _subscription(row)


def find_by_endpoint(tx: Tx, account_id: str, topic_arn: str, protocol: str, endpoint: str) -> Subscription | None:
    """Return the subscription of an endpoint to a topic."""
    row = tx.get(_T, account_id=account_id, topic_arn=topic_arn, protocol=protocol, endpoint_key=_hash(endpoint))
    return None if row is None else _subscription(row)


def page_of_topic(tx: Tx, account_id: str, topic_arn: str, after: str | None, limit: int) -> list[Subscription]:
    """Return at most `limit` subscriptions of a topic, by ARN, behind `after`."""
    query = select(_T).where(_T.c.account_id == account_id, _T.c.topic_arn == topic_arn, _T.c.arn > (after or ""))
    return [_subscription(row) for row in tx.all(query.order_by(_T.c.arn).limit(limit))]


def page_of_owner(tx: Tx, owner: str, after: str | None, limit: int) -> list[Subscription]:
    """Return at most `limit` subscriptions that an account made to topics that are there, by ARN, behind `after`."""
    query = select(_T).join(schema.topics, _TOPIC).where(_T.c.owner == owner, _T.c.arn > (after or ""))
    return [_subscription(row) for row in tx.all(query.order_by(_T.c.arn).limit(limit))]


def told_page(tx: Tx, publication: Publication, limit: int) -> list[Subscription]:
    """Return the next subscriptions to tell of a publication, at most `limit`: those confirmed when it was made."""
    rows = tx.all(
        _TOLD,
        account_id=publication.account_id,
        topic_arn=publication.topic_arn,
        after=publication.after,
        joined=publication.joined,
        most=limit,
    )
    return [_subscription(row) for row in rows]


def counts(tx: Tx, account_id: str, topic_arn: str) -> tuple[int, int]:
    """Return how many subscriptions of a topic are confirmed, and how many are not."""
    many = func.count().label("many")
    query = select(_T.c.confirmed, many).where(_T.c.account_id == account_id, _T.c.topic_arn == topic_arn)
    found = {bool(row.confirmed): int(row.many) for row in tx.all(query.group_by(_T.c.confirmed))}
    return found.get(True, 0), found.get(False, 0)


def update(tx: Tx, before: Subscription, after: Subscription) -> bool:
    """Write a subscription again; return whether it was still as it was read."""
    unchanged = {
        **_key(before),
        "attributes": json.dumps(before.attributes),
        "confirmed": before.confirmed,
        "asked_at": before.asked_at,
    }
    changes = {
        "attributes": json.dumps(after.attributes),
        "confirmed": after.confirmed,
        "authenticated": after.authenticated,
        "guarded": after.guarded,
        "asked_at": after.asked_at,
        "joined": after.joined,
    }
    return tx.update(_T, unchanged, **changes) == 1


def delete(tx: Tx, subscription: Subscription) -> None:
    """Delete a subscription."""
    tx.delete(_T, _key(subscription))


def _key(subscription: Subscription) -> dict[str, Any]:
    return {name: getattr(subscription, name) for name in ("account_id", "topic_arn", "arn")}


def _hash(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()


def _subscription(row: Any) -> Subscription:
    values = {name: getattr(row, name) for name in Subscription.__slots__}
    flags = {name: bool(values[name]) for name in ("confirmed", "authenticated", "guarded")}
    return Subscription(**values | flags | {"attributes": json.loads(row.attributes)})
