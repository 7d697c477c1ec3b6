"""InboundFederation: changes what an identity provider said of somebody, before it is mapped to attributes."""

import json
from collections.abc import Mapping
from typing import Any

from ostiary.context import Context
from ostiary.triggers.event import Occasion, ask, function_of, texts

NAME = "InboundFederation"
SOURCE = "InboundFederation_ExternalProvider"


def mapped(
    ctx: Context,
    occasion: Occasion,
    *,
    provider_name: str,
    provider_type: str,
    documents: Mapping[str, Mapping[str, Any]],
    attributes: dict[str, str],
) -> dict[str, str]:
    """Return the provider's attributes as they are to be mapped: `attributes`, or what the function has in their place.

    `documents` are `tokenResponse`, `idToken`, `userInfo` (OIDC, social) or `samlResponse`; the occasion's user name is
    the provider's own id of the person.
    """
    if not function_of(occasion.pool, NAME):
        return attributes
    flat = {name: {key: _flat(value) for key, value in found.items()} for name, found in documents.items()}
    request = {"providerName": provider_name, "providerType": provider_type, "attributes": flat}
    response = ask(ctx, NAME, SOURCE, occasion, request=request, defaults={"userAttributesToMap": {}})
    return texts(response, "userAttributesToMap") or attributes


def _flat(value: Any) -> str:
    """Return a claim as text; what is no text is written as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
