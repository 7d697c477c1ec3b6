"""What `--dev` takes for this machine's own hosts, pages and programs, and for nobody else's."""

import pytest

from ostiary.aws.wire import Request
from ostiary.config import Settings
from ostiary.loopback import is_known_host, is_known_origin, is_own

SETTINGS = Settings(
    dev=True,
    dev_hosts="ostiary, *.app.test, ,",
    dev_origins="https://App.Test:8443, http://other.example",
    s3_domain="s3.here",
    public_url="http://named.example:9500",
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True),
        ("LocalHost:9500", True),
        ("localhost.", True),
        ("b-1.localhost:9500", True),
        ("127.0.0.1:9500", True),
        ("127.1.2.3", True),
        ("[::1]:9500", True),
        ("[::1]", True),
        ("ostiary:80", True),
        ("Ostiary", True),
        ("a.app.test", True),
        ("a.b.app.test", True),
        ("s3.here", True),
        ("b-1.s3.here", True),
        ("named.example:1", True),
        ("app.test", False),
        ("xapp.test", False),
        ("evilostiary", False),
        ("a.ostiary", False),
        ("xs3.here", False),
        ("a.named.example", False),
        ("notlocalhost", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - a name in a Host header
        ("[2001:db8::1]", False),
        ("::1", False),
        ("localhost:9500x", False),
        ("localhost:123456", False),
        ("user@localhost", False),
        ("evil.example/localhost", False),
        ("evil.example#localhost", False),
        ("local host", False),
        ("", False),
        (".", False),
        (".:9500", False),
        (":9500", False),
    ],
)
def test_a_host_is_this_machines_by_its_whole_name(host: str, *, known: bool) -> None:
    assert is_known_host(SETTINGS, host) is known


@pytest.mark.parametrize(
    ("origin", "known"),
    [
        ("http://localhost:3000", True),
        ("https://127.0.0.1", True),
        ("http://[::1]:8080", True),
        ("https://app.test:8443", True),
        ("https://APP.test:8443", True),
        ("http://a.app.test", True),
        ("http://ostiary", True),
        ("http://other.example", True),
        ("https://other.example", False),
        ("http://other.example:81", False),
        ("https://app.test", False),
        ("http://b-1.s3.here", False),
        ("http://b-1.S3.here:9500", False),
        ("http://s3.here", True),
        ("http://evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://localhost@evil.example", False),
        ("null", False),
        ("localhost", False),
        ("http://", False),
        ("http://[::1", False),
    ],
)
def test_an_origin_is_a_page_of_this_machine_and_no_object_in_a_bucket(origin: str, *, known: bool) -> None:
    assert is_known_origin(SETTINGS, origin) is known


HERE, THERE = "http://localhost:3000", "http://evil.example"
CALL = "Action=CreateUser&UserName=x"


@pytest.mark.parametrize(
    ("method", "query", "headers", "own"),
    [
        ("POST", "", {}, True),
        ("GET", CALL, {}, True),
        ("POST", "", {"user-agent": BROWSER}, True),
        ("POST", "", {"origin": HERE}, True),
        ("POST", "", {"origin": THERE}, False),
        ("POST", "", {"origin": "null"}, False),
        ("GET", CALL, {"origin": THERE}, False),
        ("GET", CALL, {"origin": HERE, "sec-fetch-site": "cross-site"}, True),
        ("POST", "", {"origin": THERE, "sec-fetch-site": "same-origin"}, False),
        ("POST", "", {"origin": THERE, "referer": HERE}, False),
        ("GET", "", {"sec-fetch-site": "same-origin", "host": "localhost:9500"}, True),
        ("GET", CALL, {"sec-fetch-site": "same-origin", "host": "localhost:9500"}, True),
        ("GET", "", {"sec-fetch-site": "same-origin", "host": "evil.example"}, False),
        ("GET", "", {"sec-fetch-site": "same-origin", "host": "b-1.s3.here"}, False),
        ("GET", "", {"sec-fetch-site": "cross-site"}, False),
        ("GET", "", {"sec-fetch-site": "same-site"}, False),
        ("GET", "", {"sec-fetch-site": "none"}, True),
        ("GET", CALL, {"sec-fetch-site": "none"}, False),
        ("GET", "a=1", {"sec-fetch-site": "cross-site", "referer": f"{HERE}/page"}, True),
        ("GET", "a=1", {"sec-fetch-site": "cross-site", "referer": f"{THERE}/page"}, False),
        ("GET", "a=1", {"sec-fetch-site": "none", "referer": f"{THERE}/page"}, False),
        ("GET", CALL, {"sec-fetch-site": "cross-site", "referer": f"{HERE}/page"}, False),
        ("GET", "", {"sec-fetch-site": "cross-site", "referer": "http://[bad"}, False),
        ("GET", "", {"user-agent": BROWSER}, False),
        ("HEAD", "", {"user-agent": BROWSER}, False),
        ("GET", CALL, {"user-agent": BROWSER, "referer": f"{HERE}/page"}, False),
        ("GET", "%41ction=X", {"user-agent": BROWSER, "referer": f"{HERE}/page"}, False),
        ("GET", "Action=%ff", {"user-agent": BROWSER, "referer": f"{HERE}/page"}, False),
        ("GET", "a=1", {"user-agent": BROWSER, "referer": f"{HERE}/page"}, True),
        ("GET", "a=1", {"user-agent": BROWSER, "referer": f"{THERE}/page"}, False),
        ("PUT", "", {"user-agent": BROWSER}, True),
        ("GET", "", {"user-agent": "aws-cli/2 Mozilla/5.0"}, True),
    ],
)
def test_a_request_is_a_programs_or_comes_from_a_page_of_this_machine(
    method: str, query: str, headers: dict[str, str], *, own: bool
) -> None:
    request = Request(method, "/", query, [("host", "localhost:9500"), *headers.items()])
    if "host" in headers:
        request = Request(method, "/", query, list(headers.items()))
    assert is_own(SETTINGS, request) is own
