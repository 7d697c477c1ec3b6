"""Provisioned limits are rate limits where the server is told so: by category and account (ROB-12)."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from ostiary.aws import model
from ostiary.context import Services
from ostiary.iam.accounts import RootKey, create_account
from ostiary.idp.pools import rate_limits
from ostiary.idp.pools.provisioned_limits import FREE
from ostiary.idp.pools.rate_limits import ANSWER, Claim, RateLimits, category_of
from ostiary.store.idp import rate_windows
from tests.fixtures.refusals import refused
from tests.fixtures.server import FLOWS, PASSWORD, Server

OPERATIONS = tuple(model.service("cognito-idp").operations)
LIMITS = {"GetProvisionedLimit", "UpdateProvisionedLimit"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_of_a_category_but_those_that_change_limits(operation: str) -> None:
    category = category_of(operation, {})
    assert category is None if operation in LIMITS else category in FREE


def test_categories_name_operations_of_the_model_once() -> None:
    named = [name for names in rate_limits.MEMBERS.values() for name in names.split()]
    assert sorted(named) == sorted(set(named) & set(OPERATIONS))


def test_what_is_asked_decides_where_it_counts() -> None:
    assert category_of("InitiateAuth", {"AuthFlow": "USER_SRP_AUTH"}) == "UserAuthentication"
    assert category_of("InitiateAuth", {"AuthFlow": "REFRESH_TOKEN_AUTH"}) == "UserToken"
    answer = {"ChallengeName": "NEW_PASSWORD_REQUIRED"}
    assert category_of("RespondToAuthChallenge", answer) == "UserAccountRecovery"
    assert category_of("DescribeResourceServer", {}) == "UserPoolResourceRead"
    assert category_of("CreateGroup", {}) == "UserPoolResourceUpdate"


def rates(services: Services, **settings: Any) -> RateLimits:
    return RateLimits(dataclasses.replace(services.settings, **settings))


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_rate_is_so_much_in_each_second(services: Services) -> None:
    limits, store = rates(services), services.store
    taken = [limits.take(store, Claim("a", 3), 10) for _ in range(4)]
    assert taken == [True, True, True, False]
    assert limits.take(store, Claim("b", 3), 10), "another rate"
    assert [limits.take(store, Claim("a", 3), 11) for _ in range(4)] == taken
    assert [limits.take(store, Claim("c", 1, cost=ANSWER), 11) for _ in range(4)] == taken


def test_processes_share_a_rate(services: Services) -> None:
    """ROB-12: by turns they get a second's requests exactly, and all at once no more than these."""
    processes = [rates(services, workers=4) for _ in range(4)]
    claim = Claim("account UserList", 100)

    def taken(number: int, second: int = 50) -> bool:
        return processes[number % 4].take(services.store, claim, second)

    assert sum(map(taken, range(200))) == 100
    with ThreadPoolExecutor(16) as pool:
        assert 0 < sum(pool.map(partial(taken, second=51), range(200))) <= 100


def test_a_process_whose_clock_is_behind_takes_what_the_others_left(services: Services) -> None:
    ahead, behind = (rates(services, workers=2) for _ in range(2))
    claim = Claim("address 198.51.100.7", 2)
    assert [ahead.take(services.store, claim, 60) for _ in range(2)] == [True, True]
    assert not behind.take(services.store, claim, 59)
    assert behind.take(services.store, claim, 61)


def test_old_rates_are_swept_away(services: Services, clean: Callable[[], int]) -> None:
    with services.store.write() as tx:
        rate_windows.take(tx, "old", 10, 1, 1)
    clean()
    with services.store.write() as tx:
        assert rate_windows.take(tx, "old", 10, 1, 1) == 1


def allowed(call: Callable[[], Any], most: int) -> None:
    """Call as often as is allowed, and once more."""
    for _ in range(most):
        call()
    with refused("TooManyRequestsException", "Rate exceeded"):
        call()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_an_account_makes_so_many_requests_of_a_category_a_second(
    start_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server(rate_limits=True)
    moment = [server.services.clock.now()]
    monkeypatch.setattr(server.services.clock, "now", lambda: moment[0])
    key, other = create_account(server.services, "one"), create_account(server.services, "other")

    def pool_of(root: RootKey) -> tuple[Any, str]:
        admin = server.client("cognito-idp", root)
        return admin, admin.create_user_pool(PoolName="people")["UserPool"]["Id"]

    (admin, pool_id), (others_admin, others_pool) = pool_of(key), pool_of(other)
    allowed(lambda: admin.list_users(UserPoolId=pool_id), 30)
    others_admin.list_users(UserPoolId=others_pool)
    admin.describe_user_pool(UserPoolId=pool_id)
    moment[0] += 1
    allowed(lambda: admin.list_users(UserPoolId=pool_id), 30)

    limit = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserList"}}
    admin.update_provisioned_limit(LimitDefinition=limit, RequestedLimitValue=40)
    moment[0] += 1
    allowed(lambda: admin.list_users(UserPoolId=pool_id), 40)

    flows = [f"ALLOW_{flow}" for flow in FLOWS]
    made = admin.create_user_pool_client(UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=flows)
    client_id = made["UserPoolClient"]["ClientId"]
    admin.admin_create_user(UserPoolId=pool_id, Username="ann", MessageAction="SUPPRESS")
    admin.admin_set_user_password(UserPoolId=pool_id, Username="ann", Password=PASSWORD, Permanent=True)
    app = server.client("cognito-idp")
    asked = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    tokens = app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
    token = tokens["AuthenticationResult"]["AccessToken"]
    allowed(lambda: app.get_user(AccessToken=token), 10)
    with refused("NotAuthorizedException"):
        app.get_user(AccessToken="a.b.c")
    moment[0] += 1

    def sign_in(name: str) -> None:
        asked = {"USERNAME": name, "PASSWORD": "no"}
        app.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)

    for _ in range(10):
        with refused("UserNotFoundException"):
            sign_in("nobody")
    with refused("TooManyRequestsException", "Rate exceeded"):
        sign_in("nobody")
    with refused("UserNotFoundException"):
        sign_in("somebody")
