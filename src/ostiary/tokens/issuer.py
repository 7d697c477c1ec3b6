"""What a user pool is called in tokens and in `Logins` (behaviour/clients.md 1-4)."""

import re

from ostiary.config import Settings

_POOL_ID = re.compile(r"[A-Za-z0-9-]{1,45}_[A-Za-z0-9]{1,45}", re.ASCII)


def issuer(settings: Settings, pool_id: str) -> str:
    """Return the `iss` of the pool's tokens."""
    return settings.issuer.format(public_url=settings.base_url, pool_id=pool_id, region=region_of(pool_id))


def provider_names(settings: Settings, pool_id: str) -> tuple[str, str]:
    """Return the two names of the pool in `Logins`: the issuer without its scheme, and AWS's."""
    aws_name = f"cognito-idp.{region_of(pool_id)}.amazonaws.com/{pool_id}"
    return issuer(settings, pool_id).partition("://")[2], aws_name


def pool_of_provider(settings: Settings, provider: str) -> str | None:
    """Return the id of the pool that a provider name means, or None when it is not the name of a pool of ours.

    The whole name must be one that `provider_names` gives; whether there is such a pool is the caller's to ask.
    """
    found = _POOL_ID.findall(provider)
    return next((pool_id for pool_id in found if provider in provider_names(settings, pool_id)), None)


def region_of(pool_id: str) -> str:
    """Return the region a pool's id begins with."""
    return pool_id.partition("_")[0]
