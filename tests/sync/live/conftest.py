"""Identity pools on servers that a test has for itself."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.iam.accounts import create_account
from tests.fixtures.server import Server
from tests.sync.conftest import SYNC_STATEMENT, UNCHECKED, IdentityPool, set_role

_numbers = itertools.count(1)


@pytest.fixture
def pool_on() -> Callable[[Server], IdentityPool]:
    """Make an identity pool for guests in a fresh account of a server: `pool_on(server)`."""

    def make(server: Server) -> IdentityPool:
        root = create_account(server.services, f"live-{next(_numbers)}")

        def client(service: str, **options: Any) -> Any:
            return server.client(service, None if "aws_access_key_id" in options else root, **options)

        identity = client("cognito-identity")
        made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
        set_role(client("iam"), identity, made["IdentityPoolId"], SYNC_STATEMENT)
        sync = client("cognito-sync", config=UNCHECKED)
        return IdentityPool(made["IdentityPoolId"], sync, identity, client, lambda: pytest.fail("guests only"))

    return make
