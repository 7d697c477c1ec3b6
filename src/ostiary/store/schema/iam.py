"""Accounts, their access keys, IAM, and who owns buckets."""

from sqlalchemy import Index

from ostiary.store.schema.columns import sealed, table, text, when

accounts = table("accounts", ("account_id",), text("account_id"), text("name"), when("created_at"))

access_keys = table(
    "access_keys",
    ("access_key_id",),
    text("access_key_id"),
    text("account_id"),
    text("user_name"),
    sealed("sealed", "secret-access-key"),
    text("status"),
    when("created_at"),
    Index(None, "account_id", "user_name"),
)
"""`user_name` is empty for an account's root."""

iam_roles = table(
    "iam_roles",
    ("account_id", "role_name"),
    text("account_id"),
    text("role_name"),
    text("role_id"),
    text("configuration"),
    when("created_at"),
)
iam_users = table(
    "iam_users",
    ("account_id", "user_name"),
    text("account_id"),
    text("user_name"),
    text("user_id"),
    text("configuration"),
    when("created_at"),
)
iam_inline_policies = table(
    "iam_inline_policies",
    ("account_id", "owner_type", "owner_name", "policy_name"),
    text("account_id"),
    text("owner_type"),
    text("owner_name"),
    text("policy_name"),
    text("document"),
)
"""`owner_type` is `role` or `user`."""
iam_policies = table(
    "iam_policies",
    ("account_id", "arn"),
    text("account_id"),
    text("arn"),
    text("configuration"),
    when("created_at"),
)
iam_policy_versions = table(
    "iam_policy_versions",
    ("account_id", "arn", "version_id"),
    text("account_id"),
    text("arn"),
    text("version_id"),
    text("document"),
    when("created_at"),
)
iam_attachments = table(
    "iam_attachments",
    ("account_id", "owner_type", "owner_name", "arn"),
    text("account_id"),
    text("owner_type"),
    text("owner_name"),
    text("arn"),
    Index(None, "account_id", "arn"),
)
"""`owner_type` is `role` or `user`, or `bounded role` or `bounded user` where the policy is its boundary."""
iam_oidc_providers = table(
    "iam_oidc_providers",
    ("account_id", "url"),
    text("account_id"),
    text("url"),
    text("configuration"),
    when("created_at"),
)
"""`url` is without scheme, as in ARNs and condition keys."""

buckets = table(
    "buckets",
    ("bucket",),
    text("bucket"),
    text("account_id"),
    text("policy"),
    when("created_at"),
    Index(None, "account_id"),
)
"""Which account owns a bucket behind the gateway, and its bucket policy (empty when it has none)."""
