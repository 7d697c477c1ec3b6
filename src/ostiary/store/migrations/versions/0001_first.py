"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take every step."""
    _access_keys()
    _accounts()
    _aliases()
    _buckets()
    _codes()
    _deployment()
    _group_members()
    _groups()
    _iam_attachments()
    _iam_inline_policies()
    _iam_oidc_providers()
    _iam_policies()
    _iam_policy_versions()
    _iam_roles()
    _iam_users()
    _identities()
    _identity_pools()
    _logins()
    _messages()
    _sign_in_failures()
    _signing_keys()
    _spent()
    _token_families()
    _user_attributes()
    _user_pool_clients()
    _user_pools()
    _users()


def _access_keys() -> None:
    op.create_table(
        "access_keys",
        sa.Column("access_key_id", TEXT, nullable=False),
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("user_name", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("access_key_id", name=op.f("pk_access_keys")),
    )
    op.create_index(
        op.f("ix_access_keys_account_id_user_name"), "access_keys", ["account_id", "user_name"], unique=False
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
    )


def _aliases() -> None:
    op.create_table(
        "aliases",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("alias_key", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "alias_key", name=op.f("pk_aliases")),
    )
    op.create_index(op.f("ix_aliases_pool_id_sub"), "aliases", ["pool_id", "sub"], unique=False)


def _buckets() -> None:
    op.create_table(
        "buckets",
        sa.Column("bucket", TEXT, nullable=False),
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("policy", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_buckets")),
    )
    op.create_index(op.f("ix_buckets_account_id"), "buckets", ["account_id"], unique=False)


def _codes() -> None:
    op.create_table(
        "codes",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("code_hash", TEXT, nullable=False),
        sa.Column("destination", TEXT, nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "sub", "purpose", name=op.f("pk_codes")),
    )


def _deployment() -> None:
    op.create_table(
        "deployment",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_deployment")),
    )


def _group_members() -> None:
    op.create_table(
        "group_members",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("group_name", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "group_name", "sub", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_pool_id_sub"), "group_members", ["pool_id", "sub"], unique=False)


def _groups() -> None:
    op.create_table(
        "groups",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("group_name", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "group_name", name=op.f("pk_groups")),
    )


def _iam_attachments() -> None:
    op.create_table(
        "iam_attachments",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("owner_type", TEXT, nullable=False),
        sa.Column("owner_name", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "owner_type", "owner_name", "arn", name=op.f("pk_iam_attachments")),
    )
    op.create_index(op.f("ix_iam_attachments_account_id_arn"), "iam_attachments", ["account_id", "arn"], unique=False)


def _iam_inline_policies() -> None:
    op.create_table(
        "iam_inline_policies",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("owner_type", TEXT, nullable=False),
        sa.Column("owner_name", TEXT, nullable=False),
        sa.Column("policy_name", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id", "owner_type", "owner_name", "policy_name", name=op.f("pk_iam_inline_policies")
        ),
    )


def _iam_oidc_providers() -> None:
    op.create_table(
        "iam_oidc_providers",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "url", name=op.f("pk_iam_oidc_providers")),
    )


def _iam_policies() -> None:
    op.create_table(
        "iam_policies",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "arn", name=op.f("pk_iam_policies")),
    )


def _iam_policy_versions() -> None:
    op.create_table(
        "iam_policy_versions",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("arn", TEXT, nullable=False),
        sa.Column("version_id", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "arn", "version_id", name=op.f("pk_iam_policy_versions")),
    )


def _iam_roles() -> None:
    op.create_table(
        "iam_roles",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("role_name", TEXT, nullable=False),
        sa.Column("role_id", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "role_name", name=op.f("pk_iam_roles")),
    )


def _iam_users() -> None:
    op.create_table(
        "iam_users",
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("user_name", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_name", name=op.f("pk_iam_users")),
    )


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("identity_id", TEXT, nullable=False),
        sa.Column("merged_into", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "identity_id", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_identity_id"), "identities", ["identity_id"], unique=True)


def _identity_pools() -> None:
    op.create_table(
        "identity_pools",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("roles", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_identity_pools")),
    )
    op.create_index(
        op.f("ix_identity_pools_account_id_pool_id"), "identity_pools", ["account_id", "pool_id"], unique=False
    )


def _logins() -> None:
    op.create_table(
        "logins",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("identity_id", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "provider", "subject", name=op.f("pk_logins")),
    )
    op.create_index(op.f("ix_logins_pool_id_identity_id"), "logins", ["pool_id", "identity_id"], unique=False)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("message_id", TEXT, nullable=False),
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("medium", TEXT, nullable=False),
        sa.Column("recipient", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_created_at"), "messages", ["created_at"], unique=False)
    op.create_index(op.f("ix_messages_state_due_at"), "messages", ["state", "due_at"], unique=False)


def _sign_in_failures() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "sub", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_last_at"), "sign_in_failures", ["last_at"], unique=False)


def _signing_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("kid", TEXT, nullable=False),
        sa.Column("token_use", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "kid", name=op.f("pk_signing_keys")),
    )


def _spent() -> None:
    op.create_table(
        "spent",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "id", name=op.f("pk_spent")),
    )
    op.create_index(op.f("ix_spent_expires_at"), "spent", ["expires_at"], unique=False)


def _token_families() -> None:
    op.create_table(
        "token_families",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("origin_jti", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("current_jti", TEXT, nullable=False),
        sa.Column("previous_jti", TEXT, nullable=False),
        sa.Column("rotated_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "origin_jti", name=op.f("pk_token_families")),
    )
    op.create_index(op.f("ix_token_families_expires_at"), "token_families", ["expires_at"], unique=False)
    op.create_index(op.f("ix_token_families_pool_id_sub"), "token_families", ["pool_id", "sub"], unique=False)


def _user_attributes() -> None:
    op.create_table(
        "user_attributes",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value_key", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "name", "value_key", "sub", name=op.f("pk_user_attributes")),
    )
    op.create_index(op.f("ix_user_attributes_pool_id_sub"), "user_attributes", ["pool_id", "sub"], unique=False)


def _user_pool_clients() -> None:
    op.create_table(
        "user_pool_clients",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "client_id", name=op.f("pk_user_pool_clients")),
    )
    op.create_index(op.f("ix_user_pool_clients_client_id"), "user_pool_clients", ["client_id"], unique=True)


def _user_pools() -> None:
    op.create_table(
        "user_pools",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("account_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("configuration", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_user_pools")),
    )
    op.create_index(op.f("ix_user_pools_account_id_pool_id"), "user_pools", ["account_id", "pool_id"], unique=False)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("pool_id", TEXT, nullable=False),
        sa.Column("sub", TEXT, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("username_key", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("attributes", TEXT, nullable=False),
        sa.Column("sealed_verifier", sa.LargeBinary(), nullable=True),
        sa.Column("temporary_password_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("tokens_valid_after", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "sub", name=op.f("pk_users")),
    )
    op.create_index(op.f("ix_users_pool_id_username_key"), "users", ["pool_id", "username_key"], unique=True)
