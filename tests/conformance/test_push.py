"""Each push service's sender, against a strict one on loopback; one suite for all of them."""

import io
from collections.abc import Callable

import pytest

from ostiary.delivery.push import Credential
from ostiary.delivery.push_services import PUSH_SERVICES
from tests.fixtures.push_vendors import VENDORS, AppleVendor, Vendor
from tests.fixtures.pushing import Pushing
from tests.fixtures.waiting import until


@pytest.fixture
def engine_name() -> str:
    """The database's part is tested on every engine with the worker; what vendors ask for does not depend on it."""
    return "sqlite"


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.platform)
def pushing(request: pytest.FixtureRequest, start_pushing: Callable[[type[Vendor]], Pushing]) -> Pushing:
    return start_pushing(request.param)


def test_every_sender_has_a_vendor_here() -> None:
    platforms = [vendor.platform for vendor in VENDORS]
    senders = [service.platforms for service in PUSH_SERVICES if service.sender is not None]
    assert all(sum(name in kind for name in platforms) == 1 for kind in senders)


def test_a_push_arrives_as_the_vendor_wants_it(pushing: Pushing) -> None:
    pushing.owe("hello", key="a key that is far too long for anything but a hash of it" * 3)
    pushing.settle()
    assert pushing.vendor.delivered == [(pushing.vendor.token(0), "hello")]


def test_a_token_that_is_nobodys_disables_its_endpoint(pushing: Pushing) -> None:
    pushing.vendor.script.append("unregistered")
    pushing.owe("never")
    pushing.settle()
    assert not pushing.endpoint(0).enabled
    pushing.owe("not even tried")
    pushing.settle()
    assert len(pushing.vendor.requests) == 1


def test_a_push_that_is_refused_is_dropped_and_the_next_one_sent(pushing: Pushing) -> None:
    pushing.vendor.script.append("bad")
    pushing.owe("bad")
    pushing.owe("good")
    pushing.settle()
    assert pushing.texts() == ["good"]
    assert pushing.endpoint(0).enabled


def test_what_fails_is_tried_again_later_each_time(pushing: Pushing) -> None:
    pushing.vendor.script.extend(["busy", "busy"])
    pushing.owe("at last")
    until(pushing.waits)
    pushing.ctx.clock.advance(2)
    until(lambda: len(pushing.vendor.requests) == 2)
    pushing.ctx.clock.advance(5)
    pushing.settle()
    assert pushing.texts() == ["at last"]


def test_a_vendor_that_asks_for_peace_gets_it(pushing: Pushing) -> None:
    pushing.vendor.script.append("slow down")
    pushing.owe("patience")
    until(pushing.waits)
    pushing.owe("meanwhile")
    assert 118 <= pushing.due_in() <= 120
    pushing.ctx.clock.advance(121)
    pushing.settle()
    assert pushing.texts() == ["patience", "meanwhile"]


def test_wrong_credentials_disable_nothing_and_lose_nothing(pushing: Pushing) -> None:
    pushing.vendor.script.append("credentials")
    pushing.owe("kept")
    until(pushing.waits)
    assert pushing.endpoint(0).enabled
    pushing.ctx.clock.advance(600)
    pushing.settle()
    assert pushing.texts() == ["kept"]


def test_credentials_that_cannot_be_any_wait_for_better_ones(pushing: Pushing) -> None:
    pushing.register(Credential("", "nonsense"))
    pushing.owe("kept")
    until(pushing.waits)
    pushing.register(pushing.vendor.credential())
    pushing.ctx.clock.advance(600)
    pushing.settle()
    assert pushing.texts() == ["kept"]


def test_many_pushes_share_a_connection_and_its_access_token(pushing: Pushing) -> None:
    pushing.owe("first")
    pushing.settle()
    for device in range(40):
        pushing.owe(str(device), device)
    pushing.settle()
    assert sorted(pushing.texts()) == sorted(["first", *map(str, range(40))])
    assert pushing.vendor.server.connections == 1
    assert getattr(pushing.vendor, "tokens", 1) == 1


@pytest.mark.parametrize("how", ["drop", "goaway"])
def test_a_connection_that_ends_midway_is_made_again(pushing: Pushing, how: str) -> None:
    pushing.owe("before")
    pushing.settle()
    pushing.vendor.script.append(how)
    for device in range(5):
        pushing.owe(f"after {device}", device, lives=100_000)

    def retried() -> bool:
        pushing.ctx.clock.advance(0.2)
        return not pushing.owed()

    until(retried)
    assert {"before", *(f"after {device}" for device in range(5))} == set(pushing.texts())
    assert pushing.vendor.server.connections >= 2
    assert pushing.vendor.violations == []


def test_an_endpoints_pushes_arrive_in_order(pushing: Pushing) -> None:
    pushing.vendor.script.append("busy")
    for number in range(5):
        pushing.owe(str(number))
    until(pushing.waits)
    pushing.ctx.clock.advance(2)
    pushing.settle()
    assert pushing.texts() == ["0", "1", "2", "3", "4"]


def test_no_token_and_no_content_is_logged(pushing: Pushing, logged: io.StringIO) -> None:
    pushing.vendor.script.extend(["busy", "unregistered"])
    pushing.owe("between us")
    until(pushing.waits)
    pushing.ctx.clock.advance(2)
    pushing.settle()
    shown = logged.getvalue()
    assert "push_not_sent" in shown
    for secret in ("between us", pushing.vendor.token(0), pushing.vendor.token(0).lower()):
        assert secret not in shown


class TestHttp1:
    """Services and gateways that do not speak HTTP/2, which only Apple demands."""

    @pytest.fixture(params=[kind for kind in VENDORS if kind is not AppleVendor], ids=lambda kind: kind.platform)
    def pushing(self, request: pytest.FixtureRequest, start_pushing: Callable[[type[Vendor]], Pushing]) -> Pushing:
        return start_pushing(type(f"Plain{request.param.__name__}", (request.param,), {"protocol": "http/1.1"}))

    def test_pushes_arrive_over_connections_that_are_kept(self, pushing: Pushing) -> None:
        for number in range(5):
            pushing.owe(str(number))
        pushing.settle()
        assert pushing.texts() == ["0", "1", "2", "3", "4"]
        assert pushing.vendor.server.connections == 1

    def test_many_go_at_once_and_a_connection_that_ends_costs_nothing(self, pushing: Pushing) -> None:
        pushing.vendor.script.append("drop")
        for device in range(20):
            pushing.owe(str(device), device)

        def retried() -> bool:
            pushing.ctx.clock.advance(0.2)
            return not pushing.owed()

        until(retried)
        assert set(pushing.texts()) == set(map(str, range(20)))
        assert pushing.vendor.violations == []

    def test_a_token_that_is_nobodys_disables_its_endpoint(self, pushing: Pushing) -> None:
        pushing.vendor.script.append("unregistered")
        pushing.owe("never")
        pushing.settle()
        assert not pushing.endpoint(0).enabled
