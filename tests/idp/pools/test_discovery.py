"""The public documents of a pool (behaviour/tokens.md 1)."""

from collections.abc import Callable
from typing import Any

import pytest

from ostiary.context import Services
from ostiary.idp.pools import discovery
from ostiary.store import schema
from ostiary.tokens import keys


def test_the_documents_name_the_issuer_and_its_keys(services: Services, make_pool: Callable[..., Any]) -> None:
    pool = make_pool()
    document = discovery.openid_configuration(services, pool.id)
    assert document == {
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": f"http://127.0.0.1:9500/{pool.id}",
        "jwks_uri": f"http://127.0.0.1:9500/{pool.id}/.well-known/jwks.json",
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
    published = discovery.jwks(services, pool.id)
    assert published is not None
    for key in published["keys"]:
        assert (key["alg"], key["e"], key["kty"], key["use"]) == ("RS256", "AQAB", "RSA", "sig")
        assert len(key["n"]) == 342
        assert "d" not in key


def test_every_pool_has_two_keys_of_its_own(services: Services, make_pool: Callable[..., Any]) -> None:
    """TOK-18, TOK-19."""
    documents = [discovery.jwks(services, make_pool().id) for _ in range(2)]
    found = [key for document in documents if document for key in document["keys"]]
    assert len({key["kid"] for key in found}) == len({key["n"] for key in found}) == 4


def test_a_pool_that_is_not_there_has_no_documents(
    services: Services, make_pool: Callable[..., Any], admin: Callable[..., Any]
) -> None:
    pool = make_pool()
    assert discovery.jwks(services, pool.id)
    admin("DeleteUserPool", UserPoolId=pool.id)
    for pool_id in (pool.id, "us-east-1_NoSuchPool", "*", ""):
        assert discovery.jwks(services, pool_id) is None
        assert discovery.openid_configuration(services, pool_id) is None


def test_private_keys_are_stored_sealed(services: Services, make_pool: Callable[..., Any]) -> None:
    """CRY-02."""
    pool = make_pool()
    with services.store.read() as tx:
        rows = tx.all(schema.signing_keys.select().where(schema.signing_keys.c.pool_id == pool.id))
    assert sorted(row.token_use for row in rows) == ["access", "id"]
    for row in rows:
        der = services.keyring.open(bytes(row.sealed), "signing-key")
        assert der[-64:] not in bytes(row.sealed)


def test_the_key_of_identity_pools_is_made_once(services: Services) -> None:
    first, second = keys.identity_key(services), keys.identity_key(services)
    assert first.kid == second.kid
    assert first.header == {"kid": first.kid, "alg": "RS512"}
    with services.store.read() as tx:
        assert len(tx.all(schema.signing_keys.select())) == 1


@pytest.mark.parametrize("use", ["id", "access"])
def test_keys_are_read_once(services: Services, make_pool: Callable[..., Any], use: keys.TokenUse) -> None:
    pool = make_pool()
    assert keys.signing_key(services, pool.id, use).key is keys.signing_key(services, pool.id, use).key
