"""Identity pools: one module per resource; importing this package registers their operations."""

from ostiary.identity import credentials, identities, pools, roles, tags

__all__ = ["credentials", "identities", "pools", "roles", "tags"]
