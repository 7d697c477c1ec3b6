"""Users of user pools: their names, factors, groups, sign-ins, and how they came."""

from sqlalchemy import BigInteger, Boolean, Column, Index

from ostiary.store.schema.columns import in_clear, sealed, table, text, when

users = table(
    "users",
    ("pool_id", "sub"),
    text("pool_id"),
    text("sub"),
    text("username"),
    text("username_key"),
    text("status"),
    Column("enabled", Boolean, nullable=False),
    text("attributes"),
    sealed("sealed_verifier", "password-verifier", null=True),
    when("temporary_password_expires_at", null=True),
    when("tokens_valid_after"),
    text("factors", null=True),
    when("created_at"),
    when("modified_at"),
    Index(None, "pool_id", "username_key", unique=True),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""`username_key` is the user name as it is compared; `attributes` a JSON object of name to text, without `sub`;
`tokens_valid_after` is the time before which every token of the user is dead; `factors` a JSON object of what the user
proves besides the password, or null."""
software_tokens = table(
    "software_tokens",
    ("pool_id", "sub"),
    text("pool_id"),
    text("sub"),
    sealed("sealed", "totp-seed", null=True),
    sealed("sealed_proposal", "totp-seed", null=True),
    text("friendly_name"),
    Column("last_step", BigInteger, nullable=False),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""A user's TOTP seed, and one that was given out and is not proven yet; `last_step` is that of the last code used."""
recovery_codes = table(
    "recovery_codes",
    ("pool_id", "sub", "number"),
    text("pool_id"),
    text("sub"),
    Column("number", BigInteger, nullable=False),
    sealed("sealed", "recovery-code"),
    when("created_at"),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""Codes that users keep for when their authenticator app is lost: hashes, sealed; a used one is gone."""
user_attributes = table(
    "user_attributes",
    ("pool_id", "name", "value_key", "sub"),
    text("pool_id"),
    text("name"),
    text("value_key"),
    text("sub"),
    Index(None, "pool_id", "sub"),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""The searchable attributes (email, phone_number, name, preferred_username …), folded, for `ListUsers` filters."""
aliases = table(
    "aliases",
    ("pool_id", "alias_key"),
    text("pool_id"),
    text("alias_key"),
    text("sub"),
    Index(None, "pool_id", "sub"),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""Other names that sign a user in: verified e-mail, verified phone number, preferred_username; folded."""
devices = table(
    "devices",
    ("pool_id", "sub", "device_key"),
    text("pool_id"),
    text("sub"),
    text("device_key"),
    text("name"),
    sealed("sealed", "device-verifier"),
    Column("remembered", Boolean, nullable=False),
    text("last_ip"),
    when("created_at"),
    when("modified_at"),
    when("authenticated_at"),
    in_bites=("user_pool", "user"),
    moves_with="user",
)
"""Devices that users confirmed, each with the sealed salt and verifier of its own SRP secret."""
passkeys = table(
    "passkeys",
    ("pool_id", "credential_id"),
    text("pool_id"),
    text("credential_id"),
    text("sub"),
    in_clear("public_key"),
    Column("sign_count", BigInteger, nullable=False),
    text("rp_id"),
    text("name"),
    text("attachment"),
    text("transports"),
    Column("backup_eligible", Boolean, nullable=False),
    when("created_at"),
    Index(None, "pool_id", "sub", "credential_id"),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""The public keys that users' authenticators sign in with; an id is one user's in the whole pool."""
codes = table(
    "codes",
    ("pool_id", "sub", "purpose"),
    text("pool_id"),
    text("sub"),
    text("purpose"),
    text("code_hash"),
    text("destination"),
    Column("attempts", BigInteger, nullable=False),
    when("created_at"),
    when("expires_at"),
    at_once=("user",),
    in_bites=("user_pool",),
)
groups = table(
    "groups",
    ("pool_id", "group_name"),
    text("pool_id"),
    text("group_name"),
    text("configuration"),
    when("created_at"),
    when("modified_at"),
    in_bites=("user_pool",),
    moves_with="user_pool",
)
group_members = table(
    "group_members",
    ("pool_id", "group_name", "sub"),
    text("pool_id"),
    text("group_name"),
    text("sub"),
    when("created_at"),
    Index(None, "pool_id", "sub"),
    in_bites=("user_pool", "user", "group"),
    moves_with="user",
)
sign_in_failures = table(
    "sign_in_failures",
    ("pool_id", "sub"),
    text("pool_id"),
    text("sub"),
    Column("failures", BigInteger, nullable=False),
    when("last_at"),
    Index(None, "last_at"),
    at_once=("user",),
    in_bites=("user_pool",),
)
token_families = table(
    "token_families",
    ("pool_id", "origin_jti"),
    text("pool_id"),
    text("origin_jti"),
    text("sub"),
    text("client_id"),
    text("current_jti"),
    text("previous_jti"),
    when("rotated_at"),
    when("expires_at"),
    text("device_key", null=True),
    text("session_id", null=True),
    when("began_at", null=True),
    when("active_at", null=True),
    text("device_type", null=True),
    text("last_ip", null=True),
    Index(None, "pool_id", "sub"),
    Index(None, "expires_at"),
    in_bites=("user_pool", "user", "client", "sign_ins"),
)
"""One row per sign-in: the life of its refresh tokens. `session_id` and what follows it are filled where the pool
tracks its users' sessions; `began_at` and `active_at` are milliseconds."""
spent = table(
    "spent",
    ("pool_id", "id"),
    text("pool_id"),
    text("id"),
    when("expires_at"),
    Index(None, "expires_at"),
    in_bites=("user_pool",),
)
"""Ids of sealed single-use things (challenge sessions, secret blocks) that have been used."""
linked_users = table(
    "linked_users",
    ("pool_id", "provider", "attribute", "value"),
    text("pool_id"),
    text("provider"),
    text("attribute"),
    text("value"),
    text("sub"),
    when("created_at"),
    Index(None, "pool_id", "sub"),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""Which user somebody is who comes with `value` in the claim `attribute` of a provider."""
auth_events = table(
    "auth_events",
    ("pool_id", "sub", "event_key"),
    text("pool_id"),
    text("sub"),
    text("event_key"),
    text("event_id"),
    text("document"),
    when("created_at"),
    Index(None, "pool_id", "sub", "event_id"),
    in_bites=("user_pool", "user"),
)
"""What users did where threat protection is on; `event_key` sorts the newest first, `document` is an AuthEventType."""
password_history = table(
    "password_history",
    ("pool_id", "sub", "history_key"),
    text("pool_id"),
    text("sub"),
    text("history_key"),
    sealed("sealed_verifier", "password-verifier"),
    when("created_at"),
    in_bites=("user_pool", "user"),
    moves_with="user",
)
"""Passwords that users had before, where the pool forbids them; `history_key` sorts the newest first."""
attribute_removals = table(
    "attribute_removals",
    ("pool_id", "name"),
    text("pool_id"),
    text("name"),
    text("position"),
    Column("seen", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    text("worker"),
    when("leased_until"),
    when("created_at"),
    Index(None, "leased_until"),
    in_bites=("user_pool",),
    is_work=True,
)
"""Attributes that were removed and whose values users still have, behind the sub `position`."""
import_jobs = table(
    "import_jobs",
    ("pool_id", "job_key"),
    text("pool_id"),
    text("job_key"),
    text("job_id"),
    text("status"),
    text("configuration"),
    text("progress"),
    text("worker"),
    when("leased_until"),
    when("created_at"),
    Index(None, "pool_id", "job_id", unique=True),
    Index(None, "status", "leased_until"),
    in_bites=("user_pool",),
    is_work=True,
)
"""Imports of users: `job_key` sorts the newest first; `progress` counts rows and says how far the file was read."""
import_chunks = table(
    "import_chunks",
    ("pool_id", "job_id", "number"),
    text("pool_id"),
    text("job_id"),
    Column("number", BigInteger, nullable=False),
    sealed("sealed", "import-file"),
    in_bites=("user_pool", "import_file"),
)
"""The file of an import job, in pieces, sealed."""
import_log = table(
    "import_log",
    ("pool_id", "job_id", "line"),
    text("pool_id"),
    text("job_id"),
    Column("line", BigInteger, nullable=False),
    text("outcome"),
    text("message"),
    in_bites=("user_pool",),
)
"""What became of rows of an import that were not imported; `line` is the line of the file."""
foreign_passwords = table(
    "foreign_passwords",
    ("pool_id", "sub"),
    text("pool_id"),
    text("sub"),
    sealed("sealed", "foreign-password"),
    at_once=("user",),
    in_bites=("user_pool",),
    moves_with="user",
)
"""What a user's password is checked against until it is known here: another system's hash, or another service."""
