"""What was published to SNS topics and not every subscription was told of yet, and what is owed to their addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import and_, bindparam, exists, not_, select

from ostiary.store import schema
from ostiary.store.db import Tx

FIFO = ".fifo"
"""What the names of topics end with that keep the order of their messages."""
_P, _D = schema.publications, schema.topic_deliveries
_EARLIER_P, _EARLIER_D = _P.alias(), _D.alias()
_WAITS_FOR_EARLIER_P = and_(
    _P.c.topic_arn.endswith(FIFO),
    exists().where(
        _EARLIER_P.c.account_id == _P.c.account_id,
        _EARLIER_P.c.topic_arn == _P.c.topic_arn,
        _EARLIER_P.c.publication_id < _P.c.publication_id,
    ),
)
_PUBLICATIONS_DUE = (
    select(_P)
    .where(_P.c.due_at <= bindparam("now"), not_(_WAITS_FOR_EARLIER_P))
    .order_by(_P.c.due_at)
    .limit(bindparam("most"))
)
_FIRST_PUBLICATION = (
    select(_P.c.publication_id)
    .where(_P.c.account_id == bindparam("account_id"), _P.c.topic_arn == bindparam("topic_arn"))
    .order_by(_P.c.publication_id)
    .limit(1)
)
_WAITS_FOR_EARLIER_D = and_(
    _D.c.ordered,
    exists().where(
        _EARLIER_D.c.account_id == _D.c.account_id,
        _EARLIER_D.c.subscription_arn == _D.c.subscription_arn,
        _EARLIER_D.c.delivery_id < _D.c.delivery_id,
        _EARLIER_D.c.ordered,
    ),
)
_DELIVERIES_DUE = (
    select(_D)
    .where(_D.c.due_at <= bindparam("now"), not_(_WAITS_FOR_EARLIER_D))
    .order_by(_D.c.due_at)
    .limit(bindparam("most"))
)
_FIRST_DELIVERY = (
    select(_D.c.delivery_id)
    .where(
        _D.c.account_id == bindparam("account_id"),
        _D.c.subscription_arn == bindparam("subscription_arn"),
        _D.c.ordered,
    )
    .order_by(_D.c.delivery_id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Publication:
    """A message; subscriptions behind the ARN `after` are still to be told, of the topic's first `joined`.

    `due_at` is epoch seconds.
    """

    account_id: str
    topic_arn: str
    publication_id: str
    sealed: bytes = field(repr=False)
    after: str
    due_at: int
    joined: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to an address or a queue, `destination`; `due_at` is epoch seconds."""

    account_id: str
    subscription_arn: str
    delivery_id: str
    destination: str
    sealed: bytes = field(repr=False)
    ordered: bool
    attempts: int
    due_at: int

    @property
    def delivery_key(self) -> tuple[str, str, str]:
        """What it is known by."""
        return self.account_id, self.subscription_arn, self.delivery_id


def add(tx: Tx, publication: Publication) -> None:
    """Insert a publication."""
    tx.insert(_P, **{name: getattr(publication, name) for name in Publication.__slots__})


def due(tx: Tx, now: int, most: int) -> list[Publication]:
    """Return at most `most` publications whose time has come, and of a FIFO topic only the oldest."""
    return [_publication(row) for row in tx.all(_PUBLICATIONS_DUE, now=now, most=most)]


def is_first(tx: Tx, publication: Publication) -> bool:
    """Whether a publication is the oldest of its topic."""
    row = tx.one(_FIRST_PUBLICATION, account_id=publication.account_id, topic_arn=publication.topic_arn)
    return row is not None and row.publication_id == publication.publication_id


def claim(tx: Tx, publication: Publication, until: int) -> bool:
    """Take a publication until `until`; return whether nobody else had taken it."""
    where = _publication_key(publication) | {"due_at": publication.due_at, "after": publication.after}
    return tx.update(_P, where, due_at=until) == 1


def go_on(tx: Tx, publication: Publication, after: str, claimed_until: int) -> bool:
    """Note how far a publication came, and that it may go on at once; return whether it was still claimed."""
    where = _publication_key(publication) | {"due_at": claimed_until, "after": publication.after}
    return tx.update(_P, where, after=after, due_at=publication.due_at) == 1


def finish(tx: Tx, publication: Publication, claimed_until: int) -> bool:
    """Delete a publication of which all were told; return whether it was still claimed."""
    return tx.delete(_P, _publication_key(publication) | {"due_at": claimed_until, "after": publication.after}) == 1


def add_delivery(tx: Tx, delivery: Delivery) -> None:
    """Insert a delivery, unless it is there already."""
    tx.insert_if_absent(_D, **{name: getattr(delivery, name) for name in Delivery.__slots__})


def deliveries_due(tx: Tx, now: int, most: int) -> list[Delivery]:
    """Return at most `most` deliveries whose time has come, of ordered ones the subscription's oldest."""
    return [_delivery(row) for row in tx.all(_DELIVERIES_DUE, now=now, most=most)]


def is_next(tx: Tx, delivery: Delivery) -> bool:
    """Whether nothing in order is owed to the subscription that is older."""
    row = tx.one(_FIRST_DELIVERY, account_id=delivery.account_id, subscription_arn=delivery.subscription_arn)
    return row is not None and row.delivery_id == delivery.delivery_id


def claim_delivery(tx: Tx, delivery: Delivery, until: int) -> Delivery | None:
    """Take a delivery until `until`, which counts as a try; None when somebody else took it first."""
    taken = replace(delivery, due_at=until, attempts=delivery.attempts + 1)
    return taken if tx.update(_D, _held(delivery), due_at=taken.due_at, attempts=taken.attempts) else None


def postpone_deliveries(tx: Tx, found: Sequence[Delivery], until: int) -> None:
    """Have deliveries tried at `until`, but not those that somebody else took meanwhile."""
    for delivery in found:
        tx.update(_D, _held(delivery), due_at=until)


def remove_delivery(tx: Tx, delivery: Delivery) -> None:
    """Delete a delivery, whoever has it: it left."""
    tx.delete(_D, _delivery_key(delivery))


def give_up_delivery(tx: Tx, delivery: Delivery) -> bool:
    """Delete a delivery; return whether nobody else had taken it."""
    return tx.delete(_D, _held(delivery)) == 1


def _publication_key(found: Publication) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("account_id", "topic_arn", "publication_id")}


def _delivery_key(found: Delivery) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("account_id", "subscription_arn", "delivery_id")}


def _held(found: Delivery) -> dict[str, Any]:
    return _delivery_key(found) | {"due_at": found.due_at, "attempts": found.attempts}


def _publication(row: Any) -> Publication:
    values = {name: getattr(row, name) for name in Publication.__slots__}
    return Publication(**values | {"sealed": bytes(row.sealed)})


def _delivery(row: Any) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.__slots__}
    return Delivery(**values | {"sealed": bytes(row.sealed), "ordered": bool(row.ordered)})
