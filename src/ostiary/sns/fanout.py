"""From one message to a parcel, mail, text or push for every subscription that wants it, page by page.

A crash in between costs nothing and doubles little: how far a message came is written with what was owed on the way.
"""

import structlog

from ostiary.context import Context
from ostiary.sns import filters, messages, signing
from ostiary.sns.envelopes import Broadcast
from ostiary.sns.protocols import protocol_of
from ostiary.sns.protocols.protocol import Write
from ostiary.store.sns import publications, topic_subscriptions, topics
from ostiary.store.sns.publications import Publication
from ostiary.store.sns.topic_subscriptions import Subscription

PAGE = 100
LEASE_SECONDS = 30
BATCH = 20

log = structlog.get_logger()


class Fanout:
    """Works off publications. Any number of processes may do so."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def run(self) -> bool:
        """Take a step with every publication that is due; return whether there was any to take."""
        ctx = self._ctx
        with ctx.store.read() as tx:
            due = publications.due(tx, ctx.clock.now_seconds(), BATCH)
        return sum(self._step(publication) for publication in due) > 0

    def _step(self, publication: Publication) -> bool:
        ctx = self._ctx
        until = ctx.clock.now_seconds() + LEASE_SECONDS
        with ctx.store.write() as tx:
            if publication.topic_arn.endswith(publications.FIFO) and not publications.is_first(tx, publication):
                return False
            if not publications.claim(tx, publication, until):
                return False
        with ctx.store.read() as tx:
            topic = topics.find(tx, publication.account_id, publication.topic_arn)
            page = topic_subscriptions.told_page(tx, publication, PAGE)
        message = messages.opened(ctx, publication.sealed)
        signing.prepare(ctx.services)  # what may fail for everybody fails here, and is tried again
        told = Broadcast(ctx, topic, message, publication.publication_id) if topic is not None else None
        writes = [] if told is None else [write for found in page if (write := self._told(told, found)) is not None]
        with ctx.store.write() as tx:
            if len(page) < PAGE:
                mine = publications.finish(tx, publication, until)
            else:
                mine = publications.go_on(tx, publication, page[-1].arn, until)
            for write in writes if mine else ():
                write(tx)
        return True

    def _told(self, told: Broadcast, subscription: Subscription) -> Write | None:
        """Return what writes a message for a subscription; None when it does not want it, or cannot be told."""
        try:
            if not self._wants(told, subscription):
                return None
            text = told.message.text_for(subscription.protocol)
            # Apps have texts by platform, which their protocol looks up itself.
            return protocol_of(subscription.protocol).tell(told, subscription, text or "")
        except Exception:
            # Whatever is wrong with one subscription, the others are told.
            log.exception("subscription_not_told", subscription=subscription.arn)
            return None

    def _wants(self, told: Broadcast, subscription: Subscription) -> bool:
        policy = subscription.attributes.get("FilterPolicy")
        if policy is None:
            return True
        scope = subscription.attributes.get("FilterPolicyScope", filters.SCOPES[0])
        text = told.message.text_for(subscription.protocol) or ""
        return filters.wants(policy, scope, text, told.message.attributes)
