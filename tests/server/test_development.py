"""`--dev` is for programs and pages of this machine, whatever a web page or a rebound name tries."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from botocore.config import Config

from ostiary.config import SettingsError, load_settings
from ostiary.iam.accounts import create_account
from tests.fixtures.browser import Browser, browsing
from tests.fixtures.context import REGION
from tests.fixtures.required import not_run
from tests.fixtures.server import Server
from tests.fixtures.waiting import PATIENCE

MADE_UP = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
EVIL = "http://evil.example"
CROSS_SITE = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
OLD_BROWSER = {"user-agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/15.0 Safari/605"}


@pytest.fixture
def engine_name() -> str:
    """Who is let in does not depend on the engine."""
    return "sqlite"


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    """A development server, reached by one more name and from one more site."""
    return start_server(dev=True, dev_hosts="ostiary, *.app.test", dev_origins="https://app.example:8443")


def client(server: Server, service: str, **keys: str) -> Any:
    once = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(service, endpoint_url=server.url, region_name=REGION, config=once, **(keys or MADE_UP))


def presigned(server: Server, user_name: str, **keys: str) -> str:
    """Return an address that makes an IAM user when it is opened."""
    iam = client(server, "iam", **keys)
    return str(iam.generate_presigned_url("create_user", {"UserName": user_name}, HttpMethod="GET"))


def users(server: Server) -> set[str]:
    return {user["UserName"] for user in client(server, "iam").list_users()["Users"]}


def signed_call(server: Server, **headers: str) -> httpx.Response:
    """Call ListUserPools with a key that somebody made up."""
    scope = f"any/20260101/{REGION}/cognito-idp/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature=0"
    target = {"x-amz-target": "AWSCognitoIdentityProviderService.ListUserPools", "x-amz-date": "20260101T000000Z"}
    sent = {"content-type": "application/x-amz-json-1.1", "authorization": signature, **target, **headers}
    return httpx.post(f"{server.url}/", content='{"MaxResults": 1}', headers=sent)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST.:9500", "127.0.0.1", "127.1.2.3:80", "[::1]:9500", "demo.localhost", "ostiary:9500"),
        *("x.app.test", "s3.localhost", "bucket.s3.localhost"),
    ],
)
def test_a_host_that_is_this_machines_or_named_by_settings_is_answered(server: Server, host: str) -> None:
    assert signed_call(server, host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("rebound.example", "127.0.0.1.rebound.example", "localhost.rebound.example", "localhost@rebound.example"),
        *("app.test", "evilapp.test", "10.0.0.1", "0.0.0.0:9500", "[::2]", "ostiary.example", "", "localhost:x", "a b"),
    ],
)
def test_a_rebound_name_gets_nothing(server: Server, host: str) -> None:
    answer = signed_call(server, host=host)
    assert (answer.status_code, answer.json()["__type"]) == (403, "AccessDeniedException")
    for path in ("/", "/_ostiary/outbox", "/metrics", "/bucket/key", "/us-east-1_a/.well-known/jwks.json"):
        assert httpx.get(server.url + path, headers={"host": host}).status_code == 403
    assert httpx.options(server.url, headers={"host": host}).status_code == 403
    assert httpx.get(f"{server.url}/livez", headers={"host": host}).status_code == 200


def test_a_request_without_a_host_or_with_two_gets_nothing(server: Server) -> None:
    address = urlsplit(server.url)
    for hosts in (
        b"",
        b"Host: rebound.example\r\nHost: localhost\r\n",
        b"Host: localhost\r\nHost: rebound.example\r\n",
    ):
        with socket.create_connection((str(address.hostname), address.port or 80), timeout=PATIENCE) as connection:
            connection.sendall(b"GET /_ostiary/outbox HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
            assert connection.recv(65536).startswith((b"HTTP/1.1 403", b"HTTP/1.1 400"))


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "https://app.example", "http://localhost.evil.example", "file://", "x"]
)
def test_a_page_of_another_site_cannot_make_keys_up(server: Server, origin: str) -> None:
    answer = signed_call(server, origin=origin)
    assert (answer.status_code, answer.json()["__type"]) == (400, "UnrecognizedClientException")
    assert "dev_origins" in answer.json()["message"]
    for path, method in (("outbox", "GET"), ("clock", "POST"), ("reset", "POST")):
        refused = httpx.request(method, f"{server.url}/_ostiary/{path}", headers={"origin": origin}, json={})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize(
    "origin",
    [
        *("http://localhost:3000", "http://127.0.0.1:5173", "https://localhost", "http://app.localhost:8080"),
        *("capacitor://localhost", "http://[::1]:4200", "https://app.example:8443", "http://ostiary:3000"),
    ],
)
def test_a_page_of_this_machine_calls_reads_the_outbox_and_moves_the_clock(server: Server, origin: str) -> None:
    local = {"origin": origin, "sec-fetch-site": "cross-site"}
    answer = signed_call(server, **local)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "x-a"}
    assert httpx.options(f"{server.url}/_ostiary/clock", headers=asked).status_code == 200
    for path, method in (("outbox", "GET"), ("clock", "POST")):
        answer = httpx.request(method, f"{server.url}/_ostiary/{path}", headers=local, json={})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)


def test_objects_in_buckets_are_no_pages_of_this_machine(server: Server) -> None:
    assert signed_call(server, origin=f"http://uploads.{server.services.settings.s3_domain}").status_code == 400


def test_a_page_of_another_site_may_do_what_anybody_may(server: Server) -> None:
    """As at AWS: operations that are not signed, and signed ones with keys that are somebody's."""
    body = {"ClientId": "x", "Username": "ann", "Password": "Correct-horse-7"}
    target = {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp", "origin": EVIL}
    answer = httpx.post(server.url, json=body, headers={**target, "content-type": "application/x-amz-json-1.1"})
    assert answer.json()["__type"] == "ResourceNotFoundException"
    made = create_account(server.services, "real")
    keys = {"aws_access_key_id": made.access_key_id, "aws_secret_access_key": made.secret_access_key}
    assert httpx.get(presigned(server, "mine", **keys), headers=CROSS_SITE).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        CROSS_SITE,
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
        {"sec-fetch-site": "same-site"},
        {**CROSS_SITE, "referer": "http://localhost:3000/chat"},
        OLD_BROWSER,
        {**OLD_BROWSER, "referer": f"{EVIL}/"},
        {"origin": EVIL},
        {"origin": "null"},
    ],
)
def test_a_picture_or_a_link_calls_no_operation(server: Server, headers: dict[str, str]) -> None:
    answer = httpx.get(presigned(server, "mallory"), headers=headers)
    assert answer.status_code == 403
    assert "<Code>InvalidClientTokenId</Code>" in answer.text
    encoded = presigned(server, "mallory").replace("Action=", "%41ction=")
    assert "CreateUserResponse" not in httpx.get(encoded, headers=headers).text
    assert httpx.head(presigned(server, "mallory"), headers=headers).status_code != 200
    assert users(server) == set()


