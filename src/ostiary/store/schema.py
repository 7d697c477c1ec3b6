"""Every table. One schema for all engines: text, bigint, boolean, and JSON as text; ids are made in the app.

Times are seconds since the epoch (bigint). `sealed` columns hold ciphertext of `crypto/seal.py`. Configuration is kept
in its wire shape in one JSON column; identity data is rows. Every key of tenant data begins with its pool or account.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)


TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text is compared byte by byte on every engine, so that pages and prefixes are the same and use the index."""


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, TEXT, nullable=null)


def _when(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _only_where(condition: str) -> dict[str, Any]:
    """Return what makes an index one of those rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _table(name: str, key: tuple[str, ...], *columns: Column[Any] | Index) -> Table:
    return Table(name, metadata, *columns, PrimaryKeyConstraint(*key))


# -- the deployment --------------------------------------------------------------------------------------------------
deployment = _table("deployment", ("name",), _text("name"), _text("value"))
"""Facts of the whole deployment; `configuration_version` is bumped by every change of cached configuration."""

messages = _table(
    "messages",
    ("message_id",),
    _text("message_id"),
    _text("pool_id"),
    _text("medium"),
    _text("recipient"),
    Column("sealed", LargeBinary, nullable=False),
    _text("state"),
    Column("attempts", BigInteger, nullable=False),
    _when("created_at"),
    _when("due_at"),
    _when("expires_at"),
    Index(None, "state", "due_at"),
    Index(None, "created_at"),
)
"""The outbox: written in the transaction that causes a message, sent afterwards."""

# -- accounts and IAM ------------------------------------------------------------------------------------------------
accounts = _table("accounts", ("account_id",), _text("account_id"), _text("name"), _when("created_at"))

access_keys = _table(
    "access_keys",
    ("access_key_id",),
    _text("access_key_id"),
    _text("account_id"),
    _text("user_name"),
    Column("sealed", LargeBinary, nullable=False),
    _text("status"),
    _when("created_at"),
    Index(None, "account_id", "user_name"),
)
"""`user_name` is empty for an account's root."""

iam_roles = _table(
    "iam_roles",
    ("account_id", "role_name"),
    _text("account_id"),
    _text("role_name"),
    _text("role_id"),
    _text("configuration"),
    _when("created_at"),
)
iam_users = _table(
    "iam_users",
    ("account_id", "user_name"),
    _text("account_id"),
    _text("user_name"),
    _text("user_id"),
    _text("configuration"),
    _when("created_at"),
)
iam_inline_policies = _table(
    "iam_inline_policies",
    ("account_id", "owner_type", "owner_name", "policy_name"),
    _text("account_id"),
    _text("owner_type"),
    _text("owner_name"),
    _text("policy_name"),
    _text("document"),
)
"""`owner_type` is `role` or `user`."""
iam_policies = _table(
    "iam_policies",
    ("account_id", "arn"),
    _text("account_id"),
    _text("arn"),
    _text("configuration"),
    _when("created_at"),
)
iam_policy_versions = _table(
    "iam_policy_versions",
    ("account_id", "arn", "version_id"),
    _text("account_id"),
    _text("arn"),
    _text("version_id"),
    _text("document"),
    _when("created_at"),
)
iam_attachments = _table(
    "iam_attachments",
    ("account_id", "owner_type", "owner_name", "arn"),
    _text("account_id"),
    _text("owner_type"),
    _text("owner_name"),
    _text("arn"),
    Index(None, "account_id", "arn"),
)
"""`owner_type` is `role` or `user`, or `bounded role` or `bounded user` where the policy is its boundary."""
iam_oidc_providers = _table(
    "iam_oidc_providers",
    ("account_id", "url"),
    _text("account_id"),
    _text("url"),
    _text("configuration"),
    _when("created_at"),
)
"""`url` is without scheme, as in ARNs and condition keys."""

buckets = _table(
    "buckets",
    ("bucket",),
    _text("bucket"),
    _text("account_id"),
    _text("policy"),
    _when("created_at"),
    Index(None, "account_id"),
)
"""Which account owns a bucket behind the gateway, and its bucket policy (empty when it has none)."""

# -- user pools ------------------------------------------------------------------------------------------------------
user_pools = _table(
    "user_pools",
    ("pool_id",),
    _text("pool_id"),
    _text("account_id"),
    _text("name"),
    _text("configuration"),
    _when("created_at"),
    _when("modified_at"),
    Index(None, "account_id", "pool_id"),
)
signing_keys = _table(
    "signing_keys",
    ("pool_id", "kid"),
    _text("pool_id"),
    _text("kid"),
    _text("token_use"),
    Column("sealed", LargeBinary, nullable=False),
    _when("created_at"),
)
"""`token_use` is `id` or `access` for a user pool's keys, `identity` for the ones of identity pools (pool_id `*`)."""
user_pool_clients = _table(
    "user_pool_clients",
    ("pool_id", "client_id"),
    _text("pool_id"),
    _text("client_id"),
    _text("name"),
    _text("configuration"),
    Column("sealed_secret", LargeBinary, nullable=True),
    _when("created_at"),
    _when("modified_at"),
    Index(None, "client_id", unique=True),
)
users = _table(
    "users",
    ("pool_id", "sub"),
    _text("pool_id"),
    _text("sub"),
    _text("username"),
    _text("username_key"),
    _text("status"),
    Column("enabled", Boolean, nullable=False),
    _text("attributes"),
    Column("sealed_verifier", LargeBinary, nullable=True),
    _when("temporary_password_expires_at", null=True),
    _when("tokens_valid_after"),
    _text("factors", null=True),
    _when("created_at"),
    _when("modified_at"),
    Index(None, "pool_id", "username_key", unique=True),
)
"""`username_key` is the user name as it is compared; `attributes` a JSON object of name to text, without `sub`;
`tokens_valid_after` is the time before which every token of the user is dead; `factors` a JSON object of what the user
proves besides the password, or null."""
software_tokens = _table(
    "software_tokens",
    ("pool_id", "sub"),
    _text("pool_id"),
    _text("sub"),
    Column("sealed", LargeBinary, nullable=True),
    Column("sealed_proposal", LargeBinary, nullable=True),
    _text("friendly_name"),
    Column("last_step", BigInteger, nullable=False),
)
"""A user's TOTP seed, and one that was given out and is not proven yet; `last_step` is that of the last code used."""
user_attributes = _table(
    "user_attributes",
    ("pool_id", "name", "value_key", "sub"),
    _text("pool_id"),
    _text("name"),
    _text("value_key"),
    _text("sub"),
    Index(None, "pool_id", "sub"),
)
"""The searchable attributes (email, phone_number, name, preferred_username …), folded, for `ListUsers` filters."""
aliases = _table(
    "aliases",
    ("pool_id", "alias_key"),
    _text("pool_id"),
    _text("alias_key"),
    _text("sub"),
    Index(None, "pool_id", "sub"),
)
"""Other names that sign a user in: verified e-mail, verified phone number, preferred_username; folded."""
devices = _table(
    "devices",
    ("pool_id", "sub", "device_key"),
    _text("pool_id"),
    _text("sub"),
    _text("device_key"),
    _text("name"),
    Column("sealed", LargeBinary, nullable=False),
    Column("remembered", Boolean, nullable=False),
    _text("last_ip"),
    _when("created_at"),
    _when("modified_at"),
    _when("authenticated_at"),
)
"""Devices that users confirmed, each with the sealed salt and verifier of its own SRP secret."""
passkeys = _table(
    "passkeys",
    ("pool_id", "credential_id"),
    _text("pool_id"),
    _text("credential_id"),
    _text("sub"),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    _text("rp_id"),
    _text("name"),
    _text("attachment"),
    _text("transports"),
    Column("backup_eligible", Boolean, nullable=False),
    _when("created_at"),
    Index(None, "pool_id", "sub", "credential_id"),
)
"""The public keys that users' authenticators sign in with; an id is one user's in the whole pool."""
codes = _table(
    "codes",
    ("pool_id", "sub", "purpose"),
    _text("pool_id"),
    _text("sub"),
    _text("purpose"),
    _text("code_hash"),
    _text("destination"),
    Column("attempts", BigInteger, nullable=False),
    _when("created_at"),
    _when("expires_at"),
)
groups = _table(
    "groups",
    ("pool_id", "group_name"),
    _text("pool_id"),
    _text("group_name"),
    _text("configuration"),
    _when("created_at"),
    _when("modified_at"),
)
group_members = _table(
    "group_members",
    ("pool_id", "group_name", "sub"),
    _text("pool_id"),
    _text("group_name"),
    _text("sub"),
    _when("created_at"),
    Index(None, "pool_id", "sub"),
)
sign_in_failures = _table(
    "sign_in_failures",
    ("pool_id", "sub"),
    _text("pool_id"),
    _text("sub"),
    Column("failures", BigInteger, nullable=False),
    _when("last_at"),
    Index(None, "last_at"),
)
token_families = _table(
    "token_families",
    ("pool_id", "origin_jti"),
    _text("pool_id"),
    _text("origin_jti"),
    _text("sub"),
    _text("client_id"),
    _text("current_jti"),
    _text("previous_jti"),
    _when("rotated_at"),
    _when("expires_at"),
    _text("device_key", null=True),
    Index(None, "pool_id", "sub"),
    Index(None, "expires_at"),
)
"""One row per sign-in: the life of its refresh tokens."""
spent = _table(
    "spent", ("pool_id", "id"), _text("pool_id"), _text("id"), _when("expires_at"), Index(None, "expires_at")
)
"""Ids of sealed single-use things (challenge sessions, secret blocks) that have been used."""
pool_parts = _table(
    "pool_parts",
    ("pool_id", "kind", "key"),
    _text("pool_id"),
    _text("kind"),
    _text("key"),
    _text("alias", null=True),
    _text("configuration"),
    Column("sealed", LargeBinary, nullable=True),
    _when("created_at"),
    _when("modified_at"),
    Index(None, "pool_id", "kind", "alias", unique=True),
)
"""What a pool is configured with beside itself and its clients: identity providers, resource servers, branding, terms …
`alias` is another name that is unique among its kind; `sealed` holds the secret part of the configuration."""
user_pool_domains = _table(
    "user_pool_domains",
    ("pool_id", "domain"),
    _text("pool_id"),
    _text("domain"),
    _text("configuration"),
    _when("created_at"),
    Index(None, "domain", unique=True),
)
linked_users = _table(
    "linked_users",
    ("pool_id", "provider", "attribute", "value"),
    _text("pool_id"),
    _text("provider"),
    _text("attribute"),
    _text("value"),
    _text("sub"),
    _when("created_at"),
    Index(None, "pool_id", "sub"),
)
"""Which user somebody is who comes with `value` in the claim `attribute` of a provider."""
auth_events = _table(
    "auth_events",
    ("pool_id", "sub", "event_key"),
    _text("pool_id"),
    _text("sub"),
    _text("event_key"),
    _text("event_id"),
    _text("document"),
    _when("created_at"),
    Index(None, "pool_id", "sub", "event_id"),
)
"""What users did where threat protection is on; `event_key` sorts the newest first, `document` is an AuthEventType."""
password_history = _table(
    "password_history",
    ("pool_id", "sub", "history_key"),
    _text("pool_id"),
    _text("sub"),
    _text("history_key"),
    Column("sealed_verifier", LargeBinary, nullable=False),
    _when("created_at"),
)
"""Passwords that users had before, where the pool forbids them; `history_key` sorts the newest first."""
import_jobs = _table(
    "import_jobs",
    ("pool_id", "job_key"),
    _text("pool_id"),
    _text("job_key"),
    _text("job_id"),
    _text("status"),
    _text("configuration"),
    _text("progress"),
    _text("worker"),
    _when("leased_until"),
    _when("created_at"),
    Index(None, "pool_id", "job_id", unique=True),
    Index(None, "status", "leased_until"),
)
"""Imports of users: `job_key` sorts the newest first; `progress` counts rows and says how far the file was read."""
import_chunks = _table(
    "import_chunks",
    ("pool_id", "job_id", "number"),
    _text("pool_id"),
    _text("job_id"),
    Column("number", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""The file of an import job, in pieces, sealed."""
import_log = _table(
    "import_log",
    ("pool_id", "job_id", "line"),
    _text("pool_id"),
    _text("job_id"),
    Column("line", BigInteger, nullable=False),
    _text("outcome"),
    _text("message"),
)
"""What became of rows of an import that were not imported; `line` is the line of the file."""
foreign_passwords = _table(
    "foreign_passwords",
    ("pool_id", "sub"),
    _text("pool_id"),
    _text("sub"),
    Column("sealed", LargeBinary, nullable=False),
)
"""What a user's password is checked against until it is known here: another system's hash, or another service."""
provisioned_limits = _table(
    "provisioned_limits",
    ("account_id", "category"),
    _text("account_id"),
    _text("category"),
    Column("per_second", BigInteger, nullable=False),
)
"""How many requests of a category an account may make, where that was changed."""

# -- identity pools --------------------------------------------------------------------------------------------------
identity_pools = _table(
    "identity_pools",
    ("pool_id",),
    _text("pool_id"),
    _text("account_id"),
    _text("name"),
    _text("configuration"),
    _text("roles"),
    _when("created_at"),
    Index(None, "account_id", "pool_id"),
)
identities = _table(
    "identities",
    ("pool_id", "identity_id"),
    _text("pool_id"),
    _text("identity_id"),
    _text("merged_into"),
    _when("created_at"),
    _when("modified_at"),
    Index(None, "identity_id", unique=True),
    Index("ix_identities_merged", "pool_id", "merged_into", "identity_id", **_only_where("merged_into != ''")),
)
"""`merged_into` is empty, the identity that survived a merge, or itself when its last login was taken from it."""
logins = _table(
    "logins",
    ("pool_id", "provider", "subject"),
    _text("pool_id"),
    _text("provider"),
    _text("subject"),
    _text("identity_id"),
    _when("created_at"),
    Index(None, "pool_id", "identity_id"),
)
"""Which identity a provider's user is: `subject` is what the provider calls the user."""

# -- sync ------------------------------------------------------------------------------------------------------------
datasets = _table(
    "datasets",
    ("pool_id", "identity_id", "dataset_name"),
    _text("pool_id"),
    _text("identity_id"),
    _text("dataset_name"),
    Column("sync_count", BigInteger, nullable=False),
    Column("deleted_count", BigInteger, nullable=False, server_default="0"),
    Column("forgotten_count", BigInteger, nullable=False),
    Column("num_records", BigInteger, nullable=False),
    Column("data_storage", BigInteger, nullable=False),
    _when("created_at", null=True),
    _when("modified_at"),
    _text("modified_by"),
)
"""A dataset stays as a row when it is deleted, without `created_at`, so that its sync count never goes back.

Who has seen less than `deleted_count` has a dataset that was deleted since; who has seen less than `forgotten_count`
may have records that were removed so long ago that nobody remembers them. Times are milliseconds. The row without a
name is the identity's own: it keeps the highest sync count of the deleted datasets whose rows were dropped.
"""
records = _table(
    "records",
    ("pool_id", "identity_id", "dataset_name", "record_key"),
    _text("pool_id"),
    _text("identity_id"),
    _text("dataset_name"),
    _text("record_key"),
    _text("value", null=True),
    Column("sync_count", BigInteger, nullable=False),
    _when("modified_at"),
    _text("modified_by"),
    _when("device_modified_at", null=True),
    Index("ix_records_sync_count", "pool_id", "identity_id", "dataset_name", "sync_count", "record_key"),
)
"""A record without a value was removed: it stays, so that other devices hear of it. Times are milliseconds."""
sync_usage = _table(
    "sync_usage",
    ("pool_id", "part"),
    _text("pool_id"),
    Column("part", BigInteger, nullable=False),
    Column("sessions", BigInteger, nullable=False),
    Column("data_storage", BigInteger, nullable=False),
    _when("modified_at"),
)
"""What an identity pool uses: the sum of its parts, which are several so that writers need not wait for each other."""
sync_configurations = _table("sync_configurations", ("pool_id",), _text("pool_id"), _text("configuration"))
"""PushSync and CognitoStreams of an identity pool, in their wire shape."""

sync_versions = _table(
    "sync_versions",
    ("pool_id", "part"),
    _text("pool_id"),
    Column("part", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
)
"""How often datasets of a part of a pool's identities changed: who looks at it now and then misses no change."""

# -- sync: events, streams, push -------------------------------------------------------------------------------------
leases = _table("leases", ("name",), _text("name"), _text("holder"), _when("expires_at"))
"""Which process does a piece of work that only one may do at a time, until when."""
sync_triggers = _table("sync_triggers", ("pool_id",), _text("pool_id"), _text("arn"))
"""The function that sees every synchronization of a pool before it is written."""
sync_devices = _table(
    "sync_devices",
    ("pool_id", "identity_id", "device_id"),
    _text("pool_id"),
    _text("identity_id"),
    _text("device_id"),
    _text("platform"),
    _text("token_key"),
    _text("endpoint_arn"),
    _when("created_at"),
    Index(None, "pool_id", "identity_id", "platform", "token_key", unique=True),
)
"""Devices of an identity; `token_key` is a keyed hash of the token that the push service knows the device by."""
sync_subscriptions = _table(
    "sync_subscriptions",
    ("pool_id", "identity_id", "dataset_name", "device_id"),
    _text("pool_id"),
    _text("identity_id"),
    _text("dataset_name"),
    _text("device_id"),
    _when("created_at"),
)
"""Which devices are woken when a dataset changes."""
sync_stream_records = _table(
    "sync_stream_records",
    ("pool_id", "lane", "position"),
    _text("pool_id"),
    _text("lane"),
    _text("position"),
    _text("partition_key"),
    _text("body"),
    _when("created_at"),
)
"""What is owed to a pool's stream. An identity is always in the same lane; a lane leaves in the order of `position`."""
sync_stream_payloads = _table(
    "sync_stream_payloads",
    ("pool_id", "payload_id"),
    _text("pool_id"),
    _text("payload_id"),
    _text("body"),
    _when("expires_at"),
    Index(None, "expires_at"),
)
"""Records of synchronizations that are too large for the stream, for whoever has the address."""
sync_bulk_publishes = _table(
    "sync_bulk_publishes",
    ("pool_id",),
    _text("pool_id"),
    _text("job_id"),
    _text("status"),
    _text("failure"),
    _text("after_identity"),
    _text("after_dataset"),
    _text("last_position"),
    Column("published", BigInteger, nullable=False),
    _when("started_at"),
    _when("completed_at", null=True),
    Index(None, "status", "pool_id"),
)
"""The last bulk publish of a pool and how far it came: everything up to `after_…` is in the stream's queue."""

# -- SNS -------------------------------------------------------------------------------------------------------------
platform_applications = _table(
    "platform_applications",
    ("account_id", "arn"),
    _text("account_id"),
    _text("arn"),
    _text("attributes"),
    Column("sealed", LargeBinary, nullable=False),
    _when("created_at"),
)
"""Apps of a push service; `sealed` is what the service knows the sender by."""
platform_endpoints = _table(
    "platform_endpoints",
    ("account_id", "arn"),
    _text("account_id"),
    _text("arn"),
    _text("application_arn"),
    _text("token_key"),
    Column("sealed", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
    _text("user_data"),
    _when("created_at"),
    _when("modified_at"),
    Index(None, "account_id", "application_arn", "token_key", unique=True),
    Index(None, "account_id", "application_arn", "arn"),
)
"""Apps on devices: `sealed` is the token that a push service knows the device by, `token_key` a keyed hash of it."""
push_queues = _table(
    "push_queues",
    ("account_id", "endpoint_arn"),
    _text("account_id"),
    _text("endpoint_arn"),
    _text("application_arn"),
    _when("due_at"),
    Column("failures", BigInteger, nullable=False),
    Index(None, "application_arn", "due_at"),
)
"""Endpoints that are owed pushes; `due_at` is a lease's end while somebody sends them."""
pushes = _table(
    "pushes",
    ("account_id", "endpoint_arn", "push_id"),
    _text("account_id"),
    _text("endpoint_arn"),
    _text("push_id"),
    _text("collapse_key"),
    Column("sealed", LargeBinary, nullable=False),
    _when("expires_at"),
    Index(None, "account_id", "endpoint_arn", "collapse_key", unique=True),
)
"""The outbox of pushes. `push_id` sorts by the time it was made; `collapse_key` is the id itself where a push does not
take the place of others."""
topics = _table(
    "topics",
    ("account_id", "arn"),
    _text("account_id"),
    _text("arn"),
    _text("attributes"),
    _text("tags"),
    Column("sequence", BigInteger, nullable=False),
    _when("created_at"),
)
"""`attributes` are those that were set; `sequence` counts what was published to a FIFO topic."""
topic_subscriptions = _table(
    "topic_subscriptions",
    ("account_id", "topic_arn", "arn"),
    _text("account_id"),
    _text("topic_arn"),
    _text("arn"),
    _text("owner"),
    _text("principal"),
    _text("protocol"),
    _text("endpoint"),
    _text("endpoint_key"),
    _text("attributes"),
    Column("confirmed", Boolean, nullable=False),
    Column("authenticated", Boolean, nullable=False),
    Column("guarded", Boolean, nullable=False),
    _when("asked_at"),
    Index("ix_topic_subscriptions_endpoint", "account_id", "topic_arn", "protocol", "endpoint_key", unique=True),
    Index(None, "owner", "arn"),
)
"""`account_id` is the topic's, `owner` the subscriber's; `endpoint_key` is a hash, because endpoints may be long."""
publications = _table(
    "publications",
    ("account_id", "topic_arn", "publication_id"),
    _text("account_id"),
    _text("topic_arn"),
    _text("publication_id"),
    Column("sealed", LargeBinary, nullable=False),
    _text("after"),
    _when("due_at"),
    Index(None, "due_at"),
)
"""Messages that subscriptions still have to be told of: those up to the ARN in `after` were. Ids sort by time."""
topic_deliveries = _table(
    "topic_deliveries",
    ("account_id", "subscription_arn", "delivery_id"),
    _text("account_id"),
    _text("subscription_arn"),
    _text("delivery_id"),
    _text("destination"),
    Column("sealed", LargeBinary, nullable=False),
    Column("ordered", Boolean, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    _when("due_at"),
    Index(None, "due_at"),
)
"""What is owed to addresses and queues; `ordered` ones wait for those before them. Ids sort by time."""
sms_preferences = _table("sms_preferences", ("account_id",), _text("account_id"), _text("attributes"))
"""How an account sends SMS, in SNS's wire shape."""
opted_out_numbers = _table(
    "opted_out_numbers",
    ("account_id", "phone_number"),
    _text("account_id"),
    _text("phone_number"),
    _when("opted_out_at"),
)
"""Phones whose owners want no messages of an account."""
