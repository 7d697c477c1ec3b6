"""Every hot query finds its rows by an index, on both engines."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from ostiary.store import expired, leases, messages, removals, schema, spent
from ostiary.store.db import Store, Tx
from ostiary.store.engines.engine import Handle
from ostiary.store.iam import access_keys
from ostiary.store.identity import identities, identity_pools
from ostiary.store.identity.identities import Identity, Login
from ostiary.store.idp import (
    attribute_removals,
    auth_events,
    clients,
    codes,
    devices,
    domains,
    foreign_passwords,
    groups,
    import_jobs,
    linked_users,
    passkeys,
    password_history,
    pool_parts,
    rate_windows,
    recovery_codes,
    sign_in_failures,
    signing_keys,
    software_tokens,
    token_families,
    user_pools,
    user_search,
    username_keys,
    users,
)
from ostiary.store.idp.sign_in_failures import SignInFailures
from ostiary.store.idp.software_tokens import SoftwareToken
from ostiary.store.idp.token_families import TokenFamily
from ostiary.store.idp.users import Filter, User
from ostiary.store.messages import StoredMessage
from ostiary.store.sns import (
    platform_applications,
    platform_endpoints,
    publications,
    pushes,
    sms,
    topic_subscriptions,
    topics,
)
from ostiary.store.sns.publications import Delivery, Publication
from ostiary.store.sns.pushes import Queue, StoredPush
from ostiary.store.sns.topics import Topic
from ostiary.store.sync import bulk_publishes, configurations, datasets, records, stream, triggers, usage, versions
from ostiary.store.sync import devices as sync_devices
from ostiary.store.sync.datasets import Dataset, Key
from ostiary.store.sync.records import Record
from ostiary.store.sync.stream import StreamRecord

POOL, SUB = "us-east-1_aaaaaaaaa", "11111111-1111-1111-1111-111111111111"
USER = User(POOL, SUB, "ann", "CONFIRMED", True, {"email": "a@x.org"}, None, None, 0, 0, 0)  # noqa: FBT003 - a row
FAMILY = TokenFamily(POOL, "origin", SUB, "client", "jti", "", 0, 9)
MESSAGE = StoredMessage("m", POOL, "EMAIL", "a@x.org", b"", messages.DUE, 0, 0, 0, 9)
QUEUE = Queue("1", "endpoint", "app", 0, 0)
PUSH = StoredPush("1", "endpoint", "p", "k", b"", 9)
IDENTITY = Identity("us-east-1:pool", "us-east-1:identity", "", 0, 0)
STREAMED = StreamRecord("us-east-1:pool", "00", "0-a", "us-east-1:identity", "{}", 0)
DATASET = Key(IDENTITY.pool_id, IDENTITY.identity_id, "notes")
DEVICE = ("us-east-1:pool", "us-east-1:identity", "device")
TOPIC = Topic("1", "topic", {}, {}, 0, 0)
PUBLICATION = Publication("1", "topic", "0-a", b"", "", 0, 0)
DELIVERY = Delivery("1", "topic:s", "0-a", "https://x", b"", False, 0, 0)  # noqa: FBT003 - a row
LOGIN = Login("accounts.google.com", "someone")

LATER = 100_000
"""When all of these have expired."""

LOOKUPS: dict[str, Callable[[Tx], object]] = {
    "a user": lambda tx: users.find(tx, POOL, SUB),
    "a user by name": lambda tx: users.find_by_username(tx, POOL, "ann"),
    "a device": lambda tx: devices.find(tx, POOL, SUB, "k"),
    "a passkey": lambda tx: passkeys.find(tx, POOL, "c"),
    "a software token": lambda tx: software_tokens.find(tx, POOL, SUB),
    "a user by alias": lambda tx: users.find_by_alias(tx, POOL, "a@x.org"),
    "an alias": lambda tx: users.alias_owner(tx, POOL, "a@x.org"),
    "a user's aliases": lambda tx: users.aliases_of(tx, POOL, SUB),
    "a user's groups": lambda tx: groups.groups_of(tx, POOL, SUB),
    "a group": lambda tx: groups.find(tx, POOL, "g"),
    "a pool": lambda tx: user_pools.find(tx, POOL),
    "a client": lambda tx: clients.find(tx, "client"),
    "signing keys": lambda tx: signing_keys.of_pool(tx, POOL),
    "whose signing keys there are": lambda tx: signing_keys.owners(tx, POOL, 10),
    "a sign-in": lambda tx: token_families.find(tx, POOL, "origin"),
    "failures": lambda tx: sign_in_failures.find(tx, POOL, SUB),
    "an access key": lambda tx: access_keys.find(tx, "AKIA"),
    "a user's access keys": lambda tx: access_keys.of_user(tx, "1", "u"),
    "a part of a pool": lambda tx: pool_parts.find(tx, POOL, "terms", "k"),
    "a part by its alias": lambda tx: pool_parts.find_by_alias(tx, POOL, "terms", "a"),
    "a user's recovery codes": lambda tx: recovery_codes.of_user(tx, POOL, SUB),
    "how many recovery codes": lambda tx: recovery_codes.left(tx, POOL, SUB),
    "removals of attributes": lambda tx: attribute_removals.of_pool(tx, POOL),
    "a domain": lambda tx: domains.find(tx, "people"),
    "links of claims": lambda tx: linked_users.of_claims(tx, POOL, "Google", [("a", "1"), ("b", "2")]),
    "a linked user": lambda tx: linked_users.find(tx, POOL, "Google", "Cognito_Subject", "1"),
    "an authentication event": lambda tx: auth_events.find(tx, POOL, SUB, "e"),
    "a foreign password": lambda tx: foreign_passwords.is_kept(tx, POOL, SUB),
    "the nearest foreign password": lambda tx: foreign_passwords.nearest(tx, POOL, SUB),
    "an import job": lambda tx: import_jobs.find(tx, POOL, "import-1"),
    "a running import": lambda tx: import_jobs.is_running(tx, POOL),
    "a waiting import": lambda tx: import_jobs.waiting(tx, 9),
    "an identity": lambda tx: identities.find(tx, IDENTITY.identity_id),
    "a login's identity": lambda tx: identities.owner(tx, IDENTITY.pool_id, LOGIN),
    "an identity's logins": lambda tx: identities.logins_of(tx, IDENTITY.pool_id, IDENTITY.identity_id),
    "a lease": lambda tx: leases.is_free(tx, "work", 0),
    "the end of a lane": lambda tx: stream.last_position(tx, "us-east-1:pool", "00"),
    "whether a lane is long": lambda tx: stream.exceeds(tx, "us-east-1:pool", "00", 100),
    "a payload": lambda tx: stream.payload(tx, "us-east-1:pool", "p", 0),
    "a device that is woken": lambda tx: sync_devices.find(tx, *DEVICE[:3]),
    "a device by its token": lambda tx: sync_devices.find_by_token(tx, *DEVICE[:2], "GCM", "t"),
    "who is woken": lambda tx: sync_devices.subscribed(tx, *DEVICE[:2], "notes"),
    "a sync trigger": lambda tx: triggers.find(tx, "us-east-1:pool"),
    "a bulk publish": lambda tx: bulk_publishes.find(tx, "us-east-1:pool"),
    "a dataset": lambda tx: datasets.find(tx, DATASET),
    "an identity's datasets": lambda tx: datasets.of_identity(tx, IDENTITY.pool_id, IDENTITY.identity_id),
    "how many datasets": lambda tx: datasets.count(tx, IDENTITY.pool_id, IDENTITY.identity_id),
    "a record": lambda tx: records.find(tx, Dataset(DATASET), ["k", "l", "m"]),
    "a dataset's records": lambda tx: records.of_dataset(tx, Dataset(DATASET)),
    "who was merged": lambda tx: identities.merged(tx, IDENTITY.pool_id, IDENTITY.identity_id),
    "what pools use": lambda tx: usage.of_pools(tx, [IDENTITY.pool_id, "other"]),
    "a topic": lambda tx: topics.find(tx, "1", "topic"),
    "a subscription": lambda tx: topic_subscriptions.find(tx, "1", "topic", "topic:s"),
    "an endpoint's subscription": lambda tx: topic_subscriptions.find_by_endpoint(tx, "1", "topic", "http", "u"),
    "how many subscriptions": lambda tx: topic_subscriptions.counts(tx, "1", "topic"),
    "an endpoint by token": lambda tx: platform_endpoints.find_by_token(tx, "1", "app", "k"),
    "a platform application": lambda tx: platform_applications.find(tx, "1", "app"),
    "whether a phone opted out": lambda tx: sms.is_opted_out(tx, "1", "+1555"),
    "how a pool synchronizes": lambda tx: configurations.find(tx, IDENTITY.pool_id),
}
PAGES: dict[str, Callable[[Tx], object]] = {
    "users": lambda tx: users.page(tx, POOL, None, SUB, 60),
    "devices": lambda tx: devices.page(tx, POOL, SUB, "k", 60),
    "passkeys": lambda tx: passkeys.page(tx, POOL, SUB, "c", 20),
    "members": lambda tx: groups.members_page(tx, POOL, "g", after=SUB, limit=60),
    "groups": lambda tx: groups.page(tx, POOL, "g", 60),
    "clients": lambda tx: clients.page(tx, POOL, "c", 60),
    "pools": lambda tx: user_pools.page(tx, "1", "us-east-1", POOL, 60),
    "parts of a pool": lambda tx: pool_parts.page(tx, POOL, "terms", "k", 60),
    "authentication events": lambda tx: auth_events.page(tx, POOL, SUB, "k", 60),
    "passwords before": lambda tx: password_history.newest(tx, POOL, SUB, 24),
    "import jobs": lambda tx: import_jobs.page(tx, POOL, "k", 60),
    "lines of an import": lambda tx: import_jobs.log(tx, POOL, "import-1", 1, 60),
    "identities": lambda tx: identities.page(tx, IDENTITY.pool_id, "i", 60, hide_merged=False),
    "changed records": lambda tx: records.changed(tx, Dataset(DATASET), (3, "k"), 9, 100),
    "removals of attributes that wait": lambda tx: attribute_removals.waiting(tx, 9),
    "removals that wait": lambda tx: removals.waiting(tx, 9),
    "all user names": lambda tx: username_keys.usernames(tx, POOL, "a", 1000),
    "all aliases": lambda tx: username_keys.aliases(tx, POOL, "a", 1000),
    "messages due": lambda tx: messages.due(tx, 9, 10),
    "applications that owe pushes": lambda tx: pushes.waiting_application(tx, "a"),
    "pushes due": lambda tx: pushes.due(tx, "app", 9, 10),
    "an endpoint's first push": lambda tx: pushes.first(tx, QUEUE),
    "lanes": stream.lanes,
    "the head of a lane": lambda tx: stream.head(tx, "us-east-1:pool", "00", 100),
    "a pool's datasets": lambda tx: datasets.page(tx, "us-east-1:pool", ("us-east-1:identity", "notes"), 20),
    "an identity's deleted datasets": lambda tx: datasets.deleted(tx, "us-east-1:pool", "us-east-1:identity"),
    "what changed in a pool": lambda tx: versions.of_pool(tx, "us-east-1:pool"),
    "topics": lambda tx: topics.page(tx, "1", "t", 100),
    "a topic's subscriptions": lambda tx: topic_subscriptions.page_of_topic(tx, "1", "topic", "t", 100),
    "confirmed subscriptions": lambda tx: topic_subscriptions.told_page(tx, PUBLICATION, 100),
    "an account's subscriptions": lambda tx: topic_subscriptions.page_of_owner(tx, "1", "t", 100),
    "platform applications": lambda tx: platform_applications.page(tx, "1", "a", 100),
    "an application's endpoints": lambda tx: platform_endpoints.page(tx, "1", "app", "e", 100),
    "phones that opted out": lambda tx: sms.opted_out_page(tx, "1", "+1", 100),
    "publications due": lambda tx: publications.due(tx, 9, 10),
    "a topic's first publication": lambda tx: publications.is_first(tx, PUBLICATION),
    "deliveries due": lambda tx: publications.deliveries_due(tx, 9, 10),
    "a subscription's next delivery": lambda tx: publications.is_next(tx, DELIVERY),
    "bulk publishes under way": bulk_publishes.unfinished,
}
FILTERS: dict[str, Callable[[Tx], object]] = {
    "users by e-mail": lambda tx: users.page(tx, POOL, Filter("email", "a@x.org", prefix=False), None, 60),
    "users by the beginning of an e-mail": lambda tx: users.page(tx, POOL, Filter("email", "a", prefix=True), None, 60),
    "users by a part of anything": lambda tx: user_search.search(
        tx, POOL, user_search.Search("custom:team", "a", "contains"), SUB[:-1], 60
    ),
    "users by sub": lambda tx: users.page(tx, POOL, Filter("sub", SUB, prefix=False), None, 60),
}
CHANGES: dict[str, Callable[[Tx], object]] = {
    "a user": lambda tx: users.update(tx, USER, status="X", attributes={"email": "b@x.org"}),
    "a user is deleted": lambda tx: users.delete(tx, POOL, SUB),
    "an alias": lambda tx: users.release_alias(tx, POOL, "a@x.org", SUB),
    "a code": lambda tx: codes.redeem(tx, POOL, SUB, "p", code_hash="h", now=0),
    "attempts": lambda tx: codes.spend(tx, POOL, SUB, "p", limit=5, window=9, now=0),
    "a user's sessions": lambda tx: token_families.tracked(tx, POOL, SUB, 5),
    "a session that was used": lambda tx: token_families.seen(tx, FAMILY, 1, "d", "i"),
    "a refresh token": lambda tx: token_families.rotate(tx, FAMILY, "next", 1),
    "a forgotten device": lambda tx: token_families.end_refreshing(tx, POOL, SUB, "k"),
    "a used code of an app": lambda tx: software_tokens.use(tx, SoftwareToken(POOL, SUB, b"", None, "", 0), 1),
    "a used recovery code": lambda tx: recovery_codes.use(tx, POOL, SUB, b""),
    "codes of later changes": lambda tx: codes.discard_from(tx, POOL, SUB, "email revert 1", "email revert "),
    "a revocation": lambda tx: token_families.revoke(tx, POOL, "origin"),
    "a global sign-out": lambda tx: token_families.revoke_all(tx, POOL, SUB, 5),
    "failures held": lambda tx: sign_in_failures.hold(tx, POOL, SUB),
    "a user locked": lambda tx: users.lock(tx, USER),
    "strangers' attempts": lambda tx: codes.sweep(tx, POOL, "p", 0),
    "failures": lambda tx: sign_in_failures.put(tx, POOL, SUB, SignInFailures(1, 1)),
    "failures forgotten": lambda tx: sign_in_failures.clear(tx, POOL, SUB),
    "a spent session": lambda tx: spent.spend(tx, POOL, "s", 9),
    "a message": lambda tx: messages.claim(tx, MESSAGE, 5),
    "a push": lambda tx: pushes.add(tx, PUSH),
    "a push claimed": lambda tx: pushes.claim(tx, QUEUE, 5),
    "a push that left": lambda tx: pushes.advance(tx, QUEUE, PUSH, 5),
    "a message that left": lambda tx: messages.remove(tx, "m"),
    "an identity": lambda tx: identities.change(tx, IDENTITY.pool_id, IDENTITY.identity_id, 1),
    "a dataset locked": lambda tx: datasets.lock(tx, DATASET),
    "a dataset's identity held": lambda tx: identities.hold(tx, IDENTITY.identity_id),
    "removed records forgotten": lambda tx: records.forget_removed(tx, Dataset(DATASET), 0),
    "records deleted": lambda tx: records.delete_all(tx, Dataset(DATASET, deleted_count=2)),
    "deleted datasets dropped": lambda tx: datasets.drop_deleted(tx, DATASET, 0),
    "an identity's data deleted": lambda tx: datasets.delete_all(tx, IDENTITY.pool_id, [IDENTITY.identity_id], 1),
    "moved logins": lambda tx: identities.move_logins(tx, IDENTITY.pool_id, IDENTITY.identity_id, "other"),
    "an identity's newest devices": lambda tx: sync_devices.keep_newest(tx, *DEVICE[:2], 100),
    "a share of a rate": lambda tx: rate_windows.take(tx, "account", 1, 1, 1),
    "a lease": lambda tx: leases.take(tx, "work", "me", 0, 9),
    "a lease given back": lambda tx: leases.release(tx, "work", "me"),
    "a lease closed": lambda tx: leases.close(tx, "work", "me", 9),
    "a topic's sequence": lambda tx: topics.next_sequence(tx, TOPIC),
    "a topic deleted": lambda tx: topics.delete(tx, "1", "topic"),
    "a publication claimed": lambda tx: publications.claim(tx, PUBLICATION, 5),
    "a publication that goes on": lambda tx: publications.go_on(tx, PUBLICATION, "s", 5),
    "a delivery claimed": lambda tx: publications.claim_delivery(tx, DELIVERY, 5),
    "a delivery that is given up": lambda tx: publications.give_up_delivery(tx, DELIVERY),
    "a delivery that left": lambda tx: publications.remove_delivery(tx, DELIVERY),
    "records that left": lambda tx: stream.remove_through(tx, STREAMED),
    "a change counted": lambda tx: versions.count(tx, "us-east-1:pool", "us-east-1:identity"),
    "a user pool deleted": lambda tx: user_pools.delete(tx, POOL, 0),
    "a group deleted": lambda tx: groups.delete(tx, POOL, "g"),
    "an import's file": lambda tx: import_jobs.drop_file(tx, POOL, "import-1"),
    "an identity pool deleted": lambda tx: identity_pools.delete(tx, IDENTITY.pool_id, 0),
    "a platform application deleted": lambda tx: platform_applications.delete(tx, "1", "app"),
    "a client's sign-ins": lambda tx: removals.begin(tx, "client", POOL, client_id="client"),
}
HEAPS = [heap for heap in expired.heaps(LATER, messages=True) if heap[0] is not schema.rate_windows]
"""What has expired, but for rates: they are few, and change too often for an index."""


class Explainer:
    """Stands before the driver and asks, before each statement runs, how it will be done."""

    def __init__(self, driver: Any, *, postgresql: bool) -> None:
        self._driver = driver
        self._postgresql = postgresql
        self.plans: list[tuple[str, Any]] = []

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        self.explain(sql, parameters)
        return self._driver.execute(sql, parameters)

    def explain(self, sql: str, parameters: Any) -> None:
        if sql.startswith(("INSERT", "EXPLAIN")):
            return
        if self._postgresql:
            plan = self._driver.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters).fetchone()[0][0]["Plan"]
            self.plans.append((sql, plan))
        else:
            rows = self._driver.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
            self.plans.append((sql, [row[3] for row in rows]))


@pytest.fixture
def explained(store: Store, engine_name: str) -> Iterator[tuple[Tx, Explainer]]:
    """Give a transaction whose statements are explained, on tables that have rows."""
    with store.write() as tx:
        users.create(tx, USER, "ann")
        token_families.add(tx, FAMILY)
        messages.add(tx, MESSAGE)
        pushes.lock(tx, QUEUE)
        pushes.add(tx, PUSH)
        identities.create(tx, IDENTITY)
        datasets.save(tx, Dataset(DATASET))
        records.put(tx, DATASET, [Record("k", None, 1, 0, "", None)])
        stream.add(tx, STREAMED)
    with store.engine.write() as handle:
        postgresql = engine_name == "postgresql"
        if postgresql:
            # A table of one row is always quickest to read whole: ask what is possible instead.
            handle.driver.execute("SET LOCAL enable_seqscan = off")
        explainer = Explainer(handle.driver, postgresql=postgresql)
        _explain_expressions(handle.connection, explainer)
        yield Tx(Handle(handle.connection, explainer), store.engine, writes=True), explainer


def _explain_expressions(connection: Connection, explainer: Explainer) -> None:
    def before(_connection: object, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        explainer.explain(sql, parameters)

    event.listen(connection, "before_cursor_execute", before)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _assert_indexed(explainer: Explainer, *, sorted_by_index: bool) -> None:
    assert explainer.plans
    for sql, plan in explainer.plans:
        if isinstance(plan, dict):
            nodes = list(_nodes(plan))
            scans = [node for node in nodes if node["Node Type"].endswith("Scan") and "Plans" not in node]
            assert scans, sql
            assert all("Index Cond" in node for node in scans), (sql, plan)
            sorts = any("Sort" in node["Node Type"] for node in nodes)
        else:
            # What a subquery found (SQLAlchemy calls it anon_1) is read whole.
            # What a subquery found (SQLAlchemy calls it anon_1), and what stands in the statement, is read whole.
            known = (
                "SEARCH",
                "LIST",
                "USE TEMP",
                "MULTI",
                "INDEX",
                "CORRELATED",
                "CO-ROUTINE anon_",
                "SCAN anon_",
                "SCAN CONSTANT",
                "SCAN 2 CONSTANT",
            )
            assert all(step.startswith(known) for step in plan), (sql, plan)
            sorts = any("TEMP B-TREE" in step for step in plan)
        assert not (sorted_by_index and sorts), (sql, plan)


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_uses_an_index(explained: tuple[Tx, Explainer], name: str) -> None:
    tx, explainer = explained
    LOOKUPS[name](tx)
    _assert_indexed(explainer, sorted_by_index=False)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_comes_from_an_index_in_its_order(explained: tuple[Tx, Explainer], name: str) -> None:
    tx, explainer = explained
    PAGES[name](tx)
    _assert_indexed(explainer, sorted_by_index=True)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_uses_an_index(explained: tuple[Tx, Explainer], name: str) -> None:
    tx, explainer = explained
    FILTERS[name](tx)
    _assert_indexed(explainer, sorted_by_index=False)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_uses_an_index(explained: tuple[Tx, Explainer], name: str) -> None:
    tx, explainer = explained
    CHANGES[name](tx)
    if explainer.plans:  # an upsert finds its row by the primary key, by its nature
        _assert_indexed(explainer, sorted_by_index=False)


@pytest.mark.parametrize("heap", HEAPS, ids=lambda heap: str(heap[0].name))
def test_what_has_expired_is_found_and_deleted_by_an_index(explained: tuple[Tx, Explainer], heap: expired.Heap) -> None:
    tx, explainer = explained
    removals.delete_keys(tx, heap[0], removals.find_keys(tx, *heap), heap[1])
    _assert_indexed(explainer, sorted_by_index=False)


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: str(table.name))
def test_text_is_compared_byte_by_byte(store: Store, engine_name: str, table: Any) -> None:
    """Pages and prefixes are ranges of an index: both engines must agree on the order of text."""
    query = text("SELECT collation_name FROM information_schema.columns WHERE table_name = :t AND data_type = 'text'")
    with store.read() as tx:
        if engine_name == "postgresql":
            assert set(tx.execute(query, {"t": table.name}).scalars()) == {"C"}
        else:
            declared = tx.execute(text("SELECT sql FROM sqlite_master WHERE name = :t"), {"t": table.name}).scalar_one()
            assert "COLLATE" not in declared  # SQLite's default is BINARY