def test_a_program_calls_an_operation_by_a_get(server: Server) -> None:
    assert httpx.get(presigned(server, "ann")).status_code == 200
    assert httpx.get(presigned(server, "bob"), headers={"origin": "http://localhost:3000"}).status_code == 200
    assert users(server) == {"ann", "bob"}


def test_a_form_of_another_site_calls_no_operation(server: Server) -> None:
    address, _, query = presigned(server, "mallory").partition("?")
    for origin in (EVIL, "null"):
        form = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
        assert httpx.post(f"{address}?{query}", content=query, headers=form).status_code == 403
    assert users(server) == set()


@contextmanager
def page_server() -> Iterator[int]:
    """Serve an empty page on a port of its own; the port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>page</title>")

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser for which every name of example leads to this machine."""
    chromium = which("chromium") or which("chromium-browser")
    if chromium is None:
        not_run("Chromium is not installed")
    with browsing(chromium, tmp_path, "--host-resolver-rules=MAP *.example 127.0.0.1") as browser:
        yield browser


FETCHED = "fetch(%s, %s).then(async answer => [answer.status, await answer.text()], failure => [0, String(failure)])"
SHOWN = "new Promise(done => { const i = new Image(); i.onload = i.onerror = () => done(true); i.src = %s })"
SENT = """new Promise(done => {
  const frame = document.createElement('iframe'); frame.name = 'f'; document.body.append(frame);
  const form = document.createElement('form');
  Object.assign(form, { method: 'POST', action: %s, target: 'f' }); document.body.append(form);
  frame.onload = () => done(true); form.submit();
})"""


