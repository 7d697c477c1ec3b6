"""User pools, in wings; importing this package registers their operations."""

from ostiary.idp import signin, tokens
from ostiary.idp.account import (
    auth_factors,
    devices,
    mfa_preferences,
    passkeys,
    password_operations,
    profile,
    sign_out,
    signup,
    software_tokens,
    user_sessions,
)
from ostiary.idp.branding import managed_login, terms, ui_customization
from ostiary.idp.clients import app_clients, resource_servers
from ostiary.idp.imports import import_jobs
from ostiary.idp.pools import (
    custom_attributes,
    domains,
    log_delivery,
    mfa_configuration,
    provisioned_limits,
    replicas,
    session_configuration,
    signing_certificate,
    tags,
    user_pools,
)
from ostiary.idp.providers import identity_providers, linked_providers
from ostiary.idp.threats import risk_configuration
from ostiary.idp.users import administration, auth_events, groups, invitations, list_users

__all__ = [
    "administration",
    "app_clients",
    "auth_events",
    "auth_factors",
    "custom_attributes",
    "devices",
    "domains",
    "groups",
    "identity_providers",
    "import_jobs",
    "invitations",
    "linked_providers",
    "list_users",
    "log_delivery",
    "managed_login",
    "mfa_configuration",
    "mfa_preferences",
    "passkeys",
    "password_operations",
    "profile",
    "provisioned_limits",
    "replicas",
    "resource_servers",
    "risk_configuration",
    "session_configuration",
    "sign_out",
    "signin",
    "signing_certificate",
    "signup",
    "software_tokens",
    "tags",
    "terms",
    "tokens",
    "ui_customization",
    "user_pools",
    "user_sessions",
]
