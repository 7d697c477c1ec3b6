"""IAM: accounts, roles, users, policies and OIDC providers, and the decision over them."""

from ostiary.iam import access_keys, entity_policies, oidc_providers, policies, roles, users

__all__ = ["access_keys", "entity_policies", "oidc_providers", "policies", "roles", "users"]