def fetched(browser: Browser, url: str, **options: Any) -> list[Any]:
    return list(browser.run(FETCHED % (json.dumps(url), json.dumps(options))))


def call_of(server: Server) -> dict[str, Any]:
    """Return what a script gives `fetch` to call ListUserPools with a key that it made up."""
    sent = signed_call(server).request.headers
    headers = {name: sent[name] for name in ("authorization", "content-type", "x-amz-date", "x-amz-target")}
    return {"method": "POST", "body": '{"MaxResults": 1}', "headers": headers}


def test_a_page_of_another_site_tries_in_a_browser(server: Server, browser: Browser) -> None:
    with page_server() as port:
        browser.visit(f"{EVIL}:{port}/")
        status, text = fetched(browser, server.url, **call_of(server))
        assert (status, json.loads(text)["__type"]) == (400, "UnrecognizedClientException")
        for path in ("outbox", "clock"):
            assert fetched(browser, f"{server.url}/_ostiary/{path}")[0] == 0
        assert fetched(browser, f"{server.url}/_ostiary/reset", method="POST", mode="no-cors")[0] == 0
        for number, attack in enumerate((SHOWN, SENT)):
            browser.run(attack % json.dumps(presigned(server, f"mallory{number}")))
        fetched(browser, presigned(server, "mallory2"), mode="no-cors")
    assert users(server) == set()


def test_a_rebound_name_tries_in_a_browser(server: Server, browser: Browser) -> None:
    """Page and server have one origin then: nothing but the host tells them apart."""
    rebound = server.url.replace("127.0.0.1", "rebound.example")
    browser.visit(f"{rebound}/livez")
    for path, options in (("/", call_of(server)), ("/_ostiary/outbox", {}), ("/_ostiary/reset", {"method": "POST"})):
        assert fetched(browser, rebound + path, **options)[0] == 403


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_page_on_another_port_works_in_a_browser(server: Server, browser: Browser, name: str) -> None:
    with page_server() as port:
        browser.visit(f"http://{name}:{port}/")
        for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
            status, text = fetched(browser, url, **call_of(server))
            assert (status, json.loads(text)) == (200, {"UserPools": []})
            status, text = fetched(browser, f"{url}/_ostiary/outbox")
            assert (status, json.loads(text)) == (200, {"messages": []})
            moved = {"method": "POST", "body": '{"advance": 0}', "headers": {"content-type": "application/json"}}
            assert fetched(browser, f"{url}/_ostiary/clock", **moved)[0] == 200
            assert fetched(browser, f"{url}/_ostiary/reset", method="POST")[0] == 200


def test_development_listens_beyond_loopback_only_for_hosts_that_settings_name() -> None:
    with pytest.raises(SettingsError, match="dev_hosts"):
        load_settings({"dev": True, "host": "10.0.0.5"})
    assert load_settings({"dev": True, "host": "10.0.0.5", "dev_hosts": "ostiary"}).host == "10.0.0.5"


@pytest.mark.parametrize("wrong", ["*", "http://ostiary", "a/b", "a b"])
def test_hosts_and_origins_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(SettingsError, match="dev_hosts"):
        load_settings({"dev": True, "dev_hosts": wrong})
    for origin in (f"https://app.test/{wrong}", "https://*.app.test", "app.test"):
        with pytest.raises(SettingsError, match="dev_origins"):
            load_settings({"dev": True, "dev_origins": origin})
