"""User pools: settings, keys, clients, and what is configured beside them."""

from sqlalchemy import BigInteger, Column, Index

from ostiary.store.schema.columns import sealed, table, text, when

user_pools = table(
    "user_pools",
    ("pool_id",),
    text("pool_id"),
    text("account_id"),
    text("name"),
    text("configuration"),
    when("created_at"),
    when("modified_at"),
    Index(None, "account_id", "pool_id"),
    at_once=("user_pool",),
    moves_with="user_pool",
)
signing_keys = table(
    "signing_keys",
    ("pool_id", "kid"),
    text("pool_id"),
    text("kid"),
    text("token_use"),
    sealed("sealed", "signing-key"),
    when("created_at"),
    Column("signs_at", BigInteger, nullable=False, server_default="0"),
    at_once=("user_pool",),
    in_bites=("user_pool",),
    moves_with="user_pool",
)
"""`token_use` is `id` or `access` for a user pool's keys, `identity` for the ones of identity pools (pool_id `*`),
`sns` for those of topics. A key is published from the beginning and signs from `signs_at`, until the next one does."""
user_pool_clients = table(
    "user_pool_clients",
    ("pool_id", "client_id"),
    text("pool_id"),
    text("client_id"),
    text("name"),
    text("configuration"),
    sealed("sealed_secret", "client-secret", null=True),
    when("created_at"),
    when("modified_at"),
    Index(None, "client_id", unique=True),
    in_bites=("user_pool",),
    moves_with="user_pool",
)
pool_parts = table(
    "pool_parts",
    ("pool_id", "kind", "key"),
    text("pool_id"),
    text("kind"),
    text("key"),
    text("alias", null=True),
    text("configuration"),
    sealed("sealed", "provider-secret", "saml-signing-key", null=True),
    when("created_at"),
    when("modified_at"),
    Index(None, "pool_id", "kind", "alias", unique=True),
    in_bites=("user_pool",),
    moves_with="user_pool",
)
"""What a pool is configured with beside itself and its clients: identity providers, resource servers, branding, terms …
`alias` is another name that is unique among its kind; `sealed` holds the secret part of the configuration."""
user_pool_domains = table(
    "user_pool_domains",
    ("pool_id", "domain"),
    text("pool_id"),
    text("domain"),
    text("configuration"),
    when("created_at"),
    Index(None, "domain", unique=True),
    in_bites=("user_pool",),
)
provisioned_limits = table(
    "provisioned_limits",
    ("account_id", "category"),
    text("account_id"),
    text("category"),
    Column("per_second", BigInteger, nullable=False),
)
"""How many requests of a category an account may make, where that was changed."""
