"""The JavaScript client of clients/js: in Node, and in two browsers that are two devices of one person."""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from ostiary.demo.world import REGION, World, administrator
from tests.clients.browser import Page, browser
from tests.clients.test_javascript import NODE
from tests.fixtures.required import not_run
from tests.fixtures.waiting import until

CLIENT = Path(__file__).parents[2] / "clients" / "js"
pytestmark = pytest.mark.xdist_group("clients")


def ran(*command: str) -> str:
    """Run a program in the client's folder and return what it prints."""
    if shutil.which("node") is None:
        not_run("Node is not installed")
    run = subprocess.run(command, cwd=CLIENT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_its_units_pass_in_node() -> None:
    assert "# fail 0" in ran("node", "--test", "--test-reporter=tap", "test/")


def test_its_types_hold_and_its_declarations_are_of_them(tmp_path: Path) -> None:
    compiler = NODE / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        not_run("the JavaScript clients are not installed: make node")
    ran(
        "node", str(compiler), "--project", ".", "--noEmit", "false", "--emitDeclarationOnly", "--outDir", str(tmp_path)
    )
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_text() for file in (CLIENT / "types").iterdir()}


@pytest.fixture
def synchronizing(world: World) -> World:
    """The world of the demo, whose guests and people may synchronize."""
    statement = {"Effect": "Allow", "Action": "cognito-sync:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = administrator(world.servers, "iam", world.servers.root)
    for role in ("guest", "person"):
        iam.put_role_policy(RoleName=role, PolicyName="sync", PolicyDocument=policy)
    return world


class _Files(http.server.SimpleHTTPRequestHandler):
    """The client's files, without a line for each."""

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    """Serve the client's files from an origin that is not the server's."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=CLIENT)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


OPEN = """
(async () => {{
  const {{ SyncClient, cognitoIdentity }} = await import("/src/index.js");
  const place = {place};
  window.asked = [];
  window.states = [];
  window.client = new SyncClient({{
    ...place, deviceId: "{name}", live: "{live}", credentials: cognitoIdentity(place),
    onConflict: (conflict) => {{
      asked.push(conflict);
      return `${{conflict.local.value}} and ${{conflict.remote.value}}`;
    }},
  }});
  client.addEventListener("state", (event) => states.push(event.detail.state));
  window.notes = client.dataset("notes");
  client.start();
}})()
"""


@pytest.fixture(params=["events", "websocket"])
def devices(
    request: pytest.FixtureRequest, synchronizing: World, site: str, tmp_path: Path
) -> Iterator[tuple[Page, Page]]:
    """Open the same person's datasets in two browsers."""
    identity = synchronizing.client("cognito-identity")
    pool_id = synchronizing.identity_pool_id
    identity_id = identity.get_id(IdentityPoolId=pool_id)["IdentityId"]
    place = {
        "endpoint": synchronizing.servers.ostiary,
        "region": REGION,
        "identityPoolId": pool_id,
        "identityId": identity_id,
    }
    with ExitStack() as opened:
        pages = []
        for name in ("phone", "tablet"):
            page = opened.enter_context(browser(tmp_path / name, f"{site}/package.json"))
            comes_to_be(partial(page.run, "location.protocol"), "http:")
            page.run(OPEN.format(place=json.dumps(place), name=name, live=request.param))
            pages.append(page)
        for page in pages:
            comes_to_be(partial(page.run, "states.includes('live')"), expected=True)
        yield pages[0], pages[1]


def comes_to_be(look: Callable[[], object], expected: object) -> None:
    """Look until it is as expected."""
    until(lambda: look() == expected, repr(expected))


def test_two_browsers_show_each_others_changes_live_and_merge_what_was_written_offline(
    devices: tuple[Page, Page],
) -> None:
    phone, tablet = devices
    phone.run("notes.put('title', 'Draft')")
    comes_to_be(lambda: tablet.run("notes.get('title')"), "Draft")
    tablet.run("notes.remove('title')")
    comes_to_be(lambda: phone.run("notes.getAll()"), {})

    tablet.offline(offline=True)
    tablet.run("notes.putAll({title: 'Tablet', place: 'Turin'})")
    assert tablet.run("notes.get('title')") == "Tablet"
    phone.run("notes.putAll({title: 'Phone', time: 'noon'})")
    comes_to_be(lambda: phone.run("notes.isChanged()"), expected=False)
    tablet.offline(offline=False)
    both = {"title": "Tablet and Phone", "place": "Turin", "time": "noon"}
    for page in (phone, tablet):
        comes_to_be(partial(page.run, "notes.getAll()"), both)
    assert [conflict["key"] for conflict in tablet.run("asked")] == ["title"]
    assert phone.run("asked") == []


def test_a_browser_that_is_opened_again_still_has_what_it_had(devices: tuple[Page, Page]) -> None:
    phone, _ = devices
    phone.offline(offline=True)
    phone.run("notes.put('title', 'Kept')")
    phone.run("import('/src/index.js').then(({ IndexedDbStorage }) => (window.kept = new IndexedDbStorage()), Error)")
    keys = phone.run("kept.keys('')")
    assert len(keys) == 1
    assert phone.run(f"kept.read('{keys[0]}').then((each) => each.records.title.value)") == "Kept"


SIGN_IN = """
(async () => {{
  const {{ SyncClient, cognitoIdentity }} = await import("/src/index.js");
  const place = {place};
  window.tokens ??= {tokens};
  const credentials = cognitoIdentity({{ ...place, logins: async () => tokens }});
  window.client = new SyncClient({{ ...place, credentials }});
  window.notes = client.dataset("notes");
  client.start();
}})()
"""


def test_a_guest_who_signs_in_brings_along_what_was_written_with_and_without_a_network(
    synchronizing: World, site: str, tmp_path: Path
) -> None:
    token = synchronizing.google_token("guest-becomes-person", "person@example.com")
    tokens = json.dumps({"accounts.google.com": token})
    pool_id = synchronizing.identity_pool_id
    place = json.dumps({"endpoint": synchronizing.servers.ostiary, "region": REGION, "identityPoolId": pool_id})
    with browser(tmp_path / "laptop", f"{site}/package.json") as laptop:
        comes_to_be(lambda: laptop.run("location.protocol"), "http:")
        laptop.run(SIGN_IN.format(place=place, tokens=tokens))
        laptop.run("notes.put('title', 'Mine').then(() => client.synchronize())")
        with browser(tmp_path / "phone", f"{site}/package.json") as phone:
            comes_to_be(lambda: phone.run("location.protocol"), "http:")
            phone.run(SIGN_IN.format(place=place, tokens="{}"))
            phone.run("notes.put('idea', 'by a guest').then(() => client.synchronize())")
            guest = phone.run("Object.keys(localStorage).filter((name) => name.includes('guest')).length")
            phone.offline(offline=True)
            phone.run("notes.put('late', 'by a guest in a tunnel')")
            phone.offline(offline=False)
            phone.run(f"tokens = {tokens}, client.reauthenticate()")
            all_of_it = {"title": "Mine", "idea": "by a guest", "late": "by a guest in a tunnel"}
            for page in (phone, laptop):
                comes_to_be(partial(page.run, "notes.getAll()"), all_of_it)
            assert guest == 1
            assert phone.run("Object.keys(localStorage).filter((name) => name.includes('guest')).length") == 0
            comes_to_be(lambda: phone.run("client.datasets()"), ["notes"])
