"""What a user pool is called in tokens and in `Logins` (clients.md 1-3)."""

from ostiary.config import Settings


def issuer(settings: Settings, pool_id: str) -> str:
    """Return the `iss` of the pool's tokens."""
    return settings.issuer.format(public_url=settings.base_url, pool_id=pool_id, region=region_of(pool_id))


def provider_names(settings: Settings, pool_id: str) -> tuple[str, str]:
    """Return the two names of the pool in `Logins`: the issuer without its scheme, and AWS's."""
    aws_name = f"cognito-idp.{region_of(pool_id)}.amazonaws.com/{pool_id}"
    return issuer(settings, pool_id).partition("://")[2], aws_name


def pool_of_provider(settings: Settings, provider: str) -> str | None:
    """Return the id of the pool that a provider name means, or None when it is not the name of a pool of ours."""
    pool_id = provider.rpartition("/")[2]
    return pool_id if "_" in pool_id and provider in provider_names(settings, pool_id) else None


def region_of(pool_id: str) -> str:
    """Return the region a pool's id begins with."""
    return pool_id.partition("_")[0]
