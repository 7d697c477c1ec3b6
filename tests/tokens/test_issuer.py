"""What a pool is called: in tokens, and in `Logins` by two names (behaviour/clients.md 1-4)."""

import pytest

from ostiary.config import Settings
from ostiary.tokens.issuer import issuer, pool_of_provider, provider_names

POOL = "us-east-1_AbCdEfGhI"
AWS_NAME = f"cognito-idp.us-east-1.amazonaws.com/{POOL}"


def test_the_issuer_is_where_clients_reach_us() -> None:
    assert issuer(Settings(), POOL) == f"http://127.0.0.1:9500/{POOL}"
    assert issuer(Settings(public_url="https://id.example.com/"), POOL) == f"https://id.example.com/{POOL}"


def test_the_issuer_may_be_awss_own() -> None:
    settings = Settings(issuer="https://cognito-idp.{region}.amazonaws.com/{pool_id}")
    assert issuer(settings, POOL) == f"https://{AWS_NAME}"
    assert provider_names(settings, POOL) == (AWS_NAME, AWS_NAME)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(public_url="https://id.example.com:8443/base"),
        Settings(issuer="https://id.example.com/pools/{pool_id}/v1"),
    ],
)
def test_a_pool_is_found_by_both_names_and_by_no_other(settings: Settings) -> None:
    ours, theirs = provider_names(settings, POOL)
    assert theirs == AWS_NAME
    assert pool_of_provider(settings, ours) == POOL
    assert pool_of_provider(settings, theirs) == POOL
    others = [f"{ours}/", f"{ours}x/", f"x{ours}", f"https://{ours}", "", "/", "_", POOL, ours.replace("_", "-")]
    others += [f"cognito-idp.eu-west-1.amazonaws.com/{POOL}", f"{theirs}/..", "accounts.google.com", f"evil/{POOL}"]
    for name in others:
        assert pool_of_provider(settings, name) is None
