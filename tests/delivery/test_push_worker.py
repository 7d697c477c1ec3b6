"""The worker that sends pushes, on both engines: at once, in order, newest only, until they expire, shared by many."""

import dataclasses
import io
from collections.abc import Callable
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from ostiary.config import Settings
from ostiary.context import Services
from ostiary.delivery import push_worker
from ostiary.delivery.push import Credential
from ostiary.delivery.push_worker import PushWorker
from ostiary.runtime.clock import Clock
from ostiary.runtime.observability import REGISTRY
from ostiary.store.sns import platform_endpoints
from tests.fixtures.push_vendors import AmazonVendor, AppleVendor, BrowserVendor, GoogleVendor, Vendor
from tests.fixtures.pushing import Pushing
from tests.fixtures.waiting import until

Start = Callable[..., Pushing]


def counted(platform: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("ostiary_pushes_total", {"platform": platform, "outcome": outcome}) or 0.0


def test_a_push_leaves_at_once_and_is_counted(start_pushing: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_worker, "POLL_SECONDS", 3600)  # it is the commit that wakes the worker
    pushing = start_pushing(AppleVendor)
    pushing.owe("warm")
    pushing.settle()
    before = counted("APNS", "sent")
    for number in range(10):
        pushing.owe(str(number))
        until(lambda: len(pushing.texts()) == number + 2)  # noqa: B023 - called at once
    pushing.settle()
    assert counted("APNS", "sent") == before + 10


def test_what_has_expired_is_dropped(start_pushing: Start) -> None:
    pushing = start_pushing(AppleVendor)
    pushing.vendor.script.append("busy")
    pushing.owe("too late", lives=60)
    until(pushing.waits)
    pushing.ctx.clock.advance(62)
    pushing.owe("in time")
    pushing.settle()
    assert pushing.texts() == ["in time"]


def test_only_the_newest_of_what_collapses_leaves(start_pushing: Start) -> None:
    pushing = start_pushing(AppleVendor)
    pushing.vendor.script.append("busy")
    pushing.owe("first")
    until(pushing.waits)
    for text in ("1", "2", "3"):
        pushing.owe(text, key="dataset")
    pushing.ctx.clock.advance(2)
    pushing.settle()
    assert pushing.texts() == ["first", "3"]
    assert pushing.vendor.requests[-1].headers["apns-collapse-id"] == "dataset"


def test_workers_share_what_is_owed(start_pushing: Start) -> None:
    pushing = start_pushing(AppleVendor)
    other = PushWorker(pushing.ctx.services)
    other.start()
    for device in range(60):
        pushing.owe(str(device), device)
    pushing.settle()
    other.stop()
    assert sorted(pushing.texts(), key=int) == [str(device) for device in range(60)]


def test_a_slow_vendor_holds_up_nobody_else(start_pushing: Start) -> None:
    quick = start_pushing(GoogleVendor, working=False)
    slow = start_pushing(AppleVendor, **quick.vendor.settings)
    slow.vendor.server.hold()
    for device in range(10):
        slow.owe("slow", device)
    quick.owe("quick")
    until(lambda: quick.texts() == ["quick"])
    assert slow.texts() == []
    slow.vendor.server.release()
    slow.settle()


def test_a_worker_that_died_is_followed_by_another(start_pushing: Start) -> None:
    pushing = start_pushing(AppleVendor)
    pushing.vendor.server.hold()
    pushing.owe("twice rather than never")
    until(lambda: pushing.vendor.server.connections == 1)
    pushing.ctx.clock.advance(30)  # its lease has run out, as if it had been killed
    until(lambda: pushing.vendor.server.most_at_once == 2)
    pushing.vendor.server.release()
    pushing.settle()
    assert set(pushing.texts()) == {"twice rather than never"}


def test_a_push_to_a_service_that_has_ended_is_dropped_with_a_word(start_pushing: Start, logged: io.StringIO) -> None:
    class Ended(AppleVendor):
        platform = "WNS"

    pushing = start_pushing(Ended)
    pushing.owe("into the void")
    pushing.settle()
    assert "there is no push service for WNS any more" in logged.getvalue()


def test_adms_new_token_takes_the_place_of_the_old_one(start_pushing: Start) -> None:
    pushing = start_pushing(AmazonVendor)
    assert isinstance(pushing.vendor, AmazonVendor)
    pushing.vendor.canonical = "amzn1.adm-registration.v3/new"
    pushing.owe("hello")
    pushing.settle()
    assert pushing.token(0) == "amzn1.adm-registration.v3/new"
    pushing.owe("hello again", device=1)  # the vendor calls this one by the same name
    pushing.settle()
    assert not pushing.endpoint(1).enabled


def test_a_token_that_was_replaced_meanwhile_is_not_disabled(start_pushing: Start) -> None:
    pushing = start_pushing(AppleVendor)
    pushing.vendor.script.append("unregistered")
    pushing.vendor.server.hold()
    pushing.owe("old device")
    until(lambda: pushing.vendor.server.most_at_once == 1)
    changed = dataclasses.replace(pushing.endpoint(0), token_key="another")
    with pushing.ctx.store.write() as tx:
        platform_endpoints.update(tx, changed)
    pushing.vendor.server.release()
    pushing.settle()
    assert pushing.endpoint(0).enabled


def test_a_browser_on_a_private_network_is_not_pushed_to(start_pushing: Start) -> None:
    """LMB-04: anybody may name an address in a subscription."""
    pushing = start_pushing(BrowserVendor, allow_private_addresses_of_tenants=False)
    pushing.owe("inside")
    until(pushing.waits)
    assert pushing.vendor.server.connections == 0


@pytest.mark.parametrize("kind", [AppleVendor, GoogleVendor])
def test_tokens_are_used_again_and_renewed_in_time(
    start_pushing: Start, monkeypatch: pytest.MonkeyPatch, kind: type[Vendor]
) -> None:
    minutes, began = 0, Clock.system_now()
    monkeypatch.setattr(Clock, "system_now", staticmethod(lambda: began + minutes * 60))
    pushing = start_pushing(kind)
    pushing.vendor.now = Clock.system_now
    for minutes in (0, 19, 30, 50, 61):
        pushing.owe(f"after {minutes} minutes")
        pushing.settle()
    tokens = [request.headers["authorization"] for request in pushing.vendor.requests]
    assert len(set(tokens)) == 2
    assert tokens[0] == tokens[1] == tokens[2]


def test_settings_name_the_vendors_by_default() -> None:
    settings = Settings()
    assert settings.apns_url == "https://api.push.apple.com"
    assert settings.apns_sandbox_url == "https://api.sandbox.push.apple.com"
    assert settings.fcm_url == "https://fcm.googleapis.com"
    assert settings.adm_url == "https://api.amazon.com"


def test_services_of_another_process_are_polled(start_pushing: Start, services: Services) -> None:
    pushing = start_pushing(AppleVendor)
    pushing.ctx = dataclasses.replace(
        pushing.ctx, services=dataclasses.replace(services, pushes=type(services.pushes)())
    )
    pushing.owe("heard by nobody")
    pushing.settle()
    assert pushing.texts() == ["heard by nobody"]


class CertifiedVendor(AppleVendor):
    """APNs with a certificate, which names the app."""

    attributes: ClassVar[dict[str, str]] = {}

    def credential(self) -> Credential:
        authority = load_pem_private_key(self.authority.with_name("key.pem").read_bytes(), None)
        shown = x509.load_pem_x509_certificate(self.authority.read_bytes())
        assert isinstance(authority, ec.EllipticCurvePrivateKey)
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.USER_ID, "org.x.app")]))
            .issuer_name(shown.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(shown.not_valid_before_utc)
            .not_valid_after(shown.not_valid_after_utc)
            .sign(authority, SHA256())
        )
        return Credential(made.public_bytes(Encoding.PEM).decode(), super().credential().credential)


def test_a_certificate_is_as_good_as_a_key(start_pushing: Start) -> None:
    pushing = start_pushing(CertifiedVendor)
    pushing.owe("certified")
    pushing.settle()
    assert pushing.texts() == ["certified"]
    assert pushing.vendor.requests[0].peer["subject"]
    assert "authorization" not in pushing.vendor.requests[0].headers


def test_an_idle_connection_is_asked_whether_it_lives(start_pushing: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ostiary.delivery.http2.PING_SECONDS", 0.05)
    pushing = start_pushing(AppleVendor)
    pushing.owe("first")
    pushing.settle()
    until(lambda: pushing.vendor.server.pings >= 2)
    pushing.owe("second")
    pushing.settle()
    assert pushing.vendor.server.connections == 1
