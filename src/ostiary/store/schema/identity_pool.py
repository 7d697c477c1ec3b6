"""Identity pools and who is who in them."""

from sqlalchemy import Index

from ostiary.store.schema.columns import only_where, table, text, when

identity_pools = table(
    "identity_pools",
    ("pool_id",),
    text("pool_id"),
    text("account_id"),
    text("name"),
    text("configuration"),
    text("roles"),
    when("created_at"),
    Index(None, "account_id", "pool_id"),
    at_once=("identity_pool",),
)
identities = table(
    "identities",
    ("pool_id", "identity_id"),
    text("pool_id"),
    text("identity_id"),
    text("merged_into"),
    when("created_at"),
    when("modified_at"),
    Index(None, "identity_id", unique=True),
    Index("ix_identities_merged", "pool_id", "merged_into", "identity_id", **only_where("merged_into != ''")),
    at_once=("identity",),
    in_bites=("identity_pool",),
)
"""`merged_into` is empty, the identity that survived a merge, or itself when its last login was taken from it."""
logins = table(
    "logins",
    ("pool_id", "provider", "subject"),
    text("pool_id"),
    text("provider"),
    text("subject"),
    text("identity_id"),
    when("created_at"),
    Index(None, "pool_id", "identity_id"),
    at_once=("identity",),
    in_bites=("identity_pool",),
)
"""Which identity a provider's user is: `subject` is what the provider calls the user."""
