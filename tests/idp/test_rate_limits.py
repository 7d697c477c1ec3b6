"""Provisioned limits are rate limits where the server is told so: by category and account (ROB-12)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ostiary.aws import model
from ostiary.iam.accounts import RootKey, create_account
from ostiary.idp import rate_limits
from ostiary.idp.provisioned_limits import FREE
from ostiary.idp.rate_limits import RateLimits, category_of
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


def test_a_bucket_holds_a_second_and_fills_as_time_goes_by() -> None:
    limits = RateLimits(1)
    taken = [limits.take("a", "UserList", 3, 1, 10.0) for _ in range(4)]
    assert taken == [True, True, True, False]
    assert limits.take("b", "UserList", 3, 1, 10.0), "another account"
    assert limits.take("a", "UserRead", 3, 1, 10.0), "another category"
    assert not limits.take("a", "UserList", 3, 1, 10.3)
    assert limits.take("a", "UserList", 3, 1, 10.4)
    assert [limits.take("a", "UserList", 3, 1, 100.0) for _ in range(4)] == taken, "no more than a second's"


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that buckets go by; it stands still unless a test moves it."""
    now = [1000.0]
    monkeypatch.setattr(rate_limits, "Clock", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def allowed(call: Callable[[], Any], most: int) -> None:
    """Call as often as is allowed, and once more."""
    for _ in range(most):
        call()
    with refused("TooManyRequestsException", "Rate exceeded"):
        call()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_an_account_makes_so_many_requests_of_a_category_a_second(
    start_server: Callable[..., Server], moment: list[float]
) -> None:
    server = start_server(rate_limits=True)
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
    allowed(lambda: app.get_user(AccessToken=token), 120)
    with refused("NotAuthorizedException"):
        app.get_user(AccessToken="a.b.c")
