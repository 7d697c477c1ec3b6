"""What verifiers of an identity pool's tokens read."""

from typing import Any

from ostiary.context import Services
from ostiary.federation.identity_pool import ISSUER
from ostiary.tokens import keys


def jwks(services: Services) -> dict[str, Any]:
    """Return the keys that verify the OpenID tokens of identity pools."""
    return {"keys": [key.public for key in keys.shared_keys(services, keys.IDENTITY_POOLS)]}


def openid_configuration() -> dict[str, Any]:
    """Return the discovery document of the identity pools' issuer."""
    return {
        "issuer": ISSUER,
        "jwks_uri": f"{ISSUER}/.well-known/jwks_uri",
        "authorization_endpoint": "",
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS512"],
    }
