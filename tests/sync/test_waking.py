"""From RegisterDevice to what arrives at each vendor when another device writes: nothing in between is replaced."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.iam.accounts import create_account
from tests.fixtures.certificates import Certificates
from tests.fixtures.push_vendors import VENDORS, BrowserVendor, Vendor
from tests.fixtures.server import Server
from tests.fixtures.waiting import until
from tests.sync.conftest import SYNC_STATEMENT, IdentityPool, refused, replace, set_role


@pytest.fixture
def engine_name() -> str:
    """Name one engine: what vendors get does not depend on it."""
    return "sqlite"


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.platform)
def vendor(request: pytest.FixtureRequest, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    made: Vendor = request.param(certificates.authority)
    yield made
    made.server.close()


@pytest.fixture
def pushing(start_server: Callable[..., Server], vendor: Vendor) -> tuple[IdentityPool, Any]:
    """A pool whose pushes go to the vendor, and SNS's client."""
    server = start_server(**vendor.settings)
    key = create_account(server.services, "pushing")
    identity, sync, sns = (server.client(name, key) for name in ("cognito-identity", "cognito-sync", "sns"))
    made = identity.create_identity_pool(IdentityPoolName="apps", AllowUnauthenticatedIdentities=True)
    pool_id = made["IdentityPoolId"]
    set_role(server.client("iam", key), identity, pool_id, SYNC_STATEMENT)
    credential = vendor.credential()
    principal = {"PlatformPrincipal": credential.principal} if credential.principal else {}
    attributes = {**vendor.attributes, **principal, "PlatformCredential": credential.credential}
    application = sns.create_platform_application(Name="app", Platform=vendor.platform, Attributes=attributes)
    arn = str(application["PlatformApplicationArn"])
    push_sync = {"ApplicationArns": [arn], "RoleArn": "arn:aws:iam::111111111111:role/push"}
    sync.set_identity_pool_configuration(IdentityPoolId=pool_id, PushSync=push_sync)
    return IdentityPool(pool_id, sync, identity, server.client, lambda: pytest.fail("nobody signs in")), sns


def test_the_other_device_is_told_what_changed(pushing: tuple[IdentityPool, Any], vendor: Vendor) -> None:
    pool, _ = pushing
    person = pool.guest()
    person.dataset().update(replace("a", "1"))
    platform = {"Platform": vendor.platform}
    ids = [person.sync.register_device(**person.place, **platform, Token=vendor.token(n))["DeviceId"] for n in (1, 2)]
    for device_id in ids:
        person.sync.subscribe_to_dataset(**person.dataset().place, DeviceId=device_id)
    [written] = person.dataset().update(replace("a", "2", 1), DeviceId=ids[0])
    until(lambda: bool(vendor.delivered or vendor.violations))
    data = {
        "source": "cognito-sync",
        "identityPoolId": person.pool_id,
        "identityId": person.identity_id,
        "datasetName": "notes",
        "syncCount": str(written["SyncCount"]),
    }
    apple = {"aps": {"content-available": 1}, "data": data}
    [(token, payload)] = vendor.delivered
    assert json.loads(payload) == (apple if vendor.platform == "APNS" else data)
    assert token == vendor.token(2)
    assert vendor.violations == []


@pytest.mark.parametrize("vendor", [BrowserVendor], indirect=True, ids=["WEBPUSH"])
def test_a_browser_that_unsubscribed_is_told_nothing_until_it_registers_again(
    pushing: tuple[IdentityPool, Any], vendor: Vendor
) -> None:
    pool, sns = pushing
    person = pool.guest()
    dataset = person.dataset()
    dataset.update(replace("a", "1"))
    named = {"Platform": vendor.platform, "Token": vendor.token(1)}
    device_id = person.sync.register_device(**person.place, **named)["DeviceId"]
    person.sync.subscribe_to_dataset(**dataset.place, DeviceId=device_id)
    vendor.script.append("unregistered")
    dataset.update(replace("a", "2", 1))
    [application] = sns.list_platform_applications()["PlatformApplications"]
    arn = application["PlatformApplicationArn"]

    def enabled() -> str:
        [endpoint] = sns.list_endpoints_by_platform_application(PlatformApplicationArn=arn)["Endpoints"]
        return str(endpoint["Attributes"]["Enabled"])

    until(lambda: enabled() == "false")
    with refused("ResourceNotFoundException", 404):
        person.sync.subscribe_to_dataset(**dataset.place, DeviceId=device_id)
    dataset.update(replace("a", "3", 2))
    assert person.sync.register_device(**person.place, **named)["DeviceId"] == device_id
    dataset.update(replace("a", "4", 3))
    until(lambda: bool(vendor.delivered))
    assert [json.loads(payload)["syncCount"] for _, payload in vendor.delivered] == ["4"]
    assert len(vendor.requests) == 2
