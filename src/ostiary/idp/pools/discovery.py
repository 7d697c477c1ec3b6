"""The public documents of a user pool: its keys and its OpenID configuration (behaviour/tokens.md 1)."""

from typing import Any

from ostiary.context import Services
from ostiary.store.idp import user_pools
from ostiary.tokens import keys
from ostiary.tokens.issuer import issuer


def jwks(services: Services, pool_id: str) -> dict[str, Any] | None:
    """Return the pool's JWK set, or None for a pool that does not exist."""
    return keys.jwks(services, pool_id) if user_pools.cached(services.store, pool_id) else None


def openid_configuration(services: Services, pool_id: str) -> dict[str, Any] | None:
    """Return the pool's OpenID configuration, or None for a pool that does not exist.

    Endpoints that need a domain are left out while the pool has none.
    """
    if user_pools.cached(services.store, pool_id) is None:
        return None
    return {
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer(services.settings, pool_id),
        "jwks_uri": f"{services.settings.base_url}/{pool_id}/.well-known/jwks.json",
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
