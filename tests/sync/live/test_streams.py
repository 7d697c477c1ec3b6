"""Live streams of one server, as apps hear them (behaviour/sync.md 1, 3)."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.credentials import Credentials
from websockets.exceptions import InvalidStatus

from ostiary import server as ostiary_server
from tests.fixtures.server import MovingClock, Server, served
from tests.fixtures.waiting import until
from tests.sync.conftest import IdentityPool, Person, document, replace
from tests.sync.live.listening import address, credentials_of, events, listening, presigned, signed, websocket


@pytest.fixture(params=["events", "signed events", "websocket"])
def listen(request: pytest.FixtureRequest, server: Server) -> Callable[..., Any]:
    """Listen in each of the three ways; `last_id` is what was told last."""

    def by(person: Person, last_id: str = "") -> Any:
        url, keys = address(server.url, person), credentials_of(person.sync)
        if request.param == "events":
            return events(url, signed(url, keys, **({"Last-Event-ID": last_id} if last_id else {})))
        more: dict[str, Any] = {"lastEventId": last_id} if last_id else {}
        url = presigned(url, keys, **more)
        return events(url) if request.param == "signed events" else websocket(url)

    return by


def test_another_device_hears_of_every_change(listen: Callable[..., Any], pool: IdentityPool) -> None:
    person, notes = pool.guest(), {}
    with listen(person) as listener:
        assert listener.next("ready")["resumed"] is False
        person.dataset("notes").update(replace("k", "v"), DeviceId="phone")
        notes = listener.next("change")
        person.dataset("prefs").update(replace("k", "v"))
        prefs = listener.next("change")
        person.sync.delete_dataset(**person.dataset("notes").place)
        deleted = listener.next("change")
    place = {"identityPoolId": pool.id, "identityId": person.identity_id}
    ids = [heard.pop("id") for heard in (notes, prefs, deleted)]
    assert notes == {**place, "datasetName": "notes", "syncCount": 1, "deviceId": "phone"}
    assert prefs == {**place, "datasetName": "prefs", "syncCount": 1}
    assert deleted == {**place, "datasetName": "notes", "syncCount": 2}
    assert len(set(ids)) == 3


def test_a_stream_begins_with_how_all_datasets_stand(listen: Callable[..., Any], pool: IdentityPool) -> None:
    person = pool.guest()
    for name in ("gone", "notes", "notes"):
        person.dataset(name).update(replace("k", name, 1 if person.dataset(name).values() else 0))
    person.sync.delete_dataset(**person.dataset("gone").place)
    with listen(person) as listener:
        heard = [listener.next("change") for _ in range(2)]
        listener.next("ready")
    assert {each["datasetName"]: each["syncCount"] for each in heard} == {"gone": 2, "notes": 2}


def test_who_comes_again_hears_what_was_missed_and_nothing_when_nothing_was(
    listen: Callable[..., Any], pool: IdentityPool
) -> None:
    person = pool.guest()
    person.dataset("notes").update(replace("k", "v"))
    with listen(person) as listener:
        listener.next("change")
        last = listener.next("ready")["id"]
    with listen(person, last) as listener:
        assert listener.next("ready") | {"expiresAt": 0} == {
            "resumed": True,
            "heartbeat": 15,
            "expiresAt": 0,
            "id": last,
        }
    person.dataset("prefs").update(replace("k", "v"))
    with listen(person, last) as listener:
        listener.until({"notes": 1, "prefs": 1})
        assert listener.next("ready")["resumed"] is False


def test_a_person_hears_of_nobody_elses_datasets(listen: Callable[..., Any], pool: IdentityPool) -> None:
    ada, bob = pool.guest(), pool.guest()
    with listen(ada) as listener:
        listener.next("ready")
        bob.dataset("notes").update(replace("k", "v"))
        ada.dataset("mine").update(replace("k", "v"))
        assert listener.next("change")["datasetName"] == "mine"


def test_the_end_of_a_session_ends_its_stream(
    start_server: Callable[..., Server], pool_on: Callable[[Server], IdentityPool]
) -> None:
    server = start_server(live_heartbeat=1)
    pool = pool_on(server)
    person = pool.guest()
    with listening(server.url, person) as stream, websocket(_presigned(server, person)) as socket:
        until = stream.next("ready")["expiresAt"]
        server.services.clock.advance(until - server.services.clock.now() + 1)
        for listener in (stream, socket):
            if listener is socket:
                listener.next("ready")
            end = listener.next("end")
            assert end["reason"] == "ExpiredTokenException"
            listener.next("closed")


def test_a_role_that_is_taken_away_ends_the_streams_of_its_sessions(
    start_server: Callable[..., Server], pool_on: Callable[[Server], IdentityPool]
) -> None:
    server = start_server(live_heartbeat=1)
    pool = pool_on(server)
    person = pool.guest()
    with listening(server.url, person) as listener:
        listener.next("ready")
        pool.client("iam").delete_role_policy(RoleName="people", PolicyName="sync")
        assert listener.next("end")["reason"] == "AccessDeniedException"
        listener.next("closed")


def test_a_server_that_stops_says_so_and_does_not_wait(
    database: str, tmp_path: Path, pool_on: Callable[[Server], IdentityPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ostiary_server, "GRACE_SECONDS", 3600)  # nobody else ends the streams
    with ExitStack() as opened:
        with served(tmp_path, database) as server:
            person = pool_on(server).guest()
            stream = opened.enter_context(listening(server.url, person))
            socket = opened.enter_context(websocket(_presigned(server, person)))
            stream.next("ready")
            socket.next("ready")
        assert stream.next("end")["reason"] == "ServerStopping"
        assert socket.next("closed")["code"] in {1012, 4001}


def test_only_so_many_streams_are_open(
    start_server: Callable[..., Server], pool_on: Callable[[Server], IdentityPool]
) -> None:
    server = start_server(live_streams=3, live_streams_per_identity=2)
    pool = pool_on(server)
    ada, bob, eve = pool.guest(), pool.guest(), pool.guest()
    with ExitStack() as opened:
        for person in (ada, ada):
            opened.enter_context(listening(server.url, person))
        assert _answer(server, ada) == (429, "TooManyRequestsException")
        with listening(server.url, bob):
            assert _answer(server, eve) == (429, "TooManyRequestsException")
        opened.enter_context(listening(server.url, eve))


def test_another_persons_stream_is_refused(server: Server, pool: IdentityPool) -> None:
    """SYN-01, STS-13: neither way, and neither with an identity of another pool."""
    ada, bob = pool.guest(), pool.guest()
    keys = credentials_of(ada.sync)
    url = address(server.url, bob)
    assert _answer(server, bob, keys) == (403, "NotAuthorizedException")
    with pytest.raises(InvalidStatus) as refused, websocket(presigned(url, keys)):
        pass
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["__type"] == "NotAuthorizedException"


def test_only_a_good_signature_opens_a_stream(server: Server, pool: IdentityPool, clock: MovingClock) -> None:
    person = pool.guest()
    url, keys = address(server.url, person), credentials_of(person.sync)
    good = signed(url, keys)
    broken = {**good, "Authorization": good["Authorization"][:-4] + "0000"}
    other = presigned(url, keys, lastEventId="a").replace("lastEventId=a", "lastEventId=b")
    old = presigned(url, keys, expires=60)
    assert _status(url) == (403, "MissingAuthenticationTokenException")
    assert _status(url, broken) == (403, "InvalidSignatureException")
    assert _status(other) == (403, "InvalidSignatureException")
    assert _status(url, signed(url, keys, "sns")) == (403, "InvalidSignatureException")
    clock.advance(120)
    assert _status(old) == (403, "InvalidSignatureException")


def test_an_operator_hears_of_whom_a_policy_names(
    server: Server, pool: IdentityPool, client: Callable[..., Any]
) -> None:
    ada, bob = pool.guest(), pool.guest()
    iam = client("iam")
    iam.create_user(UserName="clerk")
    arn = f"arn:aws:cognito-sync:*:*:identitypool/{pool.id}/identity/{ada.identity_id}/dataset/*"
    allowed = {"Effect": "Allow", "Action": "cognito-sync:ListRecords", "Resource": arn}
    iam.put_user_policy(UserName="clerk", PolicyName="ada", PolicyDocument=document(allowed))
    key = iam.create_access_key(UserName="clerk")["AccessKey"]
    keys = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    with events(address(server.url, ada), signed(address(server.url, ada), keys)) as listener:
        assert "expiresAt" not in listener.next("ready")
    assert _answer(server, bob, keys) == (403, "AccessDeniedException")
    until(lambda: server.log().count('"operation":"Live"') == 2, "a line of each request")
    told = [json.loads(line) for line in server.log().splitlines() if '"operation":"Live"' in line]
    assert [(line["status"], line.get("error")) for line in told] == [(200, None), (403, "AccessDeniedException")]
    assert all(line["principal"].endswith(":user/clerk") and line["resource"] == pool.id for line in told)


def test_web_pages_may_ask_for_streams(server: Server, pool: IdentityPool) -> None:
    url = address(server.url, pool.guest())
    answer = httpx.options(url, headers={"Access-Control-Request-Headers": "authorization,last-event-id,x-amz-date"})
    allowed = answer.headers["access-control-allow-headers"]
    assert all(name in allowed for name in ("authorization", "last-event-id", "x-amz-date", "x-amz-security-token"))
    assert httpx.get(url).headers["access-control-allow-origin"] == "*"


def test_a_dataset_may_be_called_live_and_other_addresses_have_no_websocket(server: Server, pool: IdentityPool) -> None:
    person = pool.guest()
    person.dataset("live").update(replace("k", "v"))
    assert person.dataset("live").values() == {"k": "v"}
    with pytest.raises(InvalidStatus), websocket(f"{server.url}/identitypools/x"):
        pass


def _answer(server: Server, person: Person, keys: Any = None) -> tuple[int, str]:
    url = address(server.url, person)
    return _status(url, signed(url, keys or credentials_of(person.sync)))


def _status(url: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    answer = httpx.get(url, headers=headers)
    return answer.status_code, answer.json()["__type"]


def _presigned(server: Server, person: Person) -> str:
    return presigned(address(server.url, person), credentials_of(person.sync))
